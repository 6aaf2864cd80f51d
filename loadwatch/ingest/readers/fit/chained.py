"""All messages of a FIT file, by layout; values are taken out only where they are asked for."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.ingest.readers.fit import profile
from loadwatch.ingest.readers.fit.crc import compute_crc
from loadwatch.ingest.readers.fit.field_columns import MessageTable, decode_columns
from loadwatch.ingest.readers.fit.grouping import group_messages
from loadwatch.ingest.readers.fit.scan import scan_headers
from loadwatch.ingest.readers.fit.timestamps import fill_timestamps

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loadwatch.ingest.readers.fit.field_columns import MessageTable
    from loadwatch.ingest.readers.fit.layout import DeveloperTypes
    from loadwatch.ingest.readers.fit.scan import HeaderScan

MIN_HEADER = 12


@dataclass(frozen=True, slots=True)
class FitFile:
    """One FIT file of a chain (nearly always the only one)."""

    tables: tuple[MessageTable, ...]  # by layout, in the order of their first messages
    problems: tuple[str, ...]  # each "code: words"
    is_length_undeclared: (
        bool  # the header does not say how long the content is, as after a crash
    )
    header: bytes
    by_message: Mapping[
        int, tuple[MessageTable, ...]
    ]  # the same tables by the number of their message

    def find_tables(self, number: int) -> tuple[MessageTable, ...]:
        """Return the tables of one message."""
        return self.by_message.get(number, ())


@dataclass(frozen=True, slots=True)
class Decoded:
    """Every message of every layout of a file."""

    files: tuple[FitFile, ...]
    problems: tuple[str, ...]


def is_fit(data: bytes, start: int = 0) -> bool:
    """Tell whether a FIT header stands at `start`."""
    return data[start + 8 : start + 12] == b".FIT" and data[start] >= MIN_HEADER


def decode(data: bytes) -> Decoded:
    """Return all that a FIT file holds; raises OverLimit at most, whatever the bytes.

    What a broken file still holds is kept, and `problems` says what is wrong with it.
    """
    files: list[FitFile] = []
    start, problems = 0, []
    while start + MIN_HEADER <= len(data) and is_fit(data, start):
        fit_file, start = _decode_file(data, start)
        files.append(fit_file)
        problems += [
            problem for problem in fit_file.problems if problem not in problems
        ]
    if not files:
        problems.append("header: no FIT header")
    elif start < len(data):
        problems.append(
            f"trailing_bytes: {len(data) - start} bytes after the end of the activity"
        )
    return Decoded(tuple(files), tuple(problems))


def _decode_file(data: bytes, start: int) -> tuple[FitFile, int]:
    """Decode the FIT file that starts at `start`; return it and where the next would start."""
    size = int(struct.unpack_from("<I", data, start + 4)[0])
    head = data[start]
    declared = start + head + size
    undeclared = size == 0 and len(data) > start + head + 2
    end = len(data) if undeclared else min(declared, len(data))
    scanned = scan_headers(data, min(start + head, end), end)
    problems = [scanned.problem] if scanned.problem else []
    problems += _check_frame(data, start, declared, undeclared=undeclared)
    tables = _build_tables(data, scanned, undeclared=undeclared)
    after = len(data) if undeclared else min(declared + 2, len(data))
    by_message: dict[int, tuple[MessageTable, ...]] = {}
    for table in tables:
        number = table.layout.number
        by_message[number] = (*by_message.get(number, ()), table)
    return FitFile(
        tables, tuple(problems), undeclared, data[start : start + head], by_message
    ), after


def _check_frame(
    data: bytes, start: int, declared: int, *, undeclared: bool
) -> list[str]:
    """Return what is wrong with the frame of a FIT file: its checksums and its length."""
    problems = []
    head = data[start]
    if (
        head >= MIN_HEADER + 2
        and data[start + 12 : start + 14] != b"\0\0"
        and compute_crc(data[start : start + 14])
    ):
        problems.append("header_crc: the checksum of the header is wrong")
    if undeclared:
        problems.append("truncated: the watch did not finish this file")
    elif declared > len(data):
        missing = declared - len(data)
        problems.append(f"truncated: {missing} bytes are missing at the end")
    elif declared + 2 > len(data):
        problems.append("file_crc: the checksum at the end is missing")
    elif compute_crc(data[start : declared + 2]):
        problems.append("file_crc: the checksum is wrong, a few values may be too")
    return problems


def _build_tables(
    data: bytes, scanned: HeaderScan, *, undeclared: bool
) -> tuple[MessageTable, ...]:
    """Group the messages of a pass by layout, developer fields as described before their definition."""
    starts = scanned.starts
    if undeclared:  # a block of zeros that a crash left at the end is no data
        starts = starts[starts < len(data.rstrip(b"\0"))]
    if not len(starts):
        return ()
    heads = np.frombuffer(data, np.uint8).take(starts)
    plain = [
        (one.start, one.local_type, (one.content, ())) for one in scanned.definitions
    ]
    tables = group_messages(data, starts, heads, plain)
    described = (
        _read_field_descriptions(tables)
        if any(one.has_developer_fields for one in scanned.definitions)
        else []
    )
    if described:
        typed = [
            (
                one.start,
                one.local_type,
                (
                    one.content,
                    _choose_developer_types(described, one.start)
                    if one.has_developer_fields
                    else (),
                ),
            )
            for one in scanned.definitions
        ]
        tables = group_messages(data, starts, heads, typed)
    return fill_timestamps(tables, starts, heads)


def _read_field_descriptions(
    tables: tuple[MessageTable, ...],
) -> list[tuple[int, tuple[int, int], int]]:
    """Return (offset, developer field, base type) of each field_description that says all three."""
    number = profile.find_message_number("field_description")
    wanted = [
        profile.find_field_number("field_description", name)
        for name in _DESCRIPTION_FIELDS
    ]
    found: list[tuple[int, tuple[int, int], int]] = []
    for table in tables:
        got = (
            decode_columns(table, frozenset(wanted))
            if table.layout.number == number
            else {}
        )
        if all(key in got for key in wanted):
            rows = np.stack(
                [table.offsets, *(got[key].first for key in wanted)], axis=1
            )
            for offset, index, field, base in rows[
                ~np.isnan(rows).any(axis=1)
            ].tolist():
                found.append((int(offset), (int(index), int(field)), int(base)))
    return sorted(found)


_DESCRIPTION_FIELDS = (
    "developer_data_index",
    "field_definition_number",
    "fit_base_type_id",
)


def _choose_developer_types(
    described: list[tuple[int, tuple[int, int], int]], start: int
) -> DeveloperTypes:
    """Return the types that hold for a definition: the last said before it, else the first said at all."""
    types = {key: base for _, key, base in reversed(described)}
    types |= {key: base for offset, key, base in described if offset < start}
    return tuple(sorted(types.items()))
