"""The pictures of the page: each with a title, a caption and a sentence in its place."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from markupsafe import Markup

from loadwatch import formatting
from loadwatch.assess.weeks import select_runs
from loadwatch.date_filter import ALL_DAYS, filter_dates
from loadwatch.report import charts, display_tables
from loadwatch.report.charts import bars, shown_weeks
from loadwatch.tables import LEVELS, LOAD_METHODS, RAISED_LEVELS
from loadwatch.verdict import levels

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import pandas as pd
    from matplotlib.figure import Figure

    from loadwatch.analysis import Analysis
    from loadwatch.date_filter import Period
    from loadwatch.report.charts.shown_weeks import ShownWeeks

SHOWN_WEEKS = 26
BAND = (
    "Pale band: from the smallest to the largest of the four weeks before, weeks "
    "without runs left out."
)
VALUES_BELOW = "The table of numbers below holds the values."


@dataclass(frozen=True, slots=True)
class PageFigure:
    """One figure of the page."""

    key: str
    title: str
    caption: str
    svg: Markup


def draw_figures(whole: Analysis, period: Period = ALL_DAYS) -> dict[str, PageFigure]:
    """Return the page's four pictures; weeks before `period` still count for `usual`."""
    analysis = filter_dates(whole, period)
    if not len(analysis.weeks):
        return {}
    last = SHOWN_WEEKS
    if period.is_limited:
        last = 0
    weeks, flags, settings = whole.weeks, analysis.flags, analysis.settings
    shown = shown_weeks.select_weeks(weeks, ["load"], period, last, settings.units)
    load = charts.draw_weekly_load(weeks, flags, settings, period, last=last)
    surfaces = charts.draw_surfaces(weeks, flags, settings, period, last=last)
    climb = charts.draw_climb(weeks, flags, settings, period, last=last)
    runs = select_runs(analysis.activities, settings)
    year = charts.draw_year(runs, analysis.weeks, _find_last_day(analysis))
    figures = (
        _build_load(load, analysis, shown),
        _build_surfaces(surfaces, analysis, shown),
        _build_climb(climb, analysis, shown),
        _build_year(year, analysis, runs),
    )
    return {figure.key: figure for figure in figures}


def _build_figure(
    key: str, figure: Figure, title: str, caption: str, description: str
) -> PageFigure:
    svg = charts.render_inline_svg(figure, f"fig-{key}", title, description)
    return PageFigure(key, title, caption, Markup(svg))  # noqa: S704 - text within is escaped in svg.py


def _build_load(figure: Figure, analysis: Analysis, shown: ShownWeeks) -> PageFigure:
    method = LOAD_METHODS[analysis.settings.load]
    caption = [method.meaning]
    if shown.high["load"].notna().any():
        caption.append(BAND)
    caption.append(
        _describe_marks(analysis, shown, "a check of load", shown_weeks.LOAD)
    )
    caption += _describe_gaps(shown)
    newest = _describe_newest(analysis, shown, "load", method.column)
    return _build_figure("load", figure, "Load by week", " ".join(caption), newest)


def _build_surfaces(
    figure: Figure, analysis: Analysis, shown: ShownWeeks
) -> PageFigure:
    rows = "One row per kind of ground, all on one scale"
    if (shown.column_values("unknown_m") > 0).any():
        rows += "; outlines with strokes are unknown ground"
    hard_ground = "the check of hard ground"
    marks = _describe_marks(analysis, shown, hard_ground, shown_weeks.SURFACE)
    caption = " ".join((f"{rows}.", marks, *_describe_gaps(shown)))
    description = _describe_surfaces(analysis)
    return _build_figure("surfaces", figure, "Where you ran", caption, description)


def _build_climb(figure: Figure, analysis: Analysis, shown: ShownWeeks) -> PageFigure:
    halves = "Up above the line, down below it: two loads, never one."
    marks = _describe_marks(
        analysis, shown, "a check of hills", shown_weeks.CLIMB, shown_weeks.DESCENT
    )
    caption = " ".join((halves, marks, *_describe_gaps(shown)))
    climb = _describe_newest(analysis, shown, "ascent_m", "ascent_m")
    descent = _describe_newest(analysis, shown, "descent_m", "descent_m")
    description = f"Climb: {climb} Descent: {descent}"
    return _build_figure("climb", figure, "Climb and descent", caption, description)


def _build_year(figure: Figure, analysis: Analysis, runs: pd.DataFrame) -> PageFigure:
    caption = _caption_year(analysis, runs)
    description = _describe_year(analysis)
    return _build_figure("year", figure, "The year at a glance", caption, description)


def _describe_gaps(shown: ShownWeeks) -> list[str]:
    """Return the sentence on weeks without files, if there are any."""
    if not shown.without_files.any():
        return []
    if len(shown.starts) > bars.DENSE:
        return ["Grey ground: weeks without files."]
    return ["Faint strokes: weeks without files."]


def _describe_marks(
    analysis: Analysis, shown: ShownWeeks, check: str, *groups: Sequence[str]
) -> str:
    """Return what the shapes of a picture mean; each of `groups` marks bars of its own."""
    found: set[str] = set()
    for rules in groups:
        marks = shown_weeks.find_marks(analysis.flags, rules, shown.starts)
        found.update(mark.level for mark in marks)
    if not found:
        return f"No week here raised {check}."
    shapes = [
        f"{LEVELS[level].shape}{shown_weeks.NO_BREAK}{LEVELS[level].word.lower()}"
        for level in reversed(RAISED_LEVELS)
        if level in found
    ]
    return f"{formatting.join_with_and(shapes)}: weeks that raised {check}."


def _describe_newest(
    analysis: Analysis, shown: ShownWeeks, column: str, measure: str
) -> str:
    """Return a sentence with the newest amount and its usual, in place of the picture."""
    weeks, units = analysis.weeks, analysis.settings.units
    start = levels.week_starts(weeks)[-1]
    newest = levels.read_cell(weeks, start, column)
    usual = levels.read_cell(weeks, start, f"{column}_usual")
    amount = shown_weeks.format_amount(newest, measure, units)
    if not weeks["complete"].iloc[-1]:
        amount = f"so far {amount}"
    if math.isfinite(usual):
        amount += f", usually {shown_weeks.format_amount(usual, measure, units)}"
    count = formatting.format_count(len(shown.starts), "week")
    week = formatting.format_day(start)
    return f"{count} up to the week of {week}, {amount}. {VALUES_BELOW}"


def _describe_surfaces(analysis: Analysis) -> str:
    rows = display_tables.build_surfaces(analysis).rows
    amounts = [f"{row[0]} {row[1]}, usually {row[2]}" for row in rows]
    return (
        f"By ground in the newest week shown: {'; '.join(amounts)}. "
        "The table Distance by surface holds the values."
    )


def _find_last_day(analysis: Analysis) -> date:
    """Return the last day of the weeks shown that is not after today."""
    last_week = levels.week_starts(analysis.weeks)[-1]
    return min(analysis.today, last_week + timedelta(days=6))


def _caption_year(analysis: Analysis, runs: pd.DataFrame) -> str:
    """Return how to read the calendar, with the distance of its darkest shade."""
    last_day = _find_last_day(analysis)
    starts, distance, with_run = shown_weeks.sum_days(runs, analysis.weeks, last_day)
    parts = ["One column per week, one row per weekday"]
    longest = float(distance.max())
    if longest > 0:
        units = analysis.settings.units
        amount = shown_weeks.format_amount(longest, "distance_m", units)
        parts.append(
            f"the darker, the farther, in four equal steps up to {amount} in a day"
        )
    if (with_run & (distance == 0)).any():
        parts.append("strokes are runs of unknown distance")
    if not analysis.weeks["recorded"].iloc[-len(starts) :].all():
        parts.append("weeks without files are left empty")
    return f"{'; '.join(parts)}."


def _describe_year(analysis: Analysis) -> str:
    year = analysis.weeks.iloc[-shown_weeks.YEAR_WEEKS :]
    units = analysis.settings.units
    distance = float(year["distance_m"].sum())
    total = shown_weeks.format_amount(distance, "distance_m", units)
    runs = formatting.format_count(int(year["runs"].sum()), "run")
    weeks = formatting.format_count(len(year), "week")
    without = formatting.format_count(int((year["runs"] == 0).sum()), "week")
    return f"{runs} and {total} in {weeks}; {without} without a run."
