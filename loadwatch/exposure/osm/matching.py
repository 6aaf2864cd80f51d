"""A track to the ways under it: the most likely sequence of ways, with a state for "off all ways".

The track is thinned to a point each 10 m. A point's candidates are the ways within 40 m, cheap
when near and parallel. From point to point a way is kept for little, changed for more where the
two meet, and left or jumped for much; the cheapest sequence wins (Viterbi's algorithm), so that a
point near a crossing or between two parallel ways is settled by those before and after it.
A hole between the two portals of a tunnel is filled with the tunnel's surface.

It does not distinguish ways above each other on the same course (a path below a viaduct), the two
pavements of a road, or the verge from its road.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from loadwatch.exposure.osm.areas import find_areas, is_in_area_box
from loadwatch.exposure.osm.candidates import find_candidates
from loadwatch.exposure.osm.classes import SOURCES, UNKNOWN
from loadwatch.exposure.osm.ground import has_way_near
from loadwatch.exposure.osm.transitions import find_transition_costs
from loadwatch.exposure.osm.tunnels import find_tunnel_holes
from loadwatch.geodesy import DEGREE_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from loadwatch.exposure.osm.ground import Ground
    from loadwatch.exposure.osm.tunnels import TunnelHole
    from loadwatch.tables import Bools, Floats, Ints

    Bytes = NDArray[np.uint8]

STEP_M: Final = 10.0  # a point of the thinned track each
GAP_S, JUMP_M = 60.0, 200.0  # beyond these the track starts anew
OFF: Final = 4.0  # cost of each point off all ways

UNMATCHED, OUTSIDE, NOWHERE = (
    SOURCES.index(name) for name in ("unmatched", "outside", "nowhere")
)


@dataclass(frozen=True, slots=True, eq=False)
class TrackMatch:
    """The surface, its source and the way of each point of a track."""

    surface: Bytes  # code of tables.SURFACES
    source: Bytes  # code of classes.SOURCES
    way_id: Ints  # 0 = no way


def match_track(
    ground: Ground,
    latitude: Floats,
    longitude: Floats,
    time_s: Floats,
    stated_m: float = math.nan,
) -> TrackMatch:
    """Return class, source and way of each point of a track.

    Points without a place are "nowhere", unless they are in a tunnel.

    Parameters
    ----------
    latitude, longitude : places in order of time, NaN where unknown. [deg]
    time_s : time of each point. [s]
    stated_m : radius that holds 68 % of the places by the device's own estimate. It counts where
        the track is too short for its errors to be measured; NaN where it is not known. [m]
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
    line = _find_lines(ground, lat, lon, breaks, stated_m)
    surface, source = _classify_points(ground, lat, lon, line)
    result.surface[known] = surface[nearest]
    result.source[known] = source[nearest]
    on = line >= 0
    way = np.zeros(line.size, np.int64)
    way[on] = ground.way_id[line[on]]
    result.way_id[known] = way[nearest]
    track = latitude[known], longitude[known], time_s[known]
    for hole in find_tunnel_holes(ground, track, line[nearest]):
        _fill_hole(ground, result, known, hole)
    return result


def _fill_hole(
    ground: Ground, result: TrackMatch, known: Ints, hole: TunnelHole
) -> None:
    """Give the points of a hole that was run in a tunnel, and the one after it, its surface.

    What a device counts over a hole belongs to the first point after it.
    """
    inside = slice(known[hole.before] + 1, known[hole.after] + 1)
    result.surface[inside] = ground.way_class[hole.line]
    result.source[inside] = ground.way_source[hole.line]
    result.way_id[inside] = ground.way_id[hole.line]


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
    ground: Ground,
    latitude: Floats,
    longitude: Floats,
    anew: NDArray[np.bool_],
    stated_m: float,
) -> Ints:
    """Return the line under each point of a thinned track, -1 for none."""
    east, north = _step_metres(latitude, longitude)
    heading = _heading_vectors(east, north)
    near = find_candidates(ground, latitude, longitude, heading, stated_m)
    steps = find_transition_costs(ground, near, np.hypot(east, north))
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
    source[off[_find_outside(ground, latitude[off], longitude[off], off)]] = OUTSIDE
    area = find_areas(ground, latitude[off], longitude[off])
    inside, found = off[area >= 0], area[area >= 0]
    surface[inside], source[inside] = (
        ground.area_class[found],
        ground.area_source[found],
    )
    return surface, source


def _find_outside(
    ground: Ground, latitude: Floats, longitude: Floats, number: Ints
) -> Bools:
    """Return which of the points off all ways are outside the map.

    Those are far from every way of the map, and the others of a stretch of which most are: who
    leaves the map is near its last ways for a while. `number` counts the points of the track.
    """
    is_far: Bools = ~has_way_near(ground, latitude, longitude)
    is_far &= ~is_in_area_box(ground, latitude, longitude)
    if not is_far.any():
        return is_far
    starts = np.flatnonzero(np.diff(number, prepend=-2) != 1)
    sizes = np.diff(starts, append=number.size)
    most = np.add.reduceat(is_far.astype(np.int64), starts) * 2 > sizes
    return is_far | np.repeat(most, sizes)
