"""Tables to flags: every rule over every week."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from loadwatch.activity import Note
from loadwatch.assess.rules import flag_text
from loadwatch.assess.rules.catalogue import BY_ID, RULES, is_enabled, limits_in_force
from loadwatch.assess.rules.events import assign_events
from loadwatch.assess.rules.model import FIRED_WEEKS, Flag, Unknown, is_raised
from loadwatch.assess.rules.planned import (
    drop_planned_runs,
    find_planned_weeks,
    mark_planned,
)
from loadwatch.assess.rules.rule_input import build_rule_input
from loadwatch.assess.weeks import build_weeks

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    import pandas as pd

    from loadwatch.assess.rules.model import ChangeKind, Finding
    from loadwatch.assess.rules.rule_input import RuleInput
    from loadwatch.formatting import Units
    from loadwatch.settings import Settings


def judge(
    activities: pd.DataFrame,
    weeks: pd.DataFrame,
    settings: Settings,
    today: date,
) -> tuple[tuple[Flag, ...], tuple[Unknown, ...]]:
    """Return what the rules raise and what they cannot judge, by week and rule.

    Parameters
    ----------
    activities : all activities of one runner (EXPOSURES and HIDDEN)
    weeks : `weeks.build_weeks` of the same activities, settings and day
    settings : limits, preset, week start, sports
    today : later activities are not looked at
    """
    inputs = build_rule_input(activities, weeks, settings, today)
    found = collect_findings(inputs, settings)
    found += _list_not_over(inputs, settings)
    flags = [finding for finding in found if isinstance(finding, Flag)]
    if activities["planned"].any():
        flags = _mark_planned(flags, inputs, activities, settings, today)
    flagged = {(flag.week, flag.rule) for flag in flags}
    unknown: dict[tuple[date, str], Unknown] = {}
    for finding in found:
        if isinstance(finding, Unknown) and (finding.week, finding.rule) not in flagged:
            unknown.setdefault((finding.week, finding.rule), finding)
    with_runs = [inputs.week_starts[i] for i in inputs.run_weeks()]
    return (
        _complete_flags(assign_events(flags), with_runs),
        tuple(unknown[key] for key in sorted(unknown)),
    )


def _list_not_over(inputs: RuleInput, settings: Settings) -> list[Unknown]:
    """Return the weekly rules of a week in progress: quiet so far is not judged yet."""
    why = Note("not_over", "the week is not over")
    return [
        rule.unknown(inputs.week_starts[week], why)
        for rule in RULES
        if rule.kind == "week" and is_enabled(rule, settings)
        for week in inputs.run_weeks()
        if not inputs.complete[week]
    ]


def _mark_planned(
    flags: Sequence[Flag],
    inputs: RuleInput,
    activities: pd.DataFrame,
    settings: Settings,
    today: date,
) -> list[Flag]:
    """Return `flags`, those marked that would not be raised without planned runs."""
    weeks = find_planned_weeks(activities, settings) & {flag.week for flag in flags}
    raised = {
        week: _judge_without_planned(activities, settings, today, week)
        for week in weeks
    }
    return mark_planned(flags, activities, inputs.sessions, raised)


def _judge_without_planned(
    activities: pd.DataFrame, settings: Settings, today: date, week: date
) -> set[str]:
    """Return the rules that are raised in `week` without its planned runs."""
    kept = drop_planned_runs(activities, week)
    inputs = build_rule_input(kept, build_weeks(kept, settings, today), settings, today)
    return {
        finding.rule
        for finding in collect_findings(inputs, settings)
        if isinstance(finding, Flag) and finding.week == week
    }


def add_diary_flags(
    flags: Sequence[Flag], diary: Sequence[Flag], weeks: pd.DataFrame
) -> tuple[Flag, ...]:
    """Return `flags` and those of the runner's diary, by week and rule.

    Parameters
    ----------
    flags : what `judge` returned
    diary : flags of the diary (`make_red_flag`, `make_link_flag`), given their sentence here
    weeks : the table by which `flags` were judged
    """
    with_runs = weeks.index[weeks["runs"] > 0].to_numpy("datetime64[D]").tolist()
    return tuple(
        sorted(
            [*flags, *_complete_flags(assign_events(diary), with_runs)], key=_flag_order
        )
    )


def collect_findings(inputs: RuleInput, settings: Settings) -> list[Finding]:
    """Return all that the rules find, rule by rule; last those that look at what others found."""
    rules = [rule for rule in RULES if is_enabled(rule, settings)]
    found: list[Finding] = []
    changes: dict[ChangeKind, list[Finding]] = {}
    for rule in rules:
        if rule.check is not None:
            findings = list(rule.check(inputs, limits_in_force(rule, settings)))
            found += findings
            if rule.change_kind is not None:
                changes.setdefault(rule.change_kind, []).extend(findings)
    for rule in rules:
        if rule.combine is not None:
            limits = limits_in_force(rule, settings)
            found += list(rule.combine(inputs, limits, changes))
    return found


def _complete_flags(flags: Iterable[Flag], with_runs: list[date]) -> tuple[Flag, ...]:
    """Return flags in order, with their sentence and how often their rule fired up to then.

    `with_runs` are the weeks that hold a run: how often a rule fires is counted among those.
    """
    ordered = sorted(flags, key=_flag_order)
    fired: dict[str, list[date]] = {}
    for flag in ordered:
        weeks = fired.setdefault(flag.rule, [])
        if is_raised(flag) and flag.week not in weeks[-1:]:
            weeks.append(flag.week)
    return tuple(
        replace(
            flag,
            says=format_sentence(flag),
            fired_26w=_count_recent(fired[flag.rule], flag.week),
            run_weeks=_count_recent(with_runs, flag.week),
        )
        for flag in ordered
    )


def _flag_order(flag: Flag) -> tuple[date, str]:
    return flag.week, flag.rule


def _count_recent(weeks: list[date], week: date) -> int:
    """Return how many of `weeks` are among the 26 that end with `week`."""
    first = week - timedelta(weeks=FIRED_WEEKS)
    return bisect_right(weeks, week) - bisect_right(weeks, first)


def format_sentence(flag: Flag, units: Units = "metric") -> str:
    """Return the whole sentence of `flag` in the reader's units."""
    return flag_text.format_flag(BY_ID[flag.rule], flag, units)
