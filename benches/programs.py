"""What the measuring scripts have in common: programs that serve while something else measures, waiting, and the table."""

import contextlib
import datetime
import json
import os
import platform
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
CLI = TARGET / "release" / "sockscope-cli"
MIB = 1 << 20


def say(text):
    print(text, file=sys.stderr, flush=True)


class Missing(Exception):
    """Something a row needs is not here; the row says so instead of a figure."""


def raise_descriptor_limit():
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, seconds, what):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"not within {seconds} s: {what}")
        time.sleep(0.01)


def listens(port, kind="tcp"):
    """Whether some socket is bound to the port, without touching it."""
    wanted = f":{port:04X}"
    for table in (f"/proc/net/{kind}", f"/proc/net/{kind}6"):
        with contextlib.suppress(FileNotFoundError):
            for line in Path(table).read_text().splitlines()[1:]:
                fields = line.split()
                if fields[1].endswith(wanted) and (kind == "udp" or fields[3] == "0A"):
                    return True
    return False


class Program:
    """A program that serves while something else measures; ended in any case."""

    def __init__(self, command, stdout=subprocess.DEVNULL, folder=None):
        self.command = [str(word) for word in command]
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=stdout, stderr=self.errors, cwd=folder)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.errors.close()

    def said(self):
        self.errors.seek(0)
        return self.errors.read().decode(errors="replace")

    def wait_ready(self):
        """Until the program says that it is ready; the address it says."""

        def ready():
            if self.process.poll() is not None:
                raise RuntimeError(f"{' '.join(self.command)} ended with {self.process.returncode}: {self.said()}")
            return "ready: " in self.said()

        wait_until(ready, 10, f"ready from {' '.join(self.command)}")
        found = re.search(r"ready: .*?(\S+:\d+)\s*$", self.said(), re.MULTILINE)
        return found.group(1) if found else None

    def wait_bound(self, port, kind="tcp"):
        wait_until(lambda: listens(port, kind), 10, f"port {port} bound by {self.command[0]}")

    def interrupt(self, seconds=60):
        """Ends it as a person would, and returns its exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(seconds)

    def status(self, name):
        """A number from /proc, in its own unit (kB for sizes)."""
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"^{name}:\s+(\d+)", text, re.MULTILINE).group(1))

    def switches(self):
        """How often its threads have been put on or taken off a processor."""
        total = 0
        for status in Path(f"/proc/{self.process.pid}/task").glob("*/status"):
            total += sum(int(n) for n in re.findall(r"ctxt_switches:\s+(\d+)", status.read_text()))
        return total


def run_json(command, seconds=300):
    done = subprocess.run([str(word) for word in command], capture_output=True, timeout=seconds)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}: {done.stderr.decode(errors='replace')}")
    return json.loads(done.stdout.splitlines()[-1])


def verify_raw(loadgen, folder, journal, expect):
    """Whether every numbered message is there, whole and once."""
    raw = folder / "raw"
    subprocess.run([CLI, "export", journal, "--to", "raw", "--dir", "rx", "-o", raw], check=True, stderr=subprocess.DEVNULL)
    try:
        return verify_file(loadgen, raw, expect)
    finally:
        raw.unlink()


def verify_file(loadgen, path, expect):
    found = run_json([loadgen, "verify", path, "--expect", expect])
    if found["broken"] or found["dups"]:
        raise RuntimeError(f"{path}: {found['broken']} broken, {found['dups']} twice")
    return found["unique"]


def processor():
    with contextlib.suppress(OSError, AttributeError):
        return re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE).group(1)
    return platform.processor() or platform.machine()


def print_table(rows, scale):
    now = datetime.datetime.now(datetime.timezone.utc)
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    print(f"Measured {now:%Y-%m-%d %H:%M} UTC at {commit or 'no commit'}: {processor()}, {os.cpu_count()} cores,")
    print(f"{platform.system()} {platform.release()}, load average at the end {os.getloadavg()[0]:.1f}.")
    if scale > 1:
        print(f"A quick run: loads are 1/{scale} of what the rows say.")
    print("\n| what | reference | ours | ratio | goal | met |\n| --- | --- | --- | --- | --- | --- |")
    for what, goal, result in rows:
        ratio = result["ratio"]
        shown = "" if ratio is None else ratio if isinstance(ratio, str) else f"{ratio:.2f}"
        met = {True: "yes", False: "**no**", None: "?"}[result["met"]]
        print(f"| {what} | {result['reference']} | {result['ours']} | {shown} | {goal} | {met} |")
