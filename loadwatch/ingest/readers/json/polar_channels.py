"""The channels of samples in Polar's sessions, to records."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from loadwatch.activity import NAN
from loadwatch.ingest.readers.frames import EMPTY_RECORDS, build_records
from loadwatch.ingest.readers.json.values import (
    as_objects,
    parse_datetime,
    parse_number,
    parse_positive,
    to_array,
)
from loadwatch.tables import ON_FOOT_SPORTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from loadwatch.tables import Floats

    Channels = Mapping[str, "Channel"]

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 -- wall clocks are counted from it too
_LONGEST_S = 7 * 86400
_LEGS = 2.0  # Polar counts one leg's strides
_KMH = 1 / 3.6
# what a channel is called: in the export, in the service by number
_CHANNELS = {
    "HEART_RATE": ("heart_rate_bpm", 1.0),
    "heartRate": ("heart_rate_bpm", 1.0),
    "0": ("heart_rate_bpm", 1.0),
    "SPEED": ("speed_mps", _KMH),
    "speed": ("speed_mps", _KMH),
    "1": ("speed_mps", _KMH),
    "CADENCE": ("cadence_spm", _LEGS),
    "cadence": ("cadence_spm", _LEGS),
    "2": ("cadence_spm", _LEGS),
    "ALTITUDE": ("altitude_m", 1.0),
    "altitude": ("altitude_m", 1.0),
    "3": ("altitude_m", 1.0),
    "DISTANCE": ("distance_m", 1.0),
    "distance": ("distance_m", 1.0),
    "10": ("distance_m", 1.0),
}


class Channel(NamedTuple):
    """One column of samples at a fixed interval from the start."""

    step_s: float
    numbers: Floats  # SI units


def read_service_channels(samples: Any) -> Channels:
    """Return the channels of an exercise of the service by RECORDS column: texts with commas."""
    channels = {}
    for sample in as_objects(samples):
        kind = str(sample.get("sample_type", sample.get("sample-type")))
        step_s = parse_positive(
            sample.get("recording_rate", sample.get("recording-rate"))
        )
        data = sample.get("data")
        if kind in _CHANNELS and isinstance(data, str) and step_s > 0:
            name, factor = _CHANNELS[kind]
            channels[name] = Channel(step_s, to_array(data.split(",")) * factor)
    return channels


def read_export_channels(samples: Any, start_local: datetime | None) -> Channels:
    """Return the channels of an exercise of an export by RECORDS column.

    The new export has them by interval, the old one with a time at each sample.
    """
    if isinstance(samples, dict) and "samples" in samples:
        samples = samples["samples"]
    if isinstance(samples, dict):
        return _read_timed_channels(samples, start_local)
    channels = {}
    for sample in as_objects(samples):
        kind, values = str(sample.get("type")), sample.get("values")
        step_s = parse_positive(sample.get("intervalMillis"), 0.001)
        if kind in _CHANNELS and isinstance(values, list) and step_s > 0:
            name, factor = _CHANNELS[kind]
            channels[name] = Channel(step_s, to_array(values) * factor)
    return channels


def _read_timed_channels(
    samples: Mapping[str, Any], start_local: datetime | None
) -> Channels:
    channels = {}
    for kind, values in samples.items():
        if kind in _CHANNELS:
            name, factor = _CHANNELS[kind]
            channels[name] = Channel(1.0, _resample(values, start_local) * factor)
    return channels


def _resample(values: Any, start_local: datetime | None) -> Floats:
    """Return samples that carry their own time as one per second from the start, NaN between them."""
    if start_local is None:
        return np.empty(0)
    seconds, numbers = [], []
    for at, number in _parse_timed(values):
        seconds.append(round((at - start_local) / timedelta(seconds=1)))
        numbers.append(number)
    places = np.array(seconds, np.int64)
    inside = (places >= 0) & (places < _LONGEST_S)
    series = np.full(int(places[inside].max(initial=-1)) + 1, np.nan)
    series[places[inside]] = np.array(numbers)[inside]
    return series


def _parse_timed(values: Any) -> Iterator[tuple[datetime, float]]:
    """Yield the wall clock and the value of each sample that has a time."""
    for sample in as_objects(values):
        at = parse_datetime(sample.get("dateTime"))
        if at is not None:
            yield at.replace(tzinfo=None), parse_number(sample.get("value"))


def build_channel_records(
    channels: Channels, start: datetime | None, sport: str, duration_s: float
) -> pd.DataFrame:
    """Return the channels as records.

    Parameters
    ----------
    channels : by RECORDS column; one whose interval is longer than the shortest is left out.
    start : what the samples count from, without a zone; without it there are no records.
    sport : cadence is kept where it counts steps.
    duration_s : samples after it are left out; NaN keeps all.
    """
    step_s, kept = _select_shortest(channels)
    if not kept or start is None:
        return EMPTY_RECORDS
    size = max(numbers.size for numbers in kept.values())
    if duration_s > 0:
        size = min(size, int(duration_s / step_s) + 2)
    columns = {}
    for name, numbers in kept.items():
        if name != "cadence_spm" or sport in ON_FOOT_SPORTS:
            columns[name] = _clean_channel(name, _fit_size(numbers, size))
    start_s = (start - _EPOCH).total_seconds()
    times = np.round((start_s + np.arange(size) * step_s) * 1e9).astype(np.int64)
    return build_records(times, columns)


def _select_shortest(channels: Channels) -> tuple[float, dict[str, Floats]]:
    """Return the shortest interval of channels with samples [s], and the channels that have it."""
    steps = [channel.step_s for channel in channels.values() if channel.numbers.size]
    step_s = min(steps, default=NAN)
    kept = {
        name: channel.numbers
        for name, channel in channels.items()
        if channel.step_s == step_s
    }
    return step_s, kept


def _fit_size(values: Floats, size: int) -> Floats:
    """Return `values` cut to `size`, or filled with NaN up to it."""
    missing = max(0, size - values.size)
    return np.pad(values[:size], (0, missing), constant_values=np.nan)


def _clean_channel(name: str, values: Floats) -> Floats:
    """Return a channel with NaN where Polar writes 0 for unknown."""
    if name in ("heart_rate_bpm", "cadence_spm"):
        return np.where(values > 0, values, np.nan)
    if name == "altitude_m":
        return _drop_first_zeros(values)
    return values


def _drop_first_zeros(altitude_m: Floats) -> Floats:
    """Return altitudes without the zeros that Polar writes until the barometer has measured."""
    measured = np.flatnonzero(np.nan_to_num(altitude_m) != 0)
    first = altitude_m.size
    if measured.size:
        first = measured[0]
    known = altitude_m.copy()
    known[:first] = np.nan
    return known
