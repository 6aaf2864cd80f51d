"""The budget as a table: how much each check leaves this week and next."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING

from loadwatch import formatting
from loadwatch.assess import budget
from loadwatch.assess.rules import BY_ID, is_raised
from loadwatch.assess.rules.flag_text import format_rounded_down
from loadwatch.assess.rules.remaining import RAISED
from loadwatch.report import display_tables
from loadwatch.tables import LEVELS
from loadwatch.verdict import levels
from loadwatch.verdict.event_lines import format_event, list_events
from loadwatch.verdict.headline import has_red_flag
from loadwatch.verdict.phrases import upper_first

if TYPE_CHECKING:
    from datetime import date

    from loadwatch.analysis import Analysis
    from loadwatch.assess.budget import Headroom, Plan
    from loadwatch.report.display_tables import DisplayTable, Row
    from loadwatch.tables import FlagLevel

NOTHING = "No limit can be worked out from these runs."
NOTE = (
    "How much you can run before a check would be raised: a week in all, with what is run "
    "already; a single run each time. Runs and weeks that were raised themselves do not "
    "count here. Next week's holds if nothing more is run in this one. Hard ground has no "
    "figure: it depends on the rest of the week. Not a target."
)
PLAN_RAISES_NOTHING = (
    "The plan would raise no check that could be judged. That is no promise."
)
BEYOND_NOTES = (
    "Beyond what is noted, no check that could be judged would be raised. "
    "That is no promise."
)
NOT_GIVEN = "How much you can run before a check would be raised is not given"
OVER = f"{NOT_GIVEN}: the weeks after your last run are over."
SIGN_FIRST = f"{NOT_GIVEN} while a sign in your diary needs somebody to look at it."
SHOWN_WEEKS = 2
MOST_TITLES = 6  # of checks in one sentence; more of them are named by their ids
# in the one sentence of a page
_NAMED = {"distance_m": "in all", "longest_m": "in one run", "ascent_m": "of climb"}


def has_limits(analysis: Analysis) -> bool:
    """Return whether any limit could be computed."""
    return any(not math.isnan(limit.left) for limit in analysis.limits)


def build_table(analysis: Analysis, *, with_rules: bool = False) -> DisplayTable:
    """Return by measure what was run so far, and the most of this week and the next.

    With `with_rules` a last column names the rules.
    """
    units = analysis.settings.units
    weeks = sorted({limit.week for limit in analysis.limits})[:SHOWN_WEEKS]
    rows: list[Row] = []
    for measure, name in budget.MEASURES.items():
        limits = {
            limit.week: limit for limit in analysis.limits if limit.measure == measure
        }
        if limits:
            row = _build_row(name, limits, weeks, units)
            if not with_rules:
                row = row[:-1]
            rows.append(row)
    headers = {"Measure": True, "So far": False}
    for week in weeks:
        headers[f"Week of {formatting.format_day_month(week)}"] = False
    if with_rules:
        headers["Rule"] = True
    return display_tables.build_table(headers, rows)


def _build_row(
    name: str,
    limits: dict[date, Headroom],
    weeks: list[date],
    units: formatting.Units,
) -> Row:
    """Return one measure as a row; `limits` are its limits by week."""
    first = limits[min(limits)]
    title = upper_first(name)
    so_far = formatting.format_quantity(first.used, first.measure, units)
    cells = [formatting.NO_VALUE] * len(weeks)
    for at, week in enumerate(weeks):
        if week in limits:
            cells[at] = _format_headroom(limits[week], units)
    return (title, so_far, *cells, first.rule)


def list_reasons(analysis: Analysis) -> list[str]:
    """Return why a limit is unknown, each reason once, and which are lower than the check's own.

    The weeks are named where one measure has several reasons.
    """
    weeks_of: dict[tuple[str, str], list[str]] = {}
    for limit in analysis.limits:
        if limit.why and math.isnan(limit.left):
            name = budget.MEASURES.get(limit.measure, limit.measure).capitalize()
            key = (name, formatting.clean_text(limit.why))
            week = formatting.format_day_month(limit.week)
            weeks_of.setdefault(key, []).append(week)
    names = [name for name, _ in weeks_of]
    reasons = []
    for (name, why), weeks in weeks_of.items():
        if names.count(name) > 1:
            reasons.append(f"{name}, week of {formatting.join_with_and(weeks)}: {why}.")
        else:
            reasons.append(f"{name}: {why}.")
    return sorted(reasons) + _list_lowered(analysis)


def _list_lowered(analysis: Analysis) -> list[str]:
    """Return in one line which limits are lower than their check's own, since it was raised."""
    lowered = [
        budget.MEASURES[limit.measure]
        for limit in analysis.limits
        if limit.why and limit.why != RAISED and not math.isnan(limit.left)
    ]
    if not lowered:
        return []
    names = formatting.join_with_and(list(dict.fromkeys(lowered)))
    return [f"Without what was raised, and so lower than the check by itself: {names}."]


def _format_headroom(limit: Headroom, units: formatting.Units) -> str:
    """Return what is left rounded down, so that what is shown is never more."""
    if math.isnan(limit.left):
        return "not known"
    if math.isinf(limit.left):
        return "no limit"
    if limit.why == RAISED:
        return "raised"
    unit = BY_ID[limit.rule].unit
    return f"up to {format_rounded_down(unit, limit.most, units)}"


def list_plan(tried: Plan, units: formatting.Units) -> list[tuple[FlagLevel, str]]:
    """Return what a plan would raise, a line per event with its level, the first week first."""
    events = sorted(list_events(tried.flags), key=lambda event: event.week)
    lines: list[tuple[FlagLevel, str]] = []
    for event in events:
        if levels.is_compound(event.lead):
            continue
        week = formatting.format_day_month(event.week)
        what = formatting.clean_text(format_event(event, units))
        word = LEVELS[event.level].word.lower()
        lines.append((event.level, f"Week of {week}, would be a {word}: {what}."))
    return lines


def describe_nothing_raised(tried: Plan, plain: str) -> str:
    """Return that a plan or route would raise no check, "" where it would raise one.

    `plain` is the sentence where it would not give a note either.
    """
    if any(is_raised(flag) for flag in tried.flags):
        return ""
    if tried.flags:
        return BEYOND_NOTES
    return plain


def list_plan_gaps(tried: Plan) -> list[str]:
    """Return what of a plan could not be judged, one line per week."""
    rules: dict[date, list[str]] = {}
    for gap in tried.unknown:
        rules.setdefault(gap.week, []).append(gap.rule)
    return [
        f"Not judged in the week of {formatting.format_day_month(week)}, since the plan or the runs "
        f"do not say enough: {_name_checks(ids)}."
        for week, ids in rules.items()
    ]


def _name_checks(ids: list[str]) -> str:
    """Return checks by their titles, many of them by their number and ids."""
    if len(ids) > MOST_TITLES:
        count = formatting.format_count(len(ids), "check")
        return f"{count} ({', '.join(ids)})"
    titles = [f"{BY_ID[rule].title} ({rule})" for rule in ids]
    return formatting.join_with_and(titles)


def explain_no_headroom(analysis: Analysis, now: date | None) -> str:
    """Return why a page gives no figures of the budget; "" where it does.

    A sign to act on comes first, and figures of past weeks are no figures for a plan.

    Parameters
    ----------
    analysis : with its limits.
    now : the day by the clock; None where pages do not look at it.
    """
    if has_red_flag(analysis):
        return SIGN_FIRST
    if now is None or not analysis.limits:
        return ""
    last_week = max(limit.week for limit in analysis.limits)
    if now >= last_week + timedelta(days=7):
        return OVER
    return ""


def has_figures(analysis: Analysis, now: date | None) -> bool:
    """Return whether a page shows the budget as a table; `now` is the day by the clock."""
    return has_limits(analysis) and not explain_no_headroom(analysis, now)


def format_headroom_line(analysis: Analysis, now: date | None = None) -> str:
    """Return how much next week can hold before a check is raised, in one sentence; "" for none.

    `now` is the day by the clock; where figures do not hold then, the sentence says why.
    """
    weeks = sorted({limit.week for limit in analysis.limits})
    if not weeks:
        return ""
    if reason := explain_no_headroom(analysis, now):
        return reason
    units = analysis.settings.units
    parts = []
    for limit in analysis.limits:
        if limit.week != weeks[-1] or limit.measure not in _NAMED:
            continue
        amount = _format_headroom(limit, units)
        if amount.startswith("up to"):
            parts.append(f"{amount} {_NAMED[limit.measure]}")
    if not parts:
        return "No limit can be worked out for next week."
    week = formatting.format_day_month(weeks[-1])
    return (
        f"Week of {week}, before a check would be raised: "
        f"{formatting.join_with_and(parts)}. Not a target."
    )
