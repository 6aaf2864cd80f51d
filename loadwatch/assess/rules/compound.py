"""LW10: more than one kind of change in the same week."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from loadwatch.activity import Note
from loadwatch.assess.rules.model import (
    Bound,
    ChangeKind,
    Exceeded,
    Flag,
    Limits,
    Rule,
    is_raised,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from loadwatch.assess.rules.model import Finding, FoundChanges
    from loadwatch.assess.rules.rule_input import RuleInput

KINDS: tuple[ChangeKind, ...] = get_args(ChangeKind)


def _combine_weeks(
    inputs: RuleInput, limits: Limits, found: FoundChanges
) -> Iterator[Finding]:
    raised, unknown = _index_by_week(found)
    for i in inputs.run_weeks():
        week = inputs.week_starts[i]
        flags = {kind: raised.get((week, kind), []) for kind in KINDS}
        quiet = [kind for kind in KINDS if not flags[kind]]
        changed = len(KINDS) - len(quiet)
        unjudged = [kind for kind in quiet if (week, kind) in unknown]
        if changed >= limits["info"]:
            yield _make_flag(week, flags, limits)
        elif changed + len(unjudged) >= limits["info"]:
            text = f"{' and '.join(unjudged)} could not be judged in this week"
            yield RULE.unknown(week, Note("not_judged", text))


def _index_by_week(
    found: FoundChanges,
) -> tuple[dict[tuple[date, ChangeKind], list[Flag]], set[tuple[date, ChangeKind]]]:
    """Return raised flags, and what is unknown, by week and kind of change."""
    raised: dict[tuple[date, ChangeKind], list[Flag]] = {}
    unknown: set[tuple[date, ChangeKind]] = set()
    for kind, findings in found.items():
        for finding in findings:
            if not isinstance(finding, Flag):
                unknown.add((finding.week, kind))
            elif is_raised(finding):
                raised.setdefault((finding.week, kind), []).append(finding)
    return raised, unknown


def _make_flag(week: date, flags: dict[ChangeKind, list[Flag]], limits: Limits) -> Flag:
    changed = [kind for kind in KINDS if flags[kind]]
    return RULE.flag(
        week,
        Exceeded("info", limits["info"]),
        value=float(len(changed)),
        template_args={"changed": " and ".join(changed)},
    )


RULE = Rule(
    id="LW10",
    name="compound_change",
    title="More than one kind of change in one week",
    kind="week",
    measure="kinds of change in the week: distance, hills, hard ground",
    asks="Did distance, hills or hard ground change together in one week?",
    limits=(
        Bound(
            key="info",
            value=2.0,
            unit="kinds",
            text="mentioned from {value} of change on",
        ),
    ),
    templates={
        "info": "More than one thing changed in the week of {week}: {changed}.",
    },
    topic="load",
    phrase="",
    brief="",
    mention="",
    event_family="none",
    change_kind=None,
    charts=(),
    advice=("look", "load", "surface", "support", "course"),
    exposure=None,
    budget=None,
    grade="E",
    grade_why=(
        "the article's view. A review of four studies is about any change of speed, "
        "distance or frequency, not about changes together"
    ),
    lbp="no",
    not_known="Whether two changes together weigh more than one.",
    references=("article", "damsted2018"),
    article=(
        "More running brings on trouble above all together with a move to harder "
        "ground or too little support."
    ),
    caveat=("It adds nothing of its own: other checks were raised in the same week."),
    combine=_combine_weeks,
)
