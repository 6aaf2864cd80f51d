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
MAX_NUMBER_CHARS = 63
# a larger one is none: no device measures it, and sums of it overflow
MAX_NUMBER = 1e30
TIMES = frozenset({"time", "Time"})
# raises TypeError for None, which is how gaps are noticed
_FLOAT: Callable[[Any], float] = float
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
    # Apple, OpenTracks, and others on Android
    "hAcc": "position_error_m",
    "accuracy_horizontal": "position_error_m",
    "accuracy": "position_error_m",
    "horaccur": "position_error_m",
    "hdop": "hdop",
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

    def get_column(self, name: str) -> Floats:
        """Return a column, NaN where no point has it."""
        if name in self.numbers:
            return self.numbers[name]
        return np.full(len(self.times.us), np.nan)


@dataclass(slots=True)
class Points:
    """The track points of a file, in its order; rows become columns batch by batch."""

    count: int = 0  # of whole points
    inside: bool = False  # a point has begun and not ended
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
        if not self.rows:
            return
        names = sorted(set().union(*self.rows))[:MAX_KEYS]
        columns = [[row.get(name) for row in self.rows] for name in names]
        self.batches.append(build_batch(names, columns, len(self.rows)))
        self.rows = []

    def as_batch(self) -> Batch:
        """Return all points as one batch, put together once."""
        self.flush_rows()
        if len(self.batches) != 1:
            self.batches = [_concatenate_batches(self.batches)]
        return self.batches[0]


def _concatenate_batches(batches: Sequence[Batch]) -> Batch:
    names = sorted({name for batch in batches for name in batch.numbers})
    numbers = {}
    for name in names:
        numbers[name] = np.concatenate([batch.get_column(name) for batch in batches])
    return Batch(
        numbers,
        concatenate_instants([batch.times for batch in batches]),
        sum(batch.bad for batch in batches),
        sum(batch.commas for batch in batches),
    )


def build_batch(names: Sequence[str], columns: Sequence[Texts], count: int) -> Batch:
    """Return columns of texts, named as their elements are, as numbers and times."""
    numbers: dict[str, Floats] = {}
    times = Instants(np.full(count, NAT), np.zeros(count, np.int64))
    bad = commas = 0
    for name, texts in zip(names, columns, strict=True):
        element = name.rpartition(":")[2]
        if element in TIMES:
            times = parse_instants(texts)
        column = COLUMNS.get(element)
        if column is None:
            continue
        values, new_bad, new_commas = _parse_floats(texts)
        if column in numbers:  # two elements of one meaning: the second fills gaps
            known = np.isfinite(numbers[column])
            values = np.where(known, numbers[column], values)
        numbers[column] = values
        bad += new_bad
        commas += new_commas
    return Batch(numbers, times, bad, commas)


def _parse_floats(texts: Texts) -> tuple[Floats, int, int]:
    """Return numbers, how many of `texts` are none, and how many have a decimal comma."""
    commas = 0
    try:
        values = np.fromiter(map(_FLOAT, texts), np.float64, len(texts))
    except (ValueError, TypeError):
        decoded = [_decode_text(text) for text in texts]
        commas = sum(text.count(",") == 1 for text in decoded)
        values = np.array([parse_number(text) for text in decoded])
    is_number = np.abs(values) < MAX_NUMBER
    if is_number.all():
        return values, 0, commas
    bad = 0
    for i in np.flatnonzero(~is_number).tolist():
        if _decode_text(texts[i]).strip():
            bad += 1
    return np.where(is_number, values, np.nan), bad, commas


def _decode_text(text: Text) -> str:
    if isinstance(text, bytes):
        return text.decode("ascii", "replace")
    return text or ""


def parse_number(text: str) -> float:
    """Return the number that `text` is, with a decimal comma too; NaN where it is none."""
    if len(text) > MAX_NUMBER_CHARS or "_" in text:
        return np.nan
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return np.nan
