"""Frames of rows: the plain values that workers and the store carry, in the types of their columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from loadwatch.activity import Note

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from loadwatch.tables import DType, Table


ROWS_PER_PART = 512  # kept as plain values, until there are so many


@dataclass(slots=True)
class FrameBuilder:
    """Collects rows for a frame, kept by column: a fifth of what plain values take."""

    tables: tuple[Table, ...]
    parts: list[pd.DataFrame] = field(default_factory=list)
    pending: list[Mapping[str, Any]] = field(default_factory=list)
    members: list[str] = field(default_factory=list)  # of each pending row

    def add_rows(self, rows: Sequence[Mapping[str, Any]], member: str) -> None:
        """Add the rows that the input `member` gave: plain values, as `build_frame` takes them.

        A row's `source` is its input, and what `suffix` names of that.
        """
        self.pending += rows
        self.members += [member] * len(rows)
        if len(self.pending) >= ROWS_PER_PART:
            self._close_part()

    def build(self) -> pd.DataFrame:
        """Return all rows, in the order in which they came."""
        import pandas as pd  # noqa: PLC0415 - `--help` imports this module without pandas

        if self.pending or not self.parts:
            self._close_part()
        parts, self.parts = self.parts, []
        if len(parts) == 1:
            return parts[0]
        return pd.concat(parts, ignore_index=True)

    def _close_part(self) -> None:
        import pandas as pd  # noqa: PLC0415 - as above

        rows, self.pending = self.pending, []
        members, self.members = self.members, []
        sources = [
            member + row["suffix"] for member, row in zip(members, rows, strict=True)
        ]
        part = build_frame(rows, *self.tables)
        part["member"] = pd.Series(members, dtype=object)
        part["source"] = pd.Series(_replace_surrogates(sources), dtype=object)
        self.parts.append(part)


def build_frame(rows: Sequence[Mapping[str, Any]], *tables: Table) -> pd.DataFrame:
    """Return `rows` as a frame with every column of `tables`, in their order and types.

    Parameters
    ----------
    rows : plain values by column name, as a worker or a store gives them; times are ISO 8601
        text, notes "code: text". A cell that is missing or None becomes the column's unknown.
    """
    import pandas as pd  # noqa: PLC0415 - `--help` imports this module without pandas

    columns = [column for table in tables for column in table]
    names = [column.name for column in columns]
    cells = list(zip(*(map(row.get, names) for row in rows), strict=True))
    if not rows:
        cells = [()] * len(names)
    pairs = zip(columns, cells, strict=True)
    return pd.DataFrame({c.name: _build_column(c.dtype, values) for c, values in pairs})


def _build_column(dtype: DType, values: Sequence[Any]) -> Any:
    """Return the cells of one column as an array or Series of its type."""
    import numpy as np  # noqa: PLC0415 - as above
    import pandas as pd  # noqa: PLC0415

    if dtype in ("float", "int"):
        return np.array(values, dtype=np.float64)  # None is NaN
    if dtype == "bool":
        return np.array(values, dtype=bool)  # None is False
    if dtype in ("instant", "wall"):
        return _parse_times(dtype, values)
    if dtype == "str":
        return pd.Series(_share_texts(values), dtype=object)
    if dtype == "cells":
        return pd.Series(_share_cells(values), dtype=object)
    return pd.Series([_parse_list(dtype, value) for value in values], dtype=object)


def _share_texts(values: Sequence[Any]) -> list[str]:
    """Return texts without halves of characters, each kept once, however many rows have it."""
    texts = _replace_surrogates(values)
    shared: dict[str, str] = {}
    return [shared.setdefault(text, text) for text in texts]


def _share_cells(values: Sequence[Any]) -> list[list[tuple[int, int]]]:
    """Return lists of (row, column), each pair kept once, however many runs crossed it."""
    shared: dict[tuple[int, int], tuple[int, int]] = {}
    runs = []
    for cells in values:
        pairs = [tuple(cell) for cell in cells or ()]
        runs.append([shared.setdefault(pair, pair) for pair in pairs])
    return runs


def _replace_surrogates(values: Sequence[Any]) -> list[str]:
    """Return texts, "" for None, each half of a character replaced by a question mark.

    JSON can name such halves, and Arrow, where pandas uses it, fails on them.
    """
    texts = [value or "" for value in values]
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        return [text.encode("utf-8", "replace").decode() for text in texts]
    return texts


def _parse_times(dtype: DType, values: Sequence[Any]) -> pd.Series[Any]:
    """Return ISO 8601 texts as instants, or as times on a wall clock without a zone."""
    import pandas as pd  # noqa: PLC0415 - as above

    times = pd.Series(values, dtype=object)
    if dtype == "instant":
        return pd.to_datetime(times, utc=True, format="ISO8601").dt.as_unit("us")
    return pd.to_datetime(times, format="ISO8601").astype("datetime64[us]")


def _parse_list(dtype: DType, value: Any) -> list[Any]:
    """Return a cell that holds a list, its notes as values; empty for None."""
    if dtype == "notes":
        return [Note.from_string(note) for note in value or ()]
    return value or []
