"""Build RECORDS frames from columns."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from loadwatch.tables import RECORDS, column_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from loadwatch.tables import Floats

COLUMNS = frozenset(column_names(RECORDS))


def build_records(
    time_ns: NDArray[np.int64], columns: Mapping[str, NDArray[np.float64]]
) -> pd.DataFrame:
    """Return a RECORDS frame sorted by time; samples of one instant stay in file order.

    Raises ValueError for a column that RECORDS does not have.

    Parameters
    ----------
    time_ns : instants in nanoseconds since 1970, UTC, one per sample
    columns : by name, one value per sample, NaN for unknown
    """
    if not COLUMNS.issuperset(columns):
        unknown = ", ".join(sorted(set(columns) - COLUMNS))
        raise ValueError(f"not a column of RECORDS: {unknown}")
    index = pd.DatetimeIndex(time_ns.view("M8[ns]"), tz="UTC", name="time")
    values = np.array(list(columns.values()), np.float64)
    values = values.reshape(len(columns), len(time_ns))  # for no columns at all
    labels = _index_columns(tuple(columns))
    frame = pd.DataFrame(values.T, index=index, columns=labels, copy=False)
    if (time_ns[1:] >= time_ns[:-1]).all():
        return frame
    return frame.sort_index(kind="stable")


def read_column(records: pd.DataFrame, name: str) -> Floats:
    """Return one column of RECORDS, one value per sample; NaN where it is missing."""
    if name not in records.columns:
        return np.full(len(records), np.nan)
    column: Floats = records[name].to_numpy(np.float64)
    return column


@cache
def _index_columns(columns: tuple[str, ...]) -> pd.Index[str]:
    """Return the column labels of a frame: few, and the same for all files of a device."""
    return pd.Index(columns)


EMPTY_RECORDS = build_records(np.empty(0, np.int64), {})
