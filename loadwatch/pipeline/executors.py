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
    Each = Callable[[Function, Iterable[Any]], Iterator[Any]]
    Batch = tuple[Any, ...]

BATCH = 8  # items that go to a worker together
AHEAD = 2  # batches under way for each worker: items carry bytes, so few


class DiedError(LoadwatchError):
    """A worker process died over one item (a crash below Python, or out of memory)."""

    def __init__(self, item: object) -> None:
        super().__init__("the process that read it died")
        self.item = item


def _raise(item: object) -> Any:
    raise DiedError(item)


@dataclass(slots=True)
class _Crew:
    """The processes at work; replaced as a whole when one of them dies."""

    jobs: int
    preload: Sequence[str]
    executor: ProcessPoolExecutor | None = field(default=None)

    def submit(self, function: Function, batch: Batch) -> Future[list[Any]]:
        if self.executor is None:
            self.executor = _executor(self.jobs, self.preload)
        with _unheard():
            return self.executor.submit(_done, function, batch)

    def dismiss(self) -> None:
        executor, self.executor = self.executor, None
        if executor:
            executor.shutdown(wait=True, cancel_futures=True)


@contextmanager
def pool(
    jobs: int,
    *,
    died: Function = _raise,
    preload: Sequence[str] = ("loadwatch.ingest.readers",),
) -> Iterator[Each]:
    """Yield a `map` over `jobs` processes: results in order, few items under way at a time.

    Parameters
    ----------
    jobs : number of processes.
    died : what stands for the result of an item over which a process died; raises DiedError unless given.
    preload : modules that processes start with, imported once for all of them.
    """
    crew = _Crew(jobs, preload)
    try:
        yield lambda function, items: _mapped(crew, function, items, died)
    finally:
        crew.dismiss()


def _executor(jobs: int, preload: Sequence[str]) -> ProcessPoolExecutor:
    """Return processes that share nothing with this one: no open store, no lock held elsewhere."""
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context(
        "forkserver" if "forkserver" in methods else "spawn"
    )
    if "forkserver" in methods:
        context.set_forkserver_preload(list(preload))
    return ProcessPoolExecutor(jobs, context, _deaf)


@contextmanager
def _unheard() -> Iterator[None]:
    """Let processes be started whole, and so that Ctrl-C does not reach them; here it is heard afterwards."""
    if (
        not hasattr(signal, "pthread_sigmask")
        or threading.current_thread() is not threading.main_thread()
    ):
        yield
        return
    heard: list[int] = []
    handler = signal.signal(signal.SIGINT, lambda number, _frame: heard.append(number))
    mask = signal.pthread_sigmask(
        signal.SIG_BLOCK, {signal.SIGINT}
    )  # what is started inherits it
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGINT, handler)
    if heard:
        signal.raise_signal(signal.SIGINT)


def _deaf() -> None:
    """Leave Ctrl-C to the parent, which ends the work in order."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _done(function: Function, batch: Batch) -> list[Any]:
    return [function(item) for item in batch]


def _mapped(
    crew: _Crew, function: Function, items: Iterable[Any], died: Function
) -> Iterator[Any]:
    rest = iter(items)
    under_way: deque[tuple[Future[list[Any]], Batch, ProcessPoolExecutor | None]] = (
        deque()
    )
    try:
        while True:
            while len(under_way) < AHEAD * crew.jobs and (
                batch := tuple(islice(rest, BATCH))
            ):
                under_way.append((_sent(crew, function, batch), batch, crew.executor))
            if not under_way:
                return
            future, batch, executor = under_way.popleft()
            try:
                results = future.result()
            except (
                BrokenProcessPool
            ):  # all that this executor had under way is lost with it
                if crew.executor is executor:
                    crew.dismiss()
                results = _one_by_one(crew, function, batch, died)
            yield from results
    finally:
        for future, _, _ in under_way:
            future.cancel()


def _sent(crew: _Crew, function: Function, batch: Batch) -> Future[list[Any]]:
    try:
        return crew.submit(function, batch)
    except BrokenProcessPool:  # died between two submits
        crew.dismiss()
        return crew.submit(function, batch)


def _one_by_one(
    crew: _Crew, function: Function, batch: Batch, died: Function
) -> list[Any]:
    """Return the results of a batch whose process died, each item on its own: only the killer is lost."""
    results = []
    alone = _Crew(1, crew.preload)
    try:
        for item in batch:
            try:
                results += alone.submit(function, (item,)).result()
            except BrokenProcessPool:
                alone.dismiss()
                results.append(died(item))
    finally:
        alone.dismiss()
    return results
