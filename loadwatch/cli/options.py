"""Options that commands share, and what they make: `pipeline.Options`."""

from __future__ import annotations

import os
import sys
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from loadwatch.cli import output
from loadwatch.errors import LoadwatchError
from loadwatch.tables import LOAD_METHODS, MEASURED, WEEKDAYS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from loadwatch.date_filter import Period
    from loadwatch.pipeline import Options
    from loadwatch.pipeline.intake import ProgressCallback

WORTH_A_POOL = 100  # fresh inputs; fewer are read sooner than processes start
MOST_JOBS = 8  # more workers wait for the disk
SETTINGS = (
    "tz",
    "week_start",
    "load",
    "sports",
    "osm",
    "default_surface",
    "preset",
    "today",
    "units",
)
LIST_SETTINGS = ("distance_unit", "elevation_unit", "date_order")


class Day(click.ParamType[date]):
    """A date as 2026-11-23; where `clock` is true also `now`."""

    name = "date"

    def __init__(self, *, clock: bool = False) -> None:
        self.clock = clock

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        """Return the date that the text means."""
        if isinstance(value, date):
            return value
        if self.clock and value == "now":
            from loadwatch.environment import today_by_clock

            return today_by_clock()
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(
                f"{value!r} is no date; write it as 2026-11-23{' or now' if self.clock else ''}.",
                param,
                ctx,
            )


# measured columns of WEEKS without their unit, but for the load itself
MEASURE_NAMES = tuple(
    column.rpartition("_")[0] or column for column in MEASURED if column != "load"
)


class Measure(click.ParamType[str]):
    """A measured column of WEEKS, with or without its unit: ascent_m or ascent."""

    name = "column"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Return the column that the word means."""
        from loadwatch.user_csv import suggest_nearest

        found = next(
            (c for c in MEASURED if value.lower() in (c, c.rpartition("_")[0])), ""
        )
        if not found:
            self.fail(
                f"there is no measure {value!r}; {suggest_nearest(value, MEASURED)}.",
                param,
                ctx,
            )
        return found


def _add_option(*names: str, **more: Any) -> Callable[[Any], Any]:
    """Return a click option that every command takes from the same environment variable."""
    long = next(name for name in names if name.startswith("--")).split("/")[0]
    variable = "LOADWATCH_" + long[2:].replace("-", "_").upper()
    return click.option(*names, envvar=variable, **more)


def _stack_options(*decorators: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def decorate_command(command: Any) -> Any:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate_command


PATH = click.Path(path_type=Path, allow_dash=True)
paths = click.argument("paths", nargs=-1, required=True, type=PATH, metavar="PATH...")

quiet = _add_option("-q", "--quiet", is_flag=True, help="Say nothing but the result.")

_files = (  # what a file does not tell by itself
    _add_option(
        "--tz",
        metavar="ZONE",
        help="Zone for files that do not tell, as Europe/Zurich.",
    ),
    _add_option(
        "--osm",
        type=click.Path(path_type=str),
        metavar="FILE",
        help="Map extract, to know surfaces.",
    ),
    _add_option(
        "--distance-unit",
        type=click.Choice(("km", "mi")),
        help="Distances of a list that does not tell.",
    ),
    _add_option(
        "--elevation-unit",
        type=click.Choice(("m", "ft")),
        help="Climbs of a list that does not tell.",
    ),
    _add_option(
        "--date-order",
        type=click.Choice(("dmy", "mdy", "ymd")),
        help="Date order of a list, if unclear.",
    ),
)
_judging = (
    _add_option(
        "--week-start",
        type=click.Choice(tuple(WEEKDAYS)),
        help="First day of the week. [mon]",
    ),
    _add_option(
        "--today",
        type=Day(clock=True),
        metavar="DATE|now",
        help="Judge as of this day. [last activity]",
    ),
    _add_option(
        "--load",
        type=click.Choice(tuple(LOAD_METHODS)),
        help="What counts as load. [distance]",
    ),
    _add_option(
        "--sports",
        metavar="LIST",
        help="Sports that are summed, as running,walking. [running]",
    ),
    _add_option(
        "--default-surface",
        metavar="CLASS",
        help="Surface where nothing tells: hard, firm, soft, ...",
    ),
    _add_option(
        "--preset",
        type=click.Choice(("default", "return", "novice")),
        help="Named set of limits.",
    ),
)
_kept = (
    _add_option(
        "--store",
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="Where read files are kept.",
    ),
    _add_option("--no-store", is_flag=True, help="Keep nothing, read everything anew."),
)
_work = (
    _add_option(
        "-j",
        "--jobs",
        type=click.IntRange(1, 64),
        help="Worker processes. [number of cores]",
    ),
    _add_option(
        "--cluster", metavar="ADDRESS", help="Work on a dask cluster (extra: cluster)."
    ),
    _add_option("--strict", is_flag=True, help="Exit 4 if any file could not be read."),
    quiet,
    _add_option("-v", "--verbose", is_flag=True, help="Say more on what was read."),
)
looking = _stack_options(*_files, *_kept)  # at one file
settling = _stack_options(
    *_files, *_judging, *_kept
)  # what holds, without reading a file
reading = _stack_options(*_files, *_judging, *_kept, *_work)
units = _add_option(
    "--units",
    type=click.Choice(("metric", "imperial")),
    help="Units of the output. [metric]",
)
period = _stack_options(
    _add_option(
        "--from", "start", type=Day(), metavar="DATE", help="Show from this day on."
    ),
    _add_option("--to", "end", type=Day(), metavar="DATE", help="Show up to this day."),
)


def add_format(*known: str) -> Callable[[Any], Any]:
    """Return the --format option of a command that knows `known`."""
    return _add_option(
        "--format",
        "form",
        type=click.Choice(known),
        default=known[0],
        help="Form of the output.",
    )


def collect_overrides(ctx: click.Context) -> dict[str, tuple[object, str]]:
    """Return the settings that options or the environment give, each with where it came from."""
    found: dict[str, tuple[object, str]] = {}
    for parameter in ctx.command.params:
        name = parameter.name or ""
        value = ctx.params.get(name)
        source = ctx.get_parameter_source(name)
        if (
            name not in (*SETTINGS, *LIST_SETTINGS)
            or value is None
            or source is ParameterSource.DEFAULT
        ):
            continue
        told = (
            parameter.envvar
            if source is ParameterSource.ENVIRONMENT
            else parameter.opts[-1]
        )
        if name == "sports":
            value = tuple(word.strip() for word in value.split(",") if word.strip())
        found[name] = (value, str(told))
    return found


def read_period(ctx: click.Context) -> Period:
    """Return the days of --from and --to; refuse a period that ends before it begins."""
    from loadwatch.date_filter import Period

    start, end = ctx.params["start"], ctx.params["end"]
    if start and end and start > end:
        raise click.UsageError(
            f"--from {start} lies after --to {end}: nothing can lie between."
        )
    return Period(start, end)


def find_store(ctx: click.Context) -> Path | None:
    """Return the folder where read files are kept, None for nowhere."""
    from loadwatch import environment

    return (
        None
        if ctx.params.get("no_store")
        else ctx.params.get("store") or environment.default_store_folder()
    )


def build_options(ctx: click.Context, tick: ProgressCallback | None = None) -> Options:
    """Return how to read, from the shared options of the running command."""
    from loadwatch import environment

    params = ctx.params
    wants_stdin = any(
        str(path) == "-" for path in (*params.get("paths", ()), params.get("file"))
    )
    return environment.local_options(
        overrides=collect_overrides(ctx),
        store=find_store(ctx),
        map_jobs=_choose_map(params),
        progress=tick,
        warn=_warn_once(quiet=bool(params.get("quiet"))),
        stdin=sys.stdin.buffer.read() if wants_stdin else None,
    )


def _warn_once(*, quiet: bool) -> Callable[[str], None]:
    """Return a function that prints a warning on stderr, each text once."""
    printed: set[str] = set()

    def warn(message: str) -> None:
        if message not in printed:
            printed.add(message)
            output.print_message(message, quiet=quiet)

    return warn


def _choose_map(params: dict[str, Any]) -> Any:
    if params.get("cluster"):
        return _map_on_cluster(params["cluster"])
    jobs = params.get("jobs") or min(MOST_JOBS, os.cpu_count() or 1)
    return map if jobs == 1 else _map_in_pool(jobs)


def _map_in_pool(jobs: int) -> Any:
    """Return a map that starts `jobs` processes only where so many items come that they pay."""

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
    try:
        from distributed import Client
    except ImportError:
        raise LoadwatchError("--cluster needs dask: pip install '.[cluster]'") from None
    try:
        # pure=False: two files of one digest are still two tasks, and a task is never answered from memory
        return Client(address, timeout="10s").get_executor(pure=False).map
    except (OSError, TimeoutError, ValueError) as error:
        raise LoadwatchError(
            f"no dask scheduler answers at {address} ({error})"
        ) from None
