"""Suunto's old list of moves: texts throughout, frequencies in hertz."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loadwatch.activity import NAN, Activity, Reading, Session, Skipped
from loadwatch.ingest.readers import sports
from loadwatch.ingest.readers.frames import EMPTY_RECORDS
from loadwatch.ingest.readers.json.values import (
    parse_datetime,
    parse_number,
    parse_positive,
    parse_text,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_MINUTE = 60.0  # 1/min in a hertz


def is_move(found: Mapping[str, Any]) -> bool:
    """Whether an object is a move."""
    return {"DateTime", "Duration", "Activity"} <= found.keys()


def read_moves(found: list[Mapping[str, Any]]) -> Reading:
    """Return the moves of a list; their clock is the local one."""
    made = [_read_move(at, one) for at, one in enumerate(found, start=1)]
    return Reading(
        tuple(one for one in made if isinstance(one, Activity)),
        tuple(one for one in made if isinstance(one, Skipped)),
    )


def _read_move(at: int, one: Mapping[str, Any]) -> Activity | Skipped:
    start = parse_datetime(one.get("DateTime"))
    if start is None:
        return Skipped(f"#{at}", "rejected", "it has no start that can be read")
    stated = sports.read_sport(parse_text(one.get("Activity")))
    afoot = stated.sport in {"running", "walking", "hiking"}
    climbed = (
        parse_number(one.get("Ascent")) > 0 or parse_number(one.get("Descent")) > 0
    )
    session = Session(
        format="list",
        sport=stated.sport,
        sub_sport=stated.sub_sport,
        unknown_sport=stated.unknown_word,
        start_local=start.replace(tzinfo=None),
        timer_s=parse_positive(one.get("Duration")),
        distance_m=parse_positive(one.get("Distance")),
        ascent_m=parse_number(one.get("Ascent")) if climbed else NAN,
        descent_m=parse_number(one.get("Descent")) if climbed else NAN,
        cadence_spm=parse_positive(one.get("Cadence.Avg"), 2 * _MINUTE)
        if afoot
        else NAN,
        heart_rate_bpm=parse_positive(one.get("HR.Avg"), _MINUTE),
        device="suunto",
        line=at,
        notes=stated.notes,
    )
    return Activity(EMPTY_RECORDS, session)
