"""A part of the program breaks, and then the window itself: the person is told each time, nothing that was received is
lost, and the last session is offered."""

import os
import pathlib
import re
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from desktop import Desktop, Window, free_port, need, wait_for

BROKE = "A part of Sockscope broke"
# The window is started again only after it has lived as long as this.
LEAST_LIFE_SECONDS = 11


def main():
    need("Xvfb", "openbox", "xdotool", "import", "convert", "dbus-daemon", "ncat", modules=("gi",))
    which = sys.argv[1]
    with Desktop() as desktop:
        # Enough steps that the listener is there and something was received.
        os.environ["SOCKSCOPE_FAULT"] = {"session": "session-1:8", "window": "main:100"}[which]
        window = Window(desktop, "--lang", "en", "--theme", "dark")
        port = free_port()
        window.fill("Port", str(port), "entry")
        window.press("Listen", "push button")
        window.wait(re.compile(rf"0\.0\.0\.0:{port}"), "label")
        device = desktop.start(["ncat", "127.0.0.1", str(port)], stdin=subprocess.PIPE)
        {"session": session_falls, "window": window_falls}[which](desktop, window, device)


def say(device, number):
    try:
        device.stdin.write(f"reading {number:06}\n".encode())
        device.stdin.flush()
    except BrokenPipeError:
        pass  # The program has let go of it.


def journals(window):
    return list((window.profile / "sessions").glob("*.skj"))


def reports(window):
    """The reports that are written to their end."""
    found = (window.profile / "fault-reports").glob("*.txt")
    return [report for report in found if "Nothing that was received" in report.read_text()]


def session_falls(desktop, window, device):
    for number in range(200):
        say(device, number)
        if reports(window):
            break
        time.sleep(0.05)
    window.wait(BROKE)
    desktop.screenshot("fault-session.png")
    (report,) = reports(window)
    text = report.read_text()
    assert "thread: session-1" in text and "reading" not in text, text
    window.press("Close", "push button")
    window.wait_gone(BROKE)
    # The rest goes on: the session can be opened again.
    window.press("Listen", "push button")
    wait_for(lambda: len(journals(window)) == 2, "a journal of the new session")
    window.end()
    print("fault: a session's thread fell; it was told, and the window went on")


def window_falls(desktop, window, device):
    del os.environ["SOCKSCOPE_FAULT"]
    say(device, 1)
    window.wait(re.compile("reading 000001"), "list item")
    time.sleep(LEAST_LIFE_SECONDS)
    # Frames, until the one that falls. The program that is started instead has the same process number.
    for number in range(2, 2_000):
        say(device, number)
        if reports(window):
            break
        time.sleep(0.05)
    wait_for(lambda: reports(window), "a report of the window's fall")
    (report,) = reports(window)
    assert "thread: main" in report.read_text(), report.read_text()
    wait_for(lambda: window.process.poll() is None, "the window that is started again")
    window.frame = wait_for(window.find_frame, "the window that is started again")
    window.wait(BROKE)
    desktop.screenshot("fault-window.png")
    window.press("Close", "push button")
    window.wait("Show the last session", "push button")
    (journal,) = journals(window)
    console = os.environ["SOCKSCOPE_CLI_BIN"]
    verified = subprocess.run([console, "verify", str(journal)], capture_output=True, check=False, text=True)
    assert verified.returncode == 0, verified
    window.end()
    print("fault: the window fell; it came back, said so, and offered the session, which is whole")


if __name__ == "__main__":
    main()
