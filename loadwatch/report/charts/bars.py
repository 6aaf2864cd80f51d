"""Bars and short lines of many weeks, each kind drawn as one path.

One path takes a fifth of the bytes that a patch per bar would take.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from loadwatch.tables import RAISED_LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.axes import Axes

    from loadwatch.report.palette import Palette
    from loadwatch.report.shown_weeks import WeekMark
    from loadwatch.tables import Bools, Floats

DENSE = 70  # bars from which on they touch, and marks shrink
FEW = 6  # bars up to which each is narrow, so that they do not fill the page
_RECTANGLE = (Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY)
_LINE = (Path.MOVETO, Path.LINETO)


def choose_bar_width(count: int) -> float:
    """Return how wide each of `count` bars is, as a share of a week [1]."""
    if count > DENSE:
        return 0.96
    if count > FEW:
        return 0.8
    return 0.6


def draw_bars(
    axes: Axes,
    x: Floats,
    heights: Floats,
    color: str,
    *,
    bottom: Floats | float = 0.0,
    width: Floats | float = 0.8,
    **style: Any,
) -> None:
    """Draw bars of one colour as one path; bars of unknown or no height are left out.

    Parameters
    ----------
    x : the middle of each bar.
    heights : from `bottom` up, or down where negative; unknown as NaN.
    style : what else the path gets, as matplotlib names it.
    """
    tops = bottom + heights
    bottoms = np.broadcast_to(np.asarray(bottom, np.float64), np.shape(tops))
    widths = np.broadcast_to(np.asarray(width, np.float64), np.shape(tops))
    drawn = np.isfinite(tops) & np.isfinite(bottoms) & (tops != bottoms)
    if not drawn.any():
        return
    left = x[drawn] - widths[drawn] / 2
    right = x[drawn] + widths[drawn] / 2
    low, high = bottoms[drawn], tops[drawn]
    corners = [(left, low), (left, high), (right, high), (right, low), (left, low)]
    path = _join_shapes(corners, _RECTANGLE)
    axes.add_artist(PathPatch(path, facecolor=color, **({"linewidth": 0} | style)))


def draw_level_lines(
    axes: Axes, x: Floats, y: Floats, width: float, color: str, **style: Any
) -> None:
    """Draw a short level line at each known `y`, all as one path."""
    drawn = np.isfinite(y)
    if not drawn.any():
        return
    ends = [(x[drawn] - width / 2, y[drawn]), (x[drawn] + width / 2, y[drawn])]
    path = _join_shapes(ends, _LINE)
    axes.add_artist(PathPatch(path, facecolor="none", edgecolor=color, **style))


def _join_shapes(points: list[tuple[Floats, Floats]], codes: tuple[Any, ...]) -> Path:
    """Return one path of many equal shapes.

    Parameters
    ----------
    points : for each point of the shape, x and y of that point in every shape.
    codes : for each point of the shape, what matplotlib draws to reach it.
    """
    count = len(points[0][0])
    vertices = np.array(points).transpose(2, 0, 1).reshape(-1, 2)
    return Path(vertices, np.tile(codes, count))


def draw_week_bars(
    axes: Axes,
    values: Floats,
    in_progress: Bools,
    marks: Iterable[WeekMark],
    palette: Palette,
    *,
    outline: float,
) -> None:
    """Draw one bar per week, those of marked weeks in the colour of their level.

    The week in progress is pale, with an outline of `outline` points.
    """
    x = np.arange(len(values), dtype=np.float64)
    width = choose_bar_width(len(values))
    roles = np.array(["bar"] * len(values), dtype=object)
    for mark in marks:
        roles[mark.at] = mark.level
    for role in ("bar", *RAISED_LEVELS):
        color = getattr(palette, role)
        whole = (roles == role) & ~in_progress
        begun = (roles == role) & in_progress
        draw_bars(axes, x[whole], values[whole], color, width=width, zorder=2)
        draw_bars(
            axes,
            x[begun],
            values[begun],
            palette.band,
            width=width * 0.94,
            edgecolor=color,
            linewidth=outline,
            zorder=2,
        )


def find_streaks(flags: Bools) -> list[tuple[int, int]]:
    """Return first and last index of each unbroken streak of True."""
    padded = np.concatenate(([False], flags, [False])).astype(int)
    edges = np.flatnonzero(np.diff(padded))
    firsts, ends = edges[::2], edges[1::2]
    return [(int(a), int(b) - 1) for a, b in zip(firsts, ends, strict=True)]
