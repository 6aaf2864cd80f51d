"""A flag's sentence from its rule's templates and its numbers, metric or imperial."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from string import Formatter
from typing import TYPE_CHECKING

from loadwatch import formatting
from loadwatch.activity import NAN
from loadwatch.assess.rules.model import MIN_FIRED_WEEKS, OFTEN
from loadwatch.formatting import format_number
from loadwatch.tables import WEEKDAYS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from loadwatch.assess.rules.model import Extent, Flag, Rule, RuleUnit
    from loadwatch.formatting import Units

WEEKDAY_TITLES = tuple(WEEKDAYS.values())
MAX_DECIMALS = 3
MANY = 2.0  # times: from here on a change is given in times, not in percent
# amounts of these units are shown in the unit of a column
_COLUMNS: Mapping[RuleUnit, str] = {"m": "distance_m", "m_up": "ascent_m"}


def _find_display_unit(unit: RuleUnit, units: Units) -> tuple[float, str, int]:
    """Return the size of the unit shown, its symbol and its usual decimals."""
    if unit in _COLUMNS:
        shown = formatting.choose_unit(_COLUMNS[unit], units)
        return shown.size, shown.symbol, shown.decimals
    if unit == "m/km":
        climb = formatting.choose_unit("ascent_m", units)
        distance = formatting.choose_unit("distance_m", units)
        size = 1000.0 * climb.size / distance.size
        return size, f"{climb.symbol}/{distance.symbol}", 0
    return 1.0, "", 0


def _format_amount(unit: RuleUnit, value: float, units: Units, decimals: int) -> str:
    size, symbol, _ = _find_display_unit(unit, units)
    return f"{format_number(value / size, decimals)} {symbol}".rstrip()


def format_distinct(value: float, other: float, decimals: int = 0) -> str:
    """Return `value` with so many decimals that it does not read as `other`."""
    while (
        format_number(value, decimals) == format_number(other, decimals)
        and value != other
        and decimals < MAX_DECIMALS
    ):
        decimals += 1
    return format_number(value, decimals)


def format_quantity(
    unit: RuleUnit, value: float, units: Units, *, beside: float = NAN
) -> str:
    """Return a quantity in the reader's unit, with decimals enough to differ from `beside`."""
    decimals = _find_display_unit(unit, units)[2]
    text = _format_amount(unit, value, units, decimals)
    while (
        value != beside
        and decimals < MAX_DECIMALS
        and text == _format_amount(unit, beside, units, decimals)
    ):
        decimals += 1
        text = _format_amount(unit, value, units, decimals)
    return text


def format_rounded_down(
    unit: RuleUnit, value: float, units: Units, *, beside: float = NAN
) -> str:
    """Return a quantity rounded down, so that what is shown is never more than `value`."""
    size, _, decimals = _find_display_unit(unit, units)
    while math.isfinite(value):
        step = size / 10**decimals
        rounded = math.floor(value / step + 1e-9) * step
        text = _format_amount(unit, rounded, units, decimals)
        other = _format_amount(unit, beside, units, decimals)
        if text != other or decimals >= MAX_DECIMALS:
            return text
        decimals += 1
    return _format_amount(unit, value, units, decimals)


def format_weekday(day: date) -> str:
    """Return a day with its weekday: Saturday 14 March 2026."""
    return f"{WEEKDAY_TITLES[day.weekday()]} {formatting.format_day(day)}"


def format_flag(rule: Rule, flag: Flag, units: Units) -> str:
    """Return the whole sentence of `flag`, and its remark behind it."""
    template = rule.templates[flag.template]
    names = _list_fields(template)
    filling = _Filling(flag, rule.unit, units, names)
    fields = {name: filling.fill(name) for name in names}
    text = template.format_map(fields)
    text = f"{text[:1].upper()}{text[1:]}"
    return f"{text} {flag.remark}" if flag.remark else text


@cache
def _list_fields(template: str) -> tuple[str, ...]:
    return tuple(name for _, name, _, _ in Formatter().parse(template) if name)


@dataclass(frozen=True, slots=True)
class _Filling:
    """A flag as the places of a template are filled from it."""

    flag: Flag
    unit: RuleUnit
    units: Units
    names: Sequence[str]  # of all places of the template

    def fill(self, name: str) -> str:
        """Return what fills a place of a template: one of FIELDS, or a text of the rule."""
        if name in FIELDS:
            return FIELDS[name](self)
        return self.flag.template_args[name]

    def show(self, value: float, beside: float) -> str:
        """Return a quantity of the flag, with decimals enough to differ from `beside`."""
        return format_quantity(self.unit, value, self.units, beside=beside)


def _format_distinct_amount(filling: _Filling) -> str:
    """Return the amount of a flag, with decimals enough to differ from what is beside it."""
    flag = filling.flag
    text = filling.show(flag.amount, flag.usual)
    if "limit_amount" not in filling.names:
        return text
    return max(text, filling.show(flag.amount, flag.limit), key=len)


def _format_quiet(filling: _Filling) -> str:
    flag = filling.flag
    return format_rounded_down(
        filling.unit, flag.quiet_up_to, filling.units, beside=flag.amount
    )


def _format_run_day(filling: _Filling) -> str:
    return format_weekday(filling.flag.day) if filling.flag.day else ""


def _format_more(filling: _Filling) -> str:
    """Return by how much: "33 % more than", from double on "4.0 times"."""
    flag = filling.flag
    if flag.value >= MANY:
        return f"{format_distinct(flag.value, flag.limit, 1)} times"
    percent = format_distinct(_percent_more(flag.value), _percent_more(flag.limit))
    return f"{percent} % more than"


def _percent_more(ratio: float) -> float:
    return (ratio - 1.0) * 100.0


_EXTENTS: Mapping[Extent, str] = {"": "", "so_far": "so far ", "at_least": "at least "}
# what a template may name beside the texts that its rule hands over
FIELDS: Mapping[str, Callable[[_Filling], str]] = {
    "extent": lambda f: _EXTENTS[f.flag.extent],
    "week": lambda f: formatting.format_day(f.flag.week),
    "day": _format_run_day,
    "shoe": lambda f: f.flag.shoe,
    "amount": _format_distinct_amount,
    "usual": lambda f: f.show(f.flag.usual, f.flag.amount),
    "held_against": lambda f: f.show(f.flag.held_against, f.flag.amount),
    "quiet_up_to": _format_quiet,
    "times": lambda f: format_distinct(f.flag.value, f.flag.limit, 1),
    "more": _format_more,
    "limit": lambda f: format_number(f.flag.limit),
    "limit_times": lambda f: format_number(f.flag.limit, 1),
    "limit_percent": lambda f: format_number(_percent_more(f.flag.limit)),
    "limit_amount": lambda f: f.show(f.flag.limit, f.flag.amount),
}


def format_often(flag: Flag) -> str:
    """Return the remark on a rule that fires in over a fifth of the weeks with runs, else ""."""
    if flag.fired_26w < MIN_FIRED_WEEKS or flag.fired_26w <= OFTEN * flag.run_weeks:
        return ""
    return (
        f"This check fired in {flag.fired_26w} of the {flag.run_weeks} weeks with "
        "runs in the half year up to then: more than one in five, so it says little "
        "that is new."
    )
