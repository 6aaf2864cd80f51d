"""Small lists with a known right answer, each of a kind of fault found in the wild."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

CASES = Path(__file__).parent / "cases" / "lists"
LISTS = json.loads((CASES / "cases.json").read_text("utf-8"))
HERE = sorted(name for name in LISTS if (CASES / name).exists())


@pytest.mark.parametrize("name", HERE)
def test_list(name, call, monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Zurich")
    want = LISTS[name]["expected"]
    options = ("--format", "json", "--no-store", "--tz", "Europe/Zurich")
    options += tuple(LISTS[name]["options"])
    code, out, err = call("activities", CASES / name, *options)
    assert code == 0, err
    rows = json.loads(out)["activities"]
    runs = [row for row in rows if row["sport"] == "running"]
    assert len(runs) == want["runs"]
    if "km" in want:
        km = add_up(runs, "distance_m") / 1000
        assert km == pytest.approx(want["km"], rel=0.015)
    if "hours" in want:
        hours = add_up(runs, "duration_s") / 3600
        assert hours == pytest.approx(want["hours"], rel=0.03)
    for key, field, unit in (
        ("ascent_m", "ascent_m", 1),
        ("steps", "steps", 1),
        ("soft_km", "soft_m", 1000),
        ("hard_km", "hard_m", 1000),
        ("treadmill_km", "treadmill_m", 1000),
    ):
        if key in want:
            assert add_up(runs, field) / unit == pytest.approx(want[key], rel=0.03)
    days = sorted({row["start"][:10] for row in runs})
    assert days == sorted(want.get("days", days))
    assert days[0] == want.get("first_day", days[0])
    for sport in ("cycling", "walking"):
        if sport in want:
            assert sum(row["sport"] == sport for row in rows) == want[sport]
    if "others" in want:
        assert len(rows) - len(runs) == want["others"]


def add_up(rows: list[dict[str, Any]], field: str) -> float:
    return sum(row[field] or 0.0 for row in rows)


def test_a_duration_shown_as_a_time_of_day(call, tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(
        "date,distance_km,duration\n2026-03-02,8.2,12:47:30 AM\n2026-03-04,15,1:32:00 AM\n"
    )
    code, out, err = call("activities", path, "--format", "json", "--no-store")
    assert code == 0, err
    rows = json.loads(out)["activities"]
    assert [row["duration_s"] for row in rows] == [2850, 5520]
