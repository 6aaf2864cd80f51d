"""A pool of local processes in the shape of `map`, in which a dying worker costs one item and no more."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from loadwatch.errors import LoadwatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Future

    Function = Callable[[Any], Any]
    MapFunction = Callable[[Function, Iterable[Any]], Iterator[Any]]
    Batch = tuple[Any, ...]

ITEMS_PER_BATCH = 8  # items that go to a worker together
BATCHES_AHEAD = 2  # batches under way for each worker: items carry bytes, so few


class WorkerDied(LoadwatchError):
    """A worker process died over one item (a crash below Python, or out of memory)."""

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
    executor: ProcessPoolExecutor | None = field(default=None)

    def submit(self, function: Function, batch: Batch) -> Future[list[Any]]:
        if self.executor is None:
            self.executor = _start_executor(self.jobs, self.preload)
        with _defer_sigint():
            return self.executor.submit(_run_batch, function, batch)

    def shut_down(self) -> None:
        executor, self.executor = self.executor, None
        if executor:
            executor.shutdown(wait=True, cancel_futures=True)


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
    died : what stands for the result of an item over which a process died; raises DiedError unless given.
    preload : modules that processes start with, imported once for all of them.
    """
    workers = _WorkerPool(jobs, preload)
    try:
        yield lambda function, items: _map_batches(workers, function, items, on_death)
    finally:
        workers.shut_down()


def _start_executor(jobs: int, preload: Sequence[str]) -> ProcessPoolExecutor:
    """Return processes that share nothing with this one: no open store, no lock held elsewhere."""
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context(
        "forkserver" if "forkserver" in methods else "spawn"
    )
    if "forkserver" in methods:
        context.set_forkserver_preload(list(preload))
    return ProcessPoolExecutor(jobs, context, _ignore_sigint)


@contextmanager
def _defer_sigint() -> Iterator[None]:
    """Let processes be started whole, and so that Ctrl-C does not reach them; here it is heard afterwards."""
    if (
        not hasattr(signal, "pthread_sigmask")
        or threading.current_thread() is not threading.main_thread()
    ):
        yield
        return
    signals: list[int] = []
    handler = signal.signal(
        signal.SIGINT, lambda number, _frame: signals.append(number)
    )
    mask = signal.pthread_sigmask(
        signal.SIG_BLOCK, {signal.SIGINT}
    )  # what is started inherits it
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGINT, handler)
    if signals:
        signal.raise_signal(signal.SIGINT)


def _ignore_sigint() -> None:
    """Leave Ctrl-C to the parent, which ends the work in order."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _run_batch(function: Function, batch: Batch) -> list[Any]:
    return [function(item) for item in batch]


def _map_batches(
    workers: _WorkerPool, function: Function, items: Iterable[Any], on_death: Function
) -> Iterator[Any]:
    rest = iter(items)
    under_way: deque[tuple[Future[list[Any]], Batch, ProcessPoolExecutor | None]] = (
        deque()
    )
    try:
        while True:
            while len(under_way) < BATCHES_AHEAD * workers.jobs and (
                batch := tuple(islice(rest, ITEMS_PER_BATCH))
            ):
                under_way.append(
                    (_submit_batch(workers, function, batch), batch, workers.executor)
                )
            if not under_way:
                return
            future, batch, executor = under_way.popleft()
            try:
                results = future.result()
            except (
                BrokenProcessPool
            ):  # all that this executor had under way is lost with it
                if workers.executor is executor:
                    workers.shut_down()
                results = _retry_one_by_one(workers, function, batch, on_death)
            yield from results
    finally:
        for future, _, _ in under_way:
            future.cancel()


def _submit_batch(
    workers: _WorkerPool, function: Function, batch: Batch
) -> Future[list[Any]]:
    try:
        return workers.submit(function, batch)
    except BrokenProcessPool:  # died between two submits
        workers.shut_down()
        return workers.submit(function, batch)


def _retry_one_by_one(
    workers: _WorkerPool, function: Function, batch: Batch, on_death: Function
) -> list[Any]:
    """Return the results of a batch whose process died, each item on its own: only the killer is lost."""
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
