"""Apple Health's export: workouts and routes, entities and endless elements, all made up."""

from __future__ import annotations

import shutil
import tracemalloc
import zipfile
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadwatch.errors import OverLimit, Unreadable
from loadwatch.ingest import health_export, readers
from loadwatch.ingest.sources import find_members
from loadwatch.settings import Settings
from tests import make_vendors as make
from tests.make_vendors import FIRST, Workout
from tests.read_vendors import EXPORTS, HEADER, LATER, build_rows, kinds, read


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


def test_an_apple_export_in_an_encoding_that_nobody_has_is_refused():
    export = EXPORTS["apple"]
    assert b"UTF-8" in export[:60]
    with pytest.raises(Unreadable, match="broken XML: unknown encoding"):
        readers.read(export.replace(b"UTF-8", b"AUTF-8", 1), "", Settings())


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
