"""Diaries that hold only the days on which pain began: the time-stratified case-crossover."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadwatch.tables import Bools

STRATUM_DAYS = 28
WASH_OUT_DAYS = 7  # after an onset, in which a further line is the same episode


@dataclass(frozen=True, slots=True)
class MatchedSet:
    """One onset and the same weekdays of its 28 days: exposed or not."""

    case: bool
    referents: tuple[bool, ...]

    @property
    def discordant(self) -> bool:
        """Whether it carries information: some of its days are exposed and some are not."""
        return len({self.case, *self.referents}) > 1

    @property
    def days(self) -> int:
        """How many days it holds, the onset's among them."""
        return 1 + len(self.referents)

    @property
    def exposed_share(self) -> float:
        """Share of its days that are exposed [1]."""
        return (self.case + sum(self.referents)) / self.days


@dataclass(frozen=True, slots=True)
class Crossover:
    """The result over all matched sets; NaN where no set carries information."""

    odds_ratio: float  # Mantel-Haenszel; infinite where no unexposed case has an exposed referent
    upper_p: float  # exact, one-sided (more onsets on exposed days)
    mid_p: float
    discordant: int


def match_onsets(onsets: Sequence[int], exposed: Bools) -> list[MatchedSet]:
    """Return the matched sets of `onsets`, days counted from the diary's first.

    Referents are fixed beforehand, before and after the onset, which avoids overlap bias.

    Parameters
    ----------
    onsets : days on which pain began.
    exposed : (days,), whether each day follows a change in training.

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
        referents = tuple(bool(exposed[day]) for day in same_weekdays if day != onset)
        sets.append(MatchedSet(bool(exposed[onset]), referents))
    return sets


def _sum_chances(chances: list[float], cases: int) -> tuple[float, float]:
    """Return P(X >= cases) and P(X = cases) of a Poisson-binomial sum of unequal yes-no draws."""
    distribution = np.ones(1)
    for chance in chances:
        distribution = np.convolve(distribution, [1 - chance, chance])
    return float(distribution[cases:].sum()), float(distribution[cases])


def _compute_odds_ratio(sets: Sequence[MatchedSet]) -> float:
    """Return the Mantel-Haenszel odds ratio; infinite if no unexposed case has an exposed day."""
    over = sum(one.referents.count(False) / one.days for one in sets if one.case)
    under = sum(one.referents.count(True) / one.days for one in sets if not one.case)
    if not under:
        return math.inf
    return over / under


def estimate_crossover(sets: Sequence[MatchedSet]) -> Crossover:
    """Return the Mantel-Haenszel odds ratio of `sets` and exact p values.

    Given how many days of a set were exposed, each of its days was equally likely to be that of
    the onset.

    References
    ----------
    .. [1] S. K. Vines, C. P. Farrington, Within-subject exposure dependency in case-crossover
       studies, Stat Med 20:3039-3049, 2001, doi:10.1002/sim.960
    """
    informative = [one for one in sets if one.discordant]
    if not informative:
        return Crossover(math.nan, math.nan, math.nan, 0)
    chances = [one.exposed_share for one in informative]
    cases = sum(one.case for one in informative)
    upper, point = _sum_chances(chances, cases)
    odds_ratio = _compute_odds_ratio(informative)
    return Crossover(odds_ratio, upper, upper - point / 2, len(informative))
