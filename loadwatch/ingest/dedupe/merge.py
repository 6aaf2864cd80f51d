"""One row of several for the same run: the richest, with what only the others know."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from loadwatch.tables import PLAIN_SUB_SPORT, SURFACE_COLUMNS, UNKNOWN_SPORT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COPIED_COLUMNS = ("name", "shoe", "rpe", "dirt_m", "signature")
CHANGED_COLUMNS = (
    *COPIED_COLUMNS,
    "srpe",
    *SURFACE_COLUMNS,
    "surface_source",
    "fallback_m",
    "sport",
    "sub_sport",
    "planned",
    "notes",
)
INFERRED = "sport_inferred"  # code of the note on a sport inferred from speed
# sources of a surface that give way to a label or a list
WEAK_SURFACE_SOURCES = frozenset({"", "none", "default"})


def merge_rows(rows: pd.DataFrame, groups: Mapping[int, Sequence[int]]) -> pd.DataFrame:
    """Return the kept rows, each with what only its duplicates know.

    Parameters
    ----------
    rows : all rows of one athlete; not changed.
    groups : place of each kept row -> places of the rows it represents, itself first.
    """
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
    changed = {
        name: pd.Series(cells[name], rows.index, dtype=rows[name].dtype)
        for name in CHANGED_COLUMNS
    }
    return rows.assign(**changed).loc[sorted(groups)]


def _take_missing(
    first: dict[str, Any], others: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return the cells that `first` takes from `others`, which are in order of richness."""
    cells: dict[str, Any] = {}
    for column in COPIED_COLUMNS:
        known = [other[column] for other in others if _is_known(other[column])]
        if known and not _is_known(first[column]):
            cells[column] = known[0]
    cells["planned"] = first["planned"] or any(one["planned"] for one in others)
    if "rpe" in cells:  # session RPE is exertion times minutes, as in exposure/load.py
        cells["srpe"] = cells["rpe"] * first["duration_s"] / 60
    return cells | _take_sport(first, others) | _take_surface(first | cells, others)


def _take_sport(first: dict[str, Any], others: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the sport that another row states where the first has it from its speed alone."""
    if _states_sport(first):
        return {}
    stated = next((other for other in others if _states_sport(other)), None)
    if stated is None:
        return {}
    sub_sport = first["sub_sport"]
    if sub_sport == PLAIN_SUB_SPORT:
        sub_sport = stated["sub_sport"]
    notes = [note for note in first["notes"] if note.code != INFERRED]
    return {"sport": stated["sport"], "sub_sport": sub_sport, "notes": notes}


def _states_sport(row: dict[str, Any]) -> bool:
    """Return whether the row's file states its sport: it is neither unknown nor inferred."""
    is_inferred = any(note.code == INFERRED for note in row["notes"])
    return row["sport"] != UNKNOWN_SPORT and not is_inferred


def _take_surface(
    first: dict[str, Any], others: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return metres by surface where another row's tag or label, or Dirt Distance, knows them."""
    distance = first["distance_m"]
    if first["surface_source"] not in WEAK_SURFACE_SOURCES or not distance > 0:
        return {}
    for source in ("tag", "label"):  # a list's own column goes before a label
        for other in others:
            if other["surface_source"] == source and other["distance_m"] > 0:
                share = distance / other["distance_m"]
                metres = {name: other[name] * share for name in SURFACE_COLUMNS}
                fallback = [value * share for value in other["fallback_m"]]
                return metres | {"surface_source": source, "fallback_m": fallback}
    if not first["dirt_m"] > 0:  # Strava writes 0 where it knows no course: surface.py
        return {}
    soft = min(first["dirt_m"], distance)
    metres = dict.fromkeys(SURFACE_COLUMNS, 0.0)
    metres |= {"soft_m": soft, "hard_m": distance - soft}
    fallback = list(metres.values())
    return metres | {"surface_source": "list", "fallback_m": fallback}


def _is_known(value: object) -> bool:
    if isinstance(value, str):
        return bool(value)
    return isinstance(value, float) and not math.isnan(value)
