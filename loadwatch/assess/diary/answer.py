"""The diary's answer, behind gates: Answer and Link, and how both kinds of diary are judged."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

import numpy as np

from loadwatch.assess.diary import daily_scores, sentences
from loadwatch.assess.diary.diary_series import DiarySeries, build_series
from loadwatch.assess.diary.distance_terms import (
    LEAD_DAYS,
    TRAIL_DAYS,
    WINDOW_DAYS,
    build_distance_terms,
    sum_window,
)
from loadwatch.assess.diary.exposed_days import (
    EXPOSURES,
    find_exposed_days,
    mark_days,
    select_dated_runs,
    sum_daily_distance,
)
from loadwatch.assess.diary.links import (
    SIGNIFICANCE,
    Link,
    LinkState,
    build_daily_links,
    build_onset_links,
    explain_gates,
)
from loadwatch.assess.diary.red_flags import RECENT_WEEKS, TickedRedFlag, tick_red_flag
from loadwatch.assess.rules import pain
from loadwatch.assess.weeks import find_first_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from loadwatch.assess.diary.entries import Diary
    from loadwatch.assess.rules import Flag
    from loadwatch.settings import Settings
    from loadwatch.tables import Bools, Floats

State = Literal["red_flags", "associated", "none", "not_enough", "empty"]
LATE_WEEKS = 8  # after the last run; a diary's line of later is taken for a wrong date
DISTANCE_SIGNIFICANCE = 0.01  # of the one sentence that is tested beside the exposures


@dataclass(frozen=True, slots=True)
class PainDay:
    """The worst score of one day."""

    day: date
    score: float


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
    distance_points : points of pain for 10 km more over a day and the two before it.
    distance_p : chance of so many [1], one-sided.
    latest : the days with a score of the last week that has one, the newest first, also after
        today: someone in pain may have stopped running.
    pain_7d : the worst of them [points].
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
    distance_points: float = math.nan
    distance_p: float = math.nan
    latest: tuple[PainDay, ...] = ()
    pain_7d: float = math.nan
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
    gates = explain_gates(series)
    answer = Answer(
        state="not_enough",
        says="",
        method="daily" if series.daily else "onsets",
        first=series.first,
        last=series.last,
        weeks=series.weeks,
        filled=series.filled,
        onsets=len(series.onsets),
        scores=_list_scores(series),
    )
    around_m = _sum_distance_around(series, activities, settings)
    if series.daily:
        answer = _judge_daily(answer, series, exposed, around_m, settings, gates)
    else:
        window_m = sum_window(around_m, LEAD_DAYS, len(series.score), WINDOW_DAYS)
        links = build_onset_links(series, exposed, window_m, gates, settings.units)
        answer = replace(answer, links=links)
    state = _choose_state(answer.links)
    found = [link.says for link in answer.links if link.state == "associated"]
    notes = sentences.format_notes(
        series.moved, daily=series.daily, judged=state != "not_enough"
    )
    return replace(
        answer,
        state=state,
        says=sentences.format_headline(state, found, gates),
        notes=(*answer.notes, *notes),
    )


def _sum_distance_around(
    series: DiarySeries, activities: pd.DataFrame, settings: Settings
) -> Floats:
    """Return the distance of each day of the series and of the days around it [m]."""
    runs = select_dated_runs(activities, settings)
    first = series.first - timedelta(days=LEAD_DAYS)
    return sum_daily_distance(runs, first, LEAD_DAYS + len(series.score) + TRAIL_DAYS)


def _judge_daily(
    answer: Answer,
    series: DiarySeries,
    exposed: Bools,
    around_m: Floats,
    settings: Settings,
    gates: str,
) -> Answer:
    """Return the answer with the links of daily scores, and how pain goes with kilometres."""
    days = len(series.score)
    distance_m = around_m[LEAD_DAYS : LEAD_DAYS + days]
    first = np.datetime64(series.first)
    week_day = int((first - find_first_day(first, settings.week_start)).astype(int))
    terms = build_distance_terms(around_m, week_day)
    matrix = daily_scores.build_matrix(series.score, exposed, distance_m, terms)
    window_m = sum_window(around_m, LEAD_DAYS, days, WINDOW_DAYS)
    points, points_p = daily_scores.estimate_distance_link(matrix, window_m)
    next_day_m, next_day_p = daily_scores.estimate_next_day(matrix, distance_m)
    notes = []
    if not gates and points_p <= DISTANCE_SIGNIFICANCE:
        notes.append(sentences.format_distance_link(points, settings.units))
    if not gates and next_day_p <= SIGNIFICANCE:
        notes.append(sentences.format_next_day(next_day_m, settings.units))
    return replace(
        answer,
        links=build_daily_links(
            matrix, series, exposed, distance_m, gates, settings.units
        ),
        notes=tuple(notes),
        distance_points=points,
        distance_p=points_p,
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
    today : lines after it are left out, but for red flags and the latest pain.
    """
    ticked, old_notes = _collect_red_flags(diary, today)
    answer = _answer_series(diary, flags, activities, settings, today)
    latest = _find_latest(diary, today, settings.today)
    answer = replace(
        answer,
        latest=latest,
        pain_7d=max((day.score for day in latest), default=math.nan),
        red_flags=ticked,
        notes=(*old_notes, *answer.notes),
        problems=diary.problems,
    )
    if not ticked:
        return answer
    says = sentences.format_red_flags(ticked)
    return replace(answer, state="red_flags", says=says)


def _find_latest(diary: Diary, today: date, stated: date | None) -> tuple[PainDay, ...]:
    """Return the days with a score of the last week, the newest first.

    The week ends `today`, or with a later line: someone in pain may have stopped running. It ends
    on a `stated` day in any case, and a line of more than eight weeks later is a wrong date.
    """
    last_allowed = stated or today + timedelta(weeks=LATE_WEEKS)
    worst: dict[date, float] = {}
    for entry in diary.entries:
        if entry.day and entry.day <= last_allowed and not math.isnan(entry.pain):
            worst[entry.day] = max(entry.pain, worst.get(entry.day, 0.0))
    end = max([today, *worst])
    recent = [day for day in worst if end - day < timedelta(days=7)]
    return tuple(PainDay(day, worst[day]) for day in sorted(recent, reverse=True))


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
