"""Values of JSON to numbers, times and words; anything odd is unknown."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import numpy as np

from loadwatch.activity import NAN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

_ISO_DURATION = re.compile(
    r"PT(?:(\d{1,4})H)?(?:(\d{1,6})M)?(?:(\d{1,8}(?:\.\d{1,9})?)S)?"
)
TEXT = 1000  # characters kept of a name


def parse_number(value: Any) -> float:
    """Return a number, also one written as text; NaN for anything else."""
    if isinstance(value, str) and len(value) <= 40:
        try:
            value = float(value)
        except ValueError:
            return NAN
    if isinstance(value, bool) or not isinstance(value, int | float):
        return NAN
    return float(value) if abs(value) < 1e18 else NAN


def parse_positive(value: Any, factor: float = 1.0) -> float:
    """Return a number times `factor`; NaN if it is not above zero: exports write 0 for unknown."""
    found = parse_number(value)
    return found * factor if found > 0 else NAN


def parse_text(value: Any) -> str:
    """Return a short text without line breaks; "" for anything else."""
    return " ".join(value[: 4 * TEXT].split())[:TEXT] if isinstance(value, str) else ""


def parse_epoch_ms(milliseconds: Any) -> datetime | None:
    """Return the instant that lies so many ms after 1970. [aware, UTC]."""
    count = parse_number(milliseconds)
    if not 2.8e11 < count < 4e12:  # 1979 to 2096
        return None
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=round(count))


def parse_datetime(value: Any) -> datetime | None:
    """Return an ISO date and time, aware if it carries an offset; None for anything else."""
    if not isinstance(value, str) or not 16 <= len(value) <= 40:
        return None
    try:
        found = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return found if 1970 <= found.year <= 2100 else None


def parse_local_time(
    value: Any, minutes: Any
) -> tuple[datetime | None, datetime | None, str]:
    """Return (wall clock, instant, offset as a zone) of a local ISO time and its offset in minutes."""
    found = parse_datetime(value)
    if found is None:
        return None, None, ""
    if found.tzinfo is not None:
        return None, found.astimezone(UTC), ""
    offset = parse_number(minutes)
    if not abs(offset) <= 18 * 60:
        return found, None, ""
    zone = timezone(timedelta(minutes=round(offset)))
    return (
        found,
        found.replace(tzinfo=zone).astimezone(UTC),
        "" if offset == 0 else str(zone).removeprefix("UTC"),
    )


def parse_duration(value: Any) -> float:
    """Return an ISO 8601 duration such as PT1H2M3.5S, or a plain number of seconds [s]."""
    if isinstance(value, str) and (found := _ISO_DURATION.fullmatch(value[:40])):
        hours, minutes, seconds = (float(part or 0) for part in found.groups())
        return hours * 3600 + minutes * 60 + seconds
    return parse_number(value)


def as_mapping(value: Any) -> Mapping[str, Any]:
    """Return a JSON object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def as_objects(value: Any) -> list[Mapping[str, Any]]:
    """Return the objects of a JSON array; none for anything else."""
    return (
        [one for one in value if isinstance(one, dict)]
        if isinstance(value, list)
        else []
    )


def to_array(values: Iterable[Any]) -> NDArray[np.float64]:
    """Return numbers as an array, NaN where there is none."""
    return np.array([parse_number(value) for value in values], dtype=np.float64)


def is_known(value: float) -> bool:
    """Whether a number is known."""
    return not math.isnan(value)
