"""Fitbit's `exercise-0.json` of Google Takeout, and the sessions of Google Fit."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from loadwatch.activity import NAN, Activity, Note, Reading, Session, Skipped
from loadwatch.ingest.readers import sports
from loadwatch.ingest.readers.frames import EMPTY_RECORDS
from loadwatch.ingest.readers.json.values import (
    NO_START,
    as_objects,
    parse_datetime,
    parse_number,
    parse_positive,
    parse_text,
    read_elements,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_MS = 0.001
_FOOT = 0.3048
_METRES = {
    "mile": 1609.344,
    "miles": 1609.344,
    "kilometer": 1000.0,
    "kilometers": 1000.0,
}
_NO_UNIT = Note("distance", "a distance without a unit left out")
_ASSUMED_UTC = Note("zone", "the file names no zone; its times are read as UTC")


def is_exercise(found: Mapping[str, Any]) -> bool:
    """Return whether an object is an exercise of Fitbit's export."""
    return {"logId", "activityName", "startTime"} <= found.keys()


def read_exercises(found: list[Mapping[str, Any]]) -> Reading:
    """Return the exercises of a list."""
    return read_elements(found, is_exercise, _read_exercise)


def _read_exercise(line: int, one: Mapping[str, Any]) -> Activity | Skipped:
    start, notes = _parse_start(parse_text(one.get("startTime")))
    if start is None:
        return Skipped(f"#{line}", "rejected", NO_START)
    stated = sports.read_sport(parse_text(one.get("activityName")))
    unit = parse_text(one.get("distanceUnit")).casefold()
    distance_m = parse_positive(one.get("distance"), _METRES.get(unit, NAN))
    if parse_number(one.get("distance")) > 0 and unit not in _METRES:
        notes = (*notes, _NO_UNIT)
    climb_unit = _FOOT if unit.startswith("mile") else 1.0
    session = Session(
        format="list",
        sport=stated.sport,
        sub_sport=stated.sub_sport,
        unknown_sport=stated.unknown_word,
        start_utc=start,
        timer_s=parse_positive(one.get("activeDuration"), _MS),
        elapsed_s=parse_positive(one.get("duration"), _MS),
        distance_m=distance_m,
        ascent_m=parse_positive(one.get("elevationGain"), climb_unit),
        steps=parse_positive(one.get("steps")),
        heart_rate_bpm=parse_positive(one.get("averageHeartRate")),
        device="fitbit",
        line=line,
        notes=(*stated.notes, *notes),
    )
    return Activity(EMPTY_RECORDS, session)


def _parse_start(text: str) -> tuple[datetime | None, tuple[Note, ...]]:
    """Return the instant of "06/01/26 16:00:00", month first, and that its zone is assumed.

    A time that states its offset, as newer exports do, needs no assumption.
    """
    for pattern in ("%m/%d/%y %H:%M:%S", "%m/%d/%Y %H:%M:%S"):
        try:
            parsed = datetime.strptime(f"{text} +0000", f"{pattern} %z")
        except ValueError:
            continue
        return parsed.astimezone(UTC), (_ASSUMED_UTC,)
    stated = parse_datetime(text)
    if stated is None or stated.tzinfo is None:
        return None, ()
    return stated.astimezone(UTC), ()


# --- Google Fit ----------------------------------------------------------------------


def is_fit_session(found: Mapping[str, Any]) -> bool:
    """Return whether an object is a session of Google Fit."""
    return {"fitnessActivity", "startTime"} <= found.keys()


def read_fit_session(found: Mapping[str, Any]) -> Reading:
    """Return the one activity of a session."""
    start = parse_datetime(found.get("startTime"))
    if start is None or start.tzinfo is None:
        return Reading((), (Skipped("", "rejected", NO_START),))
    stated = sports.read_sport(parse_text(found.get("fitnessActivity")))
    end = parse_datetime(found.get("endTime"))
    elapsed_s = NAN
    if end is not None and end.tzinfo is not None and end > start:
        elapsed_s = (end - start).total_seconds()
    totals = _collect_totals(found)
    session = Session(
        format="list",
        sport=stated.sport,
        sub_sport=stated.sub_sport,
        unknown_sport=stated.unknown_word,
        start_utc=start.astimezone(UTC),
        timer_s=_parse_seconds(found.get("duration")),
        elapsed_s=elapsed_s,
        distance_m=totals.get("distance.delta", NAN),
        steps=totals.get("step_count.delta", NAN),
        device="google fit",
        notes=stated.notes,
    )
    return Reading((Activity(EMPTY_RECORDS, session),))


def _collect_totals(found: Mapping[str, Any]) -> dict[str, float]:
    """Return the metrics of a session by their names without "com.google."."""
    totals: dict[str, float] = {}
    for one in as_objects(found.get("aggregate")):
        name = parse_text(one.get("metricName")).removeprefix("com.google.")
        value = one.get("floatValue", one.get("intValue"))
        totals[name] = parse_positive(value)
    return totals


def _parse_seconds(value: Any) -> float:
    """Return a duration such as "3000s" or "3000.5s" [s]."""
    if isinstance(value, str):
        value = value.strip().removesuffix("s")
    return parse_positive(value)
