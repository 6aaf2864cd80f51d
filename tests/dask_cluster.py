"""A dask scheduler and workers as processes on loopback, ended whatever happens."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT = Path(__file__).parents[1]
START_S = 180.0  # of any process, on a busy machine


class DaskCluster:
    """Processes of one cluster."""

    def __init__(self, folder: Path, environment: Mapping[str, str] | None) -> None:
        self.file = folder / "scheduler.json"
        self.folder = folder
        place = ("--host", "127.0.0.1", "--port", "0")
        self.scheduler = self._start("scheduler", *place, environment=environment)
        self.workers: list[subprocess.Popen[bytes]] = []
        self.address = str(_wait_for_file(self.file, self.scheduler)["address"])

    def add_worker(
        self, *options: str, environment: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """Start one more worker with one thread; it may be at work only a while later."""
        worker = self._start(
            "worker",
            *("--nthreads", "1", "--local-directory", str(self.folder)),
            *options,
            environment=environment,
        )
        self.workers.append(worker)
        return worker

    def wait_for_workers(self) -> None:
        """Return once every worker is known to the scheduler."""
        from distributed import Client

        with Client(self.address, timeout=START_S, set_as_default=False) as client:
            client.wait_for_workers(len(self.workers), timeout=START_S)

    def _start(
        self, name: str, *options: str, environment: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        command = [
            *(sys.executable, "-m", f"distributed.cli.dask_{name}", *options),
            *("--scheduler-file", str(self.file), "--no-dashboard"),
        ]
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env={**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})},
                start_new_session=True,  # so that its children can be ended with it
            )

    def stop(self) -> None:
        """Kill every process."""
        processes = [*self.workers, self.scheduler]
        for process in processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        for process in processes:
            process.wait(timeout=START_S)


def _wait_for_file(path: Path, process: subprocess.Popen[bytes]) -> dict[str, object]:
    """Return the JSON that a process writes when it is ready."""
    end_s = time.monotonic() + START_S
    while time.monotonic() < end_s and process.poll() is None:
        with suppress(OSError, ValueError):
            found: dict[str, object] = json.loads(path.read_text())
            return found
        time.sleep(0.05)
    raise AssertionError("no scheduler came up")


@contextmanager
def start_cluster(
    folder: Path,
    workers: int = 2,
    options: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> Iterator[DaskCluster]:
    """Yield a cluster whose files are in `folder`, with so many workers of one thread each."""
    folder.mkdir(parents=True, exist_ok=True)
    cluster = DaskCluster(folder, environment)
    try:
        for _ in range(workers):
            cluster.add_worker(*options, environment=environment)
        if workers:
            cluster.wait_for_workers()
        yield cluster
    finally:
        cluster.stop()
