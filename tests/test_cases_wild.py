"""Lists as people keep them, in many languages, each with the runs that it holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

CASES = Path(__file__).parent / "cases" / "wild"
LISTS = json.loads((CASES / "cases.json").read_text("utf-8"))
FIELDS = {
    "km": ("distance_m", 1000),
    "hours": ("duration_s", 3600),
    "ascent_m": ("ascent_m", 1),
    "soft_km": ("soft_m", 1000),
    "treadmill_km": ("treadmill_m", 1000),
}


@pytest.mark.parametrize("name", sorted(LISTS))
def test_list(name, call):
    want = LISTS[name]
    options = ("--format", "json", "--no-store", "--tz", "Europe/Zurich")
    code, out, err = call("activities", CASES / name, *options)
    assert code == 0, err
    rows: list[dict[str, Any]] = json.loads(out)["activities"]
    runs = [row for row in rows if row["sport"] == "running"]
    assert len(runs) == want["runs"]
    for key, (field, unit) in FIELDS.items():
        if key in want:
            total = sum(row[field] or 0.0 for row in runs) / unit
            assert total == pytest.approx(want[key], rel=0.01), key
    if "others" in want:
        assert len(rows) - len(runs) == want["others"]
    if "planned" in want:
        assert sum(row["planned"] for row in rows) == want["planned"]
    if "days" in want:
        assert sorted({row["start"][:10] for row in runs}) == want["days"]
