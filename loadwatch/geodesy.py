"""Distances on the WGS 84 ellipsoid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

WGS84_A_M, WGS84_E2 = 6_378_137.0, 0.00669437999014  # NIMA TR8350.2


def path_m(
    latitude_deg: NDArray[np.float64], longitude_deg: NDArray[np.float64]
) -> NDArray[np.float64]:
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
    turn = (np.diff(lon) + np.pi) % (
        2 * np.pi
    ) - np.pi  # the short way over the date line
    east = turn * WGS84_A_M / np.sqrt(root) * np.cos(middle)
    sums = np.zeros(len(latitude_deg))
    sums[known[1:]] = np.hypot(north, east)
    return np.cumsum(sums)
