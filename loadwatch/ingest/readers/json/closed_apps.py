"""Nike Run Club's activities and those of Endomondo's archive: one per file."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from loadwatch.activity import NAN, Activity, Reading, Session, Skipped
from loadwatch.ingest.readers import sports
from loadwatch.ingest.readers.frames import EMPTY_RECORDS
from loadwatch.ingest.readers.json.values import (
    NO_START,
    as_mapping,
    as_objects,
    parse_datetime,
    parse_epoch_ms,
    parse_number,
    parse_positive,
    parse_text,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MS, _KM = 0.001, 1000.0
_ENDOMONDO_TIMES = (
    "%Y-%m-%d %H:%M:%S.%f",
    "%Y-%m-%d %H:%M:%S",
    "%a %b %d %H:%M:%S UTC %Y",
)


def is_nike(found: Mapping[str, Any]) -> bool:
    """Return whether an object is an activity of Nike Run Club."""
    return {"start_epoch_ms", "summaries", "type"} <= found.keys()


def read_nike(found: Mapping[str, Any]) -> Reading:
    """Return the one activity of a file."""
    start = parse_epoch_ms(found.get("start_epoch_ms"))
    if start is None:
        return Reading((), (Skipped("", "rejected", NO_START),))
    tags = as_mapping(found.get("tags"))
    stated = sports.read_sport(parse_text(found.get("type")))
    if parse_text(tags.get("location")).casefold() in {"indoors", "treadmill"}:
        stated = sports.move_indoors(stated)
    totals = _collect_nike_totals(found)
    start_ms = parse_number(found.get("start_epoch_ms"))
    elapsed_ms = parse_number(found.get("end_epoch_ms")) - start_ms
    session = Session(
        format="list",
        sport=stated.sport,
        sub_sport=stated.sub_sport,
        unknown_sport=stated.unknown_word,
        name=parse_text(tags.get("com.nike.name")),
        start_utc=start,
        timer_s=parse_positive(found.get("active_duration_ms"), _MS),
        elapsed_s=parse_positive(elapsed_ms, _MS),
        distance_m=totals.get("distance", NAN) * _KM,
        ascent_m=totals.get("ascent", NAN),
        descent_m=totals.get("descent", NAN),
        steps=totals.get("steps", NAN),
        heart_rate_bpm=totals.get("heart_rate", NAN),
        device="nike run club",
        notes=stated.notes,
    )
    return Reading((Activity(EMPTY_RECORDS, session),))


def _collect_nike_totals(found: Mapping[str, Any]) -> dict[str, float]:
    """Return metric -> total, of the heart rate the mean."""
    totals: dict[str, float] = {}
    for one in as_objects(found.get("summaries")):
        metric, kind = parse_text(one.get("metric")), parse_text(one.get("summary"))
        if kind == ("mean" if metric == "heart_rate" else "total"):
            totals[metric] = parse_positive(one.get("value"))
    return totals


def is_endomondo(found: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether the objects of an array are the fields of one workout."""
    keys = {key for one in found if len(one) == 1 for key in one}
    return {"sport", "start_time"} <= keys


def read_endomondo(found: Sequence[Mapping[str, Any]]) -> Reading:
    """Return the one activity of a file."""
    fields = {key: value for one in found for key, value in one.items()}
    start = _parse_endomondo_time(parse_text(fields.get("start_time")))
    if start is None:
        return Reading((), (Skipped("", "rejected", NO_START),))
    stated = sports.read_sport(parse_text(fields.get("sport")))
    session = Session(
        format="list",
        sport=stated.sport,
        sub_sport=stated.sub_sport,
        unknown_sport=stated.unknown_word,
        name=parse_text(fields.get("name")),
        start_utc=start,
        timer_s=parse_positive(fields.get("duration_s")),
        distance_m=parse_positive(fields.get("distance_km"), _KM),
        ascent_m=parse_positive(fields.get("ascend_m")),
        descent_m=parse_positive(fields.get("descend_m")),
        heart_rate_bpm=parse_positive(fields.get("heart_rate_avg_bpm")),
        device="endomondo",
        notes=stated.notes,
    )
    return Reading((Activity(EMPTY_RECORDS, session),))


def _parse_endomondo_time(text: str) -> datetime | None:
    """Return an instant; the archive writes UTC without an offset."""
    for pattern in _ENDOMONDO_TIMES:
        try:
            return datetime.strptime(text, pattern).replace(tzinfo=UTC)
        except ValueError:
            continue
    parsed = parse_datetime(text)
    if parsed is None or parsed.tzinfo is None:
        return None
    return parsed.astimezone(UTC)
