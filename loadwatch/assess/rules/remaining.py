"""The rules run backwards: the most of a measure that does not raise a rule."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from loadwatch.activity import NAN
from loadwatch.assess.rules.model import Flag, is_raising
from loadwatch.assess.rules.rule_input import DAY_US, LOOKBACK_DAYS, last_minute

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from loadwatch.assess.rules.model import Exceeded, Finding, Rule
    from loadwatch.assess.rules.rule_input import RuleInput
    from loadwatch.tables import Floats

    Judge = Callable[[float], Exceeded | None]

MAX_M = 10_000_000
RUN_RULES = ("LW01", "LW06", "LW11")  # that judge a run's distance or climb
EARLY = "until more days and runs lie behind, this check makes a note at most"
RAISED = "already raised this week"
ALL_RAISED = "every run of the 30 days before was itself raised"
UNRAISED_RUNS = "counted from runs that were not raised; the check itself allows more"
UNRAISED_WEEKS = "counted from weeks that were not raised; the check itself allows more"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remaining:
    """What one rule leaves of its measure in one week, in SI; `left` NaN: see `why`.

    For a week's sum `left` is what may be added to `used`; for a single run it is the run itself,
    on whichever day of the rest of the week.
    """

    used: float
    left: float = NAN
    limit: float = NAN  # the largest whole metre that does not raise the rule
    why: str = ""  # why nothing is known, or that the rule is raised already


def find_largest_quiet(judge: Judge, most: int = MAX_M) -> float:
    """Return the largest whole metre that the rule does not raise; infinity where none raises it.

    It asks the rule itself, so that a limit is in one place. A rule raised at 0 gives -1.
    """
    if not is_raising(judge(float(most))):
        return math.inf
    quiet, raised = -1, most
    while raised - quiet > 1:
        middle = (quiet + raised) // 2
        if is_raising(judge(float(middle))):
            raised = middle
        else:
            quiet = middle
    return float(quiet)


def find_sum_remaining(used: float, judge: Judge, offered: float) -> Remaining:
    """Return what may be added to a week's sum of `used`; `judge` takes the sum.

    `offered` is the largest sum that is offered, since it rests on no raised week; the limit of the
    rule may be above it.
    """
    quiet = find_largest_quiet(lambda more: judge(used + more))
    limit = find_largest_quiet(judge)
    why = ""
    if quiet < 0:
        why = RAISED
    elif math.floor(offered) < limit - 1.0:
        why = UNRAISED_WEEKS
    left = max(min(quiet, math.floor(offered - used)), 0.0)
    return Remaining(used=used, left=left, limit=limit, why=why)


def find_run_remaining(
    inputs: RuleInput, measure: str, judge: Judge, why: str, offered: float
) -> Remaining:
    """Return the largest single run of the last week of `inputs`; `why`: what keeps it unknown.

    `judge` compares with the most of the 30 days before today, the first day that is left, for the
    limit. `offered` is the largest run that is offered on any day left, since it rests on no raised
    run; NaN where all of the 30 days were raised.
    """
    used, is_whole = inputs.week_amount(measure, -1)
    if not is_whole and not used > 0:
        used = NAN
    if why:
        return Remaining(used=used, why=why)
    limit = find_largest_quiet(judge)
    if math.isinf(limit):
        return Remaining(used=used, why=EARLY)
    if math.isnan(offered):
        return Remaining(used=used, limit=limit, why=ALL_RAISED)
    return Remaining(used=used, left=min(math.floor(offered), limit), limit=limit)


def explain_lower(found: Remaining, *, is_lower: bool) -> Remaining:
    """Return `found` with the reason why it is under the limit, where a raised run was left out."""
    if found.why or not is_lower:
        return found
    return replace(found, why=UNRAISED_RUNS)


def find_raised_weeks(
    inputs: RuleInput, rule: Rule, findings: Iterable[Finding]
) -> set[int]:
    """Return the numbers of the weeks that `rule` raised, planned or not."""
    weeks = {f.week for f in findings if f.rule == rule.id and _is_over(f)}
    return {i for i, start in enumerate(inputs.week_starts) if start in weeks}


def find_unraised_most(
    inputs: RuleInput, values: Floats, findings: Iterable[Finding]
) -> float:
    """Return the most of the runs of the last 30 days that were not raised; NaN without one.

    A run is raised by any rule that judges how far it went or how much it climbed.
    """
    raised = {
        finding.activity_id
        for finding in findings
        if isinstance(finding, Flag) and finding.rule in RUN_RULES and _is_over(finding)
    }
    sessions = inputs.sessions
    end = last_minute(sessions, inputs.week_starts[-1])[0]
    first = end - LOOKBACK_DAYS * DAY_US
    own = [
        value
        for start, value, activity_id in zip(
            sessions.start_us.tolist(),
            values.tolist(),
            sessions.activity_id,
            strict=True,
        )
        if first <= start < end and activity_id not in raised and not math.isnan(value)
    ]
    return max(own, default=math.nan)


def _is_over(finding: Finding) -> bool:
    """Return whether a finding is a flag at watch or above, planned or not."""
    return isinstance(finding, Flag) and finding.level != "info"
