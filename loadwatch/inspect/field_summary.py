"""What one field of one message holds, as a line that may be posted: count, range, days."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Any

from loadwatch.formatting import clean_text
from loadwatch.inspect.shareable_fields import (
    HIDDEN_NOTES,
    MAX_SHAREABLE_NUMBER,
    Disclosure,
    Field,
    choose_disclosure,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

MAX_VALUES = 200_000  # values kept of one field
TEXT_WIDTH = 48  # characters of a text value


@dataclass(slots=True)
class FieldSummary:
    """The values of one field of one message, gathered while a file is read."""

    units: str
    disclosure: Disclosure
    values: list[Any] = field(default_factory=list)  # kept only where they may be shown
    count: int = 0  # known values, kept or not

    @property
    def is_hidden(self) -> bool:
        """Whether no value may be shown, only how many there are."""
        return self.disclosure in HIDDEN_NOTES

    def add(self, values: Sequence[Any], disclosure: Disclosure) -> None:
        """Count values, None and "" aside, and keep them where they may be shown.

        Fields of one name that may be shown in different ways are hidden together.
        """
        if disclosure != self.disclosure and not self.is_hidden:
            self.disclosure = disclosure if disclosure in HIDDEN_NOTES else "person"
        known = [value for value in values if value is not None and value != ""]
        self.count += len(known)
        if not self.is_hidden:
            self.values += known[: MAX_VALUES - len(self.values)]

    def format(self, name: str) -> str:
        """Return one line: name, unit, count and what may be shown of the values."""
        label = f"{clean_text(name, 34):<36}{clean_text(self.units, 12):<13}"
        return f"  {label}{self.count:>8}  {self._format_values()}"

    def _format_values(self) -> str:
        if not self.count:
            return "unknown"
        if self.is_hidden:
            return HIDDEN_NOTES[self.disclosure]
        if self.disclosure == "day":
            return _format_days(self.values)
        if all(map(_is_number, self.values)):
            return _format_numbers(self.values)
        return _format_most_common([str(value) for value in self.values])


def add_values(
    summaries: dict[str, FieldSummary], described: Field, values: Sequence[Any]
) -> None:
    """Add values of a field to the summary of its name, which is made where there is none."""
    disclosure = choose_disclosure(described)
    summary = summaries.setdefault(
        described.name, FieldSummary(described.units, disclosure)
    )
    summary.add(values, disclosure)


def format_extent(numbers: Sequence[float]) -> str:
    """Return "least .. middle .. greatest" of some numbers, or the only one."""
    low, middle, high = min(numbers), median(numbers), max(numbers)
    if low == high:
        return _format_compact(low)
    return " .. ".join(map(_format_compact, (low, middle, high)))


def format_day_range(days: Sequence[date]) -> str:
    """Return "first .. last" of some days, or the only one."""
    first, last = min(days), max(days)
    if first == last:
        return f"{first}"
    return f"{first} .. {last}"


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _format_numbers(numbers: Sequence[float]) -> str:
    if max(map(abs, numbers)) >= MAX_SHAREABLE_NUMBER:
        return HIDDEN_NOTES["person"]
    return format_extent(numbers)


def _format_most_common(texts: Sequence[str]) -> str:
    """Return the most frequent text, and how many different ones there are."""
    ((common, times),) = Counter(texts).most_common(1)
    distinct = len(set(texts))
    shown = clean_text(common, TEXT_WIDTH)
    if distinct == 1:
        return shown
    if times == 1:
        return f"{shown} ({distinct} different)"
    return f"{shown} ({times} of {len(texts)}, {distinct} different)"


def _format_days(values: Sequence[Any]) -> str:
    """Return the days of some timestamps (UTC), and the time between one and the next [s]."""
    timestamps = [value for value in values if isinstance(value, datetime)]
    if timestamps:
        days = format_day_range([timestamp.date() for timestamp in timestamps])
        return days + _format_steps(timestamps)
    if values:
        return HIDDEN_NOTES["person"]
    return "unknown"


def _format_steps(timestamps: Sequence[datetime]) -> str:
    steps = [(late - early).total_seconds() for early, late in pairwise(timestamps)]
    near = [step for step in steps if abs(step) < MAX_SHAREABLE_NUMBER]
    text = ""
    if near:
        text += f", {format_extent(near)} s apart"
    if len(near) < len(steps):
        text += ", with jumps of years"
    return text


def _format_compact(value: float) -> str:
    """Return a number in full where it is whole and short, else with six digits."""
    if abs(value) < 1e15 and value % 1 == 0:
        return str(int(value))
    return f"{value:.6g}"
