"""Units of a list: by evidence, each decision a value, the doubtful ones told first."""

from __future__ import annotations

import json

import pytest

from loadwatch.activity import DOUBT_CODES
from loadwatch.ingest.readers import csv
from loadwatch.settings import Settings

MILE = 1609.344
GARMIN = (
    "Activity Type,Date,Favorite,Title,Distance,Time,Avg Run Cadence,"
    "Avg Stride Length,Total Ascent,Total Descent,Avg Speed (km/h)\n"
)


def read(text: str, settings: Settings | None = None):
    return csv.read(text.encode(), "list.csv", settings or Settings())


def garmin(runs: int, unit: float, *, climb_unit: float = 1.0, stride: bool = True):
    """A list of runs at 168 steps a minute, distances in `unit` metres."""
    rows = []
    for run in range(runs):
        metres, seconds = 6000 + 130 * run, 2160 + 40 * run
        length = metres / (168 / 60 * seconds)
        shown = f"{length:.2f}" if stride else "--"
        up, down = (round((40 + 7 * run + more) / climb_unit) for more in (0, 3))
        rows.append(
            f"Running,2024-03-{run + 1:02} 18:00:00,false,Run,{metres / unit:.2f},"
            f"00:{seconds // 60}:{seconds % 60:02},168,{shown},{up},{down},--\n"
        )
    return GARMIN + "".join(rows)


def unit_of(reading, column: str):
    return next(one for one in reading.units if one.column == column)


def doubts(reading) -> set[str]:
    return {
        note.code
        for activity in reading.activities
        for note in activity.session.notes
        if note.code in DOUBT_CODES
    }


@pytest.mark.parametrize(("unit", "name"), [(1000.0, "km"), (MILE, "mi")])
def test_stride_names_the_unit_and_the_decision_counts_its_rows(unit, name):
    reading = read(garmin(9, unit))
    decision = unit_of(reading, "Distance")
    assert (decision.unit, decision.certainty) == (name, "sure")
    assert "9 of 9 rows" in decision.evidence
    assert reading.activities[0].session.distance_m == pytest.approx(6000, rel=0.01)
    assert "distance_unit" not in doubts(reading)


def test_feet_made_of_whole_metres_show_themselves_and_their_miles():
    reading = read(garmin(9, MILE, climb_unit=0.3048, stride=False))
    assert unit_of(reading, "Total Ascent").unit == "ft"
    assert unit_of(reading, "Distance").unit == "mi"
    assert reading.activities[0].session.ascent_m == pytest.approx(40, abs=0.2)
    assert not doubts(reading)


def test_climbs_in_metres_beside_distances_in_miles():
    reading = read(garmin(9, MILE))
    assert unit_of(reading, "Distance").unit == "mi"
    assert unit_of(reading, "Total Ascent").unit == "m"
    assert reading.activities[0].session.ascent_m == 40


def test_few_climbs_in_a_list_of_miles_are_feet_and_that_is_told():
    reading = read(garmin(3, MILE, climb_unit=0.3048))
    assert doubts(reading) == {"elevation_unit"}


def test_evidence_that_disagrees_is_told_and_km_are_read():
    text = garmin(9, MILE).replace(",--\n", ",{}\n")
    kmh = 6.0 / 2160 * 3600 / 1.609344  # as if the distances were km
    reading = read(text.replace("{}", f"{kmh:.1f}"))
    decision = unit_of(reading, "Distance")
    assert (decision.unit, decision.certainty) == ("km", "contradicted")
    note = next(n for n in reading.activities[0].session.notes if n.code in DOUBT_CODES)
    assert "Distance" in note.text
    assert "--distance-unit mi" in note.text


def test_a_header_holds_against_the_rows_and_that_is_told():
    text = garmin(9, MILE).replace(",Distance,", ",Distance (km),")
    reading = read(text)
    assert unit_of(reading, "Distance (km)").certainty == "contradicted"
    assert reading.activities[0].session.distance_m == pytest.approx(
        6000 / MILE * 1000, rel=0.01
    )
    assert "distance_unit" in doubts(reading)


def test_a_sensor_error_makes_no_feet():
    text = (
        "Activity Type,Date,Favorite,Distance,Time,Total Ascent,Max Elevation\n"
        + "".join(
            f"Running,2024-03-{day:02} 18:00:00,false,8.0,00:45:00,{30 + day},{height}\n"
            for day, height in enumerate([40, 12000, 44, 60, 52], 1)
        )
    )
    assert unit_of(read(text), "Total Ascent").unit == "m"


PLAIN = "date,distance,duration\n" + "".join(
    f"2026-03-{day:02},{5 + day / 10},0:{28 + day}:11\n" for day in range(1, 9)
)


def test_an_assumed_unit_is_on_stderr_on_the_page_and_in_the_notes(call, tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(PLAIN)
    code, out, err = call("activities", path, "--format", "json", "--no-store")
    assert code == 0
    notes = json.loads(out)["activities"][0]["notes"]
    assert any(note.startswith("distance_unit: column distance") for note in notes)
    told = [line for line in err.splitlines() if line.startswith("log.csv: ")]
    assert len(told) == 1
    assert "column distance is read as km" in told[0]
    assert "--distance-unit mi" in told[0]
    page = tmp_path / "page.html"
    assert call("report", path, "--no-store", "-o", page)[0] == 0
    text = page.read_text()
    assert text.index("column distance is read as km") < text.index("<main>")


def test_a_unit_that_is_chosen_is_told_nowhere(call, tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(PLAIN)
    options = ("--format", "json", "--no-store", "--distance-unit", "km")
    code, out, err = call("activities", path, *options)
    assert code == 0
    assert "read as km" not in out + err


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (["2026-03-02,42.0,25:10:00", "2026-03-09,9,1:00:00"], "over 24 hours"),
        ([f"2026-03-0{day},70,6:10:00" for day in range(2, 9)], "400 km of running"),
        ([f"2026-03-0{day},1.9,1:10:00" for day in range(2, 9)], "than a stroll"),
        (["2026-03-02,42.2,0:47:00", "2026-03-09,9,1:00:00"], "faster than anybody"),
    ],
)
def test_what_nobody_can_run_is_told(rows, words):
    text = "date,type,distance_km,duration\n" + "".join(
        row.replace(",", ",Run,", 1) + "\n" for row in rows
    )
    reading = read(text)
    texts = [n.text for a in reading.activities for n in a.session.notes]
    assert any(words in found for found in texts)
    assert "implausible" in doubts(reading)


def test_a_number_column_that_nobody_knows_is_named_where_there_is_no_distance():
    text = "Date,Type,Duration,Zurückgelegt\n2026-03-02,Run,0:47:10,8.2\n"
    reading = read(text)
    note = next(n for n in reading.activities[0].session.notes if n.code in DOUBT_CODES)
    assert note.code == "unread_column"
    assert "Zurückgelegt" in note.text
    known = text.replace("Zurückgelegt", "Distance km")
    assert not doubts(read(known))


# --- planned -------------------------------------------------------------------------

DONE = "".join(f"2026-03-{day:02},Run,8.0,0:47:{day:02},no\n" for day in (2, 4, 6))
HEAD = "date,type,distance_km,duration,planned\n"


def test_what_is_still_to_come_is_no_run():
    reading = read(HEAD + DONE + "2026-03-08,Run,10,1:00:00,yes\n")
    assert [one.session.planned for one in reading.activities] == [False] * 3
    assert [(one.source, one.kind) for one in reading.skipped] == [("#5", "ignored")]


def test_a_race_that_was_planned_and_done_is_a_planned_run():
    race = "2026-03-05,Race,21.1,1:45:00,yes\n"
    reading = read(HEAD + DONE + race)
    assert [one.session.planned for one in reading.activities] == [False] * 3 + [True]
    last = read(HEAD + DONE + "2026-03-08,Race,21.1,1:44:37,yes\n")
    assert last.activities[-1].session.planned


def test_the_plan_of_a_run_that_was_done_is_no_second_run():
    reading = read(HEAD + DONE + "2026-03-04,Run,9,0:50:00,yes\n")
    assert len(reading.activities) == 3


@pytest.mark.parametrize("word", ["planned", "Geplant", "missed", "cancelled", "no"])
def test_a_status_tells_what_was_not_done(word):
    text = "date,type,distance_km,status\n2026-03-02,Run,8,done\n2026-03-03,Run,9,{}\n"
    reading = read(text.format(word))
    assert [one.session.distance_m for one in reading.activities] == [8000]


def test_planned_reaches_the_row_and_stays_where_a_list_row_meets_its_file(
    call, tmp_path
):
    (tmp_path / "log.csv").write_text(
        HEAD + DONE + "2026-03-05,Race,21.1,1:45:00,yes\n"
    )
    code, out, err = call("activities", tmp_path, "--format", "json", "--no-store")
    assert code == 0, err
    rows = json.loads(out)["activities"]
    assert [row["planned"] for row in rows].count(True) == 1


# --- the same start in another file ---------------------------------------------------


def tcx(day: int, metres: float, seconds: int) -> str:
    """A recording of one lap with two points, in the evening of a day in March."""
    lap = (
        f"<TotalTimeSeconds>{seconds}</TotalTimeSeconds>"
        f"<DistanceMeters>{metres}</DistanceMeters>"
    )
    points = "".join(
        f"<Trackpoint><Time>2026-03-{day:02}T17:{second // 60:02}:{second % 60:02}Z</Time>"
        f"<DistanceMeters>{at}</DistanceMeters></Trackpoint>"
        for second, at in ((0, 0), (seconds, metres))
    )
    start = f"2026-03-{day:02}T17:00:00Z"
    return (
        '<?xml version="1.0"?><TrainingCenterDatabase xmlns="http://www.garmin.com/'
        'xmlschemas/TrainingCenterDatabase/v2"><Activities><Activity Sport="Running">'
        f'<Id>{start}</Id><Lap StartTime="{start}">{lap}<Track>{points}</Track></Lap>'
        "</Activity></Activities></TrainingCenterDatabase>"
    )


def write_log(folder, unit: float, *, clock: str = " 17:00", days=(2, 4, 6, 8)):
    """A list of four runs with two recordings beside it, and the km it should hold."""
    text = "date,distance,duration\n"
    for day in days:
        metres, seconds = 5000 + 300 * day, 1500 + 90 * day
        text += f"2026-03-{day:02}{clock},{metres / unit:.2f},0:{seconds // 60}:{seconds % 60:02}\n"
        if day < 5:
            (folder / f"{day}.tcx").write_text(tcx(day, metres * 1.01, seconds))
    (folder / "log.csv").write_text(text)
    return sum(5000 + 300 * day for day in days)


@pytest.mark.parametrize("unit", [1000.0, MILE, 1.0])
@pytest.mark.parametrize("clock", [" 17:00", ""])
def test_a_recording_of_the_same_run_names_the_unit(call, tmp_path, unit, clock):
    metres = write_log(tmp_path, unit, clock=clock)
    options = ("--format", "json", "--no-store", "--tz", "UTC")
    code, out, err = call("activities", tmp_path, *options)
    assert code == 0, err
    rows = json.loads(out)["activities"]
    assert len(rows) == 4
    assert sum(row["distance_m"] for row in rows) == pytest.approx(metres, rel=0.01)
    assert "log.csv: " not in err


def test_the_user_goes_before_the_recordings(call, tmp_path):
    write_log(tmp_path, MILE)
    options = ("--format", "json", "--no-store", "--tz", "UTC", "--distance-unit", "km")
    _, out, _ = call("activities", tmp_path, *options)
    listed = [r for r in json.loads(out)["activities"] if "log.csv" in r["source"]]
    assert min(row["distance_m"] for row in listed) < 5000


def test_what_was_read_by_recordings_is_kept_in_the_store(call, tmp_path):
    folder = tmp_path / "runner"
    folder.mkdir()
    write_log(folder, MILE)
    options = ("--format", "json", "--tz", "UTC", "--store", tmp_path / "store")
    first, second = (call("activities", folder, *options)[1] for _ in range(2))
    assert first == second


# --- equal rows of one day -----------------------------------------------------------


@pytest.mark.parametrize(("copies", "runs"), [(2, 2), (4, 4), (5, 1), (60, 1)])
def test_equal_rows_of_a_day_are_runs_as_far_as_anybody_runs(
    call, tmp_path, copies, runs
):
    path = tmp_path / "log.csv"
    path.write_text("date,type,km\n" + "2026-03-02,Run,5.0\n" * copies)
    code, out, err = call("activities", path, "--format", "json", "--no-store")
    assert code == 0, err
    shown = json.loads(out)
    assert len(shown["activities"]) == runs
    assert len(shown["activities"]) + len(shown["duplicates"]) == copies
    assert len({row["activity_id"] for row in shown["activities"]}) == runs


def test_two_lists_of_the_same_two_equal_runs_are_two_runs(call, tmp_path):
    for name in ("old.csv", "new.csv"):
        (tmp_path / name).write_text("date,type,km\n" + "2026-03-02,Run,5.0\n" * 2)
    code, out, err = call("activities", tmp_path, "--format", "json", "--no-store")
    assert code == 0, err
    assert len(json.loads(out)["activities"]) == 2
