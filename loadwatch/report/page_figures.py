"""The page's pictures: each a figure in the page's colours, with a title, a caption and a sentence for it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from markupsafe import Markup

from loadwatch import formatting
from loadwatch.assess import weeks
from loadwatch.date_filter import ALL_DAYS, filter_dates
from loadwatch.report import charts, display_tables
from loadwatch.report.charts import canvas, shown_weeks
from loadwatch.tables import LEVELS, LOAD_METHODS, RAISED_LEVELS
from loadwatch.verdict import levels

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from matplotlib.figure import Figure

    from loadwatch.analysis import Analysis
    from loadwatch.date_filter import Period
    from loadwatch.report.charts.shown_weeks import ShownWeeks

SHOWN_WEEKS = 26
BAND = "Pale band: from the smallest to the largest of the four weeks before, weeks without runs left out."


@dataclass(frozen=True, slots=True)
class PageFigure:
    """One figure of the page."""

    key: str
    title: str
    caption: str
    svg: Markup


def draw_figures(whole: Analysis, period: Period = ALL_DAYS) -> dict[str, PageFigure]:
    """Return the page's four pictures; what lies before `start` still tells what is usual."""
    analysis = filter_dates(whole, period)
    if not len(analysis.weeks):
        return {}
    table, flags, chosen = whole.weeks, analysis.flags, analysis.settings
    last = 0 if period.is_limited else SHOWN_WEEKS
    runs = weeks.select_runs(analysis.activities, chosen)
    figures = {
        "load": charts.draw_weekly_load(table, flags, chosen, period, last=last),
        "surfaces": charts.draw_surfaces(table, flags, chosen, period, last=last),
        "climb": charts.draw_climb(table, flags, chosen, period, last=last),
        "year": charts.draw_year(runs, analysis.weeks, _find_last_day(analysis)),
    }
    texts = _describe_figures(
        analysis, shown_weeks.select_weeks(table, ["load"], period, last)
    )
    return {
        key: _build_figure(key, figure, *texts[key]) for key, figure in figures.items()
    }


def _describe_figures(
    analysis: Analysis, shown: ShownWeeks
) -> dict[str, tuple[str, str, str]]:
    """Return title, caption and description of each figure."""
    method = LOAD_METHODS[analysis.settings.load]
    count = len(shown.starts)
    nobody = (
        "; outlines with strokes are ground that nobody told"
        if (shown.column_values("unknown_m") > 0).any()
        else ""
    )
    band = f"{BAND} " if shown.high["load"].notna().any() else ""
    return {
        "load": (
            "Load by week",
            (
                f"{method.meaning} {band}"
                f"{_describe_marks(analysis, shown, 'a check of load', shown_weeks.LOAD)}{_describe_gaps(shown)}"
            ),
            _describe_newest(analysis, count, "load", method.column),
        ),
        "surfaces": (
            "Where you ran",
            (
                f"One row a kind of ground, all on one scale{nobody}. "
                f"{_describe_marks(analysis, shown, 'the check of hard ground', shown_weeks.SURFACE)}{_describe_gaps(shown)}"
            ),
            _describe_surfaces(analysis),
        ),
        "climb": (
            "Climb and descent",
            (
                "Up above the line, down below it: two loads, never one. "
                f"{_describe_marks(analysis, shown, 'a check of hills', shown_weeks.CLIMB, shown_weeks.DESCENT)}{_describe_gaps(shown)}"
            ),
            (
                f"Climb: {_describe_newest(analysis, count, 'ascent_m', 'ascent_m')} Descent: "
                f"{_describe_newest(analysis, count, 'descent_m', 'descent_m')}"
            ),
        ),
        "year": (
            "The year at a glance",
            _caption_year(analysis),
            _describe_year(analysis),
        ),
    }


def _describe_gaps(shown: ShownWeeks) -> str:
    look = "Grey ground" if len(shown.starts) > canvas.DENSE else "Faint strokes"
    return f" {look}: weeks without files." if shown.without_files.any() else ""


def _caption_year(analysis: Analysis) -> str:
    """Return how to read the calendar, with what the darkest shade stands for."""
    runs = weeks.select_runs(analysis.activities, analysis.settings)
    starts, metres, ran = shown_weeks.sum_days(
        runs, analysis.weeks, _find_last_day(analysis)
    )
    parts = ["A column a week, a row a weekday"]
    if metres.max() > 0:
        top = shown_weeks.format_amount(
            float(metres.max()), "distance_m", analysis.settings
        )
        parts.append(
            f"the darker, the farther, in four equal steps up to {top} in a day"
        )
    if (ran & (metres == 0)).any():
        parts.append("strokes are runs of unknown distance")
    if not analysis.weeks["recorded"].iloc[-len(starts) :].all():
        parts.append("weeks without files are left empty")
    return f"{'; '.join(parts)}."


def _find_last_day(analysis: Analysis) -> date:
    """Return the last day of the weeks shown that is not after today."""
    return min(
        analysis.today, levels.week_starts(analysis.weeks)[-1] + timedelta(days=6)
    )


def _build_figure(
    key: str, figure: Figure, title: str, caption: str, told: str
) -> PageFigure:
    svg = charts.render_inline_svg(figure, f"fig-{key}", title, told)
    return PageFigure(key, title, caption.strip(), Markup(svg))  # noqa: S704 - text within is escaped in svg.py


def _describe_marks(
    analysis: Analysis, shown: ShownWeeks, what: str, *groups: Sequence[str]
) -> str:
    """Return what the shapes mean that stand in a picture; each of `groups` marks bars of its own."""
    found = {
        mark.level
        for rules in groups
        for mark in shown_weeks.find_marks(analysis.flags, rules, shown.starts)
    }
    if not found:
        return f"No week here raised {what}."
    shapes = [
        f"{LEVELS[level].shape}{shown_weeks.NO_BREAK}{level}"
        for level in reversed(RAISED_LEVELS)
        if level in found
    ]
    return f"{formatting.join_with_and(shapes)}: weeks that raised {what}."


def _describe_newest(analysis: Analysis, count: int, column: str, measure: str) -> str:
    """Return a sentence with the newest amount and its usual: the figure of `count` weeks in words."""
    starts = levels.week_starts(analysis.weeks)
    newest = levels.read_cell(analysis.weeks, starts[-1], column)
    usual = levels.read_cell(analysis.weeks, starts[-1], f"{column}_usual")
    so_far = "so far " if not analysis.weeks["complete"].iloc[-1] else ""
    usually = (
        f", usually {shown_weeks.format_amount(usual, measure, analysis.settings)}"
        if math.isfinite(usual)
        else ""
    )
    return (
        f"{formatting.format_count(count, 'week')} up to the week of {formatting.format_day(starts[-1])}, {so_far}"
        f"{shown_weeks.format_amount(newest, measure, analysis.settings)}{usually}. "
        "The table of numbers below holds the values."
    )


def _describe_surfaces(analysis: Analysis) -> str:
    rows = [
        f"{row[0]} {row[1]}, usually {row[2]}"
        for row in display_tables.build_surfaces(analysis).rows
    ]
    told = "; ".join(rows)
    return f"By ground in the newest week shown: {told}. The table Distance by surface holds the values."


def _describe_year(analysis: Analysis) -> str:
    last = analysis.weeks.iloc[-shown_weeks.YEAR_WEEKS :]
    total = shown_weeks.format_amount(
        float(last["distance_m"].sum()), "distance_m", analysis.settings
    )
    without = int((last["runs"] == 0).sum())
    return (
        f"{formatting.format_count(int(last['runs'].sum()), 'run')} and {total} in {formatting.format_count(len(last), 'week')}; "
        f"{formatting.format_count(without, 'week')} without a run."
    )
