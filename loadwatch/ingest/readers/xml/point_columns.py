"""Track points as columns: texts to numbers and instants, many at once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from loadwatch.ingest.readers.xml.iso_times import NAT, Instants, instants, joined

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from loadwatch.ingest.readers.xml.iso_times import Text, Texts

    Array = NDArray[np.float64]

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

    numbers: Mapping[str, Array]
    times: Instants
    bad: int = 0  # values that are no numbers
    commas: int = 0  # values with a decimal comma

    def part(self, start: int, stop: int) -> Batch:
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

    def start(self) -> None:
        """Note that a point has begun."""
        self.inside = True

    def add(self, row: dict[str, str]) -> None:
        """Add a whole point."""
        self.inside = False
        self.count += 1
        self.rows.append(row)
        if len(self.rows) == BATCH:
            self.flush()

    def add_run(self, run: Batch) -> None:
        """Add points that are columns already."""
        self.flush()
        self.count += len(run.times.us)
        self.batches.append(run)

    def flush(self) -> None:
        """Turn the rows held as text into columns."""
        if self.rows:
            keys = sorted(set().union(*self.rows))[:MAX_KEYS]
            self.batches.append(
                batch(
                    keys,
                    [[row.get(key) for row in self.rows] for key in keys],
                    len(self.rows),
                )
            )
            self.rows = []

    def whole(self) -> Batch:
        """Return all points as one batch, put together once."""
        self.flush()
        if len(self.batches) != 1:
            self.batches = [_together(self.batches)]
        return self.batches[0]


def _together(batches: Sequence[Batch]) -> Batch:
    names = sorted({name for batch in batches for name in batch.numbers})

    def column(name: str) -> Array:
        return np.concatenate(
            [b.numbers.get(name, np.full(len(b.times.us), np.nan)) for b in batches]
        )

    return Batch(
        {name: column(name) for name in names},
        joined([batch.times for batch in batches]),
        sum(batch.bad for batch in batches),
        sum(batch.commas for batch in batches),
    )


def batch(names: Sequence[str], columns: Sequence[Texts], count: int) -> Batch:
    """Return columns of texts, named as their elements are, as numbers and times."""
    found: dict[str, Array] = {}
    times = Instants(np.full(count, NAT), np.zeros(count, np.int64))
    bad = commas = 0
    for name, texts in zip(names, columns, strict=True):
        plain = name.rpartition(":")[2]
        if plain in TIMES:
            times = instants(texts)
        column = COLUMNS.get(plain)
        if column is None:
            continue
        values, wrong, comma = _floats(texts)
        bad, commas = bad + wrong, commas + comma
        found[column] = (
            np.where(np.isfinite(found[column]), found[column], values)
            if column in found
            else values
        )
    return Batch(found, times, bad, commas)


def _floats(texts: Texts) -> tuple[Array, int, int]:
    """Return numbers, how many of `texts` are none, and how many have a decimal comma."""
    try:
        values = np.fromiter(map(_FLOAT, texts), np.float64, len(texts))
        commas = 0
    except (ValueError, TypeError):
        known = [_decoded(text) for text in texts]
        commas = sum(text.count(",") == 1 for text in known)
        values = np.array([number(text) for text in known])
    finite = np.isfinite(values)
    if finite.all():
        return values, 0, commas
    bad = sum(1 for i in np.flatnonzero(~finite).tolist() if _decoded(texts[i]).strip())
    return np.where(finite, values, np.nan), bad, commas


def _decoded(text: Text) -> str:
    return text.decode("ascii", "replace") if isinstance(text, bytes) else text or ""


def number(text: str) -> float:
    """Return the number that `text` is, with a decimal comma too; NaN where it is none."""
    try:
        return (
            float(text.replace(",", "."))
            if len(text) < 64 and "_" not in text
            else float("nan")
        )
    except ValueError:
        return float("nan")
