"""LW10: more than one kind of change in the same week."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from loadwatch.assess.rules.model import Bound, Flag, Limits, Rule, Unknown, is_raised

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from loadwatch.assess.rules.rule_input import RuleInput

DISTANCE, HILLS, SURFACE = ("LW01", "LW02"), ("LW04", "LW05"), ("LW08",)
GROUPS = {"distance": DISTANCE, "hills": HILLS, "hard ground": SURFACE}


def _check_weeks(
    inputs: RuleInput, limits: Limits, found: Sequence[Flag | Unknown]
) -> Iterator[Flag | Unknown]:
    flags: dict[date, list[Flag]] = {}
    unknown: dict[date, set[str]] = {}
    for finding in found:
        if isinstance(finding, Unknown):
            unknown.setdefault(finding.week, set()).add(finding.rule)
        elif is_raised(finding):
            flags.setdefault(finding.week, []).append(finding)
    for i in inputs.run_weeks():
        week = inputs.week_starts[i]
        yield from _judge_week(
            inputs, i, flags.get(week, []), unknown.get(week, set()), limits
        )


def _judge_week(
    inputs: RuleInput, i: int, flags: list[Flag], unknown: set[str], limits: Limits
) -> Iterator[Flag | Unknown]:
    rules = {flag.rule for flag in flags}
    changed = [name for name, group in GROUPS.items() if rules.intersection(group)]
    if len(changed) >= limits["watch"]:
        large = {flag.rule for flag in flags if flag.level == "high"}
        both = rules.intersection(DISTANCE) and rules.intersection(SURFACE)
        high = both and large.intersection((*DISTANCE, *SURFACE))
        yield Flag(
            week=inputs.week_starts[i],
            rule=RULE.id,
            name=RULE.name,
            level="high" if high else "watch",
            value=float(len(changed)),
            limit=limits["watch"],
            amount=math.nan,
            usual=math.nan,
            unit=RULE.unit,
            evidence=RULE.grade,
            template_args={
                "words": "high" if high else "watch",
                "changed": " and ".join(changed),
            },
        )
        return
    open_groups = [
        name
        for name, group in GROUPS.items()
        if name not in changed and unknown.intersection(group)
    ]
    if inputs.complete[i] and len(changed) + len(open_groups) >= limits["watch"]:
        why = (
            f"not_judged: {' and '.join(open_groups)} could not be judged in this week"
        )
        yield Unknown(inputs.week_starts[i], RULE.id, why)


RULE = Rule(
    id="LW10",
    name="compound_change",
    title="More than one kind of change in one week",
    kind="week",
    measure="kinds of change in the week: distance, hills, hard ground",
    asks="Did distance, hills or hard ground change together in one week?",
    limits=(
        Bound(
            key="watch",
            value=2.0,
            unit="kinds",
            meaning="noticed from so many kinds of change on",
        ),
    ),
    templates={
        "watch": "More than one thing changed in the week of {week}: {changed}.",
        "high": "More than one thing changed in the week of {week}, one of them by much: {changed}.",
    },
    grade="E",
    grade_why="the article's view; a review of four studies points the same way",
    lbp="no",
    citation="Damsted C et al., Is there evidence for an association between changes in training load and "
    "running-related injuries? A systematic review. Int J Sports Phys Ther 2018;13:931-942",
    article="More running brings on trouble above all together with a move to harder ground or too little "
    "support.",
    caveat="It adds nothing of its own: it says that other checks were raised in the same week.",
    basis="2; 12 LW10",
    check=_check_weeks,
)
