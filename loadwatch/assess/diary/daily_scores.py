"""Daily scores compared with exposures: effect, interval, p value and the checks beside them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.assess.diary import permutation
from loadwatch.assess.diary.permutation import NEARLY_ZERO, WEEK_DAYS

if TYPE_CHECKING:
    from loadwatch.tables import Bools, Floats, Ints

AFTER_DAYS = (0, 2)  # after the exposure, tested: the same day and two more
LATER_DAYS = (3, 7)  # shown beside, not tested
BEFORE_DAYS = (-7, -1)  # the reverse check: pain in the week before


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyEffect:
    """How the scores differ with one exposure. NaN where nothing can be estimated.

    Effects are differences of the pain score [points of 0 to 10], chances p values [1].
    """

    exposed_weeks: int  # weeks with an exposed and scored day
    effect: float  # on the exposed day and the two after it
    low: float  # 95 % interval of the effect
    high: float
    p: float  # one-sided, after max-T over all exposures tested together; NaN if not tested
    p_single: float
    later: float  # the effect three to seven days after
    before: float  # the effect in the week before
    before_p: float  # chance of that, one-sided
    filled_exposed: float  # share of days with a score
    filled_unexposed: float


def mark_window(exposed: Bools, days: tuple[int, int]) -> Bools:
    """Return which days are `days[0]` to `days[1]` days after an exposed one.

    The last axis of both arrays is days.
    """
    marks = np.zeros_like(exposed)
    length = exposed.shape[-1]
    for lag in range(days[0], days[1] + 1):
        if abs(lag) < length:
            target = slice(max(lag, 0), length + min(lag, 0))
            origin = slice(max(-lag, 0), length - max(lag, 0))
            marks[..., target] |= exposed[..., origin]
    return marks


@dataclass(frozen=True, slots=True, eq=False)
class WeekMatrix:
    """The days of a diary as whole weeks, padded with days without a score."""

    before: int  # days put before the first
    weeks: int
    score: Floats  # (weeks, 7), residual
    block: Ints  # (weeks,), number of each week's block

    def reshape_weeks(self, values: Floats, fill: float = 0.0) -> Floats:
        """Return `values` (..., days) as (..., weeks, 7)."""
        return _pad_weeks(values, self.before, self.weeks, fill)

    def compute_residual(self, values: Floats) -> Floats:
        """Return `values` (weeks, 7) less their weekday and block means."""
        return _compute_residual(values, self.block)


def _pad_weeks(values: Floats, before: int, weeks: int, fill: float) -> Floats:
    behind = weeks * WEEK_DAYS - before - values.shape[-1]
    widths = [(0, 0)] * (values.ndim - 1) + [(before, behind)]
    padded = np.pad(values.astype(float), widths, constant_values=fill)
    return padded.reshape(*values.shape[:-1], weeks, WEEK_DAYS)


def _compute_residual(values: Floats, block: Ints) -> Floats:
    groups = np.repeat(block, WEEK_DAYS)
    return permutation.compute_residual(values.ravel(), groups).reshape(values.shape)


def _standardize(values: Floats) -> Floats:
    """Return `values` less their mean, in units of their spread; zeros without a spread."""
    spread = float(values.std())
    if spread > NEARLY_ZERO:
        return np.asarray((values - values.mean()) / spread)
    return np.zeros_like(values)


def build_matrix(score: Floats, exposed: Bools, distance_m: Floats) -> WeekMatrix:
    """Return the scores as residual weeks, cut where fewest exposures lose the days after them.

    Parameters
    ----------
    score : (days,), pain from 0 to 10, NaN where none was given.
    exposed : (exposures, days), true on the day of the exposure itself.
    distance_m : (days,), distance run [m].
    """
    before = permutation.choose_offset(exposed, AFTER_DAYS[1] + 1)
    weeks = -(-(before + len(score)) // WEEK_DAYS)

    def pad(values: Floats, fill: float = 0.0) -> Floats:
        return _pad_weeks(values, before, weeks, fill)

    days = pad(np.ones(len(score))).sum(axis=1)  # days of the diary in each week
    distance = pad(np.nan_to_num(distance_m)).sum(axis=1) / days
    exposures = pad(exposed.astype(float)).sum(axis=(0, 2)) / days
    training = _standardize(distance) + _standardize(exposures)
    block = permutation.choose_blocks(training)
    residual = _compute_residual(pad(score, np.nan), block)
    return WeekMatrix(before, weeks, residual, block)


def _adjust_marks(matrix: WeekMatrix, days: Bools) -> Floats:
    """Return the marked days less their weekday and block means, over days with a score."""
    marks = matrix.reshape_weeks(days.astype(float))
    scored = np.where(np.isfinite(matrix.score), marks, np.nan)
    return matrix.compute_residual(scored)


def _compute_share(known: Bools, where: Bools) -> float:
    if not where.any():
        return math.nan
    return float(known[where].mean())


def count_exposed_weeks(matrix: WeekMatrix, exposed: Bools) -> Ints:
    """Return in how many weeks a day on or after each exposure has a score, (exposures,)."""
    after = matrix.reshape_weeks(mark_window(exposed, AFTER_DAYS).astype(float))
    scored = (after > 0) & np.isfinite(matrix.score)
    return np.asarray(scored.any(axis=2).sum(axis=1), dtype=np.int64)


def count_scored_weeks(matrix: WeekMatrix) -> int:
    """Return how many weeks have a score at all."""
    return int(np.isfinite(matrix.score).any(axis=1).sum())


def _estimate_effects(
    matrix: WeekMatrix, exposed: Bools, known: Bools
) -> dict[str, float]:
    """Return the fields of `DailyEffect` for one exposure, but for the p values."""
    days = mark_window(exposed, AFTER_DAYS)
    after = _adjust_marks(matrix, days)
    later = _adjust_marks(matrix, mark_window(exposed, LATER_DAYS) & ~days)
    before = _adjust_marks(matrix, mark_window(exposed, BEFORE_DAYS) & ~days)
    low, high = permutation.estimate_interval(after, matrix.score, matrix.block)
    return {
        "effect": permutation.estimate_effect(after, matrix.score),
        "low": low,
        "high": high,
        "later": permutation.estimate_effect(later, matrix.score),
        "before": permutation.estimate_effect(before, matrix.score),
        "filled_exposed": _compute_share(known, days),
        "filled_unexposed": _compute_share(known, ~days),
    }


def measure_exposures(
    matrix: WeekMatrix, score: Floats, exposed: Bools, tested: Bools
) -> list[DailyEffect]:
    """Return how the scores differ with each exposure.

    Parameters
    ----------
    matrix : the weeks of these scores and exposures.
    score : (days,), pain from 0 to 10, NaN where none was given; without gaps in the days.
    exposed : (exposures, days), true on the day of the exposure itself.
    tested : (exposures,), which have weeks enough to be tested; chosen without the scores.
    """
    after_days = mark_window(exposed, AFTER_DAYS)
    before_days = mark_window(exposed, BEFORE_DAYS) & ~after_days
    after = matrix.reshape_weeks(after_days.astype(float))
    before = matrix.reshape_weeks(before_days.astype(float))
    reverse = permutation.run_permutation_test(before, matrix.score, matrix.block)
    joint, single = np.full(len(exposed), np.nan), np.full(len(exposed), np.nan)
    if tested.any():
        test = permutation.run_permutation_test(
            after[tested], matrix.score, matrix.block
        )
        joint[tested], single[tested] = test.joint, test.single
    weeks, known = count_exposed_weeks(matrix, exposed), np.isfinite(score)
    return [
        DailyEffect(
            exposed_weeks=int(weeks[k]),
            p=float(joint[k]),
            p_single=float(single[k]),
            before_p=float(reverse.single[k]),
            **_estimate_effects(matrix, exposed[k], known),
        )
        for k in range(len(exposed))
    ]


def estimate_next_day(matrix: WeekMatrix, distance_m: Floats) -> tuple[float, float]:
    """Return the distance run on the day after one more point of pain [m], and its chance [1].

    Negative where sore days are followed by less running than the weekday and the month would
    suggest: then pain shapes the training, and a link between the two can run either way. The
    chance is one-sided (less running), from the same arrangements of weeks.
    """
    next_day_m = np.append(distance_m[1:], np.nan)
    weeks = matrix.reshape_weeks(next_day_m, np.nan)
    running = np.nan_to_num(matrix.compute_residual(weeks))
    test = permutation.run_permutation_test(-running[None], matrix.score, matrix.block)
    chance = float(test.single[0])
    spread = float(np.nansum(matrix.score**2))
    if spread <= 0:
        return math.nan, chance
    return float(np.nansum(running * matrix.score)) / spread, chance
