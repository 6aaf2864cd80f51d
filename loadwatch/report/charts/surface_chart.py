"""The picture of where a runner ran: one row of bars per surface."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from loadwatch import formatting
from loadwatch.date_filter import ALL_DAYS
from loadwatch.report import shown_weeks
from loadwatch.report.charts import bars, canvas, markers
from loadwatch.report.palette import LIGHT
from loadwatch.tables import SURFACES

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
    from loadwatch.tables import Floats, Surface

# heights of a row, from above
GAP_PT = 6.0
LABEL_PT = 14.0  # its name and amounts
BAR_PT = 25.0  # the longest bar of all rows
OUTLINE = 1.2  # of the week in progress [pt]
MARKED = "hard"  # the surface whose share a rule judges


def draw_surfaces(
    weeks: pd.DataFrame,
    flags: Iterable[Flag],
    settings: Settings,
    period: Period = ALL_DAYS,
    *,
    last: int = 0,
    palette: Palette = LIGHT,
) -> Figure:
    """Return one row per surface that was run on, all on one scale; unknown is one too."""
    shown = shown_weeks.select_weeks(weeks, [], period, last, settings.units)
    surfaces = _list_surfaces(shown)
    longest = max(_find_longest(shown, surface) for surface in surfaces)
    marks = {MARKED: shown_weeks.find_marks(flags, shown_weeks.SURFACE, shown.starts)}
    heights = [
        _measure_row_pt(shown, surface, marks.get(surface.name, []), longest)
        for surface in surfaces
    ]
    with canvas.use_style(palette):
        height_in = sum(heights) / 72.0 + canvas.BARE_IN + canvas.BOTTOM_IN
        width_in = canvas.compute_width_in(len(shown.starts))
        figure = canvas.create_figure(palette, height_in, width_in)
        rows = figure.subplots(
            len(surfaces),
            sharex=True,
            squeeze=False,
            gridspec_kw={"hspace": 0.0, "height_ratios": heights},
        )[:, 0]
        for surface, axes, height_pt in zip(surfaces, rows, heights, strict=True):
            axes.set_ylim(0.0, longest * height_pt / BAR_PT)
            row_marks = marks.get(surface.name, [])
            _draw_row(axes, shown, surface, row_marks, longest, palette)
            text = _format_row_label(shown, surface)
            _write_row_label(axes, text, height_pt, palette)
        canvas.label_week_axis(rows[-1], shown.starts)
        rows[-1].tick_params(labelbottom=True)
        canvas.set_margins(figure, canvas.BARE_IN)
    return figure


def _list_surfaces(shown: ShownWeeks) -> list[Surface]:
    """Return the surfaces that were run on, unknown where there is none."""
    surfaces = [
        surface
        for surface in SURFACES.values()
        if np.nansum(shown.column_values(surface.column)) > 0
    ]
    return surfaces or [SURFACES["unknown"]]


def _find_longest(shown: ShownWeeks, surface: Surface) -> float:
    """Return the longest distance of a week on a surface, 1 m at least [m]."""
    values = shown.column_values(surface.column)
    return float(np.nanmax(np.append(values, 1.0)))


def _measure_row_pt(
    shown: ShownWeeks, surface: Surface, marks: list[WeekMark], longest: float
) -> float:
    """Return the height of a row: of its label, its bars, and what is above them [pt].

    `longest` is the longest bar of all rows [m].
    """
    shares = shown.column_values(surface.column) / longest
    beyond_label = [mark for mark in marks if not _is_in_label(shown, mark)]
    with_amount = markers.pick_labelled_mark(beyond_label, shares)
    bar_heights = np.nan_to_num(shares) * BAR_PT
    highest = BAR_PT
    for mark in marks:
        end = bar_heights[mark.at] + markers.MARK_PT
        if mark == with_amount:
            end += markers.AMOUNT_PT
        highest = max(highest, end)
    return GAP_PT + LABEL_PT + (highest - BAR_PT) + BAR_PT


def _is_in_label(shown: ShownWeeks, mark: WeekMark) -> bool:
    """Return whether the label of a row holds the amount of a marked week.

    It holds that of the last whole week, while another is in progress.
    """
    return bool(shown.in_progress[-1]) and mark.at == len(shown.starts) - 2


def _draw_row(
    axes: Axes,
    shown: ShownWeeks,
    surface: Surface,
    marks: list[WeekMark],
    longest: float,
    palette: Palette,
) -> None:
    """Draw the bars of one surface, their marks, and the amount of a marked week."""
    column = surface.column
    values = shown.column_values(column)
    axes.set_yticks([])
    axes.tick_params(labelbottom=False, length=0)
    if surface.hatched:
        _draw_hatched_bars(axes, values, palette)
    else:
        bars.draw_week_bars(
            axes, values, shown.in_progress, marks, palette, outline=OUTLINE
        )
    markers.hatch_missing_weeks(axes, shown.without_files, palette, longest)
    markers.draw_marks(axes, marks, values, palette)
    beyond_label = [mark for mark in marks if not _is_in_label(shown, mark)]

    def format_amount(at: int) -> str:
        return shown.format_amount(at, column)

    markers.write_amount(axes, beyond_label, values, format_amount, palette)


def _draw_hatched_bars(axes: Axes, values: Floats, palette: Palette) -> None:
    bars.draw_bars(
        axes,
        np.arange(len(values), dtype=np.float64),
        values,
        "none",
        width=bars.choose_bar_width(len(values)),
        edgecolor=palette.none,
        linewidth=0.8,
        hatch=canvas.HATCH,
        zorder=2,
    )


def _write_row_label(axes: Axes, text: str, height_pt: float, palette: Palette) -> None:
    """Write the label of a row of `height_pt` over the right end of its bars."""
    axes.text(
        1.0,
        1.0 - GAP_PT / height_pt,
        text,
        fontsize=canvas.SMALL,
        color=palette.ink,
        transform=axes.transAxes,
        ha="right",
        va="top",
    )


def _format_row_label(shown: ShownWeeks, surface: Surface) -> str:
    """Return the label of a row: its name in bold, then its newest amounts."""
    amounts = ", ".join(_list_amounts(shown, surface.column))
    return f"{surface.label} {amounts}".rstrip()


def _list_amounts(shown: ShownWeeks, column: str) -> list[str]:
    """Return the newest amounts of a row; a week in progress has little without the last."""
    if not shown.starts:
        return []
    newest = shown.format_amount(-1, column)
    whole = len(shown.starts) - 1  # the last week whose amount is to compare
    if not shown.in_progress[-1]:
        week = formatting.format_day_month(shown.starts[-1])
        return [f"{week} {newest}", *_list_usual(shown, column, whole)]
    so_far = f"so far {newest}"
    if whole == 0:
        return [so_far, *_list_usual(shown, column, whole)]
    whole -= 1
    last_week = f"last week {shown.format_amount(whole, column)}"
    return [last_week, *_list_usual(shown, column, whole), so_far]


def _list_usual(shown: ShownWeeks, column: str, at: int) -> list[str]:
    """Return the usual amount of the week `at`, nothing where it is unknown."""
    usual = float(shown.column_values(f"{column}_usual")[at])
    if not np.isfinite(usual):
        return []
    return [f"usual {shown_weeks.format_amount(usual, column, shown.units)}"]
