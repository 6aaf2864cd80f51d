"""What one field of one message holds, as a line that may be posted: how many, of what size, which days."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Any

from loadwatch.inspect import shareable_fields

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

MAX_VALUES = 200_000  # values kept of one field
TEXT_WIDTH = 48  # characters of a text value


@dataclass(slots=True)
class FieldSummary:
    """What one field of one message held so far."""

    units: str
    disclosure: shareable_fields.Disclosure
    values: list[Any] = field(default_factory=list)
    count: int = 0


def add_values(
    fields: dict[str, FieldSummary], told: shareable_fields.Field, values: Sequence[Any]
) -> None:
    """Count values of a field, None and "" aside, and keep them where they may be shown.

    Fields of one name that may be shown in different ways are hidden together.
    """
    showing = shareable_fields.choose_disclosure(told)
    held = fields.setdefault(told.name, FieldSummary(told.units, showing))
    if (
        showing != held.disclosure
        and held.disclosure not in shareable_fields.HIDDEN_NOTES
    ):
        held.disclosure = (
            showing if showing in shareable_fields.HIDDEN_NOTES else "person"
        )
    known = [value for value in values if value is not None and value != ""]
    held.count += len(known)
    if held.disclosure not in shareable_fields.HIDDEN_NOTES:
        held.values += known[: MAX_VALUES - len(held.values)]


def clean(text: str, width: int) -> str:
    """Return text that cannot steer a terminal, cut to a width."""
    safe = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)
    return safe if len(safe) <= width else safe[: width - 3] + "..."


def format_summary(name: str, one: FieldSummary) -> str:
    """Return name, unit, count and what may be shown of the values."""
    head = f"  {clean(name, 34):<36}{clean(one.units, 12):<13}{one.count:>8}  "
    if not one.count:
        return head + "unknown"
    if one.disclosure in shareable_fields.HIDDEN_NOTES:
        return head + shareable_fields.HIDDEN_NOTES[one.disclosure]
    if one.disclosure == "day":
        return head + _format_days(one.values)
    numbers = [
        value
        for value in one.values
        if isinstance(value, (int, float)) and not isinstance(value, bool)
    ]
    if len(numbers) == len(one.values):
        large = max(map(abs, numbers)) >= shareable_fields.MAX_SHAREABLE_NUMBER
        return head + (
            shareable_fields.HIDDEN_NOTES["person"] if large else format_extent(numbers)
        )
    return head + _format_most_common(list(map(str, one.values)))


def format_extent(numbers: Sequence[float]) -> str:
    """Return the least, middle and greatest of some numbers, or the only one."""
    low, middle, high = min(numbers), median(numbers), max(numbers)
    return (
        _format_compact(low)
        if low == high
        else " .. ".join(map(_format_compact, (low, middle, high)))
    )


def _format_most_common(said: list[str]) -> str:
    """Return the word that stands most often, and how many others there are."""
    ((common, times),) = Counter(said).most_common(1)
    kinds = len(set(said))
    if kinds == 1:
        return clean(common, TEXT_WIDTH)
    more = f"{times} of {len(said)}, " if times > 1 else ""
    return f"{clean(common, TEXT_WIDTH)} ({more}{kinds} different)"


def _format_days(values: Sequence[Any]) -> str:
    """Return the days that moments lie on (UTC), and how far apart they follow each other."""
    moments = [value for value in values if isinstance(value, datetime)]
    if not moments:
        return "unknown" if not values else shareable_fields.HIDDEN_NOTES["person"]
    days = format_day_range([moment.date() for moment in moments])
    if len(moments) == 1:
        return days
    steps = [(later - one).total_seconds() for one, later in pairwise(moments)]
    near = [step for step in steps if abs(step) < shareable_fields.MAX_SHAREABLE_NUMBER]
    far = ", with jumps of years" if len(near) < len(steps) else ""
    return f"{days}, {format_extent(near)} s apart{far}" if near else f"{days}{far}"


def format_day_range(days: Sequence[date]) -> str:
    """Return the first and the last of some days, or the only one."""
    first, last = min(days), max(days)
    return f"{first}" if first == last else f"{first} .. {last}"


def _format_compact(value: float) -> str:
    """A number as short as it can be without an exponent where it is whole."""
    return (
        str(int(value))
        if value == round(value, 9) and abs(value) < 1e15 and value % 1 == 0
        else f"{value:.6g}"
    )
