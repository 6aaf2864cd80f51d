"""Daily scores held against exposures: effect, interval and chance, and the checks beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.assess.diary import permutation

if TYPE_CHECKING:
    from numpy.typing import NDArray

AFTER_DAYS = (
    0,
    2,
)  # days after the exposure that are tested: the same day and two more
LATER_DAYS = (3, 7)  # shown beside, not tested
BEFORE_DAYS = (-7, -1)  # the reverse check: pain in the week before


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyEffect:
    """What the scores say of one exposure. NaN where nothing can be said.

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


def mark_window(exposed: NDArray[np.bool_], days: tuple[int, int]) -> NDArray[np.bool_]:
    """Return which days lie from `days[0]` to `days[1]` after an exposed one; the last axis is days."""
    out = np.zeros_like(exposed)
    length = exposed.shape[-1]
    for lag in range(days[0], days[1] + 1):
        if abs(lag) < length:
            target = slice(max(lag, 0), length + min(lag, 0))
            origin = slice(max(-lag, 0), length - max(lag, 0))
            out[..., target] |= exposed[..., origin]
    return out


@dataclass(frozen=True, slots=True, eq=False)
class WeekMatrix:
    """The diary's days laid out as whole weeks, padded with days without a score."""

    before: int  # days put before the first
    weeks: int
    score: NDArray[np.float64]  # (weeks, 7), residual
    block: NDArray[np.int64]  # of each week

    def reshape_weeks(
        self, values: NDArray[np.float64], fill: float = 0.0
    ) -> NDArray[np.float64]:
        """Return `values` (..., days) as (..., weeks, 7)."""
        return _pad_weeks(values, self.before, self.weeks, fill)

    def compute_residual(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return `values` (weeks, 7) less their weekday and block means."""
        groups = np.repeat(self.block, permutation.WEEK_DAYS)
        return permutation.compute_residual(values.ravel(), groups).reshape(
            values.shape
        )


def _pad_weeks(
    values: NDArray[np.float64], before: int, weeks: int, fill: float
) -> NDArray[np.float64]:
    behind = weeks * permutation.WEEK_DAYS - before - values.shape[-1]
    widths = [(0, 0)] * (values.ndim - 1) + [(before, behind)]
    padded = np.pad(values.astype(float), widths, constant_values=fill)
    return padded.reshape(*values.shape[:-1], weeks, permutation.WEEK_DAYS)


def _standardize(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return `values` as distances from their mean in units of their spread; zeros where they are alike."""
    spread = float(values.std())
    return (values - values.mean()) / spread if spread > 1e-9 else np.zeros_like(values)


def build_matrix(
    score: NDArray[np.float64],
    exposed: NDArray[np.bool_],
    distance_m: NDArray[np.float64],
) -> WeekMatrix:
    """Return the scores as residual weeks, cut so that fewest exposures are torn from the days after."""
    before = permutation.choose_offset(exposed, AFTER_DAYS[1] + 1)
    weeks = -(-(before + len(score)) // permutation.WEEK_DAYS)
    length = _pad_weeks(np.ones(len(score)), before, weeks, 0.0).sum(
        axis=1
    )  # days of the diary in each week
    run = _pad_weeks(np.nan_to_num(distance_m), before, weeks, 0.0).sum(axis=1) / length
    often = (
        _pad_weeks(exposed.astype(float), before, weeks, 0.0).sum(axis=(0, 2)) / length
    )
    block = permutation.choose_blocks(_standardize(run) + _standardize(often))
    bare = WeekMatrix(before, weeks, np.empty((0, permutation.WEEK_DAYS)), block)
    return WeekMatrix(
        before, weeks, bare.compute_residual(bare.reshape_weeks(score, np.nan)), block
    )


def _adjust_marks(own: WeekMatrix, days: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the days marked, adjusted for weekday and block over the days that have a score."""
    laid = own.reshape_weeks(days.astype(float))
    return own.compute_residual(np.where(np.isfinite(own.score), laid, np.nan))


def _compute_share(known: NDArray[np.bool_], where: NDArray[np.bool_]) -> float:
    return float(known[where].mean()) if where.any() else float("nan")


def count_exposed_weeks(
    own: WeekMatrix, exposed: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Return, an exposure each, in how many weeks a day on or after it has a score."""
    hit = (
        own.reshape_weeks(mark_window(exposed, AFTER_DAYS).astype(float)) > 0
    ) & np.isfinite(own.score)
    return np.asarray(hit.any(axis=2).sum(axis=1), dtype=np.int64)


def count_scored_weeks(own: WeekMatrix) -> int:
    """Return how many weeks have a score at all."""
    return int(np.isfinite(own.score).any(axis=1).sum())


def _estimate_effects(
    own: WeekMatrix, exposed: NDArray[np.bool_], known: NDArray[np.bool_]
) -> dict[str, float]:
    """Return what `Measured` says of one exposure but for the tests."""
    days = mark_window(exposed, AFTER_DAYS)
    marks = _adjust_marks(own, days)
    low, high = permutation.estimate_interval(marks, own.score, own.block)
    return {
        "effect": permutation.estimate_effect(marks, own.score),
        "low": low,
        "high": high,
        "later": permutation.estimate_effect(
            _adjust_marks(own, mark_window(exposed, LATER_DAYS) & ~days), own.score
        ),
        "before": permutation.estimate_effect(
            _adjust_marks(own, mark_window(exposed, BEFORE_DAYS) & ~days), own.score
        ),
        "filled_exposed": _compute_share(known, days),
        "filled_unexposed": _compute_share(known, ~days),
    }


def measure_exposures(
    own: WeekMatrix,
    score: NDArray[np.float64],
    exposed: NDArray[np.bool_],
    tested: NDArray[np.bool_],
) -> list[DailyEffect]:
    """Return what the scores say of each exposure.

    Parameters
    ----------
    own : the grid of these scores and exposures.
    score : pain a day from 0 to 10, NaN where none was given; without gaps in the days.
    exposed : (exposures, days), true on the day of the exposure itself.
    tested : which exposures have weeks enough to be tested; chosen without a look at the scores.
    """
    after = own.reshape_weeks(mark_window(exposed, AFTER_DAYS).astype(float))
    ahead = own.reshape_weeks(
        (mark_window(exposed, BEFORE_DAYS) & ~mark_window(exposed, AFTER_DAYS)).astype(
            float
        )
    )
    reverse = permutation.run_permutation_test(ahead, own.score, own.block)
    joint, single = np.full(len(exposed), np.nan), np.full(len(exposed), np.nan)
    if tested.any():
        test = permutation.run_permutation_test(after[tested], own.score, own.block)
        joint[tested], single[tested] = test.joint, test.single
    weeks, known = count_exposed_weeks(own, exposed), np.isfinite(score)
    return [
        DailyEffect(
            exposed_weeks=int(weeks[k]),
            p=float(joint[k]),
            p_single=float(single[k]),
            before_p=float(reverse.single[k]),
            **_estimate_effects(own, exposed[k], known),
        )
        for k in range(len(exposed))
    ]


def estimate_next_day(
    own: WeekMatrix, distance_m: NDArray[np.float64]
) -> tuple[float, float]:
    """Return the distance run on the day after one more point of pain [m], and the chance of it.

    Negative where sore days are followed by less running than the weekday and the month would suggest:
    then pain shapes the training, and a link between the two can run either way. The chance is one-sided
    (less running), from the same arrangements of weeks.
    """
    ahead = np.append(distance_m[1:], np.nan)
    exposure = np.nan_to_num(own.compute_residual(own.reshape_weeks(ahead, np.nan)))
    test = permutation.run_permutation_test(-exposure[None], own.score, own.block)
    spread = float(np.nansum(own.score**2))
    slope = (
        float(np.nansum(exposure * own.score)) / spread if spread > 0 else float("nan")
    )
    return slope, float(test.single[0])
