"""How work is done side by side: in this process, in a pool, on a cluster."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from loadwatch.pipeline.executors import Engine

WORTH_A_POOL = 100  # fresh inputs; fewer are read sooner than processes start
WORTH_A_POOL_OF_ATHLETES = 400  # the same counted by the cost of jobs
LARGEST_SHARE = 1.5  # a worker's share of the cost that one job may be
LARGE_BYTES = 10 << 20  # of a zip: a hundred recordings or more
MAX_JOBS = 8  # more workers wait for the disk
PRELOADED = ("loadwatch.pipeline.input_jobs", "loadwatch.exposure.row")


@dataclass(frozen=True, slots=True)
class _Spread:
    """An engine, and from how much work on it is asked; each map has workers of its own.

    `make_engine` is called where there is that much work: a run from the store has none.
    """

    make_engine: Callable[[], Engine]
    least_inputs: int
    least_cost: int

    def map_jobs(self, function: Any, items: Iterable[Any]) -> Iterator[Any]:
        """Yield `function` of each input; by workers where there are enough inputs."""
        rest = iter(items)
        first = list(islice(rest, self.least_inputs))
        if len(first) < self.least_inputs:
            return map(function, first)
        return self._map_inputs(function, chain(first, rest))

    def map_athletes(
        self, function: Any, jobs: Sequence[Any], after_death: Any
    ) -> Iterator[Any]:
        """Yield `function` of each job of a roster; by workers where that is quicker."""
        if not self._is_worth_it([job.cost for job in jobs]):
            return map(function, jobs)
        return self._map_athletes(function, jobs, after_death)

    def _is_worth_it(self, costs: Sequence[int]) -> bool:
        """Return whether jobs keep the workers busy; one large athlete is read by its inputs."""
        if not self.least_cost:
            return True
        share = sum(costs) / self.make_engine().count_workers()
        is_balanced = max(costs, default=0) <= LARGEST_SHARE * share
        return sum(costs) >= self.least_cost and is_balanced

    def _map_inputs(self, function: Any, items: Iterable[Any]) -> Iterator[Any]:
        from loadwatch.pipeline.executors import map_batches, open_workers
        from loadwatch.pipeline.input_jobs import build_lost_result, measure_job

        with open_workers(self.make_engine()) as workers:
            yield from map_batches(
                workers, function, items, on_death=build_lost_result, weigh=measure_job
            )

    def _map_athletes(
        self, function: Any, jobs: Sequence[Any], after_death: Any
    ) -> Iterator[Any]:
        from loadwatch.pipeline.executors import map_batches, open_workers

        with open_workers(self.make_engine()) as workers:
            yield from map_batches(
                workers,
                function,
                (job.for_worker() for job in jobs),
                on_death=lambda job: after_death(job, self._map_inputs),
                items_per_batch=1,
            )


@contextmanager
def open_maps(
    params: dict[str, Any], store: Path | None
) -> Iterator[dict[str, Callable[..., Any]]]:
    """Yield the maps of `Options` that --jobs and --cluster ask for, by field.

    Workers start with the first work that a map gets, and end with the map. What processes of
    this machine are forked from starts at once where there is surely work for them: `store` is
    the folder of the stores.
    """
    if params.get("cluster") is not None:
        from loadwatch.pipeline.cluster import open_cluster

        with open_cluster(params["cluster"]) as (cluster, engine):
            spread = _Spread(lambda: engine, least_inputs=1, least_cost=0)
            yield {**_list_maps(spread), "can_share": cluster.can_share}
        return
    jobs = params.get("jobs") or min(MAX_JOBS, os.cpu_count() or 1)
    if jobs == 1:
        yield {}
        return
    if _is_surely_worth_it(params.get("paths", ()), store):
        from loadwatch.processes import start_early

        start_early(PRELOADED)
    make_engine = partial(_make_local_engine, jobs)
    yield _list_maps(_Spread(make_engine, WORTH_A_POOL, WORTH_A_POOL_OF_ATHLETES))


def _make_local_engine(jobs: int) -> Engine:
    from loadwatch.pipeline.executors import make_local_engine

    return make_local_engine(jobs, PRELOADED)


def _is_surely_worth_it(paths: Sequence[Path], store: Path | None) -> bool:
    """Return whether there are many inputs, and no store that may know them.

    A zip is taken for many where it is large; what else may be many is not worth a look.
    """
    from loadwatch.ingest.store import identify_athlete, locate_store

    if store and locate_store(store, identify_athlete(paths)).exists():
        return False
    if any(path.is_file() and path.stat().st_size >= LARGE_BYTES for path in paths):
        return True
    files = (name for path in paths for _, _, names in os.walk(path) for name in names)
    return len(list(islice(files, WORTH_A_POOL))) == WORTH_A_POOL


def _list_maps(spread: _Spread) -> dict[str, Callable[..., Any]]:
    return {"map_jobs": spread.map_jobs, "map_athletes": spread.map_athletes}
