"""The budget in words: how much each check leaves this week and next, as a table."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from loadwatch import budget, words
from loadwatch.report import grids
from loadwatch.rules.wording import shown_below

if TYPE_CHECKING:
    from loadwatch.analysis import Analysis
    from loadwatch.budget import Limit
    from loadwatch.report.grids import Cell, Grid

NOTHING = "No limit can be worked out yet: the checks need at least three weeks with runs to compare with."
NOTE = (
    "Room is the most that raises no check of its kind, if the rest stays as it is; next week's holds if "
    "nothing more is run in this one. It is no target and no promise."
)


def limits(analysis: Analysis) -> Grid:
    """Return by measure what was run so far, what is left this week, and next week's room."""
    units = analysis.settings.units
    weeks = sorted({limit.week for limit in analysis.limits})
    rows: list[tuple[Cell, ...]] = []
    for measure, name in budget.MEASURES.items():
        mine = {limit.week: limit for limit in analysis.limits if limit.measure == measure}
        if mine:
            so_far = words.quantity(mine[min(mine)].used, measure, units)
            rooms = (_room(mine[week], units) if week in mine else words.NONE for week in weeks[:2])
            rows.append((f"{name[:1].upper()}{name[1:]} ({mine[min(mine)].rule})", so_far, *rooms))
    heads = {"Measure": True, "So far": False}
    heads |= {f"Week of {words.short_day(week)}": False for week in weeks[:2]}
    return grids.grid(heads, rows)


def why(analysis: Analysis) -> list[str]:
    """Return why a room cannot be told, each reason once."""
    told = {
        f"{budget.MEASURES.get(limit.measure, limit.measure).capitalize()}: {words.clean_text(limit.why)}."
        for limit in analysis.limits
        if limit.why and math.isnan(limit.room)
    }
    return sorted(told)


def _room(limit: Limit, units: words.Units) -> str:
    """Return a room rounded down, so that what is shown never lies above it."""
    if math.isnan(limit.room):
        return "not known"
    if math.isinf(limit.room):
        return "no limit"
    height = words.kind(limit.measure) == "height"
    room = shown_below("m" if height else "km", limit.room, units)
    return "raised" if limit.why else f"up to {room}"
