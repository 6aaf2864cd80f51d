"""LW15: strength, Pilates and yoga in the last four weeks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from loadwatch.assess.rules.model import Bound, Flag, Limits, Rule, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from loadwatch.assess.rules.rule_input import RuleInput


def _check_weeks(
    inputs: RuleInput, limits: Limits, _found: Sequence[Flag | Unknown]
) -> Iterator[Flag | Unknown]:
    span = int(limits["weeks"])
    logged = inputs.columns["support_sessions"]
    told = (
        -span
    )  # the last week that was told of: the same four weeks are mentioned once
    for i in inputs.run_weeks():
        if not inputs.complete[i]:
            continue
        if i + 1 < span:
            yield Unknown(
                inputs.week_starts[i],
                RULE.id,
                f"too_few_weeks: the files do not reach back {span} weeks",
            )
        elif (count := sum(logged[i + 1 - span : i + 1])) < limits[
            "info"
        ] and i - told >= span:
            told = i
            yield _make_flag(inputs, i, count, limits)


def _make_flag(inputs: RuleInput, i: int, count: float, limits: Limits) -> Flag:
    said = "No" if not count else f"{count:.0f}"
    return Flag(
        week=inputs.week_starts[i],
        rule=RULE.id,
        name=RULE.name,
        level="info",
        value=float(count),
        limit=limits["info"],
        amount=float(count),
        usual=math.nan,
        unit=RULE.unit,
        evidence=RULE.grade,
        template_args={
            "words": "info",
            "span": f"{limits['weeks']:.0f}",
            "count": said,
            "sessions": "sessions are" if count > 1 else "session is",
        },
    )


RULE = Rule(
    id="LW15",
    name="support_sessions",
    title="No strength, Pilates or yoga logged",
    kind="week",
    measure="sessions logged in four weeks",
    asks="Was any strength, Pilates or yoga logged in the last four weeks?",
    limits=(
        Bound(
            key="info", value=1.0, unit="sessions", meaning="mentioned below so many"
        ),
        Bound(
            key="weeks",
            value=4.0,
            unit="weeks",
            meaning="looked at, the last one included; after it is mentioned, as many pass before the next",
        ),
    ),
    templates={
        "info": "{count} strength, Pilates or yoga {sessions} logged in the {span} weeks up to the week of "
        "{week}; what is done without a watch is not seen.",
    },
    grade="C",
    grade_why="exercise helps people who have back pain; that it prevents trouble in runners was seen only "
    "in "
    "supervised programmes",
    lbp="yes, for treatment: exercise lowers long-standing back pain, in runners too",
    citation="Cai C et al., Med Sci Sports Exerc 2017;49:2374-2384; Owen PJ et al., Br J Sports Med "
    "2020;54:1279-1287; "
    "Wu H et al., Sports Med 2024;54:1249-1267",
    doi=("10.1007/s40279-024-01993-7",),
    article="Weak or unbalanced trunk and hip muscles support the back too little; exercises, yoga or "
    "Pilates help.",
    caveat="Only sessions that a watch or list holds are counted.",
    basis="8; 12 LW15",
    check=_check_weeks,
)
