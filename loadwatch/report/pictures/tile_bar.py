"""Small bars: an amount beside the usual one, a week's grounds, and a roster's last weeks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from loadwatch.report.pictures import svg

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, HEIGHT, THICK = 200.0, 14.0, 5.0
SHARE_HEIGHT = 14.0
BAR_STEP, BAR_WIDTH, BAR_TOP, SPARK_HEIGHT = 9.0, 7.0, 20.0, 22.0


def draw_tile_bar(amount: float, usual: float, level: str, most: float = 0.0) -> Markup:
    """Return two bars, the amount over the usual one; the longer fills the width.

    A bar alone compares with nothing and is not drawn.
    The bars repeat what the tile says in words, so that they have no name of their own.
    """
    if not (usual > 0 or most > 0):
        return Markup()
    known = [value for value in (amount, usual, most) if value > 0]
    top = max(known, default=1.0)
    parts = []
    for value, y, role in ((amount, 0.0, level or "now"), (usual, 8.0, "before")):
        if value > 0:
            parts.append(svg.draw_rect((0.0, y, WIDTH * value / top, THICK), role))
    return svg.render_ornament(WIDTH, HEIGHT, parts, "pair")


def draw_shares(shares: Sequence[tuple[str, float]]) -> Markup:
    """Return one bar divided by `shares`, each a class and a part of the whole [1]."""
    parts = []
    x = 0.0
    for role, share in shares:
        width = WIDTH * share
        parts.append(svg.draw_rect((x, 0.0, width, SHARE_HEIGHT), role))
        x += width
    return svg.render_ornament(WIDTH, SHARE_HEIGHT, parts, "shares")


def draw_sparkline(
    loads: Sequence[tuple[float, str]], slots: int, label: str
) -> Markup:
    """Return one bar per week, each a load and its class; unknown ones as a stub.

    The newest is at the right of `slots` places.
    """
    top = max((load for load, _ in loads if load > 0), default=1.0)
    first = slots - len(loads)
    parts = []
    for at, (load, role) in enumerate(loads, first):
        height = 1.0
        if load > 0:
            height = BAR_TOP * load / top
        box = BAR_STEP * at, SPARK_HEIGHT - height, BAR_WIDTH, height
        parts.append(svg.draw_rect(box, role))
    return svg.Picture(
        width=BAR_STEP * slots,
        height=SPARK_HEIGHT,
        name=label,
        description="",
        parts=tuple(parts),
        role="spark",
    ).render()
