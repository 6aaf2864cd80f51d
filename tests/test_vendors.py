"""Exports of Apple Health, Samsung, Fitbit, adidas, Zepp, Huawei and others, all made up."""

from __future__ import annotations

import io
import json
import shutil
import tracemalloc
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadwatch.errors import LoadwatchError, NotActivity, OverLimit, Unreadable
from loadwatch.ingest import health_export, readers
from loadwatch.ingest.readers.json import huawei, values
from loadwatch.ingest.sources import find_members, origin
from loadwatch.settings import Settings
from tests import make_vendors as make
from tests.make_vendors import FIRST, Run, Workout

LATER = FIRST + timedelta(days=2)


def read(data, name="export"):
    """Return the sessions of a file."""
    reading = readers.read(data, name, Settings())
    return [one.session for one in reading.activities]


def kinds(sessions):
    return [(one.sport, one.sub_sport) for one in sessions]


def build_rows(call, path, *options):
    """Return what `loadwatch activities` has of `path`."""
    answer = call(
        "activities", path, "--format", "json", "--tz", "Europe/Zurich", *options
    )
    return json.loads(answer[1])


# --- Apple Health --------------------------------------------------------------------


def test_a_workout_says_sport_zone_distance_climb_and_route():
    (session,) = read(make.make_apple_xml([Workout(FIRST)]))
    assert (session.sport, session.sub_sport) == ("running", "generic")
    assert session.start_utc == FIRST
    assert session.zone == "Europe/Zurich"
    assert session.distance_m == pytest.approx(9000)
    assert session.timer_s == 3000
    assert session.ascent_m == 60
    assert session.heart_rate_bpm == 150
    assert session.linked == "/" + Workout(FIRST).route_name


@pytest.mark.parametrize("is_old", [True, False])
@pytest.mark.parametrize("in_miles", [True, False])
def test_distances_of_old_and_new_exports_in_either_unit(is_old, in_miles):
    workout = Workout(FIRST, old=is_old, miles=in_miles)
    (session,) = read(make.make_apple_xml([workout]))
    assert session.distance_m == pytest.approx(9000, rel=1e-4)


@pytest.mark.parametrize(
    ("sport", "expected"),
    [
        ("Running", ("running", "indoor_running")),
        ("Walking", ("walking", "indoor_walking")),
        ("Cycling", ("cycling", "indoor_cycling")),
        ("TraditionalStrengthTraining", ("training", "strength_training")),
        ("Pilates", ("training", "pilates")),
    ],
)
def test_indoors_is_part_of_the_sport(sport, expected):
    data = make.make_apple_xml([Workout(FIRST, sport=sport, indoor=True)])
    assert kinds(read(data)) == [expected]


def test_an_unknown_sport_is_no_run_and_noted():
    (session,) = read(make.make_apple_xml([Workout(FIRST, sport="Quidditch")]))
    assert session.sport == "unknown"
    assert [note.code for note in session.notes] == ["type"]


def test_without_a_zone_the_offset_of_the_phone_is_taken():
    (session,) = read(make.make_apple_xml([Workout(FIRST, zone="")]))
    assert session.zone == "+02:00"


def test_a_leg_does_not_replace_what_its_workout_says():
    data = make.make_apple_xml([Workout(FIRST)]).replace(
        b"</Workout>",
        b'<WorkoutActivity uuid="1"><WorkoutStatistics '
        b'type="HKQuantityTypeIdentifierDistanceWalkingRunning" sum="99" unit="km"/>'
        b"</WorkoutActivity></Workout>",
    )
    (session,) = read(data)
    assert session.distance_m == pytest.approx(9000)


def test_an_export_joins_each_workout_to_its_route(tmp_path, call):
    workouts = [
        Workout(FIRST, 50, 9.0),
        Workout(LATER, 40, 7.0, indoor=True, route=False),
        Workout(FIRST + timedelta(days=3), 30, 8.46, "Cycling"),  # 4.7 m/s
        Workout(FIRST + timedelta(days=5), 50, 4.95),  # a run at 1.65 m/s
        Workout(FIRST + timedelta(days=6), 30, 2.5, "Walking"),
    ]
    make.write_apple_zip(tmp_path / "export.zip", workouts)
    answer = build_rows(call, tmp_path / "export.zip")
    found = sorted((row["start"][:10], row["sport"]) for row in answer["activities"])
    assert found == [
        ("2026-06-01", "running"),
        ("2026-06-03", "running"),
        ("2026-06-04", "cycling"),
        ("2026-06-06", "running"),
        ("2026-06-07", "walking"),
    ]
    assert [row["treadmill_m"] for row in answer["activities"]].count(7000) == 1
    # each workout with a route is a duplicate of the richer GPX file
    assert len(answer["duplicates"]) == 4
    assert all(item["of"].endswith(".gpx") for item in answer["duplicates"])
    # every member exactly once: as a source, a duplicate or skipped
    sources = [row["source"] for row in answer["activities"]]
    sources += [item["source"] for item in answer["duplicates"]]
    sources += [item["source"] for item in answer["skipped"]]
    assert len(sources) == len(set(sources)) == 4 + 5 + 1
    assert {item["kind"] for item in answer["skipped"]} == {"ignored"}


def test_two_routes_of_one_workout_are_one_run_of_its_sport(tmp_path, call):
    half = timedelta(minutes=25)
    parts = [Workout(FIRST, 25, 2.475), Workout(FIRST + half, 25, 2.475)]
    second = (
        f'<WorkoutRoute><FileReference path="/{parts[1].route_name}"/></WorkoutRoute>'
    )
    data = make.make_apple_xml([Workout(FIRST, 50, 4.95)])
    data = data.replace(b" </Workout>", second.encode() + b"</Workout>")
    (tmp_path / "workout-routes").mkdir()
    (tmp_path / "export.xml").write_bytes(data)
    for part in parts:
        (tmp_path / part.route_name).write_text(make.make_route(part))
    answer = build_rows(call, tmp_path)
    (row,) = answer["activities"]
    assert row["sport"] == "running"
    assert row["distance_m"] == pytest.approx(4950, rel=0.01)
    assert row["duration_s"] == pytest.approx(3000, abs=30)
    assert row["elapsed_s"] == pytest.approx(3000, abs=30)
    assert row["unknown_m"] == pytest.approx(row["distance_m"])
    assert len(answer["duplicates"]) == 2
    assert {item["of"] for item in answer["duplicates"]} == {row["source"]}


def test_an_export_unpacked_by_hand_gives_the_same(tmp_path, call):
    make.write_apple_zip(tmp_path / "export.zip", make.make_season(14))
    packed = build_rows(call, tmp_path / "export.zip")
    folder = tmp_path / "unpacked"
    shutil.unpack_archive(tmp_path / "export.zip", folder)
    unpacked = build_rows(call, folder)
    assert packed["activities"] == unpacked["activities"]
    assert packed["duplicates"] == unpacked["duplicates"]


def test_condensing_an_export_changes_nothing_that_is_read():
    data = make.make_apple_xml(make.make_season(30), size=300_000)
    condensed = health_export.condense(health_export.slice_bytes(data))
    assert len(condensed) < len(data) / 10
    assert repr(read(condensed)) == repr(read(data))  # NaN is not equal to itself
    again = health_export.condense(health_export.slice_bytes(condensed))
    assert again == condensed


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))))
def test_any_name_survives_condensing(name):
    element = health_export.Element("Workout", {"sourceName": name})
    text = f"<HealthData>{health_export._format_element(element)}</HealthData>"
    (parsed,) = health_export.parse_export([text.encode()]).workouts
    assert parsed.attributes["sourceName"] == name.replace("\r", "\n") or name.isspace()


@pytest.mark.parametrize("size", [1, 7, 64, 5000])
def test_the_size_of_the_parts_does_not_matter(size):
    data = make.DOCTYPE.encode() + b"<HealthData>"
    data += "".join(map(make.format_workout, make.make_season(7))).encode()
    data += b"</HealthData>"
    parts = [data[at : at + size] for at in range(0, len(data), size)]
    assert health_export.condense(parts) == health_export.condense([data])


ENTITY = '<!DOCTYPE HealthData [\n<!ENTITY a "b">\n]>\n'
PARAMETER = '<!DOCTYPE HealthData [\n<!ENTITY % a "b">\n%a;\n]>\n'
LAUGHS = '<!DOCTYPE HealthData [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>\n'
SYSTEM = '<!DOCTYPE HealthData SYSTEM "file:///etc/passwd">\n'
PUBLIC = '<!DOCTYPE HealthData PUBLIC "a" "http://localhost/a.dtd" []>\n'
FILE = '<!DOCTYPE HealthData [<!ENTITY a SYSTEM "file:///etc/passwd">]>\n'


@pytest.mark.parametrize("doctype", [ENTITY, PARAMETER, LAUGHS, SYSTEM, PUBLIC, FILE])
def test_a_document_type_with_entities_or_other_files_is_refused(doctype):
    data = make.make_apple_xml([Workout(FIRST)], doctype)
    with pytest.raises(Unreadable, match="entities|names another file"):
        read(data)
    with pytest.raises(Unreadable, match="entities|names another file"):
        health_export.condense([data])


def test_another_root_behind_the_document_type_is_refused():
    data = make.DOCTYPE.encode() + b"<gpx><trk/></gpx>"
    with pytest.raises(Unreadable, match="HealthData"):
        read(data)


def test_an_export_that_breaks_off_keeps_its_whole_workouts():
    data = make.make_apple_xml(make.make_season(7))
    torn = data[: data.rindex(b"<WorkoutStatistics")]
    reading = readers.read(torn, "export.xml", Settings())
    assert len(reading.activities) == len(read(data)) - 1
    assert [part.why for part in reading.skipped] == [
        "the export breaks off; its last workouts are missing"
    ]
    condensed = health_export.condense([torn])
    assert readers.read(condensed, "export.xml", Settings()).skipped == reading.skipped


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'sum="9.0000"', b'sum="9e999"'),
        (b'sum="9.0000"', b'sum="nan"'),
        (b'sum="9.0000"', b'sum="-9"'),
        (b'sum="9.0000"', b'sum="' + b"9" * 5000 + b'"'),
        (b'unit="km"/>\n  <WorkoutS', b'unit="parsec"/>\n  <WorkoutS'),
    ],
)
def test_numbers_beyond_measure_are_unknown(old, new):
    data = make.make_apple_xml([Workout(FIRST)])
    assert old in data
    (session,) = read(data.replace(old, new))
    assert not session.distance_m > 0


@pytest.mark.parametrize("start", ["", "yesterday", "9999-12-31 23:59:59 -1400"])
def test_a_workout_without_a_readable_start_is_listed(start):
    data = make.make_apple_xml([Workout(FIRST), Workout(LATER)])
    begin = f"<Workout {data.decode().split('<Workout ')[1].split('>')[0]}"
    broken = begin.replace("2026-06-01 18:00:00 +0200", start)
    reading = readers.read(
        data.replace(begin.encode(), broken.encode()), "", Settings()
    )
    assert len(reading.activities) == 1
    assert [part.source for part in reading.skipped] == ["#1"]


def test_an_endless_attribute_or_nesting_ends():
    endless = [b"<HealthData><Workout a='"] + [b"x" * health_export.MIB] * 20
    with pytest.raises(OverLimit):
        health_export.condense(endless)
    deep = b"<HealthData><Workout>" + b"<a>" * 1000
    with pytest.raises(Unreadable, match="nested"):
        health_export.condense([deep])


def test_a_route_that_points_outside_is_not_followed():
    data = make.make_apple_xml([Workout(FIRST)])
    data = data.replace(b'path="/workout-routes', b'path="/../../workout-routes')
    assert read(data)[0].linked == ""


def test_a_damaged_entry_of_an_archive_is_skipped(tmp_path):
    path = tmp_path / "export.zip"
    make.write_apple_zip(path, make.make_season(3), 200_000)
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        entry = archive.getinfo("apple_health_export/export.xml")
    data[entry.header_offset + 20_000] ^= 0xFF
    path.write_bytes(data)
    (export,) = (
        member for member in find_members([path]) if member.label.endswith("export.xml")
    )
    with pytest.raises((Unreadable, OverLimit), match="archive|broken"):
        export.read()


@pytest.mark.slow
def test_a_large_export_needs_little_memory(tmp_path):
    path = tmp_path / "export.zip"
    make.write_apple_zip(path, make.make_season(60), 20_000_000)
    (export,) = (
        member for member in find_members([path]) if member.label.endswith("export.xml")
    )
    assert export.size > 20_000_000
    tracemalloc.start()
    sessions = read(export.read())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(sessions) == len(make.make_season(60))
    assert peak < 8_000_000


def test_the_cap_of_the_export_is_its_own(tmp_path, monkeypatch):
    path = tmp_path / "export.xml"
    path.write_bytes(make.make_apple_xml([Workout(FIRST)]))
    for module in ("walk", "archives", "origin"):
        name = f"loadwatch.ingest.sources.{module}.MEMBER_BYTES"
        monkeypatch.setattr(name, 1000)
    (member,) = find_members([path])
    assert len(read(member.read())) == 1
    monkeypatch.setattr("loadwatch.ingest.sources.walk.HEALTH_EXPORT_BYTES", 1000)
    (skipped,) = find_members([path])
    assert skipped.kind == "limited"


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


EXPORTS = {
    "apple": make.make_apple_xml([Workout(FIRST)])[-1500:],
    "samsung": make.make_samsung([Run(1002)]),
    "zepp": make.make_zepp([Run(1)]),
    "google": make.make_user_exercises([Run("Run")]),
    "fitbit": make.make_fitbit([Run("Run")]),
    "fit": make.make_google_fit(Run("running")),
    "adidas": make.make_runtastic(Run(1)),
    "huawei": make.make_huawei([Run(4)]),
    "nike": make.make_nike(Run("run")),
    "endomondo": make.make_endomondo(Run("RUNNING")),
}


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


def test_an_apple_export_in_an_encoding_that_nobody_has_is_refused():
    export = EXPORTS["apple"]
    assert b"UTF-8" in export[:60]
    with pytest.raises(Unreadable, match="broken XML: unknown encoding"):
        readers.read(export.replace(b"UTF-8", b"AUTF-8", 1), "", Settings())


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


# --- spreadsheets --------------------------------------------------------------------

HEADER = ["Date", "Distance (km)", "Duration", "Type"]


def test_a_workbook_is_read_sheet_by_sheet():
    pytest.importorskip("python_calamine")
    day = datetime(2026, 6, 1)  # noqa: DTZ001  a date in a cell
    runs = [day, 9.5, timedelta(minutes=50), "Run"]
    older = [day - timedelta(days=365), 7, timedelta(minutes=40), "Treadmill"]
    book = make.make_xlsx(
        {"2026": [HEADER, runs], "Notes": [["hello"]], "2025": [HEADER, older]}
    )
    sessions = read(book)
    assert kinds(sessions) == [("running", "generic"), ("running", "treadmill")]
    assert [one.distance_m for one in sessions] == [9500, 7000]
    assert [one.timer_s for one in sessions] == [3000, 2400]
    assert [one.line for one in sessions] == [2, 5]
    assert sessions[0].start_local == day


def test_an_open_document_is_read_alike(tmp_path, call):
    pytest.importorskip("python_calamine")
    path = tmp_path / "runs.ods"
    path.write_bytes(make.make_ods([HEADER, ["2026-06-01", "9.5", "0:50:00", "Run"]]))
    (row,) = build_rows(call, path)["activities"]
    assert (row["source"], row["distance_m"]) == ("runs.ods#2", 9500)


def test_a_workbook_without_the_extra_names_it(tmp_path, monkeypatch):
    monkeypatch.setattr(origin, "find_spec", lambda _: None)
    path = tmp_path / "runs.xlsx"
    path.write_bytes(make.make_xlsx({"Runs": [HEADER]}))
    (member,) = find_members([path])
    with pytest.raises(Unreadable, match=r"loadwatch\[sheets\].*CSV"):
        member.read()


def test_a_text_document_and_a_plain_zip_are_no_lists(tmp_path):
    path = tmp_path / "a.odt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", "<a/>")
    (skipped,) = find_members([path])
    assert "office document" in skipped.why
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w") as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(Unreadable, match="zip archive"):
        read(plain.getvalue())


def test_a_workbook_made_to_explode_is_refused(monkeypatch):
    book = make.make_xlsx({"Runs": [HEADER] * 2000})
    monkeypatch.setattr("loadwatch.ingest.readers.csv.sheets.MEMBER_BYTES", 10_000)
    with pytest.raises(OverLimit):
        read(book)


def test_a_broken_workbook_is_refused():
    pytest.importorskip("python_calamine")
    book = make.make_xlsx({"Runs": [HEADER]}).replace(b"<sheetData>", b"<sheetDat\0>")
    with pytest.raises(Unreadable):
        read(book)


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


def test_inspect_of_apple_health_and_of_a_workbook(tmp_path, call):
    path = tmp_path / "export.xml"
    path.write_bytes(make.make_apple_xml(make.make_season(7)))
    _, output, _ = call("inspect", path)
    assert "running/generic: 2" in output
    assert "running/indoor_running" in output
    pytest.importorskip("python_calamine")
    book = tmp_path / "runs.xlsx"
    day = datetime(2026, 6, 1)  # noqa: DTZ001  a date in a cell
    row = [day, 9, timedelta(minutes=50), "Run"]
    book.write_bytes(make.make_xlsx({"Runs": [HEADER, row]}))
    assert "9.00 km" in call("inspect", book)[1]


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
