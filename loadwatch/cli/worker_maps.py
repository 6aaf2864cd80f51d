"""How inputs are read side by side: in this process, in a pool, on a cluster."""

from __future__ import annotations

import os
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from loadwatch.errors import LoadwatchError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

WORTH_A_POOL = 100  # fresh inputs; fewer are read sooner than processes start
MOST_JOBS = 8  # more workers wait for the disk


def choose_map(params: dict[str, Any]) -> Any:
    """Return what applies a function to all inputs, as --jobs and --cluster ask for."""
    if params.get("cluster"):
        return _map_on_cluster(params["cluster"])
    jobs = params.get("jobs") or min(MOST_JOBS, os.cpu_count() or 1)
    if jobs == 1:
        return map
    return _map_in_pool(jobs)


def _map_in_pool(jobs: int) -> Any:
    """Return a map that starts `jobs` processes once so many items come that they pay."""

    def map_items(function: Any, items: Iterable[Any]) -> Iterator[Any]:
        rest = iter(items)
        first = list(islice(rest, WORTH_A_POOL))
        if len(first) < WORTH_A_POOL:
            yield from map(function, first)
            return
        from loadwatch.pipeline.executors import open_pool
        from loadwatch.pipeline.intake import build_lost_result

        with open_pool(
            jobs,
            on_death=build_lost_result,
            preload=("loadwatch.pipeline.intake", "loadwatch.exposure.row"),
        ) as spread:
            yield from spread(function, chain(first, rest))

    return map_items


def _map_on_cluster(address: str) -> Any:
    """Return the map of the dask cluster at `address`."""
    try:
        from distributed import Client
    except ImportError:
        raise LoadwatchError("--cluster needs dask: pip install '.[cluster]'") from None
    try:
        # pure=False: two files of one digest are still two tasks, none answered from memory
        return Client(address, timeout="10s").get_executor(pure=False).map
    except (OSError, TimeoutError, ValueError) as error:
        raise LoadwatchError(
            f"no dask scheduler answers at {address} ({error})"
        ) from None
