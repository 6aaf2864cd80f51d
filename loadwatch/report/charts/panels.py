"""One panel: a measure as bars by week over the band of its usual range."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

from loadwatch import formatting
from loadwatch.report.charts import bars, canvas, markers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from loadwatch.report.palette import Palette
    from loadwatch.report.shown_weeks import ShownWeeks, WeekMark
    from loadwatch.tables import Floats

PANEL_IN = 2.6
THIN = 0.012  # least thickness of a band, of the axis' height
HEADROOM = 1.2  # over the longest bar, for its shape and its amount
OUTLINE = 1.3  # of the week in progress [pt]


def draw_panel(
    axes: Axes,
    shown: ShownWeeks,
    column: str,
    measure: str,
    marks: Sequence[WeekMark],
    palette: Palette,
) -> None:
    """Draw one measure: band, bars, marks, gaps, and the newest week's amount.

    `measure` is the column of WEEKS that has the unit, where `column` is "load".
    """
    unit = formatting.choose_unit(measure, shown.units)
    values = shown.column_values(column) / unit.size
    high = shown.high[column].to_numpy("float64") / unit.size
    top = float(np.nanmax(np.concatenate((values, high, [0.0])))) or 1.0
    axes.set_ylim(0.0, top * HEADROOM)
    low = shown.low[column].to_numpy("float64") / unit.size
    has_range = shown.with_runs | shown.in_progress
    low, high = (np.where(has_range, ends, np.nan) for ends in (low, high))
    _draw_band(axes, low, high, values, top, palette)
    bars.draw_week_bars(
        axes, values, shown.in_progress, marks, palette, outline=OUTLINE
    )
    markers.hatch_missing_weeks(axes, shown.without_files, palette)
    markers.write_gap_label(axes, shown.without_files, "no files", palette)
    if len(values) <= canvas.LONG:
        markers.write_gap_label(axes, shown.without_runs, "no runs", palette)
    markers.hatch_unknown_weeks(axes, shown.with_runs & np.isnan(values), palette)
    markers.draw_marks(axes, marks, values, palette)

    def format_amount(at: int) -> str:
        return shown.format_amount(at, column, measure)

    markers.write_amount(axes, marks, values, format_amount, palette)
    _label_amounts(axes, unit.symbol)
    canvas.write_headline(axes, format_newest(shown, column, measure), palette)


def _draw_band(
    axes: Axes,
    low: Floats,
    high: Floats,
    values: Floats,
    top: float,
    palette: Palette,
) -> None:
    """Draw the range from `low` to `high`: pale, with an edge that shows on a bar too."""
    x = np.arange(len(low), dtype=np.float64)
    thickness = np.maximum(high - low, THIN * top)
    bottom = (low + high - thickness) / 2
    bars.draw_bars(axes, x, thickness, palette.band, bottom=bottom, width=1, zorder=0.6)
    if len(x) > canvas.LONG:
        return
    both = np.tile(x, 2)
    edges = np.concatenate((bottom, bottom + thickness))
    bars.draw_level_lines(
        axes, both, edges, 1.0, palette.bar, linewidth=0.7, alpha=0.6, zorder=0.7
    )
    if len(x) > bars.DENSE:
        return
    is_hidden = edges < np.tile(np.nan_to_num(values), 2)
    hidden = np.where(is_hidden, edges, np.nan)
    width = bars.choose_bar_width(len(x))
    bars.draw_level_lines(
        axes, both, hidden, width, palette.band, linewidth=1.1, zorder=2.5
    )


def _label_amounts(axes: Axes, symbol: str) -> None:
    """Label the axis of amounts with round numbers and the unit."""
    axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    decimals = 1
    if axes.get_ylim()[1] >= 4:
        decimals = 0

    def format_tick(amount: float, _: int | None) -> str:
        return f"{formatting.format_number(amount, decimals)} {symbol}".rstrip()

    axes.yaxis.set_major_formatter(FuncFormatter(format_tick))
    axes.yaxis.grid(visible=True)


def format_newest(shown: ShownWeeks, column: str, measure: str = "") -> str:
    """Return the newest week's amount: "This week so far 40.8 km"."""
    if not shown.starts:
        return ""
    week = formatting.format_day_month(shown.starts[-1])
    if shown.in_progress[-1]:
        week = "This week so far"
    return f"{week} {shown.format_amount(-1, column, measure)}"
