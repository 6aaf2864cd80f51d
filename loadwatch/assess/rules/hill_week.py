"""LW07: how hilly a week was, against the runner's own last half year."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from loadwatch.assess.rules import device_change
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


def judge_steepness(
    climb: float, percentile: float, middle: float, limits: Limits
) -> Exceeded:
    """Return the level of a week with `climb` m/km, by the own 90th percentile and median [m/km].

    Where all weeks are alike the percentile is the middle too: the same hills again are no news.
    """
    limit = max(percentile, limits["watch"])
    return (
        ("watch", limit)
        if climb >= limit - TOLERANCE and climb > middle + TOLERANCE
        else None
    )


def compute_percentile(values: Sequence[float], share: float) -> float:
    """Return the percentile of `values` at `share` (0 to 1), by straight lines between them."""
    ordered = sorted(values)
    at = share * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (at - low) * (ordered[high] - ordered[low])


def _climb_per_km(inputs: RuleInput, limits: Limits) -> list[float]:
    """Return metres climbed a kilometre by week [m/km]; NaN in weeks too short, or of unknown climb."""
    pairs = zip(inputs.columns["distance_m"], inputs.columns["ascent_m"], strict=True)
    return [m / (d / 1000.0) if d >= limits["least_m"] else math.nan for d, m in pairs]


def _check_weeks(
    inputs: RuleInput, limits: Limits, _found: Sequence[Flag | Unknown]
) -> Iterator[Flag | Unknown]:
    climbs = _climb_per_km(inputs, limits)
    span, least = int(limits["weeks"]), int(limits["least_weeks"])
    for i in inputs.run_weeks():
        distance = inputs.columns["distance_m"][i]
        if not inputs.complete[i] or distance < limits["least_m"]:
            continue
        own = [value for value in climbs[max(i - span, 0) : i] if not math.isnan(value)]
        if math.isnan(climbs[i]):
            yield Unknown(
                inputs.week_starts[i],
                RULE.id,
                "no_ascent: the week's distance or ascent is not known",
            )
        elif len(own) < least:
            why = (
                f"too_few_weeks: {len(own)} comparable weeks of the {span} before know their ascent, "
                f"{least} are needed"
            )
            yield Unknown(inputs.week_starts[i], RULE.id, why)
        elif level := judge_steepness(
            climbs[i],
            compute_percentile(own, limits["percentile"]),
            compute_percentile(own, 0.5),
            limits,
        ):
            yield Flag(
                week=inputs.week_starts[i],
                rule=RULE.id,
                name=RULE.name,
                level=level[0],
                value=climbs[i],
                limit=level[1],
                amount=climbs[i],
                usual=compute_percentile(own, 0.5),
                unit=RULE.unit,
                evidence=RULE.grade,
                template_args={
                    "words": "watch",
                    "lengths": {"most": level[1]},
                    "count": str(len(own)),
                    "also": device_change.describe_week_change(
                        inputs, "ascent_m", i, span
                    ),
                },
            )


RULE = Rule(
    id="LW07",
    name="hill_heavy_week",
    title="One of the hilliest weeks of the last half year",
    kind="week",
    measure="ascent for each kilometre of the week, in m/km",
    unit="m/km",
    display_unit="m/km",
    asks="Was a week among the hilliest of the runner's own last 26?",
    limits=(
        Bound(
            key="percentile",
            value=0.90,
            unit="share",
            meaning="noticed from this percentile of the own weeks on",
        ),
        Bound(key="watch", value=10.0, unit="m/km", meaning="and from this climb on"),
        Bound(
            key="least_m",
            value=5000.0,
            unit="m",
            meaning="shorter weeks are not compared",
        ),
        Bound(key="weeks", value=26.0, unit="weeks", meaning="looked back on"),
        Bound(key="least_weeks", value=12.0, unit="weeks", meaning="needed of them"),
    ),
    templates={
        "watch": "{amount} of climb in the week of {week}, where {usual} is the middle of the {count} weeks "
        "it is held against; the limit is {most}.",
    },
    grade="E",
    grade_why="the article's view and our limits; the hilliest tenth is passed in about one week of ten by "
    "its nature",
    lbp="no",
    citation="J. Perkins, Lower back pain in runners - causes and prevention, Run Mummy Run Community Run "
    "Club",
    article="Weeks heavy in hills can be harder on a sore back.",
    caveat="Ascent differs more between devices than distance does: compare only within one device.",
    basis="6.3; 12 LW07",
    check=_check_weeks,
)
