"""Garmin's `summarizedActivities.json` of the personal data export, and its web service's answers."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from loadwatch.activity import NAN, Activity, Note, Reading, Session, Skipped
from loadwatch.errors import NotActivity, Unreadable
from loadwatch.ingest.limits import check_list_length
from loadwatch.ingest.readers import sports
from loadwatch.ingest.readers.frames import EMPTY_RECORDS
from loadwatch.ingest.readers.json.stream import iterate_elements
from loadwatch.ingest.readers.json.values import (
    NO_START,
    as_mapping,
    collect_reading,
    first_known,
    parse_datetime,
    parse_epoch_ms,
    parse_number,
    parse_positive,
    parse_text,
    read_elements,
)
from loadwatch.tables import ON_FOOT_SPORTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

EXPORT = re.compile(rb'"summarizedActivitiesExport"\s{0,20}:\s{0,20}\[')
_MS_AT = 100  # no pause makes an elapsed time so many times the timer


@dataclass(frozen=True, slots=True)
class GarminUnits:
    """What one of the file's numbers is in SI."""

    metre: float
    second: float
    legs: float  # steps of one count of cadence


EXPORT_UNITS = GarminUnits(metre=0.01, second=0.001, legs=2.0)
SERVICE_UNITS = GarminUnits(metre=1.0, second=1.0, legs=1.0)


def read_export(data: bytes) -> Reading:
    """Return the activities of a personal data export; a list that breaks off gives what it still holds."""
    made: list[Activity | Skipped] = []
    for line, element in enumerate(_iterate_export(data), start=1):
        if isinstance(element, Unreadable):
            return _mark_truncated(collect_reading(made))
        made.append(_read_element(line, as_mapping(element), EXPORT_UNITS))
    return _check_empty(collect_reading(made))


def is_service(found: Mapping[str, Any]) -> bool:
    """Return whether an object is an activity of the web service."""
    return "activityId" in found


def read_service(found: list[Mapping[str, Any]]) -> Reading:
    """Return the activities of an answer of the web service, in metres and seconds."""
    read_element = partial(_read_element, units=SERVICE_UNITS)
    return _check_empty(read_elements(found, is_service, read_element))


def _iterate_export(data: bytes) -> Iterator[Any]:
    """Yield the activities of all lists of the file; last an Unreadable if one of them breaks off."""
    place = 0
    count = 0
    while (found := EXPORT.search(data, place)) is not None:
        try:
            for element in iterate_elements(data, found.end() - 1):
                count += 1
                check_list_length(count)
                yield element
        except Unreadable as broken:
            yield broken
            return
        place = found.end()


def _check_empty(reading: Reading) -> Reading:
    if not reading.activities and not reading.skipped:
        raise NotActivity("Garmin's list of activities, without a single one")
    return reading


def _mark_truncated(reading: Reading) -> Reading:
    """Return `reading` with a note at its last activity that the list breaks off there."""
    if not reading.activities:
        raise Unreadable(
            "Garmin's list of activities breaks off before its first activity ends"
        )
    *before, last = reading.activities
    note = Note("truncated", "the list breaks off after this activity")
    session = replace(last.session, notes=(*last.session.notes, note))
    return replace(reading, activities=(*before, Activity(last.records, session)))


def _read_element(
    line: int, found: Mapping[str, Any], units: GarminUnits
) -> Activity | Skipped:
    """Return the activity of one element of a list, or why it is none."""
    word = _sport_word(found)
    known = sports.find_sport(word)
    if known is not None and known[0] == sports.SKIP:
        why = "an alarm of the watch (incident detected), no activity"
        return Skipped(f"#{line}", "ignored", why)
    start_utc, start_local = _parse_start(found)
    if start_utc is None and start_local is None:
        return Skipped(f"#{line}", "rejected", NO_START)
    stated = sports.read_sport(word)
    session = Session(
        format="list",
        sport=stated.sport,
        sub_sport=stated.sub_sport,
        unknown_sport=stated.unknown_word,
        start_utc=start_utc,
        start_local=start_local,
        line=line,
        notes=stated.notes,
        **_read_measures(found, units, stated.sport),
    )
    return Activity(EMPTY_RECORDS, session)


def _sport_word(found: Mapping[str, Any]) -> str:
    kind = found.get("activityType")
    if isinstance(kind, dict):
        kind = kind.get("typeKey")
    return parse_text(kind)


def _read_measures(
    found: Mapping[str, Any], units: GarminUnits, sport: str
) -> dict[str, Any]:
    """Return the fields of a Session that need no more than the element."""
    ascent_m, descent_m = _parse_climb(found, units)
    measures = {
        "name": parse_text(found.get("name", found.get("activityName"))),
        "timer_s": parse_positive(found.get("duration"), units.second),
        "moving_s": parse_positive(found.get("movingDuration"), units.second),
        "elapsed_s": _parse_elapsed(found, units),
        "distance_m": parse_positive(found.get("distance"), units.metre),
        "ascent_m": ascent_m,
        "descent_m": descent_m,
        "heart_rate_bpm": parse_positive(found.get("avgHr", found.get("averageHR"))),
        "rpe": _parse_rpe(found),
        "device_load": parse_positive(found.get("activityTrainingLoad")),
        "device": "garmin",
        "parent": found.get("parent") is True,
    }
    if sport in ON_FOOT_SPORTS:
        measures["steps"] = parse_positive(found.get("steps"))
        measures["cadence_spm"] = first_known(
            parse_positive(found.get("avgRunCadence"), units.legs),
            parse_positive(found.get("averageRunningCadenceInStepsPerMinute")),
        )
    return measures


def _parse_elapsed(found: Mapping[str, Any], units: GarminUnits) -> float:
    """Return the elapsed time [s]; until about 2020 the web service gave it in ms.

    It is in ms where it is 100 times the timer, or that of distance over speed.
    """
    elapsed = parse_positive(found.get("elapsedDuration"), units.second)
    expected = first_known(
        parse_positive(found.get("duration"), units.second),
        parse_positive(found.get("movingDuration"), units.second),
    )
    if math.isnan(expected):
        speed = parse_positive(found.get("averageSpeed"))
        expected = parse_positive(found.get("distance")) / speed
    is_milliseconds = units is SERVICE_UNITS and elapsed > _MS_AT * expected
    if is_milliseconds:
        return elapsed / 1000
    return elapsed


def _parse_rpe(found: Mapping[str, Any]) -> float:
    """Return the exertion of 0 to 10; Garmin writes it tenfold."""
    rpe = parse_number(found.get("workoutRpe", found.get("directWorkoutRpe")))
    if rpe > 10:
        return rpe / 10
    return parse_positive(rpe)


def _parse_climb(found: Mapping[str, Any], units: GarminUnits) -> tuple[float, float]:
    """Return ascent and descent [m]; 0 is a flat run only where the other direction is not 0 too."""
    gain = parse_number(found.get("elevationGain"))
    loss = parse_number(found.get("elevationLoss"))
    if not (abs(gain) > 0 or abs(loss) > 0):
        return NAN, NAN
    return gain * units.metre, loss * units.metre


def _parse_start(found: Mapping[str, Any]) -> tuple[datetime | None, datetime | None]:
    """Return (instant, wall clock): ms since 1970, the local one already shifted; or ISO texts."""
    start_utc = (
        parse_epoch_ms(found.get("beginTimestamp"))
        or parse_epoch_ms(found.get("startTimeGmt"))
        or _parse_utc(found.get("startTimeGMT"))
    )
    start_local = found.get("startTimeLocal")
    wall_clock = parse_epoch_ms(start_local) or parse_datetime(start_local)
    if wall_clock is not None:
        wall_clock = wall_clock.replace(tzinfo=None)
    return start_utc, wall_clock


def _parse_utc(value: Any) -> datetime | None:
    """Return the instant of an ISO text, which is of UTC where it names no zone."""
    stated = parse_datetime(value)
    if stated is None:
        return None
    if stated.tzinfo is None:
        return stated.replace(tzinfo=UTC)
    return stated.astimezone(UTC)
