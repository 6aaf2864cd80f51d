"""Altitude along a route from runs that crossed the same ground.

    choose_crossing(signature, rows) -> groups of runs to read again
    carry_altitude(latitude, longitude, runs) -> altitude at each place of the route

Each run has its own error of metres, which changes slowly. So a further run gives only what is
missing still, shifted to meet what is there: no step from one run to another counts as a climb.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from loadwatch.exposure.altimeter import name_product_altimeter
from loadwatch.exposure.elevation import centred_mean, close_steps
from loadwatch.exposure.signature import are_among, unpack_signatures, widen_cells
from loadwatch.geodesy import DEGREE_M

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from loadwatch.tables import Bools, Floats

GROUPS: Final = 3  # of runs that are read again for one route
MAX_RUNS: Final = 8  # of one group
NEAR_M: Final = 25.0  # from a place of the route to a fix
_MIN_GAIN: Final = 0.01  # of the route's cells, for one more run to be read
_LESS_SURE: Final = 0.7  # weight of a run whose altitude is noisy or by satellites
_MAX_COMPARED: Final = 256  # runs that cross most of the route
_SPREAD_M: Final = 8.0  # a fix counts less the farther it is
_SPACING_M: Final = 10.0  # of the places of a route at which runs are looked for
_BLOCK: Final = 256  # of these places at once
# of these places, over which the difference of two runs is averaged
_COMPARED: Final = 51
_JOIN_M: Final = 200.0  # two runs that do not overlap are joined over a gap as long


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """Samples of a run in their order; NaN is unknown."""

    time_s: Floats
    latitude_deg: Floats
    longitude_deg: Floats
    altitude_m: Floats


@dataclass(frozen=True, slots=True, eq=False)
class CarriedAltitude:
    """Altitude along a route from past runs."""

    altitude_m: Floats  # at each place, NaN where no run came by
    share: float  # of the route's length where a run came by [1]
    runs: int  # that gave any


def choose_crossing(signature: str, rows: pd.DataFrame) -> list[list[int]]:
    """Return groups of runs, each of which crosses most of a route, as places in `rows`.

    No run is in two groups; the best group and the best run of a group come first.

    Parameters
    ----------
    signature : of the route.
    rows : EXPOSURES and HIDDEN; those without altitude or positions are passed over.
    """
    route = unpack_signatures([signature]).cells
    is_usable = rows["altitude_confidence"].isin(("high", "low")) & (
        rows["signature"] != ""
    )
    places = np.flatnonzero(is_usable.to_numpy(bool))
    if not places.size or not route.size:
        return []
    signatures = unpack_signatures(rows["signature"].iloc[places].tolist())
    weights = _weigh_runs(rows.iloc[places])
    near = are_among(signatures.cells, widen_cells(route))
    metres = np.bincount(signatures.runs[near], minlength=places.size) * weights
    order = np.argsort(-metres, kind="stable")[:_MAX_COMPARED]
    order = order[metres[order] > 0]
    crossed = np.array(
        [are_among(route, widen_cells(signatures.cells_of(int(run)))) for run in order],
        dtype=bool,
    ).reshape(order.size, route.size)
    groups = []
    for _ in range(GROUPS):
        group = _cover_cells(crossed, weights[order])
        crossed[group] = False
        groups.append([int(places[order[run]]) for run in group])
    return [group for group in groups if group]


def _weigh_runs(rows: pd.DataFrame) -> Floats:
    """Return the weight of each run by what measured its altitude."""
    altimeters = [name_product_altimeter(device) for device in rows["device"]]
    by_satellites = np.array([name == "satellites" for name in altimeters], dtype=bool)
    by_satellites = by_satellites | (rows["ascent_source"] == "gps").to_numpy(bool)
    is_noisy = (rows["altitude_confidence"] != "high").to_numpy(bool)
    return np.where(is_noisy | by_satellites, _LESS_SURE, 1.0)


def _cover_cells(crossed: Bools, weights: Floats) -> list[int]:
    """Return the runs that cover most cells, each for what it adds, until that is too little.

    `crossed` is by run and cell.
    """
    chosen: list[int] = []
    left = np.ones(crossed.shape[1], dtype=bool)
    while len(chosen) < min(MAX_RUNS, len(crossed)):
        gains = (crossed & left).sum(axis=1)
        best = int(np.argmax(gains * weights))
        if gains[best] < max(1.0, _MIN_GAIN * left.size):
            break
        chosen.append(best)
        left &= ~crossed[best]
    return chosen


def carry_altitude(
    latitude_deg: Floats, longitude_deg: Floats, runs: Sequence[Track]
) -> CarriedAltitude:
    """Return the altitude along a line from runs.

    Parameters
    ----------
    latitude_deg, longitude_deg : of each place of the line in its order, NaN without a fix.
    runs : the first is taken as it is; each of the others gives what is missing still.
    """
    fixes = np.flatnonzero(np.isfinite(latitude_deg + longitude_deg))
    result = np.full(latitude_deg.size, math.nan)
    if fixes.size < 2:
        return CarriedAltitude(result, 0.0, 0)
    line = _project(latitude_deg[fixes], longitude_deg[fixes], latitude_deg[fixes[0]])
    along = np.append(0.0, np.cumsum(np.hypot(*np.diff(line, axis=1))))
    ticks = np.arange(0.0, along[-1], _SPACING_M)
    places = np.array([np.interp(ticks, along, side) for side in line])
    heights, used = _join_runs(places, runs, latitude_deg[fixes[0]])
    known = np.isfinite(heights)
    if known.any():
        carried = np.interp(along, ticks[known], heights[known])
        nearest = np.minimum(np.rint(along / _SPACING_M).astype(int), ticks.size - 1)
        result[fixes] = np.where(known[nearest], carried, math.nan)
    return CarriedAltitude(result, float(known.mean()), used)


def _join_runs(
    places: Floats, runs: Sequence[Track], latitude_deg: float
) -> tuple[Floats, int]:
    """Return the altitude at equally spaced places, and how many runs gave it.

    `places` are east and north on the plane of `latitude_deg` [m].
    """
    heights = np.full(places.shape[1], math.nan)
    used = 0
    for run in runs:
        found = _average_near(places, run, latitude_deg)
        is_new = np.isnan(heights) & np.isfinite(found)
        if is_new.any():
            heights[is_new] = _shift_to_meet(heights, found)[is_new]
            used += 1
    return heights, used


def _project(latitude_deg: Floats, longitude_deg: Floats, middle_deg: float) -> Floats:
    """Return east and north of places on a plane that is true near the latitude `middle_deg` [m]."""
    shrink = math.cos(math.radians(middle_deg))
    return np.array((longitude_deg * DEGREE_M * shrink, latitude_deg * DEGREE_M))


def _average_near(places: Floats, run: Track, latitude_deg: float) -> Floats:
    """Return the altitude of a run at each place, NaN where it did not come near [m].

    It is the mean of all fixes near the place, whichever pass they are of; the nearest count most.
    """
    result = np.full(places.shape[1], math.nan)
    heights = close_steps(run.time_s, run.altitude_m)
    is_usable = np.isfinite(run.latitude_deg + run.longitude_deg + heights)
    fixes = _project(run.latitude_deg, run.longitude_deg, latitude_deg)[:, is_usable]
    heights = heights[is_usable]
    for first in range(0, result.size, _BLOCK):
        block = places[:, first : first + _BLOCK]
        low, high = block.min(axis=1) - NEAR_M, block.max(axis=1) + NEAR_M
        inside = np.all((low <= fixes.T) & (high >= fixes.T), axis=1)
        apart = np.hypot(*(fixes[:, None, inside] - block[:, :, None]))
        weight = np.where(apart <= NEAR_M, np.exp(-0.5 * (apart / _SPREAD_M) ** 2), 0.0)
        total = weight.sum(axis=1)
        near = np.flatnonzero(total > 0)
        result[first + near] = (weight @ heights[inside])[near] / total[near]
    return result


def _shift_to_meet(known: Floats, found: Floats) -> Floats:
    """Return the altitudes of a further run, shifted to meet those that are known [m].

    The shift is what both differ by where they overlap, and between two overlaps goes evenly from
    one to the other. Without an overlap both meet where they come nearest along the line.
    """
    every = np.arange(known.size)
    is_known, is_found = np.isfinite(known), np.isfinite(found)
    both = np.flatnonzero(is_known & is_found)
    if both.size:
        shift = centred_mean(known[both] - found[both], _COMPARED)
        result: Floats = found + np.interp(every, both, shift)
        return result
    if not is_known.any():
        return found
    old, new = np.flatnonzero(is_known), np.flatnonzero(is_found)
    at = np.searchsorted(old, new)
    pairs = [old[np.maximum(at - 1, 0)], old[np.minimum(at, old.size - 1)]]
    nearest = np.concatenate(pairs)
    apart = np.abs(nearest - np.tile(new, 2))
    best = int(np.argmin(apart))
    if apart[best] * _SPACING_M > _JOIN_M:
        return found
    joined: Floats = found + (known[nearest[best]] - found[new[best % new.size]])
    return joined
