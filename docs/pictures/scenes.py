"""What is on the pictures of the guide, played in the real window. Controls are found by the words that the window has
for them, read from its own locale files, so that a scene is the same in both languages."""

import pathlib
import re
import subprocess
import sys
import time
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT / ".ci" / "e2e"))
from desktop import Desktop, Window, free_port, need

SIZE = (1460, 860)

READINGS = ("温度=26.5,湿度=40\r\n", "温度=26.7,湿度=41\r\n", "状态=正常\r\n", "温度=27.1,湿度=41\r\n")


class Words:
    """The window's words in one language."""

    def __init__(self, language):
        file = ROOT / "assets" / "locale" / language / "window.toml"
        self.texts = tomllib.loads(file.read_text(encoding="utf-8"))

    def __getitem__(self, key):
        section, name = key.split(".")
        return self.texts[section][name]


def window_with_traffic(desktop, language, theme):
    words = Words(language)
    window = Window(desktop, "--lang", language, "--theme", theme, profile=desktop.folder / f"{language}-{theme}")
    port = free_port()
    window.fill(words["connection.port"], str(port), "entry")
    window.press(words["connection.listen"], "push button")
    window.wait(re.compile(rf"0\.0\.0\.0:{port}"), "label")
    window.choose(words["encoding.name"], "GBK")
    sensors = [Sensor(desktop, window, port) for _ in range(2)]
    for number, reading in enumerate(READINGS * 2):
        sensors[number % 2].send(reading)
    window.choose(words["split.name"], words["split.lines"])
    window.wait(re.compile("温度=27.1,湿度=41"), "list item")
    return words, window


class Sensor:
    """A device that sends its readings in pieces of a few bytes, as those of the field do."""

    def __init__(self, desktop, window, port):
        self.process = desktop.start(["ncat", "127.0.0.1", str(port)], stdin=subprocess.PIPE)
        window.wait(re.compile(rf"127\.0\.0\.1:\d+ → 127\.0\.0\.1:{port}"), "list item")

    def send(self, reading):
        payload = reading.encode("gbk")
        for at in range(0, len(payload), 7):
            self.process.stdin.write(payload[at : at + 7])
            self.process.stdin.flush()
            time.sleep(0.05)


def main_picture(desktop, language, theme):
    words, window = window_with_traffic(desktop, language, theme)
    window.choose(words["append.name"], "CRLF")
    window.fill(words["composer.payload"], "读取,温度", "entry")
    window.press(words["composer.send"], "push button")
    window.wait(re.compile("TX 读取,温度"), "list item")
    window.fill(words["composer.payload"], "读取,湿度", "entry")
    window.click(re.compile("温度=27.1,湿度=41"), "list item")
    # Where the pointer rests, nothing is lit.
    desktop.xdotool("mousemove", SIZE[0] - 2, SIZE[1] - 2)
    picture(desktop, f"window-{language}-{theme}.png")
    window.end()


def picture(desktop, name):
    """The window without what the manager of windows puts around it."""
    # Waits until the screen stands still.
    desktop.screenshot(name)
    active = subprocess.run(["xprop", "-root", "_NET_ACTIVE_WINDOW"], capture_output=True, check=True, text=True).stdout
    subprocess.run(["import", "-window", active.split()[-1], str(HERE / name)], check=True)


def main():
    need("Xvfb", "openbox", "xdotool", "xprop", "import", "convert", "dbus-daemon", "xclip", "ncat", modules=("gi",))
    language, theme = sys.argv[1:]
    with Desktop(*SIZE) as desktop:
        main_picture(desktop, language, theme)
    print(f"docs/pictures/window-{language}-{theme}.png")


if __name__ == "__main__":
    main()
