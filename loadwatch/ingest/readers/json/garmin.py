"""Garmin's `summarizedActivities.json` of the personal data export, and its web service's answers."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from loadwatch.activity import NAN, Activity, Reading, Session, Skipped
from loadwatch.errors import NotActivity, Unreadable
from loadwatch.ingest.readers import sports
from loadwatch.ingest.readers.frames import EMPTY
from loadwatch.ingest.readers.json.stream import elements
from loadwatch.ingest.readers.json.values import (
    above,
    instant,
    mapping,
    moment,
    number,
    text,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

EXPORT = re.compile(rb'"summarizedActivitiesExport"\s{0,20}:\s{0,20}\[')
_MOST = 1_000_000  # activities


@dataclass(frozen=True, slots=True)
class Units:
    """What one of the file's numbers is in SI."""

    metre: float
    second: float
    legs: float  # steps of one count of cadence


DUMP = Units(metre=0.01, second=0.001, legs=2.0)
SERVICE = Units(metre=1.0, second=1.0, legs=1.0)


def read(data: bytes) -> Reading:
    """Return the activities of a personal data export; a list that breaks off gives what it still holds."""
    activities: list[Activity] = []
    skipped: list[Skipped] = []
    note = ""
    for at, element in enumerate(_exported(data), start=1):
        if isinstance(element, Unreadable):
            note = "truncated: the list breaks off after this activity"
            break
        _sort_in(at, element, DUMP, activities, skipped)
    return _reading(activities, skipped, note)


def read_service(found: list[Mapping[str, Any]]) -> Reading:
    """Return the activities of an answer of the web service, in metres and seconds."""
    activities: list[Activity] = []
    skipped: list[Skipped] = []
    for at, element in enumerate(found, start=1):
        _sort_in(at, element, SERVICE, activities, skipped)
    return _reading(activities, skipped, "")


def _exported(data: bytes) -> Iterator[Any]:
    """Yield the activities of all lists of the file; last an Unreadable if one of them breaks off."""
    place = 0
    count = 0
    while (found := EXPORT.search(data, place)) is not None and count < _MOST:
        try:
            for element in elements(data, found.end() - 1):
                count += 1
                yield element
        except Unreadable as broken:
            yield broken
            return
        place = found.end()


def _reading(activities: list[Activity], skipped: list[Skipped], note: str) -> Reading:
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


def _sort_in(
    at: int,
    element: Any,
    units: Units,
    activities: list[Activity],
    skipped: list[Skipped],
) -> None:
    found = mapping(element)
    session = _session(at, found, units)
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
        activities.append(Activity(EMPTY, session))


def _session(at: int, found: Mapping[str, Any], units: Units) -> Session:
    utc, local = _start(found)
    kind = found.get("activityType")
    word = text(mapping(kind).get("typeKey")) if isinstance(kind, dict) else text(kind)
    known = sports.sport(word) if word else None
    sport, sub_sport = known or ("unknown", "unknown")
    rpe = number(found.get("workoutRpe", found.get("directWorkoutRpe")))
    afoot = sport in {"running", "walking", "hiking"}
    cadence = above(found.get("avgRunCadence"), units.legs)
    cadence = (
        above(found.get("averageRunningCadenceInStepsPerMinute"))
        if cadence != cadence  # noqa: PLR0124 - NaN is not itself
        else cadence
    )
    return Session(
        format="list",
        sport=sport,
        sub_sport=sub_sport,
        name=text(found.get("name", found.get("activityName"))),
        start_utc=utc,
        start_local=local,
        timer_s=above(found.get("duration"), units.second),
        moving_s=above(found.get("movingDuration"), units.second),
        elapsed_s=above(found.get("elapsedDuration"), units.second),
        distance_m=above(found.get("distance"), units.metre),
        ascent_m=_climb(found, "elevationGain", units),
        descent_m=_climb(found, "elevationLoss", units),
        steps=above(found.get("steps")) if afoot else NAN,
        cadence_spm=cadence if afoot else NAN,
        heart_rate_bpm=above(found.get("avgHr", found.get("averageHR"))),
        rpe=rpe / 10 if rpe > 10 else above(rpe),
        device_load=above(found.get("activityTrainingLoad")),
        device="garmin",
        parent=found.get("parent") is True,
        line=at,
        notes=()
        if known or not word
        else (f"type: no kind of activity is known as {word[:40]}",),
    )


def _climb(found: Mapping[str, Any], name: str, units: Units) -> float:
    """Return a climb; 0 is a flat run only where the other direction is not 0 too."""
    gain, loss = number(found.get("elevationGain")), number(found.get("elevationLoss"))
    return NAN if not (gain > 0 or loss > 0) else number(found.get(name)) * units.metre


def _start(found: Mapping[str, Any]) -> tuple[datetime | None, datetime | None]:
    """Return (instant, wall clock): ms since 1970, the local one already shifted; or ISO texts."""
    utc = instant(found.get("beginTimestamp")) or instant(found.get("startTimeGmt"))
    if utc is None and (stated := moment(found.get("startTimeGMT"))) is not None:
        utc = (
            stated.replace(tzinfo=UTC)
            if stated.tzinfo is None
            else stated.astimezone(UTC)
        )
    local = instant(found.get("startTimeLocal")) or moment(found.get("startTimeLocal"))
    return utc, local.replace(tzinfo=None) if local is not None else None
