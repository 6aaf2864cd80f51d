"""One file, laid open as text: for FIT every message and field, for others what was read.

The text is meant to be posted: neither position nor person nor time of day stands in it (see `private`).
"""

from __future__ import annotations

import io
import math
import struct
import warnings
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import fitparse

from loadwatch import formatting
from loadwatch.ingest.readers import fit
from loadwatch.ingest.readers.fit import profile
from loadwatch.ingest.readers.fit.field_columns import decode_columns, decode_strings
from loadwatch.ingest.readers.fit.layout import BYTE, STRING
from loadwatch.inspect import reading_summary, shareable_fields
from loadwatch.inspect.field_summary import (
    MAX_VALUES,
    FieldSummary,
    add_values,
    clean,
    format_summary,
)
from loadwatch.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadwatch.ingest.readers.fit.chained import Decoded, FitFile
    from loadwatch.ingest.readers.fit.field_columns import FieldColumn

MAX_LINES = 1_000
MAX_FITPARSE_BYTES = (
    4_000_000  # bytes; fitparse takes a minute for more, our own decoder then answers
)
FIT_EPOCH = datetime(1989, 12, 31)  # noqa: DTZ001 - FIT's zero, as fitparse gives moments: UTC without a zone
# what fitparse was seen to raise on broken files, beside its own FitParseError (a ValueError)
FITPARSE_ERRORS = (
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    IndexError,
    OverflowError,
    struct.error,
)

MessageSummaries = dict[str, dict[str, FieldSummary]]


def describe_contents(
    data: bytes, name: str, title: str = "", settings: Settings | None = None
) -> str:
    """Return what a file holds, as plain text of at most MAX_LINES lines.

    `name` is what the file is called: it may hold a date, and is not shown. `title` stands in its place
    where several files are shown. Raises Unreadable and OverLimit, of FIT files only the latter.
    """
    lines = (
        _describe_fit(data)
        if fit.sniff(data[:4096])
        else reading_summary.describe_reading(data, name, settings or Settings())
    )
    cut = [clean(one, 200) for _, one in zip(range(MAX_LINES), lines, strict=False)]
    cut[0] = f"{title}: {cut[0]}" if title else cut[0]
    return "\n".join([*cut, "..."] if len(cut) == MAX_LINES else cut)


def _describe_fit(data: bytes) -> Iterator[str]:
    decoded = fit.decode(data)
    yield f"FIT, {len(data):,} bytes"
    yield from _describe_headers(decoded)
    problem = ""
    seen: MessageSummaries = {}
    if len(data) > MAX_FITPARSE_BYTES:
        problem = "too large for fitparse's full view, so this is our own"
    else:
        seen, problem = _summarize_by_fitparse(data)
    if problem:
        yield ""
        yield problem
    if problem and not problem.startswith("fitparse stopped"):
        seen = _summarize_by_decoder(decoded)
    for message, fields in seen.items():
        yield ""
        yield f"{message}"
        yield from (format_summary(key, one) for key, one in fields.items())


def _describe_headers(decoded: Decoded) -> Iterator[str]:
    """Lines on header and layouts."""
    for number, fit_file in enumerate(decoded.files, start=1):
        head = fit_file.header
        protocol, profile_ = head[1], int.from_bytes(head[2:4], "little")
        part = f"part {number}: " if len(decoded.files) > 1 else ""
        yield f"{part}header of {head[0]} bytes, protocol {protocol >> 4}.{protocol & 15}, profile {profile_}"
        yield from _describe_layouts(fit_file)
    yield from (f"problem: {problem}" for problem in decoded.problems)


def _describe_layouts(fit_file: FitFile) -> Iterator[str]:
    yield "layouts"
    for table in fit_file.tables:
        one = table.layout
        order = "big endian" if one.byte_order == ">" else "little endian"
        yield (
            f"  {profile.name_message(one.number):<28}{_format_message_count(len(table.offsets))} of "
            f"{formatting.format_count(one.size, 'byte')}, {formatting.format_count(len(one.fields), 'field')}, {order}"
        )


def _format_message_count(amount: int) -> str:
    return f"{amount:>8} {'message ' if amount == 1 else 'messages'}"


def _summarize_by_fitparse(data: bytes) -> tuple[MessageSummaries, str]:
    """Return all fields by message as fitparse reads them, and what stopped it, if anything did."""
    seen: MessageSummaries = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of what `problem:` lines say already
        try:
            for message in fitparse.UncachedFitFile(
                io.BytesIO(data), check_developer_data=False
            ):
                fields = seen.setdefault(message.name, {})
                for one in message.fields:
                    several = isinstance(one.value, tuple | list)
                    add_values(
                        fields,
                        _build_fitparse_field(message.name, one),
                        one.value if several else (one.value,),
                    )
        except FITPARSE_ERRORS as error:
            why = f"{type(error).__name__}: {error}"
            return seen, (
                f"fitparse stopped here: {why}; what it read until then:"
                if seen
                else f"fitparse cannot read it ({why}), so this is our own view"
            )
    return seen, ""


def _build_fitparse_field(message: str, one: Any) -> shareable_fields.Field:
    developer = one.field_type == "devfield"
    return shareable_fields.Field(
        message=message,
        name=one.name,
        units=one.units or "",
        type_name=one.type.name,
        value_bytes=one.base_type.size,
        in_profile=one.field is not None and not developer,
        developer=developer,
        enumerated=bool(one.type.values),
    )


def _summarize_by_decoder(decoded: Decoded) -> MessageSummaries:
    """Return the same from our own decoder: numbers and the profile's words, by field number."""
    seen: MessageSummaries = {}
    for fit_file in decoded.files:
        for table in fit_file.tables:
            number = table.layout.number
            fields = seen.setdefault(profile.name_message(number), {})
            for key, column in decode_columns(table).items():
                add_values(
                    fields,
                    _build_decoder_field(number, key, column),
                    _convert_values(number, key, column),
                )
    return seen


def _build_decoder_field(
    number: int, key: int | tuple[int, int], column: FieldColumn
) -> shareable_fields.Field:
    kind = "" if isinstance(key, tuple) else profile.name_field_type(number, key)
    base = {STRING: "string", BYTE: "byte", 0x85: "sint32"}.get(
        column.base_type, "number"
    )
    name, units = profile.describe_field(number, key)
    return shareable_fields.Field(
        message=profile.name_message(number),
        name=name,
        units=units,
        type_name=kind or base,
        value_bytes=column.raws.dtype.itemsize,
        in_profile=bool(kind),
        developer=isinstance(key, tuple),
        enumerated=not isinstance(key, tuple)
        and bool(profile.list_enum_names(number, key)),
    )


def _convert_values(
    number: int, key: int | tuple[int, int], column: FieldColumn
) -> list[Any]:
    """Return the values of a column as fitparse would: text, words, moments, numbers, None for unknown."""
    if column.base_type == STRING:
        return decode_strings(column)[:MAX_VALUES]
    known = [
        None if math.isnan(value) else value
        for value in column.first.tolist()[:MAX_VALUES]
    ]
    if isinstance(key, tuple):
        return known
    if profile.name_field_type(number, key) in shareable_fields.DATE_TYPES:
        return [
            value if value is None else FIT_EPOCH + timedelta(seconds=value)
            for value in known
        ]
    listed = profile.list_enum_names(number, key)
    return [
        listed.get(int(value), value) if listed and value is not None else value
        for value in known
    ]
