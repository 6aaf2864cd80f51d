"""Load of one activity by several methods: heart rate, perceived exertion, steps, climb."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from loadwatch.settings import Settings
    from loadwatch.tables import Floats


# a value holds until the next one, but no longer: a pause is no effort
LONGEST_HOLD_S = 60.0
KNOWN_SHARE = 0.9  # of the recorded time, for a total to be known
USUAL_REST = 60.0  # 1/min, a guess where no resting heart rate is set; reports say so
# maximum = 208 - 0.7 age, with a spread of about 10 beats between people
HEART_RATE_LOADS = ("trimp", "edwards")
TANAKA = (208.0, 0.7)
# factor and exponent by sex; the pairs do not mix
BANISTER = {"m": (0.64, 1.92), "f": (0.86, 1.67)}
CLIMB_PER_KM_M = 100.0  # metres of ascent that count as one more kilometre


@dataclass(frozen=True, slots=True)
class HeartRates:
    """A runner's resting and maximum heart rate [1/min], NaN where unknown, and sex."""

    rest: float
    max: float
    sex: Literal["", "m", "f"]  # decides on Banister's constants


def choose_heart_rates(settings: Settings, year: int) -> HeartRates:
    """Return resting and maximum heart rate, set or estimated for a run in `year` [1/min].

    An unset maximum is estimated from the year of birth [1]_; without that it stays unknown.

    References
    ----------
    .. [1] Tanaka H et al., J Am Coll Cardiol 2001;37:153-156, doi:10.1016/S0735-1097(00)01054-8
    """
    rest, most = settings.hr_rest, settings.hr_max
    if math.isnan(rest):
        rest = USUAL_REST
    if math.isnan(most) and settings.birth_year and year >= settings.birth_year:
        most = TANAKA[0] - TANAKA[1] * (year - settings.birth_year)
    return HeartRates(rest, most, settings.sex)


def uses_heart_rates(settings: Settings) -> bool:
    """Return whether the runner asked for a load by heart rate, or stated any of its settings."""
    stated = settings.hr_rest, settings.hr_max, settings.birth_year or math.nan
    has_stated = bool(settings.sex) or not all(map(math.isnan, stated))
    return has_stated or settings.load in HEART_RATE_LOADS


def describe_heart_rates(settings: Settings) -> str:
    """Return which heart rates behind TRIMP and Edwards are missing or estimated.

    It is "" where all are set.
    """
    no_maximum = math.isnan(settings.hr_max)
    missing: list[str] = []
    if not settings.sex:
        missing.append("sex")
    if no_maximum and not settings.birth_year:
        missing.append("hr_max")
    if missing:
        keys = " and ".join(missing)
        return f"TRIMP is left unknown: set {keys} in [athlete] of loadwatch.toml"
    guesses: list[str] = []
    if math.isnan(settings.hr_rest):
        guesses.append(f"resting heart rate taken as {USUAL_REST:.0f}")
    if no_maximum:
        guesses.append("maximum heart rate estimated from the year of birth")
    return f"TRIMP rests on estimates: {', '.join(guesses)}" if guesses else ""


def _integrate_rate(
    time_s: Floats, values: Floats, rate: Callable[[Floats], Floats]
) -> float:
    """Return the integral of `rate(values)` over the minutes.

    It is NaN where the values are known for less than `KNOWN_SHARE` of the time.
    """
    known = ~np.isnan(values)
    if not known.any():
        return math.nan
    known_min, recorded_min = _hold_minutes(time_s[known]), _hold_minutes(time_s)
    if known_min.sum() < KNOWN_SHARE * recorded_min.sum():
        return math.nan
    return float((rate(values[known]) * known_min).sum())


def _hold_minutes(time_s: Floats) -> Floats:
    """Return for how long each sample holds, the last for the median of the others [min]."""
    step = np.diff(time_s)
    last = np.median(step) if len(step) else 0.0
    held_s = np.minimum(np.append(step, last), LONGEST_HOLD_S)
    return np.asarray(held_s / 60.0, np.float64)


def banister_trimp(time_s: Floats, heart_rate_bpm: Floats, rates: HeartRates) -> float:
    """Return Banister's training impulse [1]_, a number without unit, summed over the samples.

    It is NaN without heart rate or sex. The mean heart rate would give less on any uneven run,
    since the weight grows exponentially.

    Parameters
    ----------
    time_s : time of each sample. [s]
    heart_rate_bpm : heart rate, gaps as NaN. [1/min]
    rates : rest, maximum and sex of the runner.

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
    """Return Edwards' zone score: minutes times 1 to 5, by tenths of the maximum from 50 % up.

    The weights are round numbers, not physiology; below half the maximum a minute counts nothing.
    """
    if math.isnan(rates.max):
        return math.nan

    def weigh_zone(heart: Floats) -> Floats:
        return np.clip(np.floor(heart / rates.max * 10.0 + 1e-9) - 4.0, 0.0, 5.0)

    return _integrate_rate(time_s, heart_rate_bpm, weigh_zone)


def count_steps(time_s: Floats, cadence_spm: Floats) -> float:
    """Return the foot strikes of both feet by cadence; NaN where too little of it is known."""
    return _integrate_rate(time_s, cadence_spm, lambda cadence: cadence)


def session_rpe(rpe: float, duration_s: float) -> float:
    """Return session RPE [1]_: perceived exertion (0 to 10) times minutes.

    References
    ----------
    .. [1] Foster C et al., J Strength Cond Res 2001;15:109-115,
       doi:10.1519/00124278-200102000-00019
    """
    return rpe * duration_s / 60.0


def effort_km(distance_m: float, ascent_m: float) -> float:
    """Return kilometres plus one for each 100 m of ascent [km].

    It is an equivalent in race time, not in load on tissue.
    """
    return distance_m / 1000.0 + ascent_m / CLIMB_PER_KM_M
