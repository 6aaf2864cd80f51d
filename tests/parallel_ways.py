"""Runs out on one way of a map and back on another beside it; and runs beside a street, on no way.

Ways side by side, as a street and its cycleway, are 4 to 8, or 8 to 12 m apart over 120 m or more, and of different surfaces, so that a matcher
that takes one for the other is wrong. The runner keeps to the middle of each way.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from loadwatch.exposure.osm.candidates import NearSegments, measure_segments
from loadwatch.exposure.osm.ground import Ground
from loadwatch.geodesy import DEGREE_M
from loadwatch.tables import SURFACE_NAMES

GAPS_M = ((4.0, 8.0), (8.0, 12.0))
MIN_M = 120.0
STEP_M = 3.0
PARALLEL = 0.95  # cosine
TORN_M = 6.0  # the other way goes on where its next place is nearer
ASIDE_M = (24.0, 34.0)  # beside a street
MIN_ASIDE_M, MAX_ASIDE = 200.0, 200  # of its street, and runs an extract
FAR_M = 20.0  # a place farther than this from any way is on none
GROUNDS = [SURFACE_NAMES.index(name) for name in ("hard", "firm", "soft")]


@dataclass(frozen=True, slots=True)
class ParallelRoute:
    """Places each 3 m, out on one way and back on the other, and the surface under each."""

    latitude: np.ndarray
    longitude: np.ndarray
    surface: np.ndarray
    held_out: bool


def find_parallel_routes(
    ground: Ground, gap_m: tuple[float, float]
) -> list[ParallelRoute]:
    """Return all routes on ways so far apart; every second one is set aside."""
    parts = [part for line in _list_lines(ground) for part in line.pair_ways(gap_m)]
    return [
        ParallelRoute(*part, held_out=number % 2 == 1)
        for number, part in enumerate(parts)
    ]


@dataclass(frozen=True, slots=True)
class _Line:
    """A way of the map as places each 3 m."""

    ground: Ground
    surface: int
    latitude: np.ndarray
    longitude: np.ndarray

    def pair_ways(self, gap_m: tuple[float, float]) -> Iterator[tuple]:
        """Yield places and surfaces of each part with a way of another surface beside it."""
        near = measure_segments(self.ground, self.latitude, self.longitude)
        line = self.ground.line[near.segment]
        apart = np.sqrt(near.apart_m2)
        is_beside = (apart >= gap_m[0]) & (apart < gap_m[1])
        is_beside &= self._find_cosine(near) > PARALLEL
        is_beside &= ~self.ground.way_covered[line]
        for other in GROUNDS:
            if other == self.surface:
                continue
            pairs = np.flatnonzero(is_beside & (self.ground.way_class[line] == other))
            pairs = pairs[np.lexsort((apart[pairs], near.point[pairs]))]
            pairs = pairs[np.diff(near.point[pairs], prepend=-1) != 0]
            yield from self._split_parts(near, pairs, other)

    def move_aside(self, aside_m: float) -> tuple[np.ndarray, np.ndarray]:
        """Return the places so far to the left of the way."""
        east, north = self._find_course()
        shrink = np.cos(np.radians(self.latitude)) * DEGREE_M
        return (
            self.latitude + aside_m * east / DEGREE_M,
            self.longitude - aside_m * north / shrink,
        )

    def _find_course(self) -> tuple[np.ndarray, np.ndarray]:
        shrink = np.cos(np.radians(self.latitude))
        north, east = np.gradient(self.latitude), np.gradient(self.longitude) * shrink
        size = np.maximum(np.hypot(north, east), 1e-15)
        return east / size, north / size

    def _find_cosine(self, near: NearSegments) -> np.ndarray:
        east, north = (side[near.point] for side in self._find_course())
        return np.abs(east * near.east_m + north * near.north_m) / near.length_m

    def _split_parts(
        self, near: NearSegments, pairs: np.ndarray, other: int
    ) -> Iterator[tuple]:
        if pairs.size < MIN_M / STEP_M:
            return
        point = near.point[pairs]
        shrink = np.cos(np.radians(self.latitude[point])) * DEGREE_M
        north = self.latitude[point] + near.aside_north_m[pairs] / DEGREE_M
        east = self.longitude[point] + near.aside_east_m[pairs] / shrink
        step_m = np.hypot(np.diff(north) * DEGREE_M, np.diff(east) * shrink[1:])
        torn = np.flatnonzero((np.diff(point) != 1) | (step_m > TORN_M)) + 1
        for part in np.split(np.arange(point.size), torn):
            if part.size * STEP_M < MIN_M:
                continue
            out = point[part]
            yield (
                np.append(self.latitude[out], north[part][::-1]),
                np.append(self.longitude[out], east[part][::-1]),
                np.repeat([self.surface, other], part.size),
            )


def find_verge_routes(ground: Ground) -> list[tuple[np.ndarray, ...]]:
    """Return places 24 to 34 m beside hard ways, and which of them are far from every way."""
    dice = np.random.default_rng(5)
    lines = [line for line in _list_lines(ground, MIN_ASIDE_M) if line.surface == 0]
    found = []
    for number in dice.permutation(len(lines)):
        aside_m = dice.uniform(*ASIDE_M) * dice.choice((-1, 1))
        latitude, longitude = lines[number].move_aside(aside_m)
        is_far = measure_distance(ground, latitude, longitude) > FAR_M
        if is_far.mean() > 0.8:
            found.append((latitude, longitude, is_far))
    return found[:MAX_ASIDE]


def measure_distance(
    ground: Ground, latitude: np.ndarray, longitude: np.ndarray
) -> np.ndarray:
    """Return the distance from each place to the nearest way, infinite beyond 40 m."""
    near = measure_segments(ground, latitude, longitude)
    nearest = np.full(latitude.size, np.inf)
    np.minimum.at(nearest, near.point, np.sqrt(near.apart_m2))
    return nearest


def _list_lines(ground: Ground, least_m: float = MIN_M) -> Iterator[_Line]:
    bounds = np.searchsorted(ground.line, np.arange(ground.way_id.size + 1))
    for number, (first, end) in enumerate(itertools.pairwise(bounds.tolist())):
        along = ground.along_m[first:end]
        surface = int(ground.way_class[number])
        is_open = surface in GROUNDS and not ground.way_covered[number]
        if is_open and along[-1] >= least_m:
            at = np.arange(0.0, along[-1], STEP_M)
            latitude = np.interp(at, along, ground.latitude[first:end])
            longitude = np.interp(at, along, ground.longitude[first:end])
            yield _Line(ground, surface, latitude, longitude)
