"""Metres by surface of one activity, and who says so.

The ladder: a plain list's own column > a label that settles it (treadmill, track) > the map, metre
by metre > a label that only suggests (street, trail) > Strava's Dirt Distance > the runner's
default > unknown. A tag of tags.csv stands over all and is applied later, to the row. What the map
does not know falls to the rungs below it. A plain "Run" is unknown, and so is a run without
positions: neither says road nor treadmill.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from loadwatch.activity import NAN
from loadwatch.exposure import osm
from loadwatch.geodesy import path_m
from loadwatch.tables import SURFACE_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from loadwatch.activity import Session
    from loadwatch.exposure.osm import Ground, TrackMatch
    from loadwatch.settings import Settings
    from loadwatch.tables import Floats, Ints


DECIDING_LABELS: Final[Mapping[str, str]] = {  # sub_sport -> surface
    "treadmill": "treadmill",
    "indoor_running": "treadmill",
    "indoor_walking": "treadmill",
    "virtual_activity": "treadmill",
    "track": "track",
}
SUGGESTING_LABELS: Final[Mapping[str, str]] = {"street": "hard", "trail": "soft"}
ROUNDING: Final = 1e-9  # of shares
HOLE_S: Final = 60.0  # a longer one between two positions stays one
LABEL_FREE_SPORTS: Final = frozenset(
    {"cycling", "rowing"}
)  # virtual or on a track, but not on foot


@dataclass(frozen=True, slots=True)
class SurfaceMetres:
    """Metres by surface (their sum is the distance) and what the map knew; NaN = no map."""

    metres: Mapping[str, float]
    source: str  # tag, label, map, list, default or none
    tagged_m: float = NAN
    inferred_m: float = NAN
    unmatched_m: float = NAN
    outside_m: float = NAN


def measure_surfaces(
    session: Session,
    records: pd.DataFrame,
    distance_m: float,
    settings: Settings,
    ground: Ground | None,
) -> SurfaceMetres:
    """Return the metres by surface of one activity.

    Parameters
    ----------
    session : what the file says of the activity.
    records : its samples; only distance and position are looked at, and only with a map.
    distance_m : the activity's distance, which the metres sum up to. [m]
    settings : for `default_surface`.
    ground : a part of the map, if there is one.
    """
    if math.isnan(distance_m):
        return SurfaceMetres(dict.fromkeys(SURFACE_NAMES, NAN), "none")
    settled, source = _decide_by_label(session)
    if settled:
        return SurfaceMetres(_distribute_metres({settled: 1.0}, distance_m), source)
    rest, source = _fallback_shares(session, distance_m, settings)
    if (
        ground is None
        or "latitude_deg" not in records
        or "longitude_deg" not in records
    ):
        return SurfaceMetres(_distribute_metres(rest, distance_m), source)
    share, matched = match_samples(records, ground)
    return _combine_shares(share, matched, rest, source, distance_m)


def match_samples(records: pd.DataFrame, ground: Ground) -> tuple[Floats, TrackMatch]:
    """Return for each sample its share of the distance (sum 1, or all 0) and what lies under it."""
    latitude = records["latitude_deg"].to_numpy(np.float64)
    longitude = records["longitude_deg"].to_numpy(np.float64)
    index = records.index.to_numpy("datetime64[ns]").view(np.int64)
    time_s = (index - index[:1]) / 1e9
    step = _distance_steps(records, latitude, longitude)
    total = step.sum()
    nearest = _nearest_fix(
        np.flatnonzero(np.isfinite(latitude) & np.isfinite(longitude)), time_s
    )
    found = osm.match_track(ground, latitude, longitude, time_s)
    filled = osm.TrackMatch(
        found.surface[nearest], found.source[nearest], found.way_id[nearest]
    )
    return step / total if total > 0 else step * 0, filled


def _nearest_fix(known: Ints, time_s: Floats) -> Ints:
    """Return for each sample the nearest one with a position, itself where there is none nearby.

    Some devices write heart rate and distance in samples of their own, between those with a position.
    """
    own = np.arange(time_s.size)
    if not known.size:
        return own
    after = np.searchsorted(known, own)
    right = known[np.minimum(after, known.size - 1)]
    left = known[np.maximum(after - 1, 0)]
    nearest = np.where(time_s - time_s[left] <= time_s[right] - time_s, left, right)
    hole = (
        (time_s[right] - time_s[left] > HOLE_S) | (after == 0) | (after == known.size)
    )
    hole[known], nearest[known] = False, known
    return np.where(hole, own, nearest)


def _decide_by_label(session: Session) -> tuple[str, str]:
    """Return the surface that needs no map and its source, both "" if there is none."""
    if session.surface in SURFACE_NAMES:
        return session.surface, "tag"
    if session.sport in LABEL_FREE_SPORTS:
        return "", ""
    return DECIDING_LABELS.get(session.sub_sport, ""), "label"


def _fallback_shares(
    session: Session, distance_m: float, settings: Settings
) -> tuple[dict[str, float], str]:
    """Return shares by surface and their source, from what stands below the map on the ladder.

    A Dirt Distance of 0 is no answer: Strava writes it for runs on roads, and also for runs whose
    course it does not know.
    """
    if suggested := SUGGESTING_LABELS.get(session.sub_sport, ""):
        return {suggested: 1.0}, "label"
    if session.dirt_m > 0 and distance_m > 0:
        soft = min(1.0, session.dirt_m / distance_m)
        return {"soft": soft, "hard": 1.0 - soft}, "list"
    if settings.default_surface:
        return {settings.default_surface: 1.0}, "default"
    return {"unknown": 1.0}, "none"


def _distribute_metres(
    shares: Mapping[str, float], distance_m: float
) -> dict[str, float]:
    """Return metres by surface whose sum is the distance, to the last digit."""
    result = {
        surface: shares.get(surface, 0.0) * distance_m for surface in SURFACE_NAMES
    }
    largest = max(SURFACE_NAMES, key=result.__getitem__)
    result[largest] += distance_m - sum(result.values())
    return result


def _distance_steps(
    records: pd.DataFrame, latitude: Floats, longitude: Floats
) -> Floats:
    """Return the distance that ends at each sample: by the device, else between places [m]."""
    total = (
        records["distance_m"].to_numpy(np.float64)
        if "distance_m" in records
        else np.empty(0)
    )
    if not np.isfinite(total).any():
        total = path_m(latitude, longitude)
    known = np.flatnonzero(np.isfinite(total))
    result = np.zeros(len(records))
    result[known[1:]] = np.maximum(np.diff(total[known]), 0.0)
    return result


def _combine_shares(
    share: Floats,
    matched: TrackMatch,
    rest: Mapping[str, float],
    below: str,
    distance_m: float,
) -> SurfaceMetres:
    """Return what the map knows with what the rungs below it say of the remainder."""
    by_source = np.bincount(matched.source, share, len(osm.SOURCES))
    of = dict(zip(osm.SOURCES, by_source.tolist(), strict=True))
    known = np.isin(
        matched.source,
        [
            osm.SOURCES.index(name)
            for name in (*osm.TAGGED_SOURCES, *osm.INFERRED_SOURCES)
        ],
    )
    by_surface = np.bincount(matched.surface[known], share[known], len(SURFACE_NAMES))
    left = 1.0 - float(by_surface.sum())
    left = left if left > ROUNDING else 0.0
    shares = {
        surface: found + left * rest.get(surface, 0.0)
        for surface, found in zip(SURFACE_NAMES, by_surface.tolist(), strict=True)
    }
    return SurfaceMetres(
        _distribute_metres(shares, distance_m),
        "map" if by_surface.sum() > 0 else below,
        tagged_m=distance_m * sum(of[name] for name in osm.TAGGED_SOURCES),
        inferred_m=distance_m * sum(of[name] for name in osm.INFERRED_SOURCES),
        unmatched_m=distance_m * of["unmatched"],
        outside_m=distance_m * of["outside"],
    )
