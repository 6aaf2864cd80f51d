"""Recordings that are parts of one activity: joined to one row.

A list row may name several files as its own, one after the other: Apple Health begins a new
route where a workout was resumed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from loadwatch.ingest.dedupe.linked_files import FILE_SEPARATOR, find_linked_rows
from loadwatch.tables import GRADE_COLUMNS, SURFACE_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    Parts = list[int]  # places of rows, by their start

WHY = "a part of the same activity, joined to its first part"
OVERLAP_S = 60.0  # parts may overlap by less
SUMMED = (
    *("distance_m", "duration_s", "moving_s", "ascent_m", "descent_m"),
    *("uphill_m", "downhill_m", *GRADE_COLUMNS, *SURFACE_COLUMNS),
    *("tagged_m", "inferred_m", "unmatched_m", "outside_m", "dirt_m"),
    *("steps", "trimp", "edwards", "srpe", "effort_km", "device_load"),
)
# means over time
AVERAGED = (
    "cadence_spm",
    "heart_rate_bpm",
    "stance_balance_pct",
    "vertical_oscillation_mm",
)


CHANGED = (
    *(*SUMMED, *AVERAGED, "elapsed_s"),
    *("notes", "cells", "fallback_m", "signature"),
)


def join_parts(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[tuple[str, str]]]:
    """Return rows with the parts of one activity as one, and (source, of) of those left out.

    Parameters
    ----------
    rows : EXPOSURES and HIDDEN of one athlete, zones settled; not changed.
    """
    groups = list(_find_parts(rows))
    if not groups:
        return rows, []
    sources = rows["source"].tolist()
    left_out = []
    changed = {name: rows[name].tolist() for name in CHANGED}
    for parts in groups:
        table = rows.iloc[parts]
        for name, value in _sum_up(table).items():
            changed[name][parts[0]] = value
        left_out += [(sources[part], sources[parts[0]]) for part in parts[1:]]
    columns = {
        name: pd.Series(values, rows.index, dtype=rows[name].dtype)
        for name, values in changed.items()
    }
    dropped = [part for parts in groups for part in parts[1:]]
    return rows.assign(**columns).drop(index=dropped).reset_index(drop=True), left_out


def _find_parts(rows: pd.DataFrame) -> Iterator[Parts]:
    """Yield the rows of files that one list row names, where they follow one another."""
    is_whole = rows["linked"].str.contains(FILE_SEPARATOR, regex=False).to_numpy()
    if not is_whole.any():
        return
    start_s = rows["start_utc"].to_numpy("datetime64[us]").astype(np.float64) / 1e6
    length_s = rows["elapsed_s"].fillna(rows["duration_s"]).to_numpy()
    taken: set[int] = set()
    for whole, files in find_linked_rows(rows).items():
        parts = sorted(set(files) - taken, key=lambda row: start_s[row])
        if not is_whole[whole] or len(parts) < 2:
            continue
        ends = start_s[parts] + length_s[parts]
        if (start_s[parts[1:]] >= ends[:-1] - OVERLAP_S).all():
            taken.update(parts)
            yield parts


def _sum_up(parts: pd.DataFrame) -> dict[str, Any]:
    """Return the cells of CHANGED of the whole that some rows are parts of, in their order."""
    cells: dict[str, Any] = {
        name: float(parts[name].sum(skipna=False)) for name in SUMMED
    }
    weights = parts["duration_s"]
    for name in AVERAGED:
        cells[name] = float((parts[name] * weights).sum(skipna=False) / weights.sum())
    starts = parts["start_utc"]
    between = starts.iloc[-1] - starts.iloc[0]
    cells["elapsed_s"] = between.total_seconds() + parts["elapsed_s"].iloc[-1]
    notes = [note for part in parts["notes"] for note in part]
    cells["notes"] = list({note.code: note for note in notes[::-1]}.values())[::-1]
    crossed = {tuple(cell) for part in parts["cells"] for cell in part}
    cells["cells"] = sorted(crossed)
    grounds = zip(*parts["fallback_m"], strict=False)  # empty where a label says it
    cells["fallback_m"] = [sum(metres) for metres in grounds]
    cells["signature"] = ""  # the ground of the first part is not that of the whole
    return cells
