"""Exposures, weeks and flags of an athlete as Parquet (extra `parquet`): the values of JSON, typed.

Each table is one file of a dataset that is partitioned by athlete, as pandas, Spark, DuckDB and
warehouses read it: `exposures/athlete=ana/part-0.parquet`. The schema is the same for every
athlete. Unknown is null, never NaN and never 0; units are those of the column names.
"""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING, Any

from loadwatch.report import as_json
from loadwatch.tables import CONTEXT, EXPOSURES, MEASURED, WEEKS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

    from loadwatch.analysis import Analysis

    Rows = Sequence[Mapping[str, Any]]

SCHEMA_VERSION = 1  # raised when a column changes its name, type or meaning
DIGEST_KEY = b"loadwatch_digest"  # in each file: all that its rows follow from
# pyarrow's names of types, by the type of a column in `loadwatch.tables`
ARROW_TYPES = {
    "float": "float64",
    "int": "int64",
    "bool": "bool",
    "str": "string",
    "date": "date32",
    "notes": "list<string>",
}
COLUMNS: dict[str, dict[str, str]] = {
    "exposures": {column.name: column.dtype for column in EXPOSURES},
    "weeks": {
        "week": "date",
        "state": "str",
        **{column.name: column.dtype for column in WEEKS},
        **{
            f"{column}_{kind}": "float"
            for column in MEASURED
            for kind in ("usual", "change")
        },
        **{column.name: column.dtype for column in CONTEXT},
    },
    "flags": {
        "week": "date",
        **dict.fromkeys(("rule", "name", "level"), "str"),
        **dict.fromkeys(("value", "limit", "amount", "usual"), "float"),
        **dict.fromkeys(("unit", "activity_id", "source", "says", "evidence"), "str"),
        "fired_26w": "int",
        "held_against": "float",
        "event": "str",
        "planned": "bool",
    },
}
_ROWS: dict[str, Callable[[Analysis], Rows]] = {
    "exposures": as_json.build_activity_rows,
    "weeks": as_json.build_week_rows,
    "flags": as_json.build_flag_rows,
}


def build_files(analysis: Analysis, digest: str) -> dict[str, bytes]:
    """Return the bytes of a Parquet file by the name of its dataset.

    Parameters
    ----------
    analysis : of one athlete; its name is not in the files, a folder's name says whose they are.
    digest : of all that the rows follow from; `read_digest` finds it again.
    """
    files = {}
    for name, columns in COLUMNS.items():
        table = _build_table(_ROWS[name](analysis), columns)
        files[name] = _write_table(table, digest)
    return files


def _build_table(rows: Rows, columns: Mapping[str, str]) -> pa.Table:
    """Return plain rows as a table of typed columns, in their order."""
    import pyarrow as pa  # noqa: PLC0415 - an extra

    arrays = {}
    for name, dtype in columns.items():
        cells = [row[name] for row in rows]
        if dtype == "date":
            cells = [date.fromisoformat(cell) for cell in cells]
        arrays[name] = pa.array(cells, _find_type(dtype))
    return pa.table(arrays)


def _find_type(dtype: str) -> pa.DataType:
    import pyarrow as pa  # noqa: PLC0415 - an extra

    if dtype == "notes":
        return pa.list_(pa.string())
    return pa.type_for_alias(ARROW_TYPES[dtype])


def _write_table(table: pa.Table, digest: str) -> bytes:
    import pyarrow.parquet as pq  # noqa: PLC0415 - an extra

    about = {DIGEST_KEY: digest, b"loadwatch_schema": str(SCHEMA_VERSION)}
    buffer = BytesIO()
    pq.write_table(table.replace_schema_metadata(about), buffer, compression="zstd")
    return buffer.getvalue()


def read_digest(path: Path) -> str:
    """Return the digest that the file at `path` was written with, "" if there is none."""
    import pyarrow as pa  # noqa: PLC0415 - an extra
    import pyarrow.parquet as pq  # noqa: PLC0415 - an extra

    try:
        about = pq.read_metadata(path).metadata or {}
    except (OSError, pa.ArrowException):
        return ""
    found: bytes = about.get(DIGEST_KEY, b"")
    return found.decode("utf-8", "replace")
