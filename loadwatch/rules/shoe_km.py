"""LW14: kilometres on one pair of shoes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from loadwatch.rules.model import TOLERANCE_M, Flag, Grade, Limit, Limits, Rule, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from loadwatch.rules.facts import Facts


def grade(distance_m: float, limits: Limits) -> Grade:
    """Return the level of a pair that has run `distance_m`."""
    for level in ("watch", "info"):
        if distance_m >= limits[f"{level}_m"] - TOLERANCE_M:
            return "watch" if level == "watch" else "info", limits[f"{level}_m"]
    return None


def _check(facts: Facts, limits: Limits, _found: Sequence[Flag | Unknown]) -> Iterator[Flag | Unknown]:
    shoes = np.char.strip(facts.table["shoe"].to_numpy(object).astype(str))
    week = _weeks(facts)
    metres = np.nan_to_num(facts.table["distance_m"].to_numpy(np.float64))
    for shoe in sorted(set(shoes.tolist()) - {""}):
        yield from _crossings(facts, limits, shoe, (np.flatnonzero(shoes == shoe), week, metres))
    named = set(week[shoes != ""].tolist())
    for i in facts.run_weeks():
        if i not in named and facts.complete[i]:
            yield Unknown(facts.days[i], RULE.id, "no_shoe: no run of this week names its pair of shoes")


def _weeks(facts: Facts) -> NDArray[np.int64]:
    days = facts.table["start_local"].to_numpy("datetime64[D]").astype(np.int64)
    first = np.datetime64(facts.days[0], "D").astype(np.int64) if facts.days else 0
    return np.asarray((days - first) // 7, np.int64)


def _crossings(
    facts: Facts, limits: Limits, shoe: str, arrays: tuple[NDArray[Any], NDArray[Any], NDArray[Any]]
) -> Iterator[Flag]:
    """Yield one flag where the pair passes a limit, and none in the weeks after."""
    rows, week, distance = arrays
    worn = np.cumsum(distance[rows])
    for level in ("info", "watch"):
        over = np.flatnonzero(worn >= limits[f"{level}_m"] - TOLERANCE_M)
        if not over.size:
            return
        run = int(rows[over[0]])
        metres = float(worn[over[0]])
        yield Flag(
            week=facts.days[int(week[run])],
            rule=RULE.id,
            name=RULE.name,
            level="info" if level == "info" else "watch",
            value=metres / 1000.0,
            limit=limits[f"{level}_m"] / 1000.0,
            amount=metres,
            usual=math.nan,
            unit=RULE.unit,
            activity_id=str(facts.table["activity_id"].iat[run]),
            source=str(facts.table["source"].iat[run]),
            evidence=RULE.grade,
            facts={"words": level, "shoe": shoe, "day": facts.table["start_local"].iat[run].date()},
        )


RULE = Rule(
    id="LW14",
    name="shoe_km",
    title="Kilometres on a pair of shoes",
    kind="run",
    measure="km on the pair",
    unit="m",
    shown="km",
    asks="Has a pair of shoes run a long way?",
    limits=(
        Limit(key="info_m", value=500_000.0, unit="m", meaning="mentioned from this distance on"),
        Limit(key="watch_m", value=800_000.0, unit="m", meaning="noticed from this distance on"),
    ),
    words={
        "info": "{day}: the pair {shoe} has run {amount}. Most of what cushioning loses it loses earlier; "
        "look at its sole.",
        "watch": "{day}: the pair {shoe} has run {amount}. No study sets a last kilometre; look at its sole.",
    },
    grade="E",
    grade_why="machine tests of shoes from 1985; no distance is known from which trouble begins; "
    "taking turns between pairs has better support",
    lbp="none found: the type of shoe was not related to back pain among 800 marathon runners",
    citation="Cook SD et al., Am J Sports Med 1985;13:248-253; Malisoux L et al., Scand J Med Sci Sports "
    "2015;25:110-115",
    doi=("10.1111/sms.12154",),
    article="Change shoes regularly, the more so the more you run.",
    caveat="Only runs that name their pair are counted.",
    basis="8; 12 LW14",
    check=_check,
)
