"""Daily scores held against exposures: effect, interval and chance, and the checks beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.assess.diary import permute

if TYPE_CHECKING:
    from numpy.typing import NDArray

AFTER = (0, 2)  # days after the exposure that are tested: the same day and two more
LATER = (3, 7)  # shown beside, not tested
BEFORE = (-7, -1)  # the reverse check: pain in the week before


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
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


def window(exposed: NDArray[np.bool_], days: tuple[int, int]) -> NDArray[np.bool_]:
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
class Grid:
    """The diary's days laid out as whole weeks, padded with days without a score."""

    before: int  # days put before the first
    weeks: int
    score: NDArray[np.float64]  # (weeks, 7), residual
    block: NDArray[np.int64]  # of each week

    def lay(
        self, values: NDArray[np.float64], fill: float = 0.0
    ) -> NDArray[np.float64]:
        """Return `values` (..., days) as (..., weeks, 7)."""
        return _laid(values, self.before, self.weeks, fill)

    def residual(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return `values` (weeks, 7) less their weekday and block means."""
        groups = np.repeat(self.block, permute.WEEK)
        return permute.residual(values.ravel(), groups).reshape(values.shape)


def _laid(
    values: NDArray[np.float64], before: int, weeks: int, fill: float
) -> NDArray[np.float64]:
    behind = weeks * permute.WEEK - before - values.shape[-1]
    widths = [(0, 0)] * (values.ndim - 1) + [(before, behind)]
    padded = np.pad(values.astype(float), widths, constant_values=fill)
    return padded.reshape(*values.shape[:-1], weeks, permute.WEEK)


def _standard(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return `values` as distances from their mean in units of their spread; zeros where they are alike."""
    spread = float(values.std())
    return (values - values.mean()) / spread if spread > 1e-9 else np.zeros_like(values)


def grid(
    score: NDArray[np.float64],
    exposed: NDArray[np.bool_],
    distance_m: NDArray[np.float64],
) -> Grid:
    """Return the scores as residual weeks, cut so that fewest exposures are torn from the days after."""
    before = permute.cut(exposed, AFTER[1] + 1)
    weeks = -(-(before + len(score)) // permute.WEEK)
    length = _laid(np.ones(len(score)), before, weeks, 0.0).sum(
        axis=1
    )  # days of the diary in each week
    run = _laid(np.nan_to_num(distance_m), before, weeks, 0.0).sum(axis=1) / length
    often = _laid(exposed.astype(float), before, weeks, 0.0).sum(axis=(0, 2)) / length
    block = permute.blocks(_standard(run) + _standard(often))
    bare = Grid(before, weeks, np.empty((0, permute.WEEK)), block)
    return Grid(before, weeks, bare.residual(bare.lay(score, np.nan)), block)


def _marks(own: Grid, days: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the days marked, adjusted for weekday and block over the days that have a score."""
    laid = own.lay(days.astype(float))
    return own.residual(np.where(np.isfinite(own.score), laid, np.nan))


def _share(known: NDArray[np.bool_], where: NDArray[np.bool_]) -> float:
    return float(known[where].mean()) if where.any() else float("nan")


def exposed_weeks(own: Grid, exposed: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return, an exposure each, in how many weeks a day on or after it has a score."""
    hit = (own.lay(window(exposed, AFTER).astype(float)) > 0) & np.isfinite(own.score)
    return np.asarray(hit.any(axis=2).sum(axis=1), dtype=np.int64)


def scored_weeks(own: Grid) -> int:
    """Return how many weeks have a score at all."""
    return int(np.isfinite(own.score).any(axis=1).sum())


def _one(
    own: Grid, exposed: NDArray[np.bool_], known: NDArray[np.bool_]
) -> dict[str, float]:
    """Return what `Measured` says of one exposure but for the tests."""
    days = window(exposed, AFTER)
    marks = _marks(own, days)
    low, high = permute.interval(marks, own.score, own.block)
    return {
        "effect": permute.effect(marks, own.score),
        "low": low,
        "high": high,
        "later": permute.effect(_marks(own, window(exposed, LATER) & ~days), own.score),
        "before": permute.effect(
            _marks(own, window(exposed, BEFORE) & ~days), own.score
        ),
        "filled_exposed": _share(known, days),
        "filled_unexposed": _share(known, ~days),
    }


def measured(
    own: Grid,
    score: NDArray[np.float64],
    exposed: NDArray[np.bool_],
    tested: NDArray[np.bool_],
) -> list[Measured]:
    """Return what the scores say of each exposure.

    Parameters
    ----------
    own : the grid of these scores and exposures.
    score : pain a day from 0 to 10, NaN where none was given; without gaps in the days.
    exposed : (exposures, days), true on the day of the exposure itself.
    tested : which exposures have weeks enough to be tested; chosen without a look at the scores.
    """
    after = own.lay(window(exposed, AFTER).astype(float))
    ahead = own.lay((window(exposed, BEFORE) & ~window(exposed, AFTER)).astype(float))
    reverse = permute.permutation_test(ahead, own.score, own.block)
    joint, single = np.full(len(exposed), np.nan), np.full(len(exposed), np.nan)
    if tested.any():
        test = permute.permutation_test(after[tested], own.score, own.block)
        joint[tested], single[tested] = test.joint, test.single
    weeks, known = exposed_weeks(own, exposed), np.isfinite(score)
    return [
        Measured(
            exposed_weeks=int(weeks[k]),
            p=float(joint[k]),
            p_single=float(single[k]),
            before_p=float(reverse.single[k]),
            **_one(own, exposed[k], known),
        )
        for k in range(len(exposed))
    ]


def next_day(own: Grid, distance_m: NDArray[np.float64]) -> tuple[float, float]:
    """Return the distance run on the day after one more point of pain [m], and the chance of it.

    Negative where sore days are followed by less running than the weekday and the month would suggest:
    then pain shapes the training, and a link between the two can run either way. The chance is one-sided
    (less running), from the same arrangements of weeks.
    """
    ahead = np.append(distance_m[1:], np.nan)
    exposure = np.nan_to_num(own.residual(own.lay(ahead, np.nan)))
    test = permute.permutation_test(-exposure[None], own.score, own.block)
    spread = float(np.nansum(own.score**2))
    slope = (
        float(np.nansum(exposure * own.score)) / spread if spread > 0 else float("nan")
    )
    return slope, float(test.single[0])
