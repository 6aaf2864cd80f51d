"""What tells one analysis, and one state of this code, from any other."""

from __future__ import annotations

import hashlib
import os
from dataclasses import fields, is_dataclass
from functools import cache
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from loadwatch.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from loadwatch.analysis import Analysis

PACKAGE = Path(__file__).parents[1]


def compute_page_digest(analysis: Analysis) -> str:
    """Return a digest of this code and of all that an athlete's page shows."""
    digest = hashlib.sha256(describe_code().encode("utf-8", "backslashreplace"))
    for part in fields(analysis):
        value = getattr(analysis, part.name)
        digest.update(f"\0{part.name}\0".encode())
        for cells in (
            _describe_table(value)
            if hasattr(value, "columns")
            else (_describe_value(value),)
        ):
            digest.update(
                cells
                if isinstance(cells, bytes)
                else cells.encode("utf-8", "backslashreplace")
            )
    return digest.hexdigest()[:32]


@cache
def describe_code() -> str:
    """Return what tells the code that draws from any other: its version, and its files as they lie here."""
    files = [
        f"{folder}/{entry.name}|{entry.stat().st_size}|{entry.stat().st_mtime_ns}"
        for folder, _, _ in os.walk(PACKAGE)
        for entry in os.scandir(folder)
        if entry.is_file() and not entry.name.endswith(".pyc")
    ]
    return "\n".join([__version__, *sorted(files)])


def _describe_value(value: object) -> str:
    """Return what tells a value from any other; of a row of dataclasses the fields, written much sooner."""
    if isinstance(value, tuple) and value and is_dataclass(value[0]):
        return repr(
            list(map(attrgetter(*(part.name for part in fields(value[0]))), value))
        )
    return repr(value)


def _describe_table(table: pd.DataFrame) -> Iterator[bytes | str]:
    """Return a table as what tells it from any other: numbers as they lie in memory, words a column."""
    yield repr((table.dtypes.to_dict(), len(table)))
    yield table.select_dtypes("float").to_numpy().tobytes()
    for _, column in (
        ("", table.index.to_series()),
        *table.select_dtypes(exclude="float").items(),
    ):
        if column.dtype.kind == "M":
            yield column.to_numpy("M8[us]").tobytes()
        else:
            yield repr(column.tolist())
