"""One exposure compared with the diary: Link, behind gates, by daily scores or by onsets."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from loadwatch.assess.diary import daily_scores, sentences
from loadwatch.assess.diary.exposed_days import EXPOSURES
from loadwatch.assess.diary.onsets import Crossover, estimate_crossover, match_onsets

if TYPE_CHECKING:
    from loadwatch.assess.diary.daily_scores import DailyEffect, WeekMatrix
    from loadwatch.assess.diary.diary_series import DiarySeries
    from loadwatch.formatting import Units
    from loadwatch.tables import Bools, Floats

LinkState = Literal["associated", "none", "not_enough"]
# one-sided, after all exposures tested together; with it about 5 % of simulated diaries without an
# effect are called, also where training blocks or kilometres confound
SIGNIFICANCE = 0.04
# from simulated diaries: below these a real link of one point is mostly missed, and chance is
# often called a link
MIN_WEEKS = 16
MIN_FILLED = 0.70
MIN_WEEKS_EACH = 6  # exposed, and unexposed, weeks
MIN_ONSET_WEEKS = 26
MIN_ONSETS = 10
MIN_SETS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One exposure compared with the diary; NaN where nothing can be estimated.

    The names are keys of the JSON output. Points are those of the pain score, 0 to 10; a chance
    is a p value [1], one-sided.

    Attributes
    ----------
    rule, what : the check whose flags are the exposure, and its name in a sentence.
    effect, low, high : pain on the exposed day and the two after it, less that of comparable days
        with as many kilometres [points], and its 95 % interval.
    p : chance of an effect as large, after all exposures tested together [1].
    odds_ratio : odds of pain beginning on exposed days over those of comparable days [1]; onset
        diaries only.
    exposed_weeks, unexposed_weeks : weeks with a score, with and without the exposure [weeks].
    discordant : onsets whose month holds exposed and unexposed days; onset diaries only.
    later : the same as `effect` three to seven days after; shown, not tested [points].
    before, before_p : the same in the week before the exposure [points], and its chance [1].
    filled_exposed, filled_unexposed : share of days with a score, exposed days and others [1].
    distance_m, compared_m : distance of the exposed day and the two after it, and of comparable
        days [m]; that difference is taken out of the effect.
    also : what a reader must know beside it.
    """

    rule: str
    what: str
    state: LinkState
    says: str
    effect: float = math.nan
    low: float = math.nan
    high: float = math.nan
    p: float = math.nan
    odds_ratio: float = math.nan  # onset diaries only
    exposed_weeks: int = 0
    unexposed_weeks: int = 0
    discordant: int = 0  # onset diaries only
    later: float = math.nan
    before: float = math.nan
    before_p: float = math.nan
    filled_exposed: float = math.nan
    filled_unexposed: float = math.nan
    distance_m: float = math.nan
    compared_m: float = math.nan
    also: tuple[str, ...] = ()


def explain_gates(series: DiarySeries) -> str:
    """Return why nothing may be called associated, "" where it may."""
    if not series.daily:
        return sentences.explain_onset_gates(
            series.weeks, len(series.onsets), MIN_ONSET_WEEKS, MIN_ONSETS
        )
    return sentences.explain_daily_gates(
        series.weeks, series.filled_weeks, series.filled, MIN_WEEKS, MIN_FILLED
    )


def select_tested(matrix: WeekMatrix, exposed: Bools) -> Bools:
    """Return which exposures have weeks enough with and without them, (exposures,)."""
    exposed_weeks = daily_scores.count_exposed_weeks(matrix, exposed)
    unexposed_weeks = daily_scores.count_scored_weeks(matrix) - exposed_weeks
    enough = (exposed_weeks >= MIN_WEEKS_EACH) & (unexposed_weeks >= MIN_WEEKS_EACH)
    return np.asarray(enough)


def build_daily_links(
    matrix: WeekMatrix,
    series: DiarySeries,
    exposed: Bools,
    distance_m: Floats,
    gates: str,
    units: Units = "metric",
) -> tuple[Link, ...]:
    """Return a link per exposure.

    Parameters
    ----------
    matrix : the weeks of the diary.
    series : its days.
    exposed : (exposures, days), in the order of `EXPOSURES`.
    distance_m : (days,), distance run on each day [m].
    gates : why nothing may be called associated, "" where it may.
    units : of the sentences.
    """
    tested = select_tested(matrix, exposed) & (not gates)
    effects = daily_scores.measure_exposures(matrix, series.score, exposed, tested)
    scored = daily_scores.count_scored_weeks(matrix)
    compared = [
        daily_scores.compare_distance(matrix, days, distance_m) for days in exposed
    ]
    return tuple(
        _build_daily_link(
            rule, effect, scored - effect.exposed_weeks, gates, metres, units
        )
        for rule, effect, metres in zip(EXPOSURES, effects, compared, strict=True)
    )


def _build_daily_link(
    rule: str,
    found: DailyEffect,
    unexposed_weeks: int,
    gates: str,
    metres: tuple[float, float],
    units: Units,
) -> Link:
    what = EXPOSURES[rule].text
    state = _judge_chance(found.p)
    why = ""
    if not gates:
        why = sentences.explain_too_few_weeks(
            found.exposed_weeks, unexposed_weeks, MIN_WEEKS_EACH
        )
    caveats: tuple[str, ...] = ()
    if found.exposed_weeks:
        caveats = sentences.format_caveats(found, state, metres, SIGNIFICANCE, units)
    effect = (found.effect, found.low, found.high)
    return Link(
        rule=rule,
        what=what,
        state=state,
        says=sentences.format_daily_link(what, state, effect, why, units),
        effect=found.effect,
        low=found.low,
        high=found.high,
        p=found.p,
        exposed_weeks=found.exposed_weeks,
        unexposed_weeks=unexposed_weeks,
        later=found.later,
        before=found.before,
        before_p=found.before_p,
        filled_exposed=found.filled_exposed,
        filled_unexposed=found.filled_unexposed,
        distance_m=metres[0],
        compared_m=metres[1],
        also=caveats,
    )


def build_onset_links(
    series: DiarySeries,
    exposed: Bools,
    window_m: Floats,
    gates: str,
    units: Units = "metric",
) -> tuple[Link, ...]:
    """Return a link per exposure.

    Its chance is multiplied by the number of exposures that could be judged (Bonferroni).
    `window_m` is the distance of each day and the two before it, (days,) [m].
    """
    after = daily_scores.mark_window(exposed, daily_scores.AFTER_DAYS)
    found = [
        estimate_crossover(match_onsets(series.onsets, days, window_m))
        for days in after
    ]
    judged = sum(one.discordant >= MIN_SETS for one in found)
    return tuple(
        _build_onset_link(rule, one, judged, gates, units)
        for rule, one in zip(EXPOSURES, found, strict=True)
    )


def _build_onset_link(
    rule: str, found: Crossover, judged: int, gates: str, units: Units
) -> Link:
    what = EXPOSURES[rule].text
    p, why = math.nan, ""
    if not gates:
        why = sentences.explain_too_few_sets(found.discordant, MIN_SETS)
        if found.discordant >= MIN_SETS:
            p = min(1.0, found.mid_p * judged)
    state = _judge_chance(p)
    return Link(
        rule=rule,
        what=what,
        state=state,
        says=sentences.format_onset_link(what, state, found.odds_ratio, why, units),
        p=p,
        odds_ratio=found.odds_ratio,
        discordant=found.discordant,
    )


def _judge_chance(p: float) -> LinkState:
    """Return the state of a link with this chance [1]; NaN is one that was not tested."""
    if math.isnan(p):
        return "not_enough"
    if p <= SIGNIFICANCE:
        return "associated"
    return "none"
