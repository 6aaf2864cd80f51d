"""What the diary says, behind gates: Answer and Link, and the judging of both kinds of diary."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

import numpy as np

from loadwatch.assess.diary import daily_scores, sentences
from loadwatch.assess.diary.diary_series import DiarySeries, build_series
from loadwatch.assess.diary.exposed_days import (
    EXPOSURES,
    find_exposed_days,
    list_runs,
    mark_days,
    sum_daily_distance,
)
from loadwatch.assess.diary.onsets import estimate_crossover, match_onsets
from loadwatch.assess.diary.red_flags import RECENT_WEEKS, TickedRedFlag, tick_red_flag
from loadwatch.assess.rules import pain

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from loadwatch.assess.diary.entries import Diary
    from loadwatch.assess.rules import Flag
    from loadwatch.settings import Settings

State = Literal["red_flags", "associated", "none", "not_enough", "empty"]
SIGNIFICANCE = 0.05  # one-sided, after all exposures tested together
# from simulated diaries: below these a real link of one point is mostly missed, and chance often wins
MIN_WEEKS = 16
MIN_FILLED = 0.70
MIN_WEEKS_EACH = 6  # exposed, and unexposed, weeks
MIN_ONSET_WEEKS = 26
MIN_ONSETS = 10
MIN_SETS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One exposure held against the diary; NaN where nothing can be said.

    The names are keys of the JSON output. Points are those of the pain score, 0 to 10; a chance is a
    p value [1], one-sided.

    Attributes
    ----------
    rule, what : the check whose flags are the exposure, and its name in a sentence.
    effect, low, high : pain on the exposed day and the two after it, less that of like days [points], and
        its 95 % interval.
    p : chance of an effect as large, after all exposures tested together [1].
    odds_ratio : odds of pain beginning on exposed days over those of like days [1]; onset diaries only.
    exposed_weeks, unexposed_weeks : weeks with a score, with and without the exposure [weeks].
    discordant : onsets whose month holds exposed and unexposed days; onset diaries only.
    later : the same as `effect` three to seven days after; shown, not tested [points].
    before, before_p : the same in the week before the exposure [points], and its chance [1].
    filled_exposed, filled_unexposed : share of days with a score, on exposed days and on others [1].
    also : what a reader must know beside it.
    """

    rule: str
    what: str
    state: Literal["associated", "none", "not_enough"]
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
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the runner's own diary says, or why it cannot say it; red flags stand above the rest.

    The names are keys of the JSON output.

    Attributes
    ----------
    first, last, weeks : the days that the diary spans, and how long that is [weeks].
    filled : share of its days with a score [1].
    onsets : how often pain began.
    scores : the picture: one score a day, where there is one [points].
    next_day_m : metres run on the day after, for one more point of pain on the day [m]; below 0 is less.
    next_day_p : chance of so much less running [1], one-sided.
    """

    state: State
    says: str
    method: Literal["daily", "onsets", "none"] = "none"
    first: date | None = None
    last: date | None = None
    weeks: float = 0.0
    filled: float = 0.0
    onsets: int = 0
    links: tuple[Link, ...] = ()
    notes: tuple[str, ...] = ()
    red_flags: tuple[TickedRedFlag, ...] = ()
    problems: tuple[str, ...] = ()
    scores: tuple[tuple[date, float], ...] = ()
    next_day_m: float = math.nan
    next_day_p: float = math.nan


def _collect_red_flags(
    diary: Diary, today: date
) -> tuple[tuple[TickedRedFlag, ...], tuple[str, ...]]:
    """Return the signs ticked lately, the most urgent first, and a note on older ones.

    A tick after `today` (the last run) counts: someone in trouble may have stopped running.
    """
    recent: dict[str, TickedRedFlag] = {}
    old: dict[str, TickedRedFlag] = {}
    for entry in diary.entries:
        for column in entry.ticks:
            lately = entry.day is None or entry.day > today - timedelta(
                weeks=RECENT_WEEKS
            )
            (recent if lately else old)[column] = tick_red_flag(column, entry.day)
    found = sorted(
        recent.values(), key=lambda sign: (sign.urgency != "today", sign.column)
    )
    notes = [
        sentences.format_old_red_flag(sign)
        for column, sign in old.items()
        if column not in recent
    ]
    return tuple(found), tuple(notes)


def _build_daily_links(
    own: DiarySeries,
    exposed: NDArray[np.bool_],
    distance_m: NDArray[np.float64],
    *,
    gates: str,
) -> tuple[tuple[Link, ...], tuple[float, float]]:
    """Return a link an exposure, and how much less is run on the day after one more point of pain."""
    laid = daily_scores.build_matrix(own.score, exposed, distance_m)
    weeks, all_weeks = (
        daily_scores.count_exposed_weeks(laid, exposed),
        daily_scores.count_scored_weeks(laid),
    )
    tested = (
        (weeks >= MIN_WEEKS_EACH) & (all_weeks - weeks >= MIN_WEEKS_EACH) & (not gates)
    )
    found = daily_scores.measure_exposures(laid, own.score, exposed, tested)
    links = tuple(
        _build_daily_link(rule, measured, all_weeks - measured.exposed_weeks, gates)
        for rule, measured in zip(EXPOSURES, found, strict=True)
    )
    return links, daily_scores.estimate_next_day(laid, distance_m)


def _build_daily_link(
    rule: str, found: daily_scores.DailyEffect, unexposed: int, gates: str
) -> Link:
    state: Literal["associated", "none", "not_enough"] = "none"
    why = (
        ""
        if gates
        else sentences.explain_too_few_weeks(
            found.exposed_weeks, unexposed, MIN_WEEKS_EACH
        )
    )
    if math.isnan(found.p):
        state = "not_enough"
    elif found.p <= SIGNIFICANCE:
        state = "associated"
    what = EXPOSURES[rule].text
    return Link(
        rule=rule,
        what=what,
        state=state,
        says=sentences.format_daily_link(
            what, state, (found.effect, found.low, found.high), why
        ),
        effect=found.effect,
        low=found.low,
        high=found.high,
        p=found.p,
        exposed_weeks=found.exposed_weeks,
        unexposed_weeks=unexposed,
        later=found.later,
        before=found.before,
        before_p=found.before_p,
        filled_exposed=found.filled_exposed,
        filled_unexposed=found.filled_unexposed,
        also=sentences.format_caveats(found, SIGNIFICANCE)
        if found.exposed_weeks
        else (),
    )


def _build_onset_links(
    own: DiarySeries, exposed: NDArray[np.bool_], *, gates: str
) -> tuple[Link, ...]:
    """Return a link an exposure; its chance pays for the number of exposures that could be judged."""
    after = daily_scores.mark_window(exposed, daily_scores.AFTER_DAYS)
    found = [estimate_crossover(match_onsets(own.onsets, days)) for days in after]
    judged = sum(one.discordant >= MIN_SETS for one in found)
    links = []
    for rule, one in zip(EXPOSURES, found, strict=True):
        what = EXPOSURES[rule].text
        state: Literal["associated", "none", "not_enough"] = "not_enough"
        p = math.nan
        if not gates and one.discordant >= MIN_SETS:
            p = min(1.0, one.mid_p * judged)
            state = "associated" if p <= SIGNIFICANCE else "none"
        why = "" if gates else sentences.explain_too_few_sets(one.discordant, MIN_SETS)
        links.append(
            Link(
                rule=rule,
                what=what,
                state=state,
                says=sentences.format_onset_link(what, state, one.odds_ratio, why),
                p=p,
                odds_ratio=one.odds_ratio,
                discordant=one.discordant,
            )
        )
    return tuple(links)


def _explain_gates(own: DiarySeries, weeks: float) -> str:
    """Return why nothing may be called associated, "" where it may."""
    if not own.daily:
        return sentences.explain_onset_gates(
            weeks, len(own.onsets), MIN_ONSET_WEEKS, MIN_ONSETS
        )
    return sentences.explain_daily_gates(weeks, own.filled, MIN_WEEKS, MIN_FILLED)


def _judge_series(
    own: DiarySeries,
    flags: Sequence[Flag],
    activities: pd.DataFrame,
    settings: Settings,
) -> Answer:
    length = len(own.score)
    weeks = length / 7
    days = find_exposed_days(flags, activities, settings)
    exposed = np.array([mark_days(days[rule], own.first, length) for rule in EXPOSURES])
    gates = _explain_gates(own, weeks)
    less_m, less_chance = math.nan, math.nan
    if own.daily:
        distance_m = sum_daily_distance(
            list_runs(activities, settings), own.first, length
        )
        links, (less_m, less_chance) = _build_daily_links(
            own, exposed, distance_m, gates=gates
        )
    else:
        links = _build_onset_links(own, exposed, gates=gates)
    states = {link.state for link in links}
    state: State = (
        "associated"
        if "associated" in states
        else "none"
        if "none" in states
        else "not_enough"
    )
    notes = sentences.format_notes(
        weeks, own.moved, daily=own.daily, judged=state != "not_enough"
    )
    sore = (
        ()
        if gates or not less_chance <= SIGNIFICANCE
        else (sentences.format_next_day(less_m),)
    )
    return Answer(
        state=state,
        says=sentences.format_headline(
            state, [link.says for link in links if link.state == "associated"], gates
        ),
        method="daily" if own.daily else "onsets",
        first=own.first,
        last=own.first + timedelta(days=length - 1),
        weeks=weeks,
        filled=own.filled,
        onsets=len(own.onsets),
        links=links,
        notes=(*sore, *notes),
        scores=_list_scores(own),
        next_day_m=less_m,
        next_day_p=less_chance,
    )


def _list_scores(own: DiarySeries) -> tuple[tuple[date, float], ...]:
    known = np.flatnonzero(np.isfinite(own.score)).tolist()
    return tuple(
        (own.first + timedelta(days=place), float(own.score[place])) for place in known
    )


def analyse_diary(
    diary: Diary,
    flags: Sequence[Flag],
    activities: pd.DataFrame,
    settings: Settings,
    today: date,
) -> Answer:
    """Return what the diary says of pain and the changes in training before it.

    Daily scores are held against their weekday and their 28 days, with whole weeks permuted; a diary that
    holds only days of pain is read as onsets. Nothing is called associated before the gates are passed.

    Parameters
    ----------
    diary : what `read_diary` returned.
    flags : all flags of the athlete; LW01, LW02, LW04, LW05 and LW08 at watch or above are the exposures.
    activities : EXPOSURES and HIDDEN rows, of any sport.
    settings : says which sports are runs.
    today : lines after it are left out, but for red flags.
    """
    signs, old = _collect_red_flags(diary, today)
    own_runs = list_runs(activities, settings)
    run_days = own_runs["start_local"].dt.date
    start = run_days.min() if len(run_days) else None
    days = build_series(diary, frozenset(run_days), start, today) if start else None
    if days is None:
        answer = Answer(state="empty", says=sentences.EMPTY_DIARY)
    else:
        answer = _judge_series(days, flags, activities, settings)
    return replace(
        answer,
        state="red_flags" if signs else answer.state,
        says=sentences.format_red_flags(signs) if signs else answer.says,
        red_flags=signs,
        notes=(*old, *answer.notes),
        problems=diary.problems,
    )


def build_flags(answer: Answer, week: date) -> tuple[Flag, ...]:
    """Return the answer as flags LW18 (signs ticked) and LW17 (links), of the week it is given in."""
    by_day: dict[date, list[str]] = {}
    for sign in answer.red_flags:
        by_day.setdefault(sign.day or week, []).append(sign.says)
    links = [
        link
        for link in answer.links
        if link.state == "associated" and math.isfinite(link.effect)
    ]
    return (
        *(
            pain.make_red_flag(week, day, signs)
            for day, signs in sorted(by_day.items(), reverse=True)
        ),
        *(
            pain.make_link_flag(week, link.what, link.effect, (link.low, link.high))
            for link in links
        ),
    )
