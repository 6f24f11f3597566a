"""Chinese typed as people type it: with real input methods. What is half typed is not sent, whichever key is pressed,
and what is chosen arrives at the peer in the session's encoding."""

import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from desktop import Desktop, Window, need, wait_for
from window import Device, listen

# Debian keeps it beside the daemon; without a service for settings the method does not start.
IBUS_SETTINGS_IN_MEMORY = "/usr/libexec/ibus-memconf"

# fcitx5: the first method of a group is on in every field from the beginning.
PROFILE = """[Groups/0]
Name=Default
Default Layout=us
DefaultIM=pinyin

[Groups/0/Items/0]
Name=pinyin

[GroupOrder]
0=Default
"""


def main(name):
    method = {method.name: method for method in (Fcitx, Ibus)}[name]
    need("Xvfb", "openbox", "xdotool", "import", "convert", "dbus-daemon", "ncat", *method.programs, modules=("gi",))
    with Desktop(XMODIFIERS=f"@im={name}") as desktop:
        method.start(desktop)
        window = Window(desktop, "--lang", "zh-Hans", "--theme", "light")
        port = listen(window, "端口", "开始监听")
        with Device(desktop, port) as device:
            device.send("ID=07\r\n")
            window.choose("编码", "GBK")
            window.focus("发送内容", "entry")
            compose_and_send(desktop, window, device, method)
        window.end()
    print(f"{name}: composed 你好, sent nothing meanwhile, sent it in GBK when it was chosen")


class Fcitx:
    """Keeps Ctrl+Enter to itself and ends the word with it."""

    name = "fcitx"
    programs = ("fcitx5", "fcitx5-remote")

    @staticmethod
    def start(desktop):
        folder = pathlib.Path(os.environ["XDG_CONFIG_HOME"], "fcitx5")
        (folder / "conf").mkdir(parents=True)
        (folder / "profile").write_text(PROFILE)
        # What it would fetch or announce is of no use here.
        (folder / "conf" / "pinyin.conf").write_text("CloudPinyinEnabled=False\nFirstRun=False\n")
        desktop.start(["fcitx5", "--disable=wayland,notifications,cloudpinyin"])
        wait_for(lambda: says("fcitx5-remote", "-n"), "fcitx5")

    @staticmethod
    def choose(desktop, window):
        if "你好" not in window.text_of("发送内容", "entry"):
            desktop.key("ctrl+a", "BackSpace")
            desktop.type("nihao")
            desktop.key("space")


class Ibus:
    """Gives Ctrl+Enter back to the window and composes on."""

    name = "ibus"
    programs = ("ibus", "ibus-daemon")

    @staticmethod
    def start(desktop):
        # Its own panel is of no use here, and its settings live as long as the test.
        desktop.start(["ibus-daemon", "--xim", "--panel=disable", f"--config={IBUS_SETTINGS_IN_MEMORY}"])
        wait_for(Ibus.takes_pinyin, "ibus")

    @staticmethod
    def takes_pinyin():
        # It says that it failed where it cannot set a keyboard layout, and takes the method all the same.
        says("ibus", "engine", "libpinyin")
        return "libpinyin" in (says("ibus", "engine") or "")

    @staticmethod
    def choose(desktop, window):
        assert "你好" in window.text_of("发送内容", "entry"), "the word that is composed went away"
        # Nor does the next one send what is there besides the word.
        desktop.key("ctrl+Return")
        desktop.key("space")


def says(*words):
    """What a program prints when it succeeds."""
    done = subprocess.run(words, capture_output=True, text=True, timeout=20, check=False)
    return (done.stdout or " ") if done.returncode == 0 else None


def compose_and_send(desktop, window, device, method):
    desktop.type("nihao")
    desktop.screenshot(f"{method.name}-composing.png")
    # In the middle of a word the keys are the input method's.
    desktop.key("ctrl+Return")
    desktop.screenshot(f"{method.name}-not-sent.png")
    method.choose(desktop, window)
    wait_for(lambda: window.text_of("发送内容", "entry") == "你好", "你好 in the send field")
    desktop.screenshot(f"{method.name}-chosen.png")
    assert window.find(re.compile("^TX")) is None, f"something was sent while composing:\n{window.outline()}"
    desktop.key("ctrl+Return")
    device.expect("你好")
    window.wait(re.compile("TX 你好"), "list item")
    desktop.screenshot(f"{method.name}-sent.png")
    # Who leaves a word in the middle has the keys back.
    desktop.type("nihao")
    window.click(re.compile("TX 你好"), "list item")
    desktop.key("ctrl+f")
    window.wait("查找", "entry")
    desktop.screenshot(f"{method.name}-left.png")


if __name__ == "__main__":
    main(sys.argv[1])
