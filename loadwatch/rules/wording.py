"""A flag's sentence from its rule's words and its numbers, metric or imperial."""

from __future__ import annotations

import math
from functools import cache
from string import Formatter
from typing import TYPE_CHECKING, Literal

from loadwatch.rules.model import FIRED_WEEKS, OFTEN

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from loadwatch.rules.model import Flag, Rule

Units = Literal["metric", "imperial"]
MILE_M, FOOT_M = 1609.344, 0.3048
MINUS = "\N{MINUS SIGN}"
MOST_DIGITS = 3


def number(value: float, digits: int = 0) -> str:
    """Return `value` with thousands apart and a true minus sign; "unknown" for NaN."""
    if math.isnan(value):
        return "unknown"
    text = f"{value:,.{digits}f}"
    return MINUS + text[1:] if text.startswith("-") and text.strip("-0.,") else text.lstrip("-")


def km(value_m: float, units: Units, digits: int = 1) -> str:
    """Return a distance as kilometres or miles."""
    size, name = (1000.0, "km") if units == "metric" else (MILE_M, "mi")
    return f"{number(value_m / size, digits)} {name}"


def climb(value_m: float, units: Units, digits: int = 0) -> str:
    """Return an ascent as metres or feet."""
    size, name = (1.0, "m") if units == "metric" else (FOOT_M, "ft")
    return f"{number(value_m / size, digits)} {name}"


def steepness(value: float, units: Units, digits: int = 0) -> str:
    """Return ascent for each distance, from m/km, as m/km or ft/mi."""
    size, name = (1.0, "m/km") if units == "metric" else (1000.0 * FOOT_M / MILE_M, "ft/mi")
    return f"{number(value / size, digits)} {name}"


def plain(value: float, units: Units, digits: int = 0) -> str:
    """Return a figure that has no unit."""
    del units
    return number(value, digits)


SHOWN: dict[str, Callable[[float, Units, int], str]] = {"km": km, "m": climb, "m/km": steepness, "": plain}
_DIGITS = {"km": 1, "m": 0, "m/km": 0, "": 0}
_STEP = {("km", "metric"): 1000.0, ("km", "imperial"): MILE_M, ("m", "imperial"): FOOT_M}


def apart(value: float, other: float, digits: int = 0) -> str:
    """Return `value` with so many digits that it does not read as `other`."""
    while number(value, digits) == number(other, digits) and value != other and digits < MOST_DIGITS:
        digits += 1
    return number(value, digits)


def shown(kind: str, value: float, units: Units, *, beside: float = math.nan) -> str:
    """Return a quantity as a reader sees it, with digits enough to tell it from `beside`."""
    say, digits = SHOWN[kind], _DIGITS[kind]
    while (
        say(value, units, digits) == say(beside, units, digits) and value != beside and digits < MOST_DIGITS
    ):
        digits += 1
    return say(value, units, digits)


def shown_below(kind: str, value: float, units: Units, *, beside: float = math.nan) -> str:
    """Return a quantity rounded down, so that what is shown never lies above `value`."""
    if not math.isfinite(value):
        return "unknown"
    size, digits = _STEP.get((kind, units), 1.0), _DIGITS[kind]
    while True:
        step = size / 10**digits
        text = SHOWN[kind](math.floor(value / step + 1e-9) * step, units, digits)
        if text != SHOWN[kind](beside, units, digits) or digits >= MOST_DIGITS:
            return text
        digits += 1


def on(day: date) -> str:
    """Return a day as a runner writes it: Saturday 14 March 2026."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def of(day: date) -> str:
    """Return a week's first day: 9 March 2026."""
    return f"{day.day} {day:%B %Y}"


_STATE = {"": "", "so_far": "so far ", "at_least": "at least "}


def words(rule: Rule, flag: Flag, units: Units) -> str:
    """Return the whole sentence of `flag`; only the places its template has are filled."""
    template = rule.words[flag.facts["words"]]
    text = template.format_map({name: _place(name, rule.shown, flag, units) for name in _places(template)})
    return text[:1].upper() + text[1:]


@cache
def _places(template: str) -> tuple[str, ...]:
    return tuple(name for _, name, _, _ in Formatter().parse(template) if name)


def _place(name: str, kind: str, flag: Flag, units: Units) -> str:
    if name in flag.facts.get("lengths", {}):
        return shown(kind, flag.facts["lengths"][name], units)
    if name in PLACES:
        return PLACES[name](flag, kind, units)
    return str(flag.facts[name])


def _percent(ratio: float) -> float:
    return (ratio - 1.0) * 100.0


# what a template may name beside the texts and lengths that its rule hands over
PLACES: dict[str, Callable[[Flag, str, Units], str]] = {
    "state": lambda flag, _kind, _units: _STATE[flag.facts.get("state", "")],
    "week": lambda flag, _kind, _units: of(flag.week),
    "day": lambda flag, _kind, _units: on(flag.facts["day"]),
    "amount": lambda flag, kind, units: shown(kind, flag.amount, units, beside=flag.usual),
    "usual": lambda flag, kind, units: shown(kind, flag.usual, units, beside=flag.amount),
    "below": lambda flag, kind, units: shown_below(kind, flag.facts["below"], units, beside=flag.amount),
    "times": lambda flag, _kind, _units: apart(flag.value, flag.limit, 1),
    "limit_times": lambda flag, _kind, _units: number(flag.limit, 1),
    "percent": lambda flag, _kind, _units: apart(_percent(flag.value), _percent(flag.limit)),
    "limit_percent": lambda flag, _kind, _units: number(_percent(flag.limit)),
    "limit": lambda flag, _kind, _units: number(flag.limit),
}


def often(flag: Flag) -> str:
    """Return the remark beside a rule that fires in more than a fifth of the weeks, else ""."""
    if flag.fired_26w <= OFTEN * FIRED_WEEKS:
        return ""
    return (
        f"This check fired in {flag.fired_26w} of the last {FIRED_WEEKS} weeks: "
        "more than one week in five, so it tells little that is new."
    )
