"""A dask cluster as an engine: the only module that knows one, imported when one is asked for."""

from __future__ import annotations

import logging
import os
import pkgutil
import re
import time
import warnings
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any

from loadwatch.errors import LoadwatchError, WorkersGone
from loadwatch.formatting import clean_text
from loadwatch.pipeline.executors import (
    Engine,
    describe_versions,
)
from loadwatch.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# host and port, with or without how to get there
ADDRESS = re.compile(
    r"((tcp|tls|ws|wss|ucx)://)?([^\s/:]+|\[[0-9a-fA-F:.]+\]):\d{1,5}/?"
)
CONNECT_S = 10  # until a scheduler answers and has a worker
ANSWER_S = 30  # of a scheduler that has much to do
PATIENCE_S = 60.0  # without a worker at work: one that died may come back
MAX_DEATHS = 3  # in a row
MIN_MIB = 300  # of a worker: Python, pandas and the longest of usual files
ENTRIES_COMPARED = 200  # of a folder
KEPT = "What was read is kept; run the command again to go on."


@dataclass(slots=True)
class Cluster:
    """A connected cluster."""

    client: Any  # distributed.Client
    address: str
    threads: int = 1  # of all workers, when last asked
    least_memory: int = 0  # bytes that the smallest worker may take, 0 for no limit
    at_work_s: float = field(default_factory=time.monotonic)  # when a worker was last

    def count_threads(self) -> int:
        """Return how many items the cluster works on at a time."""
        return self.threads

    def check(self) -> None:
        """Raise WorkersGone if the scheduler is gone, or no worker was at work for a while."""
        states = self._ask_states()
        now_s = time.monotonic()
        if "running" in states:
            self.at_work_s = now_s
        elif now_s - self.at_work_s > PATIENCE_S:
            why = "has no worker left"
            if states:
                why = f"has no worker at work: {', '.join(sorted(set(states)))}"
                if "paused" in states:
                    why += " for lack of memory"
            raise WorkersGone(f"the dask scheduler at {self.address} {why}. {KEPT}")

    def _ask_states(self) -> list[str]:
        """Return the state of each worker; raise WorkersGone if the scheduler does not answer."""
        is_connected = self.client.status == "running"
        info = None
        with suppress(OSError, TimeoutError):
            identity = self.client.scheduler.identity
            info = is_connected and self.client.sync(
                identity, callback_timeout=ANSWER_S
            )
        if not info:
            raise WorkersGone(f"the dask scheduler at {self.address} went away. {KEPT}")
        self.threads = max(1, int(info.get("total_threads", 1)))
        workers = info["workers"].values()
        limits = [worker["memory_limit"] for worker in workers]
        self.least_memory = min(filter(None, limits), default=0)
        return [worker.get("status", "") for worker in workers]

    def can_share(self, paths: Sequence[Path], store: Path | None) -> bool:
        """Return whether each worker finds at `paths`, and in the folder `store`, what is here."""
        if store is None:
            return self._has_same_paths(paths)
        try:
            store.mkdir(mode=0o700, parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=store, prefix=".probe-") as probe:
                return self._has_same_paths([*paths, Path(probe.name)])
        except OSError:
            return False

    def _has_same_paths(self, paths: Sequence[Path]) -> bool:
        texts = [str(path.absolute()) for path in paths]
        here = describe_paths(texts)
        there = self.client.run(describe_paths, texts, on_error="return")
        return bool(there) and all(found == here for found in there.values())


@contextmanager
def open_cluster(address: str) -> Iterator[tuple[Cluster, Engine]]:
    """Connect to the dask scheduler at `address` and yield it, and how work is done there.

    Raises
    ------
    LoadwatchError : dask is not installed, no scheduler answers, it has no worker, or a worker
        has another version of loadwatch.
    """
    _check_address(address)
    try:
        import distributed  # noqa: PLC0415 - an extra, and slow
    except ImportError:
        raise LoadwatchError("--cluster needs dask: pip install '.[cluster]'") from None
    client_class: Any = distributed.Client
    with _silence_dask():
        try:
            client = client_class(address, timeout=CONNECT_S, set_as_default=False)
        except Exception as error:  # noqa: BLE001 - whatever else answers there
            raise LoadwatchError(
                f"no dask scheduler answers at {address} ({_first_line(error)})"
            ) from None
        try:
            cluster = Cluster(client, address)
            _check_workers(cluster)
            engine = Engine(
                # pure=False: two files of one digest are two tasks, none answered from memory
                start=lambda _: client.get_executor(pure=False),
                count_workers=cluster.count_threads,
                deaths=(distributed.KilledWorker,),
                check=cluster.check,
                most_deaths=MAX_DEATHS,
                tries_again=True,
            )
            yield cluster, engine
        finally:
            with suppress(
                Exception
            ):  # a scheduler that is gone cannot be left in order
                client.close(timeout=2)


def _check_address(address: str) -> None:
    """Refuse what is no address: dask would print a traceback of its own."""
    if not ADDRESS.fullmatch(address):
        raise LoadwatchError(
            f"--cluster wants the address of a dask scheduler, as tcp://10.0.0.1:8786; "
            f"{clean_text(address, 80)!r} is none"
        )


def _check_workers(cluster: Cluster) -> None:
    """Refuse a cluster without workers, or whose workers have another version of loadwatch."""
    client = cluster.client
    try:
        client.wait_for_workers(1, timeout=CONNECT_S)
    except (OSError, TimeoutError):
        raise LoadwatchError(
            f"the dask scheduler at {cluster.address} has no workers"
        ) from None
    # by its name, since a worker of another version may not have this module
    found = client.run(
        pkgutil.resolve_name, "loadwatch.version:__version__", on_error="return"
    )
    versions = [_describe_version(version) for version in found.values()]
    others = [version for version in versions if version != __version__]
    if others:
        raise LoadwatchError(describe_versions(__version__, others))
    cluster.check()
    memory_mib = cluster.least_memory >> 20
    if 0 < memory_mib < MIN_MIB:
        raise LoadwatchError(
            f"a worker at {cluster.address} has {memory_mib} MiB of memory; "
            f"it needs {MIN_MIB} MiB: dask worker --memory-limit"
        )


def _describe_version(found: object) -> str:
    if isinstance(found, str):
        return found
    return "none that can be imported"


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0] or type(error).__name__


def describe_paths(paths: Sequence[str]) -> list[object]:
    """Return what distinguishes each path from one of that name on another machine."""
    return [_describe_path(path) for path in paths]


def _describe_path(path: str) -> object:
    """Return inode, size and time of change of a file, of a folder those of its entries.

    A file that one of two processes may not read differs, too.
    """
    try:
        about = Path(path).stat()
        if not Path(path).is_dir():
            return _describe_file(path, about)
        names = sorted(os.listdir(path))[:ENTRIES_COMPARED]  # noqa: PTH208 - names alone
        entries = []
        for name in names:
            inside = f"{path}/{name}"
            entries.append((name, _describe_file(inside, os.lstat(inside))))
    except OSError:
        return None
    return (about.st_ino, entries)


def _describe_file(path: str, about: os.stat_result) -> tuple[int, int, int, bool]:
    can_read = os.access(path, os.R_OK)
    return (about.st_ino, about.st_size, about.st_mtime_ns, can_read)


@contextmanager
def _silence_dask() -> Iterator[None]:
    """Keep dask's own log and warnings from stderr: an error of ours is one line."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
