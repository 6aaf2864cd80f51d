"""Synthetic tracks along real ways of a map, to measure how often the matcher names the right surface.

python -m tests.make_traces [FOLDER]

FOLDER holds heidelberg.osm.pbf and dreieich.osm.pbf (else $LOADWATCH_OSM, else `osm` beside
$LOADWATCH_CORPUS). Sixty routes over shortest ways between random places, run at 1 Hz; receiver noise is
a Gauss-Markov process (25 s) of 2, 4, 6 and 8 m an axis with 0.4 m white noise; on streets the runner
keeps 1.5 to 4 m to one side. Truth is the class of the way that was run, so this measures matching and
not tagging. Every second route is set aside: no parameter was chosen by looking at those. Then routes
out on one way and back on another beside it (tests/parallel_ways.py), and runs on no way.
"""

import heapq
import itertools
import os
import random
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from loadwatch.exposure.osm import SOURCES, open_extract
from loadwatch.exposure.osm.classes import merge_classes
from loadwatch.exposure.osm.ground import CELLS_PER_DEG, Ground
from loadwatch.exposure.osm.map_reader import MapExcerpt, read_excerpt
from loadwatch.exposure.osm.matching import match_track
from loadwatch.geodesy import DEGREE_M
from loadwatch.tables import SURFACE_NAMES
from tests.parallel_ways import (
    FAR_M,
    GAPS_M,
    ParallelRoute,
    find_parallel_routes,
    find_verge_routes,
    measure_distance,
)

ROUTES = {"heidelberg": 45, "dreieich": 15}
BOX = {"heidelberg": (49.33, 8.57, 49.47, 8.80), "dreieich": (49.99, 8.69, 50.02, 8.74)}
SIGMAS_M = (2.0, 4.0, 6.0, 8.0)
TAU_S, WHITE_M = 25.0, 0.4
SHORT, SHORT_EACH = 50, 800  # points of a short run, and of a run for each
STATED = (np.nan, 0.5, 1.0, 2.0)  # by a device, of its error
# radius that holds 68 % of errors, in standard deviations to one side
RAYLEIGH_68 = 1.51


@dataclass(frozen=True, slots=True)
class Route:
    """A run along ways: its true places, and the line of the map under each second."""

    latitude: np.ndarray
    longitude: np.ndarray
    surface: np.ndarray
    held_out: bool


def folder() -> Path | None:
    """Return the folder of map extracts, None if the environment names none."""
    if named := os.environ.get("LOADWATCH_OSM"):
        return Path(named)
    corpus = os.environ.get("LOADWATCH_CORPUS")
    return Path(corpus).parent / "osm" if corpus else None


def whole(path: Path) -> tuple[Ground, MapExcerpt]:
    """Return all of a small extract: its ground, and its ways as they were read."""
    south, west, north, east = BOX[path.name.split(".")[0]]
    cells = frozenset(
        (row, column)
        for row in range(int(south * CELLS_PER_DEG), int(north * CELLS_PER_DEG) + 1)
        for column in range(int(west * CELLS_PER_DEG), int(east * CELLS_PER_DEG) + 1)
    )
    return open_extract(path, cells, None, {}), read_excerpt(
        path, cells, merge_classes({})
    )


def graph(ways: MapExcerpt) -> tuple[dict, dict]:
    """Return places of nodes (metres of longitude scaled later) and edges: node -> [(node, metres, way)]."""
    place = {
        n: (y / 1e7, x / 1e7)
        for n, y, x in zip(*(side.tolist() for side in ways.nodes), strict=True)
    }
    edges = defaultdict(list)
    for way, refs in enumerate(ways.refs):
        for one, two in itertools.pairwise(refs):
            if one in place and two in place:
                metres = _metres(place[one], place[two])
                edges[one].append((two, metres, way))
                edges[two].append((one, metres, way))
    return place, edges


def _metres(one: tuple[float, float], two: tuple[float, float]) -> float:
    shrink = np.cos(np.radians(one[0]))
    return float(np.hypot(one[0] - two[0], (one[1] - two[1]) * shrink)) * DEGREE_M


def path_between(
    edges: dict, start: int, reach_m: float, dice: random.Random
) -> list[tuple[int, int]]:
    """Return nodes (each with the way that led to it) from `start` to a random place `reach_m` away."""
    best, came, queue = {start: 0.0}, {}, [(0.0, start)]
    goal = start
    while queue:
        far, node = heapq.heappop(queue)
        if far > best[node]:
            continue
        goal = node
        if far >= reach_m:
            break
        for other, metres, way in edges[node]:
            longer = far + metres * dice.uniform(0.8, 1.2)
            if longer < best.get(other, np.inf):
                best[other], came[other] = longer, (node, way)
                heapq.heappush(queue, (longer, other))
    steps, node = [], goal
    while node != start:
        node, way = came[node][0], (node, came[node][1])
        steps.append(way)
    return steps[::-1]


def routes(name: str, ground: Ground, ways: MapExcerpt) -> list[Route]:
    """Return the routes on one extract; the same ones each time."""
    place, edges = graph(ways)
    surface = np.array([answer[0] for answer in ways.answer])
    by_class = [
        sorted(
            {
                refs[0]
                for refs, answer in zip(ways.refs, ways.answer, strict=True)
                if answer[0] == k
            }
        )
        for k in range(3)
    ]
    result = []
    for number in range(ROUTES[name]):
        dice = random.Random(f"{name} {number}")
        node = dice.choice(
            [n for n in by_class[number % 3] if n in place and _inside(place[n], name)]
        )
        nodes, under, length = [node], [], 0.0
        goal, stuck = dice.uniform(6_000, 14_000), 0
        while length < goal and stuck < 9:
            steps = path_between(edges, nodes[-1], dice.uniform(700, 1_800), dice)
            stuck += not steps
            for other, way in steps:
                length += _metres(place[nodes[-1]], place[other])
                nodes.append(other)
                under.append(way)
        if length > 2_000:
            result.append(
                _run(
                    [place[n] for n in nodes],
                    under,
                    ways,
                    surface,
                    dice,
                    number % 2 == 1,
                )
            )
    return result


def _inside(where: tuple[float, float], name: str) -> bool:
    south, west, north, east = BOX[name]
    return (
        south + 0.01 < where[0] < north - 0.01 and west + 0.01 < where[1] < east - 0.01
    )


def _run(
    points: list,
    under: list,
    ways: MapExcerpt,
    surface: np.ndarray,
    dice: random.Random,
    held: bool,
) -> Route:
    at = np.array(points)
    shrink = np.cos(np.radians(at[0, 0]))
    y, x = at[:, 0] * DEGREE_M, at[:, 1] * DEGREE_M * shrink
    along = np.concatenate(([0.0], np.cumsum(np.hypot(np.diff(y), np.diff(x)))))
    second = np.arange(0.0, along[-1], dice.uniform(2.4, 3.6))
    step = np.clip(np.searchsorted(along, second, side="right") - 1, 0, len(under) - 1)
    way = np.array(under)[step]
    street = np.array(
        [
            ways.answer[k][1] == SOURCES.index("highway") or ways.answer[k][0] == 0
            for k in under
        ]
    )
    aside = np.where(street[step], dice.choice((-1, 1)) * dice.uniform(1.5, 4.0), 0.0)
    north, east = np.diff(y)[step], np.diff(x)[step]
    size = np.maximum(np.hypot(north, east), 1e-9)
    true_y = np.interp(second, along, y) - aside * east / size
    true_x = np.interp(second, along, x) + aside * north / size
    return Route(true_y / DEGREE_M, true_x / DEGREE_M / shrink, surface[way], held)


def noisy(
    latitude: np.ndarray, longitude: np.ndarray, sigma_m: float, seed: int
) -> tuple:
    """Return the places as a receiver would give them."""
    dice = np.random.default_rng(seed)
    keep = np.exp(-1 / TAU_S)
    moves = dice.normal(0, sigma_m * np.sqrt(1 - keep * keep), (2, latitude.size))
    moves[:, 0] = dice.normal(0, sigma_m, 2)
    error = np.empty_like(moves)
    state = np.zeros(2)
    for k in range(latitude.size):
        state = state * keep + moves[:, k]
        error[:, k] = state
    error += dice.normal(0, WHITE_M, error.shape)
    shrink = np.cos(np.radians(latitude))
    return latitude + error[0] / DEGREE_M, longitude + error[1] / DEGREE_M / shrink


def beelines(
    name: str, ground: Ground
) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Return straight runs of 400 to 800 m with the flags of the points far from any way."""
    result = []
    south, west, north, east = BOX[name]
    for number in range(4 * ROUTES[name]):
        dice = random.Random(f"off {name} {number}")
        lat, lon = (
            dice.uniform(south + 0.02, north - 0.02),
            dice.uniform(west + 0.02, east - 0.02),
        )
        turn, length = dice.uniform(0, 2 * np.pi), dice.uniform(400, 800)
        metres = np.arange(0, length, 3.0)
        latitude = lat + metres * np.cos(turn) / DEGREE_M
        longitude = lon + metres * np.sin(turn) / DEGREE_M / np.cos(np.radians(lat))
        far = measure_distance(ground, latitude, longitude) > FAR_M
        if far.any():
            result.append((latitude, longitude, far))
    return result


def accuracy(
    ground: Ground, runs: list[Route]
) -> dict[float, list[tuple[int, int, float]]]:
    """Return by sigma, for each run: points right, points, and the error of its shares by surface."""
    result = defaultdict(list)
    for number, run in enumerate(runs):
        for sigma in SIGMAS_M:
            latitude, longitude = noisy(
                run.latitude, run.longitude, sigma, number * 10 + int(sigma)
            )
            got = match_track(
                ground, latitude, longitude, np.arange(float(latitude.size))
            ).surface
            shares = [
                np.bincount(s, minlength=len(SURFACE_NAMES)) / s.size
                for s in (got, run.surface)
            ]
            error = float(np.abs(shares[0] - shares[1]).sum() / 2)
            result[sigma].append((int((got == run.surface).sum()), got.size, error))
    return result


def print_parallel(extracts: list[Ground]) -> None:
    """Print how often the right one of two ways side by side is found."""
    for gap in GAPS_M:
        for held in (False, True):
            found = defaultdict(list)
            for ground in extracts:
                routes = find_parallel_routes(ground, gap)
                chosen = [run for run in routes if run.held_out is held]
                for sigma, rows in accuracy(ground, chosen).items():
                    found[sigma] += rows
            label = "set aside" if held else "for choosing"
            shares = [
                f"{sum(row[0] for row in rows) / sum(row[1] for row in rows):6.1%}"
                for rows in found.values()
            ]
            print(f"ways {gap[0]:.0f}-{gap[1]:.0f} m apart, {label}:", *shares)


def cut_short(runs: list[Route]) -> Iterator[Route]:
    """Yield parts of 150 m of each run: too short for the errors of a track to be measured."""
    for run in runs:
        for first in range(0, run.latitude.size - SHORT + 1, SHORT_EACH):
            part = slice(first, first + SHORT)
            yield replace(
                run,
                latitude=run.latitude[part],
                longitude=run.longitude[part],
                surface=run.surface[part],
            )


def cut_turn(run: ParallelRoute) -> ParallelRoute:
    """Return the 150 m about the turn from one way to the one beside it."""
    middle = run.latitude.size // 2
    part = slice(max(0, middle - SHORT // 2), middle + SHORT // 2)
    return replace(
        run,
        latitude=run.latitude[part],
        longitude=run.longitude[part],
        surface=run.surface[part],
    )


def count_right(ground: Ground, runs: list[Route], stated: float) -> np.ndarray:
    """Return the points right and all points of runs whose device states `stated` of its error."""
    found = np.zeros(2, int)
    for number, run in enumerate(runs):
        for sigma in SIGMAS_M:
            seed = number * 10 + int(sigma)
            places = noisy(run.latitude, run.longitude, sigma, seed)
            times = np.arange(float(run.latitude.size))
            radius_m = stated * RAYLEIGH_68 * np.hypot(sigma, WHITE_M)
            got = match_track(ground, *places, times, radius_m).surface
            found += (got == run.surface).sum(), got.size
    return found


def print_stated(short: dict[str, list[tuple[Ground, list[Route]]]]) -> None:
    """Print how often short runs find the right surface by the error that a device states."""
    for label, parts in short.items():
        for held in (False, True):
            shares = []
            for stated in STATED:
                found = np.zeros(2, int)
                for ground, runs in parts:
                    chosen = [run for run in runs if run.held_out is held]
                    found += count_right(ground, chosen, stated)
                shares.append(f"{found[0] / max(found[1], 1):6.1%}")
            name = "set aside" if held else "for choosing"
            print(f"150 m, {label}, {name}; stated none, half, right, twice:", *shares)


def off_network(ground: Ground, lines: list) -> tuple[int, int, int]:
    """Return of the points far from any way: all, those given a way's class, those given an area's."""
    points = by_way = by_area = 0
    for number, (latitude, longitude, far) in enumerate(lines):
        matched = match_track(
            ground,
            *noisy(latitude, longitude, 4.0, number),
            np.arange(float(latitude.size)),
        )
        points += int(far.sum())
        by_way += int((matched.way_id[far] != 0).sum())
        classed = matched.surface[far] != SURFACE_NAMES.index("unknown")
        by_area += int((classed & (matched.way_id[far] == 0)).sum())
    return points, by_way, by_area


def main(where: Path) -> None:
    """Print the figures of both extracts together, routes for choosing and routes set aside apart."""
    tables = {held: defaultdict(list) for held in (False, True)}
    off, beside, extracts = np.zeros(3, int), np.zeros(3, int), []
    short = defaultdict(list)
    metres, cpu, points = 0.0, 0.0, 0
    for name in ROUTES:
        ground, ways = whole(where / f"{name}.osm.pbf")
        runs = routes(name, ground, ways)
        metres += sum(run.latitude.size for run in runs) * 3.0
        for held, result in tables.items():
            before = time.process_time()
            for sigma, rows in accuracy(
                ground, [run for run in runs if run.held_out is held]
            ).items():
                result[sigma] += rows
        extracts.append(ground)
        short["any way"].append((ground, list(cut_short(runs))))
        off += off_network(ground, beelines(name, ground))
        beside += off_network(ground, find_verge_routes(ground))
        for run in runs:
            times = np.arange(float(run.latitude.size))
            before = time.process_time()
            match_track(ground, run.latitude, run.longitude, times)
            cpu += time.process_time() - before
            points += run.latitude.size
    for held, result in tables.items():
        print("set aside" if held else "for choosing", f"({len(result[2.0])} routes)")
        for sigma, rows in result.items():
            right, count, error = (
                np.array(column) for column in zip(*rows, strict=True)
            )
            share = right.sum() / count.sum()
            print(
                f"  sigma {sigma:.0f} m: {share:6.2%} of metres right, shares off by {error.mean():.2%} a run"
            )
        flat = [row for rows in result.values() for row in rows]
        print(f"  all: {sum(row[0] for row in flat) / sum(row[1] for row in flat):.2%}")
    print_parallel(extracts)
    for ground, gap in itertools.product(extracts, GAPS_M):
        turns = list(map(cut_turn, find_parallel_routes(ground, gap)))
        short[f"ways {gap[0]:.0f}-{gap[1]:.0f} m apart"].append((ground, turns))
    print_stated(short)
    print(
        f"24 to 34 m beside a street: {beside[1] / beside[0]:.1%} of {beside[0]} points"
    )
    print(
        f"off the network: {off[1] / off[0]:.1%} of {off[0]} points given a way's class, ",
        end="",
    )
    print(f"{off[2] / off[0]:.1%} an area's")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{metres / 1000:.0f} km, {points / cpu:,.0f} points/s, {3600 * cpu / points * 1000:.1f} ms an hour"
    )
    print(f"peak memory {peak:.0f} MB (both extracts whole)")


if __name__ == "__main__":
    given = Path(sys.argv[1]) if sys.argv[1:] else folder()
    if given is None:
        sys.exit("name the folder of map extracts, or set LOADWATCH_OSM")
    main(given)
