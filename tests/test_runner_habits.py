"""A route without times against the same way run: as the runner's own device counts it."""

import json
import math
import random
from datetime import UTC, datetime, timedelta

import pytest

import loadwatch
from loadwatch.errors import NothingToRead
from tests.test_route import gpx, hills, measure, points, tcx, write

START = datetime(2026, 3, 2, 7, tzinfo=UTC)
SECONDS = 5  # between two points


def tcx_run(places, start, counted, late=0):
    """A recording whose device counts `counted` times the length of its way.

    Its first `late` points have no position yet.
    """

    def place(at, lat, lon):
        if at < late:
            return ""
        return (
            f"<Position><LatitudeDegrees>{lat:.7f}</LatitudeDegrees>"
            f"<LongitudeDegrees>{lon:.7f}</LongitudeDegrees></Position>"
        )

    marks = "".join(
        f"<Trackpoint><Time>{start + timedelta(seconds=SECONDS * at):%Y-%m-%dT%H:%M:%SZ}</Time>"
        f"{place(at, lat, lon)}<AltitudeMeters>{height:.2f}</AltitudeMeters>"
        f"<DistanceMeters>{12 * at * counted:.2f}</DistanceMeters></Trackpoint>"
        for at, (lat, lon, height) in enumerate(places)
    )
    metres = 12 * (len(places) - 1) * counted
    return (
        '<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/'
        'TrainingCenterDatabase/v2"><Activities><Activity Sport="Running">'
        f'<Id>{start:%Y-%m-%dT%H:%M:%SZ}</Id><Lap StartTime="{start:%Y-%m-%dT%H:%M:%SZ}">'
        f"<TotalTimeSeconds>{SECONDS * (len(places) - 1)}</TotalTimeSeconds>"
        f"<DistanceMeters>{metres:.2f}</DistanceMeters><Track>{marks}</Track></Lap>"
        "</Activity></Activities></TrainingCenterDatabase>"
    )


def add_runs(place, counted, runs=5, late=0):
    place.mkdir(exist_ok=True)
    for number in range(runs):
        start = START + timedelta(days=2 * number)
        write(place / f"{number}.tcx", tcx_run(points(8), start, counted, late))
    return place


@pytest.mark.parametrize("counted", [0.98, 1.0, 1.02])
def test_a_route_is_as_long_as_the_runners_device_counts(tmp_path, counted):
    me = add_runs(tmp_path / "me", counted)
    tried = loadwatch.course(write(tmp_path / "way.gpx", gpx(points(6))), me)
    assert tried.measured["distance_m"] == pytest.approx(6000 * counted, rel=0.002)


def test_metres_before_the_first_fix_make_no_route_longer(tmp_path):
    """A watch that counts steps until it has a fix, here for 480 of 8,000 m in each run."""
    me = add_runs(tmp_path / "me", 1.0, late=40)
    rows = loadwatch.analyse(me).activities
    assert set(rows["distance_m"].round()) == {7992.0}
    tried = loadwatch.course(write(tmp_path / "way.gpx", gpx(points(6))), me)
    assert tried.measured["distance_m"] == pytest.approx(6000, rel=0.002)


def test_a_route_says_how_far_the_runners_device_may_count_otherwise(tmp_path, call):
    me = add_runs(tmp_path / "me", 1.0, runs=5)
    way = write(tmp_path / "way.gpx", gpx(points(6)))
    assert loadwatch.course(way, me).distance_spread < 0.002
    assert "give or take" not in call("course", way, me, "--no-store")[1]
    other = START + timedelta(days=20)
    write(me / "9.tcx", tcx_run(points(8), other, 1.04))
    assert loadwatch.course(way, me).distance_spread == pytest.approx(0.04, abs=0.002)
    _, shown, _ = call("course", way, me, "--no-store")
    assert "Distance 6 km (give or take 4 %), climb" in shown
    _, out, _ = call("course", way, me, "--no-store", "--format", "json")
    spread = json.loads(out)["routes"][0]["distance_spread"]
    assert spread == pytest.approx(0.04, abs=0.002)


def test_a_stated_distance_and_a_runner_without_runs_have_no_spread(tmp_path, call):
    me = add_runs(tmp_path / "me", 1.0, runs=2)
    way = write(tmp_path / "way.gpx", gpx(points(6)))
    assert math.isnan(loadwatch.course(way, me).distance_spread)
    _, out, _ = call("course", way, me, "--no-store", "--format", "json")
    assert json.loads(out)["routes"][0]["distance_spread"] is None
    add_runs(tmp_path / "me", 1.0, runs=5)
    run = write(tmp_path / "run.tcx", tcx_run(points(6), START, 1.02))
    assert math.isnan(loadwatch.course(run, me).distance_spread)
    stated = write(tmp_path / "stated.tcx", tcx(points(6), counted=1.02))
    assert math.isnan(loadwatch.course(stated, me).distance_spread)


@pytest.mark.parametrize(("counted", "runs"), [(0.98, 2), (0.7, 5)])
def test_few_runs_and_devices_that_err_change_no_route(tmp_path, counted, runs):
    me = add_runs(tmp_path / "me", counted, runs)
    tried = loadwatch.course(write(tmp_path / "way.gpx", gpx(points(6))), me)
    alone = measure(gpx(points(6)))["distance_m"]
    assert tried.measured["distance_m"] == pytest.approx(alone, rel=0.0001)


def test_errors_of_a_recording_make_no_route_longer(tmp_path):
    """A recording without its times: a fix each 3 m that errs by half a metre."""
    me = add_runs(tmp_path / "me", 1.0)
    dice = random.Random(7)
    way = [
        (
            10 + (metres + dice.gauss(0, 0.5)) / 111_195,
            20 + dice.gauss(0, 0.5) / 110_000,
            9.0,
        )
        for metres in range(0, 6001, 3)
    ]
    tried = loadwatch.course(write(tmp_path / "way.gpx", gpx(way)), me)
    assert tried.measured["distance_m"] == pytest.approx(6000, rel=0.01)


def test_climb_is_known_where_a_tenth_of_the_points_have_altitude(tmp_path):
    me = add_runs(tmp_path / "me", 1.0)
    whole = gpx(points(8))
    head, *marks = whole.split("<ele>")
    for at, mark in enumerate(marks):
        head += mark.partition("</ele>")[2] if at % 10 else f"<ele>{mark}"
    tried = loadwatch.course(write(tmp_path / "way.gpx", head), me)
    assert tried.altitude.share == 1.0
    assert tried.measured["ascent_m"] == pytest.approx(160, rel=0.03)


def test_the_climb_of_a_steep_way_is_that_of_the_run(tmp_path):
    """Waves of 8 m each 120 m, walked: a mean over more metres would flatten them."""
    me = tmp_path / "me"
    me.mkdir()
    way = [(lat, lon, 8 * h / 40) for lat, lon, h in waves(4000)]
    for number in range(4):
        start = START + timedelta(days=2 * number)
        write(me / f"{number}.gpx", gpx(way, start))
    (run,) = set(loadwatch.analyse(me).activities["ascent_m"].round(1))
    tried = loadwatch.course(write(tmp_path / "way.gpx", gpx(way)), me)
    assert tried.measured["ascent_m"] == pytest.approx(run, rel=0.05)


def waves(metres):
    return [
        (10 + at / 111_195, 20.0, hills(at, 40.0, 120.0)) for at in range(0, metres, 6)
    ]


def test_an_athlete_of_a_roster_has_the_altitude_of_past_runs(tmp_path):
    (tmp_path / "club").mkdir()
    add_runs(tmp_path / "club" / "Ana", 1.0)
    route = write(tmp_path / "way.gpx", gpx(points(6), altitude=False))
    ana = loadwatch.roster(tmp_path / "club")["Ana"]
    tried = ana.course(route, "2026-04-20")
    assert tried.altitude.source == "past runs"
    (tmp_path / "plan.csv").write_text("date,course\n2026-03-11,way.gpx\n")
    alone = loadwatch.analyse(tmp_path / "club" / "Ana").budget(tmp_path / "plan.csv")
    assert list(ana.budget(tmp_path / "plan.csv")["rule"]) == list(alone["rule"])


def test_a_recording_on_the_spot_without_a_runners_times_is_no_route(tmp_path):
    me = add_runs(tmp_path / "me", 1.0)
    way = [(10.0, 20.0, 9.0)] * 50
    with pytest.raises(NothingToRead, match="two different positions"):
        loadwatch.course(write(tmp_path / "way.gpx", gpx(way)), me)
