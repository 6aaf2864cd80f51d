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


def _find_display_unit(kind: str, units: Units) -> tuple[float, str, int]:
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


def _format_amount(kind: str, value: float, units: Units, digits: int) -> str:
    size, word, _ = _find_display_unit(kind, units)
    return f"{format_number(value / size, digits)} {word}".rstrip()


def format_distinct(value: float, other: float, digits: int = 0) -> str:
    """Return `value` with so many digits that it does not read as `other`."""
    while (
        format_number(value, digits) == format_number(other, digits)
        and value != other
        and digits < MOST_DIGITS
    ):
        digits += 1
    return format_number(value, digits)


def format_quantity(
    kind: str, value: float, units: Units, *, beside: float = math.nan
) -> str:
    """Return a quantity as a reader sees it, with digits enough to tell it from `beside`."""
    digits = _find_display_unit(kind, units)[2]
    while (
        value != beside
        and digits < MOST_DIGITS
        and _format_amount(kind, value, units, digits)
        == _format_amount(kind, beside, units, digits)
    ):
        digits += 1
    return _format_amount(kind, value, units, digits)


def format_rounded_down(
    kind: str, value: float, units: Units, *, beside: float = math.nan
) -> str:
    """Return a quantity rounded down, so that what is shown never lies above `value`."""
    size, _, digits = _find_display_unit(kind, units)
    while math.isfinite(value):
        step = size / 10**digits
        text = _format_amount(
            kind, math.floor(value / step + 1e-9) * step, units, digits
        )
        if text != _format_amount(kind, beside, units, digits) or digits >= MOST_DIGITS:
            return text
        digits += 1
    return _format_amount(kind, value, units, digits)


def format_weekday(day: date) -> str:
    """Return a day with its weekday: Saturday 14 March 2026."""
    return f"{_WEEKDAY_TITLES[day.weekday()]} {shared.format_day(day)}"


_STATE = {"": "", "so_far": "so far ", "at_least": "at least "}


def format_flag(rule: Rule, flag: Flag, units: Units) -> str:
    """Return the whole sentence of `flag`, and what it says also; only places of its template are filled."""
    template = rule.templates[flag.template_args["words"]]
    text = template.format_map(
        {
            name: _fill_field(name, rule.display_unit, flag, units)
            for name in _list_fields(template)
        }
    )
    also = flag.template_args.get("also", "")
    return f"{text[:1].upper()}{text[1:]}{f' {also}' if also else ''}"


@cache
def _list_fields(template: str) -> tuple[str, ...]:
    return tuple(name for _, name, _, _ in Formatter().parse(template) if name)


def _fill_field(name: str, kind: str, flag: Flag, units: Units) -> str:
    if name in flag.template_args.get("lengths", {}):
        return format_quantity(
            kind, flag.template_args["lengths"][name], units, beside=flag.amount
        )
    if name in FIELDS:
        return FIELDS[name](flag, kind, units)
    return str(flag.template_args[name])


def _percent_more(ratio: float) -> float:
    return (ratio - 1.0) * 100.0


def _format_more(flag: Flag, comparative: str) -> str:
    """Return by how much: "33 % more than", from double on "4.0 times"."""
    if flag.value >= MANY:
        return f"{format_distinct(flag.value, flag.limit, 1)} times"
    return f"{format_distinct(_percent_more(flag.value), _percent_more(flag.limit))} % {comparative} than"


# what a template may name beside the texts and lengths that its rule hands over
FIELDS: dict[str, Callable[[Flag, str, Units], str]] = {
    "state": lambda flag, _kind, _units: _STATE[flag.template_args.get("state", "")],
    "week": lambda flag, _kind, _units: shared.format_day(flag.week),
    "day": lambda flag, _kind, _units: format_weekday(flag.template_args["day"]),
    "amount": lambda flag, kind, units: format_quantity(
        kind, flag.amount, units, beside=flag.usual
    ),
    "usual": lambda flag, kind, units: format_quantity(
        kind, flag.usual, units, beside=flag.amount
    ),
    "below": lambda flag, kind, units: format_rounded_down(
        kind, flag.template_args["below"], units, beside=flag.amount
    ),
    "times": lambda flag, _kind, _units: format_distinct(flag.value, flag.limit, 1),
    "limit_times": lambda flag, _kind, _units: format_number(flag.limit, 1),
    "more": lambda flag, _kind, _units: _format_more(flag, "more"),
    "percent": lambda flag, _kind, _units: format_distinct(
        _percent_more(flag.value), _percent_more(flag.limit)
    ),
    "limit_percent": lambda flag, _kind, _units: format_number(
        _percent_more(flag.limit)
    ),
    "limit": lambda flag, _kind, _units: format_number(flag.limit),
}


def format_often(flag: Flag) -> str:
    """Return the remark beside a rule that fires in more than a fifth of the weeks with runs, else ""."""
    weeks = flag.template_args.get("run_weeks", FIRED_WEEKS)
    if flag.fired_26w < OFTEN_LEAST or flag.fired_26w <= OFTEN * weeks:
        return ""
    return (
        f"This check fired in {flag.fired_26w} of the {weeks} weeks with runs in the half year up to then: "
        "more than one in five, so it tells little that is new."
    )
