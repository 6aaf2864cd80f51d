"""LW14: kilometres on one pair of shoes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from loadwatch.activity import Note
from loadwatch.assess.rules.model import (
    TOLERANCE_M,
    Bound,
    Exceeded,
    Limits,
    Rule,
    Suggestion,
)
from loadwatch.settings import Shoe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadwatch.assess.rules.model import Finding, Flag
    from loadwatch.assess.rules.rule_input import RuleInput
    from loadwatch.tables import FlagLevel, Floats

_NO_SHOE = Note("no_shoe", "no run of this week names its pair of shoes")
_LEVELS: tuple[FlagLevel, ...] = ("info", "watch")


def _check_shoes(inputs: RuleInput, limits: Limits) -> Iterator[Finding]:
    table = inputs.table
    shoes = np.char.strip(table["shoe"].to_numpy(object).astype(str))
    metres = np.nan_to_num(table["distance_m"].to_numpy(np.float64))
    for shoe in sorted(set(shoes.tolist()) - {""} - inputs.retired_shoes):
        rows = np.flatnonzero(shoes == shoe)
        stated = inputs.shoes.get(shoe, Shoe())
        run = stated.start_km * 1000.0 + np.cumsum(metres[rows])
        for at, exceeded, amount in _find_crossings(run, limits):
            yield _make_flag(inputs, shoe, int(rows[at]), exceeded, amount)
    named = set(inputs.week_numbers[shoes != ""].tolist())
    for i in inputs.run_weeks():
        if i not in named:
            yield RULE.unknown(inputs.week_starts[i], _NO_SHOE)


def _find_crossings(
    metres: Floats, limits: Limits
) -> Iterator[tuple[int, Exceeded, float]]:
    """Yield the run with which the pair passes a limit [m], none of those after, and its metres."""
    for level in _LEVELS:
        limit = limits[f"{level}_m"]
        at = int(np.searchsorted(metres, limit - TOLERANCE_M))
        if at < len(metres):
            yield at, Exceeded(level, limit), float(metres[at])


def _make_flag(
    inputs: RuleInput, shoe: str, run: int, exceeded: Exceeded, metres: float
) -> Flag:
    table = inputs.table
    return RULE.flag(
        inputs.week_starts[int(inputs.week_numbers[run])],
        Exceeded(exceeded.level, exceeded.limit / 1000.0),
        value=metres / 1000.0,
        amount=metres,
        activity_id=str(table["activity_id"].iat[run]),
        source=str(table["source"].iat[run]),
        shoe=shoe,
        day=table["start_local"].to_numpy("datetime64[D]")[run].item(),
    )


RULE = Rule(
    id="LW14",
    name="shoe_km",
    title="Kilometres on a pair of shoes",
    kind="run",
    measure="km on the pair",
    unit="m",
    asks="Has a pair of shoes run a long way?",
    limits=(
        Bound(
            key="info_m",
            value=500_000.0,
            unit="m",
            text="mentioned from {value} on",
        ),
        Bound(
            key="watch_m",
            value=800_000.0,
            unit="m",
            text="noticed from {value} on",
        ),
    ),
    templates={
        "info": (
            "{day}: the pair {shoe} has run {amount}. Most of what cushioning loses "
            "it loses earlier; look at its sole."
        ),
        "watch": (
            "{day}: the pair {shoe} has run {amount}. No study sets a last kilometre; "
            "look at its sole."
        ),
    },
    topic="shoes",
    phrase="a pair of shoes has passed {amount}",
    brief="a pair of shoes past {amount}",
    mention="shoes past {amount}",
    event_family="own",
    change_kind=None,
    charts=(),
    advice=("shoes",),
    suggestion=Suggestion(
        verbs=(
            "look whether the pair still supports you",
            "replace shoes regularly, the more so the more you run",
        ),
    ),
    advises_at_info=True,
    exposure=None,
    budget=None,
    grade="E",
    grade_why=(
        "machine tests of shoes from 1985, in which most of the loss came early. "
        "Taking turns between pairs has better support"
    ),
    lbp="no",
    not_known="At how many kilometres a pair is worn out.",
    references=("article", "cook1985", "malisoux2015", "risc2023"),
    article="Change shoes regularly, the more so the more you run.",
    caveat=(
        "Only runs that name their pair are counted. Regularly is not often: of 258 "
        "runners, changing shoes every 0 to 3 months went with injury."
    ),
    check=_check_shoes,
)
