"""Suunto's old list of moves: all values are texts, frequencies are in hertz."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loadwatch.activity import NAN, Activity, Reading, Session, Skipped
from loadwatch.ingest.readers import sports
from loadwatch.ingest.readers.frames import EMPTY_RECORDS
from loadwatch.ingest.readers.json.values import (
    NO_START,
    parse_datetime,
    parse_number,
    parse_positive,
    parse_text,
    read_elements,
)
from loadwatch.tables import ON_FOOT_SPORTS

if TYPE_CHECKING:
    from collections.abc import Mapping

_MINUTE = 60.0  # 1/min in a hertz


def is_move(found: Mapping[str, Any]) -> bool:
    """Return whether an object is a move."""
    return {"DateTime", "Duration", "Activity"} <= found.keys()


def read_moves(found: list[Mapping[str, Any]]) -> Reading:
    """Return the moves of a list; their clock is the local one."""
    return read_elements(found, is_move, _read_move)


def _read_move(line: int, one: Mapping[str, Any]) -> Activity | Skipped:
    """Return one move, or why it is no activity."""
    start = parse_datetime(one.get("DateTime"))
    if start is None:
        return Skipped(f"#{line}", "rejected", NO_START)
    stated = sports.read_sport(parse_text(one.get("Activity")))
    cadence_spm = NAN
    if stated.sport in ON_FOOT_SPORTS:
        cadence_spm = parse_positive(one.get("Cadence.Avg"), 2 * _MINUTE)
    ascent_m, descent_m = _parse_climb(one)
    session = Session(
        format="list",
        sport=stated.sport,
        sub_sport=stated.sub_sport,
        unknown_sport=stated.unknown_word,
        start_local=start.replace(tzinfo=None),
        timer_s=parse_positive(one.get("Duration")),
        distance_m=parse_positive(one.get("Distance")),
        ascent_m=ascent_m,
        descent_m=descent_m,
        cadence_spm=cadence_spm,
        heart_rate_bpm=parse_positive(one.get("HR.Avg"), _MINUTE),
        device="suunto",
        line=line,
        notes=stated.notes,
    )
    return Activity(EMPTY_RECORDS, session)


def _parse_climb(one: Mapping[str, Any]) -> tuple[float, float]:
    """Return ascent and descent [m]; 0 in both directions is unknown."""
    ascent_m, descent_m = (
        parse_number(one.get("Ascent")),
        parse_number(one.get("Descent")),
    )
    if not (abs(ascent_m) > 0 or abs(descent_m) > 0):
        return NAN, NAN
    return ascent_m, descent_m
