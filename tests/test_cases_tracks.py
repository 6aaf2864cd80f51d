"""Small recordings with a known right answer, each of a kind of fault found in the wild."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

CASES = Path(__file__).parent / "cases"
TRACKS = json.loads((CASES / "tracks" / "cases.json").read_text("utf-8"))
# a note that an ordinary reader would find for each fault: one of these codes
CODES = {
    "clock": {"clock"},
    "gps_jump or clock": {"clock", "gps_jump"},
    "speed that no runner holds over this distance": {"pace"},
}


def near(got: float | None, want: float, share: float, least: float = 0.0) -> bool:
    return got is not None and abs(got - want) <= max(least, share * abs(want))


@pytest.fixture
def read(call, monkeypatch):
    """Give activities and weeks of a folder, as JSON prints them."""
    monkeypatch.setenv("TZ", "Europe/Zurich")

    def invoke(folder: Path, zone: str = "Europe/Zurich") -> tuple[Any, Any]:
        shown = []
        for command in ("activities", "weeks"):
            options = ("--format", "json", "--no-store", "--tz", zone)
            code, out, err = call(command, folder, *options)
            assert code == 0, err
            shown.append(json.loads(out))
        return shown[0], shown[1]

    return invoke


def notes_of(shown: Any) -> list[str]:
    found = [note for row in shown["activities"] for note in row["notes"]]
    return found + [one["why"] for one in shown["skipped"]]


@pytest.mark.parametrize("name", sorted(TRACKS))
def test_track(name, read, call, tmp_path):
    want = TRACKS[name]["expected"]
    folder = tmp_path / "runner"
    folder.mkdir()
    for file in TRACKS[name].get("files", [name]):
        shutil.copy(CASES / "tracks" / file, folder)
    if not want.get("activities", 1) or "skipped" in want:
        check_refused(name, call, folder, want)
        return
    shown, weeks = read(folder)
    rows = shown["activities"]
    if "activities" in want:
        assert len(rows) == want["activities"]
    if "duplicates" in want:
        assert len(shown["duplicates"]) == want["duplicates"]
    if "skipped" in want:
        assert len(shown["skipped"]) == want["skipped"]
    if rows:
        check_row(rows[0], want)
    check_words(shown, want)
    check_weeks(weeks, want)


def check_refused(name: str, call: Any, folder: Path, want: Any) -> None:
    """A folder in which nothing is an activity: the reason is an error, one line an input."""
    code, _, err = call("activities", folder, "--no-store")
    assert code == 1
    assert err.count(name) == want["skipped"]
    assert want["why_must_not_say"] not in err


def check_row(row: Any, want: Any) -> None:
    for key in ("start", "sport", "sub_sport"):
        if key in want:
            assert row[key] == want[key]
    for key, share, least in (
        ("distance_m", 0.015, 0),
        ("duration_s", 0.01, 5),
        ("elapsed_s", 0.01, 5),
    ):
        if key in want:
            assert near(row[key], want[key], share, least), (key, row[key], want[key])
    if "sport_is_not" in want:
        assert row["sport"] != want["sport_is_not"]
    if "duration_is_not" in want:
        assert row["duration_s"] != want["duration_is_not"]
    if "duration_is_not_over_s" in want:
        assert row["duration_s"] is None or (
            row["duration_s"] <= want["duration_is_not_over_s"]
        )


def check_words(shown: Any, want: Any) -> None:
    notes = notes_of(shown)
    if "note" in want:
        codes = {note.partition(":")[0] for note in notes}
        assert codes
        assert codes & CODES.get(want["note"], codes)
    for key in ("note_must_not_say", "why_must_not_say"):
        if key in want:
            assert want[key] not in " ".join(notes)


def check_weeks(weeks: Any, want: Any) -> None:
    shown = weeks["weeks"]
    if "runs_in_week" in want:
        assert sum(week["runs"] for week in shown) == want["runs_in_week"]
    if "week_km" in want:
        metres = sum(week["distance_m"] or 0 for week in shown)
        assert near(metres / 1000, want["week_km"], 0.015)
    if "week" in want:
        assert any(w["week"] == want["week"] and w["runs"] for w in shown)


def test_short_recording_is_no_yardstick(read, tmp_path):
    folder = tmp_path / "runner"
    folder.mkdir()
    for file in TRACKS["k14_flags"]["files"]:
        shutil.copy(CASES / "tracks" / file, folder)
    flags = read(folder)[1]["flags"]
    assert all(flag["value"] <= 20 for flag in flags)


def test_virtual_run_beside_a_run_at_home(read, tmp_path):
    folder = tmp_path / "runner"
    folder.mkdir()
    for file in TRACKS["k7_pair"]["files"]:
        shutil.copy(CASES / "tracks" / file, folder)
    rows = {row["source"]: row for row in read(folder)[0]["activities"]}
    want = TRACKS["k7_pair"]["expected"]["start_of_virtual"]
    assert rows["k7_fit_virtual_run_watopia.fit"]["start"] == want


def test_first_lap_is_not_the_whole(read):
    rows = read(CASES / "mixed" / "03_lap_taken_as_total")[0]["activities"]
    assert len(rows) == 2
    assert all(6356 <= row["distance_m"] <= 6616 for row in rows)
    assert {row["sport"] for row in rows} == {"running"}


def test_times_that_step_back_keep_the_order_of_the_file(read):
    rows = read(CASES / "mixed" / "04_clock_steps_back")[0]["activities"]
    assert len(rows) == 2
    assert all(402 <= row["distance_m"] <= 444 for row in rows)
    assert {row["sport"] for row in rows} == {"running"}
    assert all(any(n.startswith("clock:") for n in row["notes"]) for row in rows)


def test_remedy_that_would_throw_away_most_positions_doubts_itself(read):
    shown = read(CASES / "mixed" / "07_every_time_broken")[0]
    (row,) = shown["activities"]
    assert row["distance_m"] is None or 5671 <= row["distance_m"] <= 6268
    assert any(note.startswith("clock:") for note in row["notes"])


def test_clock_that_counts_from_when_the_watch_was_switched_on(read):
    shown, weeks = read(CASES / "mixed" / "08_watch_clock_tcx", "UTC")
    (row,) = shown["activities"]
    assert row["start"] == "2012-09-01T15:18:04+00:00"
    assert 4060 <= row["distance_m"] <= 4100
    found = [week for week in weeks["weeks"] if week["week"] == "2012-08-27"]
    assert found[0]["runs"] == 1
    assert 4060 <= found[0]["distance_m"] <= 4100
