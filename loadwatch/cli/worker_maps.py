"""How inputs are read side by side: in this process, in a pool, on a cluster."""

from __future__ import annotations

import os
from contextlib import contextmanager
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from loadwatch.pipeline.executors import Workers

WORTH_A_POOL = 100  # fresh inputs; fewer are read sooner than processes start
MOST_JOBS = 8  # more workers wait for the disk
PRELOADED = ("loadwatch.pipeline.intake", "loadwatch.exposure.row")


@contextmanager
def open_maps(params: dict[str, Any]) -> Iterator[Any]:
    """Yield what applies a function to all inputs, as --jobs and --cluster ask for.

    Workers start with the first batch that they get, and end with the command.
    """
    if params.get("cluster"):
        from loadwatch.pipeline.cluster import open_cluster

        with open_cluster(params["cluster"]) as (_, workers):
            yield _map_by(workers, at_least=1)
        return
    jobs = params.get("jobs") or min(MOST_JOBS, os.cpu_count() or 1)
    if jobs == 1:
        yield map
        return
    from loadwatch.pipeline.executors import make_local_engine, open_workers

    with open_workers(make_local_engine(jobs, PRELOADED)) as workers:
        yield _map_by(workers, at_least=WORTH_A_POOL)


def _map_by(workers: Workers, at_least: int) -> Any:
    """Return a map that gives items to `workers` where there are `at_least` so many."""

    def map_items(function: Any, items: Iterable[Any]) -> Iterator[Any]:
        rest = iter(items)
        first = list(islice(rest, at_least))
        if len(first) < at_least:
            yield from map(function, first)
            return
        from loadwatch.pipeline.executors import map_batches
        from loadwatch.pipeline.intake import build_lost_result, measure_job

        yield from map_batches(
            workers,
            function,
            chain(first, rest),
            on_death=build_lost_result,
            weigh=measure_job,
        )

    return map_items
