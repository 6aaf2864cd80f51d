"""Pictures of one run for the page of this machine: profile and course, from its own records.

Positions are drawn here and in no file: no report, no export and no message holds them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from loadwatch.geodesy import DEGREE_M, path_m
from loadwatch.report.pictures import svg

if TYPE_CHECKING:
    import pandas as pd
    from markupsafe import Markup

    from loadwatch.tables import Floats

WIDTH: Final = 720.0
PANEL: Final = 110.0
LEFT: Final = 70.0
TOP: Final = 20.0
MOST_POINTS: Final = 600
SMOOTH_S: Final = 30
LEAST_RECORDS: Final = 3
LEAST_SPEED: Final = 0.8  # m/s; below it nobody has a pace
COURSE: Final = 320.0
EDGE: Final = 10.0


@dataclass(frozen=True, slots=True)
class _Panel:
    """One measure over distance."""

    title: str
    samples: Floats
    unit: str
    is_reversed: bool = False  # less is higher: a pace


def draw_profile(records: pd.DataFrame) -> Markup | None:
    """Return pace, altitude and heart rate over distance; None without distance or any of them."""
    distance = _measure_distance(records)
    if not distance.size or not np.nanmax(distance, initial=0.0) > 0:
        return None
    panels = [
        panel for panel in _list_panels(records, distance) if _is_known(panel.samples)
    ]
    if not panels:
        return None
    parts: list[str] = []
    for at, panel in enumerate(panels):
        parts += _draw_panel(panel, distance / 1000.0, TOP + at * (PANEL + TOP))
    names = ", ".join(panel.title.lower() for panel in panels)
    return svg.Picture(
        width=WIDTH,
        height=TOP + len(panels) * (PANEL + TOP) + TOP,
        name="Profile",
        description=f"{names} over {np.nanmax(distance) / 1000.0:.1f} km",
        parts=tuple(parts),
    ).render()


def _read_column(records: pd.DataFrame, name: str) -> Floats:
    """Return one column of RECORDS, NaN where the file has none."""
    if name not in records.columns:
        return np.full(len(records), np.nan)
    column: Floats = records[name].to_numpy("float64")
    return column


def _measure_distance(records: pd.DataFrame) -> Floats:
    """Return the distance since the start [m], by the device, else along the positions."""
    distance = _read_column(records, "distance_m")
    if np.isfinite(distance).any():
        return _fill(distance)
    latitude = _read_column(records, "latitude_deg")
    return path_m(latitude, _read_column(records, "longitude_deg"))


def _measure_speed(records: pd.DataFrame, distance_m: Floats) -> Floats:
    """Return the speed [m/s], by the device, else by distance and time."""
    speed = _read_column(records, "speed_mps")
    if np.isfinite(speed).any() or len(records) < LEAST_RECORDS:
        return speed
    seconds = records.index.to_numpy("datetime64[ms]").astype(np.float64) / 1000.0
    with np.errstate(invalid="ignore", divide="ignore"):
        slope: Floats = np.gradient(distance_m, seconds)
    return slope


def _list_panels(records: pd.DataFrame, distance_m: Floats) -> list[_Panel]:
    """Return the measures that a profile can have."""
    speed = _measure_speed(records, distance_m)
    pace = np.where(
        speed >= LEAST_SPEED, 1000.0 / np.maximum(speed, LEAST_SPEED), np.nan
    )
    altitude = _read_column(records, "altitude_m")
    heart = _read_column(records, "heart_rate_bpm")
    return [
        _Panel("Pace", _smooth(pace) / 60.0, "min/km", is_reversed=True),
        _Panel("Altitude", altitude, "m"),
        _Panel("Heart rate", _smooth(heart), "/min"),
    ]


def _is_known(values: Floats) -> bool:
    return bool(np.isfinite(values).sum() > 1)


def _fill(values: Floats) -> Floats:
    """Return distances without holes: each unknown one is the last known before it."""
    known = np.where(np.isfinite(values), values, -np.inf)
    filled: Floats = np.maximum.accumulate(known)
    return np.where(np.isfinite(filled), filled, 0.0)


def _smooth(values: Floats) -> Floats:
    """Return means over about SMOOTH_S samples, of those that are known."""
    known = np.isfinite(values)
    window = np.ones(SMOOTH_S)
    total = np.convolve(np.where(known, values, 0.0), window, "same")
    count = np.convolve(known.astype(float), window, "same")
    size = values.size
    start = max((total.size - size) // 2, 0)
    total, count = total[start : start + size], count[start : start + size]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(count > 0, total / count, np.nan)


def _draw_panel(panel: _Panel, distance_km: Floats, top: float) -> list[str]:
    """Return the line of one measure, its name, and its least and most."""
    low, high = np.nanpercentile(panel.samples, (1, 99))
    reach = max(float(high - low), 1e-9)
    step = max(len(panel.samples) // MOST_POINTS, 1)
    far = max(float(distance_km.max()), 1e-9)
    points = []
    for km, value in zip(distance_km[::step], panel.samples[::step], strict=True):
        if not np.isfinite(value):
            continue
        share = min(max((float(value) - low) / reach, 0.0), 1.0)
        if panel.is_reversed:
            share = 1.0 - share
        x = LEFT + (WIDTH - LEFT - EDGE) * float(km) / far
        points.append((x, top + PANEL * (1.0 - share)))
    upper, lower = high, low
    if panel.is_reversed:
        upper, lower = low, high
    return [
        svg.draw_line((LEFT, top + PANEL), (WIDTH - EDGE, top + PANEL), "rule"),
        svg.draw_polyline(points, "line-now", panel.title),
        svg.draw_text((0.0, top - 5), panel.title, "label"),
        svg.draw_text((0.0, top + 10), _format_value(upper, panel.unit), "label"),
        svg.draw_text((0.0, top + PANEL), _format_value(lower, panel.unit), "label"),
    ]


def _format_value(value: float, unit: str) -> str:
    if unit == "min/km":
        return f"{int(value)}:{int(value * 60) % 60:02d}"
    return f"{value:.0f} {unit}"


def draw_course(records: pd.DataFrame) -> Markup | None:
    """Return the line of the run seen from above; None without positions."""
    latitude = _read_column(records, "latitude_deg")
    longitude = _read_column(records, "longitude_deg")
    known = np.isfinite(latitude) & np.isfinite(longitude)
    if known.sum() < 2:
        return None
    north = latitude[known] * DEGREE_M
    middle = np.cos(np.radians(np.median(latitude[known])))
    east = longitude[known] * DEGREE_M * middle
    reach = max(float(np.ptp(north)), float(np.ptp(east)), 1.0)
    scale = (COURSE - 2 * EDGE) / reach
    step = max(int(known.sum()) // MOST_POINTS, 1)
    points = [
        (EDGE + scale * (x - east.min()), EDGE + scale * (north.max() - y))
        for y, x in zip(north[::step].tolist(), east[::step].tolist(), strict=True)
    ]
    start = svg.draw_circle(points[0], 4.0, "pain", "Start")
    return svg.Picture(
        width=2 * EDGE + scale * float(np.ptp(east)),
        height=2 * EDGE + scale * float(np.ptp(north)),
        name="Course",
        description="the line of the run, north at the top; drawn on this computer only",
        parts=(svg.draw_polyline(points, "line-now"), start),
        role="course",
    ).render()
