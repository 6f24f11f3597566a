"""Runs the window under Xvfb, opens a listener with the keyboard, and talks to it as a device would.

Needs Xvfb, xdotool and ImageMagick's import. SOCKSCOPE_BIN names the program; screenshots go to ARTIFACTS.
"""

import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time

BINARY = os.environ["SOCKSCOPE_BIN"]
ARTIFACTS = pathlib.Path(os.environ.get("ARTIFACTS", "."))
WIDTH, HEIGHT = 1460, 860
PATIENCE_SECONDS = 30


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        screen, display = start_screen()
        environment = dict(os.environ, DISPLAY=display, LIBGL_ALWAYS_SOFTWARE="1")
        environment.pop("WAYLAND_DISPLAY", None)
        port = free_port()
        write_profile(pathlib.Path(folder), port)
        window = subprocess.Popen(
            [BINARY, "--profile-dir", folder, "--lang", "zh-Hans", "--theme", "dark"], env=environment
        )
        try:
            drive(environment, port)
            quit_in_order(environment, window)
            journals = list(pathlib.Path(folder, "sessions").glob("*.skj"))
            check(len(journals) == 1, f"one journal was written, not {len(journals)}")
        finally:
            window.kill()
            screen.kill()
    print("window: opened, listened, received, answered, quit")


def start_screen() -> tuple[subprocess.Popen, str]:
    """Xvfb picks a free display itself and writes its number."""
    reading, writing = os.pipe()
    screen = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "+extension", "GLX"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as pipe:
        return screen, ":" + pipe.readline().strip()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def write_profile(folder: pathlib.Path, port: int) -> None:
    (folder / "tabs.toml").write_text(
        "version = 1\nactive = 0\n[[tabs]]\nkind = \"tcp-server\"\n"
        f"local_host = \"127.0.0.1\"\nlocal_port = \"{port}\"\nencoding = \"gbk\"\n"
    )


def drive(environment: dict, port: int) -> None:
    window = wait_for(lambda: find_window(environment), "the window is on the screen")
    xdotool(environment, "windowfocus", window)
    screenshot(environment, "window-empty.png")
    xdotool(environment, "key", "ctrl+o")
    device = wait_for(lambda: connect(port), "the listener takes a connection")
    with device:
        device.sendall("温度=25.4℃\r\n".encode("gbk"))
        # The send field is above the status line, left of the send button.
        xdotool(environment, "mousemove", "600", str(HEIGHT - 110), "click", "1")
        xdotool(environment, "type", "--delay", "30", "hello device")
        xdotool(environment, "key", "ctrl+Return")
        device.settimeout(PATIENCE_SECONDS)
        answer = receive(device, len("hello device"))
        check(answer == b"hello device", f"the device was answered {answer!r}")
        screenshot(environment, "window-traffic.png")


def connect(port: int) -> socket.socket | None:
    try:
        return socket.create_connection(("127.0.0.1", port), timeout=1)
    except OSError:
        return None


def receive(device: socket.socket, count: int) -> bytes:
    received = b""
    while len(received) < count:
        part = device.recv(count - len(received))
        if not part:
            break
        received += part
    return received


def quit_in_order(environment: dict, window: subprocess.Popen) -> None:
    xdotool(environment, "key", "ctrl+o")
    window.send_signal(signal.SIGTERM)
    window.wait(timeout=PATIENCE_SECONDS)


def find_window(environment: dict) -> str | None:
    found = subprocess.run(
        ["xdotool", "search", "--onlyvisible", "--name", "Sockscope"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout.split("\n")[0] or None


def xdotool(environment: dict, *words: str) -> None:
    subprocess.run(["xdotool", *words], env=environment, check=True)


def screenshot(environment: dict, name: str) -> None:
    time.sleep(1.0)  # The picture is for people: one second lets the last frame reach the screen.
    subprocess.run(["import", "-window", "root", str(ARTIFACTS / name)], env=environment, check=True)


def wait_for(attempt, what: str):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        result = attempt()
        if result:
            return result
        time.sleep(0.1)
    sys.exit(f"not within {PATIENCE_SECONDS} s: {what}")


def check(is_so: bool, what: str) -> None:
    if not is_so:
        sys.exit(f"failed: {what}")


if __name__ == "__main__":
    main()
