"""Exports of Samsung, Fitbit, adidas, Zepp, Huawei and others, all made up."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadwatch.errors import LoadwatchError, NotActivity
from loadwatch.ingest import readers
from loadwatch.ingest.readers.json import huawei, values
from loadwatch.ingest.sources import find_members
from loadwatch.settings import Settings
from tests import make_vendors as make
from tests.make_vendors import FIRST, Run, Workout
from tests.read_vendors import EXPORTS, LATER, build_rows, kinds, read

# --- tables --------------------------------------------------------------------------


def test_samsung_reads_utc_with_an_offset_and_milliseconds():
    late = datetime(2026, 6, 3, 21, 30, tzinfo=UTC)
    data = make.make_samsung([Run(1002), Run(15005, late), Run(1001), Run(11007)])
    sessions = read(data)
    assert kinds(sessions) == [
        ("running", "generic"),
        ("running", "treadmill"),
        ("walking", "generic"),
        ("cycling", "generic"),
    ]
    assert sessions[0].start_utc == FIRST
    assert sessions[0].timer_s == 3000
    assert sessions[0].distance_m == 9000
    assert sessions[1].start_local == datetime(2026, 6, 4, 6, 30)  # noqa: DTZ001
    assert sessions[1].zone == "+09:00"
    assert sessions[0].line == 3


def test_old_samsung_tables_have_the_local_clock_beside_milliseconds():
    (session,) = read(make.make_samsung([Run(1002)], offset="7200000"))
    assert session.start_local == FIRST.replace(tzinfo=None)
    assert session.start_utc == FIRST - timedelta(hours=2)


@pytest.mark.parametrize("table", ["exercise.extension", "step_daily_trend", "sleep"])
def test_other_tables_of_samsung_are_no_activities(table):
    with pytest.raises(NotActivity, match="Samsung"):
        read(make.make_samsung([Run(1002)], table=table))


@pytest.mark.parametrize("is_old", [True, False])
def test_zepp_finds_the_distance_in_either_column(is_old):
    runs = [Run(1), Run(8, LATER, 2400, 7000.0), Run(6), Run(9), Run(52, metres=-1.0)]
    sessions = read(make.make_zepp(runs, old=is_old))
    assert kinds(sessions) == [
        ("running", "generic"),
        ("running", "treadmill"),
        ("walking", "generic"),
        ("cycling", "generic"),
        ("training", "strength_training"),
    ]
    assert [one.distance_m for one in sessions[:2]] == [9000, 7000]
    assert not sessions[4].distance_m > 0
    assert sessions[0].start_utc == FIRST
    noted = {note.code for one in sessions for note in one.notes}
    assert noted == ({"distance"} if is_old else set())


def test_google_health_reads_millimetres_and_the_zone_of_each_row():
    sessions = read(make.make_user_exercises([Run("Run"), Run("Treadmill", LATER)]))
    assert kinds(sessions) == [("running", "generic"), ("running", "treadmill")]
    assert sessions[0].distance_m == 9000
    assert sessions[0].elapsed_s == 3000
    assert sessions[0].ascent_m == 60
    assert sessions[0].zone == "+02:00"


# --- JSON ----------------------------------------------------------------------------


@pytest.mark.parametrize(("unit", "climb_m"), [("Mile", 30.48), ("Kilometer", 100)])
def test_fitbit_reads_the_unit_of_each_exercise(unit, climb_m):
    sessions = read(make.make_fitbit([Run("Run"), Run("Walk", LATER)], unit))
    assert kinds(sessions) == [("running", "generic"), ("walking", "generic")]
    assert sessions[0].distance_m == pytest.approx(9000)
    assert sessions[0].ascent_m == pytest.approx(climb_m)
    assert [note.code for note in sessions[0].notes] == ["zone"]


def test_fitbit_without_a_unit_leaves_the_distance_unknown():
    data = make.make_fitbit([Run("Run")]).replace(b'"Mile"', b'"Furlong"')
    (session,) = read(data)
    assert not session.distance_m > 0
    assert "distance" in {note.code for note in session.notes}


def test_a_session_of_google_fit():
    (session,) = read(make.make_google_fit(Run("running")))
    assert (session.sport, session.distance_m, session.timer_s) == (
        "running",
        9000,
        3000,
    )
    assert session.start_utc == FIRST


@pytest.mark.parametrize("is_old", [True, False])
@pytest.mark.parametrize(
    ("word", "expected"), [("road", "hard"), ("trail", "soft"), ("mixed", "")]
)
def test_adidas_reads_the_surface_of_both_generations(is_old, word, expected):
    (session,) = read(make.make_runtastic(Run(1), word, old=is_old), "b/run.json")
    assert (session.sport, session.distance_m) == ("running", 9000)
    assert session.surface == expected
    assert session.zone == "+02:00"
    assert session.linked == "GPS-data/run.gpx"


def test_a_session_of_adidas_is_joined_to_its_gpx(tmp_path, call):
    folder = tmp_path / "Sport-sessions"
    (folder / "GPS-data").mkdir(parents=True)
    (folder / "a.json").write_bytes(make.make_runtastic(Run(1)))
    (folder / "GPS-data" / "a.gpx").write_text(make.make_route(Workout(FIRST)))
    (folder / "b.json").write_bytes(make.make_runtastic(Run(14, LATER), ""))
    answer = build_rows(call, tmp_path)
    assert sorted(row["source"] for row in answer["activities"]) == [
        "Sport-sessions/GPS-data/a.gpx",
        "Sport-sessions/b.json",
    ]
    assert sum(row["hard_m"] for row in answer["activities"]) == pytest.approx(
        9000, 0.01
    )


def test_huawei_reads_numbers_as_names():
    sessions = read(make.make_huawei([Run(4), Run(101, LATER), Run(5)]))
    assert kinds(sessions) == [
        ("running", "generic"),
        ("running", "treadmill"),
        ("walking", "generic"),
    ]
    assert sessions[0].distance_m == 9000
    assert sessions[0].ascent_m == 60
    assert sessions[0].heart_rate_bpm == 155
    assert sessions[0].zone == "+02:00"


@pytest.mark.parametrize(
    "form", ['{{"data":{0}}}', '[{{"recordDay":1,"motionPathData":{0}}}]']
)
def test_huawei_within_an_object_or_days(form):
    data = form.format(make.make_huawei([Run(4)]).decode()).encode()
    assert kinds(read(data)) == [("running", "generic")]


@pytest.mark.parametrize(
    ("whole", "key"),
    [
        (make.make_huawei([Run(4), Run(101, LATER), Run(5)]), b'"startTime"'),
        (make.make_fitbit([Run("Run"), Run("Walk", LATER)]), b'"logId"'),
    ],
    ids=["huawei", "fitbit"],
)
def test_one_bad_element_of_a_list_is_listed_and_the_others_are_read(whole, key):
    """The file of which no element is torn is the yardstick."""
    good = readers.read(whole, "export", Settings())
    torn = readers.read(whole.replace(key, b'"x"', 1), "export", Settings())
    assert [one.session.line for one in torn.activities] == [
        one.session.line for one in good.activities[1:]
    ]
    (left_out,) = torn.skipped
    assert (left_out.source, left_out.kind) == ("#1", "rejected")
    assert left_out.why == values.UNLIKE_OTHERS


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=30), max_size=5))
def test_mending_leaves_sound_json_alone(document):
    text = json.dumps(document)
    assert huawei.mend_names(text) == text


@given(st.text(max_size=60))
@settings(max_examples=200)
def test_mending_any_text_ends(text):
    huawei.mend_names("{" + text)


def test_nike_and_endomondo():
    (nike,) = read(make.make_nike(Run("run")))
    (endomondo,) = read(make.make_endomondo(Run("RUNNING")))
    for session in (nike, endomondo):
        assert session.sport == "running"
        assert session.distance_m == pytest.approx(9000)
        assert session.timer_s == 3000
        assert session.start_utc == FIRST


@pytest.mark.parametrize("vendor", EXPORTS)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_damaged_export_is_read_or_refused(vendor, data):
    export = EXPORTS[vendor]
    at = data.draw(st.integers(0, len(export)))
    patch = data.draw(st.binary(max_size=12))
    end = data.draw(st.integers(0, len(export)))
    damaged = export[:at] + patch + export[at : max(at, end)]
    try:
        reading = readers.read(damaged, "export.json", Settings())
    except LoadwatchError:
        return
    for one in reading.activities:
        assert not one.session.distance_m <= 0
        assert not one.session.timer_s <= 0


HUGE = ("1e400", "-1e400", "9" * 400, "NaN", '"x"', "[]", "null", "true")


@pytest.mark.parametrize("number", HUGE)
@pytest.mark.parametrize("vendor", ["fitbit", "adidas", "huawei", "nike", "fit"])
def test_numbers_of_any_kind_do_no_harm(vendor, number):
    text = EXPORTS[vendor].decode()
    for old in ("9000.0", "3000000", "9.0", '"1"', "1780329600000"):
        with_number = text.replace(old, number)
        try:
            readers.read(with_number.encode(), "a.json", Settings())
        except LoadwatchError as error:
            assert "broken" in str(error)


# --- archives and inspect ------------------------------------------------------------


def test_a_locked_archive_says_how_to_unpack_it(tmp_path):
    path = tmp_path / "HUAWEI_HEALTH.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.json", "[]")
    data = bytearray(path.read_bytes())
    directory = data.index(b"PK\1\2")
    data[directory + 8] |= 1
    path.write_bytes(data)
    (skipped,) = find_members([path])
    assert skipped.kind == "rejected"
    assert "password" in skipped.why
    assert "7-Zip" in skipped.why


@pytest.mark.parametrize("vendor", sorted(set(EXPORTS) - {"apple"}))
def test_inspect_names_what_an_export_holds(vendor, tmp_path, call):
    path = tmp_path / f"{vendor}.json"
    path.write_bytes(EXPORTS[vendor])
    _, output, _ = call("inspect", path)
    assert "running/" in output
    assert "9.00 km" in output


# --- tables and words of Google's and Fitbit's takeouts ------------------------------


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("running.treadmill", ("running", "treadmill")),
        ("running.jogging", ("running", "generic")),
        ("running.sand", ("running", "trail")),
        ("walking.nordic", ("walking", "generic")),
        ("biking.stationary", ("cycling", "indoor_cycling")),
        ("swimming.open_water", ("swimming", "open_water")),
    ],
)
def test_google_fit_names_kinds_behind_a_point(word, expected):
    assert kinds(read(make.make_google_fit(Run(word)))) == [expected]


@pytest.mark.parametrize(
    ("word", "sport"),
    [("Outdoor Bike", "cycling"), ("Interval Workout", "training"), ("Run", "running")],
)
def test_words_of_fitbit(word, sport):
    (session,) = read(make.make_fitbit([Run(word)]))
    assert (session.sport, session.unknown_sport) == (sport, "")


def make_days(header, count, row):
    days = (FIRST + timedelta(days=day) for day in range(count))
    return "\n".join([header, *(f"{day:%Y-%m-%d},{row}" for day in days)]).encode()


def test_sums_of_days_are_no_activities():
    """A step counter's table is a row a day, with all that was walked on it."""
    google = "Date,Move Minutes count,Distance (m),Heart Points,Step count"
    fitbit = "Date,Calories Burned,Steps,Distance,Minutes Sedentary"
    for data in (
        make_days(google, 3, "90,9500.5,30,12000"),
        make_days(fitbit, 3, "2200,12000,8.1,700"),
        make_days("date,steps,distance_km", 20, "12000,8.1"),
    ):
        with pytest.raises(NotActivity, match="sums of whole days"):
            read(data)
    quarters = "Start time,End time,Move Minutes count,Distance (m),Step count\n"
    quarters += "16:00:00.000+02:00,16:15:00.000+02:00,15,2700,2400\n"
    with pytest.raises(NotActivity, match="sums of whole days"):
        read(quarters.encode())


def test_a_runner_who_runs_every_day_keeps_a_list():
    data = make_days("date,distance_km,duration,steps", 20, "8.1,0:45:00,7600")
    assert len(read(data)) == 20
    assert len(read(make_days("date,distance_km", 20, "8.1"))) == 20
