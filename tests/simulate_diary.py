"""`python -m tests.simulate_diary [RUNS]`: how often the diary's test errs, and what it can find.

Made-up diaries with known truth: daily scores with noise that carries over (SD 1.2, autocorrelation 0.5),
a long run on Saturday in 35 % of weeks and four more exposures beside it, an effect on the same and the next
two days or none. Prints the share of diaries in which any exposure is called associated.
"""

from __future__ import annotations

import math
import sys
import time
from dataclasses import dataclass

import numpy as np

from loadwatch.assess.diary import daily_scores, onsets

SD, RHO, SHARE = 1.2, 0.5, 0.35


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    name: str
    weeks: int = 28
    effect: float = 0.0
    weekday: float = 0.0  # points more from Saturday to Monday, run or no run
    block: float = (
        0.0  # points more in hard training blocks, in which exposures are more frequent
    )
    shift: int = 0  # days by which training blocks miss the diary's own blocks
    exposures: int = 5
    missing: float = 0.0


def noise(random, days):
    innovation = random.normal(0, SD * math.sqrt(1 - RHO**2), days)
    innovation[0] = random.normal(0, SD)
    out = np.empty(days)
    out[0] = innovation[0]
    for day in range(1, days):
        out[day] = RHO * out[day - 1] + innovation[day]
    return out


def made(random, design):
    """Return scores and exposures of one diary; its first day is a Thursday."""
    days = design.weeks * 7
    day = np.arange(days)
    hard = ((day + design.shift) // 28) % 2 == 0
    chance = np.where(hard, 0.55, 0.15) if design.block else np.full(days, SHARE)
    exposed = np.zeros((design.exposures, days), dtype=bool)
    draw = random.random((design.exposures, design.weeks))
    draw[1:3] = np.where(
        random.random((2, design.weeks))[: design.exposures - 1] < 0.5,
        draw[0],
        draw[1:3],
    )
    places = [2, 3, 2, 6, 0]  # Saturday; Sunday; Saturday; Wednesday; Thursday
    for k in range(design.exposures):
        on = day[day % 7 == places[k]]
        exposed[k, on] = draw[k] < chance[on]
    weekly = (
        np.where(hard[::7], 40.0, 30.0) if design.block else np.full(design.weeks, 36.0)
    )
    distance = np.repeat(weekly * random.lognormal(0, 0.15, design.weeks) / 7, 7)
    score = 3 + noise(random, days) + design.block * hard
    score += design.weekday * np.isin(day % 7, [2, 3, 4])
    score += design.effect * daily_scores.mark_window(exposed[0], (0, 2))
    score = np.clip(np.round(score), 0, 10)
    score[random.random(days) < design.missing] = np.nan
    return score, exposed, distance


def upper(hits, runs):
    """Wilson's upper 95 % bound of a share (two-sided interval)."""
    z, p = 1.96, hits / runs
    return (
        p + z * z / 2 / runs + z * math.sqrt(p * (1 - p) / runs + z * z / 4 / runs**2)
    ) / (1 + z * z / runs)


def rates(design, runs, seed=1):
    """Count diaries judged, with any exposure called, with the first called, with its interval right."""
    random = np.random.default_rng(seed)
    counted = anyone = first = held = 0
    for _ in range(runs):
        score, exposed, distance = made(random, design)
        own = daily_scores.build_matrix(score, exposed, distance)
        weeks = daily_scores.count_exposed_weeks(own, exposed)
        tested = (weeks >= 6) & (daily_scores.count_scored_weeks(own) - weeks >= 6)
        if not tested.any():
            continue
        counted += 1
        found = daily_scores.measure_exposures(own, score, exposed, tested)
        called = [one.p <= 0.05 for one in found]
        anyone += any(called)
        first += called[0]
        held += found[0].low <= design.effect <= found[0].high
    return counted, anyone, first, held


def onset_rates(weeks, odds, runs, weekday=3.0, exposures=5, seed=1):
    """Count diaries of onsets only that are judged and called: pain begins on some days, more on Mondays.

    Judged as `answer` does: 10 onsets, 6 telling sets, mid-p times the number of exposures judged.
    """
    random = np.random.default_rng(seed)
    counted = called = 0
    for _ in range(runs):
        _, exposed, _ = made(random, Design(name="", weeks=weeks, exposures=exposures))
        after = daily_scores.mark_window(exposed, daily_scores.AFTER_DAYS)
        chance = (
            0.03
            * np.where(np.arange(weeks * 7) % 7 == 4, weekday, 1.0)
            * np.where(after[0], odds, 1.0)
        )
        places, last = [], -99
        for day in np.flatnonzero(random.random(weeks * 7) < chance):
            if day - last > onsets.WASH_OUT_DAYS:
                places.append(int(day))
            last = day
        found = [
            onsets.estimate_crossover(onsets.match_onsets(places, days))
            for days in after
        ]
        judged = [one.mid_p for one in found if one.discordant >= 6]
        if len(places) >= 10 and judged:
            counted += 1
            called += min(judged) * len(judged) <= 0.05
    return counted, called


KINDS = {
    "plain": {},
    "weekday effect +1": {"weekday": 1.0},
    "training block +1": {"block": 1.0},
    "training block +1, 14 days off": {"block": 1.0, "shift": 14},
    "training block +1, 10 days off": {"block": 1.0, "shift": 10},
    "plain, 25 % of days missing": {"missing": 0.25},
}
NULLS = tuple(
    Design(name=f"{name}, {weeks} weeks", weeks=weeks, **kinds)
    for weeks in (28, 52, 16)
    for name, kinds in KINDS.items()
)
POWER = tuple(
    Design(
        name=f"+{effect} points, {weeks} weeks, {count} exposure{'s' * (count > 1)}",
        weeks=weeks,
        effect=effect,
        exposures=count,
    )
    for effect, weeks in ((0.5, 28), (1.0, 16), (1.0, 28), (1.0, 52), (1.5, 28))
    for count in (1, 5)
)


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    for design in (*NULLS, *POWER):
        start = time.process_time()
        counted, anyone, first, held = rates(design, runs)
        each = (time.process_time() - start) / runs * 1000
        print(
            f"{design.name:50} judged {counted}"
            f"  any {anyone / counted:6.1%} (to {upper(anyone, counted):6.1%})"
            f"  first {first / counted:6.1%}  interval holds {held / counted:6.1%}  {each:5.1f} ms",
            flush=True,
        )
    for weeks, odds, exposures in (
        (52, 1.0, 5),
        (104, 1.0, 5),
        (52, 5.0, 1),
        (104, 5.0, 1),
        (104, 5.0, 5),
    ):
        counted, called = onset_rates(weeks, odds, runs, exposures=exposures)
        print(
            f"onsets only, odds {odds:.0f}, {weeks} weeks, {exposures} exposures: judged {counted},"
            f" called {called / counted:6.1%} (to {upper(called, counted):6.1%})",
            flush=True,
        )


if __name__ == "__main__":
    main()
