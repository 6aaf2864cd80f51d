"""Load of one activity by named method: effort of heart and feeling, steps, kilometres with climb."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from loadwatch.settings import Settings
    from loadwatch.tables import Floats


LONGEST_HOLD_S = (
    60.0  # a value stands until the next one, but no longer: a pause is no effort
)
KNOWN_SHARE = 0.9  # of the recorded time, for a total to be known
USUAL_REST = (
    60.0  # 1/min, where no resting heart rate is set; a guess, and said to be one
)
TANAKA = (
    208.0,
    0.7,
)  # maximum = 208 - 0.7 age, with a spread of about 10 beats between people
BANISTER = {
    "m": (0.64, 1.92),
    "f": (0.86, 1.67),
}  # factor and exponent; the pairs do not mix
CLIMB_PER_KM_M = 100.0  # metres of ascent that count as one more kilometre


@dataclass(frozen=True, slots=True)
class HeartRates:
    """A runner's heart: rest and maximum [1/min], NaN where nothing tells them; which constants to use."""

    rest: float
    max: float
    sex: Literal["", "m", "f"]
    estimated: bool  # rest or maximum is a guess


def heart_rates(settings: Settings, year: int) -> HeartRates:
    """Return resting and maximum heart rate, set or estimated for a run in `year` [1/min].

    An unset maximum is estimated from the year of birth [1]_; without that it stays unknown.

    References
    ----------
    .. [1] Tanaka H et al., J Am Coll Cardiol 2001;37:153-156, doi:10.1016/S0735-1097(00)01054-8
    """
    rest, most = settings.hr_rest, settings.hr_max
    estimated = math.isnan(rest) or math.isnan(most)
    rest = USUAL_REST if math.isnan(rest) else rest
    if math.isnan(most) and settings.birth_year and year >= settings.birth_year:
        most = TANAKA[0] - TANAKA[1] * (year - settings.birth_year)
    return HeartRates(rest, most, settings.sex, estimated)


def heart_remark(settings: Settings) -> str:
    """Return what a reader should know of the heart rates behind TRIMP and Edwards, "" if all are set."""
    missing = [
        key
        for key, lacks in (
            ("sex", not settings.sex),
            ("hr_max", math.isnan(settings.hr_max) and not settings.birth_year),
        )
        if lacks
    ]
    if missing:
        return f"TRIMP is left unknown: set {' and '.join(missing)} in [athlete] of loadwatch.toml"
    guesses = [
        words
        for words, unset in (
            (
                f"resting heart rate taken as {USUAL_REST:.0f}",
                math.isnan(settings.hr_rest),
            ),
            (
                "maximum heart rate estimated from the year of birth",
                math.isnan(settings.hr_max),
            ),
        )
        if unset
    ]
    return f"TRIMP rests on estimates: {', '.join(guesses)}" if guesses else ""


def _integrate_rate(
    time_s: Floats, values: Floats, rate: Callable[[Floats], Floats]
) -> float:
    """Return the integral of `rate(values)` over the minutes; NaN where too little of the time is known."""
    known = ~np.isnan(values)
    if not known.any():
        return math.nan
    held, spent = _hold_minutes(time_s[known]), _hold_minutes(time_s)
    if held.sum() < KNOWN_SHARE * spent.sum():
        return math.nan
    return float((rate(values[known]) * held).sum())


def _hold_minutes(time_s: Floats) -> Floats:
    """Return for how long each sample stands, the last as long as the middle one [min]."""
    step = np.diff(time_s)
    last = np.median(step) if len(step) else 0.0
    return np.asarray(
        np.minimum(np.append(step, last), LONGEST_HOLD_S) / 60.0, np.float64
    )


def banister_trimp(time_s: Floats, heart_rate_bpm: Floats, rates: HeartRates) -> float:
    """Return Banister's training impulse, summed over the samples [1]; NaN without heart rate or sex.

    The mean heart rate would give less on any uneven run: the weight grows exponentially.

    Parameters
    ----------
    time_s : time of each sample [s]
    heart_rate_bpm : heart rate, gaps as NaN [1/min]
    rates : rest, maximum and sex of the runner

    References
    ----------
    .. [1] Morton RH et al., J Appl Physiol 1990;69:1171-1177, doi:10.1152/jappl.1990.69.3.1171
    """
    if rates.sex not in BANISTER or not rates.max > rates.rest:
        return math.nan
    factor, exponent = BANISTER[rates.sex]

    def weigh_reserve(heart: Floats) -> Floats:
        reserve = np.maximum((heart - rates.rest) / (rates.max - rates.rest), 0.0)
        return np.asarray(reserve * factor * np.exp(exponent * reserve), np.float64)

    return _integrate_rate(time_s, heart_rate_bpm, weigh_reserve)


def edwards_score(time_s: Floats, heart_rate_bpm: Floats, rates: HeartRates) -> float:
    """Return Edwards' zone score: minutes times 1 to 5 by tenths of the maximum from 50 % up [1].

    The weights are round numbers, not physiology; below half the maximum a minute counts nothing.
    """
    if math.isnan(rates.max):
        return math.nan

    def weigh_zone(heart: Floats) -> Floats:
        return np.clip(np.floor(heart / rates.max * 10.0 + 1e-9) - 4.0, 0.0, 5.0)

    return _integrate_rate(time_s, heart_rate_bpm, weigh_zone)


def count_steps(time_s: Floats, cadence_spm: Floats) -> float:
    """Return foot strikes of both feet from a cadence stream [1]; NaN where too little of it is known."""
    return _integrate_rate(time_s, cadence_spm, lambda cadence: cadence)


def session_rpe(rpe: float, duration_s: float) -> float:
    """Return session RPE: perceived exertion (0 to 10) times minutes [1].

    References
    ----------
    .. [1] Foster C et al., J Strength Cond Res 2001;15:109-115, doi:10.1519/00124278-200102000-00019
    """
    return rpe * duration_s / 60.0


def effort_km(distance_m: float, ascent_m: float) -> float:
    """Return kilometres plus one for each 100 m of ascent [km]: a race-time equivalent, no load on tissue."""
    return distance_m / 1000.0 + ascent_m / CLIMB_PER_KM_M
