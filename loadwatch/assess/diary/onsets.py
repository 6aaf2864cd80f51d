"""Diaries that hold only the days on which pain began: the time-stratified case-crossover."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadwatch.tables import Bools, Floats

STRATUM_DAYS = 28
WASH_OUT_DAYS = 7  # after an onset, in which a further line is the same episode
_MAX_STEPS = 25
_NEAR = 1e-6  # [1/km]
# [1/km]; a few onsets may fit perfectly, for which no slope would be large enough
_MAX_SLOPE = 1.0
_MIN_INFORMATION = 1e-9  # [km^2]


@dataclass(frozen=True, slots=True)
class MatchedSet:
    """One onset and the same weekdays of its 28 days: exposed or not."""

    case: bool
    referents: tuple[bool, ...]
    # of the onset and of the referents, over the day and the two before it; () = not known
    distances_km: tuple[float, ...] = ()

    @property
    def marks(self) -> tuple[bool, ...]:
        """Which days are exposed, the onset's first."""
        return (self.case, *self.referents)

    @property
    def discordant(self) -> bool:
        """Whether it carries information: some of its days are exposed and some are not."""
        return len(set(self.marks)) > 1

    def share_exposed(self, slope: float) -> float:
        """Return the chance that the onset falls on an exposed day, by kilometres alone [1].

        `slope` is the logarithm of the odds for one kilometre more; with 0 all days are as likely.
        """
        weights = self.weigh_days(slope)
        return float(weights[np.array(self.marks)].sum())

    def weigh_days(self, slope: float) -> Floats:
        """Return the chance of each day to be that of the onset, by kilometres alone [1]."""
        if not self.distances_km:
            return np.full(len(self.marks), 1 / len(self.marks))
        logits = slope * np.array(self.distances_km)
        weights = np.exp(logits - logits.max())
        return np.asarray(weights / weights.sum())


@dataclass(frozen=True, slots=True)
class Crossover:
    """The result over all matched sets; NaN where no set carries information."""

    odds_ratio: float  # Mantel-Haenszel; infinite where no unexposed case has an exposed referent
    upper_p: float  # exact, one-sided (more onsets on exposed days)
    mid_p: float
    discordant: int


def match_onsets(
    onsets: Sequence[int], exposed: Bools, window_m: Floats | None = None
) -> list[MatchedSet]:
    """Return the matched sets of `onsets`, days counted from the diary's first.

    Referents are fixed beforehand, before and after the onset, which avoids overlap bias.

    Parameters
    ----------
    onsets : days on which pain began.
    exposed : (days,), whether each day follows a change in training.
    window_m : (days,), distance of each day and the two before it [m]; None: not taken out.

    References
    ----------
    .. [1] H. Janes, L. Sheppard, T. Lumley, Case-crossover analyses of air pollution exposure data,
       Epidemiology 16:717-726, 2005, doi:10.1097/01.ede.0000181315.18836.9d
    """
    sets = []
    for onset in onsets:
        first = onset - onset % STRATUM_DAYS
        end = min(first + STRATUM_DAYS, len(exposed))
        same_weekdays = range(first + onset % 7, end, 7)
        days = [onset, *(day for day in same_weekdays if day != onset)]
        distances: tuple[float, ...] = ()
        if window_m is not None:
            distances = tuple(float(window_m[day]) / 1000.0 for day in days)
        case, *referents = (bool(exposed[day]) for day in days)
        sets.append(MatchedSet(case, tuple(referents), distances))
    return sets


def _sum_chances(chances: list[float], cases: int) -> tuple[float, float]:
    """Return P(X >= cases) and P(X = cases) of a Poisson-binomial sum of unequal yes-no draws."""
    distribution = np.ones(1)
    for chance in chances:
        distribution = np.convolve(distribution, [1 - chance, chance])
    return float(distribution[cases:].sum()), float(distribution[cases])


def fit_distance_slope(sets: Sequence[MatchedSet]) -> float:
    """Return how the odds of an onset go with kilometres: the logarithm for one more [1/km].

    The conditional likelihood of all sets, by Newton's method; 0 where no set tells. Exposures are
    left out, so that what goes with both is put down to the kilometres.
    """
    slope = 0.0
    for _ in range(_MAX_STEPS):
        score, information = _sum_likelihood(sets, slope)
        if information < _MIN_INFORMATION:
            break
        step = score / information
        slope = min(max(slope + step, -_MAX_SLOPE), _MAX_SLOPE)
        if abs(step) < _NEAR:
            break
    return slope


def _sum_likelihood(sets: Sequence[MatchedSet], slope: float) -> tuple[float, float]:
    """Return the first and the negative second derivative of the log likelihood."""
    score, information = 0.0, 0.0
    for one in sets:
        if not one.distances_km:
            continue
        distances, weights = np.array(one.distances_km), one.weigh_days(slope)
        mean = float(weights @ distances)
        score += one.distances_km[0] - mean
        information += float(weights @ distances**2) - mean**2
    return score, information


def _compute_odds_ratio(sets: Sequence[MatchedSet], shares: Sequence[float]) -> float:
    """Return the Mantel-Haenszel odds ratio; infinite if no unexposed case has an exposed day."""
    pairs = list(zip(sets, shares, strict=True))
    over = sum(1.0 - share for one, share in pairs if one.case)
    under = sum(share for one, share in pairs if not one.case)
    if not under:
        return math.inf
    return over / under


def estimate_crossover(sets: Sequence[MatchedSet]) -> Crossover:
    """Return the Mantel-Haenszel odds ratio of `sets` and exact p values.

    Given how many days of a set were exposed, each of its days was as likely to be that of the
    onset as its kilometres make it, by the slope over all sets; without kilometres, equally.

    References
    ----------
    .. [1] S. K. Vines, C. P. Farrington, Within-subject exposure dependency in case-crossover
       studies, Stat Med 20:3039-3049, 2001, doi:10.1002/sim.960
    """
    informative = [one for one in sets if one.discordant]
    if not informative:
        return Crossover(math.nan, math.nan, math.nan, 0)
    slope = fit_distance_slope(sets)
    shares = [one.share_exposed(slope) for one in informative]
    cases = sum(one.case for one in informative)
    upper, point = _sum_chances(shares, cases)
    odds_ratio = _compute_odds_ratio(informative, shares)
    return Crossover(odds_ratio, upper, upper - point / 2, len(informative))
