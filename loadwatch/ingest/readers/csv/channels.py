"""The other columns of a table of moments: to the columns of RECORDS, in SI."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from loadwatch.activity import Note
from loadwatch.ingest.readers.csv import numbers, unit_inference
from loadwatch.ingest.readers.csv.unit_inference import KM, MILE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from loadwatch.ingest.readers.csv.names import Column
    from loadwatch.tables import Floats


_PLAIN = {  # role -> column, where one number means one thing
    "altitude": "altitude_m",
    "heart_rate": "heart_rate_bpm",
    "power": "power_w",
    "stance_time": "stance_time_ms",
}
_SEMICIRCLE = 180 / 2**31  # degrees
_KMH, _MPH = 1 / 3.6, 0.44704
_EARTH_M = 6_371_008.8  # mean radius
_RIDE = 5.5  # m/s; a cadence above this speed is a crank's
_LEGS = 120.0  # 1/min; below, a runner's cadence counts one leg


def channels(
    cells: Mapping[str, Sequence[str]],
    series: Mapping[str, Sequence[Column]],
    time_s: Floats,
) -> tuple[dict[str, Floats], list[Note]]:
    """Return (the columns of RECORDS that a table has, notes); a column without any number is left out."""
    raw = {
        role: _array(column)
        for role, column in cells.items()
        if role not in {"instant", "second", "day"}
    }
    found = {
        to: raw[role] * (series[role][0].factor or 1.0)
        for role, to in _PLAIN.items()
        if role in raw
    }
    if "heart_rate_bpm" in found:
        found["heart_rate_bpm"] = np.where(
            found["heart_rate_bpm"] > 0, found["heart_rate_bpm"], np.nan
        )
    if "latitude" in raw and "longitude" in raw:
        found["latitude_deg"], found["longitude_deg"] = _position(
            raw["latitude"], raw["longitude"]
        )
    notes = _lengths(raw, series, time_s, found)
    if "cadence" in raw:
        found["cadence_spm"] = _cadence(
            raw["cadence"], series["cadence"][0].factor, found.get("speed_mps")
        )
    return {
        name: column for name, column in found.items() if np.isfinite(column).any()
    }, notes


def _array(cells: Sequence[str]) -> Floats:
    style = numbers.style(cells) or "."
    return np.array([numbers.number(cell, style) for cell in cells], dtype=np.float64)


def _position(latitude: Floats, longitude: Floats) -> tuple[Floats, Floats]:
    """Return degrees, of degrees or FIT's semicircles; no fix (0, 0 or beyond the globe) is NaN."""
    if np.fmax.reduce(np.abs(latitude), initial=0.0) > 180:
        latitude, longitude = latitude * _SEMICIRCLE, longitude * _SEMICIRCLE
    fix = (
        (np.abs(latitude) <= 90)
        & (np.abs(longitude) <= 180)
        & ((latitude != 0) | (longitude != 0))
    )
    return np.where(fix, latitude, np.nan), np.where(fix, longitude, np.nan)


def _lengths(
    raw: Mapping[str, Floats],
    series: Mapping[str, Sequence[Column]],
    time_s: Floats,
    found: dict[str, Floats],
) -> list[Note]:
    """Put distance and speed in SI into `found`; a unit nobody states is told by the other of the two."""
    distance, speed = raw.get("distance"), raw.get("speed")
    by_distance = series["distance"][0].factor if distance is not None else None
    by_speed = series["speed"][0].factor if speed is not None else None
    notes: list[Note] = []
    placed = (
        _path(found["latitude_deg"], found["longitude_deg"])
        if "latitude_deg" in found
        else np.nan
    )
    elapsed = float(np.ptp(time_s)) or np.nan
    if distance is not None:
        covered = (
            _integral(speed * by_speed, time_s)
            if speed is not None and by_speed
            else placed
        )
        factor = (
            by_distance
            or unit_inference.named(covered / _span(distance), (1.0, KM, MILE), 1.25)
            or _likely(_span(distance) / elapsed)
        )
        found["distance_m"] = distance * factor
    if speed is not None:
        covered = _span(found["distance_m"]) if "distance_m" in found else placed
        share = covered / _integral(speed, time_s)
        unit = by_speed or unit_inference.named(share, (1.0, _KMH, _MPH), 1.1)
        if unit is None:
            notes.append(
                Note(
                    "speed",
                    "its unit is not told and cannot be worked out; the column is left out",
                )
            )
        else:
            found["speed_mps"] = speed * unit
    return notes


def _likely(speed: float) -> float:
    """Return metres or kilometres by the mean speed: nobody on foot or wheels moves at a thousandth of it."""
    return KM if 0 < speed < 0.05 else 1.0


def _span(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return (
        float(known[-1] - known[0]) if known.size and known[-1] > known[0] else np.nan
    )


def _integral(speed: Floats, time_s: Floats) -> float:
    step = np.clip(np.diff(time_s, prepend=time_s[0]), 0, 60)
    total = float(np.nansum(speed * step))
    return total if total > 0 else np.nan


def _path(latitude: Floats, longitude: Floats) -> float:
    """Return the length of a path over the sphere, good enough to name a unit [m]."""
    good = np.isfinite(latitude) & np.isfinite(longitude)
    lat, lon = np.radians(latitude[good]), np.radians(longitude[good])
    if len(lat) < 2:
        return np.nan
    east = np.diff(lon) * np.cos((lat[1:] + lat[:-1]) / 2)
    return float(np.hypot(east, np.diff(lat)).sum() * _EARTH_M) or np.nan


def _cadence(values: Floats, factor: float | None, speed: Floats | None) -> Floats:
    """Return steps of both feet a minute; a number below 120 on foot counts one leg, and 0 is no reading."""
    known = values[values > 0]
    afoot = (
        speed is None
        or not (speed > 0).any()
        or float(np.median(speed[speed > 0])) < _RIDE
    )
    legs = (
        factor != 1.0 and bool(known.size) and float(np.median(known)) < _LEGS and afoot
    )
    return np.where(values > 0, values * (2.0 if legs else 1.0), np.nan)
