"""The budget in words: how much each check leaves this week and next, as a table."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from loadwatch import formatting
from loadwatch.assess import budget
from loadwatch.assess.rules import BY_ID, is_raised
from loadwatch.assess.rules.flag_text import format_rounded_down
from loadwatch.report import display_tables

if TYPE_CHECKING:
    from loadwatch.analysis import Analysis
    from loadwatch.assess.budget import Headroom
    from loadwatch.report.display_tables import Cell, DisplayTable

NOTHING = "No limit can be worked out from these runs."
NOTE = (
    "The most that raises no check of its kind, if the rest stays as it is: of a week in all, with what is "
    "run already; of a single run, each time. Next week's holds if nothing more is run in this one. Hard "
    "ground has none, since it hangs on what the rest of the week is run on. It is no target and no promise."
)
AFTER_RAISED = (
    " Part of what these are counted from was itself raised lately: {measures}."
)
PLAN_RAISES_NOTHING = (
    "The plan raises no check that could be judged. That is no promise."
)
LATELY_DAYS = 37  # a run counts for 30 days, a week is named by its first day


def describe_table(analysis: Analysis) -> str:
    """Return what the table means, and that it rests on a raised week where it does."""
    lately = {
        flag.rule
        for flag in analysis.flags
        if is_raised(flag) and 0 <= (analysis.today - flag.week).days <= LATELY_DAYS
    }
    by_rule = {limit.rule: budget.MEASURES[limit.measure] for limit in analysis.limits}
    measures = [name for rule, name in by_rule.items() if rule in lately]
    return NOTE + (
        AFTER_RAISED.format(measures=formatting.join_with_and(measures))
        if measures
        else ""
    )


def has_limits(analysis: Analysis) -> bool:
    """Tell whether any limit could be worked out."""
    return any(not math.isnan(limit.left) for limit in analysis.limits)


def build_table(analysis: Analysis) -> DisplayTable:
    """Return by measure what was run so far, and the most of this week and the next."""
    units = analysis.settings.units
    weeks = sorted({limit.week for limit in analysis.limits})
    rows: list[tuple[Cell, ...]] = []
    for measure, name in budget.MEASURES.items():
        mine = {
            limit.week: limit for limit in analysis.limits if limit.measure == measure
        }
        if mine:
            so_far = formatting.format_quantity(mine[min(mine)].used, measure, units)
            rooms = (
                _format_headroom(mine[week], units)
                if week in mine
                else formatting.NO_VALUE
                for week in weeks[:2]
            )
            rows.append(
                (
                    f"{name[:1].upper()}{name[1:]} ({mine[min(mine)].rule})",
                    so_far,
                    *rooms,
                )
            )
    heads = {"Measure": True, "So far": False}
    heads |= {
        f"Week of {formatting.format_day_month(week)}": False for week in weeks[:2]
    }
    return display_tables.build_table(heads, rows)


def list_reasons(analysis: Analysis) -> list[str]:
    """Return why a room cannot be told, each reason once."""
    told: dict[tuple[str, str], list[str]] = {}
    for limit in analysis.limits:
        if limit.why and math.isnan(limit.left):
            name = budget.MEASURES.get(limit.measure, limit.measure).capitalize()
            told.setdefault((name, formatting.clean_text(limit.why)), []).append(
                formatting.format_day_month(limit.week)
            )
    names = [name for name, _ in told]
    return sorted(
        f"{name}{f', week of {formatting.join_with_and(weeks)}' if names.count(name) > 1 else ''}: {why}."
        for (name, why), weeks in told.items()
    )


def _format_headroom(limit: Headroom, units: formatting.Units) -> str:
    """Return what is left rounded down, so that what is shown is never more."""
    if math.isnan(limit.left):
        return "not known"
    if math.isinf(limit.left):
        return "no limit"
    if limit.why:
        return "raised"
    unit = BY_ID[limit.rule].unit
    return f"up to {format_rounded_down(unit, limit.limit, units)}"
