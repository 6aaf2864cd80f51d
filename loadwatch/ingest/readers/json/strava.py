"""Strava's API list of activities as JSON, and running_page's `activities.json` made of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from loadwatch.activity import NAN, Activity, Reading, Session, Skipped
from loadwatch.ingest.readers import sports
from loadwatch.ingest.readers.frames import EMPTY_RECORDS
from loadwatch.ingest.readers.json.values import (
    NO_START,
    first_known,
    parse_datetime,
    parse_number,
    parse_positive,
    parse_text,
    read_elements,
)
from loadwatch.tables import ON_FOOT_SPORTS, PLAIN_SUB_SPORT

if TYPE_CHECKING:
    from collections.abc import Mapping

# a duration as running_page writes it: 0:45:10, 1 day, 0:45:10
_CLOCK = re.compile(r"(?:(\d{1,3}) days?, )?(\d{1,3}):(\d{2}):(\d{2})(?:\.\d{1,9})?")
_ZONE = re.compile(r"\(GMT[+-]\d{2}:\d{2}\) ([\w+/-]{1,40})")
_LEGS = 2.0  # the cadence of a run counts one leg
_NO_MEASURE = "it has neither distance nor duration"


def is_activity(found: Mapping[str, Any]) -> bool:
    """Return whether an object is one activity of such a list."""
    has_start = "start_date_local" in found or "start_date" in found
    return has_start and {"distance", "moving_time"} <= found.keys()


def read_activities(found: list[Mapping[str, Any]]) -> Reading:
    """Return the activities of a list."""
    return read_elements(found, is_activity, _read_activity)


def _read_activity(line: int, one: Mapping[str, Any]) -> Activity | Skipped:
    start_utc, start_local = _parse_start(one)
    if start_utc is None and start_local is None:
        return Skipped(f"#{line}", "rejected", NO_START)
    stated = _read_sport(one)
    session = Session(
        format="list",
        sport=stated.sport,
        sub_sport=stated.sub_sport,
        unknown_sport=stated.unknown_word,
        name=parse_text(one.get("name")),
        start_utc=start_utc,
        start_local=start_local,
        zone=_parse_zone(one),
        moving_s=_parse_seconds(one.get("moving_time")),
        elapsed_s=_parse_seconds(one.get("elapsed_time")),
        distance_m=parse_positive(one.get("distance")),
        ascent_m=_parse_ascent(one),
        heart_rate_bpm=parse_positive(one.get("average_heartrate")),
        cadence_spm=_parse_cadence(one, stated.sport),
        rpe=parse_positive(one.get("perceived_exertion")),
        device=parse_text(one.get("device_name")).casefold(),
        line=line,
        notes=stated.notes,
    )
    measures = (session.moving_s, session.elapsed_s, session.distance_m)
    if not any(measure > 0 for measure in measures):
        return Skipped(f"#{line}", "ignored", _NO_MEASURE)
    return Activity(EMPTY_RECORDS, session)


def _read_sport(one: Mapping[str, Any]) -> sports.StatedSport:
    """Return the sport, by the finer of the two words where it is known."""
    words = [parse_text(one.get(key)) for key in ("sport_type", "subtype", "type")]
    known = [word for word in words if word and sports.find_sport(word) is not None]
    stated = [word for word in words if word]
    word = next(iter(known or stated), "")
    sport = sports.read_sport(word)
    if one.get("trainer") is True and sport.sub_sport == PLAIN_SUB_SPORT:
        return sports.move_indoors(sport)
    return sport


def _parse_start(
    one: Mapping[str, Any],
) -> tuple[datetime | None, datetime | None]:
    """Return (instant, wall clock); a Z behind the local start is false."""
    local = parse_datetime(one.get("start_date_local"))
    if local is not None:
        local = local.replace(tzinfo=None)
    instant = parse_datetime(one.get("start_date"))
    if instant is not None:
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=UTC)
        instant = instant.astimezone(UTC)
    return instant, local


def _parse_zone(one: Mapping[str, Any]) -> str:
    found = _ZONE.fullmatch(parse_text(one.get("timezone")))
    if found is None:
        return ""
    return found[1]


def _parse_seconds(value: Any) -> float:
    """Return a duration in seconds, or as text with hours, minutes and seconds."""
    if isinstance(value, str) and (found := _CLOCK.fullmatch(value.strip()[:40])):
        days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return ((days * 24 + hours) * 60 + minutes) * 60.0 + seconds
    return parse_positive(value)


def _parse_ascent(one: Mapping[str, Any]) -> float:
    gain = first_known(
        parse_number(one.get("total_elevation_gain")),
        parse_number(one.get("elevation_gain")),
    )
    if gain >= 0:
        return gain
    return NAN


def _parse_cadence(one: Mapping[str, Any], sport: str) -> float:
    if sport not in ON_FOOT_SPORTS:
        return NAN
    return parse_positive(one.get("average_cadence"), _LEGS)
