"""A roster as a table for terminal and Markdown: a line per athlete, group by group."""

from __future__ import annotations

import math
from itertools import groupby
from typing import TYPE_CHECKING

from loadwatch import formatting
from loadwatch.report import display_tables
from loadwatch.report.display_tables import LevelCell
from loadwatch.tables import LEVELS
from loadwatch.verdict import roster_groups
from loadwatch.verdict.roster_groups import GROUPS, SPARK_WEEKS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from loadwatch.analysis import Athlete, Roster, Trend
    from loadwatch.formatting import Units
    from loadwatch.report.display_tables import DisplayTable, Row

LAST_WEEKS = 4
URGENT = "See someone"  # the word of whoever ticked a red flag
NUMBERS = ("weeks", "hard", "up", "longest", "support")
_EMPTY = ("", formatting.NO_VALUE)


def choose_units(athletes: Sequence[Athlete]) -> Units:
    """Return the units of the first athlete with any week."""
    for athlete in athletes:
        if athlete.trend is not None:
            return athlete.trend.units
    return "metric"


def build_roster(roster: Roster) -> DisplayTable:
    """Return one line per athlete, group by group; a column that holds nothing is left out.

    What a narrow terminal can do without comes last.
    """
    athletes = roster_groups.sort_athletes(roster.athletes)
    units = choose_units(athletes)
    length = formatting.choose_unit("longest_m", units).symbol
    height = formatting.choose_unit("ascent_m", units).symbol
    headers = {
        "Athlete": True,
        "State": True,
        "Why": True,
        name_weeks(athletes): False,
        "Last file": False,
        "Pain": False,
        f"{SPARK_WEEKS} weeks": True,
        "Hard": False,
        f"Up {height}": False,
        f"Longest {length}": False,
        "Strength": False,
    }
    rows = [_build_athlete_row(athlete, roster.today) for athlete in athletes]
    return _drop_empty(display_tables.build_table(headers, rows))


def name_weeks(athletes: Sequence[Athlete]) -> str:
    """Return the head of the last weeks' loads, with their unit: "Km, 4 weeks"."""
    for athlete in athletes:
        if athlete.trend is not None:
            unit = formatting.choose_unit(athlete.trend.column, athlete.trend.units)
            if unit.symbol:
                return f"{unit.symbol.capitalize()}, {LAST_WEEKS} weeks"
    return f"Last {LAST_WEEKS} weeks"


def list_group_starts(roster: Roster) -> dict[int, str]:
    """Return the number of the first row of each group in the table, and the group's heading."""
    athletes = roster_groups.sort_athletes(roster.athletes)
    starts = {}
    first = 0
    for group, found in groupby(athletes, key=lambda athlete: athlete.group):
        count = len(list(found))
        starts[first] = f"{GROUPS[group]} ({count})"
        first += count
    return starts


def _build_athlete_row(athlete: Athlete, today: date | None) -> Row:
    spark = ""
    if athlete.trend:
        spark = display_tables.draw_sparkline(athlete.trend.loads)
    numbers = format_numbers(athlete.trend)
    return (
        formatting.clean_text(athlete.name, formatting.NAME_LENGTH),
        LevelCell(athlete.state, name_state(athlete)),
        format_reason(athlete),
        numbers["weeks"],
        display_tables.format_age(athlete, today),
        format_pain(athlete.pain_7d),
        spark,
        *(numbers[key] for key in NUMBERS[1:]),
    )


def name_state(athlete: Athlete) -> str:
    """Return the word of an athlete's state; another where the diary holds a sign to act on."""
    if athlete.urgent:
        return URGENT
    return LEVELS[athlete.state].short


def _drop_empty(table: DisplayTable) -> DisplayTable:
    """Return `table` without the columns of numbers that no row knows."""
    kept = [
        at
        for at, header in enumerate(table.headers)
        if header == "Why" or any(str(row[at]) not in _EMPTY for row in table.rows)
    ]
    headers = {table.headers[at]: table.left[at] for at in kept}
    rows = [tuple(row[at] for at in kept) for row in table.rows]
    return display_tables.build_table(headers, rows)


def format_reason(athlete: Athlete) -> str:
    """Return why an athlete is in the group; "" for `fine`, whose numbers say it."""
    if athlete.group == "fine":
        return ""
    says = formatting.clean_text(athlete.says)
    # the coach reads it
    says = says.replace("You ticked: ", "Ticked: ", 1)
    return says.replace(" your usual", " the usual")


def format_pain(pain: float) -> str:
    """Return a score of 0 to 10, a dash where none is known."""
    if not math.isfinite(pain):
        return formatting.NO_VALUE
    return f"{pain:g}"


def format_numbers(trend: Trend | None) -> dict[str, str]:
    """Return an athlete's numbers by NUMBERS, dashes where unknown."""
    if trend is None:
        return dict.fromkeys(NUMBERS, formatting.NO_VALUE)
    units = trend.units
    return {
        "weeks": " ".join(format_load(load, trend) for load in _list_weeks(trend)),
        "hard": formatting.format_percent(trend.hard_share),
        "up": formatting.format_cell(trend.ascent_m, "ascent_m", units),
        "longest": formatting.format_cell(trend.longest_m, "longest_m", units),
        "support": str(trend.support_4w),
    }


def _list_weeks(trend: Trend) -> tuple[float, ...]:
    """Return the load of the last weeks that are over."""
    loads = trend.loads
    if trend.levels[-1] == "so_far":
        loads = loads[:-1]
    return loads[-LAST_WEEKS:]


def format_load(load: float, trend: Trend) -> str:
    """Return a load in the runner's units, without the unit."""
    unit = formatting.choose_unit(trend.column, trend.units)
    return formatting.format_number(load / unit.size)
