"""What the pages of `serve` cost: the first after the start, each other one, and a large drop.

    python -m tests.bench.pages [FILES_DROPPED]       (default: 2,000; Linux)

A runner of two years and 520 runs of real size is made, then a server started as a user starts it.
CPU is that of the server's process. The drop is one form with that many files of 110 KB.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.make_club import make_club

YEARS = 2
BORDER = b"border"
PAGES = (
    *("/", "/report", "/weeks", "/runs", "/runs?all", "/plan", "/course"),
    *("/shoes", "/settings", "/files", "/state"),
)


class Server:
    """`loadwatch serve` as a process of its own."""

    def __init__(self, folder: Path, cache: Path) -> None:
        env = {**os.environ, "XDG_CACHE_HOME": str(cache), "PYTHONUNBUFFERED": "1"}
        command = [sys.executable, "-m", "loadwatch", "serve", str(folder)]
        self.process = subprocess.Popen(
            [*command, "--no-browser", "-q"], stdout=subprocess.PIPE, text=True, env=env
        )
        assert self.process.stdout is not None
        address = self.process.stdout.readline().strip()
        self.port, token = address.split(":")[2].split("/?token=")
        self.headers = {
            "Cookie": f"loadwatch_token_{self.port}={token}",
            "Origin": f"http://127.0.0.1:{self.port}",
        }

    def ask(self, path: str) -> str:
        line = http.client.HTTPConnection("127.0.0.1", int(self.port), timeout=600)
        with contextlib.closing(line):
            line.request("GET", path, headers=self.headers)
            return line.getresponse().read().decode()

    def wait_until_read(self, version: int) -> int:
        """Return how many states of the progress a page could show."""
        states = set()
        while True:
            state = json.loads(self.ask("/state"))
            states.add(state["done"])
            if not state["total"] and state["version"] >= version:
                return len(states)
            time.sleep(0.2)

    def drop(self, files: list[Path]) -> int:
        """Send files as one form; return the status."""
        heads = [
            b'--%b\r\nContent-Disposition: form-data; name="files"; filename="%b"\r\n\r\n'
            % (BORDER, path.name.encode())
            for path in files
        ]
        last = b"--%b--\r\n" % BORDER
        size = sum(len(head) + 2 for head in heads) + len(last)
        size += sum(path.stat().st_size for path in files)
        line = http.client.HTTPConnection("127.0.0.1", int(self.port), timeout=600)
        with contextlib.closing(line):
            line.putrequest("POST", "/drop")
            kind = f"multipart/form-data; boundary={BORDER.decode()}"
            headers = {**self.headers, "Content-Type": kind, "Content-Length": size}
            for name, value in headers.items():
                line.putheader(name, str(value))
            line.endheaders()
            for head, path in zip(heads, files, strict=True):
                line.send(head + path.read_bytes() + b"\r\n")
            line.send(last)
            return line.getresponse().status

    @property
    def cpu_s(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().split()
        return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")

    @property
    def peak_mb(self) -> int:
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(text.split("VmHWM:")[1].split()[0]) // 1000

    def close(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=60)


def measure_pages(folder: Path, cache: Path) -> list[str]:
    """Return a line for the start on a warm store, and one for each page."""
    first = Server(folder, cache)
    first.wait_until_read(1)
    first.close()
    begin = time.monotonic()
    server = Server(folder, cache)
    page = server.ask("/")
    wall = time.monotonic() - begin
    assert "Last runs" in page or "Reading your files" in page
    server.wait_until_read(1)
    lines = [
        f"start and first page: {server.cpu_s:.2f} s CPU, {wall:.2f} s by the clock"
    ]
    found = re.search(r'href="(/runs/[^"]+)"', server.ask("/runs"))
    assert found
    for path in (*PAGES, found[1]):
        costs = []
        for _ in range(2):
            before = server.cpu_s
            server.ask(path)
            costs.append(1000 * (server.cpu_s - before))
        lines.append(f"{path:30} {costs[0]:4.0f} ms CPU, again {costs[1]:4.0f}")
    server.close()
    return lines


def measure_drop(files: list[Path], folder: Path, cache: Path) -> str:
    """Return what a drop of many files costs, until they are read."""
    server = Server(folder, cache)
    server.wait_until_read(1)
    before = server.cpu_s
    begin = time.monotonic()
    status = server.drop(files)
    copied = time.monotonic() - begin
    states = server.wait_until_read(2)
    text = (
        f"{len(files)} files dropped: {status}, {server.cpu_s - before:.1f} s CPU, answered after "
        f"{copied:.1f} s, read after {time.monotonic() - begin:.1f} s, {states} states of the "
        f"progress, peak {server.peak_mb} MB"
    )
    server.close()
    return text


def main(dropped: int = 2000) -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        folder: Any = next(make_runner(root / "two", YEARS).iterdir())
        print("\n".join(measure_pages(folder, root / "cache")), flush=True)
        many = next(make_runner(root / "many", -(-dropped // 260)).iterdir())
        empty = root / "empty"
        empty.mkdir()
        files = sorted(many.iterdir())[:dropped]
        print(measure_drop(files, empty, root / "cache"))


def make_runner(folder: Path, years: int) -> Path:
    make_club(folder, 1, years)
    return folder


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
