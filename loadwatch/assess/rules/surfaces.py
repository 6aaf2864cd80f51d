"""LW08 and LW09: more hard ground than before, and ground that is new."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any

from loadwatch.assess.rules.model import (
    TOLERANCE,
    TOLERANCE_M,
    Bound,
    Exceeded,
    Flag,
    Limits,
    Rule,
    Unknown,
    find_largest_quiet,
)
from loadwatch.tables import KNOWN_SURFACES, SURFACES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from loadwatch.assess.rules.rule_input import RuleInput

# whether LW08 counts a surface as hard ground; a test asks for every surface by name
IS_HARD: Mapping[str, bool] = {
    "hard": True,
    "firm": False,
    "soft": False,
    "track": False,
    "treadmill": False,
}
HARD = tuple(name for name in KNOWN_SURFACES if IS_HARD.get(name, False))
_FEW = "too_few_weeks: fewer than three of the four weeks before hold a run"


def judge_shift(
    hard_m: float, other_m: float, share_before: float, usual_m: float, limits: Limits
) -> Exceeded:
    """Return the level of a week with `hard_m` on hard and `other_m` on other known ground."""
    known = hard_m + other_m
    points = 100.0 * ((hard_m / known if known else 0.0) - share_before)
    for level in ("high", "watch"):
        more = hard_m - usual_m >= limits[f"{level}_more_m"] - TOLERANCE_M
        if points >= limits[level] - TOLERANCE and more:
            return "high" if level == "high" else "watch", limits[level]
    return None


def pool_surfaces(
    columns: Mapping[str, Sequence[float]], start: int, end: int
) -> tuple[dict[str, float], float]:
    """Return metres by known class over the weeks [start, end), and the share of their distance so known."""
    metres = {
        surface: sum(columns[f"{surface}_m"][start:end]) for surface in KNOWN_SURFACES
    }
    distance = sum(columns["distance_m"][start:end])
    return metres, sum(metres.values()) / distance if distance else 0.0


def _hard_m(metres: Mapping[str, float]) -> float:
    """Return the metres on hard ground among metres by surface."""
    return sum(metres[surface] for surface in HARD)


def _usual_hard_m(facts: RuleInput, week: int) -> float:
    """Return the usual metres on hard ground in a week; NaN where no usual week is known."""
    return sum(facts.columns[f"{surface}_m_usual"][week] for surface in HARD)


def _format_unknown_share(metres: float, when: str, limits: Limits) -> str:
    return (
        f"no_surface: the ground is known for {100 * metres:.0f} % of the distance {when}, "
        f"{100 * limits['known']:.0f} % are needed"
    )


def _check_shift(
    inputs: RuleInput, limits: Limits, _found: Sequence[Flag | Unknown]
) -> Iterator[Flag | Unknown]:
    for i in inputs.run_weeks():
        if not inputs.complete[i]:
            continue
        now, known_now = pool_surfaces(inputs.partial, i, i + 1)
        before, known_before = pool_surfaces(inputs.partial, max(i - 4, 0), i)
        if why := _explain_no_shift(inputs, i, (known_now, known_before), limits):
            yield Unknown(inputs.week_starts[i], SHIFT.id, why)
        else:
            yield from _flag_shift(inputs, limits, i, (now, before))


def _explain_no_shift(
    inputs: RuleInput, i: int, known: tuple[float, float], limits: Limits
) -> str:
    if math.isnan(_usual_hard_m(inputs, i)):
        return _FEW
    if math.isnan(inputs.columns["distance_m"][i]):
        return "no_distance: runs of this week have no distance"
    for share, when in zip(
        known, ("of this week", "of the four weeks before"), strict=True
    ):
        if share < limits["known"] - TOLERANCE:
            return _format_unknown_share(share, when, limits)
    return ""


def _flag_shift(
    inputs: RuleInput,
    limits: Limits,
    i: int,
    mixes: tuple[dict[str, float], dict[str, float]],
) -> Iterator[Flag]:
    now, before = mixes
    usual = _usual_hard_m(inputs, i)
    hard, known = _hard_m(now), sum(now.values())
    share_before = _hard_m(before) / sum(before.values())
    judged = partial(
        judge_shift,
        other_m=known - hard,
        share_before=share_before,
        usual_m=usual,
        limits=limits,
    )
    if level := judged(hard):
        yield Flag(
            week=inputs.week_starts[i],
            rule=SHIFT.id,
            name=SHIFT.name,
            level=level[0],
            value=100.0 * (hard / known - share_before),
            limit=level[1],
            amount=hard,
            usual=usual,
            unit=SHIFT.unit,
            evidence=SHIFT.grade,
            template_args={
                "words": level[0],
                "below": find_largest_quiet(judged),
                "now": f"{100 * hard / known:.0f}",
                "before": f"{100 * share_before:.0f}",
            },
        )


def _check_new(
    inputs: RuleInput, limits: Limits, _found: Sequence[Flag | Unknown]
) -> Iterator[Flag | Unknown]:
    span = int(limits["weeks"])
    for i in inputs.run_weeks():
        start = max(i - span, 0)
        before, known_before = pool_surfaces(inputs.partial, start, i)
        now, known_now = pool_surfaces(inputs.partial, i, i + 1)
        why = (
            "too_few_weeks: fewer than three weeks with a run lie before"
            if sum(runs > 0 for runs in inputs.runs[start:i]) < limits["least_weeks"]
            else _format_unknown_share(
                known_before, f"of the {span} weeks before", limits
            )
            if known_before < limits["known"] - TOLERANCE
            else ""
        )
        fresh = (
            []
            if why
            else [
                c
                for c in KNOWN_SURFACES
                if _is_new(now[c], before[c], sum(before.values()), limits)
            ]
        )
        for surface in fresh:
            yield _make_new_flag(
                inputs,
                limits,
                i,
                {"surface": surface, "metres": now[surface], "before": before},
            )
        if not fresh and not why and known_now < limits["known"] - TOLERANCE:
            why = _format_unknown_share(known_now, "of this week", limits)
        if why and inputs.complete[i]:
            yield Unknown(inputs.week_starts[i], NEW.id, why)


def _is_new(metres: float, before: float, known: float, limits: Limits) -> bool:
    return (
        metres >= limits["info_m"] - TOLERANCE_M
        and before < limits["share"] * known - TOLERANCE_M
    )


def _make_new_flag(
    inputs: RuleInput, limits: Limits, i: int, found: Mapping[str, Any]
) -> Flag:
    before = found["before"]
    share = before[found["surface"]] / sum(before.values())
    return Flag(
        week=inputs.week_starts[i],
        rule=NEW.id,
        name=NEW.name,
        level="info",
        value=100.0 * share,
        limit=100.0 * limits["share"],
        amount=found["metres"],
        usual=inputs.columns[f"{found['surface']}_m_usual"][i],
        unit=NEW.unit,
        evidence=NEW.grade,
        template_args={
            "words": "info",
            "ground": SURFACES[found["surface"]].place,
            "share": f"{100.0 * share:.0f}",
            "span": f"{limits['weeks']:.0f}",
        },
    )


_MORE = "hard ground made up {now} % of the known distance, after {before} % in the four weeks before"
_CITED = (
    "Mitchell A et al., Sports Biomech 2025;24:1143-1167; Ferro-Sanchez A et al., Int J Environ Res Public "
    "Health "
    "2023;20:6405; Ferris DP et al., J Biomech 1999;32:787-794"
)
_ARTICLE = "A sudden move to harder ground such as road can bring on trouble."

SHIFT = Rule(
    id="LW08",
    name="hard_surface_shift",
    title="A week with much more hard ground",
    kind="week",
    measure="hard share of the known distance, in percentage points over the four weeks before",
    unit="m",
    display_unit="km",
    asks="Did a larger part of a week's running lie on hard ground than in the four weeks before?",
    limits=(
        Bound(
            key="watch",
            value=25.0,
            unit="points",
            meaning="noticed from this many percentage points on",
        ),
        Bound(
            key="watch_more_m",
            value=5000.0,
            unit="m",
            meaning="least hard distance more to be noticed",
        ),
        Bound(
            key="high",
            value=50.0,
            unit="points",
            meaning="a large change from so many points on",
        ),
        Bound(
            key="high_more_m",
            value=10_000.0,
            unit="m",
            meaning="least hard distance more for a large change",
        ),
        Bound(
            key="known",
            value=0.70,
            unit="share",
            meaning="of the distance must be known, now and before",
        ),
    ),
    templates={
        "watch": f"In the week of {{week}} {_MORE}: {{amount}} on it, usually {{usual}}; "
        "the limit is {limit} points. With the other ground as it was, up to {below} this check stays quiet.",
        "high": f"In the week of {{week}} {_MORE}, a large change (from {{limit}} points on): {{amount}} on "
        "it, usually {usual}. With the other ground as it was, up to {below} this check stays quiet.",
    },
    grade="E",
    grade_why="the article's view; nobody has tested a sudden change of ground, and at the back the measured "
    "difference between grounds is small",
    lbp="none found: among 800 marathon runners the ground was not related to back pain",
    citation=_CITED,
    doi=("10.1080/14763141.2023.2236058",),
    article=_ARTICLE,
    caveat="Only ground that a label, a tag or a map tells is counted; no ground weighs more than another.",
    basis="7; 12 LW08",
    check=_check_shift,
)

NEW = Rule(
    id="LW09",
    name="new_surface",
    title="A new kind of ground",
    kind="week",
    measure="share of that ground in the known distance of the eight weeks before, in %",
    unit="m",
    display_unit="km",
    asks="Did a week hold a good distance on ground that was hardly run on in the eight weeks before?",
    limits=(
        Bound(
            key="info_m",
            value=5000.0,
            unit="m",
            meaning="mentioned from this distance on",
        ),
        Bound(
            key="share",
            value=0.05,
            unit="share",
            meaning="new below this share of the weeks before",
        ),
        Bound(key="weeks", value=8.0, unit="weeks", meaning="looked back on"),
        Bound(
            key="least_weeks",
            value=3.0,
            unit="weeks",
            meaning="with a run needed of them",
        ),
        Bound(
            key="known",
            value=0.70,
            unit="share",
            meaning="of the distance must be known",
        ),
    ),
    templates={
        "info": "{amount} on {ground} in the week of {week}, which made up {share} % of the known distance "
        "in the "
        "{span} weeks before.",
    },
    grade="E",
    grade_why="the article's view; nobody has tested new ground",
    lbp="no",
    citation=_CITED,
    doi=("10.1080/14763141.2023.2236058",),
    article=_ARTICLE,
    caveat="Only ground that a label, a tag or a map tells is counted.",
    basis="7; 12 LW09",
    check=_check_new,
)
