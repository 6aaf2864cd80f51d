"""Record messages to columns of RECORDS, and the time that the timer ran."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from loadwatch.ingest.readers.fit.clean import FitSamples
from loadwatch.ingest.readers.fit.messages import read_byte_field, read_number_fields

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from loadwatch.ingest.readers.fit.chained import FitFile

    Floats = NDArray[np.float64]

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
)
_DEGREES = 180 / 2**31  # semicircles to degrees
# a 16-bit "invalid" that a writer widened to 32 bits, after scaling
_WIDENED = {"enhanced_speed": 0xFFFF / 1000, "enhanced_altitude": 0xFFFF / 5 - 500}
_TIMER, _START, _STOPS = (
    0,
    0,
    (1, 4, 8, 9),
)  # event; event types start; stop, stop_all, stop_disable(_all)


def read_samples(fit_file: FitFile) -> FitSamples:
    """Return the samples of a link as they stand, in FIT time; steps a minute are not yet doubled."""
    fields = read_number_fields(fit_file, "record", _RECORD_FIELDS)
    count = len(fields.get("", ()))
    columns = {
        column: merged
        for column, names in _COLUMNS
        if (
            merged := _fill_gaps(
                [
                    _remove_widened(name, fields[name])
                    for name in names
                    if name in fields
                ]
            )
        )
        is not None
    }
    for column, name in (
        ("latitude_deg", "position_lat"),
        ("longitude_deg", "position_long"),
    ):
        if name in fields:
            columns[column] = fields[name] * _DEGREES
    if "cadence" in fields:
        part = fields.get("fractional_cadence", np.zeros(count))
        columns["cadence_spm"] = 2 * (
            fields["cadence"] + np.where(np.isnan(part), 0, part)
        )
    if "distance_m" not in columns and count:
        columns |= _decode_compressed(fit_file, fields[""])
    return FitSamples(fields.get("timestamp", np.full(count, np.nan)), columns)


def _remove_widened(name: str, column: Floats) -> Floats:
    return (
        np.where(column == _WIDENED[name], np.nan, column)
        if name in _WIDENED
        else column
    )


def _fill_gaps(columns: list[Floats]) -> Floats | None:
    """Return the first column, its gaps filled from the next."""
    if not columns:
        return None
    first, *rest = columns
    for other in rest:
        first = np.where(np.isnan(first), other, first)
    return first


def _decode_compressed(fit_file: FitFile, offsets: Floats) -> dict[str, Floats]:
    """Return speed and distance of old pods: 12 bits each in three bytes, rolling over at 256 m."""
    where, packed = read_byte_field(fit_file, "record", "compressed_speed_distance")
    if packed.shape[1:] != (3,):
        return {}
    some = ~(packed == 0xFF).all(axis=1)
    low, middle, high = packed[some].astype(np.int64).T
    sixteenths = middle >> 4 | high << 4
    distance = np.cumsum(np.diff(sixteenths, prepend=0) & 0xFFF) / 16
    rows = np.searchsorted(offsets, where[some])
    found = {
        name: np.full(len(offsets), np.nan) for name in ("speed_mps", "distance_m")
    }
    found["speed_mps"][rows] = (low | (middle & 0xF) << 8) / 100
    found["distance_m"][rows] = distance
    return found


def read_timer_events(fit_file: FitFile) -> tuple[Floats, Floats]:
    """Return the times of the timer's starts and stops, in file order: (time, 1 for start or -1 for stop)."""
    fields = read_number_fields(fit_file, "event", ("timestamp", "event", "event_type"))
    if not {"timestamp", "event", "event_type"} <= fields.keys():
        return np.empty(0), np.empty(0)
    kind = np.where(
        fields["event_type"] == _START,
        1.0,
        np.where(np.isin(fields["event_type"], _STOPS), -1.0, 0.0),
    )
    mine = (fields["event"] == _TIMER) & (kind != 0) & ~np.isnan(fields["timestamp"])
    return fields["timestamp"][mine], kind[mine]


def compute_timer_s(time_s: Floats, events: tuple[Floats, Floats]) -> float:
    """Return how long the timer ran in seconds, NaN if nothing tells.

    From timer events where there are any, else the time of the samples less the gaps longer than ten
    seconds and five usual steps: a watch that records every few seconds has no pauses between them.
    """
    if len(time_s) < 2:
        return np.nan
    first, last = float(time_s[0]), float(time_s[-1])
    if (events[1] > 0).any():
        return last - first - _sum_pauses(events, first, last)
    step = np.diff(time_s)
    gaps = step > max(10.0, 5 * float(np.median(step)))
    return last - first - float(step[gaps].sum())


def _sum_pauses(events: tuple[Floats, Floats], first: float, last: float) -> float:
    """Return the seconds between the timer's stops and the starts after them, within the samples."""
    times, kinds = events
    total, stopped = 0.0, np.nan
    for time, kind in zip(
        np.clip(times, first, last).tolist(), kinds.tolist(), strict=True
    ):
        if kind < 0 and np.isnan(stopped):
            stopped = time
        elif kind > 0 and not np.isnan(stopped):
            total += max(0.0, time - stopped)
            stopped = np.nan
    return total
