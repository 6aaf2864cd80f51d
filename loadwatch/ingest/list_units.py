"""The unit of a list by other files of the runner: a run that both hold gives it exactly."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.ingest.dedupe import pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from loadwatch.tables import Bools, Floats, Ints

KM, MILE = 1000.0, 1609.344
TOLERANCE = 0.03  # of a distance, between a list and a recording
MIN_AGREED, LEAD = 0.4, 4  # share of the runs that both hold; times the next unit
UNIT_CODE = "distance_unit"  # of the note on a unit that nothing decides
# metres by the recording over metres by the list -> the unit that the list is in
UNITS_BY_RATIO = {
    1.0: "",
    MILE / KM: "mi",  # read as km
    KM / MILE: "km",  # read as miles
    1 / KM: "m",  # read as km
    1 / MILE: "m",
    KM: "km",  # read as metres
    MILE: "mi",
}


def find_list_units(rows: pd.DataFrame) -> dict[str, str]:
    """Return member -> unit of the lists to be read again, "km", "mi" or "m".

    These are the lists that recordings contradict, and those whose unit nothing else decided and
    recordings confirm.

    Parameters
    ----------
    rows : EXPOSURES and HIDDEN of one athlete, zones settled.
    """
    is_list = rows["format"].eq("list").to_numpy()
    if not is_list.any() or is_list.all():
        return {}
    doubtful = _find_doubtful_members(rows[is_list])
    units: dict[str, str] = {}
    for member, ratios in _collect_ratios(rows, is_list).items():
        ratio = _vote_ratio(np.array(ratios))
        if ratio is None:
            continue
        unit = UNITS_BY_RATIO[ratio]
        if not unit and member in doubtful:
            unit = "km"  # what nothing decides is read as km
        if unit:
            units[member] = unit
    return units


def _find_doubtful_members(lists: pd.DataFrame) -> frozenset[str]:
    cells = zip(lists["member"].tolist(), lists["notes"].tolist(), strict=True)
    return frozenset(
        member
        for member, notes in cells
        if any(note.code == UNIT_CODE for note in notes)
    )


def _collect_ratios(rows: pd.DataFrame, is_list: Bools) -> dict[str, list[float]]:
    """Return member -> metres of recordings over metres of its rows, of the same runs."""
    arrays = pairs.build_run_arrays(rows)
    members = rows["member"].tolist()
    ratios: dict[str, list[float]] = defaultdict(list)
    used: set[tuple[int, str]] = set()
    for one, other in _pair_starts(arrays, is_list):
        listed, recorded = (one, other) if is_list[one] else (other, one)
        far, here = arrays.distance_m[recorded], arrays.distance_m[listed]
        key = int(recorded), members[listed]
        if far > 0 and here > 0 and key not in used:
            used.add(key)
            ratios[members[listed]].append(float(far / here))
    return ratios


def _pair_starts(arrays: pairs.RunArrays, is_list: Bools) -> Iterator[tuple[int, int]]:
    """Yield a row of a list and a recording of the same start, or the only ones of a day."""
    reach = np.full(len(arrays.utc_s), pairs.START_S)
    for clock_s in (arrays.utc_s, arrays.local_s):
        for left, right in pairs.pair_within_reach(
            clock_s, reach, pairs.MAX_ROWS_PER_DAY
        ):
            is_pair = is_list[left] != is_list[right]
            is_pair &= pairs.durations_agree(arrays, left, right)
            yield from zip(left[is_pair].tolist(), right[is_pair].tolist(), strict=True)
    yield from _pair_days(arrays, is_list)


def _pair_days(arrays: pairs.RunArrays, is_list: Bools) -> Iterator[tuple[int, int]]:
    """Yield the row and the recording of days that hold one of each on foot."""
    is_afoot = (arrays.sport <= 0) & (arrays.day >= 0)
    listed = np.flatnonzero(is_afoot & is_list)
    recorded = np.flatnonzero(is_afoot & ~is_list)
    one_of = _find_single(arrays.day, recorded)
    for day, row in _find_single(arrays.day, listed).items():
        other = one_of.get(day)
        if other is None:
            continue
        agrees = pairs.durations_agree(arrays, np.array([row]), np.array([other]))
        if agrees[0]:
            yield row, other


def _find_single(days: Ints, places: Ints) -> dict[int, int]:
    """Return day -> the only one of `places` that is of this day."""
    found: dict[int, list[int]] = defaultdict(list)
    for place in places.tolist():
        found[int(days[place])].append(place)
    return {day: rows[0] for day, rows in found.items() if len(rows) == 1}


def _vote_ratio(ratios: Floats) -> float | None:
    """Return the ratio that 40 % of the runs agree on, four times as many as on any other."""
    votes = {
        target: int((np.abs(ratios / target - 1) <= TOLERANCE).sum())
        for target in UNITS_BY_RATIO
    }
    best, *others = sorted(votes, key=votes.__getitem__, reverse=True)
    most, second = votes[best], votes[others[0]]
    if not most or most < MIN_AGREED * len(ratios) or most < LEAD * second:
        return None
    return best
