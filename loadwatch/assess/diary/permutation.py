"""Daily scores: whole weeks permuted inside blocks of 28 days, several exposures at once."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

WEEK_DAYS = 7
BLOCK_WEEKS = 4  # weeks
DRAWS = 9_999
RESAMPLES = 4_999
SEED = 20_261_116  # any number; fixed, so that the same diary gives the same answer


@dataclass(frozen=True, slots=True, eq=False)
class PermutationTest:
    """p values of several exposures from the same permutations, one-sided (more pain)."""

    single: NDArray[np.float64]  # each by itself
    joint: NDArray[np.float64]  # after max-T over all of them
    draws: int
    exact: bool


def choose_offset(exposed: NDArray[np.bool_], days: int) -> int:
    """Return the days (0-6) to put before the first so that fewest windows of `days` cross a week's end.

    Permuting weeks must not tear an exposure from the days after it. The choice looks at exposures only,
    never at pain, so it cannot help an answer along.
    """
    places = np.nonzero(exposed)[-1]
    crossing = [
        int(np.sum((places + before) % WEEK_DAYS > WEEK_DAYS - days))
        for before in range(WEEK_DAYS)
    ]
    return int(np.argmin(crossing))


def compute_residual(
    values: NDArray[np.float64], groups: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return `values` less their weekday and block means, fitted together; NaN stays NaN.

    Parameters
    ----------
    values : one value a day, whole weeks from the first day on.
    groups : number of the block each day lies in.
    """
    known = np.isfinite(values)
    design = np.zeros((len(values), WEEK_DAYS + int(groups.max()) + 1))
    design[np.arange(len(values)), np.arange(len(values)) % WEEK_DAYS] = 1
    design[np.arange(len(values)), WEEK_DAYS + groups] = 1
    out = np.full(len(values), np.nan)
    fit = np.linalg.lstsq(design[known], values[known], rcond=None)[0]
    out[known] = values[known] - design[known] @ fit
    return out


def choose_blocks(training: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the block of each week: four weeks each, laid so that training differs least inside them.

    A block of harder training brings more exposed days and often more pain; only weeks of the same
    block may change places. The first block has one to four weeks, whichever fits the weeks' training
    best. Pain is not looked at.

    Parameters
    ----------
    training : how much was run and how often exposures came, a number a week, in any unit.
    """

    def number_blocks(first: int) -> NDArray[np.int64]:
        return np.asarray(
            (np.arange(len(training)) + BLOCK_WEEKS - first) // BLOCK_WEEKS,
            dtype=np.int64,
        )

    def measure_spread(group: NDArray[np.int64]) -> float:
        count = np.maximum(np.bincount(group), 1)
        mean = np.bincount(group, training) / count
        return float(np.sum((training - mean[group]) ** 2)) + 1e-9

    choices = [number_blocks(first) for first in range(BLOCK_WEEKS, 0, -1)]
    best = min(choices, key=measure_spread)
    return np.asarray(best - best[0], dtype=np.int64)


def _sum_arrangements(
    exposure: NDArray[np.float64], score: NDArray[np.float64], block: NDArray[np.int64]
) -> list[NDArray[np.float64]]:
    """Return, a block of weeks each, the sums of exposure x score by exposure and arrangement.

    exposure (exposures, weeks, 7) and score (weeks, 7), both without NaN.
    """
    out = []
    for number in range(int(block[-1]) + 1):
        weeks = block == number
        pairs = np.einsum("kid,jd->kij", exposure[:, weeks], score[weeks])
        here = pairs.shape[1]
        orders = np.array(list(itertools.permutations(range(here))))
        out.append(pairs[:, np.arange(here), orders].sum(axis=2))
    return out


@lru_cache(maxsize=8)
def _draw_arrangements(
    sizes: tuple[int, ...], draws: int
) -> tuple[NDArray[np.int64], bool]:
    """Return an arrangement of each block a draw, the diary's own first; all there are if they are few."""
    if math.prod(sizes) <= draws:
        return np.array(
            list(itertools.product(*map(range, sizes))), dtype=np.int64
        ), True
    random = np.random.default_rng(SEED)
    picks = np.column_stack([random.integers(0, size, draws + 1) for size in sizes])
    picks[0] = 0  # itertools.permutations begins with the order as it is
    return picks, False


@lru_cache(maxsize=8)
def _resample_weeks(weeks: int) -> NDArray[np.float64]:
    """Return how often each week comes up in each resample."""
    shares = np.full(weeks, 1 / weeks)
    return (
        np.random.default_rng(SEED)
        .multinomial(weeks, shares, size=RESAMPLES)
        .astype(float)
    )


def _add_blocks(
    sums: list[NDArray[np.float64]], draws: int
) -> tuple[NDArray[np.float64], bool]:
    """Return the sums over all blocks, an exposure and draw each, and whether no arrangement is left out."""
    picks, exact = _draw_arrangements(tuple(block.shape[1] for block in sums), draws)
    return np.sum(
        [block[:, picks[:, b]] for b, block in enumerate(sums)], axis=0
    ), exact


def run_permutation_test(
    exposure: NDArray[np.float64],
    score: NDArray[np.float64],
    block: NDArray[np.int64],
    draws: int = DRAWS,
) -> PermutationTest:
    """Return how often arrangements of whole weeks give at least the diary's own link.

    The statistic of an exposure is the sum of scores over its exposed days, in units of its own spread
    over all arrangements; the joint p value holds it against the largest of any exposure in each
    arrangement, which pays for having looked at several.

    Parameters
    ----------
    exposure : (exposures, weeks, 7); 1 on exposed days, else 0 (any number will do).
    score : (weeks, 7); residual pain, NaN where no score was given.
    block : number of each week's block, rising.

    References
    ----------
    .. [1] P. H. Westfall, S. S. Young, Resampling-Based Multiple Testing, Wiley, 1993
    """
    sums = _sum_arrangements(exposure, np.nan_to_num(score), block)
    mean = np.sum([each.mean(axis=1) for each in sums], axis=0)
    spread = np.sqrt(np.sum([each.var(axis=1) for each in sums], axis=0))
    totals, exact = _add_blocks(sums, draws)
    moving = spread > 1e-9  # an exposure alike in all weeks of a block says nothing
    standard = np.where(moving, spread, 1.0)[:, None]
    z = np.where(moving[:, None], (totals - mean[:, None]) / standard, -np.inf)
    near = z[:, :1] - 1e-9
    single = np.where(moving, (z >= near).mean(axis=1), 1.0)
    joint = np.where(moving, (z.max(axis=0) >= near).mean(axis=1), 1.0)
    return PermutationTest(single, joint, totals.shape[1], exact)


def estimate_effect(exposure: NDArray[np.float64], score: NDArray[np.float64]) -> float:
    """Return the mean difference on exposed days [points], NaN where there is none.

    It is that of a regression on weekday, block and exposure: both arguments are residuals.

    Parameters
    ----------
    exposure, score : (weeks, 7), both less their weekday and block means; NaN where there is no score.
    """
    under = float(np.nansum(np.where(np.isfinite(score), exposure, np.nan) ** 2))
    return float(np.nansum(exposure * score)) / under if under > 1e-9 else math.nan


def estimate_interval(
    exposure: NDArray[np.float64], score: NDArray[np.float64], block: NDArray[np.int64]
) -> tuple[float, float]:
    """Return the 95 % interval of `effect` [points], from whole weeks drawn anew.

    Days of one week stay together, because pain carries over. Taking out the mean of each block makes the
    weeks look more alike than they are; the interval is widened by that (weeks less blocks).
    """
    over = np.nan_to_num(exposure * score).sum(axis=1)
    under = np.where(np.isfinite(score), np.nan_to_num(exposure) ** 2, 0.0).sum(axis=1)
    weeks, blocks_ = len(over), len(np.unique(block))
    if under.sum() < 1e-9 or weeks <= blocks_:
        return math.nan, math.nan
    counts = _resample_weeks(weeks)
    below = counts @ under
    drawn = (counts @ over)[below > 1e-9] / below[below > 1e-9]
    middle = over.sum() / under.sum()
    wide = math.sqrt(weeks / (weeks - blocks_))
    low, high = middle + wide * (np.percentile(drawn, [2.5, 97.5]) - middle)
    return float(low), float(high)
