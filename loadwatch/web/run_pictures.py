"""Pictures of one run for the page of this machine: profile and course, from its own records.

Positions are drawn here and in no file: no report, no export and no message holds them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from loadwatch.formatting import choose_unit, format_percent
from loadwatch.geodesy import DEGREE_M, path_m
from loadwatch.ingest.readers.frames import read_column
from loadwatch.report.pictures import svg
from loadwatch.report.season import GROUNDS
from loadwatch.web.ground_colours import GROUND_OF

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from markupsafe import Markup

    from loadwatch.formatting import Units
    from loadwatch.tables import Floats, Ints

WIDTH: Final = 720.0
PANEL: Final = 110.0
LEFT: Final = 92.0
TOP: Final = 32.0
MAX_POINTS: Final = 600
SMOOTH_S: Final = 30
MIN_RECORDS: Final = 3
MIN_SPEED: Final = 0.8  # m/s; slower, and a pace means nothing
COURSE_WIDTH, COURSE_HEIGHT = 560.0, 300.0
MEASURES: Final = ("Pace", "Altitude", "Heart rate")
TICKS: Final = (1, 2, 5, 10, 20, 50, 100)
MAX_TICKS: Final = 12
EDGE: Final = 10.0


@dataclass(frozen=True, slots=True)
class _Panel:
    """One measure over distance."""

    title: str
    samples: Floats
    unit: str
    is_reversed: bool = False  # less is higher: a pace


def draw_profile(
    records: pd.DataFrame, units: Units, measures: Sequence[str] = MEASURES
) -> Markup | None:
    """Return pace, altitude and heart rate over distance; None without distance or any of them.

    `measures` names those that are wanted.
    """
    distance = measure_distance(records)
    if not distance.size or not np.nanmax(distance, initial=0.0) > 0:
        return None
    panels = [
        panel
        for panel in _list_panels(records, distance, units)
        if panel.title in measures and _is_known(panel.samples)
    ]
    if not panels:
        return None
    length = choose_unit("distance_m", units)
    axis = distance / length.size
    parts: list[str] = []
    for at, panel in enumerate(panels):
        parts += _draw_panel(panel, axis, TOP + at * (PANEL + TOP))
    bottom = TOP + len(panels) * (PANEL + TOP)
    parts += _draw_axis(float(axis.max()), length.symbol, bottom - TOP)
    names = ", ".join(panel.title.lower() for panel in panels)
    return svg.Picture(
        width=WIDTH,
        height=bottom + TOP,
        name="Profile",
        description=f"{names} over {axis.max():.1f} {length.symbol}",
        parts=tuple(parts),
        role="profile",
    ).render()


def _draw_axis(far: float, symbol: str, top: float) -> list[str]:
    """Return the marks of the distance below the last panel."""
    step = next((one for one in TICKS if far / one <= MAX_TICKS), TICKS[-1])
    parts = []
    for at in range(int(far / step) + 1):
        x = LEFT + (WIDTH - LEFT - EDGE) * at * step / far
        parts.append(svg.draw_line((x, top), (x, top + 4), "rule"))
        text = f"{at * step:g}"
        if not at:
            text = f"0 {symbol}"
        parts.append(svg.draw_text((x, top + 17), text, "label", "middle"))
    return parts


def measure_distance(records: pd.DataFrame) -> Floats:
    """Return the distance since the start [m], by the device, else along the positions."""
    distance = read_column(records, "distance_m")
    if np.isfinite(distance).any():
        return _fill(distance)
    latitude = read_column(records, "latitude_deg")
    return path_m(latitude, read_column(records, "longitude_deg"))


def measure_speed(records: pd.DataFrame, distance_m: Floats) -> Floats:
    """Return the speed [m/s], by the device, else by distance and time."""
    speed = read_column(records, "speed_mps")
    if np.isfinite(speed).any() or len(records) < MIN_RECORDS:
        return speed
    seconds = records.index.to_numpy("datetime64[ms]").astype(np.float64) / 1000.0
    with np.errstate(invalid="ignore", divide="ignore"):
        slope: Floats = np.gradient(distance_m, seconds)
    return slope


def _list_panels(
    records: pd.DataFrame, distance_m: Floats, units: Units
) -> list[_Panel]:
    """Return the measures that a profile can have."""
    length, height = (choose_unit(name, units) for name in ("distance_m", "ascent_m"))
    speed = measure_speed(records, distance_m)
    pace = np.where(
        speed >= MIN_SPEED, length.size / np.maximum(speed, MIN_SPEED), np.nan
    )
    altitude = read_column(records, "altitude_m")
    heart = read_column(records, "heart_rate_bpm")
    return [
        _Panel(
            "Pace",
            smooth_samples(pace) / 60.0,
            f"min/{length.symbol}",
            is_reversed=True,
        ),
        _Panel("Altitude", altitude / height.size, height.symbol),
        _Panel("Heart rate", smooth_samples(heart), "/min"),
    ]


def _is_known(values: Floats) -> bool:
    return bool(np.isfinite(values).sum() > 1)


def _fill(values: Floats) -> Floats:
    """Return distances without holes: each unknown one is the last known before it."""
    known = np.where(np.isfinite(values), values, -np.inf)
    filled: Floats = np.maximum.accumulate(known)
    return np.where(np.isfinite(filled), filled, 0.0)


def smooth_samples(values: Floats) -> Floats:
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
    step = max(len(panel.samples) // MAX_POINTS, 1)
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
    if unit.startswith("min/"):
        return f"{format_pace(value)} {unit}"
    return f"{value:.0f} {unit}"


def format_pace(minutes: float) -> str:
    """Return minutes for a length as "5:07"."""
    seconds = round(minutes * 60)
    return f"{seconds // 60}:{seconds % 60:02d}"


def draw_course(records: pd.DataFrame, grounds: Ints | None = None) -> Markup | None:
    """Return the line of a run from above, by ground; None without positions.

    `grounds` are places in SURFACE_NAMES, one per sample.
    """
    latitude = read_column(records, "latitude_deg")
    longitude = read_column(records, "longitude_deg")
    known = np.flatnonzero(np.isfinite(latitude) & np.isfinite(longitude))
    if known.size < 2:
        return None
    step = max(known.size // MAX_POINTS, 1)
    kept = np.append(known[:-1:step], known[-1])
    line = _place_points(latitude[kept], longitude[kept])
    roles = ["blank"] * kept.size
    if grounds is not None:
        roles = [GROUND_OF[at].role for at in grounds[kept].tolist()]
    start, end = line.points[0], line.points[-1]
    return svg.Picture(
        width=line.width,
        height=line.height,
        name="Course",
        description=_describe_course(grounds),
        parts=(
            *_draw_ways(line.points, roles),
            svg.draw_circle(end, 4.0, "end", "End"),
            svg.draw_circle(start, 5.0, "pain", "Start"),
        ),
        role="course",
    ).render()


@dataclass(frozen=True, slots=True)
class _Line:
    """Points of a picture, and its size."""

    points: list[svg.Point]
    width: float
    height: float


def _place_points(latitude: Floats, longitude: Floats) -> _Line:
    """Return places as points of a picture, north at the top."""
    north = latitude * DEGREE_M
    east = longitude * DEGREE_M * np.cos(np.radians(np.median(latitude)))
    reach = max(
        float(np.ptp(north)) / COURSE_HEIGHT, float(np.ptp(east)) / COURSE_WIDTH
    )
    scale = 1.0 / max(reach, 1e-3)
    across, down = (east - east.min()) * scale, (north.max() - north) * scale
    points = list(zip((across + EDGE).tolist(), (down + EDGE).tolist(), strict=True))
    width, height = float(across.max()), float(down.max())
    return _Line(points, 2 * EDGE + width, 2 * EDGE + height)


def _draw_ways(points: Sequence[svg.Point], roles: Sequence[str]) -> list[str]:
    """Return a line per stretch of one ground; each begins where the one before ends."""
    parts = []
    first = 0
    for at in range(1, len(points) + 1):
        if at < len(points) and roles[at] == roles[first]:
            continue
        stretch = points[max(first - 1, 0) : at]
        name = next(one.name for one in GROUNDS if one.role == roles[first])
        parts.append(svg.draw_polyline(stretch, f"way s-{roles[first]}", name))
        first = at
    return parts


def _describe_course(grounds: Ints | None) -> str:
    """Return the picture in words: the grounds it shows by their share of the samples."""
    text = "The line of the run, north at the top; drawn on this computer only."
    if grounds is None or not grounds.size:
        return text
    counts = Counter(GROUND_OF[at].name for at in grounds.tolist())
    shares = [
        f"{name} {format_percent(count / grounds.size)}"
        for name, count in counts.most_common()
    ]
    return f"{text} Ground: {', '.join(shares)}."
