"""One activity to one exposure row: distance, load, surface and hills, each with its source."""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from loadwatch.activity import NAN, Note
from loadwatch.exposure import elevation, load, osm, pace, surface
from loadwatch.exposure.altimeter import guess_altimeter, name_altimeter
from loadwatch.exposure.sample_arrays import SampleArrays, build_arrays
from loadwatch.exposure.signature import draw_signature
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

    from loadwatch.activity import Activity, Altimeter, Session
    from loadwatch.exposure.elevation import Climb
    from loadwatch.exposure.osm import Ground
    from loadwatch.exposure.surface import SurfaceMetres
    from loadwatch.ingest.zones import ZonedStart
    from loadwatch.settings import Settings
    from loadwatch.tables import Floats


# no climb counts where one of these is run, unless `virtual_altitude` is set
INDOOR = frozenset(
    (
        "treadmill",
        "indoor_running",
        "indoor_walking",
        "virtual_activity",
        "indoor_cycling",
    )
)
# a gap at least this long, and this many median steps, without motion is a pause
GAP_S, GAP_STEPS = 10.0, 5.0
# the session's value, else the mean of the samples
DYNAMICS = ("stance_balance_pct", "vertical_oscillation_mm")
# taken from the session without change
AS_STATED = (
    *("name", "device", "rpe", "device_load", "shoe", "date_only", "format"),
    *("linked", "dirt_m", "parent", "planned", "serial"),
)
# so much of the time without pauses must be covered by shorter steps for a moving time
COVERED = 0.9
BRIEF_S = 60.0  # a recording as brief may well be of no way at all
_ASCENT_SOURCES = {"barometer": "barometer", "satellites": "gps"}
NO_CLIMB = elevation.Climb()
NO_DISTANCE_NOTE = Note("no_distance", "the file counts 0 m, so it is unknown how far")
INDOOR_NOTE = Note(
    "indoor", "no hills are counted on a treadmill or in a virtual world"
)


def build_row(
    activity: Activity, digest: str, settings: Settings, ground: Ground | None = None
) -> dict[str, Any]:
    """Return one row of EXPOSURES and HIDDEN (tables.py) as plain values, ready for JSON.

    The pipeline fills `source` and `member`, since a row does not know its file, and `start`,
    since its zone may follow from other runs.

    Parameters
    ----------
    activity : session and samples of one activity.
    digest : of the file's unpacked content, in hexadecimal.
    settings : for heart rates, default surface and virtual altitude.
    ground : the part of the map around the activity, if there is a map.
    """
    session, records = activity.session, activity.records
    samples = build_arrays(records)
    times = _measure_times(session, samples)
    duration_s = times["duration_s"]
    distance_m, distance_source, notes = _choose_distance(activity, samples, duration_s)
    sport, sub_sport, sport_notes = pace.infer_sport(
        session, samples.time_s, samples.distance_m, (distance_m, duration_s)
    )
    sport_notes += pace.check_pace(sport, distance_m, duration_s)
    if pace.is_impossible(sport, distance_m, duration_s):
        distance_m, distance_source = NAN, "none"
        samples = replace(samples, distance_m=np.full(len(samples.time_s), NAN))
    hills, hill_notes = _hill_columns(session, samples, settings)
    places = samples.latitude_deg, samples.longitude_deg
    zone = zones.locate_start(session, *places, settings)
    metres = surface.measure_surfaces(session, records, distance_m, settings, ground)
    notes = [*session.notes, *notes, *sport_notes, *hill_notes]
    return {
        "activity_id": make_activity_id(session, digest, distance_m, duration_s),
        "sport": sport,
        "sub_sport": sub_sport,
        **times,
        "distance_m": distance_m,
        "distance_source": distance_source,
        **hills,
        **_surface_columns(metres, distance_m),
        **_step_columns(session, samples, sport),
        **_heart_columns(session, samples, settings, zone),
        "srpe": load.session_rpe(session.rpe, duration_s),
        "effort_km": load.effort_km(distance_m, hills["ascent_m"]),
        **_dynamics_columns(session, records),
        "notes": [str(note) for note in _first_of_each_code(notes)],
        **_start_columns(zone),
        **{name: getattr(session, name) for name in AS_STATED},
        "cells": sorted(osm.track_cells(*places)),
        "signature": _draw_course(sport, samples, distance_m, metres),
    }


def _draw_course(
    sport: str, samples: SampleArrays, distance_m: float, metres: SurfaceMetres
) -> str:
    """Return the signature of an activity on foot, "" of others and of one on a treadmill."""
    is_on_foot = sport in ON_FOOT_SPORTS or sport == UNKNOWN_SPORT
    is_indoors = not metres.fallback_m and metres.metres["treadmill"] > 0
    if not is_on_foot or is_indoors or samples.is_empty:
        return ""
    return draw_signature(
        samples.latitude_deg,
        samples.longitude_deg,
        samples.distance_m,
        distance_m,
        metres.open_share,
    )


def _surface_columns(metres: SurfaceMetres, distance_m: float) -> dict[str, Any]:
    columns: dict[str, Any] = {
        f"{name}_m": metres.metres[name] for name in SURFACE_NAMES
    }
    return columns | {
        "surface_source": metres.source,
        "inherited_m": distance_m * 0.0,  # NaN where the distance is
        "surface_confidence": "none",
        "fallback_m": list(metres.fallback_m),
        "tagged_m": metres.tagged_m,
        "inferred_m": metres.inferred_m,
        "unmatched_m": metres.unmatched_m,
        "outside_m": metres.outside_m,
    }


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
    """Return the activity's id: of its file and part, or of the content of a list row."""
    if not session.line:
        return f"{digest[:16]}-{session.part}"
    start = session.start_utc or session.start_local
    sub_sport = session.sub_sport
    if sub_sport == PLAIN_SUB_SPORT:
        sub_sport = UNKNOWN_SPORT  # written so since the first ids were made
    content = f"{start}|{session.sport}|{sub_sport}|{distance_m:.1f}|{duration_s:.1f}"
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def _measure_times(session: Session, samples: SampleArrays) -> dict[str, float]:
    """Return duration, elapsed and moving time: the session's, else from the samples [s]."""
    elapsed = moving = timer = NAN
    if samples.step_s.size:
        elapsed = float(samples.time_s[-1] - samples.time_s[0])
        timer, moving = _measure_motion(samples, elapsed)
        if math.isfinite(session.timer_s):
            elapsed = max(elapsed, session.timer_s)
    elapsed = _first_known(session.elapsed_s, elapsed)
    duration = _first_known(session.timer_s, session.moving_s, timer, elapsed)
    return {
        "duration_s": duration,
        "elapsed_s": _first_known(elapsed, duration),
        "moving_s": _first_known(session.moving_s, moving),
    }


def _measure_motion(samples: SampleArrays, elapsed_s: float) -> tuple[float, float]:
    """Return the time without pauses and the time in motion, NaN where it is not known [s]."""
    step_s, is_moving = samples.step_s, samples.speed_mps > MOVING_MPS
    is_gap = step_s > max(GAP_S, GAP_STEPS * float(np.median(step_s)))
    timer_s = elapsed_s - float(step_s[is_gap & ~is_moving].sum())
    known = np.isfinite(samples.speed_mps) & (step_s <= pace.LONGEST_STEP_S)
    if not (known & is_moving).any() or float(step_s[known].sum()) < COVERED * timer_s:
        return timer_s, NAN
    return timer_s, float(step_s[known & is_moving].sum())


def _choose_distance(
    activity: Activity, samples: SampleArrays, duration_s: float
) -> tuple[float, str, list[Note]]:
    """Return the distance [m], its source and notes: 0 m on foot are an unknown distance."""
    distance_m, source = _find_distance(activity.session, activity.records, samples)
    is_still = distance_m == 0 and duration_s > BRIEF_S
    if is_still and activity.session.sport in ON_FOOT_SPORTS:
        return NAN, "none", [NO_DISTANCE_NOTE]
    return distance_m, source, []


def _find_distance(
    session: Session, records: pd.DataFrame, samples: SampleArrays
) -> tuple[float, str]:
    """Return the distance [m] and its source: the session's, else from the samples."""
    if math.isfinite(session.distance_m):
        return session.distance_m, _stated_source(session)
    known = samples.distance_m[np.isfinite(samples.distance_m)]
    if known.size < 2 or known[-1] < known[0]:
        return NAN, "none"
    summed = session.format == "gpx" or "distance_m" not in records.columns
    summed |= any(note.code == NO_DISTANCE_NOTE.code for note in session.notes)
    return float(known[-1] - known[0]), "gps" if summed else "records"


def _stated_source(session: Session) -> str:
    """Return the source of a number that the session states."""
    return "list" if session.format == "list" else "device"


def _hill_columns(
    session: Session, samples: SampleArrays, settings: Settings
) -> tuple[dict[str, Any], list[Note]]:
    """Return ascent, descent and metres by grade, and notes on the altitude."""
    indoor = session.sub_sport in INDOOR and not settings.virtual_altitude
    climb, altimeter = NO_CLIMB, name_altimeter(session)
    if not indoor and not samples.is_empty:
        climb = elevation.measure_climb(
            samples.time_s, samples.altitude_m, samples.distance_m, altimeter
        )
    ascent, source, notes = _choose_ascent(session, climb, altimeter)
    notes += elevation.describe_spike(climb, session.ascent_m)
    descent = _first_known(session.descent_m, climb.descent_m)
    uphill, downhill = sum(climb.grade_m[4:]), sum(climb.grade_m[:3])
    # no file holds the incline of a belt, and nobody runs downhill on one
    if indoor and not samples.is_empty:
        notes.append(INDOOR_NOTE)
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


def _choose_ascent(
    session: Session, climb: Climb, altimeter: Altimeter
) -> tuple[float, str, list[Note]]:
    """Return the ascent [m] and its source, and a note where device and altitude disagree."""
    stated, computed = session.ascent_m, climb.ascent_m
    if math.isfinite(stated):
        notes = []
        if math.isfinite(computed) and elevation.totals_differ(stated, climb):
            text = f"the device says {stated:.0f} m, its altitude {computed:.0f} m"
            notes.append(Note("ascent_differs", text))
        return stated, _stated_source(session), notes
    if not math.isfinite(computed):
        return NAN, "none", []
    return computed, _ASCENT_SOURCES[guess_altimeter(altimeter, climb.noise_m)], []


def _step_columns(
    session: Session, samples: SampleArrays, sport: str
) -> dict[str, float]:
    """Return foot strikes and mean cadence; only sports on foot have them."""
    if sport not in ON_FOOT_SPORTS:
        return {"steps": NAN, "cadence_spm": NAN}
    steps, cadence = session.steps, session.cadence_spm
    if samples.is_empty:
        return {"steps": steps, "cadence_spm": cadence}
    if not math.isfinite(steps):
        steps = load.count_steps(samples.time_s, samples.cadence_spm)
    if not math.isfinite(cadence):
        cadence = _mean_or_nan(samples.cadence_spm[samples.cadence_spm > 0])
    return {"steps": steps, "cadence_spm": cadence}


def _heart_columns(
    session: Session, samples: SampleArrays, settings: Settings, zone: ZonedStart
) -> dict[str, float]:
    """Return the mean heart rate and the loads that follow from heart rate."""
    if samples.is_empty:
        rate = session.heart_rate_bpm
        return {"heart_rate_bpm": rate, "trimp": NAN, "edwards": NAN}
    time_s, heart_rate = samples.time_s, samples.heart_rate_bpm
    mean = _mean_or_nan(heart_rate[np.isfinite(heart_rate)])
    year = zone.start_local.year if zone.start_local else 0
    rates = load.choose_heart_rates(settings, year)
    return {
        "heart_rate_bpm": _first_known(session.heart_rate_bpm, mean),
        "trimp": load.banister_trimp(time_s, heart_rate, rates),
        "edwards": load.edwards_score(time_s, heart_rate, rates),
    }


def _dynamics_columns(session: Session, records: pd.DataFrame) -> dict[str, float]:
    """Return each running dynamic: the session's value, else the mean of the samples."""
    if not len(records):
        return {name: getattr(session, name) for name in DYNAMICS}
    columns: dict[str, float] = {}
    for name in DYNAMICS:
        value = getattr(session, name)
        if not math.isfinite(value) and name in records.columns:
            samples = records[name].to_numpy()
            value = _mean_or_nan(samples[np.isfinite(samples)])
        columns[name] = value
    return columns


def _first_of_each_code(notes: list[Note]) -> list[Note]:
    """Return the first note of each code: reader and elevation may both report one fault."""
    if len(notes) < 2:
        return notes
    return list({note.code: note for note in reversed(notes)}.values())[::-1]


def _mean_or_nan(values: Floats) -> float:
    """Return the mean of known values, NaN where there is none."""
    return float(values.mean()) if values.size else NAN


def _first_known(*values: float) -> float:
    """Return the first value that is known."""
    for value in values:
        if math.isfinite(value):
            return value
    return NAN
