"""Fields of all messages of one kind, put together from all their layouts, by fitparse's names."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.ingest.readers.fit import profile
from loadwatch.ingest.readers.fit.field_columns import decode_columns, read_strings
from loadwatch.ingest.readers.fit.layout import BYTE, STRING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from loadwatch.ingest.readers.fit.chained import FitFile
    from loadwatch.ingest.readers.fit.field_columns import FieldColumn, MessageTable
    from loadwatch.ingest.readers.fit.layout import FieldKey
    from loadwatch.tables import Floats

    NamedFields = tuple[tuple[str, int], ...]  # name and number


@cache
def _number_fields(
    message: str, names: tuple[str, ...]
) -> tuple[frozenset[FieldKey], NamedFields]:
    """Return the numbers of fields, as a set and by name."""
    pairs = tuple((name, profile.find_field_number(message, name)) for name in names)
    return frozenset(number for _, number in pairs), pairs


def _is_numeric(column: FieldColumn) -> bool:
    """Return whether a column holds numbers: neither text nor bytes whose size fits no number."""
    if column.base_type == BYTE:
        return column.stop - column.start == 1
    return column.base_type != STRING


def read_number_fields(
    fit_file: FitFile, message: str, names: tuple[str, ...]
) -> dict[str, Floats]:
    """Return fields of all messages of a kind in file order, in the profile's units.

    Parameters
    ----------
    fit_file : the file
    message : name of the message
    names : names of its fields; `timestamp` includes those of compressed timestamp headers

    Returns
    -------
    One value per message, NaN for unknown. A field that no layout has is left out, and the whole
    is empty without any message. The key "" holds the offsets of the messages.
    """
    wanted, pairs = _number_fields(message, names)
    tables = fit_file.find_tables(profile.find_message_number(message))
    if not tables:
        return {}
    parts = [_read_table(table, wanted, pairs) for table in tables]
    if len(tables) == 1:
        return {**parts[0], "": tables[0].offsets.astype(np.float64)}
    offsets = np.concatenate([table.offsets for table in tables])
    order = offsets.argsort(kind="stable")  # quick, as each layout's are in order
    found = _join_parts(parts, [len(table.offsets) for table in tables])
    ordered = {name: column.take(order) for name, column in found.items()}
    return ordered | {"": offsets[order].astype(np.float64)}


def _read_table(
    table: MessageTable, wanted: frozenset[FieldKey], pairs: NamedFields
) -> dict[str, Floats]:
    """Return the fields of one layout by name, without those that it lacks."""
    columns = decode_columns(table, wanted)
    found = {}
    for name, number in pairs:
        column = columns.get(number)
        if column is not None and _is_numeric(column):
            found[name] = column.first
    if table.timestamps is not None and "timestamp" in dict(pairs):
        full = found.get("timestamp", table.timestamps)
        is_unknown = np.isnan(table.timestamps)
        found["timestamp"] = np.where(is_unknown, full, table.timestamps)
    return found


def _join_parts(
    parts: Sequence[dict[str, Floats]], sizes: Sequence[int]
) -> dict[str, Floats]:
    """Return the fields of several layouts joined, NaN where a layout lacks a field."""
    found: dict[str, Floats] = {}
    start = 0
    for part, size in zip(parts, sizes, strict=True):
        for name, column in part.items():
            if name not in found:
                found[name] = np.full(sum(sizes), np.nan)
            found[name][start : start + size] = column
        start += size
    return found


def read_string_field(fit_file: FitFile, message: str, name: str) -> list[str]:
    """Return a text field of all messages of a kind in file order, "" where a message lacks it."""
    number = profile.find_field_number(message, name)
    found: list[tuple[int, str]] = []
    for table in fit_file.find_tables(profile.find_message_number(message)):
        found += zip(table.offsets.tolist(), read_strings(table, number), strict=True)
    return [one for _, one in sorted(found)]


def read_byte_field(
    fit_file: FitFile, message: str, name: str
) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Return a field of bytes of all messages of a kind that have it, in file order.

    Returns
    -------
    The offsets of the messages, and the bytes in the shape (messages, bytes per message). Both are
    empty where layouts differ in the size of the field.
    """
    number = profile.find_field_number(message, name)
    offsets, parts = [], []
    for table in fit_file.find_tables(profile.find_message_number(message)):
        column = decode_columns(table, frozenset({number})).get(number)
        if column is not None and column.base_type == BYTE:
            offsets.append(table.offsets)
            parts.append(column.raw)
    if len({part.shape[1] for part in parts}) != 1:
        return np.empty(0, np.int64), np.empty((0, 0), np.uint8)
    joined = np.concatenate(offsets)
    order = np.argsort(joined)
    return joined[order], np.concatenate(parts)[order]
