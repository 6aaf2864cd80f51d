"""Garmin's `summarizedActivities.json` of the personal data export, and its web service's answers."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from loadwatch.activity import NAN, Activity, Note, Reading, Session, Skipped
from loadwatch.errors import NotActivity, Unreadable
from loadwatch.ingest.readers import sports
from loadwatch.ingest.readers.frames import EMPTY_RECORDS
from loadwatch.ingest.readers.json.stream import iterate_elements
from loadwatch.ingest.readers.json.values import (
    as_mapping,
    parse_datetime,
    parse_epoch_ms,
    parse_number,
    parse_positive,
    parse_text,
)
from loadwatch.tables import PLAIN_SUB_SPORT, UNKNOWN_SPORT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

EXPORT = re.compile(rb'"summarizedActivitiesExport"\s{0,20}:\s{0,20}\[')
_MOST = 1_000_000  # activities


@dataclass(frozen=True, slots=True)
class GarminUnits:
    """What one of the file's numbers is in SI."""

    metre: float
    second: float
    legs: float  # steps of one count of cadence


DUMP = GarminUnits(metre=0.01, second=0.001, legs=2.0)
SERVICE = GarminUnits(metre=1.0, second=1.0, legs=1.0)


def read_export(data: bytes) -> Reading:
    """Return the activities of a personal data export; a list that breaks off gives what it still holds."""
    activities: list[Activity] = []
    skipped: list[Skipped] = []
    note: Note | None = None
    for at, element in enumerate(_iterate_export(data), start=1):
        if isinstance(element, Unreadable):
            note = Note("truncated", "the list breaks off after this activity")
            break
        _add_element(at, element, DUMP, activities, skipped)
    return _build_reading(activities, skipped, note)


def read_service(found: list[Mapping[str, Any]]) -> Reading:
    """Return the activities of an answer of the web service, in metres and seconds."""
    activities: list[Activity] = []
    skipped: list[Skipped] = []
    for at, element in enumerate(found, start=1):
        _add_element(at, element, SERVICE, activities, skipped)
    return _build_reading(activities, skipped, None)


def _iterate_export(data: bytes) -> Iterator[Any]:
    """Yield the activities of all lists of the file; last an Unreadable if one of them breaks off."""
    place = 0
    count = 0
    while (found := EXPORT.search(data, place)) is not None and count < _MOST:
        try:
            for element in iterate_elements(data, found.end() - 1):
                count += 1
                yield element
        except Unreadable as broken:
            yield broken
            return
        place = found.end()


def _build_reading(
    activities: list[Activity], skipped: list[Skipped], note: Note | None
) -> Reading:
    if not activities and note:
        raise Unreadable(
            "Garmin's list of activities breaks off before its first activity ends"
        )
    if not activities and not skipped:
        raise NotActivity("Garmin's list of activities, without a single one")
    if note:
        last = activities[-1]
        session = replace(last.session, notes=(*last.session.notes, note))
        activities = [*activities[:-1], Activity(last.records, session)]
    return Reading(tuple(activities), tuple(skipped))


def _add_element(
    at: int,
    element: Any,
    units: GarminUnits,
    activities: list[Activity],
    skipped: list[Skipped],
) -> None:
    found = as_mapping(element)
    session = _build_session(at, found, units)
    if session.sport == sports.SKIP:
        skipped.append(
            Skipped(
                f"#{at}",
                "ignored",
                "an alarm of the watch (incident detected), no activity",
            )
        )
    elif session.start_utc is None and session.start_local is None:
        skipped.append(
            Skipped(f"#{at}", "rejected", "it has no start that can be read")
        )
    else:
        activities.append(Activity(EMPTY_RECORDS, session))


def _build_session(at: int, found: Mapping[str, Any], units: GarminUnits) -> Session:
    utc, local = _parse_start(found)
    kind = found.get("activityType")
    word = (
        parse_text(as_mapping(kind).get("typeKey"))
        if isinstance(kind, dict)
        else parse_text(kind)
    )
    known = sports.find_sport(word) if word else None
    sport, sub_sport = known or (UNKNOWN_SPORT, PLAIN_SUB_SPORT)
    rpe = parse_number(found.get("workoutRpe", found.get("directWorkoutRpe")))
    afoot = sport in {"running", "walking", "hiking"}
    cadence = parse_positive(found.get("avgRunCadence"), units.legs)
    cadence = (
        parse_positive(found.get("averageRunningCadenceInStepsPerMinute"))
        if cadence != cadence  # noqa: PLR0124 - NaN is not itself
        else cadence
    )
    return Session(
        format="list",
        sport=sport,
        sub_sport=sub_sport,
        name=parse_text(found.get("name", found.get("activityName"))),
        start_utc=utc,
        start_local=local,
        timer_s=parse_positive(found.get("duration"), units.second),
        moving_s=parse_positive(found.get("movingDuration"), units.second),
        elapsed_s=parse_positive(found.get("elapsedDuration"), units.second),
        distance_m=parse_positive(found.get("distance"), units.metre),
        ascent_m=_climb_m(found, "elevationGain", units),
        descent_m=_climb_m(found, "elevationLoss", units),
        steps=parse_positive(found.get("steps")) if afoot else NAN,
        cadence_spm=cadence if afoot else NAN,
        heart_rate_bpm=parse_positive(found.get("avgHr", found.get("averageHR"))),
        rpe=rpe / 10 if rpe > 10 else parse_positive(rpe),
        device_load=parse_positive(found.get("activityTrainingLoad")),
        device="garmin",
        parent=found.get("parent") is True,
        line=at,
        notes=() if known or not word else (sports.format_unknown(word),),
    )


def _climb_m(found: Mapping[str, Any], name: str, units: GarminUnits) -> float:
    """Return a climb; 0 is a flat run only where the other direction is not 0 too."""
    gain, loss = (
        parse_number(found.get("elevationGain")),
        parse_number(found.get("elevationLoss")),
    )
    return (
        NAN
        if not (gain > 0 or loss > 0)
        else parse_number(found.get(name)) * units.metre
    )


def _parse_start(found: Mapping[str, Any]) -> tuple[datetime | None, datetime | None]:
    """Return (instant, wall clock): ms since 1970, the local one already shifted; or ISO texts."""
    utc = parse_epoch_ms(found.get("beginTimestamp")) or parse_epoch_ms(
        found.get("startTimeGmt")
    )
    if (
        utc is None
        and (stated := parse_datetime(found.get("startTimeGMT"))) is not None
    ):
        utc = (
            stated.replace(tzinfo=UTC)
            if stated.tzinfo is None
            else stated.astimezone(UTC)
        )
    local = parse_epoch_ms(found.get("startTimeLocal")) or parse_datetime(
        found.get("startTimeLocal")
    )
    return utc, local.replace(tzinfo=None) if local is not None else None
