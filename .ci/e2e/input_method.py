"""Chinese typed as people type it: with a real input method. What is half typed is not sent, whichever key is pressed,
and what is chosen arrives at the peer in the session's encoding."""

import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from desktop import Desktop, Window, need, wait_for
from window import Device, listen

# The first method of a group is on in every field from the beginning.
PROFILE = """[Groups/0]
Name=Default
Default Layout=us
DefaultIM=pinyin

[Groups/0/Items/0]
Name=pinyin

[GroupOrder]
0=Default
"""


def main():
    need("Xvfb", "openbox", "xdotool", "import", "convert", "dbus-daemon", "ncat", "fcitx5", modules=("gi",))
    with Desktop(XMODIFIERS="@im=fcitx") as desktop:
        start_input_method(desktop)
        window = Window(desktop, "--lang", "zh-Hans", "--theme", "light")
        port = listen(window, "端口", "开始监听")
        with Device(desktop, port) as device:
            device.send("ID=07\r\n")
            window.choose("编码", "GBK")
            window.focus("发送内容", "entry")
            compose_and_send(desktop, window, device)
        window.end()
    print("input method: composed 你好, sent nothing meanwhile, sent it in GBK when it was chosen")


def start_input_method(desktop):
    folder = pathlib.Path(os.environ["XDG_CONFIG_HOME"], "fcitx5")
    (folder / "conf").mkdir(parents=True)
    (folder / "profile").write_text(PROFILE)
    # What it would fetch or announce is of no use here.
    (folder / "conf" / "pinyin.conf").write_text("CloudPinyinEnabled=False\nFirstRun=False\n")
    desktop.start(["fcitx5", "--disable=wayland,notifications,cloudpinyin"])
    wait_for(lambda: remote("-n"), "the input method")


def remote(*words):
    done = subprocess.run(["fcitx5-remote", *words], capture_output=True, text=True, timeout=20, check=False)
    return done.returncode == 0


def compose_and_send(desktop, window, device):
    desktop.type("nihao")
    desktop.screenshot("input-method-composing.png")
    # In the middle of a word the keys are the input method's.
    desktop.key("ctrl+Return")
    desktop.screenshot("input-method-not-sent.png")
    assert window.find(re.compile("^TX")) is None, f"something was sent while composing:\n{window.outline()}"
    if "你好" not in window.text_of("发送内容", "entry"):
        desktop.key("ctrl+a", "BackSpace")
        desktop.type("nihao")
        desktop.key("space")
    wait_for(lambda: window.text_of("发送内容", "entry") == "你好", "你好 in the send field")
    desktop.screenshot("input-method-chosen.png")
    desktop.key("ctrl+Return")
    device.expect("你好")
    window.wait(re.compile("TX 你好"), "list item")
    desktop.screenshot("input-method-sent.png")


if __name__ == "__main__":
    main()
