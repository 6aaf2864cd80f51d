"""The contents of one file as text: for FIT every message and field, for others what was read.

The text is meant to be posted: it holds no position, no person and no time of day
(see `shareable_fields`).
"""

from __future__ import annotations

import io
import math
import struct
import warnings
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

import fitparse

from loadwatch.formatting import clean_text, format_count
from loadwatch.ingest.readers import fit
from loadwatch.ingest.readers.fit import profile
from loadwatch.ingest.readers.fit.field_columns import decode_columns, decode_strings
from loadwatch.ingest.readers.fit.layout import BYTE, STRING
from loadwatch.inspect.field_summary import MAX_VALUES, FieldSummary, add_values
from loadwatch.inspect.reading_summary import describe_reading
from loadwatch.inspect.shareable_fields import DATE_TYPES, Field
from loadwatch.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadwatch.ingest.readers.fit.chained import Decoded, FitFile
    from loadwatch.ingest.readers.fit.field_columns import FieldColumn
    from loadwatch.ingest.readers.fit.layout import FieldKey

MAX_LINES = 1_000
MAX_WIDTH = 200  # characters of a line
# fitparse takes a minute for more; our own decoder then answers
MAX_FITPARSE_BYTES = 4_000_000
# FIT's zero, as fitparse gives timestamps: UTC without a zone
FIT_EPOCH = datetime(1989, 12, 31)  # noqa: DTZ001 - see above
# what fitparse raises on broken files, beside its own FitParseError (a ValueError)
FITPARSE_ERRORS = (
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    IndexError,
    OverflowError,
    struct.error,
)
_SINT32 = 0x85  # FIT's base type of positions

MessageSummaries = dict[str, dict[str, FieldSummary]]  # by message, by field


def describe_contents(
    data: bytes, name: str, title: str = "", settings: Settings | None = None
) -> str:
    """Return what a file holds, as plain text of at most MAX_LINES lines.

    `name` is what the file is called: it may hold a date, and is not shown. `title` is shown in its
    place where several files are. Raises Unreadable and OverLimit, of FIT files only the latter.
    """
    if fit.sniff(data[:4096]):
        lines = _describe_fit(data)
    else:
        lines = iter(describe_reading(data, name, settings or Settings()))
    shown = [clean_text(line, MAX_WIDTH) for line in islice(lines, MAX_LINES)]
    if title:
        shown[0] = f"{title}: {shown[0]}"
    if len(shown) == MAX_LINES:
        shown.append("...")
    return "\n".join(shown)


def _describe_fit(data: bytes) -> Iterator[str]:
    decoded = fit.decode(data)
    yield f"FIT, {len(data):,} bytes"
    yield from _describe_headers(decoded)
    summaries, problem = _summarize_messages(data, decoded)
    if problem:
        yield ""
        yield problem
    for message, fields in summaries.items():
        yield ""
        yield message
        for name, summary in fields.items():
            yield summary.format(name)


def _describe_headers(decoded: Decoded) -> Iterator[str]:
    """Yield lines on the header and the layouts of each of the chained files, and on problems."""
    for number, fit_file in enumerate(decoded.files, start=1):
        header = fit_file.header
        protocol = f"{header[1] >> 4}.{header[1] & 15}"
        version = int.from_bytes(header[2:4], "little")
        line = f"header of {header[0]} bytes, protocol {protocol}, profile {version}"
        if len(decoded.files) > 1:
            line = f"part {number}: {line}"
        yield line
        yield from _describe_layouts(fit_file)
    for problem in decoded.problems:
        yield f"problem: {problem}"


def _describe_layouts(fit_file: FitFile) -> Iterator[str]:
    yield "layouts"
    for table in fit_file.tables:
        layout = table.layout
        noun = "message " if len(table.offsets) == 1 else "messages"
        order = "big endian" if layout.byte_order == ">" else "little endian"
        size = format_count(layout.size, "byte")
        fields = format_count(len(layout.fields), "field")
        yield (
            f"  {profile.name_message(layout.number):<28}{len(table.offsets):>8} {noun} "
            f"of {size}, {fields}, {order}"
        )


def _summarize_messages(data: bytes, decoded: Decoded) -> tuple[MessageSummaries, str]:
    """Return all fields by message, and why they are not fitparse's whole view, "" if they are."""
    if len(data) > MAX_FITPARSE_BYTES:
        problem = "too large for fitparse's full view, so this is our own"
        return _summarize_by_decoder(decoded), problem
    summaries, error = _summarize_by_fitparse(data)
    if not error:
        return summaries, ""
    if summaries:
        return summaries, f"fitparse stopped here: {error}; what it read until then:"
    problem = f"fitparse cannot read it ({error}), so this is our own view"
    return _summarize_by_decoder(decoded), problem


def _summarize_by_fitparse(data: bytes) -> tuple[MessageSummaries, str]:
    """Return all fields by message as fitparse reads them, and the error that stopped it."""
    summaries: MessageSummaries = {}
    with warnings.catch_warnings():
        # it warns of what the `problem:` lines already name
        warnings.simplefilter("ignore")
        file = io.BytesIO(data)
        try:
            for message in fitparse.UncachedFitFile(file, check_developer_data=False):
                fields = summaries.setdefault(message.name, {})
                for field in message.fields:
                    several = isinstance(field.value, tuple | list)
                    values = field.value if several else (field.value,)
                    described = _build_fitparse_field(message.name, field)
                    add_values(fields, described, values)
        except FITPARSE_ERRORS as error:
            return summaries, f"{type(error).__name__}: {error}"
    return summaries, ""


def _build_fitparse_field(message: str, field: Any) -> Field:
    developer = field.field_type == "devfield"
    return Field(
        message=message,
        name=field.name,
        units=field.units or "",
        type_name=field.type.name,
        value_bytes=field.base_type.size,
        in_profile=field.field is not None and not developer,
        developer=developer,
        enumerated=bool(field.type.values),
    )


def _summarize_by_decoder(decoded: Decoded) -> MessageSummaries:
    """Return the same from our own decoder: numbers and the profile's names of values."""
    summaries: MessageSummaries = {}
    for fit_file in decoded.files:
        for table in fit_file.tables:
            number = table.layout.number
            fields = summaries.setdefault(profile.name_message(number), {})
            for key, column in decode_columns(table).items():
                described = _build_decoder_field(number, key, column)
                add_values(fields, described, _convert_values(number, key, column))
    return summaries


def _build_decoder_field(number: int, key: FieldKey, column: FieldColumn) -> Field:
    """Return what our decoder knows of a field; `number` is that of its message."""
    developer = isinstance(key, tuple)
    profile_type, enumerated = "", False
    if not isinstance(key, tuple):
        profile_type = profile.name_field_type(number, key)
        enumerated = bool(profile.list_enum_names(number, key))
    base_types = {STRING: "string", BYTE: "byte", _SINT32: "sint32"}
    name, units = profile.describe_field(number, key)
    return Field(
        message=profile.name_message(number),
        name=name,
        units=units,
        type_name=profile_type or base_types.get(column.base_type, "number"),
        value_bytes=column.raws.dtype.itemsize,
        in_profile=bool(profile_type),
        developer=developer,
        enumerated=enumerated,
    )


def _convert_values(number: int, key: FieldKey, column: FieldColumn) -> list[Any]:
    """Return values as fitparse would: texts, names, timestamps, numbers, None if unknown."""
    if column.base_type == STRING:
        return decode_strings(column)[:MAX_VALUES]
    values = column.first.tolist()[:MAX_VALUES]
    known = [None if math.isnan(value) else value for value in values]
    if isinstance(key, tuple):
        return known
    if profile.name_field_type(number, key) in DATE_TYPES:
        return list(map(_convert_timestamp, known))
    names = profile.list_enum_names(number, key)
    if not names:
        return known
    return [None if value is None else names.get(int(value), value) for value in known]


def _convert_timestamp(seconds: float | None) -> datetime | None:
    if seconds is None:
        return None
    return FIT_EPOCH + timedelta(seconds=seconds)
