"""GoldenCheetah's own file of one activity."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from loadwatch.activity import Activity, Note, Reading, Session
from loadwatch.errors import NotActivity
from loadwatch.ingest.readers import sports
from loadwatch.ingest.readers.frames import build_records
from loadwatch.ingest.readers.json.values import (
    as_mapping,
    as_objects,
    parse_text,
    to_array,
)
from loadwatch.ingest.readers.point_times import (
    US,
    Evidence,
    note_days,
    repair_times,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loadwatch.tables import Floats, Ints

_LONGEST_S = 31 * 86400
FIRST_YEAR, LAST_YEAR = 1990, 2100  # of a clock; later ones are set aside by today
_FIRST_SAMPLES = 100  # in which a channel must occur
_CHANNELS = {
    "KM": ("distance_m", 1000.0),
    "KPH": ("speed_mps", 1 / 3.6),
    "HR": ("heart_rate_bpm", 1.0),
    "ALT": ("altitude_m", 1.0),
    "LAT": ("latitude_deg", 1.0),
    "LON": ("longitude_deg", 1.0),
    "WATTS": ("power_w", 1.0),
    "RCAD": ("cadence_spm", 2.0),
}


def read_ride(ride: Mapping[str, Any]) -> Reading:
    """Return the activity of a file that begins with "RIDE"."""
    start, notes = _parse_start(ride)
    samples = as_objects(ride.get("SAMPLES"))
    if len(samples) < 2:
        raise NotActivity("an activity of GoldenCheetah without samples")
    seconds = to_array(sample.get("SECS") for sample in samples)
    places = np.flatnonzero((seconds >= 0) & (seconds < _LONGEST_S))
    channels = _read_channels(samples)
    us = np.round(seconds[places] * US).astype(np.int64)
    timed = repair_times(us, lambda: _read_evidence(channels, places))
    kept = places[timed.at]
    columns = {name: values[kept] for name, values in channels.items()}
    begin_us = 0
    if start is not None:
        begin_us = round(start.timestamp()) * US
    times = (begin_us + timed.us) * 1000
    stated = sports.read_sport(parse_text(as_mapping(ride.get("TAGS")).get("Sport")))
    session = Session(
        format="json",
        sport=stated.sport,
        sub_sport=stated.sub_sport,
        unknown_sport=stated.unknown_word,
        start_utc=start,
        notes=(*stated.notes, *notes, *timed.notes, *note_days(timed.us)),
    )
    return Reading((Activity(build_records(times, columns), session),))


def _read_evidence(channels: dict[str, Floats], places: Ints) -> Evidence:
    """Return what shows the order of the samples at `places`."""
    unknown = np.full(len(places), np.nan)
    columns = []
    for name in Evidence._fields:
        column = unknown
        if name in channels:
            column = channels[name][places]
        columns.append(column)
    return Evidence(*columns)


def _parse_start(
    ride: Mapping[str, Any],
) -> tuple[datetime | None, tuple[Note, ...]]:
    """Return the start, which the file states in UTC, None with a note for one that cannot be."""
    text = parse_text(ride.get("STARTTIME")).removesuffix("UTC").strip()
    try:
        start = datetime.strptime(text, "%Y/%m/%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        raise NotActivity(
            "an activity of GoldenCheetah without a start that can be read"
        ) from None
    if FIRST_YEAR <= start.year <= LAST_YEAR:
        return start, ()
    text = f"the start in {start.year} cannot be, so the day is unknown"
    return None, (Note("clock", text),)


def _read_channels(samples: list[Mapping[str, Any]]) -> dict[str, Floats]:
    """Return the RECORDS columns of the channels that the file has."""
    present = {channel for sample in samples[:_FIRST_SAMPLES] for channel in sample}
    columns = {}
    for channel, (name, factor) in _CHANNELS.items():
        if channel in present:
            values = to_array(sample.get(channel) for sample in samples)
            with np.errstate(over="ignore"):  # infinite is left out as no person's
                columns[name] = values * factor
    return columns
