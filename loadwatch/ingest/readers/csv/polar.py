"""Polar Flow's table of one session: a header and a line about it, then a row a second."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.activity import NAN, Activity, Reading, Session
from loadwatch.errors import NotActivity
from loadwatch.ingest.readers import sports
from loadwatch.ingest.readers.csv import dates, dialect, names, numbers, time_series
from loadwatch.ingest.readers.csv.time_column import Times
from loadwatch.ingest.readers.frames import EMPTY_RECORDS
from loadwatch.ingest.readers.sports import normalize_word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from loadwatch.ingest.readers.csv.numbers import Style

_FIRST = frozenset(
    {"name", "sport", "date", "starttime", "duration"}
)  # always there, in English


def rows_of(text: str) -> list[list[str]] | None:
    """Return the rows of Polar's table of one session; None if a text is something else."""
    lines = dialect.lines_of(text[:4096])
    for separator in ",;\t":
        head = dialect.rows(lines, separator, 0, 1).rows
        if (
            head
            and {normalize_word(cell) for cell in head[0].cells} >= _FIRST
            and "sample rate" in text[:4096].casefold()
        ):
            return [
                row.cells
                for row in dialect.rows(dialect.lines_of(text), separator).rows
            ]
    return None


def read(rows: Sequence[Sequence[str]]) -> Reading:
    """Return the session of Polar's table; its clock is the local one."""
    about = [
        (names.clean(name), value)
        for name, value in zip(rows[0], rows[1] if len(rows) > 1 else (), strict=False)
    ]
    facts = {normalize_word(name.partition("(")[0]): value for name, value in about}
    samples = [row for row in rows[3:] if any(row)]
    decimal = (
        numbers.style(
            [*facts.values(), *(cell for row in samples[:500] for cell in row)]
        )
        or "."
    )
    day, clock = dates.moment(facts["date"], "dmy"), dates.clock(facts["starttime"])
    if day is None:
        raise NotActivity("a session of Polar Flow without a date that can be read")
    start = day.wall + (clock or timedelta())
    session = replace(
        _session(facts, _factors(about), decimal),
        start_local=start,
        date_only=clock is None,
    )
    if len(samples) < 2:
        return Reading((Activity(EMPTY_RECORDS, session),))
    return _with_samples(rows[2], samples, session, start)


def _with_samples(
    header: Sequence[str],
    samples: Sequence[Sequence[str]],
    session: Session,
    start: datetime,
) -> Reading:
    columns = names.columns(header, "series")
    at = next(
        (held[0].index for role, held in columns.items() if role == "instant"), -1
    )
    seconds = np.array(
        [numbers.seconds(row[at]) if 0 <= at < len(row) else NAN for row in samples]
    )
    if np.isfinite(seconds).sum() < 2:
        return Reading((Activity(EMPTY_RECORDS, session),))
    times = Times(
        (start - dates.EPOCH).total_seconds() + seconds,
        utc=False,
        date_only=session.date_only,
    )
    kept = {
        role: held
        for role, held in columns.items()
        if role not in {"instant", "day", "second"}
    }
    cells = {
        r: [row[c[0].index] if c[0].index < len(row) else "" for row in samples]
        for r, c in kept.items()
    }
    return time_series.made(cells, kept, times, session)


def _factors(about: Sequence[tuple[str, str]]) -> dict[str, float]:
    """Return what a number of each fact is in SI, by the unit in its name."""
    units = (
        (
            normalize_word(name.partition("(")[0]),
            names.unit(name.partition("(")[2].rstrip(")")),
        )
        for name, _ in about
    )
    return {name: factor for name, factor in units if factor is not None}


def _session(
    facts: Mapping[str, str], factors: Mapping[str, float], decimal: Style
) -> Session:
    def value(name: str) -> float:
        found = numbers.number(facts.get(name, ""), decimal) * factors.get(name, 1.0)
        return found if found > 0 else NAN

    stated = sports.read_sport(facts["sport"])
    afoot = stated.sport in {"running", "walking", "hiking"}
    return Session(
        format="csv",
        sport=stated.sport,
        sub_sport=stated.sub_sport,
        unknown_sport=stated.unknown_word,
        timer_s=numbers.seconds(facts["duration"]),
        distance_m=value("totaldistance"),
        ascent_m=value("ascent"),
        descent_m=value("descent"),
        heart_rate_bpm=value("averageheartrate"),
        cadence_spm=value("averagecadence") if afoot else NAN,
        device_load=value("trainingload"),
        device="polar",
        notes=stated.notes,
    )
