"""The real window from its first start: a person opens a listener, a device connects, its bytes are seen, a reply is
typed in GBK, and the log is saved. Everything is found by name in the accessibility tree, as a screen reader does."""

import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from desktop import Desktop, Window, free_port, need, wait_for

QUESTION = "温度=25.4℃"
ANSWER = "已收到 OK"


def main():
    need("Xvfb", "openbox", "xdotool", "import", "convert", "dbus-daemon", "xclip", "ncat", modules=("gi",))
    with Desktop() as desktop:
        window = Window(desktop, "--lang", "en", "--theme", "dark")
        desktop.screenshot("window-first-start.png")
        port = listen(window)
        with Device(desktop, port) as device:
            device.send(f"{QUESTION}\r\n")
            window.choose("Encoding", "GBK")
            window.wait(re.compile(QUESTION), "list item")
            answer(window)
            titled(window)
            device.expect(f"{ANSWER}\r\n")
            window.wait(re.compile(f"TX {ANSWER}"), "list item")
            desktop.screenshot("window-traffic.png")
            save(window)
            switch_language(window)
            desktop.screenshot("window-chinese.png")
        window.end()
        assert window.process.returncode == 0, f"it ended with {window.process.returncode}, and not by itself"
        journals = list((window.profile / "sessions").glob("*.skj"))
        assert len(journals) == 1, f"one journal was written, not {len(journals)}"
    print("window: opened, listened, received, answered in GBK, saved, spoke Chinese, quit")


def listen(window, port_field="Port", button="Listen"):
    port = free_port()
    window.fill(port_field, str(port), "entry")
    window.press(button, "push button")
    window.wait(re.compile(rf"0\.0\.0\.0:{port}"), "label")
    return port


def answer(window):
    window.choose("Line ending", "CRLF")
    window.fill("Payload", ANSWER, "entry")
    window.press("Send", "push button")


def titled(window):
    """Fields that were gone to leave the window its name in the task bar."""
    named = ["xdotool", "search", "--all", "--pid", str(window.process.pid), "--name", "^Sockscope$"]
    assert subprocess.run(named, capture_output=True).stdout.strip(), "the window has lost its title"


def save(window):
    """What is shown becomes a file that says what was shown."""
    path = window.profile / "saved.txt"
    window.press("Save log…", "push button")
    window.fill("File", str(path), "entry")
    window.press("Save", "push button")
    wait_for(lambda: path.exists() and path.stat().st_size > 0, "the saved log")
    wait_for(lambda: ANSWER in path.read_text(encoding="utf-8"), f"{ANSWER} in the saved log")
    assert QUESTION in path.read_text(encoding="utf-8"), path.read_text(encoding="utf-8")


def switch_language(window):
    window.press("EN / 中", "push button")
    window.wait("保存日志…", "push button")


class Device:
    """A device that somebody else wrote: ncat."""

    def __init__(self, desktop, port):
        self.process = desktop.start(["ncat", "127.0.0.1", str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        os.set_blocking(self.process.stdout.fileno(), False)
        self.received = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def send(self, text):
        self.process.stdin.write(text.encode("gbk"))
        self.process.stdin.flush()

    def expect(self, text):
        self.expect_bytes(text.encode("gbk"))

    def expect_bytes(self, wanted):
        """These bytes come next, and nothing else."""

        def came():
            self.received += self.process.stdout.read() or b""
            return len(self.received) >= len(wanted)

        wait_for(came, f"{wanted[:80]!r} at the device, which has {self.received[:80]!r}")
        assert self.received == wanted, f"the device was sent {self.received[:80]!r} instead of {wanted[:80]!r}"
        self.received = b""


if __name__ == "__main__":
    main()
