"""Daily scores: whole weeks permuted inside blocks of 28 days, several exposures at once."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from loadwatch.tables import Bools, Floats, Ints

WEEK_DAYS = 7
BLOCK_WEEKS = 4
DRAWS = 9_999
RESAMPLES = 4_999
SEED = 20_261_116  # any number; fixed, so that the same diary gives the same answer
NEARLY_ZERO = 1e-9  # less is the remainder of a sum in binary fractions


@dataclass(frozen=True, slots=True, eq=False)
class PermutationTest:
    """p values of several exposures from the same permutations, one-sided (more pain)."""

    single: Floats  # (exposures,), each by itself
    joint: Floats  # (exposures,), after max-T over all of them
    draws: int
    exact: bool  # no arrangement was left out


def choose_offset(exposed: Bools, days: int) -> int:
    """Return how many days (0-6) to put before the first, so that fewest windows cross two weeks.

    A window is an exposure and the days after it, `days` together; permuting weeks must not
    separate them. The choice uses exposures only, never pain, so it cannot help an answer along.
    """
    places = np.nonzero(exposed)[-1]
    crossing = []
    for before in range(WEEK_DAYS):
        weekday = (places + before) % WEEK_DAYS
        crossing.append(int(np.sum(weekday > WEEK_DAYS - days)))
    return int(np.argmin(crossing))


def build_design(block: Ints, terms: Floats | None = None) -> Floats:
    """Return the columns that are fitted and taken out: weekday, block, `terms`, (days, columns).

    Parameters
    ----------
    block : (weeks,), number of each week's block.
    terms : (terms, weeks, 7), further columns.
    """
    groups = np.repeat(block, WEEK_DAYS)
    day = np.arange(len(groups))
    design = np.zeros((len(groups), WEEK_DAYS + int(groups.max()) + 1))
    design[day, day % WEEK_DAYS] = 1
    design[day, WEEK_DAYS + groups] = 1
    if terms is None:
        return design
    return np.column_stack([design, terms.reshape(len(terms), -1).T])


def compute_residual(values: Floats, design: Floats, known: Bools) -> Floats:
    """Return `values` less what `design` fits to them together on the known days.

    Parameters
    ----------
    values : (..., weeks, 7).
    design : what `build_design` returned for these weeks.
    known : (weeks, 7), the days that are fitted.

    Returns
    -------
    Of all days, so that weeks can change places whatever days they lack; NaN stays NaN.
    """
    flat, days = values.reshape(-1, len(design)), known.ravel()
    if not days.any():
        return np.full(values.shape, np.nan)
    fit = np.linalg.lstsq(design[days], flat[:, days].T, rcond=None)[0]
    return np.asarray((flat - (design @ fit).T).reshape(values.shape))


def choose_blocks(training: Floats) -> Ints:
    """Return the block of each week: four weeks each, with the most similar training inside them.

    A block of harder training brings more exposed days and often more pain; only weeks of the
    same block may change places. The first block has one to four weeks, whichever fits the
    training best. Pain is not used.

    Parameters
    ----------
    training : (weeks,), how much was run and how often exposures came, in any unit.
    """

    def measure_spread(block: Ints) -> float:
        count = np.maximum(np.bincount(block), 1)
        mean = np.bincount(block, training) / count
        return float(np.sum((training - mean[block]) ** 2)) + NEARLY_ZERO

    weeks = len(training)
    choices = [_number_blocks(weeks, first) for first in range(BLOCK_WEEKS, 0, -1)]
    best = min(choices, key=measure_spread)
    return np.asarray(best - best[0], dtype=np.int64)


def _number_blocks(weeks: int, first: int) -> Ints:
    """Return the block of each of `weeks` weeks where the first block has `first` of them."""
    number = (np.arange(weeks) + BLOCK_WEEKS - first) // BLOCK_WEEKS
    return np.asarray(number, dtype=np.int64)


def _sum_arrangements(exposure: Floats, score: Floats, block: Ints) -> list[Floats]:
    """Return the sums of exposure x score, for each block one array (exposures, arrangements).

    exposure is (exposures, weeks, 7) and score (weeks, 7), both without NaN.
    """
    sums = []
    for number in range(int(block[-1]) + 1):
        weeks = block == number
        pairs = np.einsum("kid,jd->kij", exposure[:, weeks], score[weeks])
        size = pairs.shape[1]
        sums.append(pairs[:, np.arange(size), _list_orders(size)].sum(axis=2))
    return sums


@lru_cache(maxsize=BLOCK_WEEKS)
def _list_orders(size: int) -> Ints:
    """Return all orders of `size` weeks, (orders, size); the first is as they are."""
    return np.array(list(itertools.permutations(range(size))), dtype=np.int64)


@lru_cache(maxsize=8)
def _draw_arrangements(sizes: tuple[int, ...], draws: int) -> tuple[Ints, bool]:
    """Return draws of one arrangement per block, and whether these are all there are.

    `sizes` are the numbers of arrangements of the blocks. The array is (draws, blocks); its first
    row is the order of the diary itself.
    """
    if math.prod(sizes) <= draws:
        every = list(itertools.product(*map(range, sizes)))
        return np.array(every, dtype=np.int64), True
    random = np.random.default_rng(SEED)
    picks = np.column_stack([random.integers(0, size, draws + 1) for size in sizes])
    picks[0] = 0  # itertools.permutations begins with the order as it is
    return picks, False


@lru_cache(maxsize=8)
def _resample_weeks(weeks: int) -> Floats:
    """Return how often each week comes up in each resample, (resamples, weeks)."""
    random = np.random.default_rng(SEED)
    shares = np.full(weeks, 1 / weeks)
    return random.multinomial(weeks, shares, size=RESAMPLES).astype(float)


def _add_blocks(sums: list[Floats], draws: int) -> tuple[Floats, bool]:
    """Return the sums over all blocks (exposures, draws), and whether no arrangement is missing."""
    sizes = tuple(block.shape[1] for block in sums)
    picks, exact = _draw_arrangements(sizes, draws)
    drawn = [block[:, picks[:, number]] for number, block in enumerate(sums)]
    return np.sum(drawn, axis=0), exact


def compute_widening(block: Ints, plain: Floats, terms: Floats) -> float:
    """Return by how much arrangements must be widened after `terms` were taken out [1].

    What is taken out of scores and exposures takes spread between weeks along, which other
    arrangements then lack and the diary's own does not. The widening gives back as many weeks as
    the terms hold between weeks.

    Parameters
    ----------
    block : (weeks,), number of each week's block.
    plain : design of weekday and block.
    terms : (terms, weeks, 7).

    References
    ----------
    .. [1] A. M. Winkler et al., Permutation inference for the general linear model, NeuroImage
       92:381-397, 2014, doi:10.1016/j.neuroimage.2014.01.060
    """
    columns = terms.reshape(len(terms), -1).T
    residual = columns - plain @ np.linalg.lstsq(plain, columns, rcond=None)[0]
    basis, sizes, _ = np.linalg.svd(residual, full_matrices=False)
    basis = basis[:, sizes > NEARLY_ZERO]
    sums = basis.reshape(len(block), WEEK_DAYS, -1).sum(axis=1)
    # of whole weeks, 0 to the number of terms
    between = float((sums**2).sum()) / WEEK_DAYS
    free = len(block) - len(np.unique(block))
    return math.sqrt(free / max(free - between, 1.0))


def run_permutation_test(
    exposure: Floats,
    score: Floats,
    block: Ints,
    draws: int = DRAWS,
    widening: float = 1.0,
) -> PermutationTest:
    """Return how often arrangements of whole weeks give at least the diary's own link.

    The statistic of an exposure is the sum of scores over its exposed days, in units of its own
    spread over all arrangements. The joint p value compares it with the largest of any exposure in
    each arrangement, which corrects for having tested several.

    Parameters
    ----------
    exposure : (exposures, weeks, 7); 1 on exposed days, else 0 (any number will do).
    score : (weeks, 7); residual pain, NaN where no score was given.
    block : (weeks,), number of each week's block, rising.
    draws : how many arrangements to draw where there are more than these.
    widening : what `compute_widening` returned, where terms were taken out.

    References
    ----------
    .. [1] P. H. Westfall, S. S. Young, Resampling-Based Multiple Testing, Wiley, 1993
    """
    sums = _sum_arrangements(exposure, np.nan_to_num(score), block)
    mean = np.sum([each.mean(axis=1) for each in sums], axis=0)
    spread = np.sqrt(np.sum([each.var(axis=1) for each in sums], axis=0))
    totals, exact = _add_blocks(sums, draws)
    # an exposure that is the same in all weeks of each block carries no information
    varies = spread > NEARLY_ZERO
    scale = np.where(varies, spread, 1.0)[:, None]
    z = np.where(varies[:, None], (totals - mean[:, None]) / scale, -np.inf)
    own = z[:, :1] - NEARLY_ZERO  # of the diary as it is, the first draw
    z[:, 1:] *= widening
    single = np.where(varies, (z >= own).mean(axis=1), 1.0)
    joint = np.where(varies, (z.max(axis=0) >= own).mean(axis=1), 1.0)
    return PermutationTest(single, joint, totals.shape[1], exact)


def estimate_effect(exposure: Floats, score: Floats) -> float:
    """Return the mean difference on exposed days [points], NaN where there is none.

    It is that of a regression on weekday, block and exposure: both arguments are residuals.

    Parameters
    ----------
    exposure, score : (weeks, 7), both less their weekday and block means; NaN where no score is.
    """
    scored = np.where(np.isfinite(score), exposure, np.nan)
    under = float(np.nansum(scored**2))
    if under <= NEARLY_ZERO:
        return math.nan
    return float(np.nansum(exposure * score)) / under


def estimate_interval(
    exposure: Floats, score: Floats, block: Ints
) -> tuple[float, float]:
    """Return the 95 % interval of `estimate_effect` [points], from whole weeks resampled.

    Days of one week stay together, because pain carries over. Subtracting the mean of each block
    makes the weeks more similar than they are; the interval is widened by that (weeks less blocks).
    """
    over = np.nan_to_num(exposure * score).sum(axis=1)
    under = np.where(np.isfinite(score), np.nan_to_num(exposure) ** 2, 0.0).sum(axis=1)
    weeks, block_count = len(over), len(np.unique(block))
    if under.sum() < NEARLY_ZERO or weeks <= block_count:
        return math.nan, math.nan
    counts = _resample_weeks(weeks)
    denominator = counts @ under
    usable = denominator > NEARLY_ZERO
    drawn = (counts @ over)[usable] / denominator[usable]
    middle = over.sum() / under.sum()
    widening = math.sqrt(weeks / (weeks - block_count))
    ends = middle + widening * (np.percentile(drawn, [2.5, 97.5]) - middle)
    low, high = ends.tolist()
    return low, high
