"""Polar's sessions: of the personal data export (two generations) and of the AccessLink service."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from loadwatch.activity import NAN, Activity, Reading, Session, Skipped
from loadwatch.errors import NotActivity
from loadwatch.ingest.readers import sports
from loadwatch.ingest.readers.json import polar_channels
from loadwatch.ingest.readers.json.values import (
    NO_START,
    as_mapping,
    as_objects,
    first_known,
    is_known,
    parse_duration,
    parse_local_time,
    parse_number,
    parse_positive,
    parse_text,
    read_elements,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_OFFSETS = ("timezoneOffsetMinutes", "timeZoneOffset")  # of a whole session, in minutes


@dataclass(frozen=True, slots=True)
class SessionStart:
    """When a session began: wall clock, instant, offset."""

    local: datetime | None
    utc: datetime | None
    zone: str

    @property
    def is_known(self) -> bool:
        """Whether either clock is known."""
        return self.local is not None or self.utc is not None

    @property
    def clock(self) -> datetime | None:
        """The instant without its zone, else the wall clock: what times of samples count from."""
        if self.utc is None:
            return self.local
        return self.utc.replace(tzinfo=None)


def is_export(found: Mapping[str, Any]) -> bool:
    """Return whether an object is a training session of the personal data export."""
    return "exercises" in found and "startTime" in found


def is_service(found: Mapping[str, Any]) -> bool:
    """Return whether an object is an exercise of the AccessLink service."""
    if "start_time" not in found:
        return False
    return "polar_user" in found or "detailed_sport_info" in found


def read_export(found: Mapping[str, Any]) -> Reading:
    """Return the exercises of a training session; where it has only one, the whole fills its gaps."""
    exercises = as_objects(found.get("exercises")) or [{}]
    if len(exercises) == 1:
        exercises = [{**found, **exercises[0]}]
    read_exercise = partial(_read_exercise, whole=found)
    return _check_empty(read_elements(exercises, bool, read_exercise), len(exercises))


def read_service(found: list[Mapping[str, Any]]) -> Reading:
    """Return the exercises of an answer of AccessLink."""
    return _check_empty(
        read_elements(found, is_service, _read_service_exercise), len(found)
    )


def _check_empty(reading: Reading, count: int) -> Reading:
    """Return `reading` of `count` sessions; raise NotActivity for a single one that gives nothing."""
    if not reading.activities and count < 2:
        raise NotActivity("a session of Polar without a start that can be read")
    return reading


def _read_exercise(
    part: int, one: Mapping[str, Any], whole: Mapping[str, Any]
) -> Activity | Skipped:
    """Return one exercise of an export, the `part`th of the session `whole`."""
    start = SessionStart(
        *parse_local_time(one.get("startTime"), _stated_offset(one, whole))
    )
    if not start.is_known:
        return Skipped(f"#{part}", "rejected", NO_START)
    stated = _read_sport(one.get("sport"))
    session = Session(
        format="json",
        sport=stated.sport,
        sub_sport=stated.sub_sport,
        unknown_sport=stated.unknown_word,
        name=parse_text(whole.get("name")),
        start_utc=start.utc,
        start_local=start.local,
        zone=start.zone,
        timer_s=_parse_timer(one),
        distance_m=parse_positive(one.get("distanceMeters", one.get("distance"))),
        ascent_m=parse_positive(one.get("ascentMeters", one.get("ascent"))),
        descent_m=parse_positive(one.get("descentMeters", one.get("descent"))),
        heart_rate_bpm=_mean_heart_rate(one),
        device_load=parse_positive(one.get("trainingLoad", whole.get("trainingLoad"))),
        device="polar",
        part=part,
        notes=stated.notes,
    )
    channels = polar_channels.read_export_channels(one.get("samples"), start.local)
    records = polar_channels.build_channel_records(
        channels, start.clock, stated.sport, NAN
    )
    return Activity(records, session)


def _stated_offset(one: Mapping[str, Any], whole: Mapping[str, Any]) -> Any:
    """Return the offset from UTC that an exercise states, else its session, as the file writes it."""
    for name in ("timezoneOffsetMinutes", "timezoneOffset"):
        if name in one:
            return one[name]
    return next((whole[name] for name in _OFFSETS if name in whole), None)


def _parse_timer(one: Mapping[str, Any]) -> float:
    """Return the duration of an exercise of an export [s]."""
    milliseconds = parse_number(one.get("durationMillis"))
    if is_known(milliseconds):
        return parse_positive(milliseconds / 1000)
    return parse_positive(parse_duration(one.get("duration")))


def _mean_heart_rate(one: Mapping[str, Any]) -> float:
    return first_known(
        parse_positive(one.get("averageHeartRate")),
        parse_positive(one.get("hrAvg")),
        parse_positive(as_mapping(one.get("heartRate")).get("avg")),
    )


def _read_sport(value: Any) -> sports.StatedSport:
    """Return the sport of a word, or of a number of the export's own."""
    identity = as_mapping(value).get("id")
    word = parse_text(value)
    if not word and isinstance(identity, int | str):
        word = str(identity)
    return sports.read_sport(word, "polar_numbers")


def _read_service_exercise(part: int, one: Mapping[str, Any]) -> Activity | Skipped:
    """Return one exercise of the service, the `part`th of its answer."""
    start = SessionStart(
        *parse_local_time(one.get("start_time"), one.get("start_time_utc_offset"))
    )
    if not start.is_known:
        return Skipped(f"#{part}", "rejected", NO_START)
    stated = _read_sport(one.get("detailed_sport_info") or one.get("sport"))
    load = as_mapping(one.get("training_load_pro"))
    duration_s = parse_duration(one.get("duration", one.get("durations")))
    session = Session(
        format="json",
        sport=stated.sport,
        sub_sport=stated.sub_sport,
        unknown_sport=stated.unknown_word,
        start_utc=start.utc,
        start_local=start.local,
        zone=start.zone,
        timer_s=parse_positive(duration_s),
        distance_m=parse_positive(one.get("distance")),
        heart_rate_bpm=parse_positive(as_mapping(one.get("heart_rate")).get("average")),
        device_load=parse_positive(load.get("cardio-load", one.get("training_load"))),
        device=_device_name(one),
        serial=parse_text(one.get("device_id")),
        part=part,
        notes=stated.notes,
    )
    channels = polar_channels.read_service_channels(one.get("samples"))
    records = polar_channels.build_channel_records(
        channels, start.clock, stated.sport, duration_s
    )
    return Activity(records, session)


def _device_name(one: Mapping[str, Any]) -> str:
    name = parse_text(one.get("device")).casefold()
    if name.startswith("polar"):
        return name
    return f"polar {name}".strip()
