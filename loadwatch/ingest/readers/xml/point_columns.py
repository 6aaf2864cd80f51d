"""Track points as columns: texts to numbers and instants, many at once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from loadwatch.ingest.readers.xml.iso_times import (
    NAT,
    Instants,
    concatenate_instants,
    parse_instants,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from loadwatch.ingest.readers.xml.iso_times import Text, Texts
    from loadwatch.tables import Floats


BATCH = 8_192  # points held as text before they become numbers
MAX_KEYS = 200  # different elements within track points
TIMES = frozenset({"time", "Time"})
_FLOAT: Callable[[Any], float] = (
    float  # raises TypeError for None, which is how gaps are met
)
COLUMNS = {
    "lat": "latitude_deg",
    "LatitudeDegrees": "latitude_deg",
    "lon": "longitude_deg",
    "LongitudeDegrees": "longitude_deg",
    "ele": "altitude_m",
    "AltitudeMeters": "altitude_m",
    "hr": "heart_rate_bpm",
    "heartrate": "heart_rate_bpm",
    "heartRate": "heart_rate_bpm",
    "Value": "heart_rate_bpm",
    "cad": "cadence",
    "cadence": "cadence",
    "Cadence": "cadence",
    "RunCadence": "run_cadence",
    "power": "power_w",
    "PowerInWatts": "power_w",
    "watts": "power_w",
    "Watts": "power_w",
    "speed": "speed_mps",
    "Speed": "speed_mps",
    "distance": "distance_m",
    "DistanceMeters": "distance_m",
}


@dataclass(frozen=True, slots=True)
class Batch:
    """Points next to each other in the file, as columns."""

    numbers: Mapping[str, Floats]
    times: Instants
    bad: int = 0  # values that are no numbers
    commas: int = 0  # values with a decimal comma

    def slice_points(self, start: int, stop: int) -> Batch:
        """Return the points from `start` up to, not including, `stop`."""
        numbers = {name: values[start:stop] for name, values in self.numbers.items()}
        times = replace(
            self.times,
            us=self.times.us[start:stop],
            offset_s=self.times.offset_s[start:stop],
        )
        return Batch(numbers, times)


@dataclass(slots=True)
class Points:
    """The track points of a file, in its order; rows become columns batch by batch."""

    count: int = 0  # of whole points
    inside: bool = False
    rows: list[dict[str, str]] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)

    def begin_point(self) -> None:
        """Note that a point has begun."""
        self.inside = True

    def add_point(self, row: dict[str, str]) -> None:
        """Add a whole point."""
        self.inside = False
        self.count += 1
        self.rows.append(row)
        if len(self.rows) == BATCH:
            self.flush_rows()

    def add_batch(self, batch: Batch) -> None:
        """Add points that are columns already."""
        self.flush_rows()
        self.count += len(batch.times.us)
        self.batches.append(batch)

    def flush_rows(self) -> None:
        """Turn the rows held as text into columns."""
        if self.rows:
            keys = sorted(set().union(*self.rows))[:MAX_KEYS]
            self.batches.append(
                build_batch(
                    keys,
                    [[row.get(key) for row in self.rows] for key in keys],
                    len(self.rows),
                )
            )
            self.rows = []

    def as_batch(self) -> Batch:
        """Return all points as one batch, put together once."""
        self.flush_rows()
        if len(self.batches) != 1:
            self.batches = [_concatenate_batches(self.batches)]
        return self.batches[0]


def _concatenate_batches(batches: Sequence[Batch]) -> Batch:
    names = sorted({name for batch in batches for name in batch.numbers})

    def column(name: str) -> Floats:
        return np.concatenate(
            [b.numbers.get(name, np.full(len(b.times.us), np.nan)) for b in batches]
        )

    return Batch(
        {name: column(name) for name in names},
        concatenate_instants([batch.times for batch in batches]),
        sum(batch.bad for batch in batches),
        sum(batch.commas for batch in batches),
    )


def build_batch(names: Sequence[str], columns: Sequence[Texts], count: int) -> Batch:
    """Return columns of texts, named as their elements are, as numbers and times."""
    found: dict[str, Floats] = {}
    times = Instants(np.full(count, NAT), np.zeros(count, np.int64))
    bad = commas = 0
    for name, texts in zip(names, columns, strict=True):
        plain = name.rpartition(":")[2]
        if plain in TIMES:
            times = parse_instants(texts)
        column = COLUMNS.get(plain)
        if column is None:
            continue
        values, wrong, comma = _parse_floats(texts)
        bad, commas = bad + wrong, commas + comma
        found[column] = (
            np.where(np.isfinite(found[column]), found[column], values)
            if column in found
            else values
        )
    return Batch(found, times, bad, commas)


def _parse_floats(texts: Texts) -> tuple[Floats, int, int]:
    """Return numbers, how many of `texts` are none, and how many have a decimal comma."""
    try:
        values = np.fromiter(map(_FLOAT, texts), np.float64, len(texts))
        commas = 0
    except (ValueError, TypeError):
        known = [_decode_text(text) for text in texts]
        commas = sum(text.count(",") == 1 for text in known)
        values = np.array([parse_number(text) for text in known])
    finite = np.isfinite(values)
    if finite.all():
        return values, 0, commas
    bad = sum(
        1 for i in np.flatnonzero(~finite).tolist() if _decode_text(texts[i]).strip()
    )
    return np.where(finite, values, np.nan), bad, commas


def _decode_text(text: Text) -> str:
    return text.decode("ascii", "replace") if isinstance(text, bytes) else text or ""


def parse_number(text: str) -> float:
    """Return the number that `text` is, with a decimal comma too; NaN where it is none."""
    try:
        return (
            float(text.replace(",", "."))
            if len(text) < 64 and "_" not in text
            else float("nan")
        )
    except ValueError:
        return float("nan")
