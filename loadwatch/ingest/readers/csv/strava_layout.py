"""Strava's list of activities in any language: known by its cells, not by its headings.

Strava translates the headings, and orders the columns the same everywhere: id, date, name, type,
description, elapsed time and distance come first, the name of the activity's file somewhere behind
them, and behind that elapsed time, moving time, distance in metres, highest and average speed and
the climbs. A list is Strava's where its first column holds long numbers, one column names files
such as `activities/123.fit.gz`, and two columns are in a ratio of 1000 or 1609.344.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.ingest.readers.csv.numbers import detect_decimal_mark, parse_column
from loadwatch.ingest.readers.csv.unit_decision import KM, MILE
from loadwatch.ingest.readers.csv.unit_inference import compute_ratios, count_near

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadwatch.ingest.readers.csv.csv_rows import CsvRow
    from loadwatch.tables import Floats

_FILE = re.compile(
    r"#error#|activities/[^/\\]{1,80}\.(?:fit|gpx|tcx|bin)(?:\.gz)?", re.IGNORECASE
)
_ID = re.compile(r"\d{6,20}")
_SAMPLE = 400  # rows that are looked at
_FIRST = ("id", "date_utc", "name", "type", "", "elapsed")  # of the columns, in order
# columns by their place beside the distance in metres
_AROUND = {"moving": -1, "speed": 2, "ascent": 3, "descent": 4}
_MIN_AGREED = 0.5  # share of rows that must agree
_SPEED_TOLERANCE = 1.15


def find_strava_columns(header: CsvRow, rows: Sequence[CsvRow]) -> dict[str, list[int]]:
    """Return role -> places of its columns of a list of Strava; empty for any other table."""
    columns = _sample_columns(header, rows)
    file = _find_file_column(columns)
    metres = _find_metres(columns, file)
    if not metres:
        return {}
    found = {role: [_FIRST.index(role)] for role in filter(None, _FIRST)}
    found |= {"file": [file], "shoe": [file - 1], "distance": [len(_FIRST), metres]}
    found["elapsed"].append(metres - 2)
    places = {role: metres + step for role, step in _AROUND.items()}
    if not _are_speeds(columns, metres, places):
        return found
    return found | {role: [place] for role, place in places.items()}


def _sample_columns(header: CsvRow, rows: Sequence[CsvRow]) -> list[tuple[str, ...]]:
    """Return the columns of the first rows; none where the first column holds no long numbers."""
    size = len(header.cells)
    sample = [row.cells for row in rows[:_SAMPLE] if len(row.cells) == size]
    columns = list(zip(*sample, strict=True))
    if columns and all(_ID.fullmatch(cell.strip()) for cell in columns[0]):
        return columns
    return []


def _find_file_column(columns: Sequence[Sequence[str]]) -> int:
    """Return the column that names files, behind the first ones, else 0; entries by hand name none."""
    for at, cells in enumerate(columns):
        named = [cell.strip() for cell in cells if cell.strip()]
        if at > len(_FIRST) and named and all(map(_FILE.fullmatch, named)):
            return at
    return 0


def _find_metres(columns: Sequence[Sequence[str]], file: int) -> int:
    """Return the column of metres behind the file, by its ratio to the distance for the eye, else 0."""
    if not file:
        return 0
    eye = _parse(columns[len(_FIRST)])
    for at in range(file + 1, len(columns)):
        ratios = compute_ratios(_parse(columns[at]), eye)
        agreed = max(count_near(ratios, unit) for unit in (KM, MILE))
        if ratios.size and agreed > _MIN_AGREED * ratios.size:
            return at
    return 0


def _are_speeds(
    columns: Sequence[Sequence[str]], metres: int, places: dict[str, int]
) -> bool:
    """Return whether distance over moving time is the speed where it should stand."""
    if max(places.values()) >= len(columns):
        return False
    moving = _parse(columns[places["moving"]])
    by_time = compute_ratios(_parse(columns[metres]), moving)
    speed = _parse(columns[places["speed"]])
    known = (moving > 0) & (_parse(columns[metres]) > 0) & (speed > 0)
    if not known.any():  # older lists leave the speed blank
        return bool(by_time.size)
    ratio = (_parse(columns[metres])[known] / moving[known]) / speed[known]
    agreed = np.abs(np.log(ratio)) < np.log(_SPEED_TOLERANCE)
    return bool(agreed.mean() > _MIN_AGREED)


def _parse(cells: Sequence[str]) -> Floats:
    return parse_column(cells, detect_decimal_mark(cells) or ".")
