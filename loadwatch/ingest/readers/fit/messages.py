"""Messages of one kind, put together from all their layouts, by fitparse's field names."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.ingest.readers.fit import profile
from loadwatch.ingest.readers.fit.field_columns import decode_columns, read_strings
from loadwatch.ingest.readers.fit.layout import BYTE, STRING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from loadwatch.ingest.readers.fit.chained import FitFile
    from loadwatch.ingest.readers.fit.field_columns import FieldColumn
    from loadwatch.ingest.readers.fit.layout import FieldKey

    Floats = NDArray[np.float64]


@cache
def _number_fields(
    message: str, names: tuple[str, ...]
) -> tuple[frozenset[FieldKey], tuple[tuple[str, int], ...]]:
    pairs = tuple((name, profile.find_field_number(message, name)) for name in names)
    return frozenset(number for _, number in pairs), pairs


def _is_numeric(column: FieldColumn) -> bool:
    """Tell whether a column holds numbers: not text, and not bytes that stand for a size that did not fit."""
    return column.base_type != STRING and (
        column.base_type != BYTE or column.stop - column.start == 1
    )


def read_number_fields(
    fit_file: FitFile, message: str, names: tuple[str, ...]
) -> dict[str, Floats]:
    """Return the named fields of all messages of a kind in file order, scaled, NaN for unknown.

    A name that no layout has is left out, so an empty mapping means that there is nothing; `timestamp`,
    if asked for, also comes from compressed headers. The key "" counts the messages (their offsets).
    """
    wanted, pairs = _number_fields(message, names)
    tables = fit_file.find_tables(profile.find_message_number(message))
    total = sum(len(table.offsets) for table in tables)
    found: dict[str, Floats] = {}
    at = 0
    for table in tables:
        stop = at + len(table.offsets)
        got = decode_columns(table, wanted)
        for name, number in pairs:
            column = got.get(number)
            stamps = table.timestamps if name == "timestamp" else None
            if column is not None and _is_numeric(column):
                part = column.first
                part = (
                    part if stamps is None else np.where(np.isnan(stamps), part, stamps)
                )
            elif stamps is not None:
                part = stamps
            else:
                continue
            if len(tables) == 1:
                found[name] = part
                continue
            if name not in found:
                found[name] = np.full(total, np.nan)
            found[name][at:stop] = part
        at = stop
    return _sort_by_offset([table.offsets for table in tables], found)


def _sort_by_offset(
    offsets: list[NDArray[np.int64]], found: Mapping[str, Floats]
) -> dict[str, Floats]:
    """Return columns that stand layout by layout in the order of the file."""
    if not offsets:
        return {}
    where = np.concatenate(offsets)
    if len(offsets) == 1:
        return {**found, "": where.astype(np.float64)}
    order = where.argsort(kind="stable")  # quick, as each layout's are in order
    return {name: column.take(order) for name, column in found.items()} | {
        "": where[order].astype(np.float64)
    }


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
    """Return a field of bytes as a matrix, with the offsets of the messages that have it, in file order."""
    number = profile.find_field_number(message, name)
    offsets, parts = [np.empty(0, np.int64)], []
    for table in fit_file.find_tables(profile.find_message_number(message)):
        column = decode_columns(table, frozenset({number})).get(number)
        if column is not None and column.base_type == BYTE:
            offsets.append(table.offsets)
            parts.append(column.raw)
    width = {part.shape[1] for part in parts}
    if len(width) != 1:
        return np.empty(0, np.int64), np.empty((0, 0), np.uint8)
    where = np.concatenate(offsets)
    order = np.argsort(where)
    return where[order], np.concatenate(parts)[order]
