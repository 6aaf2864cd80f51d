"""The budget in words: how much each check leaves, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadwatch import rules, words
from loadwatch.report import grids

if TYPE_CHECKING:
    from loadwatch.analysis import Analysis
    from loadwatch.report.grids import Cell, Grid

NOTHING = "No limit can be worked out yet: the checks need at least three weeks with runs to compare with."
NOTE = "Room is what can still be added before a check is raised; it is no target and no promise."


def limits(analysis: Analysis) -> Grid:
    """Return what each limit leaves, in the reader's unit."""
    titles = {rule.id: rule.title for rule in rules.RULES}
    units = analysis.settings.units
    rows: list[tuple[Cell, ...]] = []
    for limit in analysis.limits:
        numbers = (
            words.quantity(value, limit.measure, units) for value in (limit.used, limit.room, limit.limit)
        )
        rows.append((titles.get(limit.rule, limit.rule), words.full_day(limit.week), *numbers))
    heads = {"Check": True, "Week of": True, "So far": False, "Room": False, "Raised above": False}
    return grids.grid(heads, rows)
