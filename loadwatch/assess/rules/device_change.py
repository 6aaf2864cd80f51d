"""A remark where the climbs that a flag compares come from different devices or sources."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.assess.rules.rule_input import DAY_US, LOOKBACK_DAYS

if TYPE_CHECKING:
    from loadwatch.assess.rules.rule_input import RuleInput
    from loadwatch.tables import Ints

# of the distance compared, by another recorder than before: worth a sentence
NOTABLE_SHARE = 0.25
OTHER_WATCH = (
    "These runs were recorded by different watches, and watches differ in climb by "
    "more than in distance."
)
OTHER_SOURCE = (
    "These climbs come from different sources ({now} now, {before} before) and may "
    "differ for that reason alone."
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
    """Return the remark on a week compared with `weeks` before it, "" where none is needed."""
    known = ~np.isnan(inputs.table[column].to_numpy(np.float64))
    week = inputs.week_numbers
    now = np.flatnonzero(known & (week == number))
    before = np.flatnonzero(known & (week < number) & (week >= number - weeks))
    return _describe_change(inputs, now, before)


def describe_run_change(inputs: RuleInput, column: str, number: int) -> str:
    """Return the remark on a run compared with the 30 days before it, "" where none is needed."""
    known = ~np.isnan(inputs.table[column].to_numpy(np.float64))
    starts, at = inputs.sessions.start_us, inputs.start_us
    start, end = starts[number], np.iinfo(np.int64).max
    if number + 1 < len(starts):
        end = starts[number + 1]
    earliest = start - LOOKBACK_DAYS * DAY_US
    now = np.flatnonzero(known & (at >= start) & (at < end))
    before = np.flatnonzero(known & (at < start) & (at >= earliest))
    return _describe_change(inputs, now, before)


def _describe_change(inputs: RuleInput, now: Ints, before: Ints) -> str:
    """Return the remark on rows `now` of the runs compared with rows `before`."""
    devices_now = _distance_shares(inputs, "device", now)
    devices_before = _distance_shares(inputs, "device", before)
    if moved_share(devices_now, devices_before) >= NOTABLE_SHARE:
        return OTHER_WATCH
    sources_now = _distance_shares(inputs, "ascent_source", now)
    sources_before = _distance_shares(inputs, "ascent_source", before)
    if moved_share(sources_now, sources_before) < NOTABLE_SHARE:
        return ""
    source_now, source_before = _name_most(sources_now), _name_most(sources_before)
    if not source_now or not source_before or source_now == source_before:
        return ""
    return OTHER_SOURCE.format(now=source_now, before=source_before)


def _name_most(shares: dict[str, float]) -> str:
    """Return the source of the largest share in words, "" where it has none."""
    most = max(shares, key=lambda name: (shares[name], name))
    return SOURCE_NAMES.get(most, "")


def _distance_shares(inputs: RuleInput, column: str, rows: Ints) -> dict[str, float]:
    """Return the share of the distance by recorder, of runs that name one; empty if none does."""
    names, metres = _read_column(inputs, column), _read_distances(inputs)
    sums: dict[str, float] = {}
    for row in rows.tolist():
        name = names[row]
        if name and name != "none":
            sums[name] = sums.get(name, 0.0) + metres[row]
    total = sum(sums.values())
    if not total > 0:
        return {}
    return {name: part / total for name, part in sums.items()}


@lru_cache(maxsize=2)  # asked for each flag of one runner, and a frame is slow to ask
def _read_column(inputs: RuleInput, column: str) -> list[str]:
    return inputs.table[column].tolist()


@lru_cache(maxsize=1)
def _read_distances(inputs: RuleInput) -> list[float]:
    return inputs.table["distance_m"].fillna(0.0).tolist()


def moved_share(now: dict[str, float], before: dict[str, float]) -> float:
    """Return the share that went to another recorder [1]: half the sum of the differences.

    0 where either side is unknown.
    """
    if not now or not before:
        return 0.0
    names = {*now, *before}
    return sum(abs(now.get(name, 0.0) - before.get(name, 0.0)) for name in names) / 2.0
