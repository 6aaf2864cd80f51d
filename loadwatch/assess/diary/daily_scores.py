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
    block: Ints  # (weeks,), number of each week's block
    raw: Floats  # (weeks, 7), the scores
    score: Floats  # (weeks, 7), less weekday, block and kilometres
    design: Floats  # (days, columns), what is taken out of scores and marked days
    plain: Floats  # the same without the kilometres
    widening: float  # of arrangements of weeks, for the kilometres taken out

    def reshape_weeks(self, values: Floats, fill: float = 0.0) -> Floats:
        """Return `values` (..., days) as (..., weeks, 7)."""
        return _pad_weeks(values, self.before, self.weeks, fill)

    def adjust_marks(self, days: Bools) -> Floats:
        """Return marked days (..., days) less weekday, block and kilometres, (..., weeks, 7).

        Fitted on the days with a score.
        """
        marks = self.reshape_weeks(days.astype(float))
        return permutation.compute_residual(marks, self.design, self.known)

    @property
    def known(self) -> Bools:
        """The days with a score, (weeks, 7)."""
        return np.isfinite(self.raw)

    def compute_plain_score(self) -> Floats:
        """Return the scores less weekday and block, (weeks, 7): the kilometres left in."""
        return permutation.compute_residual(self.raw, self.plain, self.known)


def _pad_weeks(values: Floats, before: int, weeks: int, fill: float) -> Floats:
    behind = weeks * WEEK_DAYS - before - values.shape[-1]
    widths = [(0, 0)] * (values.ndim - 1) + [(before, behind)]
    padded = np.pad(values.astype(float), widths, constant_values=fill)
    return padded.reshape(*values.shape[:-1], weeks, WEEK_DAYS)


def _standardize(values: Floats) -> Floats:
    """Return `values` less their mean, in units of their spread; zeros without a spread."""
    spread = float(values.std())
    if spread > NEARLY_ZERO:
        return np.asarray((values - values.mean()) / spread)
    return np.zeros_like(values)


def build_matrix(
    score: Floats, exposed: Bools, distance_m: Floats, terms: Floats | None = None
) -> WeekMatrix:
    """Return the scores as residual weeks, cut where fewest exposures lose the days after them.

    Parameters
    ----------
    score : (days,), pain from 0 to 10, NaN where none was given.
    exposed : (exposures, days), true on the day of the exposure itself.
    distance_m : (days,), distance run [m].
    terms : (terms, days), taken out of pain and exposures beside weekday and block; see
        `build_distance_terms`.
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
    plain = permutation.build_design(block)
    design, widening = plain, 1.0
    if terms is not None:
        design = permutation.build_design(block, pad(terms))
        widening = permutation.compute_widening(block, plain, pad(terms))
    raw = pad(score, np.nan)
    residual = permutation.compute_residual(raw, design, np.isfinite(raw))
    return WeekMatrix(before, weeks, block, raw, residual, design, plain, widening)


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


def find_chances(
    matrix: WeekMatrix,
    exposed: Bools,
    tested: Bools,
    draws: int = permutation.DRAWS,
) -> tuple[Floats, Floats]:
    """Return the joint and the single chance of each exposure, NaN where it is not tested.

    Parameters
    ----------
    matrix : the weeks of these scores and exposures.
    exposed : (exposures, days), true on the day of the exposure itself.
    tested : (exposures,), which have weeks enough; chosen without the scores.
    draws : arrangements of weeks to draw.
    """
    joint, single = np.full(len(exposed), np.nan), np.full(len(exposed), np.nan)
    if tested.any():
        after = matrix.adjust_marks(mark_window(exposed[tested], AFTER_DAYS))
        test = permutation.run_permutation_test(
            after, matrix.score, matrix.block, draws, matrix.widening
        )
        joint[tested], single[tested] = test.joint, test.single
    return joint, single


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
    days = mark_window(exposed, AFTER_DAYS)
    later_days = mark_window(exposed, LATER_DAYS) & ~days
    before_days = mark_window(exposed, BEFORE_DAYS) & ~days
    after, later, before = map(matrix.adjust_marks, (days, later_days, before_days))
    reverse = permutation.run_permutation_test(
        before, matrix.score, matrix.block, widening=matrix.widening
    )
    joint, single = find_chances(matrix, exposed, tested)
    weeks, known = count_exposed_weeks(matrix, exposed), np.isfinite(score)
    found = []
    for k in range(len(exposed)):
        low, high = permutation.estimate_interval(after[k], matrix.score, matrix.block)
        found.append(
            DailyEffect(
                exposed_weeks=int(weeks[k]),
                effect=permutation.estimate_effect(after[k], matrix.score),
                low=low,
                high=high,
                p=float(joint[k]),
                p_single=float(single[k]),
                later=permutation.estimate_effect(later[k], matrix.score),
                before=permutation.estimate_effect(before[k], matrix.score),
                before_p=float(reverse.single[k]),
                filled_exposed=_compute_share(known, days[k]),
                filled_unexposed=_compute_share(known, ~days[k]),
            )
        )
    return found


def compare_distance(
    matrix: WeekMatrix, exposed: Bools, distance_m: Floats
) -> tuple[float, float]:
    """Return the distance of an exposed window and of comparable days [m]; NaN without any.

    A window is the exposed day and the two after it. Comparable are the unexposed days of the same
    weekday and block.

    Parameters
    ----------
    matrix : the weeks of the diary.
    exposed : (days,), true on the day of the exposure itself.
    distance_m : (days,), distance run on each day [m].
    """
    inside = matrix.reshape_weeks(np.ones(len(exposed))) > 0
    marked = matrix.reshape_weeks(mark_window(exposed, AFTER_DAYS).astype(float)) > 0
    metres = matrix.reshape_weeks(distance_m)
    own, others = [], []
    for week, weekday in np.argwhere(marked).tolist():
        in_block = (matrix.block == matrix.block[week]) & inside[:, weekday]
        comparable = metres[in_block & ~marked[:, weekday], weekday]
        if len(comparable):
            own.append(metres[week, weekday])
            others.append(comparable.mean())
    if not own:
        return math.nan, math.nan
    length = AFTER_DAYS[1] - AFTER_DAYS[0] + 1
    return length * float(np.mean(own)), length * float(np.mean(others))


def estimate_distance_link(matrix: WeekMatrix, window_m: Floats) -> tuple[float, float]:
    """Return the points of pain for 10 km more in three days, and the chance of so many [1].

    Parameters
    ----------
    matrix : the weeks of the diary.
    window_m : (days,), distance of each day and the two before it [m].
    """
    weeks = matrix.reshape_weeks(window_m / 10_000.0)
    distance = permutation.compute_residual(weeks, matrix.plain, matrix.known)
    score = matrix.compute_plain_score()
    test = permutation.run_permutation_test(distance[None], score, matrix.block)
    return permutation.estimate_effect(distance, score), float(test.single[0])


def estimate_next_day(matrix: WeekMatrix, distance_m: Floats) -> tuple[float, float]:
    """Return the distance run on the day after one more point of pain [m], and its chance [1].

    Negative where sore days are followed by less running than the weekday and the month would
    suggest: then pain shapes the training, and a link between the two can run either way. The
    chance is one-sided (less running), from the same arrangements of weeks.
    """
    next_day_m = np.append(distance_m[1:], np.nan)
    weeks = matrix.reshape_weeks(next_day_m, np.nan)
    residual = permutation.compute_residual(weeks, matrix.plain, np.isfinite(weeks))
    running, score = np.nan_to_num(residual), matrix.compute_plain_score()
    test = permutation.run_permutation_test(-running[None], score, matrix.block)
    chance = float(test.single[0])
    spread = float(np.nansum(score**2))
    if spread <= 0:
        return math.nan, chance
    return float(np.nansum(running * score)) / spread, chance
