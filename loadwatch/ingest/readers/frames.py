"""Columns to a RECORDS frame."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from loadwatch.tables import RECORDS, column_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

COLUMNS = frozenset(column_names(RECORDS))


def build_records(
    time_ns: NDArray[np.int64], columns: Mapping[str, NDArray[np.float64]]
) -> pd.DataFrame:
    """Return a RECORDS frame from instants (ns since 1970, UTC) and columns, sorted by time.

    Samples that share an instant stay in file order; a name that RECORDS does not have is an error.
    """
    if not COLUMNS.issuperset(columns):
        raise ValueError(
            f"not a column of RECORDS: {', '.join(sorted(set(columns) - COLUMNS))}"
        )
    index = pd.DatetimeIndex(time_ns.view("M8[ns]"), tz="UTC", name="time")
    block = np.array(list(columns.values()), np.float64).reshape(
        len(columns), len(time_ns)
    )
    frame = pd.DataFrame(
        block.T, index=index, columns=_index_columns(tuple(columns)), copy=False
    )
    return (
        frame
        if (time_ns[1:] >= time_ns[:-1]).all()
        else frame.sort_index(kind="stable")
    )


@cache
def _index_columns(columns: tuple[str, ...]) -> pd.Index[str]:
    """Return the column index of a frame: the same few for every file of a device."""
    return pd.Index(columns)


EMPTY_RECORDS = build_records(np.empty(0, np.int64), {})
