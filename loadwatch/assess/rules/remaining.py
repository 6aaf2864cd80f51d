"""The rules run backwards: the most of a measure that does not raise a rule."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loadwatch.activity import NAN
from loadwatch.assess.rules.model import is_raising

if TYPE_CHECKING:
    from collections.abc import Callable

    from loadwatch.assess.rules.model import Exceeded
    from loadwatch.assess.rules.rule_input import RuleInput

    Judge = Callable[[float], Exceeded | None]

MOST_M = 10_000_000
EARLY = "until more days and runs lie behind, this check makes a note at most"
RAISED = "already raised this week"


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


def find_largest_quiet(judge: Judge, most: int = MOST_M) -> float:
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


def find_sum_remaining(used: float, judge: Judge) -> Remaining:
    """Return what may be added to a week's sum of `used`; `judge` takes the sum."""
    left = find_largest_quiet(lambda more: judge(used + more))
    return Remaining(
        used=used,
        left=max(left, 0.0),
        limit=find_largest_quiet(judge),
        why=RAISED if left < 0 else "",
    )


def find_run_remaining(
    inputs: RuleInput, measure: str, judge: Judge, why: str
) -> Remaining:
    """Return the largest single run of the last week of `inputs`; `why`: what keeps it unknown."""
    used, is_whole = inputs.week_amount(measure, -1)
    if not is_whole and not used > 0:
        used = NAN
    if why:
        return Remaining(used=used, why=why)
    limit = find_largest_quiet(judge)
    if math.isinf(limit):
        return Remaining(used=used, why=EARLY)
    return Remaining(used=used, left=limit, limit=limit)
