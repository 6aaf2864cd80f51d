"""One way over any `concurrent.futures.Executor`: batches, few under way, results in order.

A worker that dies costs one item. The items of its batch are worked on again one by one, and the
one over which two more workers die gets the result that `on_death` gives. Which executor
it is, an `Engine` states: processes of this machine here, a cluster in `cluster.py`.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import (
    BrokenExecutor,
    CancelledError,
    ProcessPoolExecutor,
    wait,
)
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loadwatch.errors import LoadwatchError, WorkersGone
from loadwatch.processes import defer_sigint, ignore_sigint, make_context
from loadwatch.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Executor, Future

    Function = Callable[[Any], Any]
    MapFunction = Callable[[Function, Iterable[Any]], Iterator[Any]]
    Batch = tuple[Any, ...]

ITEMS_PER_BATCH = 8  # items that go to a worker together
BYTES_PER_BATCH = 4 << 20  # a batch that weighs this is full
TRIES_ALONE = 2  # of an item whose batch lost its worker
STARTS = 5  # of an executor in a row that breaks before it takes a batch
# a process died between two submits, or the one that they are forked from while it forked
START_FAILURES = (BrokenExecutor, EOFError, ConnectionError)
BATCHES_AHEAD = 2  # batches under way per worker: items carry bytes, so few
POLL_S = 1.0  # between two looks at an engine whose result is awaited


class WorkerDied(LoadwatchError):
    """A worker died while it worked on one item (a crash below Python, or out of memory)."""

    def __init__(self, item: object) -> None:
        super().__init__("the process that read it died")
        self.item = item


def _raise_died(item: object) -> Any:
    raise WorkerDied(item)


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """Where batches are worked on.

    Attributes
    ----------
    start : returns an executor with so many workers; called again after one broke.
    count_workers : how many items can be worked on at a time.
    deaths : what a future raises whose worker died.
    check : raises WorkersGone where nobody will ever answer; asked while a result is awaited.
    most_deaths : so many items in a row, each of which ended its worker, are the workers' fault;
        None blames the items only.
    tries_again : whether it has tried an item on other workers before it gives it up.
    """

    start: Callable[[int], Executor]
    count_workers: Callable[[], int]
    deaths: tuple[type[BaseException], ...] = (BrokenExecutor,)
    check: Callable[[], None] | None = None
    most_deaths: int | None = None
    tries_again: bool = False


@dataclass(slots=True)
class Workers:
    """The executor of an engine, started with the first batch and again after it broke."""

    engine: Engine
    limit: int | None = None  # of workers; None takes all
    executor: Executor | None = None
    deaths_in_a_row: int = 0

    def count(self) -> int:
        """Return how many batches can be worked on at a time."""
        return self.limit or max(1, self.engine.count_workers())

    def submit(self, function: Function, batch: Batch) -> Future[list[Any]]:
        """Start work on `batch`, and the executor if there is none or it broke meanwhile.

        Raises
        ------
        WorkersGone : STARTS executors in a row broke before they took the batch.
        """
        for _ in range(STARTS):
            if self.executor is None:
                self.executor = self.engine.start(self.count())
            try:
                with defer_sigint():
                    return self.executor.submit(
                        _run_batch, __version__, function, batch
                    )
            except START_FAILURES:
                self.shut_down()
        raise WorkersGone(
            f"{STARTS} times in a row the processes that read files ended while they "
            "started: is something ending them? What was read is kept."
        )

    def shut_down(self) -> None:
        """End the executor; the next `submit` starts a new one."""
        executor, self.executor = self.executor, None
        if executor:
            executor.shutdown(wait=True)


@dataclass(frozen=True, slots=True)
class _PendingBatch:
    """A batch under way, and the executor that works on it."""

    items: Batch
    future: Future[list[Any]]
    executor: Executor | None


@contextmanager
def open_workers(engine: Engine) -> Iterator[Workers]:
    """Yield the workers of an engine, and end them afterwards."""
    workers = Workers(engine)
    try:
        yield workers
    finally:
        workers.shut_down()


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
    with open_workers(make_local_engine(jobs, preload)) as workers:
        yield lambda function, items: map_batches(
            workers, function, items, on_death=on_death
        )


def map_batches(
    workers: Workers,
    function: Function,
    items: Iterable[Any],
    *,
    on_death: Function = _raise_died,
    items_per_batch: int = ITEMS_PER_BATCH,
    weigh: Callable[[Any], int] | None = None,
) -> Iterator[Any]:
    """Yield `function` of each item, in order; BATCHES_AHEAD batches per worker are under way.

    Parameters
    ----------
    workers : who does it; they serve several calls.
    function : of one item; both can be pickled, as can its result.
    items : are asked for as they are needed, never all at once.
    on_death : gives the result of an item over which a worker died each time.
    items_per_batch : how many go to a worker together, at most.
    weigh : bytes of an item, so that a batch of long files has fewer of them.

    Raises
    ------
    WorkersGone : no worker can go on.
    """
    batches = _cut_batches(items, items_per_batch, weigh)
    under_way: deque[_PendingBatch] = deque()
    try:
        while True:
            _fill_up(workers, function, batches, under_way)
            if not under_way:
                return
            pending = under_way.popleft()
            yield from _collect_results(workers, function, pending, on_death)
    finally:
        for pending in under_way:
            pending.future.cancel()


def make_local_engine(jobs: int, preload: Sequence[str]) -> Engine:
    """Return `jobs` processes of this machine, which import the modules `preload` only once."""
    return Engine(
        start=lambda count: ProcessPoolExecutor(
            count, make_context(preload), ignore_sigint
        ),
        count_workers=lambda: jobs,
    )


def _run_batch(version: str, function: Function, batch: Batch) -> list[Any]:
    """Return the results of a batch; refuse work of another version than this worker's."""
    if version != __version__:  # it joined a cluster later
        raise WorkersGone(describe_versions(version, [__version__]))
    return [function(item) for item in batch]


def describe_versions(here: str, there: Sequence[str]) -> str:
    """Return why workers with other versions of loadwatch are refused."""
    others = ", ".join(sorted(set(there)))
    return f"this is loadwatch {here}, but workers have {others}: install {here} there"


def _cut_batches(
    items: Iterable[Any], most: int, weigh: Callable[[Any], int] | None
) -> Iterator[Batch]:
    """Yield `items` in batches; one that reaches `most` items or BYTES_PER_BATCH is full."""
    batch: list[Any] = []
    weight = 0
    for item in items:
        batch.append(item)
        weight += weigh(item) if weigh else 0
        if len(batch) == most or weight >= BYTES_PER_BATCH:
            yield tuple(batch)
            batch, weight = [], 0
    if batch:
        yield tuple(batch)


def _fill_up(
    workers: Workers,
    function: Function,
    batches: Iterator[Batch],
    under_way: deque[_PendingBatch],
) -> None:
    """Submit batches until enough are under way."""
    while len(under_way) < BATCHES_AHEAD * workers.count():
        batch = next(batches, None)
        if batch is None:
            return
        future = workers.submit(function, batch)
        under_way.append(_PendingBatch(batch, future, workers.executor))


def _collect_results(
    workers: Workers, function: Function, pending: _PendingBatch, on_death: Function
) -> list[Any]:
    """Return the results of a batch; if its worker died, work on its items one by one."""
    engine = workers.engine
    try:
        results = _wait_for(engine, pending.future)
    except engine.deaths as error:
        is_broken = isinstance(error, BrokenExecutor)
        if is_broken and workers.executor is pending.executor:
            workers.shut_down()  # all that it had under way is lost with it
        if engine.tries_again and len(pending.items) == 1:
            _count_death(workers)
            return [on_death(pending.items[0])]
        return _retry_one_by_one(workers, function, pending.items, on_death)
    workers.deaths_in_a_row = 0
    return results


def _wait_for(engine: Engine, future: Future[list[Any]]) -> list[Any]:
    """Return the result of `future`; raise WorkersGone where none will ever come."""
    if engine.check is None:
        return future.result()
    while not wait((future,), POLL_S).done:
        engine.check()
    try:
        return future.result()
    except CancelledError:
        engine.check()
        raise WorkersGone("the workers gave up what they were to do") from None


def _retry_one_by_one(
    workers: Workers, function: Function, batch: Batch, on_death: Function
) -> list[Any]:
    """Return the results of a batch, each item in a worker by itself if need be.

    Only an item over which each worker dies gets `on_death`'s result.
    """
    results = []
    alone = Workers(workers.engine, limit=1)
    try:
        for item in batch:
            found = _try_alone(alone, function, item)
            if found:
                workers.deaths_in_a_row = 0
                results += found
            else:
                _count_death(workers)
                results.append(on_death(item))
    finally:
        alone.shut_down()
    return results


def _try_alone(alone: Workers, function: Function, item: Any) -> list[Any]:
    """Return the one result of an item, in a list; an empty one if its worker dies each time.

    Somebody else may have ended the first worker; hardly the next one over the same item.
    """
    for _ in range(TRIES_ALONE):
        try:
            return _wait_for(alone.engine, alone.submit(function, (item,)))
        except alone.engine.deaths:
            alone.shut_down()
    return []


def _count_death(workers: Workers) -> None:
    """Count a death; raise WorkersGone after too many in a row."""
    workers.deaths_in_a_row += 1
    most = workers.engine.most_deaths
    if most and workers.deaths_in_a_row >= most:
        raise WorkersGone(
            f"{most} times in a row the worker died: the workers have too little memory, "
            "or they do not start as they should. What was read is kept."
        )
