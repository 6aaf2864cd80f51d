"""Cache keys: digests that change whenever a page or a roster's line would."""

from __future__ import annotations

import hashlib
import os
from dataclasses import fields, is_dataclass
from functools import cache
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from loadwatch.ingest.sources import (
    LOADWATCH_FILES,
    Member,
    read_loadwatch_files,
)
from loadwatch.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from loadwatch.activity import Skipped
    from loadwatch.analysis import Analysis
    from loadwatch.settings import Settings

PACKAGE = Path(__file__).parents[1]


def compute_page_digest(analysis: Analysis) -> str:
    """Return a digest of this code and of all that an athlete's page shows."""
    digest = hashlib.sha256(_encode(describe_code()))
    for part in fields(analysis):
        digest.update(_encode(f"\0{part.name}\0"))
        for item in _describe_value(getattr(analysis, part.name)):
            digest.update(_encode(item))
    return digest.hexdigest()[:32]


def digest_inputs(
    places: Sequence[Path],
    inputs: Iterable[Member | Skipped],
    settings: Settings,
    system_zone: str,
) -> str:
    """Return a digest of all that an analysis of `places` follows from, without reading inputs.

    Of `inputs`, those found there, each counts by its name, size and time of change, as in the
    store; loadwatch's own files count by their content.
    """
    parts = [describe_code(), repr(settings), system_zone]
    for item in inputs:
        if isinstance(item, Member):
            parts.append(repr((item.label, item.key)))
        else:
            parts.append(repr(item))
    for name in sorted(LOADWATCH_FILES):
        parts += [repr(data) for data in read_loadwatch_files(places, name)]
    if settings.osm and Path(settings.osm).is_file():
        stat = Path(settings.osm).stat()
        parts.append(repr((stat.st_size, stat.st_mtime_ns)))
    return hashlib.sha256(_encode("\n".join(parts))).hexdigest()


@cache
def describe_code() -> str:
    """Return the version of this code, and name, size and time of change of each of its files."""
    files = []
    for folder, _, _ in os.walk(PACKAGE):
        for entry in os.scandir(folder):
            if entry.is_file() and not entry.name.endswith(".pyc"):
                stat = entry.stat()
                path = f"{folder}/{entry.name}"
                files.append(f"{path}|{stat.st_size}|{stat.st_mtime_ns}")
    return "\n".join([__version__, *sorted(files)])


def _encode(item: bytes | str) -> bytes:
    if isinstance(item, bytes):
        return item
    return item.encode("utf-8", "backslashreplace")


def _describe_value(value: object) -> Iterator[bytes | str]:
    """Yield what distinguishes one field of an Analysis from any other value."""
    if isinstance(value, pd.DataFrame):
        yield from _describe_table(value)
    elif isinstance(value, tuple) and value and is_dataclass(value[0]):
        # the fields alone: several times faster than the repr of each dataclass
        names = [part.name for part in fields(value[0])]
        yield repr(list(map(attrgetter(*names), value)))
    else:
        yield repr(value)


def _describe_table(table: pd.DataFrame) -> Iterator[bytes | str]:
    """Yield what distinguishes a table: numbers as in memory, other columns one by one."""
    yield repr((table.dtypes.to_dict(), len(table)))
    yield table.select_dtypes("float").to_numpy().tobytes()
    others = table.select_dtypes(exclude="float")
    columns = [table.index.to_series(), *(others[name] for name in others)]
    for column in columns:
        if column.dtype.kind == "M":
            yield column.to_numpy("M8[us]").tobytes()
        else:
            yield from _describe_cells(column.tolist())


def _describe_cells(cells: list[object]) -> Iterator[bytes | str]:
    """Yield what distinguishes the cells of a column: of texts, their lengths and themselves."""
    try:
        text = "".join(cells)  # type: ignore[arg-type]  # TypeError where one is no text
    except TypeError:
        yield repr(cells)
    else:
        yield repr(list(map(len, cells)))  # type: ignore[arg-type]  # as above
        yield text
