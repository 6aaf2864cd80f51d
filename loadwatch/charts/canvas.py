"""An empty figure in the house style, compact bars, and the axis of weeks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from loadwatch import words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from loadwatch.charts.palette import Palette

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

WIDTH_IN = 9.0
LEFT_IN, RIGHT_IN, TOP_IN, BOTTOM_IN = 0.8, 0.1, 0.26, 0.28
FONT = "DejaVu Sans"  # comes with matplotlib, so that pictures do not hang on the machine
SMALL, NORMAL = 9.0, 10.0
DENSE = 70  # bars from which on they touch, and marks shrink
LABELS = 9  # dates below an axis, about
HATCH = "////"


@dataclass(frozen=True, slots=True)
class Mark:
    """A shape above the bar of week `at`."""

    at: int
    level: str


SHAPES = {"high": "^", "watch": "D"}


def style(palette: Palette) -> dict[Any, Any]:
    """Return matplotlib's settings for a figure; `$` in a text is a dollar sign, not mathematics."""
    return {
        "font.family": FONT,
        "font.size": NORMAL,
        "text.parse_math": False,
        "text.color": palette.ink,
        "axes.edgecolor": palette.line,
        "axes.facecolor": "none",
        "axes.labelcolor": palette.soft,
        "axes.axisbelow": True,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.spines.left": False,
        "grid.color": palette.line,
        "grid.linewidth": 0.8,
        "hatch.color": palette.none,
        "hatch.linewidth": 0.6,
        "xtick.color": palette.line,
        "xtick.labelcolor": palette.soft,
        "ytick.color": palette.line,
        "ytick.labelcolor": palette.soft,
        "ytick.left": False,
        "xtick.major.size": 3.0,
        "svg.fonttype": "none",
        "svg.hashsalt": "loadwatch",
        "pdf.fonttype": 42,
    }


def empty(palette: Palette, height_in: float) -> Figure:
    """Return a figure without axes; draw it within `rc(palette)`."""
    transparent = palette.bg.startswith("#0b0c")
    return Figure(figsize=(WIDTH_IN, height_in), facecolor="none" if transparent else palette.bg)


def framed(figure: Figure, left_in: float = LEFT_IN, top_in: float = TOP_IN) -> None:
    """Set the margins of a page's picture, so that all of them begin at one line.

    Set by hand, since a layout that measures its texts takes as long as the whole drawing.
    """
    width, height = figure.get_size_inches()
    figure.subplots_adjust(left_in / width, BOTTOM_IN / height, 1 - RIGHT_IN / width, 1 - top_in / height)
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_label_coords(0.0, 0.0)  # there is no label; unset, its place is sought at each drawing


def rc(palette: Palette) -> Any:
    """Return the context in which a figure is built and saved."""
    return mpl.rc_context(style(palette))


@cache
def _glyphs() -> frozenset[int]:
    return frozenset(get_font(findfont(FontProperties(family=FONT))).get_charmap())


def safe(text: str) -> str:
    """Return a stranger's text for a picture: cleaned, cut, and what the font cannot draw as `?`."""
    cut = words.clean_text(text, words.NAME_LENGTH)
    return "".join(char if ord(char) in _glyphs() else "?" for char in cut)


def bars(
    axes: Axes,
    x: Floats,
    heights: Floats,
    colour: str,
    *,
    bottom: Floats | float = 0.0,
    width: float = 0.8,
    **more: Any,
) -> None:
    """Draw all bars of one colour as one path: a fifth of the bytes of a patch each."""
    top = bottom + heights
    low = np.broadcast_to(np.asarray(bottom, np.float64), np.shape(top))
    drawn = np.isfinite(top) & np.isfinite(low) & (top != low)
    if not drawn.any():
        return
    left, right = x[drawn] - width / 2, x[drawn] + width / 2
    corners = [(left, low[drawn]), (left, top[drawn]), (right, top[drawn]), (right, low[drawn])]
    points = np.array([*corners, corners[0]]).transpose(2, 0, 1).reshape(-1, 2)
    codes = np.tile([Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY], int(drawn.sum()))
    axes.add_artist(PathPatch(Path(points, codes), facecolor=colour, **({"linewidth": 0} | more)))


def bar_width(count: int) -> float:
    """Return how wide a bar is, of the room for a week [1]: many bars touch, three do not fill the page."""
    return 0.96 if count > DENSE else 0.8 if count > 6 else 0.6


def marks(axes: Axes, found: Sequence[Mark], tops: Floats, palette: Palette, *, below: bool = False) -> None:
    """Draw a shape above (or below) each marked bar: triangle for high, diamond for watch."""
    many = len(tops) > DENSE
    for level, shape in SHAPES.items():
        at = [mark.at for mark in found if mark.level == level and np.isfinite(tops[mark.at])]
        if at:
            axes.plot(
                at,
                [tops[i] for i in at],
                linestyle="none",
                marker=shape if not below or level == "watch" else "v",
                markersize=(4.0 if many else 6.5) * (0.8 if level == "watch" else 1.0),
                color=getattr(palette, level),
                transform=axes.transData + _up(axes, -7.0 if below else 7.0),
                clip_on=False,
                zorder=4,
            )


def _up(axes: Axes, points: float) -> Any:
    from matplotlib.transforms import ScaledTranslation  # noqa: PLC0415 - needed here alone

    figure = axes.get_figure(root=True)
    assert figure is not None
    return ScaledTranslation(0.0, points / 72.0, figure.dpi_scale_trans)


def headed(axes: Axes, text: str, palette: Palette) -> None:
    """Write the newest amount above the right end of the axes, where no bar can be."""
    axes.set_title(text, loc="right", y=1.0, fontsize=SMALL, fontweight="bold", color=palette.ink)


def gaps(axes: Axes, without: Bools, label: str, palette: Palette) -> None:
    """Hatch the weeks named by `without` over the whole height, and say what they are where there is room."""
    for first, last in spans(without):
        axes.axvspan(
            first - 0.5,
            last + 0.5,
            facecolor="none",
            edgecolor=palette.line,
            hatch=HATCH,
            linewidth=0,
            zorder=0.5,
        )
        if (last - first + 1) / len(without) >= 0.018:
            axes.text(
                (first + last) / 2,
                0.5,
                label,
                transform=axes.get_xaxis_transform(),
                rotation=90 if last - first + 1 < 0.09 * len(without) else 0,
                ha="center",
                va="center",
                fontsize=SMALL,
                color=palette.soft,
                bbox={"facecolor": palette.bg, "edgecolor": "none", "pad": 1.5},
            )


def spans(flags: Bools) -> list[tuple[int, int]]:
    """Return the first and last index of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(int)))
    return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def week_axis(axes: Axes, starts: Sequence[date]) -> None:
    """Label the axis of weeks: days for a season, months for a year, years beyond."""
    count = len(starts)
    axes.set_xlim(-0.6, max(count, 6) - 0.4)
    if count > 150:
        at = [i for i in range(1, count) if starts[i].year != starts[i - 1].year]
        labels = [str(starts[i].year) for i in at]
    elif count > 60:
        at = [i for i in range(1, count) if _quarter(starts[i]) != _quarter(starts[i - 1])]
        labels = [f"{words.MONTHS[starts[i].month - 1][:3]} {starts[i].year}" for i in at]
    else:
        step = max(1, -(-count // LABELS))
        at = list(range(count - 1, -1, -step))[::-1]
        labels = [words.short_day(starts[i]) for i in at]
    axes.set_xticks(at, labels)


def _quarter(day: date) -> int:
    return 4 * day.year + (day.month - 1) // 3
