"""Routes before they are run: measured as a run on them is, and judged as once it is in the log."""

import json
import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

import loadwatch
from loadwatch.cli.course import split_paths
from loadwatch.errors import NotActivity, NothingToRead, SettingsError
from loadwatch.geodesy import DEGREE_M
from loadwatch.ingest.readers.route import read_route
from loadwatch.pipeline.drawn_routes import draw_route, read_route_records
from loadwatch.report.budget_table import describe_nothing_raised
from loadwatch.settings import Settings
from tests import make_map
from tests.make_fit import FitBuilder
from tests.town_map import as_pbf

STEP_M, STEP_S = 12, 4
NEXT_DAY = date(2026, 4, 13)


def hills(metres, height=40.0, wave=2000.0):
    """Altitude along a way that rises and falls by `height` in each `wave` [m]."""
    return 100 + height / 2 * (1 - math.cos(2 * math.pi * metres / wave))


def points(kilometres, height=40.0):
    """Latitude, longitude and altitude each 12 m of a way due north."""
    return [
        (10 + metres / DEGREE_M, 20.0, hills(metres, height))
        for metres in range(0, int(kilometres * 1000) + 1, STEP_M)
    ]


def gpx(places, start=None, *, altitude=True, point="trkpt"):
    """A GPX file of places; with times from `start` on, else a route to follow."""
    marks = []
    for at, (lat, lon, height) in enumerate(places):
        inside = f"<ele>{height:.2f}</ele>" if altitude else ""
        if start:
            when = start + timedelta(seconds=STEP_S * at)
            inside += f"<time>{when:%Y-%m-%dT%H:%M:%SZ}</time>"
        marks.append(f'<{point} lat="{lat:.7f}" lon="{lon:.7f}">{inside}</{point}>')
    body = "".join(marks)
    if point == "trkpt":
        body = f"<trk><type>running</type><trkseg>{body}</trkseg></trk>"
    else:
        body = f"<rte>{body}</rte>"
    return (
        '<gpx version="1.1" creator="made up" xmlns="http://www.topografix.com/GPX/1/1">'
        f"{body}</gpx>"
    )


def tcx(places, counted=None):
    """A TCX course: its points have times, as planners make them up.

    It states its distance where `counted` is given, as so many times that of its way.
    """

    def distance(at):
        if counted is None:
            return ""
        return f"<DistanceMeters>{STEP_M * at * counted:.2f}</DistanceMeters>"

    marks = "".join(
        f"<Trackpoint><Time>2010-01-01T00:00:{at % 60:02d}Z</Time><Position>"
        f"<LatitudeDegrees>{lat:.7f}</LatitudeDegrees>"
        f"<LongitudeDegrees>{lon:.7f}</LongitudeDegrees></Position>"
        f"<AltitudeMeters>{height:.2f}</AltitudeMeters>{distance(at)}</Trackpoint>"
        for at, (lat, lon, height) in enumerate(places)
    )
    return (
        '<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/'
        'TrainingCenterDatabase/v2"><Courses><Course><Name>way</Name>'
        f"<Track>{marks}</Track></Course></Courses></TrainingCenterDatabase>"
    )


def fit_course(places):
    builder = FitBuilder()
    builder.add("file_id", type="course")
    for lat, lon, height in places:
        builder.add(
            "record",
            position_lat=round(lat * 2**31 / 180),
            position_long=round(lon * 2**31 / 180),
            altitude=height,
        )
    return builder.bytes()


def measure(data):
    if isinstance(data, str):
        data = data.encode()
    return draw_route(read_route(data, "route", Settings()), Settings()).row


@pytest.fixture
def runner(tmp_path):
    """Six weeks of three runs of 6 km over one wave of hills, the last on Sunday, 12 April."""
    place = tmp_path / "runner"
    place.mkdir()
    for week in range(6):
        for day in (1, 3, 6):
            start = datetime(2026, 3, 2, 10, 40, tzinfo=UTC)
            start += timedelta(weeks=week, days=day)
            (place / f"{week}-{day}.gpx").write_text(gpx(points(6), start))
    return place


def write(path, content):
    if isinstance(content, str):
        content = content.encode()
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    "make",
    [gpx, lambda way: gpx(way, point="rtept"), tcx, fit_course],
    ids=["track without times", "route points", "tcx course", "fit course"],
)
def test_every_kind_of_route_measures_what_the_run_on_it_does(make):
    way = points(8)
    run = measure(gpx(way, datetime(2026, 4, 1, 10, tzinfo=UTC)))
    route = measure(make(way))
    assert route["distance_m"] == pytest.approx(run["distance_m"], rel=0.001)
    assert route["ascent_m"] == pytest.approx(run["ascent_m"], rel=0.03)
    assert route["descent_m"] == pytest.approx(run["descent_m"], rel=0.03)
    assert run["ascent_m"] == pytest.approx(160, rel=0.03)
    assert route["downhill_m"] == pytest.approx(run["downhill_m"], abs=60)


def test_a_route_of_few_points_is_as_long_and_as_high():
    whole, thin = measure(gpx(points(8))), measure(gpx(points(8)[::10]))
    assert thin["distance_m"] == pytest.approx(whole["distance_m"], rel=0.01)
    assert thin["ascent_m"] == pytest.approx(whole["ascent_m"], rel=0.05)


def test_times_that_no_runner_has_are_left_aside():
    """A planner's file whose points are a second apart, however far that is."""
    start = datetime(2026, 4, 1, tzinfo=UTC)
    marks = "".join(
        f'<trkpt lat="{lat:.7f}" lon="{lon:.7f}"><ele>{height:.2f}</ele>'
        f"<time>{start + timedelta(seconds=at):%Y-%m-%dT%H:%M:%SZ}</time></trkpt>"
        for at, (lat, lon, height) in enumerate(points(8)[::4])
    )
    text = f'<gpx version="1.1"><trk><trkseg>{marks}</trkseg></trk></gpx>'
    row = measure(text)
    assert row["distance_m"] == pytest.approx(8000, rel=0.01)
    assert row["ascent_m"] == pytest.approx(160, rel=0.05)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ('<gpx version="1.1"></gpx>', "no positions"),
        (gpx(points(1)[:1]), "fewer than two"),
        (gpx([(10.0, 20.0, 1.0), (11.0, 20.0, 1.0)]), "too far apart"),
        (gpx([(10 + at / 100, 20.0, 1.0) for at in range(950)]), "longer than 1,000"),
        ("date,distance_km\n2026-04-13,8\n", "not a GPX, TCX or FIT"),
    ],
)
def test_what_is_no_route_is_said(tmp_path, runner, content, why):
    path = write(tmp_path / "way.gpx", content)
    with pytest.raises(NothingToRead, match=why):
        loadwatch.course(path, runner)


@pytest.mark.parametrize(
    ("one", "tag"),
    [
        (gpx(points(2)), "trk"),
        (gpx(points(2), point="rtept"), "rte"),
        (tcx(points(2)), "Course"),
    ],
    ids=["tracks", "routes", "courses"],
)
def test_several_tracks_or_routes_are_no_route(one, tag):
    first = one.index(f"<{tag}>")
    end = one.index(f"</{tag}>") + len(f"</{tag}>")
    two = one[:end] + one[first:end] + one[end:]
    with pytest.raises(NotActivity, match="several tracks or routes"):
        read_route(two.encode(), "two", Settings())


def test_points_without_a_time_are_part_of_a_route_that_was_recorded(runner, tmp_path):
    """The first two fifths were planned, the rest was run: both are the way."""
    text = gpx(points(6), datetime(2026, 4, 1, 10, tzinfo=UTC))
    planned = text.replace("<time>", "<!--", 200).replace("</time>", "-->", 200)
    tried = loadwatch.course(write(tmp_path / "way.gpx", planned), runner)
    assert tried.measured["distance_m"] == pytest.approx(5968, rel=0.002)
    assert tried.measured["ascent_m"] == pytest.approx(120, rel=0.03)


@pytest.mark.parametrize("kilometres", [3, 9, 25])
@pytest.mark.parametrize("height", [0.0, 160.0])
@pytest.mark.parametrize("days", [0, 3])
def test_flags_are_those_once_the_run_is_in_the_log(runner, kilometres, height, days):
    day = NEXT_DAY + timedelta(days=days)
    start = datetime(day.year, day.month, day.day, 10, 40, tzinfo=UTC)
    way = points(kilometres, height)
    if not height:  # altitude that never changes is none; past runs shall not know it
        way = [(lat + 1, lon, flat) for lat, lon, flat in way]
    route = write(runner.parent / "way.gpx", gpx(way, start))
    tried = loadwatch.course(route, runner, date=day, tz="Africa/Ndjamena")
    (runner / "new.gpx").write_text(gpx(way, start))
    sunday = NEXT_DAY + timedelta(days=6)
    after = loadwatch.analyse(runner, today=sunday, tz="Africa/Ndjamena")
    raised = {
        (flag.week, flag.rule, flag.level, round(flag.value, 4), round(flag.limit, 4))
        for flag in after.flags
        if flag.week == NEXT_DAY
    }
    expected = {
        (flag.week, flag.rule, flag.level, round(flag.value, 4), round(flag.limit, 4))
        for flag in tried.plan.flags
    }
    assert expected == raised
    unknown = {gap.rule for gap in after.unknown if gap.week == NEXT_DAY}
    unjudged = {gap.rule for gap in tried.plan.unknown}
    assert unknown <= unjudged
    # how long it would take bounds a climb that nobody measured
    assert unjudged - unknown <= ({"LW06"} if height == 0 else set())
    assert not {check.rule for check in tried.below} & {rule for _, rule, *_ in raised}


def test_a_long_route_is_raised_and_a_short_one_stays_below(runner, tmp_path):
    long = loadwatch.course(write(tmp_path / "l.gpx", gpx(points(14))), runner)
    short = loadwatch.course(write(tmp_path / "s.gpx", gpx(points(5))), runner)
    assert "LW01" in {flag.rule for flag in long.plan.flags}
    (spike,) = [check for check in short.below if check.rule == "LW01"]
    assert spike.value == pytest.approx(5000, rel=0.01)
    assert spike.value <= spike.limit < 14_000
    assert short.day == NEXT_DAY


def test_the_mildest_route_comes_first(call, runner, tmp_path):
    routes = [
        write(tmp_path / f"{name}.gpx", gpx(points(kilometres)))
        for name, kilometres in (("far", 25), ("near", 5), ("middle", 14))
    ]
    code, out, _ = call("course", *routes, runner, "--no-store", "--format", "json")
    assert code == 0
    order = [route["route"] for route in json.loads(out)["routes"]]
    assert order[0] == "near.gpx"
    assert order[-1] == "far.gpx"


def test_missing_altitude_is_said_and_hills_are_not_judged(call, runner, tmp_path):
    # on ground where the runner never was
    way = [(lat + 1, lon, height) for lat, lon, height in points(6)]
    path = write(tmp_path / "flat.gpx", gpx(way, altitude=False))
    code, out, _ = call("course", path, runner, "--no-store")
    assert code == 0
    assert "Altitude missing" in out
    code, out, _ = call("course", path, runner, "--no-store", "--format", "json")
    (route,) = json.loads(out)["routes"]
    assert (route["altitude"], route["altitude_share"]) == ("missing", 0.0)
    assert route["measured"]["ascent_m"] is None
    assert "LW04" in {gap["rule"] for gap in route["unknown"]}


def test_the_table_is_conditional_and_has_no_place(call, runner, tmp_path):
    path = write(tmp_path / "way.gpx", gpx(points(14)))
    code, out, _ = call("course", path, runner, "--no-store", "--date", "2026-04-15")
    assert code == 0
    assert "way.gpx, 15 April 2026" in out
    assert "would be a" in out
    assert "safe" not in out
    assert "10.0" not in out
    code, out, _ = call("course", path, runner, "--no-store", "--format", "json")
    assert not {"latitude", "longitude", "20.0", "cells"} & set(out.split('"'))
    (route,) = json.loads(out)["routes"]
    assert set(route) == {
        *("route", "date", "distance_spread"),
        *("altitude", "altitude_share", "altitude_runs"),
        *("notes", "measured", "flags", "unknown", "below"),
    }


def test_a_day_that_is_over_is_refused(runner, tmp_path):
    path = write(tmp_path / "way.gpx", gpx(points(5)))
    with pytest.raises(SettingsError, match="before"):
        loadwatch.course(path, runner, date="2026-04-01")
    with pytest.raises(SettingsError, match="9999-12-30 is after 2100-12-31"):
        loadwatch.course(path, runner, date="9999-12-30")


def without_altitude(text, first, last):
    """A GPX file whose points from the `first` to before the `last` have no altitude."""
    head, *marks = text.split("<ele>")
    for at in range(first, last):
        marks[at] = marks[at].partition("</ele>")[2]
    for at, mark in enumerate(marks):
        head += mark if first <= at < last else f"<ele>{mark}"
    return head


START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("start", [None, START])
@pytest.mark.parametrize("kept", [0.97, 0.7])
def test_altitude_that_ends_on_the_way_is_no_flat_rest(
    call, runner, tmp_path, start, kept
):
    way = points(12)
    text = without_altitude(gpx(way, start), int(kept * len(way)), len(way))
    path = write(tmp_path / "way.gpx", text)
    tried = loadwatch.course(path, runner)
    assert tried.altitude.source == "own"
    assert tried.altitude.share == pytest.approx(kept, abs=0.02)
    unjudged = {gap.rule for gap in tried.plan.unknown}
    assert ("LW04" in unjudged) == (kept < 0.9)
    _, out, _ = call("course", path, runner, "--no-store")
    assert ("knows the altitude of" in out) == (kept == 0.7)


def test_altitude_of_less_than_half_of_a_route_is_not_taken(tmp_path, runner):
    far = [(place[0] + 1, *place[1:]) for place in points(12)]  # where no run was
    for start in (None, START):
        text = without_altitude(gpx(far, start), len(far) // 3, len(far))
        tried = loadwatch.course(write(tmp_path / "way.gpx", text), runner)
        assert tried.altitude.source == "missing"
        assert math.isnan(tried.measured["ascent_m"])


def test_a_few_points_without_altitude_are_taken_from_their_neighbours(
    runner, tmp_path
):
    text = without_altitude(gpx(points(6)), 200, 210)
    tried = loadwatch.course(write(tmp_path / "way.gpx", text), runner)
    assert tried.altitude.share == 1.0


def test_points_at_0_0_before_the_first_fix_are_left_out(runner, tmp_path):
    way = points(6)
    text = gpx([(0.0, 0.0, 0.0)] * 3 + way, point="rtept")
    tried = loadwatch.course(write(tmp_path / "way.gpx", text), runner)
    plain = loadwatch.course(
        write(tmp_path / "plain.gpx", gpx(way, point="rtept")), runner
    )
    assert tried.measured["distance_m"] == pytest.approx(plain.measured["distance_m"])


def test_a_way_on_the_spot_of_a_pole_is_no_route(runner, tmp_path):
    path = write(tmp_path / "way.gpx", gpx([(90.0, at, 9.0) for at in range(50)]))
    with pytest.raises(NothingToRead, match="two different positions"):
        loadwatch.course(path, runner)


def test_a_route_takes_the_ground_that_tags_give(runner, tmp_path):
    path = write(tmp_path / "way.gpx", gpx(points(6)))
    (runner / "tags.csv").write_text("file,surface\n5-1.gpx,soft\n")
    tried = loadwatch.course(path, runner)
    assert tried.measured["surface_source"] == "course"
    assert tried.measured["soft_m"] == pytest.approx(6000, rel=0.01)


def test_a_route_is_measured_on_the_map(runner, tmp_path):
    pytest.importorskip("osmium")
    street = [(*make_map.place(east, 0), 50.0) for east in range(-390, 390, 12)]
    path = write(tmp_path / "way.gpx", gpx(street * 2))
    extract = as_pbf(make_map.write(tmp_path), tmp_path / "whole.osm.pbf")
    tried = loadwatch.course(path, runner, osm=extract)
    assert tried.measured["surface_source"] == "map"
    assert tried.measured["hard_m"] == pytest.approx(
        tried.measured["distance_m"], rel=0.05
    )


def test_routes_come_first_and_the_data_after(tmp_path, runner):
    one, two = tmp_path / "1.gpx", tmp_path / "2.FIT.gz"
    assert split_paths((one, two, runner)) == ((one, two), (runner,))
    assert split_paths((one, runner, two)) == ((one,), (runner, two))
    assert split_paths((one, two)) == ((one,), (two,))


def test_a_command_without_a_route_is_refused(call, runner):
    code, _, err = call("course", runner)
    assert code == 2
    assert "name a route" in err


def test_a_plan_names_routes(call, runner, tmp_path):
    write(tmp_path / "hilly.gpx", gpx(points(9, 160.0)))
    route = loadwatch.course(tmp_path / "hilly.gpx", runner, date="2026-04-15")
    plan = tmp_path / "plan.csv"
    plan.write_text("date,course\n2026-04-15,hilly.gpx\n")
    table = loadwatch.analyse(runner).budget(plan)
    assert list(table["rule"]) == [flag.rule for flag in route.plan.flags]
    assert "LW04" in set(table["rule"])
    plan.write_text("date,course\n2026-04-15,absent.gpx\n")
    code, _, err = call("budget", runner, "--plan", plan, "--no-store")
    assert code == 1
    assert "absent.gpx" in err


def test_a_plan_fills_what_its_route_leaves_open(runner, tmp_path):
    way = [(lat + 1, lon, height) for lat, lon, height in points(9)]
    write(tmp_path / "way.gpx", gpx(way, altitude=False))
    plan = tmp_path / "plan.csv"
    plan.write_text("date,course,ascent_m,surface\n2026-04-15,way.gpx,1500,hard\n")
    table = loadwatch.analyse(runner).budget(plan)
    assert {"LW04", "LW06"} <= set(table["rule"])


def test_a_plan_of_neither_distance_nor_course_is_refused(runner, tmp_path):
    plan = tmp_path / "plan.csv"
    plan.write_text("date,course,distance_km\n2026-04-15,,\n")
    with pytest.raises(SettingsError, match="distance_km"):
        loadwatch.analyse(runner).budget(plan)


def test_checks_that_are_not_judged_have_words(call, runner, tmp_path):
    path = write(tmp_path / "way.gpx", gpx(points(6)))
    _, out, _ = call("course", path, runner, "--no-store")
    text = " ".join(out.split())
    assert "Not judged in the week of" in text
    assert "A week with much more hard ground (LW08)" in text


def test_nothing_raised_beside_a_note_is_beyond_it(runner, tmp_path):
    tried = loadwatch.course(write(tmp_path / "s.gpx", gpx(points(5))), runner)
    assert describe_nothing_raised(tried.plan, "plain") == "plain"
    long = loadwatch.course(write(tmp_path / "l.gpx", gpx(points(14))), runner)
    assert describe_nothing_raised(long.plan, "plain") == ""
    notes = [replace(flag, level="info") for flag in long.plan.flags]
    noted = replace(long.plan, flags=tuple(notes))
    assert describe_nothing_raised(noted, "plain").startswith("Beyond what is noted")


def test_a_route_alone_asks_for_the_runners_data(call, tmp_path):
    path = write(tmp_path / "one.gpx", gpx(points(5)))
    code, _, err = call("course", path)
    assert code == 2
    assert (
        "name the runner's data behind the route: loadwatch course one.gpx me/" in err
    )


def broken_line(kind):
    way = points(6)
    if kind == "hole":
        return gpx(way[:100] + [(lat + 0.04, *rest) for lat, *rest in way[100:]])
    whole = {"gpx": gpx, "tcx": tcx, "fit": fit_course}[kind](way)
    return whole[: len(whole) // 2]


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("gpx", "truncated"),
        ("tcx", "truncated"),
        ("fit", "truncated"),
        ("hole", "gps_gap"),
    ],
)
def test_a_route_that_breaks_off_or_jumps_says_so(call, runner, tmp_path, kind, code):
    suffix = {"hole": "gpx"}.get(kind, kind)
    path = write(tmp_path / f"way.{suffix}", broken_line(kind))
    tried = loadwatch.course(path, runner)
    assert code in {note.code for note in tried.notes}
    _, out, _ = call("course", path, runner, "--no-store")
    assert "The route: " in out
    _, out, _ = call("course", path, runner, "--no-store", "--format", "json")
    (route,) = json.loads(out)["routes"]
    assert route["notes"]


@pytest.mark.parametrize(("every", "is_noted"), [(25, False), (100, True)])
def test_a_route_whose_altitudes_are_far_apart_says_so(
    runner, tmp_path, every, is_noted
):
    path = write(tmp_path / "way.gpx", gpx(points(12)[::every]))
    codes = [note.code for note in loadwatch.course(path, runner).notes]
    assert ("altitude_thin" in codes) == is_noted
    bare = write(tmp_path / "bare.gpx", gpx(points(12)[::every], altitude=False))
    notes = loadwatch.course(bare, runner).notes
    assert "altitude_thin" not in {note.code for note in notes}


def test_a_whole_route_has_no_note(runner, tmp_path):
    tried = loadwatch.course(write(tmp_path / "way.gpx", gpx(points(6))), runner)
    assert tried.notes == ()


def test_a_fix_at_zero_degrees_is_left_out(runner, tmp_path):
    way = points(6)
    way[200:200] = [(0.0, 0.0, 0.0)]
    tried = loadwatch.course(write(tmp_path / "way.gpx", gpx(way)), runner)
    assert tried.measured["distance_m"] == pytest.approx(5968, rel=0.001)


@pytest.mark.parametrize("latitude", [89.999, -89.999])
def test_a_way_around_a_pole_has_its_length(runner, tmp_path, latitude):
    way = [(latitude, (at * 7.2 + 100.0) % 360.0 - 180.0, 5.0) for at in range(51)]
    tried = loadwatch.course(write(tmp_path / "way.gpx", gpx(way)), runner)
    assert tried.measured["distance_m"] == pytest.approx(702, abs=5)


def test_times_of_minutes_between_points_are_no_recording(runner, tmp_path):
    way = points(6)[::5]
    text = "".join(
        f'<trkpt lat="{lat:.7f}" lon="{lon:.7f}"><ele>{height:.2f}</ele>'
        f"<time>{START + timedelta(minutes=10 * at):%Y-%m-%dT%H:%M:%SZ}</time></trkpt>"
        for at, (lat, lon, height) in enumerate(way)
    )
    text = f'<gpx version="1.1"><trk><trkseg>{text}</trkseg></trk></gpx>'
    tried = loadwatch.course(write(tmp_path / "way.gpx", text), runner)
    assert tried.altitude.source == "own"
    assert tried.measured["ascent_m"] == pytest.approx(120, rel=0.05)


def test_a_way_over_the_date_line_stays_on_its_side(runner, tmp_path):
    way = [
        (10.0, (179.99 + at * STEP_M / DEGREE_M) % 360.0, hills(at * STEP_M))
        for at in range(300)
    ]
    way = [(lat, lon - 360.0 * (lon > 180.0), height) for lat, lon, height in way]
    path = write(tmp_path / "way.gpx", gpx(way))
    records = read_route_records(loadwatch.analyse(runner).data, path)
    assert (records["longitude_deg"].abs() > 179.9).all()
