"""Options that commands share."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from loadwatch.tables import LOAD_METHODS, MEASURED, WEEKDAYS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

DAYS_BACK = {"now": 0, "today": 0, "yesterday": 1}
UNIT_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}


class Day(click.ParamType[date]):
    """A date as 2026-11-23 or 23.11.2026, today, yesterday, or -4w: so long before today.

    Today is the day by this machine's clock; `now` is another word for it.
    """

    name = "date"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        """Return the date that the text means."""
        if isinstance(value, date):
            return value
        try:
            return _parse_day(value.strip().lower())
        except (ValueError, OverflowError):
            examples = "2026-11-23, yesterday or -4w"
            self.fail(f"{value!r} is no date; write it as {examples}.", param, ctx)


def _parse_day(text: str) -> date:
    """Return the date of one word; ValueError where it is none."""
    back = re.fullmatch(r"-(\d{1,4})([dwmy])", text, re.ASCII)
    if back or text in DAYS_BACK:
        from loadwatch.environment import today_by_clock

        days = DAYS_BACK.get(text, 0)
        if back:
            days = int(back[1]) * UNIT_DAYS[back[2]]
        return today_by_clock() - timedelta(days=days)
    dotted = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text, re.ASCII)
    if dotted:
        day, month, year = map(int, dotted.groups())
        return date(year, month, day)
    return date.fromisoformat(text)


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
        """Return the column that the text means."""
        from loadwatch.user_csv import suggest_nearest

        for column in MEASURED:
            if value.lower() in (column, column.rpartition("_")[0]):
                return column
        nearest = suggest_nearest(value, MEASURED)
        return self.fail(f"there is no measure {value!r}; {nearest}.", param, ctx)


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

quiet = _add_option("-q", "--quiet", is_flag=True, help="Print the result only.")

_files = (  # what a file may leave open
    _add_option(
        "--tz",
        metavar="ZONE",
        help="Time zone of files that name none, such as Europe/Zurich.",
    ),
    _add_option(
        "--osm",
        type=click.Path(path_type=str),
        metavar="FILE",
        help="OpenStreetMap extract, to know the ground.",
    ),
    _add_option(
        "--distance-unit",
        type=click.Choice(("km", "mi")),
        help="Unit of distances in a list that names none.",
    ),
    _add_option(
        "--elevation-unit",
        type=click.Choice(("m", "ft")),
        help="Unit of climbs in a list that names none.",
    ),
    _add_option(
        "--date-order",
        type=click.Choice(("dmy", "mdy", "ymd")),
        help="Order of day and month in a list, if unclear.",
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
        type=Day(),
        metavar="DATE",
        help="Judge as of this day; now means today. [day of the last activity]",
    ),
    _add_option(
        "--load",
        type=click.Choice(tuple(LOAD_METHODS)),
        help="What counts as load. [distance]",
    ),
    _add_option(
        "--sports",
        metavar="LIST",
        help="Sports that are summed, such as running,walking. [running]",
    ),
    _add_option(
        "--default-surface",
        metavar="CLASS",
        help="Ground of runs that do not name theirs: hard, firm, soft, ...",
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
        help="Folder that keeps what was read.",
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
    _add_option(
        "-v", "--verbose", is_flag=True, help="Print more about what was read."
    ),
)
looking = _stack_options(*_files, *_kept)  # at one file
# what holds, without reading a file
settling = _stack_options(*_files, *_judging, *_kept)
reading = _stack_options(*_files, *_judging, *_kept, *_work)
units = _add_option(
    "--units",
    type=click.Choice(("metric", "imperial")),
    help="Units of the output. [metric]",
)
period = _stack_options(
    _add_option(
        "--from",
        "start",
        type=Day(),
        metavar="DATE",
        help="Show from this day on: 2026-11-23, yesterday, -4w.",
    ),
    _add_option("--to", "end", type=Day(), metavar="DATE", help="Show up to this day."),
)


every_week = _add_option(
    "--all", "show_all", is_flag=True, help="Show every week, not the last ones only."
)
name = _add_option("--name", metavar="TEXT", help="Whose page it is.")
open_page = _add_option(
    "--open", "opens", is_flag=True, help="Open the page in the browser."
)


def add_format(formats: Iterable[str]) -> Callable[[Any], Any]:
    """Return the --format option of a command that writes `formats`, the first by default."""
    known = tuple(formats)
    return _add_option(
        "--format",
        "form",
        type=click.Choice(known),
        default=known[0],
        help="Form of the output.",
    )
