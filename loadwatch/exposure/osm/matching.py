"""A track to the ways under it: the most likely sequence of ways, with a state for "off all ways".

The track is thinned to a point each 10 m. A point's candidates are the ways within 40 m, cheap
when near and parallel. From point to point a way is kept for little, changed for more where the
two meet, and left or jumped for much; the cheapest sequence wins (Viterbi's algorithm), so that a
point near a crossing or between two parallel ways is settled by those before and after it.

It does not distinguish ways above each other on the same course (a path below a viaduct), the two
pavements of a road, or the verge from its road.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from loadwatch.exposure.osm.areas import find_areas, is_in_area_box
from loadwatch.exposure.osm.classes import SOURCES, UNKNOWN
from loadwatch.exposure.osm.ground import (
    CELL_M,
    has_way_near,
    hash_places,
)
from loadwatch.geodesy import DEGREE_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from loadwatch.exposure.osm.ground import Ground
    from loadwatch.tables import Floats, Ints

    Bytes = NDArray[np.uint8]

STEP_M: Final = 10.0  # a point of the thinned track each
GAP_S, JUMP_M = 60.0, 200.0  # beyond these the track starts anew
KEPT: Final = 5  # candidates of a point
# of the distance from a point to its way, by the track itself: wide, as errors of a receiver
# last for many points, and narrow where the track keeps near its ways, so that one of two ways
# side by side wins
LEAST_SIGMA_M, SIGMA_M = 5.0, 14.0
SIGMA_SHARE: Final = (
    1.5  # of the distance that three of four points keep from a parallel way
)
NEAREST_QUANTILE: Final = 0.75
PARALLEL: Final = 0.9  # cosine of the angle between a track and a way along it
FEWEST_PARALLEL: Final = 20  # points; fewer say nothing of a track
# a way farther off than DOUBT_M costs more, by the square of each BEYOND_M
DOUBT_M, BEYOND_M = 17.0, 4.0
HEADING: Final = 5.0  # cost of running square to a way
IN_TUNNEL: Final = 3.0  # cost of a fix inside a tunnel
OFF: Final = 4.0  # cost of each point off all ways
LEAVE: Final = 10.0  # cost of going from a way to off, or back
ROUTE_M: Final = 8.0  # scale of route distance against straight distance
SAME_MOST: Final = 4.0  # what a detour on one way costs at most
CHANGE: Final = 2.0  # cost of changing at a crossing
JUMP: Final = 8.0  # cost of changing where two ways do not meet
MEETINGS: Final = 4  # places looked at where two ways meet more than once

UNMATCHED, OUTSIDE, NOWHERE = (
    SOURCES.index(name) for name in ("unmatched", "outside", "nowhere")
)


@dataclass(frozen=True, slots=True, eq=False)
class TrackMatch:
    """The surface, its source and the way of each point of a track."""

    surface: Bytes  # code of tables.SURFACES
    source: Bytes  # code of classes.SOURCES
    way_id: Ints  # 0 = no way


@dataclass(frozen=True, slots=True, eq=False)
class _NearSegments:
    """Pairs of a point and a segment of a way near it; arrays of one length."""

    point: Ints
    segment: Ints
    east_m: Floats  # the segment as a vector
    north_m: Floats
    length_m: Floats
    share: Floats  # of the segment, where it is nearest to the point
    apart_m2: Floats  # square of the distance between point and segment


@dataclass(frozen=True, slots=True, eq=False)
class _Candidates:
    """The ways near each point of a thinned track; arrays of points x KEPT."""

    line: Ints  # -1 = none
    along_m: Floats
    cost: Floats  # infinite = none


def match_track(
    ground: Ground, latitude: Floats, longitude: Floats, time_s: Floats
) -> TrackMatch:
    """Return class, source and way of each point of a track; points without a place are "nowhere".

    Parameters
    ----------
    latitude, longitude : places in order of time, NaN where unknown. [deg]
    time_s : time of each point. [s]
    """
    result = TrackMatch(
        np.full(latitude.size, UNKNOWN, np.uint8),
        np.full(latitude.size, NOWHERE, np.uint8),
        np.zeros(latitude.size, np.int64),
    )
    known = np.flatnonzero(np.isfinite(latitude) & np.isfinite(longitude))
    if not known.size:
        return result
    lat, lon = latitude[known], longitude[known]
    kept, nearest, breaks = _thin_track(lat, lon, time_s[known])
    lat, lon = lat[kept], lon[kept]
    line = _find_lines(ground, lat, lon, breaks)
    surface, source = _classify_points(ground, lat, lon, line)
    result.surface[known] = surface[nearest]
    result.source[known] = source[nearest]
    on = line >= 0
    way = np.zeros(line.size, np.int64)
    way[on] = ground.way_id[line[on]]
    result.way_id[known] = way[nearest]
    return result


def _step_metres(latitude: Floats, longitude: Floats) -> tuple[Floats, Floats]:
    """Return the steps of a track to the east and to the north [m]."""
    shrink = np.cos(np.radians(latitude[1:]))
    return np.diff(longitude) * shrink * DEGREE_M, np.diff(latitude) * DEGREE_M


def _thin_track(
    latitude: Floats, longitude: Floats, time_s: Floats
) -> tuple[Ints, Ints, NDArray[np.bool_]]:
    """Return a point for each 10 m of a track.

    They are the indices of the points kept, for each point the nearest of them, and for each
    point kept whether the track starts anew there.
    """
    step = np.hypot(*_step_metres(latitude, longitude))
    anew = (step > JUMP_M) | ~(np.diff(time_s) <= GAP_S)
    total = np.concatenate(([0.0], np.cumsum(step)))
    part = np.floor(total / STEP_M)
    keep = np.ones(total.size, dtype=bool)
    keep[1:] = (part[1:] != part[:-1]) | anew
    kept = np.flatnonzero(keep)
    before = np.cumsum(keep) - 1
    after = np.minimum(before + 1, kept.size - 1)
    nearer = total[kept[after]] - total < total - total[kept[before]]
    nearest = np.where(nearer, after, before)
    broken = np.zeros(kept.size, dtype=bool)
    broken[1:] = anew[kept[1:] - 1]
    return kept, nearest, broken


def _find_lines(
    ground: Ground, latitude: Floats, longitude: Floats, anew: NDArray[np.bool_]
) -> Ints:
    """Return the line under each point of a thinned track, -1 for none."""
    east, north = _step_metres(latitude, longitude)
    near = _find_candidates(ground, latitude, longitude, _heading_vectors(east, north))
    steps = _transition_costs(ground, near, np.hypot(east, north))
    steps[anew[1:]] = 0.0
    cost = np.concatenate((near.cost, np.full((latitude.size, 1), OFF)), axis=1)
    state = _cheapest_sequence(cost, steps)
    lines = np.concatenate((near.line, np.full((latitude.size, 1), -1)), axis=1)
    result: Ints = lines[np.arange(latitude.size), state]
    return result


def _heading_vectors(east: Floats, north: Floats) -> tuple[Floats, Floats]:
    """Return the unit vector of travel at each point, from its two neighbours; (0, 0) at rest."""
    sides = []
    for side in (east, north):
        padded = np.concatenate((side[:1] * 0, side, side[:1] * 0))
        sides.append(padded[1:] + padded[:-1] if side.size else np.zeros(1))
    length = np.hypot(*sides)
    length[length == 0] = 1.0
    return sides[0] / length, sides[1] / length


def _find_candidates(
    ground: Ground, latitude: Floats, longitude: Floats, heading: tuple[Floats, Floats]
) -> _Candidates:
    """Return the cheapest candidates of each point, one segment per way."""
    near = _measure_segments(ground, latitude, longitude)
    line = ground.line[near.segment].astype(np.int64)
    cost = _candidate_cost(near, heading) + IN_TUNNEL * ground.way_covered[line]
    best = _cheapest_of_each(near.point * ground.way_id.size + line, cost)
    best = best[np.lexsort((cost[best], near.point[best]))]
    rank = np.arange(best.size) - np.searchsorted(near.point[best], near.point[best])
    best, rank = best[rank < KEPT], rank[rank < KEPT]
    shape = (latitude.size, KEPT)
    result = _Candidates(
        line=np.full(shape, -1, np.int64),
        along_m=np.zeros(shape),
        cost=np.full(shape, np.inf),
    )
    at = (near.point[best], rank)
    result.line[at] = line[best]
    within_m = near.share[best] * near.length_m[best]
    result.along_m[at] = ground.along_m[near.segment[best]] + within_m
    result.cost[at] = cost[best]
    return result


def _measure_segments(
    ground: Ground, latitude: Floats, longitude: Floats
) -> _NearSegments:
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
    apart = (ax + share * dx) ** 2 + (ay + share * dy) ** 2
    near = np.flatnonzero(apart <= CELL_M * CELL_M)
    return _NearSegments(
        point=point[near],
        segment=segment[near],
        east_m=dx[near],
        north_m=dy[near],
        length_m=np.sqrt(square[near]),
        share=share[near],
        apart_m2=apart[near],
    )


def _candidate_cost(near: _NearSegments, heading: tuple[Floats, Floats]) -> Floats:
    """Return the cost of each pair: cheap where the way is near and runs along the track."""
    east, north = heading[0][near.point], heading[1][near.point]
    along = np.abs(east * near.east_m + north * near.north_m) / near.length_m
    sigma_m = _estimate_sigma(near, along)
    # 1, but 0 at rest: then no way is better for its course
    moves = np.hypot(*heading)[near.point]
    beyond = np.maximum(np.sqrt(near.apart_m2) - DOUBT_M, 0.0) / BEYOND_M
    cost: Floats = (
        near.apart_m2 * (0.5 / sigma_m**2) + beyond * beyond + HEADING * (moves - along)
    )
    return cost


def _estimate_sigma(near: _NearSegments, along: Floats) -> float:
    """Return how far a track is from its ways, by how far it is from those along it [m].

    `along` is the cosine of the angle between track and way of each pair. A track of few points
    beside ways gets the widest.
    """
    beside = np.flatnonzero(along >= PARALLEL)
    point = near.point[beside]
    starts = np.flatnonzero(np.diff(point, prepend=-1))
    if starts.size < FEWEST_PARALLEL:
        return SIGMA_M
    nearest_m2 = np.minimum.reduceat(near.apart_m2[beside], starts)
    reach_m = math.sqrt(float(np.quantile(nearest_m2, NEAREST_QUANTILE)))
    return min(max(SIGMA_SHARE * reach_m, LEAST_SIGMA_M), SIGMA_M)


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


def _transition_costs(ground: Ground, near: _Candidates, straight_m: Floats) -> Floats:
    """Return the cost of going from each state of a point to each of the next.

    The states are the candidates and, last, off all ways.
    """
    result = np.full((straight_m.size, KEPT + 1, KEPT + 1), JUMP)
    result[:, KEPT, :] = result[:, :, KEPT] = LEAVE
    result[:, KEPT, KEPT] = 0.0
    valid = near.line >= 0
    step, one, two = np.nonzero(valid[:-1, :, None] & valid[1:, None, :])
    line_1, line_2 = near.line[step, one], near.line[step + 1, two]
    along_1, along_2 = near.along_m[step, one], near.along_m[step + 1, two]
    gone = straight_m[step]
    same = line_1 == line_2
    route = _distance_on_line(ground, line_1, along_1 - along_2)
    cost = np.minimum(np.abs(route - gone) / ROUTE_M, SAME_MOST)
    other = np.flatnonzero(~same)
    met = _distance_over_meeting(
        ground, line_1[other], line_2[other], along_1[other], along_2[other]
    )
    cost[other] = np.minimum(np.abs(met - gone[other]) / ROUTE_M + CHANGE, JUMP)
    result[step, one, two] = cost
    return result


def _distance_on_line(ground: Ground, line: Ints, apart_m: Floats) -> Floats:
    """Return the distance between two places of a line; on a ring the shorter way round."""
    apart = np.abs(apart_m)
    return np.minimum(apart, np.abs(ground.length_m[line] - apart))


def _distance_over_meeting(
    ground: Ground, one: Ints, two: Ints, along_1: Floats, along_2: Floats
) -> Floats:
    """Return the distance between places of two lines over the best place where they meet."""
    best = np.full(one.size, np.inf)
    if not ground.link.size:
        return best
    key = one * ground.way_id.size + two
    first = np.searchsorted(ground.link, key)
    for more in range(MEETINGS):
        at = np.minimum(first + more, ground.link.size - 1)
        hit = np.flatnonzero(ground.link[at] == key)
        if not hit.size:
            break
        link = at[hit]
        route = _distance_on_line(
            ground, one[hit], along_1[hit] - ground.link_from_m[link]
        )
        route += _distance_on_line(
            ground, two[hit], along_2[hit] - ground.link_to_m[link]
        )
        best[hit] = np.minimum(best[hit], route)
    return best


def _cheapest_sequence(cost: Floats, steps: Floats) -> Ints:
    """Return the state of each point in the cheapest sequence."""
    onward = steps + cost[1:, None, :]
    came = np.empty((steps.shape[0], cost.shape[1]), np.int64)
    total = cost[0]
    states = np.arange(cost.shape[1])
    for step, costs in enumerate(onward):
        paths = total[:, None] + costs
        came[step] = back = paths.argmin(axis=0)
        total = paths[back, states]
    state = np.empty(cost.shape[0], np.int64)
    state[-1] = at = int(total.argmin())
    trace = came.tolist()
    for step in range(len(trace) - 1, -1, -1):
        state[step] = at = trace[step][at]
    return state


def _classify_points(
    ground: Ground, latitude: Floats, longitude: Floats, line: Ints
) -> tuple[Bytes, Bytes]:
    """Return class and source of each point: of its way, of an area, or unmatched or outside."""
    on = line >= 0
    surface = np.full(line.size, UNKNOWN, np.uint8)
    source = np.full(line.size, UNMATCHED, np.uint8)
    surface[on], source[on] = ground.way_class[line[on]], ground.way_source[line[on]]
    off = np.flatnonzero(~on)
    far = off[~has_way_near(ground, latitude[off], longitude[off])]
    source[far[~is_in_area_box(ground, latitude[far], longitude[far])]] = OUTSIDE
    area = find_areas(ground, latitude[off], longitude[off])
    inside, found = off[area >= 0], area[area >= 0]
    surface[inside], source[inside] = (
        ground.area_class[found],
        ground.area_source[found],
    )
    return surface, source
