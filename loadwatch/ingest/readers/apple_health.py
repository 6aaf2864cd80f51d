"""Apple Health's `export.xml`: its workouts, each with the route file that it names."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from loadwatch.activity import NAN, Activity, Reading, Session, Skipped
from loadwatch.errors import NotActivity
from loadwatch.ingest.health_export import (
    Element,
    is_health_export,
    parse_export,
    slice_bytes,
)
from loadwatch.ingest.readers import sports
from loadwatch.ingest.readers.frames import EMPTY_RECORDS
from loadwatch.ingest.zones import tzinfo_of
from loadwatch.tables import PLAIN_SUB_SPORT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loadwatch.settings import Settings

METRES = {
    "km": 1000.0,
    "mi": 1609.344,
    "m": 1.0,
    "cm": 0.01,
    "ft": 0.3048,
    "yd": 0.9144,
}
SECONDS = {"s": 1.0, "sec": 1.0, "min": 60.0, "hr": 3600.0, "h": 3600.0}
_HEAD = 4096
_CLINICAL = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?[^>]{0,300}>\s*){0,4}<ClinicalDocument\b"
)
_QUANTITY = "HKQuantityTypeIdentifier"
_DISTANCE = "Distance"
MAX_ROUTES = 50  # files of one workout
_MAX_TEXT = 1000  # characters kept of a file's or device's name
_MAX_NUMBER_CHARS = 40
_TRUNCATED = "the export breaks off; its last workouts are missing"


@dataclass(slots=True)
class WorkoutDetails:
    """What the elements within a workout state, by name."""

    metadata: dict[str, str] = field(default_factory=dict)
    statistics: dict[str, Mapping[str, str]] = field(default_factory=dict)
    routes: list[str] = field(default_factory=list)


def sniff(head: bytes) -> bool:
    """Return whether `head` begins an export of Apple Health, or the document beside it."""
    return is_health_export(head) or _CLINICAL.match(head) is not None


def read(data: bytes, name: str, settings: Settings) -> Reading:  # noqa: ARG001  one signature for all readers
    """Return the workouts of an export; raise Unreadable, NotActivity or OverLimit."""
    if _CLINICAL.match(data[:_HEAD]):
        raise NotActivity(
            "a clinical document beside Apple Health's export, no workouts"
        )
    export = parse_export(slice_bytes(data))
    activities: list[Activity] = []
    skipped: list[Skipped] = []
    for line, workout in enumerate(export.workouts, 1):
        session = _build_session(workout, line)
        if session is None:
            why = "a workout without a start that can be read"
            skipped.append(Skipped(f"#{line}", "rejected", why))
        else:
            activities.append(Activity(EMPTY_RECORDS, session))
    if export.is_truncated:
        skipped.append(Skipped("", "rejected", _TRUNCATED))
    if not activities and not skipped:
        raise NotActivity("an export of Apple Health without a workout")
    return Reading(tuple(activities), tuple(skipped))


def _build_session(workout: Element, line: int) -> Session | None:
    """Return what the `line`th workout states, None where it has no start."""
    stated = workout.attributes
    details = _collect_details(workout)
    start = _parse_time(stated.get("startDate", ""))
    if start is None:
        return None
    zone = _find_zone(details, start)
    sport = _read_sport(stated.get("workoutActivityType", ""), details)
    return Session(
        format="list",
        sport=sport.sport,
        sub_sport=sport.sub_sport,
        unknown_sport=sport.unknown_word,
        name=_shorten(details.metadata.get("HKWorkoutBrandName", "")),
        start_utc=start.astimezone(UTC),
        zone=zone,
        timer_s=_parse_duration(stated),
        elapsed_s=_parse_elapsed(stated, start),
        distance_m=_find_distance(stated, details),
        ascent_m=_parse_quantity(details.metadata.get("HKElevationAscended", "")),
        descent_m=_parse_quantity(details.metadata.get("HKElevationDescended", "")),
        steps=_read_statistic(details, "StepCount", "sum"),
        heart_rate_bpm=_read_heart_rate(details),
        device=_find_device(stated),
        linked="\n".join(details.routes[:MAX_ROUTES]),
        line=line,
        notes=sport.notes,
    )


# --- elements ------------------------------------------------------------------------


def _collect_details(workout: Element) -> WorkoutDetails:
    """Return what a workout's elements state; those of its legs fill what is missing."""
    details = WorkoutDetails()
    for child in workout.children:
        _collect_child(child, details)
    for leg in workout.children:
        if leg.name == "WorkoutActivity":
            for child in leg.children:
                _collect_child(child, details)
    return details


def _collect_child(child: Element, details: WorkoutDetails) -> None:
    stated = child.attributes
    if child.name == "MetadataEntry":
        details.metadata.setdefault(stated.get("key", ""), stated.get("value", ""))
    elif child.name == "WorkoutStatistics":
        kind = stated.get("type", "").removeprefix(_QUANTITY)
        details.statistics.setdefault(kind, stated)
    elif child.name == "WorkoutRoute":
        for file in child.children:
            if file.name == "FileReference":
                _collect_route(file.attributes.get("path", ""), details)


def _collect_route(path: str, details: WorkoutDetails) -> None:
    path = path.replace("\n", " ").strip()[:_MAX_TEXT]  # some hold narrow blanks
    if path and ".." not in path.split("/"):
        details.routes.append(path)


def _read_statistic(details: WorkoutDetails, kind: str, name: str) -> float:
    return _parse_number(details.statistics.get(kind, {}).get(name, ""))


def _read_heart_rate(details: WorkoutDetails) -> float:
    """Return the mean heart rate [1/min]."""
    rate = _read_statistic(details, "HeartRate", "average")
    if details.statistics.get("HeartRate", {}).get("unit") == "count/s":
        rate *= 60
    return rate


# --- values --------------------------------------------------------------------------


def _parse_number(text: str) -> float:
    """Return a number, NaN for 0, which says "unknown", and for anything else."""
    try:
        number = float(text) if len(text) <= _MAX_NUMBER_CHARS else NAN
    except ValueError:
        return NAN
    return number or NAN


def _parse_quantity(text: str) -> float:
    """Return a length with its unit behind it, "3230 cm" [m]; without a unit it is unknown."""
    number, _, unit = text.strip().partition(" ")
    return _parse_number(number) * METRES.get(unit.strip().casefold(), NAN)


def _parse_duration(stated: Mapping[str, str]) -> float:
    """Return a workout's duration [s]; Apple writes minutes where it names no unit."""
    unit = stated.get("durationUnit", "min").casefold()
    return _parse_number(stated.get("duration", "")) * SECONDS.get(unit, NAN)


def _parse_elapsed(stated: Mapping[str, str], start: datetime) -> float:
    """Return the seconds from start to end, NaN where the end is missing or before."""
    end = _parse_time(stated.get("endDate", ""))
    if end is None or end <= start:
        return NAN
    return (end - start).total_seconds()


def _parse_time(text: str) -> datetime | None:
    """Return an instant such as "2026-06-01 18:00:00 +0200", aware; None for anything else."""
    try:
        parsed = datetime.strptime(text.strip()[:_MAX_TEXT], "%Y-%m-%d %H:%M:%S %z")
        parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return parsed


def _find_zone(details: WorkoutDetails, start: datetime) -> str:
    """Return the zone that a workout names, else the offset of its start.

    The offset is that of the phone at the time of the export, which is right at home only; the
    zone in the metadata is that of the run.
    """
    name = details.metadata.get("HKTimeZone", "").strip()
    if tzinfo_of(name):
        return name
    return start.strftime("%z")[:3] + ":" + start.strftime("%z")[3:5]


def _find_distance(stated: Mapping[str, str], details: WorkoutDetails) -> float:
    """Return the distance [m] of the statistics, else of the attribute used until iOS 15.

    Of several kinds of distance the longest is the sport's own: a ride counts a few steps, too.
    """
    lengths = [
        _parse_number(stat.get("sum", "")) * METRES.get(stat.get("unit", ""), NAN)
        for kind, stat in details.statistics.items()
        if kind.startswith(_DISTANCE)
    ]
    known = [length for length in lengths if not math.isnan(length)]
    if known:
        return max(known)
    unit = METRES.get(stated.get("totalDistanceUnit", ""), NAN)
    return _parse_number(stated.get("totalDistance", "")) * unit


def _read_sport(word: str, details: WorkoutDetails) -> sports.StatedSport:
    """Return the sport of a workout; Apple's treadmill is a run indoors."""
    stated = sports.read_sport(word.strip())
    is_indoor = details.metadata.get("HKIndoorWorkout", "").strip() == "1"
    if not is_indoor or stated.sub_sport != PLAIN_SUB_SPORT:
        return stated
    return sports.move_indoors(stated)


def _find_device(stated: Mapping[str, str]) -> str:
    """Return maker and model of the watch, else the name of the app that wrote the workout."""
    parts = {}
    for part in stated.get("device", "")[:_MAX_TEXT].split(","):
        key, _, value = part.strip(" <>").partition(":")
        parts[key.strip()] = value.strip(" <>")
    if parts.get("model"):
        maker = parts.get("manufacturer", "").removesuffix(" Inc.")
        return _shorten(f"{maker} {parts['model']}").casefold()
    return "apple health"


def _shorten(text: str) -> str:
    return " ".join(text.split())[:_MAX_TEXT]
