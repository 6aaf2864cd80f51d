"""LW12: a week's effort, by feeling or by heart rate, against the usual week."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from loadwatch.activity import Note
from loadwatch.assess.rules.model import TOLERANCE, Bound, Exceeded, Limits, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadwatch.assess.rules.model import Finding, Flag
    from loadwatch.assess.rules.rule_input import RuleInput

COLUMNS = {
    "srpe": "effort by feeling (exertion times minutes)",
    "trimp": "effort by heart rate (TRIMP)",
}


def judge_effort(amount: float, usual: float, limits: Limits) -> Exceeded | None:
    """Return the level of a week's effort."""
    if amount / usual >= limits["info"] - TOLERANCE:
        return Exceeded("info", limits["info"])
    return None


def _check_weeks(inputs: RuleInput, limits: Limits) -> Iterator[Finding]:
    for i in inputs.run_weeks():
        flag, is_judged = _find_flag(inputs, i, limits)
        if flag:
            yield flag
        elif not is_judged:
            yield RULE.unknown(inputs.week_starts[i], _explain_unknown(inputs, i))


def _find_flag(
    inputs: RuleInput, week: int, limits: Limits
) -> tuple[Flag | None, bool]:
    """Return the flag of the first measure over the limit, and whether any is known in full."""
    is_judged = False
    for column, effort in COLUMNS.items():
        usual = inputs.columns[f"{column}_usual"][week]
        if not usual > 0:
            continue
        amount, is_whole = inputs.week_amount(column, week)
        is_judged = is_judged or is_whole
        if exceeded := judge_effort(amount, usual, limits):
            flag = RULE.flag(
                inputs.week_starts[week],
                exceeded,
                value=amount / usual,
                amount=amount,
                usual=usual,
                extent=inputs.week_extent(week, is_whole=is_whole),
                template_args={"effort": effort},
            )
            return flag, True
    return None, is_judged


def _explain_unknown(inputs: RuleInput, week: int) -> Note:
    if all(math.isnan(inputs.columns[column][week]) for column in COLUMNS):
        text = "neither exertion nor heart rate is known for enough of the week"
        return Note("not_known", text)
    text = "fewer than three of the four weeks before know exertion or heart rate"
    return Note("too_few_weeks", text)


RULE = Rule(
    id="LW12",
    name="intensity_jump",
    title="A week of much more effort than usual",
    kind="week",
    measure="session RPE or TRIMP of the week over the usual one",
    asks=(
        "Did a week take much more effort, by feeling or heart rate, than the usual "
        "week?"
    ),
    limits=(
        Bound(
            key="info",
            value=1.5,
            unit="ratio",
            text="mentioned from {value} the usual on",
        ),
    ),
    templates={
        "info": (
            "{extent}{amount} of {effort} in the week of {week}, {times} times the "
            "usual {usual}."
        ),
    },
    topic="load",
    phrase="",
    brief="",
    mention="",
    event_family="own",
    change_kind=None,
    charts=(),
    advice=(),
    exposure=None,
    budget=None,
    grade="E",
    grade_why="our own limit; we could read no study of it in full",
    lbp="no",
    not_known="Whether a week of more effort brings trouble.",
    references=("ours",),
    article="Suddenly running more can bring on trouble.",
    caveat=(
        "Heart rate also rises with heat, illness, caffeine and short sleep: it is "
        "effort, not load on the back."
    ),
    check=_check_weeks,
)
