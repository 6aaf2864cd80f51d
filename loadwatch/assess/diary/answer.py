"""What the diary says, behind gates: Answer and Link, and the judging of both kinds of diary."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

import numpy as np

from loadwatch.assess.diary import daily, words
from loadwatch.assess.diary.exposed import (
    EXPOSURES,
    daily_distance,
    exposed_days,
    marked,
    runs,
)
from loadwatch.assess.diary.onsets import crossover, matched
from loadwatch.assess.diary.redflags import RECENT_WEEKS, RedFlag, raised
from loadwatch.assess.diary.series import Series, series
from loadwatch.assess.rules import pain

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from loadwatch.assess.diary.entries import Diary
    from loadwatch.assess.rules import Flag
    from loadwatch.settings import Settings

State = Literal["red_flags", "associated", "none", "not_enough", "empty"]
ALPHA = 0.05  # one-sided, after all exposures tested together
# from simulated diaries: below these a real link of one point is mostly missed, and chance often wins
LEAST_WEEKS = 16
LEAST_FILLED = 0.70
LEAST_EACH = 6  # exposed, and unexposed, weeks
ONSET_WEEKS = 26
LEAST_ONSETS = 10
LEAST_SETS = 6


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
    red_flags: tuple[RedFlag, ...] = ()
    problems: tuple[str, ...] = ()
    scores: tuple[tuple[date, float], ...] = ()
    next_day_m: float = math.nan
    next_day_p: float = math.nan


def _red_flags(
    diary: Diary, today: date
) -> tuple[tuple[RedFlag, ...], tuple[str, ...]]:
    """Return the signs ticked lately, the most urgent first, and a note on older ones.

    A tick after `today` (the last run) counts: someone in trouble may have stopped running.
    """
    recent: dict[str, RedFlag] = {}
    old: dict[str, RedFlag] = {}
    for entry in diary.entries:
        for column in entry.ticks:
            lately = entry.day is None or entry.day > today - timedelta(
                weeks=RECENT_WEEKS
            )
            (recent if lately else old)[column] = raised(column, entry.day)
    found = sorted(
        recent.values(), key=lambda sign: (sign.urgency != "today", sign.column)
    )
    notes = [
        words.old_sign(sign) for column, sign in old.items() if column not in recent
    ]
    return tuple(found), tuple(notes)


def _daily_links(
    own: Series,
    exposed: NDArray[np.bool_],
    distance_m: NDArray[np.float64],
    *,
    gates: str,
) -> tuple[tuple[Link, ...], tuple[float, float]]:
    """Return a link an exposure, and how much less is run on the day after one more point of pain."""
    laid = daily.grid(own.score, exposed, distance_m)
    weeks, all_weeks = daily.exposed_weeks(laid, exposed), daily.scored_weeks(laid)
    tested = (weeks >= LEAST_EACH) & (all_weeks - weeks >= LEAST_EACH) & (not gates)
    found = daily.measured(laid, own.score, exposed, tested)
    links = tuple(
        _daily_link(rule, measured, all_weeks - measured.exposed_weeks, gates)
        for rule, measured in zip(EXPOSURES, found, strict=True)
    )
    return links, daily.next_day(laid, distance_m)


def _daily_link(rule: str, found: daily.Measured, unexposed: int, gates: str) -> Link:
    state: Literal["associated", "none", "not_enough"] = "none"
    why = (
        "" if gates else words.too_few_weeks(found.exposed_weeks, unexposed, LEAST_EACH)
    )
    if math.isnan(found.p):
        state = "not_enough"
    elif found.p <= ALPHA:
        state = "associated"
    what = EXPOSURES[rule][1]
    return Link(
        rule=rule,
        what=what,
        state=state,
        says=words.daily(what, state, (found.effect, found.low, found.high), why),
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
        also=words.beside(found, ALPHA) if found.exposed_weeks else (),
    )


def _onset_links(
    own: Series, exposed: NDArray[np.bool_], *, gates: str
) -> tuple[Link, ...]:
    """Return a link an exposure; its chance pays for the number of exposures that could be judged."""
    after = daily.window(exposed, daily.AFTER)
    found = [crossover(matched(own.onsets, days)) for days in after]
    judged = sum(one.discordant >= LEAST_SETS for one in found)
    links = []
    for rule, one in zip(EXPOSURES, found, strict=True):
        what = EXPOSURES[rule][1]
        state: Literal["associated", "none", "not_enough"] = "not_enough"
        p = math.nan
        if not gates and one.discordant >= LEAST_SETS:
            p = min(1.0, one.mid_p * judged)
            state = "associated" if p <= ALPHA else "none"
        why = "" if gates else words.too_few_sets(one.discordant, LEAST_SETS)
        links.append(
            Link(
                rule=rule,
                what=what,
                state=state,
                says=words.onset(what, state, one.odds_ratio, why),
                p=p,
                odds_ratio=one.odds_ratio,
                discordant=one.discordant,
            )
        )
    return tuple(links)


def _gates(own: Series, weeks: float) -> str:
    """Return why nothing may be called associated, "" where it may."""
    if not own.daily:
        return words.gates_onsets(weeks, len(own.onsets), ONSET_WEEKS, LEAST_ONSETS)
    return words.gates_daily(weeks, own.filled, LEAST_WEEKS, LEAST_FILLED)


def _judged(
    own: Series, flags: Sequence[Flag], activities: pd.DataFrame, settings: Settings
) -> Answer:
    length = len(own.score)
    weeks = length / 7
    days = exposed_days(flags, activities, settings)
    exposed = np.array([marked(days[rule], own.first, length) for rule in EXPOSURES])
    gates = _gates(own, weeks)
    less_m, less_chance = math.nan, math.nan
    if own.daily:
        distance_m = daily_distance(runs(activities, settings), own.first, length)
        links, (less_m, less_chance) = _daily_links(
            own, exposed, distance_m, gates=gates
        )
    else:
        links = _onset_links(own, exposed, gates=gates)
    states = {link.state for link in links}
    state: State = (
        "associated"
        if "associated" in states
        else "none"
        if "none" in states
        else "not_enough"
    )
    notes = words.notes(weeks, own.moved, daily=own.daily, judged=state != "not_enough")
    sore = () if gates or not less_chance <= ALPHA else (words.next_day(less_m),)
    return Answer(
        state=state,
        says=words.headline(
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
        scores=_picture(own),
        next_day_m=less_m,
        next_day_p=less_chance,
    )


def _picture(own: Series) -> tuple[tuple[date, float], ...]:
    known = np.flatnonzero(np.isfinite(own.score)).tolist()
    return tuple(
        (own.first + timedelta(days=place), float(own.score[place])) for place in known
    )


def analyse(
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
    signs, old = _red_flags(diary, today)
    own_runs = runs(activities, settings)
    run_days = own_runs["start_local"].dt.date
    start = run_days.min() if len(run_days) else None
    days = series(diary, frozenset(run_days), start, today) if start else None
    if days is None:
        answer = Answer(state="empty", says=words.EMPTY)
    else:
        answer = _judged(days, flags, activities, settings)
    return replace(
        answer,
        state="red_flags" if signs else answer.state,
        says=words.red(signs) if signs else answer.says,
        red_flags=signs,
        notes=(*old, *answer.notes),
        problems=diary.problems,
    )


def flags(answer: Answer, week: date) -> tuple[Flag, ...]:
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
