"""What is drawn beside the bars: shapes of raised checks, an amount, gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.transforms import ScaledTranslation

from loadwatch.report.charts import bars, canvas
from loadwatch.tables import LEVELS, RAISED_LEVELS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from loadwatch.report.palette import Palette
    from loadwatch.report.shown_weeks import WeekMark
    from loadwatch.tables import Bools, Floats

MARK_PT = 12.0  # of height for a shape above its bar
AMOUNT_PT = 11.0  # of height for an amount above the shape
OFFSET_PT = 7.0  # from the end of a bar to the middle of its shape
SIZE_PT, DENSE_SIZE_PT = 6.5, 4.0
MIN_SHARE = 0.018  # of the axis, for a gap to be named in words: a week of a year
REACH = 0.09  # of the axis, that an amount may take beside its bar
EDGE = 0.03  # of the axis, within which an amount begins or ends at its bar
WORD_PT = 46.0  # of width for "no files" on a line


def draw_marks(
    axes: Axes,
    marks: Sequence[WeekMark],
    tops: Floats,
    palette: Palette,
    *,
    below: bool = False,
) -> None:
    """Draw the shape of its level above (or `below`) each marked bar of known height."""
    for level in reversed(RAISED_LEVELS):
        at = [mark.at for mark in marks if mark.level == level]
        at = [i for i in at if np.isfinite(tops[i])]
        if at:
            _draw_shapes(axes, level, at, tops, palette, below=below)


def _draw_shapes(
    axes: Axes,
    level: str,
    at: list[int],
    tops: Floats,
    palette: Palette,
    *,
    below: bool,
) -> None:
    marker, offset_pt = LEVELS[level].marker, OFFSET_PT
    if below:
        marker, offset_pt = LEVELS[level].marker_below, -OFFSET_PT
    axes.plot(
        at,
        [tops[i] for i in at],
        linestyle="none",
        marker=marker,
        markersize=_choose_size(level, len(tops)),
        color=getattr(palette, level),
        transform=axes.transData + _shift_up(axes, offset_pt),
        clip_on=False,
        zorder=4,
    )


def _choose_size(level: str, count: int) -> float:
    """Return the size of a shape among `count` bars; a diamond is smaller [pt]."""
    size = SIZE_PT
    if count > bars.DENSE:
        size = DENSE_SIZE_PT
    if level != "watch":
        return size
    if count > canvas.LONG:
        return size * 0.5
    return size * 0.8


def _shift_up(axes: Axes, points: float) -> Any:
    scale = _get_figure(axes).dpi_scale_trans
    return ScaledTranslation(0.0, points / 72.0, scale)


def _get_figure(axes: Axes) -> Figure:
    figure = axes.get_figure(root=True)
    assert figure is not None  # axes are always made by a figure here
    return figure


def pick_labelled_mark(marks: Sequence[WeekMark], tops: Floats) -> WeekMark | None:
    """Return the mark whose amount is written: the newest, except in the last week.

    The last week has a headline. Among many thin bars only one that no bar near it
    exceeds gets its amount, over many years none: the text would hide others.
    """
    count = len(tops)
    if count > canvas.LONG:
        return None
    around = 0
    if count > bars.DENSE:
        around = int(REACH * count)
    heights = np.abs(tops)
    for mark in sorted(marks, key=lambda mark: mark.at, reverse=True):
        if mark.at == count - 1 or not np.isfinite(heights[mark.at]):
            continue
        near = heights[max(mark.at - around, 0) : mark.at + around + 1]
        if np.nanmax(near) <= heights[mark.at]:
            return mark
    return None


def write_amount(
    axes: Axes,
    marks: Sequence[WeekMark],
    tops: Floats,
    format_amount: Callable[[int], str],
    palette: Palette,
    *,
    below: bool = False,
) -> None:
    """Write the amount of the newest marked week beyond its shape."""
    mark = pick_labelled_mark(marks, tops)
    if mark is None:
        return
    offset, vertical = MARK_PT, "bottom"
    if below:
        offset, vertical = -MARK_PT, "top"
    axes.annotate(
        format_amount(mark.at),
        (mark.at, tops[mark.at]),
        xytext=(0.0, offset),
        textcoords="offset points",
        ha=_align_amount(mark.at, len(tops)),
        va=vertical,
        fontsize=canvas.SMALL,
        fontweight="bold",
        color=getattr(palette, mark.level),
        bbox={"facecolor": palette.bg, "edgecolor": "none", "pad": 0.8},
        annotation_clip=False,
        zorder=5,
    )


def _align_amount(at: int, count: int) -> str:
    """Return how the amount over bar `at` is aligned, so that it stays on the picture."""
    edge = EDGE * count
    if at < edge:
        return "left"
    if at > count - 1 - edge:
        return "right"
    return "center"


def hatch_missing_weeks(
    axes: Axes, where: Bools, palette: Palette, top: float | None = None
) -> None:
    """Hatch the weeks without files, up to `top` or over the whole height."""
    low, high = axes.get_ylim()
    if top is not None:
        low, high = 0.0, top
    style = {"hatch": canvas.HATCH, "edgecolor": palette.none, "alpha": 0.6}
    _hatch_weeks(axes, where, (low, high), palette, style)


def hatch_unknown_weeks(axes: Axes, where: Bools, palette: Palette) -> None:
    """Hatch the weeks whose runs lack the amount, and write so once."""
    style = {"hatch": canvas.UNKNOWN_HATCH, "edgecolor": palette.none}
    _hatch_weeks(axes, where, axes.get_ylim(), palette, style)
    write_gap_label(axes, where, "unknown", palette)


def _hatch_weeks(
    axes: Axes,
    where: Bools,
    ends: tuple[float, float],
    palette: Palette,
    style: dict[str, Any],
) -> None:
    """Draw a background behind weeks: strokes, or plain grey among many thin bars."""
    if not where.any():
        return
    color = "none"
    if len(where) > bars.DENSE:
        color, style = palette.line, {"alpha": 0.35}
    streaks = np.array(bars.find_streaks(where), np.float64)
    low, high = ends
    bars.draw_bars(
        axes,
        streaks.mean(axis=1),
        np.full(len(streaks), high - low),
        color,
        bottom=low,
        width=streaks[:, 1] - streaks[:, 0] + 1.0,
        zorder=0.5,
        **style,
    )


def write_gap_label(
    axes: Axes, where: Bools, label: str, palette: Palette, height: float = 0.5
) -> None:
    """Write `label` once on the weeks of `where`: in the widest gap, the newest of equals."""
    gaps = bars.find_streaks(where)
    if not gaps:
        return
    first, last = max(gaps, key=lambda gap: (gap[1] - gap[0], gap[1]))
    share = (last - first + 1) / len(where)
    if share < MIN_SHARE:
        return
    width_pt, _ = canvas.measure_inner_pt(_get_figure(axes))
    rotation = 0
    if share * width_pt < WORD_PT:
        rotation = 90
    axes.text(
        (first + last) / 2,
        height,
        label,
        transform=axes.get_xaxis_transform(),
        rotation=rotation,
        ha="center",
        va="center",
        fontsize=canvas.SMALL,
        color=palette.soft,
        bbox={"facecolor": palette.bg, "edgecolor": "none", "pad": 1.5},
    )
