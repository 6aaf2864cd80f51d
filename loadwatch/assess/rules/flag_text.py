"""A flag's sentence from its rule's words and its numbers, metric or imperial."""

from __future__ import annotations

import math
from functools import cache
from string import Formatter
from typing import TYPE_CHECKING

from loadwatch import formatting as shared
from loadwatch.assess.rules.model import FIRED_WEEKS, OFTEN, OFTEN_LEAST
from loadwatch.formatting import format_number
from loadwatch.tables import WEEKDAYS

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from loadwatch.assess.rules.model import Flag, Rule
    from loadwatch.formatting import Units

_WEEKDAY_TITLES = tuple(weekday.title for weekday in WEEKDAYS.values())
MOST_DIGITS = 3
MANY = 2.0  # times: from here on a change is told in times, not in percent
_COLUMN = {
    "km": "distance_m",
    "m": "ascent_m",
}  # how a reader sees them is told by column


def _size(kind: str, units: Units) -> tuple[float, str, int]:
    """Return the size of the shown unit, its word and its usual digits."""
    if kind in _COLUMN:
        unit = shared.choose_unit(_COLUMN[kind], units)
        return unit.size, unit.symbol, unit.decimals
    if kind == "m/km":
        climb, distance = (
            shared.choose_unit(column, units) for column in ("ascent_m", "distance_m")
        )
        return (
            1000.0 * climb.size / distance.size,
            f"{climb.symbol}/{distance.symbol}",
            0,
        )
    return 1.0, "", 0


def _said(kind: str, value: float, units: Units, digits: int) -> str:
    size, word, _ = _size(kind, units)
    return f"{format_number(value / size, digits)} {word}".rstrip()


def apart(value: float, other: float, digits: int = 0) -> str:
    """Return `value` with so many digits that it does not read as `other`."""
    while (
        format_number(value, digits) == format_number(other, digits)
        and value != other
        and digits < MOST_DIGITS
    ):
        digits += 1
    return format_number(value, digits)


def shown(kind: str, value: float, units: Units, *, beside: float = math.nan) -> str:
    """Return a quantity as a reader sees it, with digits enough to tell it from `beside`."""
    digits = _size(kind, units)[2]
    while (
        value != beside
        and digits < MOST_DIGITS
        and _said(kind, value, units, digits) == _said(kind, beside, units, digits)
    ):
        digits += 1
    return _said(kind, value, units, digits)


def shown_below(
    kind: str, value: float, units: Units, *, beside: float = math.nan
) -> str:
    """Return a quantity rounded down, so that what is shown never lies above `value`."""
    size, _, digits = _size(kind, units)
    while math.isfinite(value):
        step = size / 10**digits
        text = _said(kind, math.floor(value / step + 1e-9) * step, units, digits)
        if text != _said(kind, beside, units, digits) or digits >= MOST_DIGITS:
            return text
        digits += 1
    return _said(kind, value, units, digits)


def on(day: date) -> str:
    """Return a day with its weekday: Saturday 14 March 2026."""
    return f"{_WEEKDAY_TITLES[day.weekday()]} {shared.format_day(day)}"


_STATE = {"": "", "so_far": "so far ", "at_least": "at least "}


def words(rule: Rule, flag: Flag, units: Units) -> str:
    """Return the whole sentence of `flag`, and what it says also; only places of its template are filled."""
    template = rule.words[flag.facts["words"]]
    text = template.format_map(
        {name: _place(name, rule.shown, flag, units) for name in _places(template)}
    )
    also = flag.facts.get("also", "")
    return f"{text[:1].upper()}{text[1:]}{f' {also}' if also else ''}"


@cache
def _places(template: str) -> tuple[str, ...]:
    return tuple(name for _, name, _, _ in Formatter().parse(template) if name)


def _place(name: str, kind: str, flag: Flag, units: Units) -> str:
    if name in flag.facts.get("lengths", {}):
        return shown(kind, flag.facts["lengths"][name], units, beside=flag.amount)
    if name in PLACES:
        return PLACES[name](flag, kind, units)
    return str(flag.facts[name])


def _percent(ratio: float) -> float:
    return (ratio - 1.0) * 100.0


def _more(flag: Flag, comparative: str) -> str:
    """Return by how much: "33 % more than", from double on "4.0 times"."""
    if flag.value >= MANY:
        return f"{apart(flag.value, flag.limit, 1)} times"
    return f"{apart(_percent(flag.value), _percent(flag.limit))} % {comparative} than"


# what a template may name beside the texts and lengths that its rule hands over
PLACES: dict[str, Callable[[Flag, str, Units], str]] = {
    "state": lambda flag, _kind, _units: _STATE[flag.facts.get("state", "")],
    "week": lambda flag, _kind, _units: shared.format_day(flag.week),
    "day": lambda flag, _kind, _units: on(flag.facts["day"]),
    "amount": lambda flag, kind, units: shown(
        kind, flag.amount, units, beside=flag.usual
    ),
    "usual": lambda flag, kind, units: shown(
        kind, flag.usual, units, beside=flag.amount
    ),
    "below": lambda flag, kind, units: shown_below(
        kind, flag.facts["below"], units, beside=flag.amount
    ),
    "times": lambda flag, _kind, _units: apart(flag.value, flag.limit, 1),
    "limit_times": lambda flag, _kind, _units: format_number(flag.limit, 1),
    "more": lambda flag, _kind, _units: _more(flag, "more"),
    "percent": lambda flag, _kind, _units: apart(
        _percent(flag.value), _percent(flag.limit)
    ),
    "limit_percent": lambda flag, _kind, _units: format_number(_percent(flag.limit)),
    "limit": lambda flag, _kind, _units: format_number(flag.limit),
}


def often(flag: Flag) -> str:
    """Return the remark beside a rule that fires in more than a fifth of the weeks with runs, else ""."""
    weeks = flag.facts.get("run_weeks", FIRED_WEEKS)
    if flag.fired_26w < OFTEN_LEAST or flag.fired_26w <= OFTEN * weeks:
        return ""
    return (
        f"This check fired in {flag.fired_26w} of the {weeks} weeks with runs in the half year up to then: "
        "more than one in five, so it tells little that is new."
    )
