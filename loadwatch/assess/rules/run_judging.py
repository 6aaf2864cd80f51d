"""One run against the most of the 30 days before it: the judgement that LW01 and LW06 share."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, NamedTuple

from loadwatch.assess.rules.rule_input import look_back

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from loadwatch.assess.rules.model import Exceeded, Finding
    from loadwatch.assess.rules.rule_input import Lookback, RuleInput, Sessions


class Comparison(NamedTuple):
    """What a run raises, or what is missing to say that it raises nothing.

    `yardstick` is the most that a run of the days before can have been, 0 without one.
    """

    yardstick: float
    exceeded: Exceeded | None = None
    missing: Literal["", "run", "past"] = ""


def judge_each_run(
    inputs: RuleInput,
    column: str,
    judge_run: Callable[[Lookback, int], Finding | None],
) -> Iterator[Finding]:
    """Yield what each run raises or leaves unknown; `column` is what is looked back for."""
    past = look_back(inputs.sessions, column, inputs.sessions.start_us)
    for number in range(len(past.runs)):
        finding = judge_run(past, number)
        if finding:
            yield finding


def compare_run(
    sessions: Sessions,
    past: Lookback,
    number: int,
    column: str,
    judge: Callable[[float, float], Exceeded | None],
) -> Comparison:
    """Return how a run compares with the days before it.

    A run of unknown length in the 30 days counts as the most it can have been: what is over the
    limit by that is over it in any case. A run that is itself unknown lies between its known part
    and the most it can have been. `judge` takes a run's amount and the most before it.
    """
    least = float(sessions.known[column][number])
    most = float(sessions.bound[column][number])
    largest, bound = past.most[number], past.bound[number]
    yardstick = max(bound, 0.0 if math.isnan(largest) else largest)
    if math.isfinite(yardstick) and (exceeded := judge(least, yardstick)):
        return Comparison(yardstick, exceeded)
    if not math.isnan(largest) and not judge(most, largest):
        return Comparison(yardstick)
    if most > least:
        return Comparison(yardstick, missing="run")
    return Comparison(yardstick, missing="past" if past.unknown[number] else "")
