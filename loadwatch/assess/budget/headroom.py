"""The rules run backwards: what this week and the next can hold before one of them is raised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.assess.rules import RULES, limits_in_force
from loadwatch.assess.rules.catalogue import is_enabled
from loadwatch.assess.rules.judging import collect_findings
from loadwatch.assess.rules.rule_input import build_rule_input
from loadwatch.assess.weeks import build_weeks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from loadwatch.assess.rules import Rule
    from loadwatch.assess.rules.model import Budget, Finding
    from loadwatch.assess.rules.rule_input import RuleInput
    from loadwatch.settings import Settings

MEASURES = {
    rule.budget.measure: rule.budget.label for rule in RULES if rule.budget is not None
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Headroom:
    """What one rule leaves in one week, in SI: the largest whole metre that does not raise it.

    For a week's sum `left` is what may still be added to `used`; for a single run (`longest_m`,
    `longest_ascent_m`) it is the run itself, on any day of the rest of the week. NaN: see `why`.
    """

    rule: str
    name: str
    week: date
    measure: str  # column of WEEKS
    unit: str
    used: float
    left: float
    limit: float  # the largest whole metre of the measure that does not raise the rule
    why: str = ""  # why nothing is known, or that the rule is raised already

    @property
    def most(self) -> float:
        """The largest run, or the week in all, that is offered: never more than `limit`."""
        if self.measure.startswith("longest_"):
            return self.left
        return self.used + self.left


def compute_budget(
    activities: pd.DataFrame,
    weeks: pd.DataFrame,
    settings: Settings,
    today: date,
    flags: Sequence[Finding] | None = None,
) -> tuple[Headroom, ...]:
    """Return what each rule leaves this week, and next week if nothing more is run in this one.

    The rules themselves are asked, metre by metre (`rules.remaining`): no limit is written twice.
    `flags` is what `rules.judge` raised of the same activities and weeks, where that is known.
    """
    if weeks.empty:
        return ()
    until = np.datetime64(today + timedelta(days=1), "us")
    known = activities[(activities["start_local"] < until).to_numpy()]
    next_week = weeks.index[-1].date() + timedelta(days=7)
    later = build_weeks(known, settings, next_week)
    this_input = build_rule_input(known, weeks, settings, today)
    next_input = build_rule_input(known, later, settings, next_week)
    return (
        *_find_all(this_input, settings, flags),
        *_find_all(next_input, settings),
    )


def _find_all(
    inputs: RuleInput, settings: Settings, found: Sequence[Finding] | None = None
) -> Iterator[Headroom]:
    """Yield what each rule leaves in the last week of `inputs`, whose flags are `found`."""
    if found is None:
        found = collect_findings(inputs, settings)
    for rule in RULES:
        if rule.budget is not None and is_enabled(rule, settings):
            yield _find_headroom(rule, rule.budget, inputs, settings, found)


def _find_headroom(
    rule: Rule,
    budget: Budget,
    inputs: RuleInput,
    settings: Settings,
    found: Sequence[Finding],
) -> Headroom:
    limits = limits_in_force(rule, settings)
    remaining = budget.find_remaining(inputs, limits, found)
    return Headroom(
        rule=rule.id,
        name=rule.name,
        week=inputs.week_starts[-1],
        measure=budget.measure,
        unit=rule.si_unit,
        used=remaining.used,
        left=remaining.left,
        limit=remaining.limit,
        why=remaining.why,
    )
