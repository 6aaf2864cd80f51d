"""Made-up courses in metres, as rows that carry a signature: the ground under runs, without files."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from loadwatch.exposure.course import inherit_answers
from loadwatch.exposure.ground_answers import parse_answer
from loadwatch.exposure.signature import draw_signature
from loadwatch.geodesy import DEGREE_M
from loadwatch.tables import SURFACE_NAMES
from tests.builders import activities, run

# the middle of a row of cells; at the equator, so that columns are 25 m, too
MIDDLE_M = 12.5


def line(*corners: tuple[float, float], step: float = 10.0) -> np.ndarray:
    """Places every `step` metres along the corners given as (east, north), ends included [m]."""
    at = np.array(corners, float)
    along = np.append(0.0, np.cumsum(np.hypot(*np.diff(at, axis=0).T)))
    metres = np.append(np.arange(0.0, along[-1], step), along[-1])
    return np.column_stack([np.interp(metres, along, side) for side in at.T])


def straight(
    start: float, end: float, north: float = MIDDLE_M, **more: Any
) -> np.ndarray:
    return line((start, north), (end, north), **more)


def ring(
    length_m: float, laps: float = 1.0, at: tuple[float, float] = (5000, 5000)
) -> np.ndarray:
    """Laps on a circle, a place every 10 m."""
    turn = np.arange(0.0, laps * length_m + 1.0, 10.0) / length_m * 2 * np.pi
    radius = length_m / 2 / np.pi
    return np.column_stack(
        (at[0] + radius * np.cos(turn), at[1] + radius * np.sin(turn))
    )


def to_degrees(
    places: np.ndarray, latitude: float = 0.0, longitude: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """Latitude and longitude of places in metres east and north of a point."""
    north = latitude + places[:, 1] / DEGREE_M
    east = longitude + places[:, 0] / DEGREE_M / np.cos(np.radians(latitude))
    return north, (east + 180.0) % 360.0 - 180.0


def length_m(places: np.ndarray) -> float:
    return float(np.hypot(*np.diff(places, axis=0).T).sum())


def course_run(
    start: str,
    places: np.ndarray,
    answer: str = "",
    at: tuple[float, float] = (0.0, 0.0),
    **more: Any,
) -> dict[str, Any]:
    """One row with the signature of a course; `answer` as in tags.csv, all unknown without one."""
    travelled = np.append(0.0, np.cumsum(np.hypot(*np.diff(places, axis=0).T)))
    distance = float(more.pop("distance_m", travelled[-1]))
    shares = parse_answer(answer)
    metres = {f"{name}_m": shares.get(name, 0.0) * distance for name in SURFACE_NAMES}
    fallback = [0.0] * (len(SURFACE_NAMES) - 1) + [distance]
    source = "tag"
    if not answer:
        metres, source = {"unknown_m": distance}, "none"
    row = {
        **metres,
        "surface_source": source,
        "surface_confidence": "none",
        "inherited_m": 0.0,
        "fallback_m": [] if answer else fallback,
        "signature": draw_signature(*to_degrees(places, *at), travelled, distance),
    }
    return run(start, distance / 1000.0, **(row | more))


def inherited(*rows: dict[str, Any]) -> Any:
    """The rows after every answer was passed on, in the order of their start."""
    return inherit_answers(activities(*rows))


def ground(row: Any) -> dict[str, int]:
    """The known metres of a row by surface, without those of 0 m."""
    return {
        name: round(row[f"{name}_m"])
        for name in SURFACE_NAMES[:-1]
        if round(row[f"{name}_m"])
    }


def write_gpx(
    path: Any,
    start: str,
    places: np.ndarray,
    at: tuple[float, float] = (5.6, -0.2),
    title: str = "",
) -> None:
    """Write a run over `places` at 3 m/s; `start` is UTC, "2026-03-02T07:00"."""
    first = dt.datetime.fromisoformat(start)
    seconds = np.append(0.0, np.cumsum(np.hypot(*np.diff(places, axis=0).T))) / 3.0
    points = "".join(
        f'<trkpt lat="{lat:.7f}" lon="{lon:.7f}">'
        f"<time>{(first + dt.timedelta(seconds=float(after))).isoformat()}Z</time></trkpt>"
        for lat, lon, after in zip(*to_degrees(places, *at), seconds, strict=True)
    )
    path.write_text(
        '<gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1">'
        f"<trk><name>{title}</name><type>running</type><trkseg>{points}</trkseg></trk></gpx>",
        encoding="utf-8",
    )
