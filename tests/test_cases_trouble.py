"""Small inputs that once cost everybody the run: each right, in bounded time and memory.

The bounds are on CPU time and memory of a process of its own (tests/limited.py).
"""

import gzip
import json
import re
import shutil
from pathlib import Path

import pytest

from tests.limited import Finished, run_limited

CASES = Path(__file__).parent / "cases" / "trouble"
ANA = Path(__file__).parents[1] / "sample_data" / "ana"
BEN = ANA.parent / "ben"
CPU_S = 2.0
MIB = 300  # the most that any command may take; old libraries take some 20 more


def check_cost(done: Finished, cpu_s: float = CPU_S, mib: float = MIB) -> None:
    assert done.cpu_s < cpu_s
    assert done.peak_mib < mib
    assert "Traceback" not in done.err
    assert "itself failed" not in done.err


@pytest.fixture
def folder(tmp_path):
    """Give a runner's folder with some of the cases in it."""

    def make(*names: str) -> Path:
        place = tmp_path / "runner"
        place.mkdir()
        for name in names:
            shutil.copy(CASES / name, place)
        return place

    return make


def read(place: Path, *options: str) -> tuple[list[dict], list[dict], Finished]:
    """Return rows, what was skipped, and the finished command."""
    done = run_limited(
        "activities", place, "--format", "json", "--no-store", "-j1", *options
    )
    check_cost(done)
    shown = done.json
    return shown["activities"], shown["skipped"], done


def codes_of(row: dict) -> set[str]:
    return {note.partition(":")[0] for note in row["notes"]}


def test_every_case_has_its_test():
    text = Path(__file__).read_text("utf-8")
    for name in CASES.iterdir():
        assert name.name == "cases.json" or f'"{name.name}"' in text
    listed = {case["file"] for case in json.loads((CASES / "cases.json").read_text())}
    there = {path.name for path in CASES.iterdir()}
    assert listed - there == {"repro_store_bit.py"}  # in test_store.py


# what readers and the exposure row make of a file


def test_a_distance_that_jumps_by_42949_km_twenty_times(folder):
    rows, skipped, _ = read(folder("fit_distance_saw_20.fit"))
    assert (
        any(codes_of(row) & {"distance_reset", "gps_jump", "distance"} for row in rows)
        or skipped
    )
    assert all((row["distance_m"] or 0) < 1e6 for row in rows)


def test_a_time_series_whose_distance_is_no_persons(folder):
    rows, skipped, _ = read(folder("csv_series_distance.csv"))
    assert any(row["notes"] for row in rows) or skipped
    assert all((row["distance_m"] or 0) < 1e6 for row in rows)


def test_a_goldencheetah_ride_with_an_impossible_distance(folder):
    rows, skipped, _ = read(folder("json_goldencheetah_km.json"))
    assert any(row["notes"] for row in rows) or skipped
    assert all((row["distance_m"] or 0) < 1e6 for row in rows)


def test_the_year_2099_silences_no_flag(tmp_path):
    place = tmp_path / "ana"
    shutil.copytree(ANA, place)
    shutil.copy(CASES / "gpx_year_2099.gpx", place)
    done = run_limited("flags", place, "--fail-on", "high", "--no-store", "-j1")
    assert done.code == 3
    rows, skipped, _ = read(place)
    late = [row for row in rows if row["source"] == "gpx_year_2099.gpx"]
    left = [part for part in skipped if part["source"] == "gpx_year_2099.gpx"]
    assert [codes_of(row) for row in late] == [{"clock"}] or left


def test_a_thousand_km_in_40_seconds_are_noted(folder):
    rows, skipped, _ = read(folder("tcx_1000km_in_40s.tcx"))
    assert "gps_jump" in {code for row in rows for code in codes_of(row)} or skipped


def test_values_beyond_a_person_are_left_out_and_each_noted(folder):
    rows, _, _ = read(folder("json_garmin_values.json"))
    (row,) = rows
    assert row["heart_rate_bpm"] is None
    assert row["ascent_m"] is None
    assert row["steps"] is None
    notes = " ".join(row["notes"])
    for word in ("heart rate", "ascent", "steps"):
        assert word in notes


def test_a_total_of_42949_km_is_noted_and_raises_nothing(folder):
    place = folder("fit_total_42949km.fit")
    rows, skipped, _ = read(place)
    assert any(row["notes"] for row in rows) or skipped
    assert all((row["distance_m"] or 0) < 1e6 for row in rows)
    done = run_limited("flags", place, "--format", "json", "--no-store", "-j1")
    assert [flag for flag in done.json["flags"] if flag["level"] != "info"] == []


def test_a_list_of_100000_rows(folder):
    place = folder("csv_100k_rows.csv.gz")
    done = run_limited(
        "activities", place, "--format", "json", "--no-store", "-j1", "-q"
    )
    check_cost(done, 4.0, 512)
    shown = done.json
    is_limited = [part["kind"] for part in shown["skipped"]] == ["limited"]
    assert is_limited or len(shown["activities"]) + len(shown["duplicates"]) == 100_000


def test_a_map_of_empty_groups(folder):
    extract = CASES / "pbf_empty_groups.osm.pbf"
    place = folder("gpx_year_2099.gpx")  # it has positions
    track = place / "gpx_year_2099.gpx"
    track.write_text(track.read_text().replace("2099", "2026"))
    done = run_limited("weeks", place, "--osm", extract, "--no-store", "-j1")
    check_cost(done)


# archives


def test_8000_members_of_one_name(folder):
    _, skipped, done = read(folder("zip_same_name_8000_nested.zip"))
    assert len({part["source"] for part in skipped}) == len(skipped) >= 8000
    assert done.code == 1


# settings, tags and diary


@pytest.mark.parametrize("name", ["toml_deep.toml", "toml_dotted_key.toml"])
def test_settings_that_no_parser_bears(name, tmp_path):
    club = tmp_path / "club"
    shutil.copytree(BEN, club / "ben")
    shutil.copytree(BEN, club / "cat")
    shutil.copy(CASES / name, club / "cat" / "loadwatch.toml")
    done = run_limited("weeks", club / "cat", "--no-store", "-j1")
    check_cost(done)
    assert done.code == 1
    assert re.match(r"Error: loadwatch\.toml(:\d+)?: ", done.err)
    done = run_limited("roster", club, "--format", "json", "--no-store", "-j1")
    assert done.code == 0
    names = {one["name"]: one["group"] for one in done.json["athletes"]}
    assert names["cat"] == "unknown" != names["Ben (made up)"]


def test_an_error_line_shows_no_escape(tmp_path):
    place = tmp_path / "ben"
    shutil.copytree(BEN, place)
    shutil.copy(CASES / "toml_escape_key.toml", place / "loadwatch.toml")
    done = run_limited("weeks", place, "--no-store", "-j1")
    check_cost(done)
    assert done.code == 1
    assert "\x1b" not in done.err and "\\x1b" in done.err


def test_a_diary_of_100000_bad_lines(tmp_path):
    place = tmp_path / "ben"
    shutil.copytree(BEN, place)
    data = gzip.decompress((CASES / "diary_100k_bad_lines.csv.gz").read_bytes())
    (place / "diary.csv").write_bytes(data)
    page = tmp_path / "page.html"
    done = run_limited("report", place, "-o", page, "--no-store", "-j1")
    check_cost(done, 4.0)
    text = page.read_text("utf-8")
    assert len(text.encode()) <= 300_000
    assert "diary.csv line 2" in text
    assert "99,9" in text or "100,000" in text  # a count of the others


def test_words_of_a_diary_leave_an_anonymous_roster(tmp_path):
    club = tmp_path / "club"
    shutil.copytree(BEN, club / "ben")
    shutil.copy(CASES / "diary_bad_date_words.csv", club / "ben" / "diary.csv")
    out = tmp_path / "out"
    done = run_limited("roster", club, "-o", out, "--anonymise", "--no-store", "-j1")
    assert done.code == 0
    for page in out.rglob("*.html"):
        assert "Jane" not in page.read_text("utf-8")


# other inputs of the same kinds


HUGE = "1" + "0" * 300
COORDINATES = {
    "beyond all numbers": ("1e308", "-1e308"),
    "no number": ("inf", "nan"),
    "from pole to pole": ("89.9", "-89.9"),
    "at the pole": ("90.0", "90.0"),
    "smaller than any": ("5e-324", "-5e-324"),
    "of 5,000 digits": ("4" + "7" * 5000, "8"),
}


@pytest.mark.parametrize("kind", COORDINATES)
def test_hostile_coordinates_cost_nothing_and_warn_nobody(kind, tmp_path):
    points = "".join(
        f'<trkpt lat="{COORDINATES[kind][second % 2]}" lon="{COORDINATES[kind][1]}">'
        f"<ele>{HUGE}</ele><time>2026-03-01T07:{second // 60:02}:{second % 60:02}Z</time></trkpt>"
        for second in range(120)
    )
    (tmp_path / "a.gpx").write_text(
        f"<gpx><trk><type>running</type><trkseg>{points}</trkseg></trk></gpx>"
    )
    rows, skipped, done = read(tmp_path)
    assert "Warning" not in done.err
    assert skipped or codes_of(rows[0]) & {"gps_invalid", "gps_jump", "bad_values", "altitude_spike"}  # fmt: skip
    assert all((row["distance_m"] or 0) < 1 for row in rows)


ELEMENT = '{"activityId":%d,"startTimeLocal":"2020-03-01 07:00:00","distance":5.5,"duration":9}'
LISTS = {
    "Garmin's service": (ELEMENT, "[%s]"),
    "Garmin's export": (ELEMENT, '[{"summarizedActivitiesExport":[%s]}]'),
    "Strava": (
        '{"start_date_local":"2020-03-01T07:00:00Z","distance":5,"moving_time":9,"id":%d}',
        "[%s]",
    ),
}


@pytest.mark.parametrize("vendor", LISTS)
def test_json_of_500000_rows_is_limited(vendor, tmp_path):
    element, whole = LISTS[vendor]
    text = whole % ",".join(element % number for number in range(500_000))
    (tmp_path / "a.json").write_text(text)
    done = run_limited("activities", tmp_path, "--format", "json", "--no-store", "-j1")
    check_cost(done, 4.0, 512)
    assert [part["kind"] for part in done.json["skipped"]] == ["limited"]


@pytest.mark.parametrize("part", ['{"a":1.5}', "[1.5]", "1.5"])
def test_json_that_takes_a_multiple_of_its_bytes_is_limited(part, tmp_path):
    count = 50_000_000 // (len(part) + 1)
    text = f"[{','.join([part] * count)}]"
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(text.encode(), 1))
    done = run_limited("activities", tmp_path, "--format", "json", "--no-store", "-j1")
    check_cost(done, 4.0)
    assert [part["kind"] for part in done.json["skipped"]] == ["limited"]


SETTINGS = {
    "an infinite heart rate": "[athlete]\nhr_max = 1e400",
    "a year beyond 64 bits": f"[athlete]\nbirth_year = {HUGE}",
    "a zone that is a file": '[weeks]\ntz = "../../../../etc/passwd"',
    "a zone with a NUL": '[weeks]\ntz = "a\\u0000b"',
    "a map without an end": '[surface]\nosm = "/dev/zero"',
    "a table in a table in a table": "a = " + "{b = " * 500 + "1" + "}" * 500,
    "a key that clears the screen": '"\\u001b[2J\\u202e" = 1',
    "a rule that clears the screen": '[rules."\\u001b[2J"]\nlimit = 1',
    "text of another encoding": "\ufeff[athlete]".encode("utf-16").decode("latin-1"),
}


@pytest.mark.parametrize("kind", SETTINGS)
def test_hostile_settings_are_one_clean_line(kind, tmp_path):
    shutil.copytree(BEN, tmp_path / "ben")
    (tmp_path / "ben" / "loadwatch.toml").write_text(SETTINGS[kind], "latin-1")
    done = run_limited("weeks", tmp_path / "ben", "--no-store", "-j1", "-q")
    check_cost(done)
    assert done.code == 1
    assert done.err.startswith("Error: ")
    assert all(char.isprintable() or char == "\n" for char in done.err)


DIARIES = {
    "scores beyond all": "date,pain\n2026-11-10,1e308\n2026-11-11,nan\n2026-11-12,-5\n",
    "days beyond the clock": "date,pain\n9999-12-31,5\n0001-01-01,5\n",
    "one line without an end": "date,pain\n" + "x" * 900_000,
    "quotation marks alone": "date,pain\n" + '"' * 500_001,
    "100,000 lines": "date,pain\n" + "2026-11-10,5\n" * 100_000,
    "50,000 columns": "date,pain," + ",".join(f"c{n}" for n in range(50_000)),
}


@pytest.mark.parametrize("kind", DIARIES)
def test_a_hostile_diary_makes_no_large_page(kind, tmp_path):
    shutil.copytree(BEN, tmp_path / "ben")
    (tmp_path / "ben" / "diary.csv").write_text(DIARIES[kind])
    page = tmp_path / "page.html"
    done = run_limited("report", tmp_path / "ben", "-o", page, "--no-store", "-j1")
    check_cost(done, 4.0)
    assert done.code == 0
    assert page.stat().st_size <= 300_000


def test_totals_of_a_tcx_that_cannot_be(tmp_path):
    laps = (
        '<Lap StartTime="2026-03-01T07:00:00Z"><TotalTimeSeconds>1e9</TotalTimeSeconds>'
        "<DistanceMeters>1e9</DistanceMeters></Lap>"
    ) * 10_000
    (tmp_path / "a.tcx").write_text(
        '<TrainingCenterDatabase><Activities><Activity Sport="Running">'
        f"<Id>2026-03-01T07:00:00Z</Id>{laps}</Activity></Activities></TrainingCenterDatabase>"
    )
    _, skipped, _ = read(tmp_path)
    assert [part["kind"] for part in skipped] == ["rejected"]
