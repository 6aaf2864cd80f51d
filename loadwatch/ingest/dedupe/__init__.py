"""Rows with each run once: of rows that are the same run, the richest is kept.

Certain pairs are joined first (equal content, a list row's own file, same start and length,
overlap), then pairs whose clock has to be inferred (whole quarters of an hour, a bare date). Of
the latter, a row represents one row of each list at most: a second one is a second run.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.activity import Skipped
from loadwatch.ingest.dedupe import pairs
from loadwatch.ingest.dedupe.linked_files import FILE_SEPARATOR, find_linked_rows
from loadwatch.ingest.dedupe.merge import merge_rows
from loadwatch.ingest.dedupe.parts import WHY, join_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from loadwatch.ingest.dedupe.pairs import Pair, RunArrays
    from loadwatch.tables import Bools

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
MULTISPORT_REASON = "a multisport whole; its legs are counted one by one"


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A row of a run that is there already: its source, the source that is kept, and why."""

    source: str
    of: str
    why: str


@dataclass(frozen=True, slots=True, eq=False)
class DedupedRows:
    """Kept rows by start; rows left out as duplicates; multisport wholes."""

    rows: pd.DataFrame
    duplicates: tuple[Duplicate, ...]
    skipped: tuple[Skipped, ...]


@dataclass(slots=True)
class _RunGroups:
    """Rows joined so far, each by its place; `kept_of` points straight to the kept row."""

    kept_of: dict[int, int]
    why: dict[int, str]
    rows: dict[int, list[int]]  # kept row -> all rows of its run, itself first
    members: dict[int, set[int]]  # kept row -> inputs of those

    def join_row(self, row: int, kept: int, why: str) -> None:
        """Let `kept` represent `row` and all that `row` represented."""
        self.why[row] = why
        for one in self.rows.pop(row):
            self.kept_of[one] = kept
            self.rows[kept].append(one)
        self.members[kept] |= self.members.pop(row)

    def share_input(self, kept: int, row: int) -> bool:
        """Return whether the rows of two runs have an input in common."""
        return not self.members[kept].isdisjoint(self.members[row])


def drop_duplicate_runs(rows: pd.DataFrame) -> DedupedRows:
    """Return `rows` with each run once; the richest row of a run is kept and takes what it lacks.

    Parameters
    ----------
    rows : EXPOSURES and HIDDEN of one athlete, zones settled, in any order; not changed.
    """
    is_whole = _find_multisport_wholes(rows)
    wholes = sorted(rows["source"][is_whole])
    skipped = tuple(Skipped(source, "ignored", MULTISPORT_REASON) for source in wholes)
    rows, parts = join_parts(rows[~is_whole].reset_index(drop=True))
    order = _order_by_richness(rows)
    arrays = pairs.build_run_arrays(rows)
    groups = _RunGroups(
        kept_of={row: row for row in order},
        why={},
        rows={row: [row] for row in order},
        members={row: {int(arrays.member[row])} for row in order},
    )
    _join_copies(rows, order, groups)
    is_settled = _join_crowds(order, groups, arrays)
    _join_certain(rows, order, groups, arrays, is_settled)
    _join_inferred(rows, order, groups, arrays)
    kept = _sort_rows(merge_rows(rows, _add_whole_of_parts(rows, groups)))
    duplicates = _list_duplicates(rows, groups, parts)
    return DedupedRows(kept, duplicates, skipped)


def _add_whole_of_parts(rows: pd.DataFrame, groups: _RunGroups) -> dict[int, list[int]]:
    """Return kept row -> the rows it takes from, with the list row that names it as a part.

    A list row with several files is joined to the first; the other files are parts of the same
    activity, and its sport is theirs.
    """
    takes_from = {kept: list(group) for kept, group in groups.rows.items()}
    has_parts = [FILE_SEPARATOR in names for names in rows["linked"].tolist()]
    if not any(has_parts):
        return takes_from
    for row, files in find_linked_rows(rows).items():
        kept_files = {groups.kept_of[file] for file in files}
        if has_parts[row]:
            for kept in kept_files - {groups.kept_of[row]}:
                takes_from[kept].append(row)
    return takes_from


def _list_duplicates(
    rows: pd.DataFrame, groups: _RunGroups, parts: list[tuple[str, str]]
) -> tuple[Duplicate, ...]:
    """Return what was left out; of a part that was joined to a row, what represents that row."""
    source = rows["source"].tolist()
    found = [
        Duplicate(source[row], source[kept], groups.why[row])
        for row, kept in groups.kept_of.items()
        if row != kept
    ]
    kept_sources = {item.source: item.of for item in found}
    found += [
        Duplicate(part, kept_sources.get(whole, whole), WHY) for part, whole in parts
    ]
    return tuple(sorted(found, key=lambda duplicate: (duplicate.of, duplicate.source)))


def _sort_rows(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.sort_values(
        ["start_utc", "source"], na_position="last", kind="stable", ignore_index=True
    )


def _find_multisport_wholes(rows: pd.DataFrame) -> Bools:
    """Return which rows are a multisport whole with at least one of its legs beside it."""
    is_parent = rows["parent"].to_numpy(dtype=bool)
    is_whole = is_parent | rows["sport"].eq("multisport").to_numpy()
    if not is_whole.any():
        return is_whole
    start = pairs.to_seconds(rows["start_utc"])
    legs = np.sort(start[~is_whole])
    length = rows["elapsed_s"].fillna(rows["duration_s"]).fillna(0.0).to_numpy()
    first = np.searchsorted(legs, start - pairs.START_S)
    last = np.searchsorted(legs, start + length + pairs.START_S, side="right")
    return np.asarray(is_whole & (last > first))


def _order_by_richness(rows: pd.DataFrame) -> list[int]:
    """Return the places of `rows`, the richest first.

    Richness is by format, then length, then how many of RICHNESS_COLUMNS are known.
    """
    rank = rows["format"].map(FORMAT_RANK).fillna(len(FORMAT_RANK)).to_numpy()
    duration = rows["duration_s"].fillna(0.0).clip(lower=1.0).to_numpy()
    steps = np.floor(np.log2(duration) * 4)  # of 19 %: two records of a run differ less
    fullness = rows[list(RICHNESS_COLUMNS)].notna().sum(axis=1).to_numpy()
    sources = rows["source"].rank(method="dense").to_numpy()
    return [int(place) for place in np.lexsort((sources, -fullness, -steps, rank))]


def _join_copies(rows: pd.DataFrame, order: Sequence[int], groups: _RunGroups) -> None:
    """Join rows of equal content; within one list that is a line written twice."""
    ids, formats = rows["activity_id"].tolist(), rows["format"].tolist()
    first: dict[str, int] = {}
    for row in order:
        kept = first.setdefault(ids[row], row)
        if kept != row:
            is_listed = formats[row] == "list"
            why = "the same row of a list" if is_listed else "the same content"
            groups.join_row(row, kept, why)


def _join_crowds(order: Sequence[int], groups: _RunGroups, arrays: RunArrays) -> Bools:
    """Join rows of one input that agree in all, where more share a start than anybody's do.

    Return which rows were joined: pairs of all of them would cost the square of their number.
    """
    is_joined = np.zeros(len(order), dtype=bool)
    is_crowded = pairs.find_crowded_rows(arrays)
    if not is_crowded.any():
        return is_joined
    lengths = np.nan_to_num(np.stack((*arrays.lengths_s, arrays.distance_m)), nan=-1.0)
    others = np.stack((arrays.utc_s, arrays.member, arrays.sport))
    keys = list(zip(*lengths.tolist(), *others.tolist(), strict=True))
    is_compared = is_crowded & np.any(lengths >= 0, axis=0)
    first: dict[tuple[float, ...], int] = {}
    for row in order:
        if not is_compared[row]:
            continue
        kept = first.setdefault(keys[row], groups.kept_of[row])
        is_joined[row] = kept != row
        if groups.kept_of[row] == row != kept:
            groups.join_row(row, kept, "same start, duration and distance")
    return is_joined


def _join_certain(
    rows: pd.DataFrame,
    order: Sequence[int],
    groups: _RunGroups,
    arrays: RunArrays,
    is_settled: Bools,
) -> None:
    """Join each list row to its own file, and rows that are certainly one run, richest first."""
    linked = find_linked_rows(rows)
    place = {row: at for at, row in enumerate(order)}
    paired = _group_by_poorer(pairs.find_certain_pairs(arrays, is_settled), place)
    source = rows["source"].tolist()
    for row in order:
        if groups.kept_of[row] != row:
            continue
        if row in linked:
            differences = [
                (_start_difference_s(arrays, row, other), place[other], other)
                for other in linked[row]
            ]
            nearest = min(differences)[-1]
            groups.join_row(row, groups.kept_of[nearest], "its own file is here")
            continue
        found = _list_candidates(row, paired.get(row, []), groups, source)
        if found:
            _, kept, why = min(found)
            groups.join_row(row, kept, why)


def _list_candidates(
    row: int,
    paired: Iterable[tuple[int, Pair]],
    groups: _RunGroups,
    source: Sequence[str],
) -> list[tuple[tuple[bool, float, str], int, str]]:
    """Return the kept rows that `row` may be joined to, each with its preference and why.

    A row that itself is kept is preferred to one that is kept for it, then the nearest start.
    """
    found = []
    for other, pair in paired:
        kept = groups.kept_of[other]
        is_direct = kept == other
        if kept != row and (is_direct or not groups.share_input(kept, row)):
            preference = (not is_direct, pair.apart_s, source[kept])
            found.append((preference, kept, pair.why))
    return found


def _join_inferred(
    rows: pd.DataFrame, order: Sequence[int], groups: _RunGroups, arrays: RunArrays
) -> None:
    """Join rows that agree but for an unknown clock, the nearest first."""
    place = {row: at for at, row in enumerate(order)}
    source = rows["source"].tolist()
    found = [*pairs.find_shifted_pairs(arrays), *pairs.find_same_day_pairs(arrays)]
    for pair in sorted(found, key=lambda pair: _pair_order(pair, source)):
        richer, row = sorted((pair.left, pair.right), key=place.__getitem__)
        kept = groups.kept_of[richer]
        if groups.kept_of[row] == row != kept and not groups.share_input(kept, row):
            groups.join_row(row, kept, pair.why)


def _pair_order(pair: Pair, source: Sequence[str]) -> tuple[float, str, str]:
    """Return by what pairs are sorted: the nearest first, then by name."""
    first, second = sorted((source[pair.left], source[pair.right]))
    return pair.apart_s, first, second


def _group_by_poorer(
    found: Iterable[Pair], place: Mapping[int, int]
) -> dict[int, list[tuple[int, Pair]]]:
    """Return for the poorer row of each pair the richer one, and the pair."""
    paired: dict[int, list[tuple[int, Pair]]] = defaultdict(list)
    for pair in found:
        richer, poorer = pair.left, pair.right
        if place[poorer] < place[richer]:
            richer, poorer = poorer, richer
        paired[poorer].append((richer, pair))
    return paired


def _start_difference_s(arrays: RunArrays, row: int, other: int) -> float:
    """Return by how many seconds two starts differ, 0 where one is a list row without an hour."""
    difference = abs(float(arrays.utc_s[row] - arrays.utc_s[other]))
    return 0.0 if np.isnan(difference) else difference
