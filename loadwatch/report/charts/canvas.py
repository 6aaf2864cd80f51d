"""An empty figure in our style, its margins, and the axis of weeks."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font

from loadwatch import formatting

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from matplotlib.axes import Axes

    from loadwatch.report.palette import Palette

WIDTH_IN = 9.0
LEFT_IN, RIGHT_IN, TOP_IN, BOTTOM_IN = 0.8, 0.1, 0.26, 0.28
BARE_IN = 0.04  # top margin of a picture without a headline
# comes with matplotlib, so that pictures do not depend on the fonts of the machine
FONT = "DejaVu Sans"
SMALL, NORMAL = 9.0, 10.0
WEEK_IN = 0.62  # width of a week in a short log
MIN_IN = 4.0  # width of the picture of the shortest log
LONG = 150  # weeks from which on only the outlines of the years are visible
QUARTERS = 60  # weeks from which on the axis names quarters
LABELS = 9  # dates below an axis, about
HATCH, UNKNOWN_HATCH = "////", "\\\\\\\\"


def build_rc_params(palette: Palette) -> dict[Any, Any]:
    """Return matplotlib's settings for a figure; `$` in a text is no mathematics."""
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


def use_style(palette: Palette) -> Any:
    """Return the context in which a figure is built and saved."""
    return mpl.rc_context(build_rc_params(palette))


def create_figure(
    palette: Palette, height_in: float, width_in: float = WIDTH_IN
) -> Figure:
    """Return a figure without axes; draw it within `use_style(palette)`."""
    return Figure(figsize=(width_in, height_in), facecolor=palette.bg)


def compute_width_in(weeks: int) -> float:
    """Return how wide a picture of so many weeks is: no wider than its bars fill [inch]."""
    return min(max(LEFT_IN + RIGHT_IN + WEEK_IN * weeks, MIN_IN), WIDTH_IN)


def measure_inner_pt(figure: Figure) -> tuple[float, float]:
    """Return width and height within the margins of `set_margins` [pt]."""
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
            # there is no label; unset, its place is sought at each drawing
            axis.set_label_coords(0.0, 0.0)


@cache
def _list_glyphs() -> frozenset[int]:
    """Return the code points that FONT can draw."""
    return frozenset(get_font(findfont(FontProperties(family=FONT))).get_charmap())


def clean_label(text: str) -> str:
    """Return a stranger's text for a picture: cleaned, cut, `?` for what FONT lacks."""
    chars = list(formatting.clean_text(text, formatting.NAME_LENGTH))
    for at, char in enumerate(chars):
        if ord(char) not in _list_glyphs():
            chars[at] = "?"
    return "".join(chars)


def write_headline(axes: Axes, text: str, palette: Palette) -> None:
    """Write the newest amount above the right end of the axes, where no bar can be."""
    axes.set_title(
        text, loc="right", y=1.0, fontsize=SMALL, fontweight="bold", color=palette.ink
    )


def label_week_axis(axes: Axes, starts: Sequence[date]) -> None:
    """Label the axis of weeks: days for a season, quarters for a year, years beyond."""
    count = len(starts)
    axes.set_xlim(-0.6, max(count, 1) - 0.4)
    if count > LONG:
        at = find_changes(starts, lambda day: day.year)
        labels = [str(starts[i].year) for i in at]
    elif count > QUARTERS:
        at = find_changes(starts, _count_quarters)
        labels = [f"{format_month(starts[i])} {starts[i].year}" for i in at]
    else:
        step = max(1, -(-count // LABELS))
        at = list(range(count - 1, -1, -step))[::-1]
        labels = [formatting.format_day_month(starts[i]) for i in at]
    axes.set_xticks(at, labels)


def find_changes(starts: Sequence[date], key: Callable[[date], int]) -> list[int]:
    """Return where `key` of a week differs from that of the week before."""
    pairs = enumerate(pairwise(starts), 1)
    return [at for at, (before, day) in pairs if key(day) != key(before)]


def _count_quarters(day: date) -> int:
    return 4 * day.year + (day.month - 1) // 3


def format_month(day: date) -> str:
    """Return the month of `day` in three letters."""
    return formatting.MONTHS[day.month - 1][:3]
