"""Metres by surface of one activity, and where the answer comes from.

The first of these that has an answer decides: a column of a plain list > a label that leaves no
doubt (treadmill, track) > the map, metre by metre > the runner's answers for other runs on the
same ground > a label that suggests (street, trail) > Strava's Dirt Distance > the runner's default
> unknown. A tag of tags.csv comes before all. Tags and the answers for other runs are applied
later, to rows (tags.py, course.py); `fallback_m` is what the latter may replace. What the map does
not know is left to those that follow it. A plain "Run" is unknown, and so is a run without
positions: neither implies road or treadmill.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from loadwatch.activity import NAN
from loadwatch.exposure import osm
from loadwatch.exposure.surface_labels import DECIDING_LABELS, SUGGESTING_LABELS
from loadwatch.geodesy import path_m
from loadwatch.tables import SURFACE_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from loadwatch.activity import Session
    from loadwatch.exposure.osm import Ground, TrackMatch
    from loadwatch.settings import Settings
    from loadwatch.tables import Floats, Ints


ROUNDING: Final = 1e-9  # of shares
HOLE_S: Final = 60.0  # a longer hole between two positions is not filled
# may be virtual or on a track, too, but are not on foot
LABEL_FREE_SPORTS: Final = frozenset(("cycling", "rowing"))
# codes of the sources that give a class
KNOWN_CODES: Final = [
    osm.SOURCES.index(name) for name in (*osm.TAGGED_SOURCES, *osm.INFERRED_SOURCES)
]
NOWHERE: Final = osm.SOURCES.index("nowhere")
POSITIONS: Final = frozenset(("latitude_deg", "longitude_deg"))


@dataclass(frozen=True, slots=True)
class SurfaceMetres:
    """Metres by surface, of which the sum is the distance, and metres by answer of the map.

    Without a map the latter are NaN. `fallback_m` is the part of `metres`, by SURFACE_NAMES, that
    what follows the map in the order gave; empty where nothing did. `open_share` is the share of
    the metres up to each sample that the map leaves open; None where no map was asked.
    """

    metres: Mapping[str, float]
    source: str  # tag, label, map, list, default or none
    tagged_m: float = NAN
    inferred_m: float = NAN
    unmatched_m: float = NAN
    outside_m: float = NAN
    fallback_m: tuple[float, ...] = ()
    open_share: Floats | None = None


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
    session : its labels, Dirt Distance and the surface that a list states.
    records : its samples; only distance and position are used, and only with a map.
    distance_m : the activity's distance, which the metres sum up to. [m]
    settings : for `default_surface`.
    ground : a part of the map, if there is one.
    """
    if math.isnan(distance_m):
        return SurfaceMetres(dict.fromkeys(SURFACE_NAMES, NAN), "none")
    decided, source = _decide_by_label(session)
    if decided:
        return SurfaceMetres(_distribute_metres({decided: 1.0}, distance_m), source)
    rest, source = _fallback_shares(session, distance_m, settings)
    if ground is None or not set(records) >= POSITIONS:
        metres = _distribute_metres(rest, distance_m)
        return SurfaceMetres(metres, source, fallback_m=tuple(metres.values()))
    share, matched = match_samples(records, ground)
    return _combine_shares(share, matched, rest, source, distance_m)


def match_samples(records: pd.DataFrame, ground: Ground) -> tuple[Floats, TrackMatch]:
    """Return for each sample its share of the distance and its match with the map.

    The shares sum to 1, or are all 0 where nothing was run.
    """
    latitude = records["latitude_deg"].to_numpy(np.float64)
    longitude = records["longitude_deg"].to_numpy(np.float64)
    index = records.index.to_numpy("datetime64[ns]").view(np.int64)
    time_s = (index - index[:1]) / 1e9
    fixes = np.flatnonzero(np.isfinite(latitude) & np.isfinite(longitude))
    stated_m = _find_stated_error(records)
    match = osm.match_track(ground, latitude, longitude, time_s, stated_m)
    nearest = np.where(
        match.source == NOWHERE, _nearest_fix(fixes, time_s), np.arange(time_s.size)
    )
    filled = osm.TrackMatch(
        match.surface[nearest], match.source[nearest], match.way_id[nearest]
    )
    step = _distance_steps(records, latitude, longitude)
    total = step.sum()
    if total > 0:
        return step / total, filled
    return step * 0, filled


def _find_stated_error(records: pd.DataFrame) -> float:
    """Return the usual error of the positions by the device's own estimate, NaN for none [m].

    It is taken for the radius around a fix that holds the true place in 68 of 100 cases. Android
    defines it so (`Location.getAccuracy`), and Apple's root mean square error in the plane
    (`horizontalAccuracy`) is one of 63 to 68 %. What FIT's `gps_accuracy` means is written
    nowhere, and makers differ: the matcher allows for twice and half of it.
    """
    if "position_error_m" not in records:
        return NAN
    error_m = records["position_error_m"].to_numpy(np.float64)
    known = error_m[error_m > 0]
    if not known.size:
        return NAN
    return float(np.median(known))


def _nearest_fix(fixes: Ints, time_s: Floats) -> Ints:
    """Return for each sample the nearest one with a position, itself where none is near.

    Some devices write heart rate and distance in samples of their own, between the positions.
    """
    samples = np.arange(time_s.size)
    if not fixes.size:
        return samples
    after = np.searchsorted(fixes, samples)
    right = fixes[np.minimum(after, fixes.size - 1)]
    left = fixes[np.maximum(after - 1, 0)]
    nearest = np.where(time_s - time_s[left] <= time_s[right] - time_s, left, right)
    at_an_end = (after == 0) | (after == fixes.size)
    is_hole = (time_s[right] - time_s[left] > HOLE_S) | at_an_end
    is_hole[fixes], nearest[fixes] = False, fixes
    return np.where(is_hole, samples, nearest)


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
    """Return shares by surface and their source, by what follows the map in the order.

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
    """Return the distance run up to each sample from the one before [m].

    It is the device's distance, else the one between positions.
    """
    total = np.empty(0)
    if "distance_m" in records:
        total = records["distance_m"].to_numpy(np.float64)
    if not np.isfinite(total).any():
        total = path_m(latitude, longitude)
    known = np.flatnonzero(np.isfinite(total))
    result = np.zeros(len(records))
    result[known[1:]] = np.maximum(np.diff(total[known]), 0.0)
    return result


def _combine_shares(
    share: Floats,
    match: TrackMatch,
    rest: Mapping[str, float],
    rest_source: str,
    distance_m: float,
) -> SurfaceMetres:
    """Return the metres that the map knows, the others by the shares of `rest`."""
    by_source = np.bincount(match.source, share, len(osm.SOURCES)).tolist()
    share_of = dict(zip(osm.SOURCES, by_source, strict=True))
    known = np.isin(match.source, KNOWN_CODES)
    by_surface = np.bincount(match.surface[known], share[known], len(SURFACE_NAMES))
    left = 1.0 - float(by_surface.sum())
    if left <= ROUNDING:
        left = 0.0
    shares = {
        surface: known_share + left * rest.get(surface, 0.0)
        for surface, known_share in zip(SURFACE_NAMES, by_surface.tolist(), strict=True)
    }
    fallback = _distribute_metres(rest, left * distance_m)
    return SurfaceMetres(
        _distribute_metres(shares, distance_m),
        "map" if by_surface.sum() > 0 else rest_source,
        tagged_m=distance_m * sum(share_of[name] for name in osm.TAGGED_SOURCES),
        inferred_m=distance_m * sum(share_of[name] for name in osm.INFERRED_SOURCES),
        unmatched_m=distance_m * share_of["unmatched"],
        outside_m=distance_m * share_of["outside"],
        fallback_m=tuple(fallback.values()),
        open_share=(~known).astype(np.float64),
    )
