"""LW07: how hilly a week was, against the runner's own last half year."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from loadwatch.activity import Note
from loadwatch.assess.rules import device_change
from loadwatch.assess.rules.model import TOLERANCE, Bound, Exceeded, Limits, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from loadwatch.assess.rules.model import Finding
    from loadwatch.assess.rules.rule_input import RuleInput


def judge_steepness(
    climb: float, percentile: float, middle: float, limits: Limits
) -> Exceeded | None:
    """Return the level of a week with `climb` m/km, by the own 90th percentile and median [m/km].

    Where all weeks climb the same, the percentile is the median too: the same hills again are
    no news.
    """
    limit = max(percentile, limits["info"])
    if climb >= limit - TOLERANCE and climb > middle + TOLERANCE:
        return Exceeded("info", limit)
    return None


def compute_percentile(values: Sequence[float], share: float) -> float:
    """Return the percentile of `values` at `share` (0 to 1), by straight lines between them."""
    ordered = sorted(values)
    at = share * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (at - low) * (ordered[high] - ordered[low])


def _climb_per_km(inputs: RuleInput, limits: Limits) -> list[float]:
    """Return the climb of each week [m/km]; NaN in weeks too short, or of unknown climb."""
    climbs = []
    for distance, ascent in zip(
        inputs.columns["distance_m"], inputs.columns["ascent_m"], strict=True
    ):
        is_long = distance >= limits["least_m"]
        climbs.append(ascent / (distance / 1000.0) if is_long else math.nan)
    return climbs


def _check_weeks(inputs: RuleInput, limits: Limits) -> Iterator[Finding]:
    climbs = _climb_per_km(inputs, limits)
    weeks, least = int(limits["weeks"]), int(limits["least_weeks"])
    for i in inputs.run_weeks():
        week, distance = inputs.week_starts[i], inputs.columns["distance_m"][i]
        if not inputs.complete[i]:
            yield RULE.unknown(week, Note("not_over", "the week is not over"))
            continue
        if distance < limits["least_m"]:
            yield RULE.unknown(week, Note("short_week", "the week is too short"))
            continue
        own = [
            climb for climb in climbs[max(i - weeks, 0) : i] if not math.isnan(climb)
        ]
        if math.isnan(climbs[i]):
            text = "the week's distance or ascent is not known"
            yield RULE.unknown(week, Note("no_ascent", text))
            continue
        if len(own) < least:
            text = (
                f"{len(own)} comparable weeks of the {weeks} before know their ascent, "
                f"{least} are needed"
            )
            yield RULE.unknown(week, Note("too_few_weeks", text))
            continue
        percentile = compute_percentile(own, limits["percentile"])
        middle = compute_percentile(own, 0.5)
        if exceeded := judge_steepness(climbs[i], percentile, middle, limits):
            yield RULE.flag(
                week,
                exceeded,
                value=climbs[i],
                amount=climbs[i],
                usual=middle,
                template_args={"count": str(len(own))},
                remark=device_change.describe_week_change(inputs, "ascent_m", i, weeks),
            )


RULE = Rule(
    id="LW07",
    name="hill_heavy_week",
    title="One of the hilliest weeks of the last half year",
    kind="week",
    measure="ascent for each kilometre of the week, in m/km",
    unit="m/km",
    asks="Was a week among the hilliest of the runner's own last 26?",
    limits=(
        Bound(
            key="percentile",
            value=0.90,
            unit="percentile",
            text="mentioned from {value} of the runner's own weeks on",
        ),
        Bound(key="info", value=10.0, unit="m/km", text="and from {value} on"),
        Bound(
            key="least_m",
            value=5000.0,
            unit="m",
            text="weeks under {value} are not compared",
        ),
        Bound(
            key="weeks",
            value=26.0,
            unit="weeks",
            text="compared with the {value} before",
        ),
        Bound(
            key="least_weeks",
            value=12.0,
            unit="weeks",
            text="needs {value} that can be compared",
        ),
    ),
    templates={
        "info": "{amount} of climb in the week of {week}, where {usual} is the middle of the {count} weeks "
        "it is compared with; the limit is {limit_amount}.",
    },
    topic="up",
    phrase="",
    brief="hilly week, {amount}",
    mention="a hilly week",
    event_family="own",
    change_kind=None,
    charts=("climb",),
    advice=("look", "uphill", "course"),
    exposure=None,
    budget=None,
    grade="E",
    grade_why=(
        "the article's view and our limits. The hilliest tenth is passed in about "
        "one week of ten by its nature"
    ),
    lbp="no",
    not_known=(
        "Whether hills have to do with back pain: we found no study (November 2026)."
    ),
    references=("article",),
    article="Weeks heavy in hills can be harder on a sore back.",
    caveat=(
        "Ascent differs more between devices than distance does: compare only within "
        "one device."
    ),
    check=_check_weeks,
)
