"""LW15: strength, Pilates and yoga in the last four weeks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadwatch.activity import Note
from loadwatch.assess.rules.model import Bound, Exceeded, Limits, Rule
from loadwatch.formatting import format_count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadwatch.assess.rules.model import Finding, Flag
    from loadwatch.assess.rules.rule_input import RuleInput


def _check_weeks(inputs: RuleInput, limits: Limits) -> Iterator[Finding]:
    weeks = int(limits["weeks"])
    logged = inputs.columns["support_sessions"]
    last_flagged = -weeks  # the same four weeks are mentioned once
    for i in inputs.run_weeks():
        if not inputs.complete[i]:
            text = "the week is not over"
            yield RULE.unknown(inputs.week_starts[i], Note("not_over", text))
            continue
        if i + 1 < weeks:
            text = f"the files do not reach back {weeks} weeks"
            yield RULE.unknown(inputs.week_starts[i], Note("too_few_weeks", text))
            continue
        count = sum(logged[i + 1 - weeks : i + 1])
        if count < limits["info"] and i - last_flagged >= weeks:
            last_flagged = i
            yield _make_flag(inputs, i, count, limits)


def _make_flag(inputs: RuleInput, week: int, count: float, limits: Limits) -> Flag:
    return RULE.flag(
        inputs.week_starts[week],
        Exceeded("info", limits["info"]),
        value=float(count),
        amount=float(count),
        remark=_describe_unnamed(inputs, week, int(limits["weeks"])),
        template_args={
            "weeks": f"{limits['weeks']:.0f}",
            "count": f"{count:.0f}" if count else "No",
            "sessions": "sessions are" if count > 1 else "session is",
        },
    )


def _describe_unnamed(inputs: RuleInput, week: int, weeks: int) -> str:
    """Return how many workouts of these weeks may be strength; "" where none is."""
    count = sum(inputs.unnamed_workouts[max(week + 1 - weeks, 0) : week + 1])
    if not count:
        return ""
    names = "name" if count > 1 else "names"
    return (
        f"{format_count(count, 'workout')} of these weeks {names} no kind; if it was strength, Pilates or "
        "yoga, it is not counted as such."
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
            key="info",
            value=1.0,
            unit="sessions",
            text="mentioned below {value}",
        ),
        Bound(
            key="weeks",
            value=4.0,
            unit="weeks",
            text=(
                "in the last {value}; after it is mentioned, as many pass before the "
                "next"
            ),
        ),
    ),
    templates={
        "info": (
            "{count} strength, Pilates or yoga {sessions} logged in the {weeks} weeks "
            "up to the week of {week}; what is done without a watch is not seen."
        ),
    },
    topic="support",
    phrase="",
    brief="",
    mention="",
    event_family="own",
    change_kind=None,
    charts=(),
    advice=("support",),
    advises_at_info=True,
    exposure=None,
    budget=None,
    grade="C",
    grade_why=(
        "exercise helps people who have back pain. Against running injuries, not of "
        "the back, only supervised programmes did better"
    ),
    lbp=(
        "yes, for treatment: 84 runners with long-standing back pain improved, "
        "whichever exercise they did; none went without"
    ),
    not_known="Whether strength work without supervision keeps pain away.",
    references=("article", "cai2017", "owen2020", "wu2024", "leppanen2024", "wu2021"),
    article=(
        "Weak or unbalanced trunk and hip muscles support the back too little; "
        "exercises, yoga or Pilates help."
    ),
    caveat="Only sessions that a watch or list holds are counted.",
    check=_check_weeks,
)
