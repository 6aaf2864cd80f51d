"""Columns to a RECORDS frame."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from loadwatch.tables import RECORDS, names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

COLUMNS = frozenset(names(RECORDS))
WGS84_A_M, WGS84_E2 = 6_378_137.0, 0.00669437999014  # NIMA TR8350.2


def records(time_ns: NDArray[np.int64], columns: Mapping[str, NDArray[np.float64]]) -> pd.DataFrame:
    """Return a RECORDS frame from instants (ns since 1970, UTC) and columns, sorted by time.

    Samples that share an instant stay in file order; a name that RECORDS does not have is an error.
    """
    if not COLUMNS.issuperset(columns):
        raise ValueError(f"not a column of RECORDS: {', '.join(sorted(set(columns) - COLUMNS))}")
    index = pd.DatetimeIndex(time_ns.view("M8[ns]"), tz="UTC", name="time")
    block = np.array(list(columns.values()), np.float64).reshape(len(columns), len(time_ns))
    frame = pd.DataFrame(block.T, index=index, columns=_labels(tuple(columns)), copy=False)
    return frame if (time_ns[1:] >= time_ns[:-1]).all() else frame.sort_index(kind="stable")


@cache
def _labels(columns: tuple[str, ...]) -> pd.Index[str]:
    """Return the column index of a frame: the same few for every file of a device."""
    return pd.Index(columns)


EMPTY = records(np.empty(0, np.int64), {})


def path_m(latitude_deg: NDArray[np.float64], longitude_deg: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distance run along a line of positions, from 0 at the first fix [m].

    Straight pieces on the WGS 84 ellipsoid by its two radii of curvature at their middle
    latitude: below 0.01 % off for pieces of up to 10 km. A missing fix repeats the last sum, so
    the line goes straight over a hole; before the first fix the sum is 0.
    """
    known = np.flatnonzero(np.isfinite(latitude_deg) & np.isfinite(longitude_deg))
    lat, lon = np.radians(latitude_deg[known]), np.radians(longitude_deg[known])
    middle = (lat[1:] + lat[:-1]) / 2
    root = 1 - WGS84_E2 * np.sin(middle) ** 2
    north = np.diff(lat) * WGS84_A_M * (1 - WGS84_E2) / root**1.5
    turn = (np.diff(lon) + np.pi) % (2 * np.pi) - np.pi  # the short way over the date line
    east = turn * WGS84_A_M / np.sqrt(root) * np.cos(middle)
    sums = np.zeros(len(latitude_deg))
    sums[known[1:]] = np.hypot(north, east)
    return np.cumsum(sums)
