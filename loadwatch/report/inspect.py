"""One file, laid open as text: for FIT every message and field, for others what was read; no position."""

from __future__ import annotations

import io
import re
import struct
import warnings
from collections import Counter
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Any

import fitparse

from loadwatch.errors import NotActivity, OverLimit, Unreadable
from loadwatch.readers import fit, read
from loadwatch.readers.fit import profile
from loadwatch.readers.fit.columns import columns
from loadwatch.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from loadwatch.readers.fit.links import Decoded, Link

MAX_LINES = 1_000
MAX_FITPARSE = 4_000_000  # bytes; fitparse takes a minute for more, our own decoder then answers
MAX_KEPT = 200_000  # values kept of one field
WIDTH = 48  # characters of a text value
_PLACE = re.compile(r"(^|_)(lat|long?|latitude|longitude|nec|swc|position|location)($|_)", re.IGNORECASE)
HIDDEN = "positions are not shown"
# what fitparse was seen to raise on broken files, beside its own FitParseError (a ValueError)
FITPARSE_FAILS = (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError, struct.error)


@dataclass(slots=True)
class _Seen:
    """What one field of one message held so far."""

    units: str
    values: list[Any] = field(default_factory=list)
    count: int = 0
    hidden: bool = False


def describe(data: bytes, name: str) -> str:
    """Return what a file holds, as plain text of at most MAX_LINES lines, whatever the bytes."""
    lines = _fit(data, name) if fit.sniff(data[:4096]) else _other(data, name)
    cut = [_clean(line, 200) for _, line in zip(range(MAX_LINES), lines, strict=False)]
    return "\n".join([*cut, "..."] if len(cut) == MAX_LINES else cut)


def _clean(text: str, width: int) -> str:
    """Return text that cannot steer a terminal, cut to a width."""
    safe = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)
    return safe if len(safe) <= width else safe[: width - 3] + "..."


def _fit(data: bytes, name: str) -> Iterator[str]:
    try:
        decoded = fit.decode(data)
    except OverLimit as error:
        yield f"{name}: {error.why}"
        return
    yield f"{name}: FIT, {len(data):,} bytes"
    yield from _frame(decoded)
    problem = ""
    seen: dict[str, dict[str, _Seen]] = {}
    if len(data) > MAX_FITPARSE:
        problem = "too large for fitparse's full view, so this is our own"
    else:
        seen, problem = _by_fitparse(data)
    if problem:
        yield ""
        yield problem
    if problem and not problem.startswith("fitparse stopped"):
        seen = _by_us(decoded)
    for message, fields in seen.items():
        yield ""
        yield f"{message}"
        yield from (_line(key, one) for key, one in fields.items())


def _frame(decoded: Decoded) -> Iterator[str]:
    """Lines on header and layouts."""
    for number, link in enumerate(decoded.links, start=1):
        head = link.header
        protocol, profile_ = head[1], int.from_bytes(head[2:4], "little")
        part = f"part {number}: " if len(decoded.links) > 1 else ""
        yield f"{part}header of {head[0]} bytes, protocol {protocol >> 4}.{protocol & 15}, profile {profile_}"
        yield from _layouts(link)
    yield from (f"problem: {problem}" for problem in decoded.problems)


def _layouts(link: Link) -> Iterator[str]:
    yield "layouts"
    for table in link.tables:
        one = table.layout
        order = "big endian" if one.order == ">" else "little endian"
        yield (
            f"  {profile.message(one.number):<28}{len(table.offsets):>8} messages of {one.size} bytes, "
            f"{len(one.fields)} fields, {order}"
        )


def _by_fitparse(data: bytes) -> tuple[dict[str, dict[str, _Seen]], str]:
    """Return all fields by message as fitparse reads them, and what stopped it, if anything did."""
    seen: dict[str, dict[str, _Seen]] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of what `problem:` lines say already
        try:
            for message in fitparse.UncachedFitFile(io.BytesIO(data), check_developer_data=False):
                fields = seen.setdefault(message.name, {})
                for one in message.fields:
                    _note(fields, one.name, one.units or "", one.value, hidden=_hidden(one))
        except FITPARSE_FAILS as error:
            words = f"{type(error).__name__}: {error}"
            return seen, (
                f"fitparse stopped here: {words}; what it read until then:"
                if seen
                else f"fitparse cannot read it ({words}), so this is our own view"
            )
    return seen, ""


def _hidden(one: Any) -> bool:
    """Tell whether a field may hold a position: by its name, or a nameless one of a position's type."""
    nameless = one.field is None and one.base_type.name in {"sint32", "byte"}
    return nameless or bool(_PLACE.search(one.name)) or one.units == "semicircles"


def _note(fields: dict[str, _Seen], name: str, units: str, value: Any, *, hidden: bool) -> None:
    one = fields.setdefault(name, _Seen(units))
    one.hidden |= hidden
    if value is not None:
        one.count += 1
        if not one.hidden and len(one.values) < MAX_KEPT:
            one.values.append(value)


def _by_us(decoded: Decoded) -> dict[str, dict[str, _Seen]]:
    """Return the same from our own decoder: numbers only, by field number."""
    seen: dict[str, dict[str, _Seen]] = {}
    for link in decoded.links:
        for table in link.tables:
            number = table.layout.number
            fields = seen.setdefault(profile.message(number), {})
            for key, column in columns(table).items():
                name, units = profile.naming(number, key)
                nameless = name.startswith("unknown") and column.base in {0x85, 0x0D}
                hidden = nameless or bool(_PLACE.search(name)) or units == "semicircles"
                for value in column.first.tolist()[:MAX_KEPT]:
                    _note(fields, name, units, None if value != value else value, hidden=hidden)  # noqa: PLR0124
    return seen


def _line(name: str, one: _Seen) -> str:
    head = f"  {_clean(name, 34):<36}{one.units[:12]:<13}{one.count:>8}  "
    if one.hidden:
        return head + HIDDEN
    if not one.values:
        return head + "unknown"
    numbers = [
        value for value in one.values if isinstance(value, (int, float)) and not isinstance(value, bool)
    ]
    if len(numbers) == len(one.values):
        low, middle, high = min(numbers), median(numbers), max(numbers)
        return head + (_number(low) if low == high else " .. ".join(map(_number, (low, middle, high))))
    (common, times), *others = Counter(map(str, one.values)).most_common(2)
    more = f" ({times} times, {len(set(map(str, one.values)))} different)" if others else ""
    return head + _clean(common, WIDTH) + more


def _number(value: float) -> str:
    """A number as short as it can be without an exponent where it is whole."""
    return (
        str(int(value))
        if value == round(value, 9) and abs(value) < 1e15 and value % 1 == 0
        else f"{value:.6g}"
    )


def _other(data: bytes, name: str) -> Iterable[str]:
    """Lines on a file that is no FIT: what the readers make of it."""
    try:
        reading = read(data, name, Settings())
    except (Unreadable, OverLimit) as error:
        return [f"{name}: cannot be read: {error.why}"]
    except NotActivity as error:
        return [f"{name}: {error.why}"]
    lines = [f"{name}: {len(data):,} bytes, {len(reading.activities)} activities"]
    for one in reading.activities:
        about = one.session
        start = about.start_utc or about.start_local
        lines.append(
            f"  {about.format} {about.sport}/{about.sub_sport} {start or 'no date'}, "
            f"{about.distance_m / 1000:.2f} km by the file, {len(one.records)} records"
        )
        if len(one.records):
            known = one.records.notna().sum()
            lines += [f"    {column:<26}{count:>8}" for column, count in known.items()]
        lines += [f"    note: {note}" for note in about.notes]
    lines += [f"  left out {part.source}: {part.why}" for part in reading.skipped]
    return lines
