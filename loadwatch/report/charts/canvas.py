"""An empty figure in the house style, compact bars, and the axis of weeks."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from loadwatch import formatting

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from matplotlib.axes import Axes

    from loadwatch.report.palette import Palette
    from loadwatch.tables import Bools, Floats


WIDTH_IN = 9.0
LEFT_IN, RIGHT_IN, TOP_IN, BOTTOM_IN = 0.8, 0.1, 0.26, 0.28
BARE_IN = 0.04  # top margin of a picture without a headline
FONT = (
    "DejaVu Sans"  # comes with matplotlib, so that pictures do not hang on the machine
)
SMALL, NORMAL = 9.0, 10.0
WEEK_IN, LEAST_IN = (
    0.62,
    4.0,
)  # width of a week in a short log, and of the whole picture of the shortest
DENSE = 70  # bars from which on they touch, and marks shrink
LONG = 150  # weeks from which on only the outlines of the years can be seen
LABELS = 9  # dates below an axis, about
HATCH, UNKNOWN = "////", "\\\\\\\\"


def build_rc_params(palette: Palette) -> dict[Any, Any]:
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


def create_figure(
    palette: Palette, height_in: float, width_in: float = WIDTH_IN
) -> Figure:
    """Return a figure without axes; draw it within `rc(palette)`."""
    transparent = palette.bg.startswith("#0b0c")
    return Figure(
        figsize=(width_in, height_in), facecolor="none" if transparent else palette.bg
    )


def compute_width_in(weeks: int) -> float:
    """Return how wide a page's picture of so many weeks is [inch]: no wider than its bars fill."""
    return min(max(LEFT_IN + RIGHT_IN + WEEK_IN * weeks, LEAST_IN), WIDTH_IN)


def measure_inner_pt(figure: Figure) -> tuple[float, float]:
    """Return width and height within the margins of `framed` [pt]."""
    width, height = figure.get_size_inches()
    return 72.0 * (width - LEFT_IN - RIGHT_IN), 72.0 * (height - TOP_IN - BOTTOM_IN)


def set_margins(figure: Figure, top_in: float = TOP_IN) -> None:
    """Set the margins of a page's picture, so that all of them begin at one line.

    Set by hand, since a layout that measures its texts takes as long as the whole drawing.
    """
    width, height = figure.get_size_inches()
    figure.subplots_adjust(
        LEFT_IN / width, BOTTOM_IN / height, 1 - RIGHT_IN / width, 1 - top_in / height
    )
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_label_coords(
                0.0, 0.0
            )  # there is no label; unset, its place is sought at each drawing


def use_style(palette: Palette) -> Any:
    """Return the context in which a figure is built and saved."""
    return mpl.rc_context(build_rc_params(palette))


@cache
def _list_glyphs() -> frozenset[int]:
    return frozenset(get_font(findfont(FontProperties(family=FONT))).get_charmap())


def clean_label(text: str) -> str:
    """Return a stranger's text for a picture: cleaned, cut, and what the font cannot draw as `?`."""
    cut = formatting.clean_text(text, formatting.NAME_LENGTH)
    return "".join(char if ord(char) in _list_glyphs() else "?" for char in cut)


def draw_bars(
    axes: Axes,
    x: Floats,
    heights: Floats,
    colour: str,
    *,
    bottom: Floats | float = 0.0,
    width: Floats | float = 0.8,
    **more: Any,
) -> None:
    """Draw all bars of one colour as one path: a fifth of the bytes of a patch each."""
    top = bottom + heights
    low, wide = (
        np.broadcast_to(np.asarray(v, np.float64), np.shape(top))
        for v in (bottom, width)
    )
    drawn = np.isfinite(top) & np.isfinite(low) & (top != low)
    if not drawn.any():
        return
    left, right = x[drawn] - wide[drawn] / 2, x[drawn] + wide[drawn] / 2
    corners = [
        (left, low[drawn]),
        (left, top[drawn]),
        (right, top[drawn]),
        (right, low[drawn]),
    ]
    points = np.array([*corners, corners[0]]).transpose(2, 0, 1).reshape(-1, 2)
    codes = np.tile(
        [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY],
        int(drawn.sum()),
    )
    axes.add_artist(
        PathPatch(Path(points, codes), facecolor=colour, **({"linewidth": 0} | more))
    )


def draw_level_lines(
    axes: Axes, x: Floats, y: Floats, width: float, colour: str, **more: Any
) -> None:
    """Draw a short level line at each known `y`, all as one path."""
    drawn = np.isfinite(y)
    if not drawn.any():
        return
    ends = [(x[drawn] - width / 2, y[drawn]), (x[drawn] + width / 2, y[drawn])]
    points = np.array(ends).transpose(2, 0, 1).reshape(-1, 2)
    codes = np.tile([Path.MOVETO, Path.LINETO], int(drawn.sum()))
    axes.add_artist(
        PathPatch(Path(points, codes), facecolor="none", edgecolor=colour, **more)
    )


def choose_bar_width(count: int) -> float:
    """Return how wide a bar is, of the room for a week [1]: many bars touch, three do not fill the page."""
    return 0.96 if count > DENSE else 0.8 if count > 6 else 0.6


def write_headline(axes: Axes, text: str, palette: Palette) -> None:
    """Write the newest amount above the right end of the axes, where no bar can be."""
    axes.set_title(
        text, loc="right", y=1.0, fontsize=SMALL, fontweight="bold", color=palette.ink
    )


def find_streaks(flags: Bools) -> list[tuple[int, int]]:
    """Return the first and last index of each run of True."""
    edges = np.flatnonzero(
        np.diff(np.concatenate(([False], flags, [False])).astype(int))
    )
    return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def label_week_axis(axes: Axes, starts: Sequence[date]) -> None:
    """Label the axis of weeks: days for a season, months for a year, years beyond."""
    count = len(starts)
    axes.set_xlim(-0.6, max(count, 1) - 0.4)
    if count > LONG:
        at = [i for i in range(1, count) if starts[i].year != starts[i - 1].year]
        labels = [str(starts[i].year) for i in at]
    elif count > 60:
        at = [
            i
            for i in range(1, count)
            if _count_quarters(starts[i]) != _count_quarters(starts[i - 1])
        ]
        labels = [
            f"{formatting.MONTHS[starts[i].month - 1][:3]} {starts[i].year}" for i in at
        ]
    else:
        step = max(1, -(-count // LABELS))
        at = list(range(count - 1, -1, -step))[::-1]
        labels = [formatting.format_day_month(starts[i]) for i in at]
    axes.set_xticks(at, labels)


def _count_quarters(day: date) -> int:
    return 4 * day.year + (day.month - 1) // 3
