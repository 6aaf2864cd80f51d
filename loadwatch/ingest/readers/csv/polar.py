"""Polar Flow's table of one session: a header and a row about it, then a row per second."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.activity import NAN, Activity, Reading, Session
from loadwatch.errors import NotActivity
from loadwatch.ingest.readers import sports
from loadwatch.ingest.readers.csv import numbers, time_series
from loadwatch.ingest.readers.csv.csv_rows import split_lines, split_rows
from loadwatch.ingest.readers.csv.dates import EPOCH, parse_clock, parse_date
from loadwatch.ingest.readers.csv.header_names import clean_header
from loadwatch.ingest.readers.csv.names import load_units
from loadwatch.ingest.readers.csv.parsed_csv import match_columns
from loadwatch.ingest.readers.csv.time_column import SampleTimes
from loadwatch.ingest.readers.frames import EMPTY_RECORDS
from loadwatch.ingest.readers.sports import normalize_word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from loadwatch.ingest.readers.csv.numbers import DecimalMark

SIGNATURE = "sample rate"  # in the first HEAD characters, in lower case
HEAD = 4096
# always there, in English
_FIRST = frozenset({"name", "sport", "date", "starttime", "duration"})
_TIME_ROLES = frozenset({"instant", "day", "second"})


@dataclass(frozen=True, slots=True)
class _Summary:
    """The two rows about the session: normalised name -> cell, and -> unit in SI."""

    texts: Mapping[str, str]
    units: Mapping[str, float]
    mark: DecimalMark

    def get_measure(self, name: str) -> float:
        """Return a number in SI; NaN for one that is not above zero."""
        text, unit = self.texts.get(name, ""), self.units.get(name, 1.0)
        value = numbers.parse_number(text, self.mark) * unit
        if value > 0:
            return value
        return NAN


def split_session(text: str) -> list[list[str]] | None:
    """Return the rows of Polar's table of one session; None if a text is something else."""
    lines = split_lines(text[:HEAD])
    for separator in ",;\t":
        head = split_rows(lines, separator, 0, 1).rows
        if head and _FIRST.issubset(map(normalize_word, head[0].cells)):
            rows = split_rows(split_lines(text), separator).rows
            return [row.cells for row in rows]
    return None


def read(rows: Sequence[Sequence[str]]) -> Reading:
    """Return the session of Polar's table; its clock is the local one."""
    samples = [row for row in rows[3:] if any(row)]
    summary = _read_summary(rows, samples)
    date = parse_date(summary.texts.get("date", ""), "dmy")
    if date is None:
        raise NotActivity("a session of Polar Flow without a date that can be read")
    clock = parse_clock(summary.texts.get("starttime", ""))
    session = replace(
        _build_session(summary),
        start_local=date.wall + (clock or timedelta()),
        date_only=clock is None,
    )
    if len(samples) < 2:
        return Reading((Activity(EMPTY_RECORDS, session),))
    return _add_samples(session, rows[2], samples)


def _read_summary(
    rows: Sequence[Sequence[str]], samples: Sequence[Sequence[str]]
) -> _Summary:
    texts: dict[str, str] = {}
    units: dict[str, float] = {}
    if len(rows) < 2:
        raise NotActivity("a session of Polar Flow without a row about it")
    for cell, text in zip(*rows[:2], strict=False):
        name, _, unit = clean_header(cell).partition("(")
        key = normalize_word(name)
        texts[key] = text
        factor = load_units().get(unit.rstrip(")").strip().casefold())
        if factor is not None:
            units[key] = factor
    cells = [cell for row in samples[:500] for cell in row]
    mark = numbers.detect_decimal_mark([*texts.values(), *cells]) or "."
    return _Summary(texts, units, mark)


def _add_samples(
    session: Session, header: Sequence[str], samples: Sequence[Sequence[str]]
) -> Reading:
    series = match_columns(header, "series")
    cells = {
        role: [_get_cell(row, columns[0].index) for row in samples]
        for role, columns in series.items()
    }
    elapsed = numbers.parse_durations(cells.get("instant", ()))
    if np.count_nonzero(np.isfinite(elapsed)) < 2 or session.start_local is None:
        return Reading((Activity(EMPTY_RECORDS, session),))
    start = (session.start_local - EPOCH).total_seconds()
    times = SampleTimes(start + elapsed, utc=False, date_only=session.date_only)
    channels = {
        role: column for role, column in cells.items() if role not in _TIME_ROLES
    }
    return time_series.build_activity(channels, series, times, session)


def _get_cell(row: Sequence[str], index: int) -> str:
    if index < len(row):
        return row[index]
    return ""


def _build_session(summary: _Summary) -> Session:
    stated = sports.read_sport(summary.texts.get("sport", ""))
    cadence = NAN
    if stated.sport in {"running", "walking", "hiking"}:
        cadence = summary.get_measure("averagecadence")
    return Session(
        format="csv",
        sport=stated.sport,
        sub_sport=stated.sub_sport,
        unknown_sport=stated.unknown_word,
        timer_s=numbers.parse_duration(summary.texts.get("duration", "")),
        distance_m=summary.get_measure("totaldistance"),
        ascent_m=summary.get_measure("ascent"),
        descent_m=summary.get_measure("descent"),
        heart_rate_bpm=summary.get_measure("averageheartrate"),
        cadence_spm=cadence,
        device_load=summary.get_measure("trainingload"),
        device="polar",
        notes=stated.notes,
    )
