"""A pool of local processes with the interface of `map`: a process that dies costs one item."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from loadwatch.errors import LoadwatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Future

    Function = Callable[[Any], Any]
    MapFunction = Callable[[Function, Iterable[Any]], Iterator[Any]]
    Batch = tuple[Any, ...]

ITEMS_PER_BATCH = 8  # items that go to a process together
BATCHES_AHEAD = 2  # batches under way per process: items carry bytes, so few


class WorkerDied(LoadwatchError):
    """A process died while it worked on one item (a crash below Python, or out of memory)."""

    def __init__(self, item: object) -> None:
        super().__init__("the process that read it died")
        self.item = item


def _raise_died(item: object) -> Any:
    raise WorkerDied(item)


@dataclass(slots=True)
class _WorkerPool:
    """The processes at work; replaced as a whole when one of them dies."""

    jobs: int
    preload: Sequence[str]
    executor: ProcessPoolExecutor | None = None

    def submit(self, function: Function, batch: Batch) -> Future[list[Any]]:
        """Start work on `batch`, and the processes if there are none."""
        if self.executor is None:
            self.executor = _start_executor(self.jobs, self.preload)
        with _defer_sigint():
            return self.executor.submit(_run_batch, function, batch)

    def shut_down(self) -> None:
        """End the processes; the next `submit` starts new ones."""
        executor, self.executor = self.executor, None
        if executor:
            executor.shutdown(wait=True, cancel_futures=True)


@dataclass(frozen=True, slots=True)
class _PendingBatch:
    """A batch under way, and the executor that works on it."""

    items: Batch
    future: Future[list[Any]]
    executor: ProcessPoolExecutor | None


@contextmanager
def open_pool(
    jobs: int,
    *,
    on_death: Function = _raise_died,
    preload: Sequence[str] = ("loadwatch.ingest.readers",),
) -> Iterator[MapFunction]:
    """Yield a `map` over `jobs` processes: results in order, few items under way at a time.

    Parameters
    ----------
    jobs : number of processes.
    on_death : gives the result of an item over which a process died; by default raises WorkerDied.
    preload : modules that are imported once, for all processes.
    """
    workers = _WorkerPool(jobs, preload)
    try:
        yield lambda function, items: _map_batches(workers, function, items, on_death)
    finally:
        workers.shut_down()


def _start_executor(jobs: int, preload: Sequence[str]) -> ProcessPoolExecutor:
    """Return processes that share no open store and no held lock with this one."""
    method = "spawn"
    if "forkserver" in multiprocessing.get_all_start_methods():
        method = "forkserver"
    context = multiprocessing.get_context(method)
    if method == "forkserver":
        context.set_forkserver_preload(list(preload))
    return ProcessPoolExecutor(jobs, context, _ignore_sigint)


@contextmanager
def _defer_sigint() -> Iterator[None]:
    """Hold back Ctrl-C while processes start, and raise it afterwards.

    A process that is interrupted while it starts prints a traceback of its own; one that inherits
    the blocked signal does not get it at all.
    """
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or not hasattr(signal, "pthread_sigmask"):
        yield
        return
    received: list[int] = []
    handler = signal.signal(
        signal.SIGINT, lambda number, _frame: received.append(number)
    )
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGINT, handler)
    if received:
        signal.raise_signal(signal.SIGINT)


def _ignore_sigint() -> None:
    """Leave Ctrl-C to the parent process, which ends the work in order."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _run_batch(function: Function, batch: Batch) -> list[Any]:
    return [function(item) for item in batch]


def _map_batches(
    workers: _WorkerPool, function: Function, items: Iterable[Any], on_death: Function
) -> Iterator[Any]:
    """Yield the results of `items` in order, BATCHES_AHEAD batches per process under way."""
    rest = iter(items)
    under_way: deque[_PendingBatch] = deque()
    try:
        while True:
            while len(under_way) < BATCHES_AHEAD * workers.jobs:
                batch = tuple(islice(rest, ITEMS_PER_BATCH))
                if not batch:
                    break
                future = _submit_batch(workers, function, batch)
                under_way.append(_PendingBatch(batch, future, workers.executor))
            if not under_way:
                return
            pending = under_way.popleft()
            yield from _collect_results(workers, function, pending, on_death)
    finally:
        for pending in under_way:
            pending.future.cancel()


def _submit_batch(
    workers: _WorkerPool, function: Function, batch: Batch
) -> Future[list[Any]]:
    try:
        return workers.submit(function, batch)
    except BrokenProcessPool:  # a process died between two submits
        workers.shut_down()
        return workers.submit(function, batch)


def _collect_results(
    workers: _WorkerPool, function: Function, pending: _PendingBatch, on_death: Function
) -> list[Any]:
    """Return the results of a batch; if its process died, work on its items one by one."""
    try:
        return pending.future.result()
    except BrokenProcessPool:  # all that this executor had under way is lost with it
        if workers.executor is pending.executor:
            workers.shut_down()
        return _retry_one_by_one(workers, function, pending.items, on_death)


def _retry_one_by_one(
    workers: _WorkerPool, function: Function, batch: Batch, on_death: Function
) -> list[Any]:
    """Return the results of a batch, each item in a process of its own if need be.

    Only the item over which a process dies again gets `on_death`'s result.
    """
    results = []
    alone = _WorkerPool(1, workers.preload)
    try:
        for item in batch:
            try:
                results += alone.submit(function, (item,)).result()
            except BrokenProcessPool:
                alone.shut_down()
                results.append(on_death(item))
    finally:
        alone.shut_down()
    return results
