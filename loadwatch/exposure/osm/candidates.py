"""The ways near each point of a track, cheap where they are near and run along the track."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from loadwatch.exposure.osm.ground import CELL_M, hash_places
from loadwatch.geodesy import DEGREE_M

if TYPE_CHECKING:
    from loadwatch.exposure.osm.ground import Ground
    from loadwatch.tables import Floats, Ints

KEPT: Final = 5  # candidates of a point
# of the distance from a point to its way, by the track itself: wide, as errors of a receiver
# last for many points, and narrow where the track keeps near its ways, so that one of two ways
# side by side wins
MIN_SIGMA_M, SIGMA_M = 5.0, 14.0
SIGMA_SHARE: Final = 1.5  # of the reach
# the reach of a track is the distance that three of four points keep from a parallel way
REACH_QUANTILE: Final = 0.75
MIN_REACH_M, MAX_REACH_M = 1.0, 8.0
PARALLEL: Final = 0.9  # cosine of the angle between a track and a way along it
FEWEST_PARALLEL: Final = 20  # points; fewer say nothing of a track
# three of four errors to one side, of a device that states a radius for 68 % of its fixes:
# 1.150 times the standard deviation to one side, which is the radius over 1.510 (Rayleigh).
# A runner keeps about VERGE_M from the middle of a way as well
STATED_SHARE: Final = 1.150 / 1.510
VERGE_M: Final = 2.0
# a way farther off than DOUBT_M costs more, by the square of each BEYOND_M
DOUBT_M, BEYOND_M = 16.5, 3.5
HEADING: Final = 5.0  # cost of running square to a way
IN_TUNNEL: Final = 3.0  # cost of a fix inside a tunnel


@dataclass(frozen=True, slots=True, eq=False)
class NearSegments:
    """Pairs of a point and a segment of a way near it; arrays of one length."""

    point: Ints
    segment: Ints
    east_m: Floats  # the segment as a vector
    north_m: Floats
    length_m: Floats
    share: Floats  # of the segment, where it is nearest to the point
    aside_east_m: Floats  # from the point to that place
    aside_north_m: Floats

    @property
    def apart_m2(self) -> Floats:
        """Square of the distance between point and segment."""
        return self.aside_east_m**2 + self.aside_north_m**2


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """The ways near each point of a thinned track; arrays of points x KEPT."""

    line: Ints  # -1 = none
    along_m: Floats
    cost: Floats  # infinite = none
    aside_east_m: Floats  # from the point to the way
    aside_north_m: Floats
    reach_m: float  # of the whole track
    # standard deviation of the change of its distance from a way from one point to the next
    change_m: float


def find_candidates(
    ground: Ground,
    latitude: Floats,
    longitude: Floats,
    heading: tuple[Floats, Floats],
    stated_m: float = math.nan,
) -> Candidates:
    """Return the cheapest candidates of each point, one segment per way.

    Parameters
    ----------
    latitude, longitude : of the points of a thinned track. [deg]
    heading : unit vectors of travel, east and north.
    stated_m : radius that holds 68 % of the fixes by the device's own estimate, NaN where it
        states none. [m]
    """
    near = measure_segments(ground, latitude, longitude)
    line = ground.line[near.segment].astype(np.int64)
    along = _measure_parallel(near, heading)
    reach_m, change_m = _measure_errors(near, along, stated_m)
    # 1, but 0 at rest: then no way is better for its course
    moves = np.hypot(*heading)[near.point]
    cost = _find_cost(near.apart_m2, reach_m) + HEADING * (moves - along)
    cost += IN_TUNNEL * ground.way_covered[line]
    best = _cheapest_of_each(near.point * ground.way_id.size + line, cost)
    best = best[np.lexsort((cost[best], near.point[best]))]
    rank = np.arange(best.size) - np.searchsorted(near.point[best], near.point[best])
    best, rank = best[rank < KEPT], rank[rank < KEPT]
    at = (near.point[best], rank)

    def lay_out(values: Floats, missing: float) -> Floats:
        table = np.full((latitude.size, KEPT), missing)
        table[at] = values
        return table

    lines = np.full((latitude.size, KEPT), -1, np.int64)
    lines[at] = line[best]
    within_m = near.share[best] * near.length_m[best]
    return Candidates(
        line=lines,
        along_m=lay_out(ground.along_m[near.segment[best]] + within_m, 0.0),
        cost=lay_out(cost[best], np.inf),
        aside_east_m=lay_out(near.aside_east_m[best], 0.0),
        aside_north_m=lay_out(near.aside_north_m[best], 0.0),
        reach_m=reach_m,
        change_m=change_m,
    )


def measure_segments(
    ground: Ground, latitude: Floats, longitude: Floats
) -> NearSegments:
    """Return each point with each segment within CELL_M of it, in a plane around the point."""
    point, segment = _pair_segments(ground, latitude, longitude)
    x0, y0 = longitude[point], latitude[point]
    shrink = (np.cos(np.radians(latitude)) * DEGREE_M)[point]
    ax = (ground.longitude[segment] - x0) * shrink
    ay = (ground.latitude[segment] - y0) * DEGREE_M
    dx = (ground.longitude[segment + 1] - x0) * shrink - ax
    dy = (ground.latitude[segment + 1] - y0) * DEGREE_M - ay
    square = np.maximum(dx * dx + dy * dy, 1e-6)
    share = np.clip(-(ax * dx + ay * dy) / square, 0.0, 1.0)
    aside_x, aside_y = ax + share * dx, ay + share * dy
    near = np.flatnonzero(aside_x**2 + aside_y**2 <= CELL_M * CELL_M)
    return NearSegments(
        point=point[near],
        segment=segment[near],
        east_m=dx[near],
        north_m=dy[near],
        length_m=np.sqrt(square[near]),
        share=share[near],
        aside_east_m=aside_x[near],
        aside_north_m=aside_y[near],
    )


def _measure_parallel(near: NearSegments, heading: tuple[Floats, Floats]) -> Floats:
    """Return the cosine of the angle between track and way of each pair; 0 at rest."""
    east, north = heading[0][near.point], heading[1][near.point]
    cosine: Floats = np.abs(east * near.east_m + north * near.north_m) / near.length_m
    return cosine


def _measure_errors(
    near: NearSegments, along: Floats, stated_m: float
) -> tuple[float, float]:
    """Return the reach of a track, and how much its distance from ways changes by point [m].

    Ways along the track alone count; `along` is the cosine of the angle between track and way
    of each pair. A track of few points beside ways has the reach that its device states.
    """
    beside = np.flatnonzero(along >= PARALLEL)
    point = near.point[beside]
    starts = np.flatnonzero(np.diff(point, prepend=-1))
    if starts.size < FEWEST_PARALLEL:
        return _expect_errors(stated_m)
    apart_m2 = near.apart_m2[beside]
    nearest_m2 = np.minimum.reduceat(apart_m2, starts)
    is_nearest = apart_m2 == np.repeat(nearest_m2, np.diff(starts, append=point.size))
    nearest = beside[is_nearest]
    change_m = np.hypot(
        np.diff(near.aside_east_m[nearest]), np.diff(near.aside_north_m[nearest])
    )
    return (
        math.sqrt(float(np.quantile(nearest_m2, REACH_QUANTILE))),
        float(np.median(change_m)),
    )


def _expect_errors(stated_m: float) -> tuple[float, float]:
    """Return what `_measure_errors` does by the radius that a device states; NaN for none [m].

    How its errors follow each other is not known. So a step changes them by as much as they are,
    as white noise does: then a radius that is twice or half of the true one does no harm
    (`python -m tests.make_traces`).
    """
    if math.isnan(stated_m):
        return math.inf, 0.0
    reach_m = math.hypot(STATED_SHARE * stated_m, VERGE_M)
    return reach_m, reach_m


def _find_cost(apart_m2: Floats, reach_m: float) -> Floats:
    """Return the cost of being so far from a way in a track of this reach."""
    sigma_m = min(max(SIGMA_SHARE * reach_m, MIN_SIGMA_M), SIGMA_M)
    beyond = np.maximum(np.sqrt(apart_m2) - DOUBT_M, 0.0) / BEYOND_M
    cost: Floats = apart_m2 * (0.5 / sigma_m**2) + beyond * beyond
    return cost


def _cheapest_of_each(key: Ints, cost: Floats) -> Ints:
    """Return the index of the cheapest entry of each key."""
    order = np.lexsort((cost, key))
    new = np.ones(key.size, dtype=bool)
    new[1:] = np.diff(key[order]) != 0
    return order[new]


def _pair_segments(
    ground: Ground, latitude: Floats, longitude: Floats
) -> tuple[Ints, Ints]:
    """Return point and segment of all pairs that may be within CELL_M of each other."""
    if not ground.cell.size:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    key = hash_places(ground, latitude, longitude)
    cell = np.minimum(np.searchsorted(ground.cell, key), ground.cell.size - 1)
    count = np.where(
        ground.cell[cell] == key,
        ground.cell_start[cell + 1] - ground.cell_start[cell],
        0,
    )
    point = np.repeat(np.arange(latitude.size), count)
    ahead = np.cumsum(count) - count
    entry = np.arange(point.size) + np.repeat(ground.cell_start[cell] - ahead, count)
    return point, ground.cell_segment[entry].astype(np.int64)
