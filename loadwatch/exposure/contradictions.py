"""Answers of a runner that contradict each other: one course, two grounds."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

import numpy as np

from loadwatch.exposure.course import PASSED_ON, select_answered
from loadwatch.exposure.ground_answers import format_answer
from loadwatch.exposure.signature import (
    are_same_course,
    block_numbers,
    sort_distinct,
    unpack_signatures,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from loadwatch.exposure.signature import Signatures
    from loadwatch.tables import Floats, Ints

APART: Final = 0.5  # of two answers for one course: more is a contradiction
NAMED: Final = 3  # pairs
_CHECKED: Final = 500  # pairs of answers that differ, whether they are of one course
_MAX_BLOCKS: Final = 1000  # by which courses are compared roughly
_ROUGHLY: Final = 0.5  # of the blocks of two runs of one course are common at least
_ROUNDING: Final = 1e-9


def describe_contradictions(rows: pd.DataFrame) -> tuple[str, ...]:
    """Return a remark for each pair of answers for one course that are over 50 points apart.

    Parameters
    ----------
    rows : EXPOSURES and HIDDEN, tags applied. At most three pairs are named.
    """
    answered, shares = select_answered(rows)
    if not len(answered) or np.ptp(shares, axis=0).sum() / 2 <= APART + _ROUNDING:
        return ()
    signatures = unpack_signatures(answered["signature"].tolist())
    remarks: list[str] = []
    for one, other in islice(_list_apart(signatures, shares), _CHECKED):
        if are_same_course(signatures.cells_of(one), signatures.cells_of(other)):
            remarks.append(_describe_pair(answered, shares, one, other))
        if len(remarks) == NAMED:
            break
    return tuple(remarks)


def _list_apart(signatures: Signatures, shares: Floats) -> Iterator[tuple[int, int]]:
    """Yield the pairs of runs whose answers differ and that share many blocks of 100 m.

    Only one run at a time is held against the others, so that memory grows with their number.
    """
    for one, near in _list_near(signatures):
        apart = np.abs(shares[near] - shares[one]).sum(axis=1) / 2
        for other in near[apart > APART + _ROUNDING].tolist():
            yield one, other


def _list_near(signatures: Signatures) -> Iterator[tuple[int, Ints]]:
    """Yield each run with the later runs that share half of the blocks with it.

    No more than _MAX_BLOCKS are looked at, evenly chosen.
    """
    distinct, number = np.unique(block_numbers(signatures.cells), return_inverse=True)
    every = max(1, -(-distinct.size // _MAX_BLOCKS))
    chosen = number % every == 0
    count = signatures.counts.size
    # each block once per run, by block and by run
    pairs = sort_distinct(number[chosen] * count + signatures.runs[chosen])
    block, run = np.divmod(pairs, count)
    size = np.bincount(run, minlength=count)
    first = np.searchsorted(block, np.arange(distinct.size + 1))
    blocks_of = np.split(block[np.argsort(run, kind="stable")], np.cumsum(size)[:-1])
    for one, crossed in enumerate(blocks_of):
        there = [run[first[number] : first[number + 1]] for number in crossed]
        met = np.concatenate([np.empty(0, np.int64), *there])
        common = np.bincount(met, minlength=count)[one + 1 :]
        most = np.maximum(size[one + 1 :], size[one])
        yield one, one + 1 + np.flatnonzero(common >= _ROUGHLY * most)


def _describe_pair(rows: pd.DataFrame, shares: Floats, one: int, other: int) -> str:
    """Return that two runs of one course are answered differently."""
    first, second = (_name_run(rows, shares, run) for run in (one, other))
    return (
        f"Your answers for one course differ: {first}, and {second}. "
        "Its cells take the mean of both; change the line in tags.csv that is wrong."
    )


def _name_run(rows: pd.DataFrame, shares: Floats, run: int) -> str:
    """Return a run by its start, with its answer: "hard on 3 March 2026, 07:30"."""
    start = rows["start_local"].iloc[run]
    answer = format_answer(dict(zip(PASSED_ON, shares[run].tolist(), strict=True)))
    return f"{answer} on {start.day} {start:%B %Y}, {start:%H:%M}"
