"""A route without altitude takes that of the runner's past runs over the same ground."""

import json
import math
import zipfile
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

import loadwatch
from loadwatch import pipeline
from loadwatch.exposure.past_altitude import Track, carry_altitude
from loadwatch.geodesy import DEGREE_M
from loadwatch.ingest.readers.route import read_route
from loadwatch.pipeline.drawn_routes import draw_route
from loadwatch.pipeline.route_altitude import add_past_altitude
from loadwatch.settings import Settings
from tests.test_route import STEP_M, gpx, hills, write

HOME = (10.0, 20.0)
CLIMB_M = 240.0  # of `way(6)`
START = datetime(2026, 3, 2, 7, tzinfo=UTC)


def way(last_km, first_km=0.0, east_m=0.0, shift_m=0.0, north_deg=0.0):
    """Latitude, longitude and altitude each 12 m of a way north over waves of 40 m per km."""
    metres = np.arange(first_km * 1000, last_km * 1000 + 1, STEP_M)
    return [
        (
            HOME[0] + north_deg + at / DEGREE_M,
            HOME[1] + east_m / DEGREE_M / math.cos(math.radians(HOME[0])),
            hills(at, 40.0, 1000.0) + shift_m,
        )
        for at in metres.tolist()
    ]


@pytest.fixture
def me(tmp_path):
    """A folder of the runner's, to be filled by `add_runs`."""
    place = tmp_path / "me"
    place.mkdir()
    return place


def add_runs(place, *ways):
    for number, places in enumerate(ways):
        start = START + timedelta(days=2 * number)
        write(place / f"{number}.gpx", gpx(places, start))


def try_way(place, places, **more):
    route = write(place.parent / "way.gpx", gpx(places, altitude=False))
    return loadwatch.course(route, place, **more)


def climb_of(tried):
    return tried.measured["ascent_m"]


def test_the_hills_of_past_runs_are_those_of_the_route(me):
    add_runs(me, *[way(6)] * 3)
    tried = try_way(me, way(6))
    assert tried.altitude.source == "past runs"
    assert tried.altitude.share == 1.0
    assert tried.altitude.runs == 1
    assert climb_of(tried) == pytest.approx(CLIMB_M, rel=0.05)
    assert tried.measured["descent_m"] == pytest.approx(CLIMB_M, rel=0.05)
    assert tried.measured["downhill_m"] > 2000


@pytest.mark.parametrize(
    "change",
    [
        lambda places: places[::-1],
        lambda places: places[::12],
        lambda places: places + places[::-1],
        lambda _: way(6, east_m=8.0),
    ],
    ids=["back", "few points", "there and back", "beside"],
)
def test_another_way_over_the_same_ground_has_the_same_hills(me, change):
    add_runs(me, way(6), way(6)[::-1])
    route = change(way(6))
    tried = try_way(me, route)
    times = tried.measured["distance_m"] / 6000
    assert tried.altitude.share > 0.99
    assert climb_of(tried) == pytest.approx(CLIMB_M * times, rel=0.06)


def test_two_runs_that_know_a_part_each_are_joined_without_a_step(me):
    """The watch stood 35 m off on the second day."""
    add_runs(me, way(3.5), way(6, 3.0, shift_m=35.0))
    tried = try_way(me, way(6))
    assert tried.altitude.runs == 2
    assert climb_of(tried) == pytest.approx(CLIMB_M, rel=0.06)
    add_runs(me, way(3.0), way(6, 3.1, shift_m=35.0))
    tried = try_way(me, way(6))
    assert tried.altitude.share < 1.0
    assert climb_of(tried) == pytest.approx(CLIMB_M, rel=0.08)


def test_one_bad_altitude_among_three_is_not_taken(me):
    bad = [(lat, lon, 3.0 * height) for lat, lon, height in way(6)]
    add_runs(me, way(6), bad, way(6))
    assert climb_of(try_way(me, way(6))) == pytest.approx(CLIMB_M, rel=0.06)


def test_a_part_that_no_run_knows_is_said_and_hills_are_not_judged(call, me):
    add_runs(me, *[way(6)] * 14)
    route = write(me.parent / "way.gpx", gpx(way(8), altitude=False))
    tried = loadwatch.course(route, me)
    assert tried.altitude.share == pytest.approx(0.75, abs=0.01)
    assert climb_of(tried) == pytest.approx(CLIMB_M, rel=0.06)
    assert "LW04" in {gap.rule for gap in tried.plan.unknown}
    assert not {"LW04", "LW05", "LW06"} & {check.rule for check in tried.below}
    code, out, _ = call("course", route, me, "--no-store")
    assert code == 0
    text = " ".join(out.split())
    assert "Altitude of 75 % of the route from one of your runs." in text
    assert "hills are judged from 90 % on" in text
    code, out, _ = call("course", route, me, "--no-store", "--format", "json")
    (shown,) = json.loads(out)["routes"]
    assert (shown["altitude"], shown["altitude_runs"]) == ("past runs", 1)
    assert shown["altitude_share"] == pytest.approx(0.75, abs=0.01)
    assert "10.0" not in out.replace(str(shown["measured"]), "")


def test_hills_of_a_known_route_are_judged_as_with_its_own_altitude(me):
    add_runs(me, *[way(6)] * 14)
    with_own = loadwatch.course(write(me.parent / "own.gpx", gpx(way(6))), me)
    bare = try_way(me, way(6))
    assert {gap.rule for gap in bare.plan.unknown} == {
        gap.rule for gap in with_own.plan.unknown
    }
    assert [(flag.rule, flag.level) for flag in bare.plan.flags] == [
        (flag.rule, flag.level) for flag in with_own.plan.flags
    ]


@pytest.mark.parametrize(
    "route", [way(6, north_deg=0.5), way(6, east_m=300.0), way(15)]
)
def test_ground_that_was_hardly_run_on_has_no_altitude(me, route):
    add_runs(me, way(6))
    tried = try_way(me, route)
    assert tried.altitude.source == "missing"
    assert math.isnan(climb_of(tried))


def test_a_route_with_altitude_keeps_its_own(me):
    add_runs(me, way(6))
    steep = [(lat, lon, 2.0 * height) for lat, lon, height in way(6)]
    tried = loadwatch.course(write(me.parent / "way.gpx", gpx(steep)), me)
    assert tried.altitude.source == "own"
    assert climb_of(tried) == pytest.approx(2 * CLIMB_M, rel=0.05)


def test_runs_in_an_archive_and_without_altitude(me, tmp_path):
    add_runs(me, way(6))
    archive = tmp_path / "export.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.write(me / "0.gpx", "activities/0.gpx")
    route = write(tmp_path / "way.gpx", gpx(way(6), altitude=False))
    assert loadwatch.course(route, archive).altitude.source == "past runs"
    write(me / "0.gpx", gpx(way(6), START, altitude=False))
    assert loadwatch.course(route, me).altitude.source == "missing"


def test_a_plan_takes_it_too(me):
    add_runs(me, *[way(4)] * 14)
    write(me.parent / "way.gpx", gpx((way(4) + way(4)[::-1]) * 3, altitude=False))
    plan = me.parent / "plan.csv"
    plan.write_text("date,course\n2026-04-02,way.gpx\n")
    assert "LW06" in set(loadwatch.analyse(me).budget(plan)["rule"])


def test_a_file_that_is_gone_is_no_altitude(me):
    add_runs(me, way(6))
    analysis = pipeline.analyse_athlete(me)
    data = gpx(way(6), altitude=False).encode()
    drawn = draw_route(read_route(data, "way.gpx", Settings()), Settings())
    (me / "0.gpx").unlink()
    signature = drawn.row["signature"]
    same, altitude = add_past_altitude(drawn.activity, signature, analysis, [me])
    assert same is drawn.activity
    assert altitude.source == "missing"


def test_a_line_without_places_has_no_altitude():
    none = np.full(9, math.nan)
    carried = carry_altitude(none, none, [])
    assert (carried.share, carried.runs) == (0.0, 0)
    assert np.isnan(carried.altitude_m).all()
    some = np.linspace(10.0, 10.01, 9)
    run = Track(np.arange(9.0), none, none, none)
    assert carry_altitude(some, np.full(9, 20.0), [run]).share == 0.0


def test_places_without_a_fix_stay_unknown_and_take_no_part():
    """A recording that writes a position every fifth second only."""
    places = np.array(way(3))
    run = Track(np.arange(len(places)) * 4.0, *places.T)
    latitude, longitude = places[:, 0].copy(), places[:, 1].copy()
    has_fix = np.arange(len(places)) % 5 == 0
    latitude[~has_fix] = math.nan
    carried = carry_altitude(latitude, longitude, [run])
    assert carried.share == 1.0
    assert (np.isfinite(carried.altitude_m) == has_fix).all()
    off = carried.altitude_m[has_fix] - places[has_fix, 2]
    assert np.abs(off).max() < 1.0
