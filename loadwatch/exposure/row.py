"""One activity to one exposure row: what the runner was exposed to, and who says so."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from loadwatch.activity import NAN, Note
from loadwatch.exposure import elevation, load, osm, pace, surface
from loadwatch.geodesy import path_m
from loadwatch.ingest import zones
from loadwatch.ingest.readers.sports import MOVING_MPS
from loadwatch.tables import (
    GRADE_COLUMNS,
    ON_FOOT_SPORTS,
    PLAIN_SUB_SPORT,
    SURFACE_NAMES,
    UNKNOWN_SPORT,
)

if TYPE_CHECKING:
    import pandas as pd

    from loadwatch.activity import Activity, Session
    from loadwatch.exposure.elevation import Climb
    from loadwatch.exposure.osm import Ground
    from loadwatch.exposure.surface import SurfaceMetres
    from loadwatch.ingest.zones import ZonedStart
    from loadwatch.settings import Settings
    from loadwatch.tables import Floats


INDOOR = frozenset(
    {
        "treadmill",
        "indoor_running",
        "indoor_walking",
        "virtual_activity",
        "indoor_cycling",
    }
)
GAP_S, GAP_STEPS = (
    10.0,
    5.0,
)  # a hole this long, and this many median steps, in which nobody moved is a pause
BAROMETER_NOISE_M = 0.5  # nine of ten barometric watches are quieter
DYNAMICS = (
    "stance_balance_pct",
    "vertical_oscillation_mm",
)  # told as a whole, or the samples' mean
# taken from the session as it states them
AS_STATED = (
    "name",
    "device",
    "rpe",
    "device_load",
    "shoe",
    "date_only",
    "format",
    "linked",
    "dirt_m",
    "parent",
    "serial",
)
COVERED = 0.9  # of the time without pauses must lie in shorter steps for the time in motion to be known


@dataclass(frozen=True, slots=True)
class SampleArrays:
    """The samples of one activity as plain arrays of one length; NaN where a column is missing."""

    time_s: Floats
    distance_m: Floats
    altitude_m: Floats
    latitude_deg: Floats
    longitude_deg: Floats
    cadence_spm: Floats
    heart_rate_bpm: Floats
    step_s: Floats  # time to the next sample, one shorter
    speed_mps: Floats  # over each step; NaN where no distance is known


def build_row(
    activity: Activity, digest: str, settings: Settings, ground: Ground | None = None
) -> dict[str, Any]:
    """Return one row of EXPOSURES and HIDDEN (tables.py) as plain values, ready for JSON.

    `digest` names the unpacked content. `source`, `member` and `start` are filled by the
    pipeline: a row knows what it is, not where it lay, nor its zone if only other runs tell it.
    """
    session = activity.session
    track = _build_track(activity.records)
    times = _measure_times(session, track)
    distance_m, distance_source = _choose_distance(session, activity.records, track)
    sport, sub_sport, sport_notes = pace.infer_sport(
        session, track.time_s, track.distance_m, (distance_m, times["duration_s"])
    )
    sport_notes += pace.check_pace(sport, distance_m, times["duration_s"])
    hills, hill_notes = _hill_columns(session, track, settings)
    zone = zones.locate_start(
        session, track.latitude_deg, track.longitude_deg, settings
    )
    year = zone.start_local.year if zone.start_local else 0
    return {
        "activity_id": make_activity_id(
            session, digest, distance_m, times["duration_s"]
        ),
        "sport": sport,
        "sub_sport": sub_sport,
        **times,
        "distance_m": distance_m,
        "distance_source": distance_source,
        **hills,
        **_surface_columns(
            surface.measure_surfaces(
                session, activity.records, distance_m, settings, ground
            )
        ),
        **_step_columns(session, track, sport),
        **_heart_columns(session, track, settings, year),
        "srpe": load.session_rpe(session.rpe, times["duration_s"]),
        "effort_km": load.effort_km(distance_m, hills["ascent_m"]),
        **{
            name: _stated_or_mean(getattr(session, name), activity.records, name)
            for name in DYNAMICS
        },
        "notes": [
            str(note)
            for note in _first_of_each_code([*session.notes, *sport_notes, *hill_notes])
        ],
        **_start_columns(zone),
        **{name: getattr(session, name) for name in AS_STATED},
        "cells": sorted(osm.track_cells(track.latitude_deg, track.longitude_deg)),
    }


def _surface_columns(under: SurfaceMetres) -> dict[str, Any]:
    from_map = {
        name: getattr(under, name)
        for name in ("tagged_m", "inferred_m", "unmatched_m", "outside_m")
    }
    return (
        {f"{name}_m": under.metres[name] for name in SURFACE_NAMES}
        | {"surface_source": under.source}
        | from_map
    )


def _start_columns(zone: ZonedStart) -> dict[str, Any]:
    return {
        "start_utc": zone.start_utc.isoformat() if zone.start_utc else None,
        "start_local": zone.start_local.isoformat() if zone.start_local else None,
        "zone": zone.zone,
        "zone_source": zone.source,
        "zone_sure": zone.sure,
    }


def make_activity_id(
    session: Session, digest: str, distance_m: float, duration_s: float
) -> str:
    """Return the activity's name: of its content and part, or of what a list row says."""
    if session.line:
        start = session.start_utc or session.start_local
        sub_sport = session.sub_sport
        if sub_sport == PLAIN_SUB_SPORT:
            sub_sport = UNKNOWN_SPORT  # written so since the first ids were made
        content = (
            f"{start}|{session.sport}|{sub_sport}|{distance_m:.1f}|{duration_s:.1f}"
        )
        return hashlib.sha256(content.encode()).hexdigest()[:16]
    return f"{digest[:16]}-{session.part}"


def _build_track(records: pd.DataFrame) -> SampleArrays:
    index = records.index.to_numpy("datetime64[ns]").view(np.int64)
    time = (index - index[:1]) / 1e9

    def column(name: str) -> Floats:
        if name in records.columns:
            return records[name].to_numpy(np.float64)
        return np.full(len(time), NAN)

    latitude, longitude = column("latitude_deg"), column("longitude_deg")
    distance = column("distance_m")
    if not np.isfinite(distance).any() and np.isfinite(latitude).any():
        distance = path_m(latitude, longitude)
    step = np.diff(time)
    with np.errstate(invalid="ignore", divide="ignore"):
        speed = np.where(step > 0, np.diff(distance) / step, NAN)
    return SampleArrays(
        time,
        distance,
        column("altitude_m"),
        latitude,
        longitude,
        column("cadence_spm"),
        column("heart_rate_bpm"),
        step,
        speed,
    )


def _measure_times(session: Session, track: SampleArrays) -> dict[str, float]:
    elapsed = moving = timer = NAN
    if track.step_s.size:
        elapsed = float(track.time_s[-1] - track.time_s[0])
        known = np.isfinite(track.speed_mps) & (track.step_s <= pace.LONGEST_STEP_S)
        hole = track.step_s > max(GAP_S, GAP_STEPS * float(np.median(track.step_s)))
        timer = elapsed - float(
            track.step_s[hole & ~(track.speed_mps > MOVING_MPS)].sum()
        )
        if known.any() and float(track.step_s[known].sum()) >= COVERED * timer:
            moving = float(track.step_s[known & (track.speed_mps > MOVING_MPS)].sum())
        elapsed = (
            max(elapsed, session.timer_s) if math.isfinite(session.timer_s) else elapsed
        )
    elapsed = _first_known(session.elapsed_s, elapsed)
    moving = _first_known(session.moving_s, moving)
    duration = _first_known(session.timer_s, session.moving_s, timer, elapsed)
    return {
        "duration_s": duration,
        "elapsed_s": _first_known(elapsed, duration),
        "moving_s": moving,
    }


def _choose_distance(
    session: Session, records: pd.DataFrame, track: SampleArrays
) -> tuple[float, str]:
    if math.isfinite(session.distance_m):
        return session.distance_m, "list" if session.format == "list" else "device"
    known = track.distance_m[np.isfinite(track.distance_m)]
    if known.size < 2:
        return NAN, "none"
    summed = session.format == "gpx" or "distance_m" not in records.columns
    return float(known[-1] - known[0]), "gps" if summed else "records"


def _hill_columns(
    session: Session, track: SampleArrays, settings: Settings
) -> tuple[dict[str, Any], list[Note]]:
    indoor = session.sub_sport in INDOOR and not settings.virtual_altitude
    climb = (
        elevation.Climb()
        if indoor
        else elevation.measure_climb(track.time_s, track.altitude_m, track.distance_m)
    )
    ascent, source, notes = _choose_ascent(session, climb)
    descent = _first_known(session.descent_m, climb.descent_m)
    uphill, downhill = sum(climb.grade_m[4:]), sum(climb.grade_m[:3])
    if (
        indoor and track.time_s.size
    ):  # a belt's incline is nowhere recorded; it carries nobody downhill
        notes.append(
            Note("indoor", "no hills are counted on a treadmill or in a virtual world")
        )
        ascent, descent = _first_known(ascent, 0.0), _first_known(descent, 0.0)
        uphill = downhill = 0.0
    values = {
        "ascent_m": ascent,
        "descent_m": descent,
        "ascent_source": source,
        "uphill_m": uphill,
        "downhill_m": downhill,
        "altitude_confidence": climb.confidence,
        **dict(zip(GRADE_COLUMNS, climb.grade_m, strict=True)),
    }
    return values, [*climb.notes, *notes]


def _choose_ascent(session: Session, climb: Climb) -> tuple[float, str, list[Note]]:
    if math.isfinite(session.ascent_m):
        source = "list" if session.format == "list" else "device"
        if math.isfinite(climb.ascent_m) and elevation.totals_differ(
            session.ascent_m, climb.ascent_m
        ):
            counted, ours = f"{session.ascent_m:.0f} m", f"{climb.ascent_m:.0f} m"
            return (
                session.ascent_m,
                source,
                [
                    Note(
                        "ascent_differs",
                        f"the device says {counted}, its altitude {ours}",
                    )
                ],
            )
        return session.ascent_m, source, []
    if not math.isfinite(climb.ascent_m):
        return NAN, "none", []
    return (
        climb.ascent_m,
        "barometer" if climb.noise_m < BAROMETER_NOISE_M else "gps",
        [],
    )


def _step_columns(
    session: Session, track: SampleArrays, sport: str
) -> dict[str, float]:
    """Return foot strikes and mean cadence; only sports on foot have them."""
    if sport not in ON_FOOT_SPORTS:
        return {"steps": NAN, "cadence_spm": NAN}
    steps, cadence = session.steps, session.cadence_spm
    if not math.isfinite(steps):
        steps = load.count_steps(track.time_s, track.cadence_spm)
    if not math.isfinite(cadence):
        stepping = track.cadence_spm[track.cadence_spm > 0]
        cadence = float(stepping.mean()) if stepping.size else NAN
    return {"steps": steps, "cadence_spm": cadence}


def _heart_columns(
    session: Session, track: SampleArrays, settings: Settings, year: int
) -> dict[str, float]:
    known = track.heart_rate_bpm[np.isfinite(track.heart_rate_bpm)]
    mean = _first_known(
        session.heart_rate_bpm, float(known.mean()) if known.size else NAN
    )
    rates = load.heart_rates(settings, year)
    return {
        "heart_rate_bpm": mean,
        "trimp": load.banister_trimp(track.time_s, track.heart_rate_bpm, rates),
        "edwards": load.edwards_score(track.time_s, track.heart_rate_bpm, rates),
    }


def _first_of_each_code(notes: list[Note]) -> list[Note]:
    """Return the first note of each code: reader and elevation may both see one fault."""
    return list({note.code: note for note in reversed(notes)}.values())[::-1]


def _stated_or_mean(stated: float, records: pd.DataFrame, column: str) -> float:
    if math.isfinite(stated) or column not in records.columns:
        return stated
    known = records[column].to_numpy()
    known = known[np.isfinite(known)]
    return float(known.mean()) if known.size else NAN


def _first_known(*values: float) -> float:
    """Return the first value that is known."""
    return next((value for value in values if math.isfinite(value)), NAN)
