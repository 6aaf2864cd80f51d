"""A runner's answer on the ground of one run holds for the ground under it, in every other run.

    learn_answers(runs) -> Answers          cell by cell, of the runs that are answered
    inherit_answers(runs) -> runs           metres of all other runs that cross those cells

People repeat streets and seldom whole runs, so an answer is passed on by cells of 25 m
(signature.py). Answers are tags and the label `track`; not labels that suggest, Strava's Dirt
Distance, a map, a default, nor what was itself inherited. A cell takes the mean of the answers of
the runs that cross it; a cell that none crosses, the mean of those that cross one of its eight
neighbours. `track` is a ground apart: a ring of 400 m lies beside other ground, so its cells have
no neighbours, and a run shorter than 800 m on them only passed by.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from loadwatch.exposure.signature import (
    CELL_BITS,
    NEIGHBOURS,
    Signatures,
    are_among,
    shift_cells,
    sort_distinct,
    sum_by_run,
    unpack_signatures,
)
from loadwatch.exposure.surface_labels import DECIDING_LABELS
from loadwatch.tables import KNOWN_SURFACES, SURFACE_COLUMNS, SURFACE_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from loadwatch.tables import Bools, Floats, Ints

SOURCE: Final = "course"  # of `surface_source`
TRACK: Final = "track"
MIN_TRACK_M: Final = 800.0  # of a run, for its metres on a track to count
HIGH_CONFIDENCE: Final = 0.8  # mean of the largest share of each metre's ground
RUNS_PER_PART: Final = 256  # unpacked at once
# a whole number of metres is kept, so a run's cells may miss its distance by so much
_ROUNDING_M: Final = 2.0
_NOTHING_M: Final = 1e-6  # the remainder of a difference
# grounds that an answer passes on; a treadmill lies nowhere
PASSED_ON: Final = tuple(name for name in KNOWN_SURFACES if name != "treadmill")
_TRACK_AT: Final = PASSED_ON.index(TRACK)
_TRACK_LABELS: Final = [
    label for label, surface in DECIDING_LABELS.items() if surface == TRACK
]
_PASSED_AT: Final = [SURFACE_NAMES.index(name) for name in PASSED_ON]
_UNKNOWN_AT: Final = SURFACE_NAMES.index("unknown")
_KEPT_SOURCE: Final = "map"  # comes before the course


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """The ground of cells, by the answers of the runs that cross them or a neighbour."""

    cells: Ints  # sorted
    shares: Floats  # by PASSED_ON and cell; 0 for `track` [1]
    track_cells: Ints  # sorted
    track_shares: Floats  # by cell of a track: what part of the answers is `track` [1]


@dataclass(frozen=True, slots=True, eq=False)
class Inherited:
    """What answers give to some runs, one row per run."""

    metres: Floats  # by PASSED_ON [m]
    # mean of the largest share of each metre's ground; 0 without any
    confidence: Floats


def select_answered(rows: pd.DataFrame) -> tuple[pd.DataFrame, Floats]:
    """Return the runs with positions that are answered, and their shares by PASSED_ON [1].

    Answered is a run by a tag, or by the label of a track.
    """
    source = rows["surface_source"].to_numpy(object)
    is_track = (source == "label") & rows["sub_sport"].isin(_TRACK_LABELS).to_numpy()
    has_cells = (rows["signature"] != "") & (rows["distance_m"] > 0)
    answered = rows[((source == "tag") | is_track) & has_cells.to_numpy(bool)]
    metres = answered[list(SURFACE_COLUMNS)].to_numpy(np.float64)[:, _PASSED_AT]
    shares = metres / answered["distance_m"].to_numpy(np.float64)[:, None]
    says_ground = shares.sum(axis=1) > 0
    return answered[says_ground], shares[says_ground]


def learn_answers(rows: pd.DataFrame) -> Answers:
    """Return the ground of every cell under the answered ones among `rows`, and around.

    Parameters
    ----------
    rows : EXPOSURES and HIDDEN, tags applied.
    """
    answered, shares = select_answered(rows)
    signatures = unpack_signatures(answered["signature"].tolist())
    return build_answers(signatures, shares)


def build_answers(signatures: Signatures, shares: Floats) -> Answers:
    """Return the ground of cells by the answers of runs.

    Parameters
    ----------
    signatures : of the answered runs.
    shares : by run and PASSED_ON. [1]
    """
    track = shares[:, _TRACK_AT]
    other = shares.copy()
    other[:, _TRACK_AT] = 0.0
    track_cells, track_shares = _average_track(signatures, track)
    cells, means = _average_crossing(signatures, other, track)
    near, near_means = _average_near(signatures, other, track, cells)
    order = np.argsort(np.concatenate((cells, near)))
    return Answers(
        np.concatenate((cells, near))[order],
        np.concatenate((means, near_means), axis=1)[:, order],
        track_cells,
        track_shares,
    )


def _average_track(signatures: Signatures, track: Floats) -> tuple[Ints, Floats]:
    """Return the cells of tracks, and what share of the answers there is `track`."""
    if not (track > 0).any():
        return np.empty(0, np.int64), np.empty(0)
    cells, starts, order = _group_cells(signatures.cells)
    means = np.add.reduceat(track[signatures.runs[order]], starts)
    means /= np.diff(np.append(starts, order.size))
    is_track = means > 0
    return cells[is_track], means[is_track]


def _average_crossing(
    signatures: Signatures, other: Floats, track: Floats
) -> tuple[Ints, Floats]:
    """Return the cells that answers but `track` cross, and their mean shares."""
    has_other = np.flatnonzero(track[signatures.runs] < 1.0)
    runs = signatures.runs[has_other]
    return _average_answers(signatures.cells[has_other], runs, other, 1.0 - track)


def _average_near(
    signatures: Signatures, other: Floats, track: Floats, crossed: Ints
) -> tuple[Ints, Floats]:
    """Return the cells beside those of answers but `track`, and the mean of the runs near each.

    A run counts once for a cell, however many of the cell's neighbours it crosses.
    """
    parts = [np.empty(0, np.int64)]
    width = 63 - CELL_BITS
    for start, end in _list_parts(signatures.counts.size):
        here = slice(signatures.first[start], signatures.first[end])
        runs = signatures.runs[here]
        kept = track[runs] < 1.0
        cells, runs = signatures.cells[here][kept], runs[kept]
        beside = np.concatenate([shift_cells(cells, *step) for step in NEIGHBOURS])
        pairs = sort_distinct((beside << width) | np.tile(runs, len(NEIGHBOURS)))
        parts.append(pairs[~are_among(pairs >> width, crossed)])
    pairs = np.concatenate(parts)
    return _average_answers(
        pairs >> width, pairs & ((1 << width) - 1), other, 1.0 - track
    )


def _average_answers(
    cells: Ints, runs: Ints, shares: Floats, weight: Floats
) -> tuple[Ints, Floats]:
    """Return the distinct cells, sorted, and the weighted mean of the shares of their runs."""
    if not cells.size:
        return np.empty(0, np.int64), np.empty((len(PASSED_ON), 0))
    distinct, starts, order = _group_cells(cells)
    runs = runs[order]
    weights = np.add.reduceat(weight[runs], starts)
    sums = np.stack([np.add.reduceat(column[runs], starts) for column in shares.T])
    return distinct, sums / weights


def _group_cells(cells: Ints) -> tuple[Ints, Ints, Ints]:
    """Return the distinct cells, where each begins in the order of cells, and that order."""
    order = np.argsort(cells, kind="stable")
    ordered = cells[order]
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])[: cells.size])
    return ordered[starts], starts, order


def _list_parts(count: int) -> Iterator[tuple[int, int]]:
    """Yield the bounds of parts of so many runs as are looked at together."""
    for start in range(0, count, RUNS_PER_PART):
        yield start, min(start + RUNS_PER_PART, count)


def find_known(answers: Answers, cells: Ints) -> Bools:
    """Return which cells have an answer, a track's too."""
    on_track = are_among(cells, answers.track_cells)
    known: Bools = are_among(cells, answers.cells) | on_track
    return known


def find_cell_grounds(answers: Answers, cells: Ints, *, with_track: bool) -> Ints:
    """Return the place in SURFACE_NAMES of the largest answer for each cell.

    A cell without an answer has that of "unknown". A track counts `with_track` alone: a run of
    less than 800 m on it only passed by.
    """
    shares = _look_up(answers.cells, answers.shares, cells)
    if with_track and answers.track_cells.size:
        track = _look_up(answers.track_cells, answers.track_shares[None, :], cells)[0]
        shares *= 1.0 - track
        shares[_TRACK_AT] = track
    largest = np.array(_PASSED_AT, np.int64)[shares.argmax(axis=0)]
    grounds: Ints = np.where(shares.any(axis=0), largest, _UNKNOWN_AT)
    return grounds


def share_out(answers: Answers, signatures: Signatures) -> Inherited:
    """Return the metres by ground that the answers give to runs."""
    shares = _look_up(answers.cells, answers.shares, signatures.cells)
    if answers.track_cells.size:
        _put_track(answers, signatures, shares)
    metres = [_sum_metres(signatures, column) for column in shares]
    total = np.sum(metres, axis=0)
    surest = _sum_metres(signatures, np.maximum.reduce(shares))
    confidence = np.divide(surest, total, out=np.zeros(total.size), where=total > 0)
    return Inherited(np.column_stack(metres), confidence)


def _put_track(answers: Answers, signatures: Signatures, shares: Floats) -> None:
    """Give cells of a track their share of `track`, in runs with 800 m of it."""
    means = answers.track_shares[None, :]
    track = _look_up(answers.track_cells, means, signatures.cells)[0]
    on_track = _sum_metres(signatures, track)
    counts = on_track >= MIN_TRACK_M - _ROUNDING_M
    track = np.where(counts[signatures.runs], track, 0.0)
    shares *= 1.0 - track
    shares[_TRACK_AT] = track


def _sum_metres(signatures: Signatures, shares: Floats) -> Floats:
    """Return for each run the metres of its cells times a share each [m]."""
    if not shares.any():
        return np.zeros(signatures.counts.size)
    return sum_by_run(signatures, shares * signatures.metres)


def _look_up(sorted_cells: Ints, values: Floats, cells: Ints) -> Floats:
    """Return the column of `values` of each cell, zeros for a cell that is not there."""
    found = np.zeros((values.shape[0], cells.size))
    if sorted_cells.size:
        at = np.minimum(np.searchsorted(sorted_cells, cells), sorted_cells.size - 1)
        known = sorted_cells[at] == cells
        for row, column in zip(found, values, strict=True):
            if column.any():
                np.multiply(column[at], known, out=row)
    return found


def inherit_answers(rows: pd.DataFrame) -> pd.DataFrame:
    """Return `rows` with the metres that answers for other runs give.

    Only metres that neither tag, label nor map decided are replaced. `rows` are EXPOSURES and
    HIDDEN, tags applied; they are not changed.
    """
    answers = learn_answers(rows)
    if not answers.cells.size and not answers.track_cells.size:
        return rows
    open_m = np.array([sum(metres) for metres in rows["fallback_m"]])
    asking = np.flatnonzero((open_m > 0) & (rows["signature"] != "").to_numpy())
    texts = rows["signature"].to_numpy(object)
    parts = []
    for start, end in _list_parts(asking.size):
        signatures = unpack_signatures(texts[asking[start:end]].tolist())
        parts.append(_fit_to_open(answers, signatures, open_m[asking[start:end]]))
    if not parts:
        return rows
    inherited = Inherited(
        np.concatenate([part.metres for part in parts]),
        np.concatenate([part.confidence for part in parts]),
    )
    return _replace_metres(rows, asking, inherited, open_m[asking])


def _fit_to_open(answers: Answers, signatures: Signatures, open_m: Floats) -> Inherited:
    """Return what runs inherit, no more than `open_m` of each: cells hold whole metres."""
    inherited = share_out(answers, signatures)
    drawn = sum_by_run(signatures, signatures.metres)
    is_whole = np.abs(drawn - open_m) <= _ROUNDING_M
    scale = np.ones(drawn.size)
    scaled = (is_whole | (drawn > open_m)) & (drawn > 0)
    scale[scaled] = open_m[scaled] / drawn[scaled]
    return Inherited(inherited.metres * scale[:, None], inherited.confidence)


def _replace_metres(
    rows: pd.DataFrame, asking: Ints, inherited: Inherited, open_m: Floats
) -> pd.DataFrame:
    """Return `rows` with the metres of the runs `asking` by what they inherit."""
    total = inherited.metres.sum(axis=1)
    gains = np.flatnonzero(total > 0)
    at, total = asking[gains], total[gains]
    left = 1.0 - total / open_m[gains]
    fallback = np.array(rows["fallback_m"].iloc[at].tolist())
    fallback = fallback.reshape(at.size, len(SURFACE_NAMES))
    metres = rows[list(SURFACE_COLUMNS)].to_numpy(np.float64, copy=True)
    metres[at] -= fallback * (1.0 - left)[:, None]
    metres[at[:, None], _PASSED_AT] += inherited.metres[gains]
    metres[at] = np.where(metres[at] > _NOTHING_M, metres[at], 0.0)
    inherited_m = rows["inherited_m"].to_numpy(np.float64, copy=True)
    inherited_m[at] = total
    confidence = rows["surface_confidence"].to_numpy(object).copy()
    is_high = inherited.confidence[gains] >= HIGH_CONFIDENCE
    confidence[at] = np.where(is_high, "high", "low")
    source = rows["surface_source"].to_numpy(object).copy()
    source[at] = np.where(source[at] == _KEPT_SOURCE, _KEPT_SOURCE, SOURCE)
    open_rows = rows["fallback_m"].tolist()
    for row, values in zip(at.tolist(), fallback * left[:, None], strict=True):
        open_rows[row] = values.tolist()
    result = rows.assign(
        inherited_m=inherited_m,
        surface_confidence=confidence,
        surface_source=source,
        fallback_m=open_rows,
    )
    result[list(SURFACE_COLUMNS)] = metres
    return result
