"""LW14: kilometres on one pair of shoes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.assess.rules.model import TOLERANCE_M, Bound, Flag, Limits, Rule, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from loadwatch.assess.rules.rule_input import RuleInput
    from loadwatch.tables import FlagLevel


def _check_shoes(
    inputs: RuleInput, limits: Limits, _found: Sequence[Flag | Unknown]
) -> Iterator[Flag | Unknown]:
    table = inputs.table
    shoes = np.char.strip(table["shoe"].to_numpy(object).astype(str))
    metres = np.nan_to_num(table["distance_m"].to_numpy(np.float64))
    for shoe in sorted(set(shoes.tolist()) - {""}):
        rows = np.flatnonzero(shoes == shoe)
        for at, step in _find_crossings(np.cumsum(metres[rows]), limits):
            yield _make_flag(inputs, shoe, int(rows[at]), step)
    named = set(inputs.run_weeks_at[shoes != ""].tolist())
    for i in inputs.run_weeks():
        if i not in named and inputs.complete[i]:
            yield Unknown(
                inputs.week_starts[i],
                RULE.id,
                "no_shoe: no run of this week names its pair of shoes",
            )


def _find_crossings(
    metres: NDArray[np.float64], limits: Limits
) -> Iterator[tuple[int, tuple[FlagLevel, float, float]]]:
    """Yield the run with which the pair passes a limit, and none of those after."""
    levels: tuple[FlagLevel, ...] = ("info", "watch")
    for level in levels:
        limit = limits[f"{level}_m"]
        at = int(np.searchsorted(metres, limit - TOLERANCE_M))
        if at < len(metres):
            yield at, (level, limit, float(metres[at]))


def _make_flag(
    inputs: RuleInput, shoe: str, run: int, step: tuple[FlagLevel, float, float]
) -> Flag:
    level, limit, metres = step
    return Flag(
        week=inputs.week_starts[int(inputs.run_weeks_at[run])],
        rule=RULE.id,
        name=RULE.name,
        level=level,
        value=metres / 1000.0,
        limit=limit / 1000.0,
        amount=metres,
        usual=math.nan,
        unit=RULE.unit,
        activity_id=str(inputs.table["activity_id"].iat[run]),
        source=str(inputs.table["source"].iat[run]),
        evidence=RULE.grade,
        template_args={
            "words": level,
            "shoe": shoe,
            "day": inputs.table["start_local"].to_numpy("datetime64[D]")[run].item(),
        },
    )


RULE = Rule(
    id="LW14",
    name="shoe_km",
    title="Kilometres on a pair of shoes",
    kind="run",
    measure="km on the pair",
    unit="m",
    display_unit="km",
    asks="Has a pair of shoes run a long way?",
    limits=(
        Bound(
            key="info_m",
            value=500_000.0,
            unit="m",
            meaning="mentioned from this distance on",
        ),
        Bound(
            key="watch_m",
            value=800_000.0,
            unit="m",
            meaning="noticed from this distance on",
        ),
    ),
    templates={
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
    check=_check_shoes,
)
