"""Popular load figures with their definition: shown folded, never coloured, never flagged."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loadwatch import formatting
from loadwatch.formatting import bind_units
from loadwatch.verdict import levels

if TYPE_CHECKING:
    from loadwatch.analysis import Analysis

CONTEXT_WHY = (
    "in two cohorts of runners a higher acute-to-chronic ratio went with fewer injuries and not more, "
    "monotony rests on 25 athletes and illness, and the 42- and 7-day figures are a convention."
)
SILENT_WHY = (
    " The last 28 days hold a week without any file: whether it was a rest or the files are missing nobody "
    "can tell, so the figures are not shown."
)
REACH = dt.timedelta(days=28)


@dataclass(frozen=True, slots=True)
class LoadFigure:
    """One figure and how it is made."""

    title: str
    value: str
    meaning: str


# column, title, decimals, unit, how it is made
_FIGURES = (
    (
        "acwr_uncoupled",
        "Acute to chronic, uncoupled",
        2,
        "",
        "Last 7 days over the 21 before, daily means.",
    ),
    (
        "acwr_coupled",
        "Acute to chronic, coupled",
        2,
        "",
        "Last 7 days over the last 28, which hold them.",
    ),
    (
        "acwr_ewma",
        "Acute to chronic, smoothed",
        2,
        "",
        "Exponential means, 7 over 28 days; from day 56 on.",
    ),
    (
        "monotony",
        "Monotony",
        1,
        "",
        "Mean of the last 7 days over their deviation: high is every day alike.",
    ),
    ("strain", "Strain", 0, "km", "The last 7 days' kilometres times their monotony."),
    (
        "load_42d",
        "42-day load",
        1,
        "km a day",
        "Exponential mean of daily kilometres, called fitness elsewhere.",
    ),
    (
        "load_7d",
        "7-day load",
        1,
        "km a day",
        "The same over 7 days, called fatigue elsewhere.",
    ),
)


def list_load_figures(analysis: Analysis) -> list[LoadFigure]:
    """Return the figures as of today, unknown ones with a dash."""
    if not len(analysis.weeks):
        return []
    start, known = levels.week_starts(analysis.weeks)[-1], not has_silent_week(analysis)
    values = {
        column: levels.read_cell(analysis.weeks, start, column)
        for column, *_ in _FIGURES
    }
    return [
        LoadFigure(
            title,
            _format_value(values[column], digits, unit)
            if known
            else formatting.NO_VALUE,
            meaning,
        )
        for column, title, digits, unit, meaning in _FIGURES
    ]


def _format_value(value: float, digits: int, unit: str) -> str:
    return bind_units(f"{formatting.format_number(value, digits)} {unit}".rstrip())


def explain_figures(analysis: Analysis) -> str:
    """Return why none of the figures raises a flag, and why they are not shown where they are not."""
    return CONTEXT_WHY + (SILENT_WHY if has_silent_week(analysis) else "")


def has_silent_week(analysis: Analysis) -> bool:
    """Say whether a whole week of the last 28 days has no file: the figures would decay through it."""
    table = analysis.weeks
    weeks = zip(
        levels.week_starts(table), table["recorded"], table["complete"], strict=True
    )
    first = analysis.today - REACH - dt.timedelta(days=6)
    return any(
        start >= first and whole and not recorded for start, recorded, whole in weeks
    )
