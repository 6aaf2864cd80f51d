"""The samples of one activity as arrays: what a row is measured from."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.activity import NAN
from loadwatch.geodesy import path_m

if TYPE_CHECKING:
    import pandas as pd

    from loadwatch.tables import Floats


@dataclass(frozen=True, slots=True)
class SampleArrays:
    """The samples of one activity as arrays of one length; NaN where a column is missing."""

    time_s: Floats
    distance_m: Floats
    altitude_m: Floats
    latitude_deg: Floats
    longitude_deg: Floats
    cadence_spm: Floats
    heart_rate_bpm: Floats
    step_s: Floats  # time to the next sample, one shorter
    speed_mps: Floats  # over each step; NaN where no distance is known

    @property
    def is_empty(self) -> bool:
        """Whether there is no sample, as of a row of a list."""
        return not self.time_s.size


_EMPTY = np.empty(0)
NO_SAMPLES = SampleArrays(*[_EMPTY] * len(fields(SampleArrays)))


def build_arrays(records: pd.DataFrame) -> SampleArrays:
    """Return the columns of RECORDS that a row is made of, and time and speed of each step."""
    if not len(records):
        return NO_SAMPLES
    index = records.index.to_numpy("datetime64[ns]").view(np.int64)
    time = (index - index[:1]) / 1e9

    # all columns at once: to take one from a frame costs as much as to measure it
    cells = records.to_numpy(np.float64).T
    columns: dict[str, Floats] = dict(zip(records.columns, cells, strict=True))

    def read_column(name: str) -> Floats:
        if name in columns:
            return columns[name]
        return np.full(len(time), NAN)

    latitude, longitude = read_column("latitude_deg"), read_column("longitude_deg")
    distance = read_column("distance_m")
    if not np.isfinite(distance).any() and np.isfinite(latitude).any():
        distance = path_m(latitude, longitude)
    step = np.diff(time)
    with np.errstate(invalid="ignore", divide="ignore"):
        speed = np.where(step > 0, np.diff(distance) / step, NAN)
    return SampleArrays(
        time_s=time,
        distance_m=distance,
        altitude_m=read_column("altitude_m"),
        latitude_deg=latitude,
        longitude_deg=longitude,
        cadence_spm=read_column("cadence_spm"),
        heart_rate_bpm=read_column("heart_rate_bpm"),
        step_s=step,
        speed_mps=speed,
    )
