"""The system's file dialogs as the real window uses them: a file is chosen, nothing is chosen, the dialog never
answers, its service vanishes, and there is none. The window never waits for any of them."""

import pathlib
import re
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from desktop import Desktop, Window, need, wait_for
from window import Device, listen

PORTAL = pathlib.Path(__file__).parent / "portal.py"
# What hangs, hangs for ever; what is slow on a busy machine, is not.
AT_ONCE_SECONDS = 15


def main():
    need("Xvfb", "openbox", "xdotool", "import", "convert", "dbus-daemon", "ncat", modules=("gi",))
    with Desktop() as desktop:
        answers = desktop.folder / "answer"
        window = Window(desktop, "--lang", "en", "--theme", "light")
        port = listen(window)
        with Device(desktop, port) as device:
            device.send("ID=07\r\n")
            window.wait(re.compile("RX ID=07"), "list item")
            without_a_service(desktop, window)
            told = start_service(desktop, answers)
            a_file_is_sent(desktop, window, device, answers)
            a_log_is_saved(desktop, window, answers, told)
            nothing_is_chosen(window, answers)
            the_service_vanishes(desktop, window, answers)
            start_service(desktop, answers)
            it_never_answers(window, answers)
        window.end()
    print("dialogs: sent a file, saved a log, went on without an answer, without a service and without a choice")


def start_service(desktop, answers):
    told = (desktop.folder / "portal").open("w+")
    desktop.start([sys.executable, str(PORTAL), str(answers)], stdout=told)

    def lines():
        return pathlib.Path(told.name).read_text().splitlines()

    wait_for(lambda: "ready" in lines(), "the stand-in for the dialog service")
    return lines


def without_a_service(desktop, window):
    window.press("Save log…", "push button")

    def is_told():
        # An absence is known by its quick answer, which a busy machine may delay once.
        window.press("Browse…", "push button")
        time.sleep(1)
        return window.find(re.compile("type the path"))

    wait_for(is_told, "the remark that a path can be typed")
    desktop.screenshot("dialogs-none.png")
    cancel(window)


def a_file_is_sent(desktop, window, device, answers):
    path = desktop.folder / "固件 7.bin"
    path.write_bytes(bytes(range(256)) * 40)
    answers.write_text(f"ok {path}")
    window.press("File…", "push button")
    window.press("Browse…", "push button")
    wait_for(lambda: window.text_of("File", "entry") == str(path), f"{path} in the field")
    # The send area has a button of this name as well; what is in front comes last.
    window.press("Send", "push button", last=True)
    device.expect_bytes(path.read_bytes())
    window.wait_gone("Browse…", "push button")


def a_log_is_saved(desktop, window, answers, told):
    path = desktop.folder / "日志.txt"
    answers.write_text(f"ok {path}")
    window.press("Save log…", "push button")
    window.press("Browse…", "push button")
    wait_for(lambda: window.text_of("File", "entry") == str(path), f"{path} in the field")
    assert any(line.startswith("SaveFile") for line in told()), told()
    window.press("Save", "push button")
    wait_for(lambda: path.exists() and "ID=07" in path.read_text(encoding="utf-8"), "the saved log")
    window.wait_gone("Browse…", "push button")


def nothing_is_chosen(window, answers):
    answers.write_text("cancel")
    window.press("Save log…", "push button")
    before = window.text_of("File", "entry")
    window.press("Browse…", "push button")
    time.sleep(1)
    assert window.text_of("File", "entry") == before
    cancel(window)


def the_service_vanishes(desktop, window, answers):
    answers.write_text("die")
    window.press("Save log…", "push button")
    window.press("Browse…", "push button")
    time.sleep(1)
    still_answers(window)
    desktop.screenshot("dialogs-vanished.png")
    cancel(window)


def it_never_answers(window, answers):
    answers.write_text("never")
    window.press("Save log…", "push button")
    window.press("Browse…", "push button")
    time.sleep(1)
    still_answers(window)
    path = window.profile / "typed.txt"
    window.fill("File", str(path), "entry")
    window.press("Save", "push button")
    wait_for(path.exists, "the log at the typed path")


def cancel(window):
    """Closes the page and waits until it is gone: two presses in one frame would close the next one as well."""
    window.press("Cancel", "push button")
    window.wait_gone("Cancel", "push button")


def still_answers(window):
    """Something that needs a frame happens at once."""
    assert window.process.poll() is None, "the window is gone"
    begun = time.monotonic()
    window.fill("File", "/tmp/x", "entry")
    took = time.monotonic() - begun
    assert took < AT_ONCE_SECONDS, f"the window took {took:.1f} s to take a path"


if __name__ == "__main__":
    main()
