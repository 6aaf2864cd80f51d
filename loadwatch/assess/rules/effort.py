"""LW12: a week's effort, by feeling or by heart rate, against the usual week."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from loadwatch.assess.rules.model import (
    TOLERANCE,
    Bound,
    Exceeded,
    Flag,
    Limits,
    Rule,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from loadwatch.assess.rules.rule_input import RuleInput

COLUMNS = {
    "srpe": "effort by feeling (exertion times minutes)",
    "trimp": "effort by heart rate (TRIMP)",
}


def judge_effort(amount: float, usual: float, limits: Limits) -> Exceeded:
    """Return the level of a week's effort."""
    return (
        ("info", limits["info"])
        if amount / usual >= limits["info"] - TOLERANCE
        else None
    )


def _check_weeks(
    inputs: RuleInput, limits: Limits, _found: Sequence[Flag | Unknown]
) -> Iterator[Flag | Unknown]:
    for i in inputs.run_weeks():
        usual = {
            c: inputs.columns[f"{c}_usual"][i]
            for c in COLUMNS
            if inputs.columns[f"{c}_usual"][i] > 0
        }
        held = {c: inputs.week_amount(c, i) for c in usual}
        up = [
            c
            for c, (amount, _) in held.items()
            if judge_effort(amount, usual[c], limits)
        ]
        if up:
            amount, whole = held[up[0]]
            state = "so_far" if not inputs.complete[i] else "" if whole else "at_least"
            yield _make_flag(
                inputs,
                i,
                up[0],
                (amount, usual[up[0]]),
                {"state": state, "limit": limits["info"]},
            )
        elif inputs.complete[i] and not any(whole for _, whole in held.values()):
            lacking = math.isnan(inputs.columns["srpe"][i]) and math.isnan(
                inputs.columns["trimp"][i]
            )
            why = (
                "not_known: neither exertion nor heart rate is known for enough of the week"
                if lacking
                else "too_few_weeks: fewer than three of the four weeks before know exertion or heart rate"
            )
            yield Unknown(inputs.week_starts[i], RULE.id, why)


def _make_flag(
    inputs: RuleInput,
    i: int,
    column: str,
    held: tuple[float, float],
    more: dict[str, str | float],
) -> Flag:
    amount, usual = held
    return Flag(
        week=inputs.week_starts[i],
        rule=RULE.id,
        name=RULE.name,
        level="info",
        value=amount / usual,
        limit=float(more["limit"]),
        amount=amount,
        usual=usual,
        unit=RULE.unit,
        evidence=RULE.grade,
        template_args={
            "words": "info",
            "state": more["state"],
            "effort": COLUMNS[column],
        },
    )


RULE = Rule(
    id="LW12",
    name="intensity_jump",
    title="A week of much more effort than usual",
    kind="week",
    measure="session RPE or TRIMP of the week over the usual one",
    asks="Did a week take much more effort, by feeling or heart rate, than the usual week?",
    limits=(
        Bound(
            key="info", value=1.5, unit="ratio", meaning="mentioned from this ratio on"
        ),
    ),
    templates={
        "info": "{state}{amount} of {effort} in the week of {week}, {times} times the usual {usual}.",
    },
    grade="E",
    grade_why="one small cohort with worn devices; nothing in runners with back pain",
    lbp="no",
    citation="none that we could read in full; a convention of loadwatch",
    article="Suddenly running more can bring on trouble.",
    caveat="Heart rate also rises with heat, illness, caffeine and short sleep: it is effort, not load on "
    "the back.",
    basis="5; 12 LW12",
    check=_check_weeks,
)
