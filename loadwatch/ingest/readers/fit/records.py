"""Columns of RECORDS from record messages, and the time that the timer ran."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from loadwatch.ingest.readers.fit.clean import FitSamples
from loadwatch.ingest.readers.fit.messages import read_byte_field, read_number_fields

if TYPE_CHECKING:
    from loadwatch.ingest.readers.fit.chained import FitFile
    from loadwatch.tables import Floats


_RECORD_FIELDS = (
    "timestamp",
    "position_lat",
    "position_long",
    "altitude",
    "enhanced_altitude",
    "heart_rate",
    "cadence",
    "fractional_cadence",
    "distance",
    "speed",
    "enhanced_speed",
    "power",
    "stance_time",
    "stance_time_balance",
    "vertical_oscillation",
    "gps_accuracy",
)
# column of RECORDS <- fields, the preferred one first
_COLUMNS = (
    ("distance_m", ("distance",)),
    ("altitude_m", ("enhanced_altitude", "altitude")),
    ("speed_mps", ("enhanced_speed", "speed")),
    ("heart_rate_bpm", ("heart_rate",)),
    ("power_w", ("power",)),
    ("stance_time_ms", ("stance_time",)),
    ("stance_balance_pct", ("stance_time_balance",)),
    ("vertical_oscillation_mm", ("vertical_oscillation",)),
    ("position_error_m", ("gps_accuracy",)),
)
_POSITIONS = (("latitude_deg", "position_lat"), ("longitude_deg", "position_long"))
_DEGREES = 180 / 2**31  # semicircles to degrees
# a 16-bit "invalid" that a writer widened to 32 bits, after scaling
_WIDENED = {"enhanced_speed": 0xFFFF / 1000, "enhanced_altitude": 0xFFFF / 5 - 500}
_TIMER = 0  # event
_START = 0  # event type
_STOPS = (1, 4, 8, 9)  # event types stop, stop_all, stop_disable, stop_disable_all
_MIN_PAUSE_S = 10.0  # a gap between samples up to this is none


class TimerEvents(NamedTuple):
    """Starts and stops of the timer in file order, one value per event."""

    time_s: Floats  # FIT time
    direction: Floats  # 1 for a start, -1 for a stop


NO_EVENTS = TimerEvents(np.empty(0), np.empty(0))


def read_samples(fit_file: FitFile) -> FitSamples:
    """Return the samples of a FIT file as it states them, one per record message."""
    fields = read_number_fields(fit_file, "record", _RECORD_FIELDS)
    count = len(fields.get("", ()))
    columns: dict[str, Floats] = {}
    for column, names in _COLUMNS:
        parts = [_remove_widened(n, fields[n]) for n in names if n in fields]
        if parts:
            columns[column] = _fill_gaps(parts)
    for column, name in _POSITIONS:
        if name in fields:
            columns[column] = fields[name] * _DEGREES
    if "cadence" in fields:
        columns["cadence_spm"] = _compute_cadence(fields)
    if "distance_m" not in columns and count:
        columns |= _decode_compressed(fit_file, fields[""])
    return FitSamples(fields.get("timestamp", np.full(count, np.nan)), columns)


def _compute_cadence(fields: dict[str, Floats]) -> Floats:
    """Return the steps of both feet per minute; FIT counts strides."""
    strides = fields["cadence"]
    if "fractional_cadence" in fields:
        part = fields["fractional_cadence"]
        strides = strides + np.where(np.isnan(part), 0, part)
    return 2 * strides


def _remove_widened(name: str, column: Floats) -> Floats:
    """Return a field without widened "invalid" values."""
    if name not in _WIDENED:
        return column
    return np.where(column == _WIDENED[name], np.nan, column)


def _fill_gaps(columns: list[Floats]) -> Floats:
    """Return the first column, its gaps filled from the next ones."""
    first, *others = columns
    for other in others:
        first = np.where(np.isnan(first), other, first)
    return first


def _decode_compressed(fit_file: FitFile, offsets: Floats) -> dict[str, Floats]:
    """Return speed [m/s] and distance [m] as old foot pods write them.

    Both have 12 bits in three bytes, and the distance rolls over at 256 m.

    Parameters
    ----------
    fit_file : the file
    offsets : of its record messages, in file order
    """
    found_offsets, packed = read_byte_field(
        fit_file, "record", "compressed_speed_distance"
    )
    if packed.shape[1:] != (3,):
        return {}
    is_known = ~(packed == 0xFF).all(axis=1)
    low, middle, high = packed[is_known].astype(np.int64).T
    sixteenths = middle >> 4 | high << 4
    rows = np.searchsorted(offsets, found_offsets[is_known])
    speed, distance = np.full(len(offsets), np.nan), np.full(len(offsets), np.nan)
    speed[rows] = (low | (middle & 0xF) << 8) / 100
    distance[rows] = np.cumsum(np.diff(sixteenths, prepend=0) & 0xFFF) / 16
    return {"speed_mps": speed, "distance_m": distance}


def read_timer_events(fit_file: FitFile) -> TimerEvents:
    """Return the starts and stops of the timer that the file states."""
    names = ("timestamp", "event", "event_type")
    fields = read_number_fields(fit_file, "event", names)
    if not fields.keys() >= set(names):
        return NO_EVENTS
    event_type = fields["event_type"]
    direction = np.zeros(len(event_type))
    direction[event_type == _START] = 1.0
    direction[np.isin(event_type, _STOPS)] = -1.0
    is_timer = (fields["event"] == _TIMER) & (direction != 0)
    is_timer &= ~np.isnan(fields["timestamp"])
    return TimerEvents(fields["timestamp"][is_timer], direction[is_timer])


def compute_timer_s(time_s: Floats, events: TimerEvents) -> float:
    """Return how long the timer ran [s], NaN for fewer than two samples.

    Without a start among the events, the pauses are the gaps between samples that are longer than
    ten seconds and five usual steps: a watch that records every few seconds has no pauses between.

    Parameters
    ----------
    time_s : times of the samples, ascending, in FIT time [s]
    events : starts and stops of the timer
    """
    if len(time_s) < 2:
        return np.nan
    first, last = float(time_s[0]), float(time_s[-1])
    if (events.direction > 0).any():
        return last - first - _sum_pauses(events, first, last)
    step = np.diff(time_s)
    is_pause = step > max(_MIN_PAUSE_S, 5 * float(np.median(step)))
    return last - first - float(step[is_pause].sum())


def _sum_pauses(events: TimerEvents, first: float, last: float) -> float:
    """Return the time between stops and the starts after them, from `first` to `last` [s]."""
    total, stopped = 0.0, np.nan
    times = np.clip(events.time_s, first, last).tolist()
    for time, direction in zip(times, events.direction.tolist(), strict=True):
        if direction < 0 and np.isnan(stopped):
            stopped = time
        elif direction > 0 and not np.isnan(stopped):
            total += max(0.0, time - stopped)
            stopped = np.nan
    return total
