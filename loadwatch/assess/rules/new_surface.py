"""LW09: ground that is new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadwatch.activity import Note
from loadwatch.assess.rules.model import TOLERANCE_M, Bound, Exceeded, Limits, Rule
from loadwatch.assess.rules.surfaces import (
    ARTICLE,
    explain_unknown_share,
    pool_surfaces,
    pool_weeks,
)
from loadwatch.tables import KNOWN_SURFACES, SURFACES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from loadwatch.assess.rules.model import Finding, Flag
    from loadwatch.assess.rules.rule_input import RuleInput


def _check_weeks(inputs: RuleInput, limits: Limits) -> Iterator[Finding]:
    weeks = int(limits["weeks"])
    pooled = pool_weeks(inputs)
    for i in inputs.run_weeks():
        start = max(i - weeks, 0)
        before, known_before = pool_surfaces(inputs.partial, start, i)
        now, known_now = pooled[i]
        when = f"of the {weeks} weeks before"
        why = _explain_few_weeks(inputs.runs[start:i], limits) or explain_unknown_share(
            known_before, when, limits
        )
        fresh = [] if why else _find_new(now, before, limits)
        for surface in fresh:
            yield _make_flag(inputs, limits, i, surface, before)
        if not fresh and not why:
            why = explain_unknown_share(known_now, "of this week", limits)
        if why:
            yield RULE.unknown(inputs.week_starts[i], why)


def _explain_few_weeks(runs: Sequence[int], limits: Limits) -> Note | None:
    if sum(count > 0 for count in runs) >= limits["least_weeks"]:
        return None
    return Note("too_few_weeks", "fewer than three weeks with a run lie before")


def _find_new(
    now: Mapping[str, float], before: Mapping[str, float], limits: Limits
) -> list[str]:
    """Return the surfaces that hold enough metres now and next to none before."""
    little = limits["share"] * sum(before.values()) - TOLERANCE_M
    return [
        surface
        for surface in KNOWN_SURFACES
        if now[surface] >= limits["info_m"] - TOLERANCE_M and before[surface] < little
    ]


def _make_flag(
    inputs: RuleInput,
    limits: Limits,
    week: int,
    surface: str,
    before: Mapping[str, float],
) -> Flag:
    column, share = SURFACES[surface].column, before[surface] / sum(before.values())
    return RULE.flag(
        inputs.week_starts[week],
        Exceeded("info", 100.0 * limits["share"]),
        value=100.0 * share,
        amount=inputs.partial[column][week],
        usual=inputs.columns[f"{column}_usual"][week],
        template_args={
            "ground": SURFACES[surface].place,
            "share": f"{100.0 * share:.0f}",
            "weeks": f"{limits['weeks']:.0f}",
        },
    )


RULE = Rule(
    id="LW09",
    name="new_surface",
    title="A new kind of ground",
    kind="week",
    measure=(
        "share of that ground in the known distance of the eight weeks before, in %"
    ),
    unit="m",
    asks=(
        "Did a week hold a good distance on ground that was hardly run on in the "
        "eight weeks before?"
    ),
    limits=(
        Bound(
            key="info_m",
            value=5000.0,
            unit="m",
            text="mentioned from {value} on",
        ),
        Bound(
            key="share",
            value=0.05,
            unit="share",
            text="new where it was under {value} of the weeks before",
        ),
        Bound(
            key="weeks",
            value=8.0,
            unit="weeks",
            text="compared with the {value} before",
        ),
        Bound(
            key="least_weeks",
            value=3.0,
            unit="weeks",
            text="needs {value} with a run",
        ),
        Bound(
            key="known",
            value=0.70,
            unit="share",
            text="the ground of {value} of the distance must be known",
        ),
    ),
    templates={
        "info": (
            "{amount} on {ground} in the week of {week}, which made up {share} % of "
            "the known distance in the {weeks} weeks before."
        ),
    },
    topic="surface",
    phrase="",
    brief="",
    mention="",
    event_family="ground",
    change_kind=None,
    charts=(),
    advice=("surface",),
    advises_at_info=True,
    exposure=None,
    budget=None,
    grade="E",
    grade_why="the article's view; we found no study of new ground",
    lbp="no",
    not_known=(
        "Whether new ground brings any injury: we found no study (November 2026)."
    ),
    references=("article", "mitchell2025", "ferro2023", "ferris1999"),
    article=ARTICLE,
    caveat="Only ground that a label, a tag or a map names is counted.",
    check=_check_weeks,
)
