"""Huawei Health's `motion path detail data.json`: numbers are names there, without quotes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from loadwatch.activity import Activity, Reading, Session, Skipped
from loadwatch.errors import Unreadable
from loadwatch.ingest.readers import sports
from loadwatch.ingest.readers.frames import EMPTY_RECORDS
from loadwatch.ingest.readers.json.stream import parse_text_document
from loadwatch.ingest.readers.json.values import (
    NO_START,
    as_mapping,
    as_objects,
    first_known,
    parse_epoch_ms,
    parse_local_offset,
    parse_number,
    parse_positive,
    parse_text,
    read_elements,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_MS = 0.001
_CM = 0.01
# a text, which is left alone, or a number where a name belongs
_BARE_NAME = re.compile(
    r'"(?:[^"\\]++|\\.)*+"|([{,]\s*+)(-?\d++(?:\.\d++)?+)(\s*+:)', re.DOTALL
)
_SUMMARY = re.compile(r"HW_EXT_TRACK_SIMPLIFY@is(\{.{0,100000}?\})(?:&&|$)", re.DOTALL)
_KEYS = (b'"sportType"', b'"totalTime"', b'"motionPathData"')


def find_keys(head: bytes) -> bool:
    """Return whether a JSON text looks like Huawei's, also where it is broken."""
    return sum(key in head for key in _KEYS) >= 2 or _KEYS[2] in head


def mend_names(text: str) -> str:
    """Return a JSON text with quotes about names that are bare numbers; texts stay."""
    return _BARE_NAME.sub(_quote_name, text)


def _quote_name(found: re.Match[str]) -> str:
    if found[2] is None:
        return found[0]
    return f'{found[1]}"{found[2]}"{found[3]}'


def is_motion(found: Mapping[str, Any]) -> bool:
    """Return whether an object is a recorded activity."""
    return {"sportType", "startTime", "totalTime"} <= found.keys()


def list_motions(document: Any) -> list[Mapping[str, Any]]:
    """Return what stands where activities do: in a list, in `data` of an object, or in days.

    Empty where none of it is an activity.
    """
    if isinstance(document, dict):
        document = document.get("data", [document])
    motions: list[Mapping[str, Any]] = []
    for one in as_objects(document):
        if "motionPathData" in one:
            motions += as_objects(one["motionPathData"])
        else:
            motions.append(one)
    if not any(map(is_motion, motions)):
        return []
    return motions


def read_motions(found: list[Mapping[str, Any]]) -> Reading:
    """Return the activities of a list."""
    return read_elements(found, is_motion, _read_motion)


def _read_motion(line: int, one: Mapping[str, Any]) -> Activity | Skipped:
    start = parse_epoch_ms(one.get("startTime"))
    if start is None:
        return Skipped(f"#{line}", "rejected", NO_START)
    local, zone = parse_local_offset(start, parse_text(one.get("timeZone")))
    number = str(one.get("sportType", "")).removesuffix(".0")
    stated = sports.read_sport(parse_text(number), "huawei_numbers")
    summary = _read_summary(one.get("attribute"))
    elapsed_ms = parse_number(one.get("endTime")) - parse_number(one.get("startTime"))
    session = Session(
        format="list",
        sport=stated.sport,
        sub_sport=stated.sub_sport,
        unknown_sport=stated.unknown_word,
        start_utc=start,
        start_local=local,
        zone=zone,
        timer_s=parse_positive(one.get("totalTime"), _MS),
        elapsed_s=parse_positive(elapsed_ms, _MS),
        distance_m=first_known(
            parse_positive(one.get("totalDistance")),
            parse_positive(summary.get("totalDistance")),
        ),
        ascent_m=parse_positive(summary.get("creepingWave"), _CM),
        descent_m=parse_positive(summary.get("mTotalDescent"), _CM),
        steps=parse_positive(one.get("totalSteps")),
        heart_rate_bpm=parse_positive(summary.get("avgHeartRate")),
        device="huawei",
        line=line,
        notes=stated.notes,
    )
    return Activity(EMPTY_RECORDS, session)


def _read_summary(attribute: Any) -> Mapping[str, Any]:
    """Return the object at the end of an activity's text of samples; empty where it has none."""
    if not isinstance(attribute, str):
        return {}
    start = attribute.rfind("HW_EXT_TRACK_SIMPLIFY@is")
    found = _SUMMARY.match(attribute, start) if start >= 0 else None
    if found is None:
        return {}
    try:
        return as_mapping(parse_text_document(mend_names(found[1])))
    except Unreadable:
        return {}
