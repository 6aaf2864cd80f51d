"""Decode chained FIT files: all data messages, by layout, with fields decoded only on demand."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.activity import Note
from loadwatch.ingest.readers.fit import profile
from loadwatch.ingest.readers.fit.crc import compute_crc
from loadwatch.ingest.readers.fit.field_columns import decode_columns
from loadwatch.ingest.readers.fit.grouping import group_messages
from loadwatch.ingest.readers.fit.scan import scan_headers
from loadwatch.ingest.readers.fit.timestamps import fill_timestamps

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from loadwatch.ingest.readers.fit.field_columns import MessageTable
    from loadwatch.ingest.readers.fit.grouping import Definitions
    from loadwatch.ingest.readers.fit.layout import DeveloperTypes
    from loadwatch.ingest.readers.fit.scan import DefinitionMessage

    # offset of a field_description message, developer field that it describes, base type
    FieldDescription = tuple[int, tuple[int, int], int]

MIN_HEADER = 12
_DESCRIPTION_FIELDS = (
    "developer_data_index",
    "field_definition_number",
    "fit_base_type_id",
)


@dataclass(frozen=True, slots=True)
class FitFile:
    """One of the chained FIT files of an input, nearly always the only one."""

    tables: tuple[MessageTable, ...]  # by layout, in the order of their first messages
    problems: tuple[Note, ...]
    header: bytes
    by_message: Mapping[int, tuple[MessageTable, ...]]  # `tables` by message number
    defined: int  # layouts that the file defines, with data or without
    doubled: bool  # whether one of them has a field twice, which none should

    def find_tables(self, number: int) -> tuple[MessageTable, ...]:
        """Return the tables of one message by its global message number."""
        return self.by_message.get(number, ())


@dataclass(frozen=True, slots=True)
class Decoded:
    """All chained FIT files of an input."""

    files: tuple[FitFile, ...]
    problems: tuple[Note, ...]  # each once


def is_fit(data: bytes, start: int = 0) -> bool:
    """Return whether `data` has a FIT header at `start`."""
    return data[start + 8 : start + 12] == b".FIT" and data[start] >= MIN_HEADER


def decode(data: bytes) -> Decoded:
    """Return all that `data` holds as FIT; raises OverLimit at most, whatever the bytes.

    Of a broken file all whole messages are kept, and `problems` states what is wrong with it.
    """
    files: list[FitFile] = []
    problems: list[Note] = []
    start = 0
    while start + MIN_HEADER <= len(data) and is_fit(data, start):
        fit_file, start = _decode_file(data, start)
        files.append(fit_file)
        problems += [one for one in fit_file.problems if one not in problems]
    if not files:
        problems.append(Note("header", "no FIT header"))
    elif start < len(data):
        problems.append(
            Note(
                "trailing_bytes",
                f"{len(data) - start} bytes after the end of the activity",
            )
        )
    return Decoded(tuple(files), tuple(problems))


def _decode_file(data: bytes, start: int) -> tuple[FitFile, int]:
    """Return the FIT file that starts at `start`, and where the next one would start."""
    content_start = start + data[start]
    header = data[start:content_start]
    (size,) = struct.unpack_from("<I", data, start + 4)
    declared = content_start + size
    is_unfinished = size == 0 and len(data) > content_start + 2  # as after a crash
    if is_unfinished:
        end = next_start = len(data)
        problem: Note | None = Note("truncated", "the watch did not finish this file")
    else:
        end, next_start = min(declared, len(data)), min(declared + 2, len(data))
        problem = _check_end(data, start, declared)
    scan = scan_headers(data, min(content_start, end), end)
    starts = scan.starts
    if is_unfinished:  # a block of zeros that the crash left at the end is no data
        starts = starts[starts < len(data.rstrip(b"\0"))]
    tables = _build_tables(data, starts, scan.definitions)
    by_message: dict[int, tuple[MessageTable, ...]] = {}
    for table in tables:
        number = table.layout.number
        by_message[number] = (*by_message.get(number, ()), table)
    problems = (scan.problem, _check_header(header), problem)
    stated = tuple(one for one in problems if one)
    contents = {one.content for one in scan.definitions}
    doubled = any(map(_has_field_twice, contents))
    made = FitFile(tables, stated, header, by_message, len(contents), doubled)
    return made, next_start


def _has_field_twice(content: bytes) -> bool:
    """Return whether a definition, from its architecture byte on, has a field number twice."""
    count = content[3]
    return len(set(content[4 : 4 + 3 * count : 3])) < count


def _check_header(header: bytes) -> Note | None:
    """Return what is wrong with the checksum of a FIT header, None if nothing is."""
    has_crc = header[0] >= MIN_HEADER + 2 and header[12:14] != b"\0\0"
    if has_crc and compute_crc(header[:14]):
        return Note("header_crc", "the checksum of the header is wrong")
    return None


def _check_end(data: bytes, start: int, declared: int) -> Note | None:
    """Return what is wrong with length and checksum of a FIT file, None if nothing is.

    `start` is where the file starts; `declared` is where its content ends by its header.
    """
    missing = declared - len(data)
    if missing > 0:
        return Note("truncated", f"{missing} bytes are missing at the end")
    if missing > -2:
        return Note("file_crc", "the checksum at the end is missing")
    if compute_crc(data[start : declared + 2]):
        return Note("file_crc", "the checksum is wrong, a few values may be too")
    return None


def _build_tables(
    data: bytes, starts: NDArray[np.int64], definitions: Sequence[DefinitionMessage]
) -> tuple[MessageTable, ...]:
    """Group the data messages whose headers are at `starts` by layout.

    A developer field has the type that a field_description message before its definition states.
    """
    if not len(starts):
        return ()
    headers = np.frombuffer(data, np.uint8).take(starts)
    tables = group_messages(data, starts, headers, _add_types(definitions, []))
    if any(one.has_developer_fields for one in definitions):
        descriptions = _read_field_descriptions(tables)
        if descriptions:
            typed = _add_types(definitions, descriptions)
            tables = group_messages(data, starts, headers, typed)
    return fill_timestamps(tables, starts, headers)


def _add_types(
    definitions: Sequence[DefinitionMessage], descriptions: list[FieldDescription]
) -> Definitions:
    """Return the definition messages with the types of their developer fields."""
    found = []
    for one in definitions:
        types: DeveloperTypes = ()
        if one.has_developer_fields:
            types = _choose_developer_types(descriptions, one.start)
        found.append((one.start, one.local_type, (one.content, types)))
    return found


def _read_field_descriptions(
    tables: tuple[MessageTable, ...],
) -> list[FieldDescription]:
    """Return what the complete field_description messages describe, in file order."""
    number = profile.find_message_number("field_description")
    wanted = [
        profile.find_field_number("field_description", name)
        for name in _DESCRIPTION_FIELDS
    ]
    found: list[FieldDescription] = []
    for table in tables:
        if table.layout.number != number:
            continue
        columns = decode_columns(table, frozenset(wanted))
        if not all(key in columns for key in wanted):
            continue
        values = np.stack([table.offsets, *(columns[key].first for key in wanted)])
        complete = ~np.isnan(values).any(axis=0)
        for offset, index, field, base_type in values.T[complete].tolist():
            found.append((int(offset), (int(index), int(field)), int(base_type)))
    return sorted(found)


def _choose_developer_types(
    descriptions: list[FieldDescription], start: int
) -> DeveloperTypes:
    """Return the base types that hold for the definition message at `start`.

    Of several descriptions of a field the last one before `start` holds, else the first one.
    """
    types = {key: base_type for _, key, base_type in reversed(descriptions)}
    types |= {
        key: base_type for offset, key, base_type in descriptions if offset < start
    }
    return tuple(sorted(types.items()))
