"""Folders of lists with known right values: what is read together, and what it makes of weeks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

CASES = Path(__file__).parent / "cases" / "mixed"
MIXED = json.loads((CASES / "cases.json").read_text("utf-8"))


@pytest.fixture
def read(call):
    """Give what a command prints of a case as JSON."""

    def invoke(name: str, command: str = "activities") -> Any:
        options = ("--format", "json", "--no-store", "--tz", "UTC")
        code, out, err = call(command, CASES / name, *options)
        assert code == 0, err
        return json.loads(out)

    return invoke


def list_rows(shown: Any, *fields: str) -> list[list[Any]]:
    return [
        [row["start"][:19], *(row[field] for field in fields)]
        for row in shown["activities"]
    ]


def test_km_of_a_runner_who_stands_are_no_miles(read):
    want = MIXED["01_km_read_as_miles_hu"]
    shown = read("01_km_read_as_miles_hu")
    got = list_rows(shown, "distance_m", "ascent_m")
    assert got == [pytest.approx(row) for row in want["rows_start_distance_ascent"]]
    notes = [note for row in shown["activities"] for note in row["notes"]]
    assert not any(note.startswith("elevation_unit") for note in notes)


def test_a_number_in_a_name_is_no_date(read):
    want = MIXED["02_number_read_as_date"]
    shown = read("02_number_read_as_date")
    assert len(shown["activities"]) == want["activities"]
    assert shown["activities"][-1]["start"][:10] == want["latest_start_day"]
    assert {one["source"] for one in shown["skipped"]} == set(want["skipped_sources"])
    assert shown["settings"]["today"] == want["settings_today"]


def test_two_recordings_in_one_list_are_one_run(read):
    want = MIXED["05_twice_in_one_list"]
    shown = read("05_twice_in_one_list")
    assert len(shown["activities"]) == want["activities"]
    assert len(shown["duplicates"]) == want["duplicates"]
    low, high = want["sum_distance_m"]
    assert low <= sum(row["distance_m"] for row in shown["activities"]) <= high
    weeks = {
        week["week"]: week for week in read("05_twice_in_one_list", "weeks")["weeks"]
    }
    for day, expected in want["weeks"].items():
        low, high = expected["distance_m"]
        assert weeks[day]["runs"] == expected["runs"]
        assert low <= weeks[day]["distance_m"] <= high
    flags = read("05_twice_in_one_list", "flags")["flags"]
    assert "LW02" not in {flag["rule"] for flag in flags}


def test_climbs_of_an_older_danish_list(read):
    want = MIXED["06_danish_climb"]
    shown = read("06_danish_climb")
    got = list_rows(shown, "ascent_m", "descent_m")
    assert got == [pytest.approx(row) for row in want["rows_start_ascent_descent"]]
    rows = shown["activities"]
    assert {row["ascent_source"] for row in rows} == {want["ascent_source"]}
    assert {row["cadence_spm"] for row in rows} == {want["cadence_spm"]}


def test_a_unit_in_the_second_line_of_a_heading(read):
    want = MIXED["10_unit_in_second_line"]
    (row,) = read("10_unit_in_second_line")["activities"]
    low, high = want["distance_m"]
    assert low <= row["distance_m"] <= high
    assert row["start"][:19] == want["start_local"]
    assert (row["ascent_m"], row["heart_rate_bpm"]) == (32, 150)
