"""Values of JSON to numbers, times and texts; anything odd is unknown."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import numpy as np

from loadwatch.activity import NAN, Activity, Reading, Skipped
from loadwatch.ingest.limits import check_list_length

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from loadwatch.tables import Floats

MAX_TEXT = 1000  # characters kept of a name
MAX_NUMBER_CHARS = 40
UNKNOWN_NUMBERS = (0, -1)
MIN_EPOCH_MS, MAX_EPOCH_MS = 2.8e11, 4e12  # 1979 to 2096
MAX_OFFSET_MIN = 18 * 60
NO_START = "it has no start that can be read"
UNLIKE_OTHERS = "it lacks what makes the others of its list activities"
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2}):?(\d{2})")
_ISO_DURATION = re.compile(
    r"PT(?:(\d{1,4})H)?(?:(\d{1,6})M)?(?:(\d{1,8}(?:\.\d{1,9})?)S)?"
)


def parse_number(value: Any) -> float:
    """Return a number, also one written as text; NaN for anything else.

    It may be beyond all measure, so that it can be noted as such.
    """
    if isinstance(value, str) and len(value) <= MAX_NUMBER_CHARS:
        try:
            value = float(value)
        except ValueError:
            return NAN
    if isinstance(value, bool) or not isinstance(value, int | float):
        return NAN
    try:
        return float(value)
    except OverflowError:
        return math.inf


def parse_positive(value: Any, factor: float = 1.0) -> float:
    """Return a number times `factor`; NaN for 0 and -1, which exports write for unknown."""
    number = parse_number(value)
    if number in UNKNOWN_NUMBERS:
        return NAN
    return number * factor


def parse_text(value: Any) -> str:
    """Return a short text without line breaks; "" for anything else."""
    if not isinstance(value, str):
        return ""
    return " ".join(value[: 4 * MAX_TEXT].split())[:MAX_TEXT]


def parse_epoch_ms(value: Any) -> datetime | None:
    """Return the instant so many ms after 1970, aware, in UTC; None for anything else."""
    milliseconds = parse_number(value)
    if not MIN_EPOCH_MS < milliseconds < MAX_EPOCH_MS:
        return None
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(
        milliseconds=round(milliseconds)
    )


def parse_datetime(value: Any) -> datetime | None:
    """Return an ISO date and time, aware if it carries an offset; None for anything else."""
    if not isinstance(value, str) or not 16 <= len(value) <= 40:
        return None
    try:
        parsed = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    if not 1970 <= parsed.year <= 2100:
        return None
    return parsed


def parse_local_time(
    value: Any, offset_min: Any
) -> tuple[datetime | None, datetime | None, str]:
    """Return (wall clock, instant, offset as a zone) of a local ISO time and its offset in minutes.

    The zone is "" where it is unknown or UTC.
    """
    local = parse_datetime(value)
    if local is None:
        return None, None, ""
    if local.tzinfo is not None:
        return None, local.astimezone(UTC), ""
    minutes = parse_number(offset_min)
    if not abs(minutes) <= MAX_OFFSET_MIN:
        return local, None, ""
    offset = timezone(timedelta(minutes=round(minutes)))
    utc = local.replace(tzinfo=offset).astimezone(UTC)
    if minutes == 0:
        return local, utc, ""
    return local, utc, str(offset).removeprefix("UTC")


def parse_local_offset(start: datetime, text: str) -> tuple[datetime | None, str]:
    """Return (wall clock, zone) of an instant by its offset, "+0200"; (None, "") without one."""
    found = _OFFSET.fullmatch(text[:10])
    if found is None:
        return None, ""
    minutes = int(found[2]) * 60 + int(found[3])
    if minutes > MAX_OFFSET_MIN:
        return None, ""
    sign = -1 if found[1] == "-" else 1
    offset = timezone(timedelta(minutes=sign * minutes))
    local = start.astimezone(offset).replace(tzinfo=None)
    return local, str(offset).removeprefix("UTC")


def parse_duration(value: Any) -> float:
    """Return an ISO 8601 duration such as PT1H2M3.5S, or a plain number of seconds [s]."""
    if isinstance(value, str) and (found := _ISO_DURATION.fullmatch(value[:40])):
        hours, minutes, seconds = (float(part or 0) for part in found.groups())
        return hours * 3600 + minutes * 60 + seconds
    return parse_number(value)


def as_mapping(value: Any) -> Mapping[str, Any]:
    """Return a JSON object; an empty one for anything else."""
    if isinstance(value, dict):
        return value
    return {}


def as_objects(value: Any) -> list[Mapping[str, Any]]:
    """Return the objects of a JSON array; none for anything else."""
    if not isinstance(value, list):
        return []
    return [one for one in value if isinstance(one, dict)]


def to_array(values: Iterable[Any]) -> Floats:
    """Return numbers as an array, NaN where there is none."""
    return np.array([parse_number(value) for value in values], dtype=np.float64)


def is_known(value: float) -> bool:
    """Return whether a number is known."""
    return not math.isnan(value)


def first_known(*values: float) -> float:
    """Return the first number that is known, NaN where none is."""
    return next(filter(is_known, values), NAN)


def are_mostly(
    found: Sequence[Mapping[str, Any]], is_element: Callable[[Mapping[str, Any]], bool]
) -> bool:
    """Return whether half of a list's elements or more are of a kind; False for an empty list."""
    return 0 < len(found) <= 2 * sum(map(is_element, found))


def read_elements(
    found: Sequence[Mapping[str, Any]],
    is_element: Callable[[Mapping[str, Any]], bool],
    read_element: Callable[[int, Mapping[str, Any]], Activity | Skipped],
) -> Reading:
    """Return what each element of a list gives, numbered from 1; raise OverLimit for too many.

    What is not of the kind of the others is skipped with a reason.
    """
    check_list_length(len(found))
    made: list[Activity | Skipped] = []
    for line, one in enumerate(found, 1):
        if is_element(one):
            made.append(read_element(line, one))
        else:
            made.append(Skipped(f"#{line}", "rejected", UNLIKE_OTHERS))
    return collect_reading(made)


def collect_reading(made: Sequence[Activity | Skipped]) -> Reading:
    """Return what the elements of a file gave, activities and what was left out apart."""
    return Reading(
        tuple(one for one in made if isinstance(one, Activity)),
        tuple(one for one in made if isinstance(one, Skipped)),
    )
