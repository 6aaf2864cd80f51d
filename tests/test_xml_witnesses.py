"""GPX and TCX whose times, laps, points and positions contradict each other: which one wins."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadwatch.errors import NotActivity
from loadwatch.exposure.row import build_row
from loadwatch.ingest import readers
from loadwatch.ingest.readers.point_times import US, Evidence, repair_times
from loadwatch.settings import Settings

START = datetime(2026, 3, 4, 7, 0, tzinfo=UTC)
STEP_M, STEP_S = 30.0, 10
DEGREE_M = 111_195.0


def iso(when, zone="Z"):
    return when.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + zone


def even_times(count=181):
    return [START + timedelta(seconds=STEP_S * k) for k in range(count)]


def gpx(times, *, segments=(), kind="running", head="", tail="", zone="Z", start=47.0):
    """A way due north, 3 m/s by its own clock; `segments` are the points that begin a new one."""
    points = []
    for number, time in enumerate(times):
        if number in segments:
            points.append("</trkseg><trkseg>")
        latitude = start + number * STEP_M / DEGREE_M
        points.append(
            f'<trkpt lat="{latitude:.7f}" lon="8.0"><time>{iso(time, zone)}</time></trkpt>'
        )
    return (
        f'<?xml version="1.0"?>{head}<gpx version="1.1" creator="made up"><trk><type>{kind}</type>'
        f"<trkseg>{''.join(points)}</trkseg></trk>{tail}</gpx>"
    ).encode()


def tcx(
    times,
    laps,
    *,
    factor=1.0,
    positions=True,
    identity=START,
    zone="Z",
):
    """Laps of (first point, last point, stated seconds, stated metres), points at 3 m/s."""
    parts = []
    for first, last, seconds, metres in laps:
        points = []
        for number in range(first, last + 1):
            way = number * STEP_M
            place = (
                f"<Position><LatitudeDegrees>{47 + way / DEGREE_M:.7f}</LatitudeDegrees>"
                "<LongitudeDegrees>8.0</LongitudeDegrees></Position>"
            )
            points.append(
                f"<Trackpoint><Time>{iso(times[number], zone)}</Time>{place * positions}"
                f"<DistanceMeters>{way * factor:.5f}</DistanceMeters></Trackpoint>"
            )
        parts.append(
            f'<Lap StartTime="{iso(times[first], zone)}"><TotalTimeSeconds>{seconds}</TotalTimeSeconds>'
            f"<DistanceMeters>{metres}</DistanceMeters><Track>{''.join(points)}</Track></Lap>"
        )
    return (
        '<?xml version="1.0"?><TrainingCenterDatabase><Activities><Activity Sport="Running">'
        f"<Id>{iso(identity)}</Id>{''.join(parts)}</Activity></Activities></TrainingCenterDatabase>"
    ).encode()


def rows(data):
    found = readers.read(data, "a", Settings()).activities
    return [build_row(one, "0" * 40, Settings()) for one in found]


def row(data):
    (only,) = rows(data)
    return only


def codes(one):
    return {note.partition(":")[0] for note in one["notes"]}


def check_whole(one, metres=5400.0, seconds=1800.0):
    assert one["distance_m"] == pytest.approx(metres, rel=0.01)
    assert one["duration_s"] == pytest.approx(seconds, rel=0.01)
    assert one["start_utc"].startswith("2026-03-04T07:00:00")


THREE_LAPS = [(0, 60, 600, 1800), (60, 120, 600, 1800), (120, 180, 600, 1800)]


# ---- times


@pytest.mark.parametrize("late_s", [4_000, 100_000, 10_000_000])
@pytest.mark.parametrize(("first", "stop"), [(40, 100), (90, 180), (5, 170)])
@pytest.mark.parametrize("in_segments", [True, False])
def test_part_whose_clock_jumps_ahead_is_moved_back(late_s, first, stop, in_segments):
    times = even_times()
    for number in range(first, stop):
        times[number] += timedelta(seconds=late_s)
    one = row(gpx(times, segments=(first, stop) if in_segments else ()))
    check_whole(one)
    assert one["elapsed_s"] == pytest.approx(1800, abs=30)
    assert "clock" in codes(one)


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("hours", [-30, -20, 1.5, 20])
@pytest.mark.parametrize("at_end", [True, False])
def test_few_points_hours_away_are_cut(count, hours, at_end):
    times = even_times()
    places = range(181 - count, 181) if at_end else range(count)
    for number in places:
        times[number] += timedelta(hours=hours)
    one = row(gpx(times))
    lost = STEP_M * count
    assert one["distance_m"] == pytest.approx(5400, abs=lost + 10)
    assert one["elapsed_s"] == pytest.approx(1800, abs=STEP_S * count + 1)
    assert "clock" in codes(one)


@pytest.mark.parametrize("hours", [2, 12, 48])
def test_stale_first_fix_of_a_tcx_is_cut(hours):
    times = even_times()
    times[0] -= timedelta(hours=hours)
    one = row(tcx(times, [(0, 180, 1800, 5400)]))
    assert one["start_utc"].startswith("2026-03-04T07:00:")
    assert one["elapsed_s"] == pytest.approx(1800, abs=20)
    assert "clock" in codes(one)


def test_segments_out_of_order_are_put_in_order_of_time():
    times = even_times()
    data = gpx(times[90:] + times[:90], segments=(91,)).decode()
    # each point keeps the place of its time
    points = sorted(
        data.split("<trkpt")[1:], key=lambda text: text.split("<time>")[1][:24]
    )
    ways = [part.split('"')[1] for part in data.split("<trkpt")[1:]]
    shuffled = data.split("<trkpt")[0]
    order = list(range(91, 181)) + list(range(91))
    for number in order:
        text = points[number].split("</trkpt>")[0]
        time = text.split("<time>")[1].split("</time>")[0]
        shuffled += f'<trkpt lat="{ways[number]}" lon="8.0"><time>{time}</time></trkpt>'
    shuffled += "</trkseg></trk></gpx>"
    one = row(shuffled.encode())
    check_whole(one)


@pytest.mark.parametrize("kind", ["running", ""])
def test_times_shuffled_over_minutes_keep_the_order_of_the_file(kind):
    times = even_times()
    for first in range(0, 176, 8):
        times[first : first + 8] = reversed(times[first : first + 8])
    one = row(gpx(times, kind=kind))
    check_whole(one)
    assert one["sport"] == "running"
    assert "clock" in codes(one)


@pytest.mark.parametrize("size", [4, 8, 20])
@pytest.mark.parametrize("apart_ms", [0, 3])
def test_points_in_batches_are_spread(size, apart_ms):
    times = even_times(180)
    batches = []
    for number in range(180):
        last = times[min(number // size * size + size - 1, 179)]
        batches.append(last + timedelta(milliseconds=apart_ms * (number % size)))
    one = row(gpx(batches))
    assert one["distance_m"] == pytest.approx(179 * STEP_M, rel=0.01)
    assert one["duration_s"] == pytest.approx(1790, rel=0.02)
    assert "clock" in codes(one)


@pytest.mark.parametrize("every_s", [1, 10, 20])
def test_segment_twice_in_a_track_counts_once(every_s):
    times = [START + timedelta(seconds=every_s * k) for k in range(181)]
    data = gpx(times).decode()
    segment = data[data.index("<trkseg>") : data.index("</trk>")]
    one = row(data.replace(segment, segment * 2).encode())
    assert one["duration_s"] == pytest.approx(180 * every_s)
    if every_s > 1:
        assert one["distance_m"] == pytest.approx(5400, rel=0.01)


def test_clock_that_steps_back_an_hour_on_the_way_goes_on():
    times = even_times()
    for number in range(90, 181):
        times[number] -= timedelta(hours=1)
    one = row(gpx(times))
    check_whole(one)
    assert one["elapsed_s"] == pytest.approx(1800)
    assert codes(one) == {"clock"}


def test_times_that_only_share_a_second_here_and_there_stay():
    times = even_times()
    times[50] = times[49]
    one = row(gpx(times))
    check_whole(one)
    assert "clock" not in codes(one)


def test_days_between_all_points_tell_no_duration():
    times = [START + timedelta(days=30 * k) for k in range(60)]
    one = row(gpx(times))
    assert math.isnan(one["duration_s"])
    assert codes(one) == {"clock"}


def test_way_that_nobody_covers_in_its_time_keeps_its_length():
    times = [START + timedelta(seconds=k * 7 % 20) for k in range(181)]
    one = row(gpx(times))
    assert one["distance_m"] == pytest.approx(5400, rel=0.01)
    assert math.isnan(one["duration_s"])
    assert "clock" in codes(one)


def test_positions_all_over_the_world_give_no_distance():
    random = np.random.default_rng(4)
    data = gpx(even_times()).decode()
    for number in range(181):
        old = f'lat="{47 + number * STEP_M / DEGREE_M:.7f}"'
        data = data.replace(old, f'lat="{random.uniform(-80, 80):.5f}"', 1)
    one = row(data.encode())
    assert math.isnan(one["distance_m"])
    assert "gps_jump" in codes(one)


def test_hole_of_a_night_is_not_run_through():
    times = even_times()
    for number in range(90, 181):
        times[number] += timedelta(hours=9)
    data = gpx(times).decode()
    for number in range(90, 181):  # and 20 km further on
        old = f'lat="{47 + number * STEP_M / DEGREE_M:.7f}"'
        new = f'lat="{47 + (number * STEP_M + 20_000) / DEGREE_M:.7f}"'
        data = data.replace(old, new)
    check_whole(row(data.encode()), 5370, 1790)


@given(
    st.lists(st.integers(0, 10**6), min_size=2, max_size=60),
    st.lists(st.floats(0, 1), min_size=60, max_size=60),
)
def test_times_never_step_back_and_no_point_is_made_up(seconds, degrees):
    us = np.array(seconds, np.int64) * US
    latitude = np.array(degrees[: us.size])
    unknown = np.full(us.size, np.nan)
    found = repair_times(us, lambda: Evidence(latitude, latitude, unknown))
    assert (np.diff(found.us) >= 0).all()
    assert len(set(found.at.tolist())) == found.at.size == found.us.size
    assert set(found.at.tolist()) <= set(range(us.size))


@given(st.lists(st.integers(1, 600), min_size=2, max_size=60))
def test_times_that_rise_evenly_stay_as_they_are(steps):
    us = np.cumsum(np.array(steps, np.int64)) * US
    found = repair_times(us, lambda: pytest.fail("nothing steps back"))
    assert (found.us == us).all()
    assert found.notes == ()


# ---- totals


@pytest.mark.parametrize("factor", [0.001, 0.000621371, 0.3048, 3.28084, 100.0])
def test_points_in_another_unit_give_way_to_laps_and_positions(factor):
    one = row(tcx(even_times(), THREE_LAPS, factor=factor))
    check_whole(one)
    assert "lap_totals" in codes(one)
    assert one["grade_0_m"] != one["grade_0_m"] or one["grade_0_m"] <= 5500


@pytest.mark.parametrize("metres", [600, 5000, 6_000_000])
def test_laps_give_way_to_points_and_positions(metres):
    laps = [(first, last, 600, metres) for first, last, _, _ in THREE_LAPS]
    one = row(tcx(even_times(), laps))
    check_whole(one)
    assert codes(one) == {"lap_totals"}


@pytest.mark.parametrize("metres", [1600, 2000, 2400])
def test_treadmill_takes_its_laps_and_says_so(metres):
    laps = [(first, last, 600, metres) for first, last, _, _ in THREE_LAPS]
    one = row(tcx(even_times(), laps, positions=False))
    check_whole(one, 3 * metres)
    assert codes(one) == {"lap_totals"}


def test_treadmill_whose_points_count_kilometres_takes_its_laps():
    check_whole(row(tcx(even_times(), THREE_LAPS, positions=False, factor=0.001)))


@pytest.mark.parametrize("positions", [True, False])
def test_laps_written_twice_count_once(positions):
    one = row(tcx(even_times(), THREE_LAPS * 2, positions=positions))
    check_whole(one)
    in_turn = [lap for lap in THREE_LAPS for _ in "ab"]
    check_whole(row(tcx(even_times(), in_turn, positions=positions)))


@pytest.mark.parametrize("positions", [True, False])
def test_laps_that_run_on_are_not_summed(positions):
    laps = [(0, 60, 600, 1800), (60, 120, 1200, 3600), (120, 180, 1800, 5400)]
    one = row(tcx(even_times(), laps, positions=positions))
    check_whole(one)
    assert "lap_totals" in codes(one)


@pytest.mark.parametrize("at_end", [True, False])
@pytest.mark.parametrize("positions", [True, False])
def test_a_lap_that_sums_up_all_others_is_none(positions, at_end):
    """Some converters add the whole as one more lap, without points of its own."""
    whole = (0, -1, 1800, 5400)
    laps = [*THREE_LAPS, whole] if at_end else [whole, *THREE_LAPS]
    one = row(tcx(even_times(), laps, positions=positions))
    check_whole(one)
    assert "lap_totals" in codes(one)


def test_laps_that_overlap_by_half_are_not_summed():
    starts = range(0, 180, 30)
    laps = [(start, min(start + 30, 180), 600, 1800) for start in starts]
    one = row(tcx(even_times(), laps))
    check_whole(one)
    assert "lap_totals" in codes(one)


def test_a_lap_as_long_as_the_others_together_is_none_of_their_sum():
    laps = [(0, 45, 450, 1350), (45, 90, 450, 1350), (90, 180, 900, 2700)]
    check_whole(row(tcx(even_times(), laps)))


def test_equal_laps_in_a_row_are_no_copies():
    check_whole(row(tcx(even_times(), THREE_LAPS)))
    assert row(tcx(even_times(), THREE_LAPS))["notes"] == []


def test_activity_twice_in_a_file_is_read_twice_and_left_to_the_deduplication():
    data = tcx(even_times(), THREE_LAPS).decode()
    first, rest = data.split("<Activities>")
    activity = rest.split("</Activities>")[0]
    twice = f"{first}<Activities>{activity * 2}</Activities></TrainingCenterDatabase>"
    assert len(rows(twice.encode())) == 2


LAPS = "".join(
    f"<lap><index>{k}</index><distance>1080</distance><elapsedTime>360</elapsedTime></lap>"
    for k in range(5)
)


@pytest.mark.parametrize(
    "tail",
    [
        f"<extensions>{LAPS}</extensions>",
        f"<extensions><laps>{LAPS}</laps></extensions>",
        "<extensions><distance>1080</distance></extensions>",
        "<extensions><s><distance>1080</distance></s></extensions>",
        "<extensions><distance>5.4</distance><elapsed_time>0.5</elapsed_time></extensions>",
        "<extensions><distance>1080</distance><distance>4320</distance></extensions>",
    ],
)
def test_total_of_an_extension_that_the_path_contradicts_is_none(tail):
    check_whole(row(gpx(even_times(), tail=tail)))


def test_total_of_an_extension_that_the_path_carries_is_taken():
    tail = "<extensions><distance>5555</distance></extensions>"
    assert row(gpx(even_times(), tail=tail))["distance_m"] == 5555


# ---- what a file is


@pytest.mark.parametrize(
    "head",
    [
        "<!-- from a TrainingCenterDatabase -->",
        "<!-- <TrainingCenterDatabase> --><!-- > -->",
        "<?note trainingcenterdatabase?>",
        f"<!-- {'x' * 5000} -->",
        " \n",
    ],
)
def test_root_element_says_what_a_file_is(head):
    check_whole(row(gpx(even_times(), head=head)))


def test_gpx_in_a_comment_of_a_tcx_changes_nothing():
    data = tcx(even_times(), THREE_LAPS)
    check_whole(row(data.replace(b"?>", b"?><!-- was <gpx> once -->", 1)))


@pytest.mark.parametrize("time", ["<time>2026-03-04T07:00:00Z</time>", ""])
def test_route_is_told_from_a_track(time):
    data = f'<gpx><rte><rtept lat="47" lon="8">{time}</rtept></rte></gpx>'.encode()
    with pytest.raises(NotActivity) as error:
        readers.read(data, "a", Settings())
    assert ("no times" in str(error.value)) == (not time)


# ---- zones


@pytest.mark.parametrize("make", [gpx, lambda t, **k: tcx(t, THREE_LAPS, **k)])
def test_position_beats_an_offset_of_zero(make):
    one = row(make(even_times(), zone="+00:00"))
    assert one["start_local"].startswith("2026-03-04T08:00:00")
    assert one["zone"] == "Europe/Zurich"


def test_offset_of_zero_stays_where_nothing_contradicts_it():
    one = row(tcx(even_times(), THREE_LAPS, zone="+00:00", positions=False))
    assert one["start_local"].startswith("2026-03-04T07:00:00")
    london = row(
        gpx(even_times(), zone="+00:00", start=51.5).replace(b'lon="8', b'lon="0')
    )
    assert london["start_local"].startswith("2026-03-04T07:00:00")


def test_stated_offset_of_hours_stays():
    times = [time + timedelta(hours=2) for time in even_times()]
    assert row(gpx(times, zone="+02:00"))["start_local"].startswith("2026-03-04T09:00")


@pytest.mark.parametrize(
    "change", [(b"made up", b"Zwift"), (b">running<", b">VirtualRun<")]
)
def test_virtual_world_names_no_zone(change):
    one = row(gpx(even_times(), start=-11.6).replace(b'lon="8.0"', b'lon="166.9"'))
    assert one["zone"].startswith("Pacific/")
    data = gpx(even_times(), start=-11.6).replace(b'lon="8.0"', b'lon="166.9"')
    assert row(data.replace(*change))["zone"] == ""


# ---- pace


@pytest.mark.parametrize(
    ("step_s", "code"),
    [(10, set()), (5, set()), (3.8, {"pace"}), (2, {"pace", "gps_jump"})],
)
def test_run_faster_than_any_runner_is_noted(step_s, code):
    times = [START + timedelta(seconds=step_s * k) for k in range(600)]
    one = row(gpx(times))
    assert one["sport"] == "running"
    assert codes(one) <= code
    assert bool(codes(one)) == bool(code)


@pytest.mark.parametrize("latitude", ["-1e308", "91"])
def test_a_position_that_cannot_be_is_no_evidence_of_the_order(latitude):
    """No point is lost but that position; numpy's warnings are failures of this suite."""
    times = even_times()
    times[100], times[101] = times[101], times[100]
    data = gpx(times).replace(b'lat="47.0002698"', f'lat="{latitude}"'.encode(), 1)
    (activity,) = readers.read(data, "a.gpx", Settings()).activities
    assert len(activity.records) == 181
    assert activity.records.latitude_deg.isna().sum() == 1
    codes = {note.code for note in activity.session.notes}
    assert codes & {"gps_invalid", "bad_values"}


def test_a_distance_that_cannot_be_is_no_evidence_of_the_order():
    us = np.array([0, 2, 1, 3]) * US
    unknown = np.full(4, np.nan)
    metres = np.array([0, 20, -1e308, 1e308])
    found = repair_times(us, lambda: Evidence(unknown, unknown, metres))
    assert found.at.tolist() == [0, 2, 1, 3]
