"""One row of several that tell of the same run: the richest, with what only the others know."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from loadwatch.tables import PLAIN_SUB_SPORT, SURFACE_COLUMNS, UNKNOWN_SPORT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COPIED_COLUMNS = ("name", "shoe", "rpe", "dirt_m")
CHANGED_COLUMNS = (
    *COPIED_COLUMNS,
    "srpe",
    *SURFACE_COLUMNS,
    "surface_source",
    "sport",
    "sub_sport",
    "notes",
)
INFERRED = "sport_inferred"  # code of the note on a sport guessed from speed
WEAK_SURFACE_SOURCES = frozenset(
    {"", "none", "default"}
)  # surface sources that a label or a list outdoes


def merge_rows(rows: pd.DataFrame, groups: Mapping[int, Sequence[int]]) -> pd.DataFrame:
    """Return the kept rows (the keys of `groups`), each with what the rows it stands for know besides."""
    if len(groups) == len(rows):
        return rows
    read = dict.fromkeys((*CHANGED_COLUMNS, "distance_m", "duration_s"))
    cells = {name: rows[name].tolist() for name in read}
    for kept, group in groups.items():
        if len(group) > 1:
            first, *others = (
                {name: values[row] for name, values in cells.items()} for row in group
            )
            for name, value in _take_missing(first, others).items():
                cells[name][kept] = value
    new = {
        name: pd.Series(cells[name], rows.index, dtype=rows[name].dtype)
        for name in CHANGED_COLUMNS
    }
    return rows.assign(**new).loc[sorted(groups)]


def _take_missing(
    first: dict[str, Any], others: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return the cells that `first` takes from `others`, richest first."""
    cells: dict[str, Any] = {}
    for column in COPIED_COLUMNS:
        if not _is_known(first[column]):
            told = next(
                (other[column] for other in others if _is_known(other[column])), None
            )
            cells |= {} if told is None else {column: told}
    if "rpe" in cells:  # session RPE is exertion times minutes, as in load.srpe
        cells["srpe"] = cells["rpe"] * first["duration_s"] / 60
    return cells | _take_sport(first, others) | _take_surface(first | cells, others)


def _take_sport(first: dict[str, Any], others: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the sport by the word of another row where the first could only guess it from speed."""
    told = [
        other
        for other in others
        if other["sport"] != UNKNOWN_SPORT and not _has_inferred_sport(other)
    ]
    if not told or not (first["sport"] == UNKNOWN_SPORT or _has_inferred_sport(first)):
        return {}
    notes = [note for note in first["notes"] if note.code != INFERRED]
    sub_sport = (
        told[0]["sub_sport"]
        if first["sub_sport"] == PLAIN_SUB_SPORT
        else first["sub_sport"]
    )
    return {"sport": told[0]["sport"], "sub_sport": sub_sport, "notes": notes}


def _has_inferred_sport(row: dict[str, Any]) -> bool:
    return any(note.code == INFERRED for note in row["notes"])


def _take_surface(
    first: dict[str, Any], others: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return metres by surface where another row's label, list or Dirt Distance knows them."""
    distance = first["distance_m"]
    if first["surface_source"] not in WEAK_SURFACE_SOURCES or not distance > 0:
        return {}
    for source in (
        "tag",
        "label",
    ):  # a plain list's own column, then a word for the whole run
        for other in others:
            if other["surface_source"] == source and other["distance_m"] > 0:
                share = distance / other["distance_m"]
                return {name: other[name] * share for name in SURFACE_COLUMNS} | {
                    "surface_source": source
                }
    if (
        not first["dirt_m"] > 0
    ):  # 0 is what Strava writes where it knows no course: surface.py
        return {}
    soft = min(first["dirt_m"], distance)
    metres = dict.fromkeys(SURFACE_COLUMNS, 0.0) | {
        "soft_m": soft,
        "hard_m": distance - soft,
    }
    return metres | {"surface_source": "list"}


def _is_known(value: object) -> bool:
    return (
        bool(value)
        if isinstance(value, str)
        else isinstance(value, float) and not math.isnan(value)
    )
