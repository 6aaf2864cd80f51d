"""The diary's answer, behind gates: Answer and Link, and how both kinds of diary are judged."""

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
    mark_days,
    select_dated_runs,
    sum_daily_distance,
)
from loadwatch.assess.diary.onsets import Crossover, estimate_crossover, match_onsets
from loadwatch.assess.diary.red_flags import RECENT_WEEKS, TickedRedFlag, tick_red_flag
from loadwatch.assess.rules import pain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from loadwatch.assess.diary.daily_scores import DailyEffect
    from loadwatch.assess.diary.entries import Diary
    from loadwatch.assess.rules import Flag
    from loadwatch.settings import Settings
    from loadwatch.tables import Bools, Floats

LinkState = Literal["associated", "none", "not_enough"]
State = Literal["red_flags", "associated", "none", "not_enough", "empty"]
SIGNIFICANCE = 0.05  # one-sided, after all exposures tested together
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
        [points], and its 95 % interval.
    p : chance of an effect as large, after all exposures tested together [1].
    odds_ratio : odds of pain beginning on exposed days over those of comparable days [1]; onset
        diaries only.
    exposed_weeks, unexposed_weeks : weeks with a score, with and without the exposure [weeks].
    discordant : onsets whose month holds exposed and unexposed days; onset diaries only.
    later : the same as `effect` three to seven days after; shown, not tested [points].
    before, before_p : the same in the week before the exposure [points], and its chance [1].
    filled_exposed, filled_unexposed : share of days with a score, exposed days and others [1].
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
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer of the runner's own diary, or why it has none; red flags come before the rest.

    The names are keys of the JSON output.

    Attributes
    ----------
    first, last, weeks : the first and the last day of the diary, and how long that is [weeks].
    filled : share of its days with a score [1].
    onsets : how often pain began.
    scores : one score per day, where there is one, for the chart [points].
    next_day_m : distance run on the day after, for one more point of pain on the day [m]; below 0
        is less.
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
    """Return the red flags ticked lately, the most urgent first, and a note on each older one.

    A tick after `today` (the last run) counts: someone in trouble may have stopped running.
    """
    since = today - timedelta(weeks=RECENT_WEEKS)
    recent: dict[str, TickedRedFlag] = {}
    old: dict[str, TickedRedFlag] = {}
    for entry in diary.entries:
        is_recent = entry.day is None or entry.day > since
        group = recent if is_recent else old
        for column in entry.ticks:
            group[column] = tick_red_flag(column, entry.day)
    ticked = sorted(recent.values(), key=_rank_red_flag)
    notes = [
        sentences.format_old_red_flag(red_flag)
        for column, red_flag in old.items()
        if column not in recent
    ]
    return tuple(ticked), tuple(notes)


def _rank_red_flag(red_flag: TickedRedFlag) -> tuple[bool, str]:
    return red_flag.urgency != "today", red_flag.column


def _build_daily_links(
    series: DiarySeries, exposed: Bools, distance_m: Floats, gates: str
) -> tuple[tuple[Link, ...], tuple[float, float]]:
    """Return a link per exposure, and the change of running after pain (`estimate_next_day`)."""
    matrix = daily_scores.build_matrix(series.score, exposed, distance_m)
    exposed_weeks = daily_scores.count_exposed_weeks(matrix, exposed)
    unexposed_weeks = daily_scores.count_scored_weeks(matrix) - exposed_weeks
    enough = (exposed_weeks >= MIN_WEEKS_EACH) & (unexposed_weeks >= MIN_WEEKS_EACH)
    tested = enough & (not gates)
    effects = daily_scores.measure_exposures(matrix, series.score, exposed, tested)
    links = tuple(
        _build_daily_link(rule, effect, int(unexposed), gates)
        for rule, effect, unexposed in zip(
            EXPOSURES, effects, unexposed_weeks, strict=True
        )
    )
    return links, daily_scores.estimate_next_day(matrix, distance_m)


def _build_daily_link(
    rule: str, found: DailyEffect, unexposed_weeks: int, gates: str
) -> Link:
    what = EXPOSURES[rule].text
    state = _judge_chance(found.p)
    why = ""
    if not gates:
        why = sentences.explain_too_few_weeks(
            found.exposed_weeks, unexposed_weeks, MIN_WEEKS_EACH
        )
    effect = (found.effect, found.low, found.high)
    caveats: tuple[str, ...] = ()
    if found.exposed_weeks:
        caveats = sentences.format_caveats(found, SIGNIFICANCE)
    return Link(
        rule=rule,
        what=what,
        state=state,
        says=sentences.format_daily_link(what, state, effect, why),
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
        also=caveats,
    )


def _build_onset_links(
    series: DiarySeries, exposed: Bools, gates: str
) -> tuple[Link, ...]:
    """Return a link per exposure.

    Its chance is multiplied by the number of exposures that could be judged (Bonferroni).
    """
    after = daily_scores.mark_window(exposed, daily_scores.AFTER_DAYS)
    found = [estimate_crossover(match_onsets(series.onsets, days)) for days in after]
    judged = sum(one.discordant >= MIN_SETS for one in found)
    return tuple(
        _build_onset_link(rule, one, judged, gates)
        for rule, one in zip(EXPOSURES, found, strict=True)
    )


def _build_onset_link(rule: str, found: Crossover, judged: int, gates: str) -> Link:
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
        says=sentences.format_onset_link(what, state, found.odds_ratio, why),
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


def _explain_gates(series: DiarySeries) -> str:
    """Return why nothing may be called associated, "" where it may."""
    if not series.daily:
        return sentences.explain_onset_gates(
            series.weeks, len(series.onsets), MIN_ONSET_WEEKS, MIN_ONSETS
        )
    return sentences.explain_daily_gates(
        series.weeks, series.filled, MIN_WEEKS, MIN_FILLED
    )


def _choose_state(links: Iterable[Link]) -> LinkState:
    """Return the state of the whole answer."""
    states = {link.state for link in links}
    if "associated" in states:
        return "associated"
    if "none" in states:
        return "none"
    return "not_enough"


def _mark_exposures(series: DiarySeries, days: Mapping[str, frozenset[date]]) -> Bools:
    """Return which days of the series are exposed, (exposures, days)."""
    length = len(series.score)
    marks = [mark_days(days[rule], series.first, length) for rule in EXPOSURES]
    return np.array(marks)


def _judge_series(
    series: DiarySeries,
    flags: Sequence[Flag],
    activities: pd.DataFrame,
    settings: Settings,
) -> Answer:
    exposed = _mark_exposures(series, find_exposed_days(flags, activities, settings))
    gates = _explain_gates(series)
    next_day_m, next_day_p = math.nan, math.nan
    if series.daily:
        runs = select_dated_runs(activities, settings)
        distance_m = sum_daily_distance(runs, series.first, len(series.score))
        links, (next_day_m, next_day_p) = _build_daily_links(
            series, exposed, distance_m, gates
        )
    else:
        links = _build_onset_links(series, exposed, gates)
    state = _choose_state(links)
    found = [link.says for link in links if link.state == "associated"]
    notes = sentences.format_notes(
        series.weeks, series.moved, daily=series.daily, judged=state != "not_enough"
    )
    if not gates and next_day_p <= SIGNIFICANCE:
        notes = (sentences.format_next_day(next_day_m), *notes)
    return Answer(
        state=state,
        says=sentences.format_headline(state, found, gates),
        method="daily" if series.daily else "onsets",
        first=series.first,
        last=series.last,
        weeks=series.weeks,
        filled=series.filled,
        onsets=len(series.onsets),
        links=links,
        notes=notes,
        scores=_list_scores(series),
        next_day_m=next_day_m,
        next_day_p=next_day_p,
    )


def _list_scores(series: DiarySeries) -> tuple[tuple[date, float], ...]:
    known = np.flatnonzero(np.isfinite(series.score)).tolist()
    return tuple(
        (series.first + timedelta(days=place), float(series.score[place]))
        for place in known
    )


def _answer_series(
    diary: Diary,
    flags: Sequence[Flag],
    activities: pd.DataFrame,
    settings: Settings,
    today: date,
) -> Answer:
    """Return the answer without red flags and without the problems of the file."""
    runs = select_dated_runs(activities, settings)
    run_days = runs["start_local"].dt.date
    if len(run_days):
        start = run_days.min()
        series = build_series(diary, frozenset(run_days), start, today)
        if series is not None:
            return _judge_series(series, flags, activities, settings)
    return Answer(state="empty", says=sentences.EMPTY_DIARY)


def analyse_diary(
    diary: Diary,
    flags: Sequence[Flag],
    activities: pd.DataFrame,
    settings: Settings,
    today: date,
) -> Answer:
    """Return how pain in the diary goes with the changes in training before it.

    Daily scores are compared with their weekday and their 28 days, with whole weeks permuted; a
    diary that holds only days of pain is read as onsets. Nothing is called associated before the
    gates are passed.

    Parameters
    ----------
    diary : what `read_diary` returned.
    flags : all flags of the athlete; the exposures are those at watch or above of the rules in
        `EXPOSURES`.
    activities : EXPOSURES and HIDDEN rows, of any sport.
    settings : which sports are runs.
    today : lines after it are left out, but for red flags.
    """
    ticked, old_notes = _collect_red_flags(diary, today)
    answer = _answer_series(diary, flags, activities, settings, today)
    answer = replace(
        answer,
        red_flags=ticked,
        notes=(*old_notes, *answer.notes),
        problems=diary.problems,
    )
    if not ticked:
        return answer
    says = sentences.format_red_flags(ticked)
    return replace(answer, state="red_flags", says=says)


def build_flags(answer: Answer, week: date) -> tuple[Flag, ...]:
    """Return the answer as flags of `week`: for red flags ticked and for links."""
    ticked: dict[date, list[str]] = {}
    for red_flag in answer.red_flags:
        ticked.setdefault(red_flag.day or week, []).append(red_flag.says)
    flags = [
        pain.make_red_flag(week, day, texts)
        for day, texts in sorted(ticked.items(), reverse=True)
    ]
    for link in answer.links:
        if link.state == "associated" and math.isfinite(link.effect):
            interval = (link.low, link.high)
            flags.append(pain.make_link_flag(week, link.what, link.effect, interval))
    return tuple(flags)
