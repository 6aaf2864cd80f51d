"""A track to the ways under it, on a made-up town and on real ways."""

import math
from pathlib import Path

import numpy as np
import pytest

from loadwatch.exposure import osm
from loadwatch.exposure.osm import SOURCES, match_track, track_cells
from loadwatch.geodesy import DEGREE_M
from loadwatch.tables import SURFACE_NAMES
from tests import make_map, make_traces, parallel_ways
from tests.town_map import ground, here, read_filtered, read_plainly, sources_of, town

__all__ = ["ground", "here", "town"]  # fixtures


def line(*corners, step_m=3.0):
    """Latitude, longitude and time of a run from corner to corner (metres) at 3 m/s."""
    east, north = (np.array(side, dtype=float) for side in zip(*corners, strict=True))
    along = np.concatenate(([0], np.cumsum(np.hypot(np.diff(east), np.diff(north)))))
    at = np.arange(0, along[-1], step_m)
    latitude, longitude = make_map.place(
        np.interp(at, along, east), np.interp(at, along, north)
    )
    return latitude, longitude, np.arange(float(at.size))


def classes_of(matched):
    return {SURFACE_NAMES[code] for code in matched.surface}


def test_cells_are_hundredths_of_a_degree():
    found = track_cells(
        np.array([10.005, np.nan, 10.0151, -0.001]),
        np.array([20.0, 3.0, 19.999, -0.001]),
    )
    assert found == {(1000, 2000), (1001, 1999), (-1, -1)}


def test_a_run_along_the_street_is_hard(ground):
    matched = match_track(ground, *line((-350, 2), (350, -2)))
    assert classes_of(matched) == {"hard"}
    assert sources_of(matched) == {"surface"}
    assert set(matched.way_id.tolist()) == {100}


def test_turning_off_at_the_crossing(ground):
    latitude, longitude, time = line((-300, 0), (0, 0), (0, 300))
    matched = match_track(ground, latitude, longitude, time)
    truth = np.where(
        latitude > make_map.place(0, 3)[0],
        SURFACE_NAMES.index("soft"),
        SURFACE_NAMES.index("hard"),
    )
    assert (matched.surface == truth).mean() > 0.96


def test_the_nearer_of_two_parallel_ways(ground):
    assert classes_of(match_track(ground, *line((-350, 27), (350, 28)))) == {"firm"}


def test_a_bridge_is_no_crossing(ground):
    matched = match_track(ground, *line((-350, 0), (-100, 0), (350, 0)))
    assert set(matched.way_id.tolist()) == {100}


def test_parks_pitches_and_the_pond(ground):
    # square to every way and far from them: the park is crossed off the ways
    latitude, longitude = make_map.place(
        np.array([120, 175, 240, 290]), np.array([280, 175, 240, 290])
    )
    matched = match_track(ground, latitude, longitude, np.arange(4) * 100.0)
    assert [SURFACE_NAMES[k] for k in matched.surface] == [
        "soft",
        "soft",
        "unknown",
        "soft",
    ]
    assert [SOURCES[k] for k in matched.source] == [
        "area",
        "surface",
        "unmatched",
        "area",
    ]


def test_laps_of_the_oval_are_track(ground):
    lap = [(-300, -300), (-200, -300), (-200, -250), (-300, -250)]
    assert classes_of(match_track(ground, *line(*lap, *lap, lap[0]))) == {"track"}


def write_two_ways(folder: Path, gap_m: float) -> Path:
    """Write a map of a street and a path beside it, 800 m long and not joined."""
    xml = make_map.xml()
    xml = xml[: xml.index("<way")]
    ends = [
        (901, (-400, 0)),
        (902, (400, 0)),
        (903, (-400, gap_m)),
        (904, (400, gap_m)),
    ]
    for number, spot in ends:
        lat, lon = make_map.place(*spot)
        xml += f'<node id="{number}" lat="{lat:.7f}" lon="{lon:.7f}" version="1"/>'
    for number, first, kind in ((910, 901, "asphalt"), (911, 903, "dirt")):
        xml += (
            f'<way id="{number}" version="1"><nd ref="{first}"/><nd ref="{first + 1}"/>'
            f'<tag k="highway" v="path"/><tag k="surface" v="{kind}"/></way>'
        )
    file = folder / "beside.osm"
    file.write_text(xml + "</osm>")
    return file


def run_out_and_back(gap_m: float) -> tuple:
    """Places each 3 m, out on the street and back on the path, and the number of the way."""
    east = np.arange(-290.0, 290.0, 3.0)
    places = make_map.place(
        np.append(east, east[::-1]), np.repeat([0.0, gap_m], east.size)
    )
    return *places, np.repeat([910, 911], east.size)


def test_a_run_on_one_of_two_ways_side_by_side_stays_on_it(tmp_path):
    """Out on the street and back on the path 6 m beside it, with a receiver's noise of 1 m."""
    latitude, longitude, expected = run_out_and_back(6.0)
    noise = np.random.default_rng(1).normal(0, 1.0, (2, expected.size))
    latitude += noise[0] / DEGREE_M
    longitude += noise[1] / DEGREE_M / make_map.SHRINK
    ground = osm.open_extract(
        write_two_ways(tmp_path, 6.0), track_cells(latitude, longitude), None, {}
    )
    matched = match_track(ground, latitude, longitude, np.arange(expected.size * 1.0))
    assert (matched.way_id == expected).mean() >= 0.97


def test_an_error_that_lasts_is_no_change_between_ways_side_by_side(tmp_path):
    """A receiver's error of 2 m drifts over half a minute; the ways are 4.5 m apart."""
    latitude, longitude, expected = run_out_and_back(4.5)
    file = write_two_ways(tmp_path, 4.5)
    ground = osm.open_extract(file, track_cells(latitude, longitude), None, {})
    right = []
    for seed in range(20):
        places = make_traces.noisy(latitude, longitude, 2.0, seed)
        matched = match_track(ground, *places, np.arange(expected.size * 1.0))
        right.append((matched.way_id == expected).mean())
    assert np.mean(right) >= 0.95


@pytest.mark.parametrize(
    ("stated_m", "least"), [(math.nan, 0.0), (1.5, 0.9), (3.0, 0.9), (6.0, 0.6)]
)
def test_a_short_run_has_the_errors_that_its_device_states(tmp_path, stated_m, least):
    """60 m out on the street and back on the path 10 m beside it, with errors of 2 m to a side."""
    east = np.arange(-90.0, -20.0, 3.0)
    latitude, longitude = make_map.place(
        np.append(east, east[::-1]), np.repeat([0.0, 10.0], east.size)
    )
    expected = np.repeat([910, 911], east.size)
    file = write_two_ways(tmp_path, 10.0)
    ground = osm.open_extract(file, track_cells(latitude, longitude), None, {})
    right = []
    for seed in range(20):
        places = make_traces.noisy(latitude, longitude, 2.0, seed)
        time_s = np.arange(expected.size * 1.0)
        matched = match_track(ground, *places, time_s, stated_m)
        right.append((matched.way_id == expected).mean())
    assert np.mean(right) >= least
    if math.isnan(stated_m):
        assert np.mean(right) < 0.85


def test_a_long_run_has_the_errors_that_it_shows(tmp_path):
    latitude, longitude, expected = run_out_and_back(6.0)
    file = write_two_ways(tmp_path, 6.0)
    ground = osm.open_extract(file, track_cells(latitude, longitude), None, {})
    places = make_traces.noisy(latitude, longitude, 2.0, 1)
    time_s = np.arange(expected.size * 1.0)
    plain = match_track(ground, *places, time_s)
    stated = match_track(ground, *places, time_s, 40.0)
    assert (plain.way_id == stated.way_id).all()


def test_far_from_every_way_is_outside_and_near_one_is_not(ground):
    """The map ends with its ways, not with a cell of a kilometre that holds one of them."""
    north = match_track(ground, *line((-390, 1000), (-300, 1100)))
    assert sources_of(north) == {"outside"}
    beside = match_track(ground, *line((-300, 120), (-340, 140)))
    assert sources_of(beside) == {"unmatched"}


def test_outside_the_map_is_not_off_the_ways(ground):
    away = match_track(ground, *line((30_000, 30_000), (30_500, 30_000)))
    assert sources_of(away) == {"outside"}
    assert classes_of(away) == {"unknown"}
    off = match_track(ground, *line((180, -180), (320, -120)))
    assert sources_of(off) == {"unmatched"}


def test_points_without_a_place(ground):
    latitude, longitude, time = line((-350, 0), (350, 0))
    latitude[50:80] = np.nan
    matched = match_track(ground, latitude, longitude, time)
    assert {SOURCES[k] for k in matched.source[50:80]} == {"nowhere"}
    assert {SURFACE_NAMES[k] for k in matched.surface[80:]} == {"hard"}
    nothing = match_track(
        ground, np.full(3, np.nan), np.full(3, np.nan), np.arange(3.0)
    )
    assert sources_of(nothing) == {"nowhere"}


def test_one_point_and_none(ground):
    one = match_track(
        ground, *(np.array([side]) for side in (*make_map.place(-200, 1), 0.0))
    )
    assert one.way_id.tolist() == [100]
    assert match_track(ground, np.empty(0), np.empty(0), np.empty(0)).surface.size == 0


def test_a_gap_starts_anew(ground):
    first, second = line((-350, 0), (-150, 0)), line((0, 380), (0, 150))
    latitude, longitude = (
        np.concatenate(pair) for pair in zip(first[:2], second[:2], strict=True)
    )
    time = np.concatenate((first[2], second[2] + 500))
    matched = match_track(ground, latitude, longitude, time)
    assert {SURFACE_NAMES[k] for k in matched.surface[: first[0].size]} == {"hard"}
    assert {SURFACE_NAMES[k] for k in matched.surface[first[0].size :]} == {"soft"}


def test_ways_far_away_are_not_kept(ground):
    assert 109 not in ground.way_id
    assert {110, 111}.isdisjoint(ground.way_id.tolist())


@pytest.fixture(scope="module")
def dreieich():
    folder = make_traces.folder()
    path = folder / "dreieich.osm.pbf" if folder else None
    if path is None or not path.exists():
        pytest.skip("LOADWATCH_OSM names no folder with the extracts")
    return make_traces.whole(path)


@pytest.mark.corpus
def test_tracks_along_real_ways_find_their_surface(dreieich):
    ground, ways = dreieich
    rows = make_traces.accuracy(
        ground, make_traces.routes("dreieich", ground, ways)[:8]
    )
    right, count = (
        sum(row[k] for runs in rows.values() for row in runs) for k in (0, 1)
    )
    assert right / count >= 0.988


@pytest.mark.corpus
def test_the_filters_let_through_all_that_is_near_on_a_real_map(dreieich):
    path = make_traces.folder() / "dreieich.osm.pbf"
    near = osm.ground.widen_cells(track_cells(np.array([50.0]), np.array([8.71])), 1)
    found = read_filtered(path, near)
    assert found == read_plainly(path, near)
    assert len(found[1]) > 100


@pytest.mark.corpus
def test_beelines_far_from_ways_are_off(dreieich):
    ground, _ = dreieich
    points, by_way, _ = make_traces.off_network(
        ground, make_traces.beelines("dreieich", ground)
    )
    assert by_way / points <= 0.06


@pytest.mark.corpus
@pytest.mark.slow
def test_of_two_real_ways_side_by_side_the_one_that_was_run_is_found():
    folder = make_traces.folder()
    path = folder / "heidelberg.osm.pbf" if folder else None
    if path is None or not path.exists():
        pytest.skip("LOADWATCH_OSM names no folder with the extracts")
    ground, _ = make_traces.whole(path)
    for gap in parallel_ways.GAPS_M:
        routes = parallel_ways.find_parallel_routes(ground, gap)
        rows = make_traces.accuracy(ground, [r for r in routes if r.held_out])[2.0]
        right, count = (sum(row[k] for row in rows) for k in (0, 1))
        assert right / count >= 0.95
    points, by_way, _ = make_traces.off_network(
        ground, parallel_ways.find_verge_routes(ground)
    )
    assert by_way / points <= 0.06
