"""Rows without the same run twice, each left-out row with the row that stands for it.

Sure pairs first (equal content, a list row's own file, starts and lengths, overlap), then pairs
whose clock has to be guessed (whole quarters of an hour, a bare date): of these a row answers for
one row of each list at most, for a second one is a second run.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.activity import Skipped
from loadwatch.ingest.dedupe import pairs
from loadwatch.ingest.dedupe.linked_files import find_linked_rows
from loadwatch.ingest.dedupe.merge import merge_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd
    from numpy.typing import NDArray

    from loadwatch.ingest.dedupe.pairs import Pair, RunArrays

FORMAT_RANK = {"fit": 0, "tcx": 1, "gpx": 2, "csv": 3, "json": 3, "list": 4}
RICHNESS_COLUMNS = (
    "ascent_m",
    "steps",
    "heart_rate_bpm",
    "cadence_spm",
    "stance_balance_pct",
    "device_load",
    "rpe",
)


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A row that tells of a run once more: its source, the source that is kept, and why."""

    source: str
    of: str
    why: str


@dataclass(frozen=True, slots=True, eq=False)
class DedupedRows:
    """Rows that stand, sorted by start; those left out as duplicates; multisport wholes."""

    rows: pd.DataFrame
    duplicates: tuple[Duplicate, ...]
    skipped: tuple[Skipped, ...]


@dataclass(slots=True)
class _RunGroups:
    """Which row stands for which, while it is being found out; `of` points straight to the kept row."""

    kept_of: dict[int, int]
    why: dict[int, str]
    rows: dict[int, list[int]]  # kept row -> all rows it stands for, itself first
    members: dict[int, set[int]]  # kept row -> inputs of those

    def join_row(self, row: int, kept: int, why: str) -> None:
        """Let `kept` stand for `row` and for all that `row` stood for."""
        self.why[row] = why
        for one in self.rows.pop(row):
            self.kept_of[one] = kept
            self.rows[kept].append(one)
        self.members[kept] |= self.members.pop(row)


def drop_duplicate_runs(rows: pd.DataFrame) -> DedupedRows:
    """Return `rows` with each run once; the richest row of a run stays and takes what it lacks.

    Parameters
    ----------
    rows : EXPOSURES and HIDDEN of one athlete, zones settled, in any order; it is not changed.
    """
    wholes = _find_multisport_wholes(rows)
    skipped = tuple(
        Skipped(
            source, "ignored", "a multisport whole; its legs are counted one by one"
        )
        for source in sorted(rows["source"][wholes])
    )
    rows = rows[~wholes].reset_index(drop=True)
    order = _order_by_richness(rows)
    known = pairs.build_run_arrays(rows)
    groups = _RunGroups(
        kept_of={row: row for row in order},
        why={},
        rows={row: [row] for row in order},
        members={row: {int(known.member[row])} for row in order},
    )
    _join_copies(rows, order, groups)
    _join_certain(rows, order, groups, known)
    _join_guessed(rows, order, groups, known)
    source = rows["source"].tolist()
    duplicates = tuple(
        sorted(
            (
                Duplicate(source[row], source[kept], groups.why[row])
                for row, kept in groups.kept_of.items()
                if row != kept
            ),
            key=lambda pair: (pair.of, pair.source),
        )
    )
    return DedupedRows(_sort_rows(merge_rows(rows, groups.rows)), duplicates, skipped)


def _sort_rows(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.sort_values(
        ["start_utc", "source"], na_position="last", kind="stable", ignore_index=True
    )


def _find_multisport_wholes(rows: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which rows are a multisport whole with at least one of its legs beside it."""
    whole = (
        rows["parent"].to_numpy(dtype=bool) | rows["sport"].eq("multisport").to_numpy()
    )
    if not whole.any():
        return whole
    legs = np.sort(pairs.to_seconds(rows["start_utc"])[~whole])
    start = pairs.to_seconds(rows["start_utc"])
    length = rows["elapsed_s"].fillna(rows["duration_s"]).fillna(0.0).to_numpy()
    first = np.searchsorted(legs, start - pairs.START_S)
    last = np.searchsorted(legs, start + length + pairs.START_S, side="right")
    return np.asarray(whole & (last > first))


def _order_by_richness(rows: pd.DataFrame) -> list[int]:
    """Return the places of `rows`, the richest first; of one format the longer, then the fuller."""
    rank = rows["format"].map(FORMAT_RANK).fillna(len(FORMAT_RANK)).to_numpy()
    duration = rows["duration_s"].fillna(0.0).clip(lower=1.0).to_numpy()
    fifths = np.floor(np.log2(duration) * 4)  # steps of 19 %: twins differ less
    fullness = rows[list(RICHNESS_COLUMNS)].notna().sum(axis=1).to_numpy()
    sources = rows["source"].rank(method="dense").to_numpy()
    return [int(place) for place in np.lexsort((sources, -fullness, -fifths, rank))]


def _join_copies(rows: pd.DataFrame, order: list[int], groups: _RunGroups) -> None:
    """Join rows of equal content; within one list that is a line written twice."""
    ids, listed = rows["activity_id"].tolist(), rows["format"].eq("list").tolist()
    first: dict[str, int] = {}
    for row in order:
        kept = first.setdefault(ids[row], row)
        if kept != row:
            groups.join_row(
                row,
                kept,
                "the same row of a list" if listed[row] else "the same content",
            )


def _join_certain(
    rows: pd.DataFrame, order: list[int], groups: _RunGroups, known: RunArrays
) -> None:
    """Join a list row to its own file, and rows that are one run beyond doubt, richest first."""
    beside = _group_by_row(pairs.find_certain_pairs(known))
    own = find_linked_rows(rows)
    place = {row: at for at, row in enumerate(order)}
    source = rows["source"].tolist()
    for row in order:
        if groups.kept_of[row] != row:
            continue
        if row in own:
            nearest = min(
                own[row],
                key=lambda leg: (_start_difference_s(known, row, leg), place[leg]),
            )
            groups.join_row(row, groups.kept_of[nearest], "its own file is here")
            continue
        found = []
        for other, pair in beside[row]:
            kept = groups.kept_of[other]
            direct = kept == other
            if place[other] >= place[row] or kept == row:
                continue
            if direct or not groups.members[kept] & groups.members[row]:
                found.append(((not direct, pair.apart_s, source[kept]), kept, pair.why))
        if found:
            _, kept, why = min(found)
            groups.join_row(row, kept, why)


def _join_guessed(
    rows: pd.DataFrame, order: list[int], groups: _RunGroups, known: RunArrays
) -> None:
    """Join rows that agree but for an unknown clock, the nearest first."""
    place = {row: at for at, row in enumerate(order)}
    source = rows["source"].tolist()
    guesses = [*pairs.find_shifted_pairs(known), *pairs.find_same_day_pairs(known)]
    guesses.sort(
        key=lambda pair: (
            pair.apart_s,
            *sorted((source[pair.left], source[pair.right])),
        )
    )
    for pair in guesses:
        richer, row = sorted((pair.left, pair.right), key=place.__getitem__)
        kept = groups.kept_of[richer]
        if (
            groups.kept_of[row] == row != kept
            and not groups.members[kept] & groups.members[row]
        ):
            groups.join_row(row, kept, pair.why)


def _group_by_row(found: Iterable[Pair]) -> dict[int, list[tuple[int, Pair]]]:
    beside: dict[int, list[tuple[int, Pair]]] = defaultdict(list)
    for pair in found:
        beside[pair.left].append((pair.right, pair))
        beside[pair.right].append((pair.left, pair))
    return beside


def _start_difference_s(known: RunArrays, row: int, other: int) -> float:
    apart = abs(float(known.utc_s[row] - known.utc_s[other]))
    return apart if apart == apart else 0.0  # noqa: PLR0124  NaN: a list row without an hour
