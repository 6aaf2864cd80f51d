"""The rules run backwards: what this week and the next can hold before one of them is raised."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.activity import NAN
from loadwatch.assess import weeks as weekly
from loadwatch.assess.rules import (
    BY_ID,
    hill_session,
    hills,
    limits_in_force,
    session_spike,
    week_jump,
)
from loadwatch.assess.rules.catalogue import is_enabled
from loadwatch.assess.rules.flag_text import format_quantity, format_rounded_down
from loadwatch.assess.rules.model import find_largest_quiet
from loadwatch.assess.rules.rule_input import build_rule_input, last_minute, look_back

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from loadwatch.assess.rules.model import Exceeded, Limits
    from loadwatch.assess.rules.rule_input import Lookback, RuleInput
    from loadwatch.formatting import Units
    from loadwatch.settings import Settings

EARLY = "until more days and runs lie behind, this check makes a note at most"


@dataclass(frozen=True, slots=True, kw_only=True)
class Headroom:
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


def compute_budget(
    activities: pd.DataFrame, weeks: pd.DataFrame, settings: Settings, today: date
) -> tuple[Headroom, ...]:
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
        build_rule_input(known, weeks, settings, today),
        build_rule_input(known, later, settings, monday),
    )
    return tuple(
        replace(
            room(now, limits_in_force(BY_ID[rule], settings)),
            rule=rule,
            name=BY_ID[rule].name,
            week=now.week_starts[-1],
        )
        for now in found
        for rule, room in _HEADROOMS.items()
        if is_enabled(BY_ID[rule], settings)
    )


def _make_headroom(
    measure: str, used: float, *, room: float = NAN, limit: float = NAN, why: str = ""
) -> Headroom:
    return Headroom(
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


def _week_headroom(
    measure: str, used: float, grade: Callable[[float], Exceeded]
) -> Headroom:
    """Return the room of a week's sum."""
    limit, room = (
        find_largest_quiet(grade),
        find_largest_quiet(lambda more: grade(used + more)),
    )
    why = "already raised this week" if room < 0 else ""
    return _make_headroom(measure, used, room=max(room, 0.0), limit=limit, why=why)


def _distance_headroom(inputs: RuleInput, bounds: Limits) -> Headroom:
    used, whole = inputs.week_amount("distance_m", -1)
    why = week_jump.explain_unknown(inputs, len(inputs.week_starts) - 1)
    if why or not whole:
        return _make_headroom(
            "distance_m",
            used if whole else NAN,
            why=_strip_code(why) or "a run of this week has no distance",
        )
    before, usual = (
        inputs.columns["distance_m"][-2],
        inputs.columns["distance_m_usual"][-1],
    )
    return _week_headroom(
        "distance_m",
        used,
        partial(week_jump.judge_week, before_m=before, usual_m=usual, limits=bounds),
    )


def _hill_headroom(column: str, inputs: RuleInput, bounds: Limits) -> Headroom:
    used, whole = inputs.week_amount(column, -1)
    why = hills.explain_unknown(inputs, len(inputs.week_starts) - 1, column)
    if why or not whole:
        return _make_headroom(
            column,
            used if whole else NAN,
            why=_strip_code(why) or "a run of this week has no altitude",
        )
    return _week_headroom(
        column,
        used,
        partial(
            hills.judge_hills,
            usual_m=inputs.columns[f"{column}_usual"][-1],
            limits=bounds,
        ),
    )


def _run_headroom(
    measure: str, inputs: RuleInput, grade: Callable[[float], Exceeded], why: str
) -> Headroom:
    used, whole = inputs.week_amount(measure, -1)
    used = used if whole or used > 0 else NAN
    if why:
        return _make_headroom(measure, used, why=why)
    limit = find_largest_quiet(grade)
    if math.isinf(limit):
        return _make_headroom(measure, used, why=EARLY)
    return _make_headroom(measure, used, room=limit, limit=limit)


def _longest_run_headroom(inputs: RuleInput, bounds: Limits) -> Headroom:
    past = _look_back_from_end(inputs, inputs.sessions.distance_m)
    longest = past.most[0]
    known = longest > 0 and not past.unknown[0]
    why = (
        ""
        if known
        else session_spike.explain_unknown(longest, past.unknown[0], past.runs[0])
    )
    early = session_spike.is_early(past.runs_before[0], past.days_before[0], bounds)
    grade = partial(
        session_spike.judge_distance, longest_m=longest, limits=bounds, early=early
    )
    return _run_headroom("longest_m", inputs, grade, _strip_code(why))


def _climb_headroom(inputs: RuleInput, bounds: Limits) -> Headroom:
    past = _look_back_from_end(inputs, inputs.sessions.ascent_m)
    early = session_spike.is_early(past.runs_before[0], past.days_before[0], bounds)
    grade = partial(
        hill_session.judge_climb, most_m=past.most[0], limits=bounds, early=early
    )
    return _run_headroom(
        "longest_ascent_m",
        inputs,
        grade,
        _strip_code(hill_session.explain_unknown(past, 0)),
    )


def _look_back_from_end(
    inputs: RuleInput, values: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> Lookback:
    """Return what lies before the last minute of the week: no earlier moment leaves less."""
    return look_back(
        inputs.sessions, values, last_minute(inputs.sessions, inputs.week_starts[-1])
    )


def _strip_code(why: str) -> str:
    return why.partition(": ")[2]


_HEADROOMS: dict[str, Callable[[RuleInput, Limits], Headroom]] = {
    "LW01": _longest_run_headroom,
    "LW02": _distance_headroom,
    "LW04": partial(_hill_headroom, "ascent_m"),
    "LW05": partial(_hill_headroom, "downhill_m"),
    "LW06": _climb_headroom,
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


def format_headroom(limit: Headroom, units: Units = "metric") -> str:
    """Return one limit as a sentence; it names what raises no check and promises nothing."""
    measure = MEASURES[limit.measure]
    if math.isnan(limit.room):
        return f"{measure.capitalize()}: not known, {limit.why}."
    used = format_quantity(_KIND[limit.measure], limit.used, units)
    room = format_rounded_down(_KIND[limit.measure], limit.room, units)
    quiet = f"raises no check of this kind ({limit.rule})"
    if limit.measure in _ONE_RUN or (limit.used == 0 and not limit.why):
        return f"{measure.capitalize()}: up to {room} {quiet}."
    if limit.why:
        return f"{measure.capitalize()}: {used}, {limit.why} ({limit.rule})."
    return f"{measure.capitalize()}: {used} so far, up to {room} more {quiet}."
