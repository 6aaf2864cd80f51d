"""`python -m tests.simulate_diary [RUNS]`: how often the diary's test errs, and what it can find.

Made-up runners with four runs a week whose volume wanders; long runs and weeks are spikes by the limits of
LW01 and LW02, which makes about 11 % of weeks exposed to LW01, and three further exposures come at random. Their
diaries hold daily scores with noise that carries over (SD 1.2, autocorrelation 0.5) and a known truth: no effect,
pain that follows kilometres, or an effect of the spike on its day and the two after it. Prints the share of
judged diaries in which any exposure is called associated, with Wilson's upper bound, and the power.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import repeat

import numpy as np

from loadwatch.assess.diary import daily_scores, links, onsets
from loadwatch.assess.diary.distance_terms import (
    LEAD_DAYS,
    TRAIL_DAYS,
    WINDOW_DAYS,
    build_distance_terms,
    sum_window,
)
from loadwatch.assess.diary.permutation import estimate_effect, estimate_interval

SD = 1.2
LEAD_WEEKS = 6  # before the diary, so that there is something to compare with
DRAWS = 999
MOST = 0.075  # what the upper bound may be
SHARES = ((1, 0.2), (3, 0.22), (4, 0.16), (5, 0.42))  # weekday, share of the week
AT_RANDOM = ((0.10, 3), (0.06, 5), (0.05, 5))  # chance of a week, weekday


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    name: str
    weeks: int = 52
    # points, on the day of a spike (the first exposure) and two more
    effect: float = 0.0
    rho: float = 0.5
    weekday: float = 0.0  # points more from Saturday to Monday, run or no run
    season: float = 0.0  # points, up and down once a year
    # points more in four weeks of eight, in which a third more is run
    block: float = 0.0
    shift: int = 0  # weeks by which those miss the diary's own blocks
    missing: float = 0.0
    sore: float = 0.0  # share of days without pain that are not logged
    day_km: float = 0.0  # points for a kilometre of the day
    window_km: float = 0.0  # of the day and the two before it
    week_km: float = 0.0  # of the calendar week
    last_km: float = 0.0  # of the last seven days
    square_km: float = 0.0  # for the squared kilometres of three days
    backwards: float = 0.0  # share of the run that a point of pain takes away
    share: float = 0.0  # of weeks exposed at random; 0: by the limits of the rules
    exposures: int = 5

    @property
    def follows_km(self):
        return any(
            (self.day_km, self.window_km, self.week_km, self.last_km, self.square_km)
        )


@dataclass
class Found:
    judged: int = 0
    anyone: int = 0  # any exposure called
    first: int = 0  # the spike called
    held: int = 0  # its interval holds the truth
    spikes: int = 0  # spikes judged
    named: int = 0  # kilometres named


def make_noise(random, runners, days, rho):
    values = random.normal(0, SD * math.sqrt(1 - rho**2), (runners, days))
    values[:, 0] = random.normal(0, SD, runners)
    for day in range(1, days):
        values[:, day] += rho * values[:, day - 1]
    return values


def make_training(random, design, runners):
    """Return km per runner and day, from a Monday six weeks before the diary to a week after it."""
    weeks = LEAD_WEEKS + design.weeks + 1
    level = np.zeros((runners, weeks))
    for week in range(1, weeks):
        level[:, week] = 0.7 * level[:, week - 1] + random.normal(0, 0.16, runners)
    weekly = random.uniform(20, 60, (runners, 1)) * np.exp(level)
    if design.block:
        weekly = weekly * np.where(is_hard(design, weeks), 4 / 3, 1.0)
    km = np.zeros((runners, weeks, 7))
    for weekday, share in SHARES:
        km[:, :, weekday] = (
            weekly * share * np.exp(random.normal(0, 0.15, weekly.shape))
        )
    km[random.random(km.shape) < 0.07] = 0
    return km.reshape(runners, -1)


def is_hard(design, weeks):
    return ((np.arange(weeks) - LEAD_WEEKS + design.shift) // 4) % 2 == 0


def find_spikes(km):
    """Return the days of LW01 (over 1.13 times and 1 km more than the 30 days before) and of LW02."""
    runners, days = km.shape
    weeks = days // 7
    runs = np.zeros(km.shape, dtype=bool)
    for day in range(30, days):
        most = km[:, day - 30 : day].max(axis=1)
        runs[:, day] = (km[:, day] > 1.13 * most) & (km[:, day] - most >= 1)
    sums = km.reshape(runners, weeks, 7).cumsum(axis=2)
    jumps = np.zeros((runners, weeks, 7), dtype=bool)
    for week in range(4, weeks):
        most = sums[:, week - 4 : week, 6].max(axis=1)
        over = sums[:, week] > np.maximum(1.3 * most, most + 2)[:, None]
        raised = np.flatnonzero(over.any(axis=1))
        jumps[raised, week, over[raised].argmax(axis=1)] = True
    return runs, jumps.reshape(km.shape)


def mark_weeks(random, shape, chance, weekday):
    """Return one day of the week in a share of weeks."""
    marks = np.zeros((shape[0], shape[1] // 7, 7), dtype=bool)
    marks[:, :, weekday] = random.random(marks.shape[:2]) < chance
    return marks.reshape(shape)


def make_exposures(random, design, km):
    if not design.share:
        others = [mark_weeks(random, km.shape, *each) for each in AT_RANDOM]
        return np.stack([*find_spikes(km), *others], axis=1)[:, : design.exposures]
    chance = np.full(km.shape[1] // 7, design.share)
    if design.block:
        chance = np.where(is_hard(design, len(chance)), 0.55, 0.15)
    marks = [
        mark_weeks(random, km.shape, chance, weekday) for weekday in (5, 6, 5, 2, 3)
    ]
    for k in (1, 2):  # half of them go with the first
        same = random.random((len(km), 1)) < 0.5
        marks[k] = np.where(same, np.roll(marks[0], k - 1, axis=1), marks[k])
    return np.stack(marks[: design.exposures], axis=1)


def sum_last(km, days):
    total = np.concatenate([np.zeros((len(km), days)), km.cumsum(axis=1)], axis=1)
    return total[:, days:] - total[:, :-days]


def make_scores(random, design, km, exposed):
    runners, days = km.shape
    day = np.arange(days)
    score = 3 + make_noise(random, runners, days, design.rho)
    score += design.weekday * np.isin(day % 7, [5, 6, 0])
    score += design.season * np.sin(2 * np.pi * day / 365)
    score += design.block * np.repeat(is_hard(design, days // 7), 7)
    score += design.effect * daily_scores.mark_window(exposed[:, 0], (0, 2))
    score += design.day_km * km + design.window_km * sum_last(km, 3)
    score += design.last_km * sum_last(km, 7) + design.square_km * sum_last(km, 3) ** 2
    weekly = km.reshape(runners, -1, 7).sum(axis=2)
    score += design.week_km * np.repeat(weekly, 7, axis=1)
    score = np.clip(np.round(score), 0, 10)
    left_out = random.random(score.shape) < design.missing
    left_out |= (score <= 2) & (random.random(score.shape) < design.sore)
    score[left_out] = np.nan
    return score


def shorten_runs(design, km, score):
    """Return less running on the day after pain: the other way round."""
    more = np.nan_to_num(score[:, :-1] - 3)
    shorter = km.copy()
    shorter[:, 1:] *= np.clip(1 - design.backwards * more, 0.2, 1.5)
    return shorter


def make_diaries(design, runners, seed=1):
    """Return scores (runners, days), exposures (runners, exposures, days) and km with the days around."""
    random = np.random.default_rng(seed)
    km = make_training(random, design, runners)
    exposed = make_exposures(random, design, km)
    score = make_scores(random, design, km, exposed)
    if design.backwards:
        km = shorten_runs(design, km, score)
        exposed = make_exposures(random, design, km)
    first, last = LEAD_WEEKS * 7, (LEAD_WEEKS + design.weeks) * 7
    around = km[:, first - LEAD_DAYS : last + TRAIL_DAYS]
    return score[:, first:last], exposed[:, :, first:last], around * 1000.0


def upper(hits, runs):
    """Wilson's upper 95 % bound of a share (two-sided interval)."""
    z, p = 1.96, hits / runs
    return (
        p + z * z / 2 / runs + z * math.sqrt(p * (1 - p) / runs + z * z / 4 / runs**2)
    ) / (1 + z * z / runs)


def judge(design, runners, seed=1):
    """Count what the diary's own test calls; also found spikes by their exposed weeks."""
    found, by_weeks = Found(), Counter()
    for score, exposed, around in zip(
        *make_diaries(design, runners, seed), strict=True
    ):
        days = len(score)
        matrix = daily_scores.build_matrix(
            score,
            exposed,
            around[LEAD_DAYS : LEAD_DAYS + days],
            build_distance_terms(around, 0),
        )
        tested = links.select_tested(matrix, exposed)
        if not tested.any():
            continue
        joint, _ = daily_scores.find_chances(matrix, exposed, tested, DRAWS)
        called = joint <= links.SIGNIFICANCE
        found.judged += 1
        found.anyone += bool(called.any())
        if design.follows_km:
            window = sum_window(around, LEAD_DAYS, days, WINDOW_DAYS)
            _, chance = daily_scores.estimate_distance_link(matrix, window)
            found.named += chance <= 0.01
        if tested[0]:
            found.spikes += 1
            found.first += bool(called[0])
            weeks = int(daily_scores.count_exposed_weeks(matrix, exposed)[0])
            by_weeks[weeks, bool(called[0])] += 1
            found.held += is_held(matrix, exposed[0], design.effect)
    return found, by_weeks


def is_held(matrix, exposed, effect):
    days = daily_scores.mark_window(exposed, daily_scores.AFTER_DAYS)
    after = matrix.adjust_marks(days)
    if math.isnan(estimate_effect(after, matrix.score)):
        return False
    low, high = estimate_interval(after, matrix.score, matrix.block)
    return low <= effect <= high


def judge_onsets(design, odds, runners, *, weekday=3.0, by_km=0.0, seed=1):
    """Count diaries of onsets only that are judged and called: pain begins on some days, more on Mondays.

    Judged as `links` does: 10 onsets, 6 telling sets, mid-p times the number of exposures judged.
    `by_km` is the logarithm of the odds for a kilometre more in three days.
    """
    random = np.random.default_rng(seed)
    counted = called = 0
    _, exposures, arounds = make_diaries(design, runners, seed)
    for exposed, around in zip(exposures, arounds, strict=True):
        days = exposed.shape[1]
        window = sum_window(around, LEAD_DAYS, days, WINDOW_DAYS)
        after = daily_scores.mark_window(exposed, daily_scores.AFTER_DAYS)
        chance = 0.03 * np.where(np.arange(days) % 7 == 0, weekday, 1.0)
        chance *= np.where(after[0], odds, 1.0)
        chance *= np.exp(by_km * (window - window.mean()) / 1000.0)
        places, last = [], -99
        for day in np.flatnonzero(random.random(days) < chance):
            if day - last > onsets.WASH_OUT_DAYS:
                places.append(int(day))
            last = day
        found = [
            onsets.estimate_crossover(onsets.match_onsets(places, days, window))
            for days in after
        ]
        judged = [one.mid_p for one in found if one.discordant >= links.MIN_SETS]
        if len(places) >= links.MIN_ONSETS and judged:
            counted += 1
            called += min(judged) * len(judged) <= links.SIGNIFICANCE
    return counted, called


KINDS = {
    "plain": {},
    "autocorrelation 0.8": {"rho": 0.8},
    "season +1": {"season": 1.0},
    "weekday effect +1": {"weekday": 1.0},
    "training block +1": {"block": 1.0},
    "training block +1, two weeks off": {"block": 1.0, "shift": 2},
    "25 % of days missing": {"missing": 0.25},
    "a third of days without pain not logged": {"sore": 0.33},
    "sore days shorten the next run": {"backwards": 0.15},
    "pain follows the day's kilometres": {"day_km": 0.10},
    "pain follows the kilometres of three days": {"window_km": 0.08},
    "pain follows three days' kilometres squared": {"square_km": 0.002},
    "pain follows the week's volume": {"week_km": 0.06},
    "pain follows the last seven days' volume": {"last_km": 0.06},
}
NULLS = (
    *(
        Design(name=f"{name}, {weeks} weeks", weeks=weeks, **kind)
        for weeks in (52, 104)
        for name, kind in KINDS.items()
    ),
    *(
        Design(name=f"{name}, 28 weeks, 35 % exposed", weeks=28, share=0.35, **kind)
        for name, kind in list(KINDS.items())[:7]
    ),
)
POWER = tuple(
    Design(name=f"spike +{effect} points, {weeks} weeks", weeks=weeks, effect=effect)
    for effect, weeks in ((1.0, 28), (1.0, 52), (1.0, 104), (1.5, 52), (0.5, 104))
)


def format_bound(hits, runs):
    bound = upper(hits, runs) if runs else math.nan
    return f"{hits / max(runs, 1):6.1%} (to {bound:6.1%})"


def print_nulls(pool, runners):
    print(f"No effect of any change: at most {MOST:.1%} (upper bound)")
    results = pool.map(judge, NULLS, repeat(runners))
    for design, (found, _) in zip(NULLS, results, strict=True):
        bound = upper(found.anyone, found.judged)
        named = ""
        if design.follows_km:
            named = f"  kilometres named {found.named / found.judged:6.1%}"
        print(
            f"{design.name:62} judged {found.judged:5}"
            f"  called {format_bound(found.anyone, found.judged)}"
            f"  {'ok ' if bound <= MOST else 'HIGH'}"
            f"  interval holds {found.held / max(found.spikes, 1):6.1%}{named}",
            flush=True,
        )


def print_power(pool, runners):
    print("A true effect of the spike")
    total = Counter()
    results = pool.map(judge, POWER, repeat(runners))
    for design, (found, by_weeks) in zip(POWER, results, strict=True):
        print(
            f"{design.name:62} spike judged {found.spikes / runners:6.1%} of diaries,"
            f"  found in {found.first / max(found.spikes, 1):6.1%} of those,"
            f" {found.first / runners:6.1%} of all"
            f"  interval holds {found.held / max(found.spikes, 1):6.1%}",
            flush=True,
        )
        if design.effect == 1.0:
            total += by_weeks
    for low, high in ((6, 7), (8, 9), (10, 11), (12, 14), (15, 19)):
        hits = sum(total[weeks, True] for weeks in range(low, high + 1))
        count = hits + sum(total[weeks, False] for weeks in range(low, high + 1))
        share = hits / max(count, 1)
        print(f"  +1 point, {low:2} to {high:2} exposed weeks: found in {share:6.1%}")


def print_onsets(runners):
    print("Days of onset only")
    for name, weeks, odds, by_km in (
        ("no effect", 104, 1.0, 0.0),
        ("pain follows kilometres", 104, 1.0, 0.04),
        ("odds 5", 52, 5.0, 0.0),
        ("odds 5", 104, 5.0, 0.0),
    ):
        design = Design(name="", weeks=weeks, share=0.35)
        counted, called = judge_onsets(design, odds, runners, by_km=by_km)
        print(
            f"{f'{name}, {weeks} weeks':62} judged {counted:5}"
            f"  called {format_bound(called, counted)}",
            flush=True,
        )


def main():
    runners = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with ProcessPoolExecutor() as pool:
        print_nulls(pool, runners)
        print_power(pool, runners)
    print_onsets(max(runners // 2, 1))


if __name__ == "__main__":
    main()
