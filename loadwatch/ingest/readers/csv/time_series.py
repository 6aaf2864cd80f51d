"""A time series, a row per sample of one activity: to an activity with records."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.activity import Activity, Note, Reading, Session
from loadwatch.errors import NotActivity, Unreadable
from loadwatch.geodesy import step_m
from loadwatch.ingest.readers.csv import numbers
from loadwatch.ingest.readers.csv.time_column import SampleTimes, parse_sample_times
from loadwatch.ingest.readers.csv.unit_decision import KM, MILE
from loadwatch.ingest.readers.csv.unit_inference import find_unit
from loadwatch.ingest.readers.frames import build_records
from loadwatch.ingest.readers.plausible import limit_columns
from loadwatch.ingest.readers.point_times import (
    US,
    Evidence,
    note_days,
    repair_times,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from loadwatch.ingest.readers.csv.parsed_csv import Column, ParsedCsv
    from loadwatch.tables import Floats, Ints

    Channels = dict[str, Floats]  # role, or column of RECORDS -> values

_LONGEST_S = 31 * 86400.0
_TIME_ROLES = frozenset({"instant", "second", "day"})
_PLAIN = {  # role -> column, where one number means one thing
    "altitude": "altitude_m",
    "heart_rate": "heart_rate_bpm",
    "power": "power_w",
    "stance_time": "stance_time_ms",
}
_SEMICIRCLE = 180 / 2**31  # degrees
_KMH, _MPH = 1 / 3.6, 0.44704
_RIDE = 5.5  # m/s; a cadence above this speed is a crank's
_LEGS = 120.0  # 1/min; below, a runner's cadence counts one leg
_NO_SPEED_UNIT = Note(
    "speed",
    "its unit is not told and cannot be worked out; the column is left out",
)


def read(table: ParsedCsv, name: str) -> Reading:
    """Return the activity whose samples a table lists."""
    if len(table.rows) < 2:
        why = "a table of one activity's moments with fewer than two of them"
        raise NotActivity(why)
    cells = table.get_samples()
    times = parse_sample_times(table, cells, name)
    session = Session(format="csv")
    reading = build_activity(cells, table.series, times, session)
    columns = reading.activities[0].records.columns
    if not {"distance_m", "speed_mps", "latitude_deg"}.intersection(columns):
        raise NotActivity(
            "a table of moments without a distance, a speed or a position that can be read"
        )
    return reading


def build_activity(
    cells: Mapping[str, Sequence[str]],
    series: Mapping[str, Sequence[Column]],
    times: SampleTimes,
    session: Session,
) -> Reading:
    """Return the activity of columns of samples.

    Parameters
    ----------
    cells : role -> cells, a cell per sample.
    series : role -> its columns, with the units that the header states.
    times : when each sample was.
    session : what else is known of the activity.
    """
    places = np.flatnonzero(np.isfinite(times.seconds))
    us = np.round(times.seconds[places] * US).astype(np.int64)
    timed = repair_times(us, lambda: _read_evidence(cells, places))
    places, at = places[timed.at], timed.us / US
    if len(at) < 2 or at[-1] - at[0] > _LONGEST_S:
        raise Unreadable(
            "the time column of this table cannot be read as the moments of one activity"
        )
    chosen = places.tolist()
    kept = {role: [column[i] for i in chosen] for role, column in cells.items()}
    channels, notes = _read_channels(kept, series, at)
    notes = (*timed.notes, *note_days(timed.us), *notes)
    frame = build_records(np.round(at * 1e9).astype(np.int64), channels)
    dated = _date_session(session, float(at[0]), times)
    dated = replace(dated, notes=(*session.notes, *notes))
    return Reading((Activity(frame, dated),))


def _read_evidence(cells: Mapping[str, Sequence[str]], places: Ints) -> Evidence:
    """Return what shows the order of the samples at `places`, in whatever unit."""
    columns = []
    for role in ("latitude", "longitude", "distance"):
        column = np.full(len(places), np.nan)
        if role in cells:
            column = numbers.parse_column(cells[role], ".")[places]
        columns.append(column)
    return Evidence(*columns)


def _date_session(session: Session, start_s: float, times: SampleTimes) -> Session:
    start = datetime.fromtimestamp(start_s, UTC)
    if times.utc:
        return replace(session, start_utc=start, date_only=times.date_only)
    wall = session.start_local or start.replace(tzinfo=None)
    return replace(session, start_local=wall, date_only=times.date_only)


def _read_channels(
    cells: Mapping[str, Sequence[str]],
    series: Mapping[str, Sequence[Column]],
    time_s: Floats,
) -> tuple[Channels, tuple[Note, ...]]:
    """Return (the columns of RECORDS that a table has, notes); one without a number is left out."""
    units = {role: columns[0].factor for role, columns in series.items()}
    raw = {
        role: numbers.parse_column(column, ".")
        for role, column in cells.items()
        if role not in _TIME_ROLES
    }
    found = _convert_plain(raw, units)
    if "latitude" in raw and "longitude" in raw:
        position = _convert_position(raw["latitude"], raw["longitude"])
        found["latitude_deg"], found["longitude_deg"] = position
    found, notes = limit_columns(found)
    notes += _note_unread(cells, raw)
    notes += _add_distance_and_speed(raw, units, time_s, found)
    if "cadence" in raw:
        found["cadence_spm"] = _convert_cadence(
            raw["cadence"], units["cadence"], found.get("speed_mps")
        )
    known = {name: v for name, v in found.items() if np.isfinite(v).any()}
    return known, notes


def _note_unread(
    cells: Mapping[str, Sequence[str]], raw: Mapping[str, Floats]
) -> tuple[Note, ...]:
    """Return a note on cells that should be numbers and are none."""
    unread = 0
    for role, values in raw.items():
        places = np.flatnonzero(np.isnan(values)).tolist()
        unread += sum(not numbers.is_unknown(cells[role][place]) for place in places)
    if not unread:
        return ()
    return (Note("bad_values", f"{unread:,} cell(s) that are no numbers left out"),)


def _convert_plain(
    raw: Mapping[str, Floats], units: Mapping[str, float | None]
) -> Channels:
    """Return the columns in which one number means one thing; a pulse of 0 is no reading."""
    found: Channels = {}
    for role, name in _PLAIN.items():
        if role in raw:
            found[name] = raw[role] * (units[role] or 1.0)
    if "heart_rate_bpm" in found:
        found["heart_rate_bpm"] = _drop_zeros(found["heart_rate_bpm"])
    return found


def _drop_zeros(values: Floats) -> Floats:
    return np.where(values > 0, values, np.nan)


def _convert_position(latitude: Floats, longitude: Floats) -> tuple[Floats, Floats]:
    """Return degrees, of degrees or FIT's semicircles; no fix (0, 0) is NaN."""
    if np.fmax.reduce(np.abs(latitude), initial=0.0) > 180:
        latitude, longitude = latitude * _SEMICIRCLE, longitude * _SEMICIRCLE
    is_fix = (latitude != 0) | (longitude != 0)
    return np.where(is_fix, latitude, np.nan), np.where(is_fix, longitude, np.nan)


def _add_distance_and_speed(
    raw: Mapping[str, Floats],
    units: Mapping[str, float | None],
    time_s: Floats,
    found: Channels,
) -> tuple[Note, ...]:
    """Put distance and speed in SI into `found`; return notes.

    A unit that the header does not state is inferred from the other of the two, else from the
    positions.
    """
    path_m = np.nan
    if "latitude_deg" in found:
        path_m = _measure_path(found["latitude_deg"], found["longitude_deg"])
    covered_m = path_m
    if "distance" in raw:
        found["distance_m"] = _convert_distance(raw, units, time_s, path_m)
        covered_m = _measure_increase(found["distance_m"])
    if "speed" not in raw:
        return ()
    unit = units["speed"] or find_unit(
        covered_m / _integrate(raw["speed"], time_s), (1.0, _KMH, _MPH), 1.1
    )
    if unit is None:
        return (_NO_SPEED_UNIT,)
    found["speed_mps"] = raw["speed"] * unit
    return ()


def _convert_distance(
    raw: Mapping[str, Floats],
    units: Mapping[str, float | None],
    time_s: Floats,
    path_m: float,
) -> Floats:
    distance, unit = raw["distance"], units["distance"]
    if unit:
        return distance * unit
    covered_m, increase = path_m, _measure_increase(distance)
    if "speed" in raw and units["speed"]:
        covered_m = _integrate(raw["speed"] * units["speed"], time_s)
    unit = find_unit(covered_m / increase, (1.0, KM, MILE), 1.25)
    if unit is None:
        unit = _guess_unit(increase / (float(np.ptp(time_s)) or np.nan))
    return distance * unit


def _guess_unit(speed: float) -> float:
    """Return metres, or kilometres where metres would be slower than any movement."""
    if 0 < speed < 0.05:
        return KM
    return 1.0


def _measure_increase(values: Floats) -> float:
    """Return by how much a column grows from its first to its last number; NaN if not."""
    known = values[np.isfinite(values)]
    if not known.size or not known[-1] > known[0]:
        return np.nan
    return float(known[-1] - known[0])


def _integrate(speed: Floats, time_s: Floats) -> float:
    """Return speed times time, in the unit of speed times seconds; NaN where it is nothing."""
    steps = np.clip(np.diff(time_s, prepend=time_s[0]), 0, 60)
    total = float(np.nansum(speed * steps))
    if not total > 0:
        return np.nan
    return total


def _measure_path(latitude: Floats, longitude: Floats) -> float:
    """Return the length of a path [m]; NaN where nobody moved."""
    good = np.isfinite(latitude) & np.isfinite(longitude)
    return float(step_m(latitude[good], longitude[good]).sum()) or np.nan


def _convert_cadence(
    values: Floats, unit: float | None, speed: Floats | None
) -> Floats:
    """Return steps of both feet per minute; below 120 on foot one leg counts, 0 is no reading."""
    known = values[values > 0]
    if unit == 1.0 or not known.size or not _is_afoot(speed):
        return _drop_zeros(values)
    if float(np.median(known)) < _LEGS:
        return _drop_zeros(values * 2)
    return _drop_zeros(values)


def _is_afoot(speed: Floats | None) -> bool:
    if speed is None or not (speed > 0).any():
        return True
    return float(np.median(speed[speed > 0])) < _RIDE
