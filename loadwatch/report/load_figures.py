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
    "in two cohorts of runners a higher acute-to-chronic ratio went with fewer injuries "
    "and not more. Monotony rests on 25 athletes and illness, and the 42- and 7-day "
    "figures are a convention."
)
SILENT_WHY = (
    " The last 28 days hold a week without any file: it is not known whether it was a "
    "rest or files are missing, so the figures are not shown."
)
REACH = dt.timedelta(days=28)


@dataclass(frozen=True, slots=True)
class LoadFigure:
    """One figure as the page shows it."""

    title: str
    value: str
    meaning: str


@dataclass(frozen=True, slots=True)
class FigureDefinition:
    """One figure and how it is made."""

    column: str  # of WEEKS
    title: str
    decimals: int
    unit: str
    meaning: str


DEFINITIONS = (
    FigureDefinition(
        "acwr_uncoupled",
        "Acute to chronic, uncoupled",
        2,
        "",
        "Last 7 days over the 21 before, daily means.",
    ),
    FigureDefinition(
        "acwr_coupled",
        "Acute to chronic, coupled",
        2,
        "",
        "Last 7 days over the last 28, which hold them.",
    ),
    FigureDefinition(
        "acwr_ewma",
        "Acute to chronic, smoothed",
        2,
        "",
        "Exponential means, 7 over 28 days; from day 56 on.",
    ),
    FigureDefinition(
        "monotony",
        "Monotony",
        1,
        "",
        "Mean of the last 7 days over their deviation. It is high where the days hardly differ.",
    ),
    FigureDefinition(
        "strain",
        "Strain",
        0,
        "km",
        "The last 7 days' kilometres times their monotony.",
    ),
    FigureDefinition(
        "load_42d",
        "42-day load",
        1,
        "km a day",
        "Exponential mean of daily kilometres, called fitness elsewhere.",
    ),
    FigureDefinition(
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
    start = levels.week_starts(analysis.weeks)[-1]
    is_known = not has_silent_week(analysis)
    figures = []
    for definition in DEFINITIONS:
        text = formatting.NO_VALUE
        if is_known:
            value = levels.read_cell(analysis.weeks, start, definition.column)
            text = _format_value(value, definition)
        figures.append(LoadFigure(definition.title, text, definition.meaning))
    return figures


def _format_value(value: float, definition: FigureDefinition) -> str:
    number = formatting.format_number(value, definition.decimals)
    return bind_units(f"{number} {definition.unit}".rstrip())


def explain_figures(analysis: Analysis) -> str:
    """Return why none of the figures raises a flag, and why they may not be shown."""
    if has_silent_week(analysis):
        return CONTEXT_WHY + SILENT_WHY
    return CONTEXT_WHY


def has_silent_week(analysis: Analysis) -> bool:
    """Return whether a whole week of the last 28 days has no file.

    The figures would decay through such a week.
    """
    weeks = analysis.weeks
    first_day = analysis.today - REACH - dt.timedelta(days=6)
    columns = (levels.week_starts(weeks), weeks["recorded"], weeks["complete"])
    return any(
        start >= first_day and is_complete and not is_recorded
        for start, is_recorded, is_complete in zip(*columns, strict=True)
    )
