"""The rules run backwards: what this week and the next can hold before one of them is raised."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.assess import weeks as weekly
from loadwatch.assess.rules import (
    BY_ID,
    hill_session,
    hills,
    limits,
    session_spike,
    week_jump,
)
from loadwatch.assess.rules.catalogue import enabled
from loadwatch.assess.rules.flag_text import shown, shown_below
from loadwatch.assess.rules.model import largest
from loadwatch.assess.rules.rule_input import facts, last_moment, lookback

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from loadwatch.assess.rules.model import Grade, Limits
    from loadwatch.assess.rules.rule_input import Facts, Lookback
    from loadwatch.formatting import Units
    from loadwatch.settings import Settings

NAN = math.nan
EARLY = "until more days and runs lie behind, this check makes a note at most"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What one rule leaves in one week, in SI; `room` is the largest whole metre that does not raise it.

    For a week's sum `room` is what may still be added to `used`; for a single run (`longest_m`,
    `longest_ascent_m`) it is the run itself, on whichever day of the rest of the week. NaN: see `why`.
    """

    rule: str
    name: str
    week: date
    measure: str  # column of WEEKS
    unit: str
    used: float
    room: float
    limit: float  # the largest whole metre of the measure that does not raise the rule
    why: str = ""  # why there is no room to tell, or that the rule is raised already


def budget(
    activities: pd.DataFrame, weeks: pd.DataFrame, settings: Settings, today: date
) -> tuple[Limit, ...]:
    """Return what each rule leaves this week, and next week if nothing more is run in this one.

    The rules themselves are asked, metre by metre (`rules.model.largest`): no limit stands twice.
    """
    if weeks.empty:
        return ()
    known = activities[
        (
            activities["start_local"] < np.datetime64(today + timedelta(days=1), "us")
        ).to_numpy()
    ]
    monday = weeks.index[-1].date() + timedelta(days=7)
    later = weekly.build_weeks(known, settings, monday)
    found = (
        facts(known, weeks, settings, today),
        facts(known, later, settings, monday),
    )
    return tuple(
        replace(
            room(now, limits(BY_ID[rule], settings)),
            rule=rule,
            name=BY_ID[rule].name,
            week=now.days[-1],
        )
        for now in found
        for rule, room in _ROOMS.items()
        if enabled(BY_ID[rule], settings)
    )


def _limit(
    measure: str, used: float, *, room: float = NAN, limit: float = NAN, why: str = ""
) -> Limit:
    return Limit(
        rule="",
        name="",
        week=date.min,
        measure=measure,
        unit="m",
        used=used,
        room=room,
        limit=limit,
        why=why,
    )


def _summed(measure: str, used: float, grade: Callable[[float], Grade]) -> Limit:
    """Return the room of a week's sum."""
    limit, room = largest(grade), largest(lambda more: grade(used + more))
    why = "already raised this week" if room < 0 else ""
    return _limit(measure, used, room=max(room, 0.0), limit=limit, why=why)


def _distance(now: Facts, bounds: Limits) -> Limit:
    used, whole = now.amount("distance_m", -1)
    why = week_jump.why_unknown(now, len(now.days) - 1)
    if why or not whole:
        return _limit(
            "distance_m",
            used if whole else NAN,
            why=_plain(why) or "a run of this week has no distance",
        )
    before, usual = now.columns["distance_m"][-2], now.columns["distance_m_usual"][-1]
    return _summed(
        "distance_m",
        used,
        partial(week_jump.grade, before_m=before, usual_m=usual, limits=bounds),
    )


def _hilly(column: str, now: Facts, bounds: Limits) -> Limit:
    used, whole = now.amount(column, -1)
    why = hills.why_unknown(now, len(now.days) - 1, column)
    if why or not whole:
        return _limit(
            column,
            used if whole else NAN,
            why=_plain(why) or "a run of this week has no altitude",
        )
    return _summed(
        column,
        used,
        partial(hills.grade, usual_m=now.columns[f"{column}_usual"][-1], limits=bounds),
    )


def _one_run(
    measure: str, now: Facts, grade: Callable[[float], Grade], why: str
) -> Limit:
    used, whole = now.amount(measure, -1)
    used = used if whole or used > 0 else NAN
    if why:
        return _limit(measure, used, why=why)
    limit = largest(grade)
    if math.isinf(limit):
        return _limit(measure, used, why=EARLY)
    return _limit(measure, used, room=limit, limit=limit)


def _longest(now: Facts, bounds: Limits) -> Limit:
    past = _before_the_end(now, now.sessions.distance_m)
    longest = past.most[0]
    known = longest > 0 and not past.unknown[0]
    why = (
        ""
        if known
        else session_spike.why_unknown(longest, past.unknown[0], past.runs[0])
    )
    early = session_spike.is_early(past.behind[0], past.behind_days[0], bounds)
    grade = partial(session_spike.grade, longest_m=longest, limits=bounds, early=early)
    return _one_run("longest_m", now, grade, _plain(why))


def _highest(now: Facts, bounds: Limits) -> Limit:
    past = _before_the_end(now, now.sessions.ascent_m)
    early = session_spike.is_early(past.behind[0], past.behind_days[0], bounds)
    grade = partial(hill_session.grade, most_m=past.most[0], limits=bounds, early=early)
    return _one_run(
        "longest_ascent_m", now, grade, _plain(hill_session.why_unknown(past, 0))
    )


def _before_the_end(
    now: Facts, values: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> Lookback:
    """Return what lies before the last minute of the week: no earlier moment leaves less."""
    return lookback(now.sessions, values, last_moment(now.sessions, now.days[-1]))


def _plain(why: str) -> str:
    return why.partition(": ")[2]


_ROOMS: dict[str, Callable[[Facts, Limits], Limit]] = {
    "LW01": _longest,
    "LW02": _distance,
    "LW04": partial(_hilly, "ascent_m"),
    "LW05": partial(_hilly, "downhill_m"),
    "LW06": _highest,
}
MEASURES = {
    "longest_m": "longest single run",
    "distance_m": "distance",
    "ascent_m": "ascent",
    "downhill_m": "downhill running at 5 % or steeper",
    "longest_ascent_m": "ascent in a single run",
}
_KIND = {measure: "m" if "ascent" in measure else "km" for measure in MEASURES}
_ONE_RUN = ("longest_m", "longest_ascent_m")


def words(limit: Limit, units: Units = "metric") -> str:
    """Return one limit as a sentence; it names what raises no check and promises nothing."""
    measure = MEASURES[limit.measure]
    if math.isnan(limit.room):
        return f"{measure.capitalize()}: not known, {limit.why}."
    used = shown(_KIND[limit.measure], limit.used, units)
    room = shown_below(_KIND[limit.measure], limit.room, units)
    quiet = f"raises no check of this kind ({limit.rule})"
    if limit.measure in _ONE_RUN or (limit.used == 0 and not limit.why):
        return f"{measure.capitalize()}: up to {room} {quiet}."
    if limit.why:
        return f"{measure.capitalize()}: {used}, {limit.why} ({limit.rule})."
    return f"{measure.capitalize()}: {used} so far, up to {room} more {quiet}."
