"""What stands beside the bars: shapes of checks, the amount of a marked week, gaps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from loadwatch.report.charts import canvas
from loadwatch.tables import LEVELS, RAISED_LEVELS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes

    from loadwatch.report.palette import Palette
    from loadwatch.tables import Bools, Floats

MARK_PT, AMOUNT_PT = (
    12.0,
    11.0,
)  # room for a shape above its bar, and for an amount above the shape
LEAST_SHARE = 0.018  # of the axis, for a gap to be told in words: a week of a year
REACH = 0.09  # of the axis, that an amount may take beside its bar
WORD_PT = 46.0  # room for "no files" on a line


@dataclass(frozen=True, slots=True)
class WeekMark:
    """A shape above the bar of week `at`."""

    at: int
    level: str


def draw_marks(
    axes: Axes,
    found: Sequence[WeekMark],
    tops: Floats,
    palette: Palette,
    *,
    below: bool = False,
) -> None:
    """Draw a shape above (or below) each marked bar: triangle for high, diamond for watch."""
    size = 6.5 if len(tops) <= canvas.DENSE else 4.0
    for level in reversed(RAISED_LEVELS):
        at = [
            mark.at
            for mark in found
            if mark.level == level and np.isfinite(tops[mark.at])
        ]
        if at:
            marker = LEVELS[level].marker_below if below else LEVELS[level].marker
            small = 0.8 if len(tops) <= canvas.LONG else 0.5
            axes.plot(
                at,
                [tops[i] for i in at],
                linestyle="none",
                marker=marker,
                markersize=size * (small if level == "watch" else 1.0),
                color=getattr(palette, level),
                transform=axes.transData + _shift_up(axes, -7.0 if below else 7.0),
                clip_on=False,
                zorder=4,
            )


def _shift_up(axes: Axes, points: float) -> Any:
    from matplotlib.transforms import ScaledTranslation  # noqa: PLC0415 - needed here alone

    figure = axes.get_figure(root=True)
    assert figure is not None
    return ScaledTranslation(0.0, points / 72.0, figure.dpi_scale_trans)


def pick_labelled_mark(found: Sequence[WeekMark], tops: Floats) -> WeekMark | None:
    """Return the mark whose bar is told in words: the newest, but for the last week, which has a headline.

    Among many thin bars only one that stands out is told, over many years none: words would hide others.
    """
    count = len(tops)
    around = int(REACH * count) if count > canvas.DENSE else 0

    def is_clear(at: int) -> bool:
        return bool(
            np.nanmax(np.abs(tops[max(at - around, 0) : at + around + 1]))
            <= abs(tops[at])
        )

    known = [
        mark for mark in found if mark.at < count - 1 and np.isfinite(tops[mark.at])
    ]
    told = [mark for mark in known if count <= canvas.LONG and is_clear(mark.at)]
    return max(told, key=lambda mark: mark.at, default=None)


def write_amount(
    axes: Axes,
    found: Sequence[WeekMark],
    tops: Floats,
    told: Callable[[int], str],
    palette: Palette,
    *,
    below: bool = False,
) -> None:
    """Write the amount of the newest marked week beyond its shape, clear of the bars beside it."""
    mark = pick_labelled_mark(found, tops)
    if mark is None:
        return
    edge = 0.03 * len(tops)
    axes.annotate(
        told(mark.at),
        (mark.at, tops[mark.at]),
        xytext=(0.0, -MARK_PT if below else MARK_PT),
        textcoords="offset points",
        ha="left"
        if mark.at < edge
        else "right"
        if mark.at > len(tops) - 1 - edge
        else "center",
        va="top" if below else "bottom",
        fontsize=canvas.SMALL,
        fontweight="bold",
        color=getattr(palette, mark.level),
        bbox={"facecolor": palette.bg, "edgecolor": "none", "pad": 0.8},
        annotation_clip=False,
        zorder=5,
    )


def hatch_missing_weeks(
    axes: Axes, where: Bools, palette: Palette, top: float | None = None
) -> None:
    """Hatch the weeks of which nothing is known, up to `top` or over the whole height."""
    reach = (0.0, top) if top is not None else axes.get_ylim()
    _draw_ground(
        axes,
        where,
        reach,
        palette,
        {"hatch": canvas.HATCH, "edgecolor": palette.none, "alpha": 0.6},
    )


def hatch_unknown_weeks(axes: Axes, where: Bools, palette: Palette) -> None:
    """Hatch the weeks with runs whose amount nobody told, and say so once."""
    _draw_ground(
        axes,
        where,
        axes.get_ylim(),
        palette,
        {"hatch": canvas.UNKNOWN, "edgecolor": palette.none},
    )
    write_gap_label(axes, where, "unknown", palette)


def _draw_ground(
    axes: Axes,
    where: Bools,
    reach: tuple[float, float],
    palette: Palette,
    look: dict[str, Any],
) -> None:
    """Draw a ground behind weeks; among many thin bars strokes would outdo them, and a plain one does."""
    if not where.any():
        return
    ends = np.array(canvas.find_streaks(where), np.float64)
    plain = len(where) > canvas.DENSE
    canvas.draw_bars(
        axes,
        ends.mean(axis=1),
        np.full(len(ends), reach[1] - reach[0]),
        palette.line if plain else "none",
        bottom=reach[0],
        width=ends[:, 1] - ends[:, 0] + 1.0,
        zorder=0.5,
        **({"alpha": 0.35} if plain else look),
    )


def write_gap_label(
    axes: Axes, where: Bools, label: str, palette: Palette, height: float = 0.5
) -> None:
    """Write once what the weeks of `where` are: in the widest gap, of equals in the newest."""
    gaps = canvas.find_streaks(where)
    if not gaps:
        return
    first, last = max(gaps, key=lambda gap: (gap[1] - gap[0], gap[1]))
    share = (last - first + 1) / len(where)
    if share < LEAST_SHARE:
        return
    figure = axes.get_figure(root=True)
    assert figure is not None
    axes.text(
        (first + last) / 2,
        height,
        label,
        transform=axes.get_xaxis_transform(),
        rotation=0 if share * canvas.measure_inner_pt(figure)[0] >= WORD_PT else 90,
        ha="center",
        va="center",
        fontsize=canvas.SMALL,
        color=palette.soft,
        bbox={"facecolor": palette.bg, "edgecolor": "none", "pad": 1.5},
    )
