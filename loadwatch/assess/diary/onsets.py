"""Diaries that hold only the days on which pain began: the time-stratified case-crossover."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

STRATUM_DAYS = 28  # days
WASH_OUT_DAYS = 7  # days after an onset in which a further line is the same episode


@dataclass(frozen=True, slots=True)
class MatchedSet:
    """One onset and the same weekdays of its 28 days: exposed or not."""

    case: bool
    referents: tuple[bool, ...]

    @property
    def discordant(self) -> bool:
        """Whether the set can tell anything: some of its days exposed and some not."""
        return len({self.case, *self.referents}) > 1


@dataclass(frozen=True, slots=True)
class Crossover:
    """What the matched sets say together; NaN where they say nothing."""

    odds_ratio: float  # Mantel-Haenszel; infinite where no unexposed case has an exposed referent
    upper_p: float  # exact, one-sided (more onsets on exposed days)
    mid_p: float
    discordant: int


def match_onsets(onsets: Sequence[int], exposed: NDArray[np.bool_]) -> list[MatchedSet]:
    """Return the matched sets of `onsets`, days counted from the diary's first.

    Referents are fixed beforehand, before and after the onset, which avoids overlap bias.

    References
    ----------
    .. [1] H. Janes, L. Sheppard, T. Lumley, Case-crossover analyses of air pollution exposure data,
       Epidemiology 16:717-726, 2005, doi:10.1097/01.ede.0000181315.18836.9d
    """
    sets = []
    for day in onsets:
        first = day - day % STRATUM_DAYS
        days = range(first + day % 7, min(first + STRATUM_DAYS, len(exposed)), 7)
        sets.append(
            MatchedSet(
                bool(exposed[day]), tuple(bool(exposed[d]) for d in days if d != day)
            )
        )
    return sets


def _sum_chances(chances: list[float], cases: int) -> tuple[float, float]:
    """Return P(X >= cases) and P(X = cases) for a sum of unlike yes-no draws (Poisson-binomial)."""
    spread = np.ones(1)
    for chance in chances:
        spread = np.convolve(spread, [1 - chance, chance])
    return float(spread[cases:].sum()), float(spread[cases])


def estimate_crossover(sets: Sequence[MatchedSet]) -> Crossover:
    """Return the Mantel-Haenszel odds ratio of `sets` and exact p values.

    Given how many days of a set were exposed, each of its days was equally likely to be the onset's.

    References
    ----------
    .. [1] S. K. Vines, C. P. Farrington, Within-subject exposure dependency in case-crossover studies,
       Stat Med 20:3039-3049, 2001, doi:10.1002/sim.960
    """
    telling = [s for s in sets if s.discordant]
    if not telling:
        return Crossover(math.nan, math.nan, math.nan, 0)
    over = sum(
        s.referents.count(False) / (1 + len(s.referents)) for s in telling if s.case
    )
    under = sum(
        s.referents.count(True) / (1 + len(s.referents)) for s in telling if not s.case
    )
    chances = [(s.case + sum(s.referents)) / (1 + len(s.referents)) for s in telling]
    upper, point = _sum_chances(chances, sum(s.case for s in telling))
    return Crossover(
        over / under if under else math.inf, upper, upper - point / 2, len(telling)
    )
