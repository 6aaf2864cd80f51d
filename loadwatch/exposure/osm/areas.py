"""Which area of a map, as a park or a pitch, a place is in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from loadwatch.exposure.osm.ground import Ground
    from loadwatch.tables import Floats, Ints


def find_areas(ground: Ground, latitude: Floats, longitude: Floats) -> Ints:
    """Return the smallest area around each point, -1 for none.

    A point is inside where a ray to the east crosses the edges an odd number of times.
    """
    result = np.full(latitude.size, -1, np.int64)
    areas, _, _ = _list_near_areas(ground, latitude, longitude)
    # the smallest last: it replaces the others
    for area in areas[::-1].tolist():
        edge = ground.edge[ground.area_start[area] : ground.area_start[area + 1]]
        lat_1, lon_1, lat_2, lon_2 = (side[:, None] for side in edge.T)
        crosses = (lat_1 > latitude) != (lat_2 > latitude)
        rise = np.where(lat_2 == lat_1, 1.0, lat_2 - lat_1)
        at = lon_1 + (latitude - lat_1) / rise * (lon_2 - lon_1)
        result[(crosses & (at > longitude)).sum(axis=0) % 2 == 1] = area
    return result


def _list_near_areas(
    ground: Ground, latitude: Floats, longitude: Floats
) -> tuple[Ints, Floats, Floats]:
    """Return the areas whose boxes meet that of places, and the corners of their boxes."""
    if not latitude.size or not ground.area_class.size:
        return np.empty(0, np.int64), np.empty((0, 4)), np.empty((0, 4))
    low = np.minimum.reduceat(ground.edge, ground.area_start[:-1])
    high = np.maximum.reduceat(ground.edge, ground.area_start[:-1])
    is_near = (low[:, 0] <= latitude.max()) & (high[:, 0] >= latitude.min())
    is_near &= (low[:, 1] <= longitude.max()) & (high[:, 1] >= longitude.min())
    areas = np.flatnonzero(is_near)
    return areas, low[areas], high[areas]


def is_in_area_box(
    ground: Ground, latitude: Floats, longitude: Floats
) -> NDArray[np.bool_]:
    """Return which places are in the box around an area of the map, as a lake in a park is."""
    result = np.zeros(latitude.size, dtype=bool)
    _, low, high = _list_near_areas(ground, latitude, longitude)
    for south_west, north_east in zip(low, high, strict=True):
        is_inside = (latitude >= south_west[0]) & (latitude <= north_east[0])
        is_inside &= (longitude >= south_west[1]) & (longitude <= north_east[1])
        result |= is_inside
    return result
