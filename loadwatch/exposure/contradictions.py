"""Answers of a runner that contradict each other: one course, two grounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from loadwatch.exposure.course import PASSED_ON, select_answered
from loadwatch.exposure.ground_answers import format_answer
from loadwatch.exposure.signature import (
    are_same_course,
    block_numbers,
    unpack_signatures,
)

if TYPE_CHECKING:
    import pandas as pd

    from loadwatch.exposure.signature import Signatures
    from loadwatch.tables import Bools, Floats

APART: Final = 0.5  # of two answers for one course: more is a contradiction
NAMED: Final = 3  # pairs
_CHECKED: Final = 500  # pairs of answers that differ, whether they are of one course
_MOST_BLOCKS: Final = 1000  # by which courses are compared roughly
_ROUGHLY: Final = 0.5  # of the blocks of two runs of one course are common at least
_ROUNDING: Final = 1e-9


def describe_contradictions(rows: pd.DataFrame) -> tuple[str, ...]:
    """Return a remark for each pair of answers for one course that are over 50 points apart.

    Parameters
    ----------
    rows : EXPOSURES and HIDDEN, tags applied. At most three pairs are named.
    """
    answered, shares = select_answered(rows)
    apart = np.abs(shares[:, None, :] - shares[None, :, :]).sum(axis=2) / 2
    pairs = np.argwhere(np.triu(apart > APART + _ROUNDING))
    if not pairs.size:
        return ()
    signatures = unpack_signatures(answered["signature"].tolist())
    near = _share_blocks(signatures)
    remarks: list[str] = []
    for one, other in pairs[near[pairs[:, 0], pairs[:, 1]]][:_CHECKED].tolist():
        if are_same_course(signatures.cells_of(one), signatures.cells_of(other)):
            remarks.append(_describe_pair(answered, shares, one, other))
        if len(remarks) == NAMED:
            break
    return tuple(remarks)


def _share_blocks(signatures: Signatures) -> Bools:
    """Return for each pair of runs whether they share many blocks of 100 m."""
    block, run = block_numbers(signatures.cells), signatures.runs
    distinct, number = np.unique(block, return_inverse=True)
    every = -(-distinct.size // _MOST_BLOCKS)
    chosen = number % every == 0
    crosses = np.zeros((signatures.counts.size, distinct.size // every + 1), np.float32)
    crosses[run[chosen], number[chosen] // every] = 1.0
    common = crosses @ crosses.T
    most = np.maximum.outer(crosses.sum(axis=1), crosses.sum(axis=1))
    near: Bools = common >= _ROUGHLY * most
    return near


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
