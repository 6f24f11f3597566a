"""A desktop of a test's own: a screen, a window manager, a session bus and its accessibility tree, and the real
window on it, found and pressed by name as assistive technology does.

It knows the window's roles and names, and nothing of what a test wants with them. It needs Xvfb, openbox, xdotool,
ImageMagick's import, dbus-daemon, at-spi2-core and Python's bindings of the last (gi). SOCKSCOPE_BIN names the program,
SOCKSCOPE_RENDERER what draws it; screenshots go to ARTIFACTS.
"""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

BINARY = os.environ.get("SOCKSCOPE_BIN", "")
RENDERER = os.environ.get("SOCKSCOPE_RENDERER", "")
ARTIFACTS = pathlib.Path(os.environ.get("ARTIFACTS", "."))
PATIENCE_SECONDS = 30
# Where the toolkit is asked to look for accessible programs.
ACCESSIBILITY_BUS = "org.a11y.Bus"


def need(*programs, modules=()):
    """Leaves with a clear line where something is missing: as an error if everything is required, else as a skip."""
    missing = [program for program in programs if not shutil.which(program)]
    for module in modules:
        try:
            __import__(module)
        except ImportError:
            missing.append(f"Python's {module}")
    if missing:
        print(f"left out: {', '.join(missing)} not installed", file=sys.stderr)
        sys.exit(1 if os.environ.get("SOCKSCOPE_REQUIRE_TOOLS") else 0)


def wait_for(attempt, what, seconds=PATIENCE_SECONDS):
    """What the attempt returns, as soon as it is something."""
    deadline = time.monotonic() + seconds
    while True:
        result = attempt()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.05)


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Desktop:
    """A screen with a window manager and a session bus, gone when the test is."""

    def __init__(self, width=1460, height=900, **environment):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sockscope-desktop-"))
        self.children = []
        reading, writing = os.pipe()
        screen = ["Xvfb", "-displayfd", str(writing), "-noreset", "-screen", "0", f"{width}x{height}x24", "+extension", "GLX"]
        self.start(screen, pass_fds=[writing])
        os.close(writing)
        with os.fdopen(reading) as pipe:
            display = ":" + pipe.readline().strip()
        for name in ("WAYLAND_DISPLAY", "WAYLAND_SOCKET", "AT_SPI_BUS_ADDRESS"):
            os.environ.pop(name, None)
        os.environ.update(DISPLAY=display, LIBGL_ALWAYS_SOFTWARE="1", HOME=str(self.folder), **environment)
        os.environ.update(XDG_RUNTIME_DIR=str(self.folder / "run"), XDG_CONFIG_HOME=str(self.folder / "config"))
        (self.folder / "run").mkdir(mode=0o700)
        self.bus = self.start(
            # In our folder: it is killed, and would leave its socket behind in the common one.
            ["dbus-daemon", "--session", "--nofork", "--print-address=1", f"--address=unix:path={self.folder}/bus"],
            stdout=subprocess.PIPE,
            text=True,
        )
        os.environ["DBUS_SESSION_BUS_ADDRESS"] = self.bus.stdout.readline().strip()
        self.start(["openbox"])
        # A window that is there before its manager gets neither a title nor the keyboard.
        asked = ["xprop", "-root", "_NET_SUPPORTING_WM_CHECK"]
        wait_for(lambda: b"window id" in subprocess.run(asked, capture_output=True).stdout, "the window manager")

    def start(self, command, **how):
        """Starts a program that ends with the desktop."""
        how.setdefault("stdout", subprocess.DEVNULL)
        child = subprocess.Popen(command, stderr=subprocess.DEVNULL, **how)
        self.children.append(child)
        return child

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            with contextlib.suppress(subprocess.SubprocessError, OSError):
                self.screenshot("failed.png")
        for child in reversed(self.children):
            child.kill()
            child.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def screenshot(self, name):
        """Takes a picture when the screen has stood still for a moment."""
        before = None
        for _ in range(20):
            taken = subprocess.run(["import", "-window", "root", "ppm:-"], capture_output=True, check=True).stdout
            if taken == before:
                break
            before = taken
            time.sleep(0.3)
        path = ARTIFACTS / (f"{RENDERER}-{name}" if RENDERER else name)
        subprocess.run(["convert", "ppm:-", str(path)], input=before, check=True)

    def xdotool(self, *words):
        subprocess.run(["xdotool", *map(str, words)], check=True)

    def key(self, *keys):
        self.xdotool("key", "--delay", "40", *keys)

    def type(self, text):
        self.xdotool("type", "--delay", "30", text)

    def paste(self, text):
        """What no keyboard has comes from the clipboard."""
        copied = self.start(["xclip", "-selection", "clipboard", "-quiet", "-loops", "0"], stdin=subprocess.PIPE)
        copied.stdin.write(text.encode())
        copied.stdin.close()
        wait_for(lambda: self.clipboard() == text.encode(), "the text in the clipboard")
        self.key("ctrl+v")

    @staticmethod
    def clipboard():
        return subprocess.run(["xclip", "-o", "-selection", "clipboard"], capture_output=True, check=False).stdout


class Window:
    """The real window, started with a profile of its own."""

    def __init__(self, desktop, *words, profile=None):
        self.desktop = desktop
        self.profile = pathlib.Path(profile or desktop.folder / "profile")
        self.profile.mkdir(exist_ok=True)
        self.said = (desktop.folder / "said").open("w+")
        renderer = ["--renderer", RENDERER] if RENDERER else []
        self.process = desktop.start(
            [BINARY, "--profile-dir", str(self.profile), *renderer, *words], stdout=self.said
        )
        self.atspi, self.gone = self.switch_accessibility_on()
        self.frame = wait_for(self.find_frame, "the window in the accessibility tree")

    @staticmethod
    def switch_accessibility_on():
        """Programs build their tree only when somebody looks."""
        import gi

        gi.require_version("Atspi", "2.0")
        from gi.repository import Atspi, Gio, GLib

        session = Gio.bus_get_sync(Gio.BusType.SESSION, None)
        session.call_sync(
            ACCESSIBILITY_BUS,
            "/org/a11y/bus",
            "org.freedesktop.DBus.Properties",
            "Set",
            GLib.Variant("(ssv)", ("org.a11y.Status", "IsEnabled", GLib.Variant("b", True))),
            None,
            Gio.DBusCallFlags.NONE,
            10_000,
            None,
        )
        Atspi.init()
        return Atspi, GLib.Error

    def find_frame(self):
        if self.process.poll() is not None:
            self.said.seek(0)
            raise AssertionError(f"the window ended with {self.process.returncode}: {self.said.read()}")
        # What has come since is not always told: look anew.
        self.atspi.get_desktop(0).clear_cache()
        with contextlib.suppress(self.gone):
            for program in self.children_of(self.atspi.get_desktop(0)):
                if program.get_name() and program.get_process_id() == self.process.pid:
                    for frame in self.children_of(program):
                        return frame
        return None

    def steady(self, ask, what):
        """The answer to a question of several calls, asked anew where the tree changed between them."""

        def attempt():
            with contextlib.suppress(self.gone):
                return (ask(),)
            return None

        return wait_for(attempt, what)[0]

    @staticmethod
    def children_of(node):
        for place in range(node.get_child_count()):
            child = node.get_child_at_index(place)
            if child is not None:
                yield child

    def all(self):
        """Everything in the tree, in reading order."""
        self.frame.clear_cache()
        waiting = [self.frame]
        while waiting:
            node = waiting.pop()
            yield node
            with contextlib.suppress(self.gone):
                waiting.extend(reversed(list(self.children_of(node))))

    def find(self, name, role=None, last=False):
        """The first or the last thing whose name is this text, or matches this pattern; in this role, if one is
        named."""
        matches = name.search if isinstance(name, re.Pattern) else lambda text: text == name
        found = None
        for node in self.all():
            # What vanishes while it is looked at is not what is looked for.
            with contextlib.suppress(self.gone):
                if matches(node.get_name() or "") and (role is None or node.get_role_name() == role):
                    if not last:
                        return node
                    found = node
        return found

    def wait(self, name, role=None, seconds=PATIENCE_SECONDS, last=False):
        try:
            return wait_for(lambda: self.find(name, role, last), f"{role or 'something'} called {name}", seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}\nthere are:\n{self.outline()}") from None

    def wait_gone(self, name, role=None):
        wait_for(lambda: self.find(name, role) is None, f"no {name}")

    def press(self, name, role=None, last=False):
        """Presses a control through its own action, as a screen reader does."""

        def find_action():
            action = self.wait(name, role, last=last).get_action_iface()
            assert action is not None and action.get_n_actions() > 0, f"{name} cannot be pressed"
            return action

        assert self.steady(find_action, f"how {name} is pressed").do_action(0), f"{name} was not pressed"

    def choose(self, name, choice):
        """Opens a list and chooses from it."""
        self.press(name, "combo box")
        self.press(choice)
        self.wait_gone(choice, "toggle button")

    def focus(self, name, role=None):
        """Gives a field the keyboard."""

        def grab():
            component = self.wait(name, role).get_component_iface()
            assert component is not None and component.grab_focus(), f"{name} takes no focus"

        def is_focused():
            return self.wait(name, role).get_state_set().contains(self.atspi.StateType.FOCUSED)

        self.steady(grab, f"the keyboard for {name}")
        wait_for(lambda: self.steady(is_focused, f"the state of {name}"), f"focus on {name}")

    def fill(self, name, text, role=None):
        """Replaces what is in a field, with the keyboard, or from the clipboard where there are no keys for it."""
        self.focus(name, role)
        self.desktop.key("ctrl+a")
        if text.isascii():
            self.desktop.type(text)
        else:
            self.desktop.paste(text)
        wait_for(lambda: self.text_of(name, role) == text, f"{text!r} in {name}")

    def place(self, name, role=None):
        """The middle of a control, in pixels of the screen."""

        def extents_of():
            return self.wait(name, role).get_component_iface().get_extents(self.atspi.CoordType.SCREEN)

        extents = self.steady(extents_of, f"the place of {name}")
        return extents.x + extents.width // 2, extents.y + extents.height // 2

    def click(self, name, role=None, button=1):
        self.desktop.xdotool("mousemove", *self.place(name, role), "click", button)

    def text_of(self, name, role=None):
        """What stands in a field."""

        def read():
            text = self.wait(name, role).get_text_iface()
            return text.get_text(0, text.get_character_count()) if text else ""

        return self.steady(read, f"the text of {name}")

    def outline(self):
        lines = []
        for node in self.all():
            with contextlib.suppress(self.gone):
                if node.get_name():
                    lines.append(f"  {node.get_role_name()}: {node.get_name()}")
        return "\n".join(lines)

    def end(self):
        """Ends it as a person's desktop does when it shuts down."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE_SECONDS)
