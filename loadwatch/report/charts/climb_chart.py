"""The picture of climb and descent: one above a line, the other below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from loadwatch import formatting
from loadwatch.date_filter import ALL_DAYS
from loadwatch.report import shown_weeks
from loadwatch.report.charts import bars, canvas, markers
from loadwatch.report.charts.panels import format_newest
from loadwatch.report.palette import LIGHT

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from loadwatch.assess.rules import Flag
    from loadwatch.date_filter import Period
    from loadwatch.report.palette import Palette
    from loadwatch.report.shown_weeks import ShownWeeks, WeekMark
    from loadwatch.settings import Settings
    from loadwatch.tables import Floats

CLIMB_IN = 2.3
OUTLINE = 1.2  # of the week in progress [pt]
MIN_HEIGHT = 1.0  # up to which neither amount is named, in the unit of the picture


def draw_climb(
    weeks: pd.DataFrame,
    flags: Iterable[Flag],
    settings: Settings,
    period: Period = ALL_DAYS,
    *,
    last: int = 0,
    palette: Palette = LIGHT,
) -> Figure:
    """Return climb above a line and descent below it: two exposures, never one sum."""
    flags = tuple(flags)
    shown = shown_weeks.select_weeks(weeks, [], period, last, settings.units)
    unit = formatting.choose_unit("ascent_m", settings.units)
    up = shown.column_values("ascent_m") / unit.size
    down = shown.column_values("descent_m") / unit.size
    up_marks = shown_weeks.find_marks(flags, shown_weeks.CLIMB, shown.starts)
    down_marks = shown_weeks.find_marks(flags, shown_weeks.DESCENT, shown.starts)
    with canvas.use_style(palette):
        width_in = canvas.compute_width_in(len(shown.starts))
        figure = canvas.create_figure(palette, CLIMB_IN, width_in)
        axes = figure.subplots()
        ends = (_find_end(down), _find_end(up))
        _, height_pt = canvas.measure_inner_pt(figure)
        axes.set_ylim(*_widen_ends(ends, (down_marks, up_marks), height_pt))
        _draw_climb_bars(axes, shown, up, up_marks, palette)
        _draw_descent_bars(axes, shown, down, down_marks, palette)
        axes.axhline(0.0, color=palette.soft, linewidth=1.0, zorder=3)
        axes.spines["bottom"].set_visible(False)
        _label_heights(axes, ends, unit.symbol)
        is_unknown = shown.with_runs & np.isnan(up) & np.isnan(down)
        markers.hatch_unknown_weeks(axes, is_unknown, palette)
        markers.hatch_missing_weeks(axes, shown.without_files, palette)
        markers.write_gap_label(axes, shown.without_files, "no files", palette, 0.75)
        if shown.starts:
            canvas.write_headline(axes, _format_headline(shown), palette)
        canvas.label_week_axis(axes, shown.starts)
        canvas.set_margins(figure)
    return figure


def _find_end(heights: Floats) -> float:
    """Return the largest of `heights`, 1 where there is none."""
    return float(np.nanmax(np.append(heights, 0.0))) or 1.0


def _widen_ends(
    ends: tuple[float, float],
    marks: tuple[list[WeekMark], list[WeekMark]],
    height_pt: float,
) -> tuple[float, float]:
    """Return the ends of an axis that has space for shapes and amounts beyond its bars.

    Parameters
    ----------
    ends : the longest bar down and up, both positive.
    marks : of the bars down and up.
    height_pt : of the whole axis. [pt]
    """
    beyond_pt = [markers.AMOUNT_PT / 2] * 2
    for side, side_marks in enumerate(marks):
        if side_marks:
            beyond_pt[side] = markers.MARK_PT + markers.AMOUNT_PT
    down, up = ends
    per_pt = (down + up) / (height_pt - sum(beyond_pt))
    return -down - beyond_pt[0] * per_pt, up + beyond_pt[1] * per_pt


def _draw_climb_bars(
    axes: Axes,
    shown: ShownWeeks,
    up: Floats,
    marks: list[WeekMark],
    palette: Palette,
) -> None:
    bars.draw_week_bars(axes, up, shown.in_progress, marks, palette, outline=OUTLINE)
    markers.draw_marks(axes, marks, up, palette)

    def format_amount(at: int) -> str:
        return f"{shown.format_amount(at, 'ascent_m')} up"

    markers.write_amount(axes, marks, up, format_amount, palette)


def _draw_descent_bars(
    axes: Axes,
    shown: ShownWeeks,
    down: Floats,
    marks: list[WeekMark],
    palette: Palette,
) -> None:
    bars.draw_week_bars(axes, -down, shown.in_progress, marks, palette, outline=OUTLINE)
    markers.draw_marks(axes, marks, -down, palette, below=True)

    def format_amount(at: int) -> str:
        return f"{shown.format_amount(at, 'descent_m')} down"

    markers.write_amount(axes, marks, -down, format_amount, palette, below=True)


def _label_heights(axes: Axes, ends: tuple[float, float], symbol: str) -> None:
    """Name one round amount up and one down, as far out as each goes."""
    down, up = ends
    if max(down, up) <= MIN_HEIGHT:
        axes.set_yticks([up / 2, -down / 2], ["up", "down"])
        return
    up, down = _round_down(up), _round_down(down)
    labels = [
        f"{formatting.format_number(up)} {symbol}\nup",
        f"{formatting.format_number(down)} {symbol}\ndown",
    ]
    axes.set_yticks([up, -down], labels)
    axes.yaxis.grid(visible=True)


def _round_down(amount: float) -> float:
    """Return the largest of 1, 2 and 5 times a power of ten that is at most `amount`."""
    decade = 10.0 ** np.floor(np.log10(amount))
    steps = [step for step in (1.0, 2.0, 5.0) if step * decade <= amount]
    return float(decade * max(steps))


def _format_headline(shown: ShownWeeks) -> str:
    """Return the newest climb and descent."""
    descent = shown.format_amount(-1, "descent_m")
    return f"{format_newest(shown, 'ascent_m')} up, {descent} down"
