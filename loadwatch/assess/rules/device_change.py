"""Whether climbs that a flag compares were recorded alike: another watch adds up another climb."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.assess.rules.rule_input import DAY_US, LOOKBACK_DAYS

if TYPE_CHECKING:
    from loadwatch.assess.rules.rule_input import RuleInput
    from loadwatch.tables import Ints

NOTABLE_SHARE = (
    0.25  # of the distance compared, by another recorder than before: worth a sentence
)
OTHER_WATCH = "These runs were recorded by different watches, and watches differ in climb by more than in distance."
OTHER_SOURCE = (
    "These climbs come from different sources ({now} now, {before} before) and may differ for that reason "
    "alone."
)
SOURCE_NAMES = {
    "device": "the watch's own totals",
    "barometer": "altitude by barometer",
    "gps": "altitude by satellites",
    "list": "a list",
}


def describe_week_change(
    inputs: RuleInput, column: str, number: int, weeks: int
) -> str:
    """Return what to say of a week held against `weeks` before it, "" if it was recorded like them."""
    known = ~np.isnan(inputs.table[column].to_numpy(np.float64))
    now = np.flatnonzero(known & (inputs.week_numbers == number))
    before = np.flatnonzero(
        known & (inputs.week_numbers < number) & (inputs.week_numbers >= number - weeks)
    )
    return _describe_change(inputs, now, before)


def describe_run_change(inputs: RuleInput, column: str, number: int) -> str:
    """Return what to say of a run held against the 30 x 24 hours before it, "" if recorded like them."""
    known = ~np.isnan(inputs.table[column].to_numpy(np.float64))
    starts = inputs.sessions.start_us
    start = starts[number]
    end = starts[number + 1] if number + 1 < len(starts) else np.iinfo(np.int64).max
    at = inputs.start_us
    now = np.flatnonzero(known & (at >= start) & (at < end))
    before = np.flatnonzero(
        known & (at < start) & (at >= start - LOOKBACK_DAYS * DAY_US)
    )
    return _describe_change(inputs, now, before)


def _describe_change(inputs: RuleInput, now: Ints, before: Ints) -> str:
    if (
        moved_share(
            *(_distance_shares(inputs, "device", rows) for rows in (now, before))
        )
        >= NOTABLE_SHARE
    ):
        return OTHER_WATCH
    shares = [_distance_shares(inputs, "ascent_source", rows) for rows in (now, before)]
    if moved_share(*shares) < NOTABLE_SHARE:
        return ""
    told = [
        SOURCE_NAMES.get(max(share, key=lambda name: (share[name], name)), "")
        for share in shares
    ]
    return (
        OTHER_SOURCE.format(now=told[0], before=told[1])
        if told[0] != told[1] and all(told)
        else ""
    )


def _distance_shares(inputs: RuleInput, column: str, rows: Ints) -> dict[str, float]:
    """Return the share of the distance by recorder, of runs that name theirs; empty where none does."""
    names, metres = _read_column(inputs, column), _read_distances(inputs)
    sums: dict[str, float] = {}
    for row in rows.tolist():
        name = names[row]
        if name and name != "none":
            sums[name] = sums.get(name, 0.0) + metres[row]
    total = sum(sums.values())
    return {name: part / total for name, part in sums.items()} if total > 0 else {}


@lru_cache(maxsize=2)  # asked for each flag of one runner, and a frame is slow to ask
def _read_column(inputs: RuleInput, column: str) -> list[str]:
    return inputs.table[column].tolist()


@lru_cache(maxsize=1)
def _read_distances(inputs: RuleInput) -> list[float]:
    return [
        metres if metres == metres else 0.0  # noqa: PLR0124 - NaN is not itself
        for metres in inputs.table["distance_m"].tolist()
    ]


def moved_share(now: dict[str, float], before: dict[str, float]) -> float:
    """Return the share that went to another recorder [1]: half the sum of differences; 0 where unknown."""
    if not now or not before:
        return 0.0
    return (
        sum(abs(now.get(name, 0.0) - before.get(name, 0.0)) for name in {*now, *before})
        / 2.0
    )
