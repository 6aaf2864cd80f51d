"""Numbers, units, dates and untrusted text formatted for a reader; nothing here is read back."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date

Units = Literal["metric", "imperial"]
Kind = Literal["distance", "height", "time", "effort", "count"]

MINUS = "\N{MINUS SIGN}"
NO_VALUE = "\N{EN DASH}"  # an unknown number
NAME_LENGTH = 80
LABEL_LENGTH = 300  # of a file's path
TEXT_LENGTH = 1000
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

_MAIL = re.compile(r"[A-Za-z0-9.+_-]+@[A-Za-z0-9-]+(?:\.[A-Za-z]{2,24})+")
# /home/me/runs/ of /home/me/runs/a.fit, C:\Users\me\ of C:\Users\me\a.fit
_ABSOLUTE_FOLDERS = re.compile(
    r"(?<![\w.])(?:[A-Za-z]:)?[\\/](?:[^\\/\n\"':;,]+[\\/])+"
)
# control, steering (bidi), surrogate, private, unassigned, line and paragraph separators
_HIDDEN_CATEGORIES = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit to show a number in: symbol, size in SI units and the decimals worth showing."""

    symbol: str
    size: float
    decimals: int


_UNITS: dict[Units, dict[Kind, Unit]] = {
    "metric": {
        "distance": Unit("km", 1000.0, 1),
        "height": Unit("m", 1.0, 0),
        "time": Unit("h", 3600.0, 1),
        "effort": Unit("km-effort", 1.0, 1),
        "count": Unit("", 1.0, 0),
    },
    "imperial": {
        "distance": Unit("mi", 1609.344, 1),
        "height": Unit("ft", 0.3048, 0),
        "time": Unit("h", 3600.0, 1),
        "effort": Unit("mi-effort", 1.609344, 1),
        "count": Unit("", 1.0, 0),
    },
}


def classify_column(column: str) -> Kind:
    """Return what a column of WEEKS or EXPOSURES measures, so that it can be shown in its unit."""
    if column.startswith(("ascent", "descent", "longest_ascent", "longest_climb")):
        return "height"
    if column == "effort_km":
        return "effort"
    if column.endswith("_m"):
        return "distance"
    if column.endswith("_s"):
        return "time"
    return "count"


def choose_unit(column: str, units: Units) -> Unit:
    """Return the unit to show a column in."""
    return _UNITS[units][classify_column(column)]


def _escape_character(char: str) -> str:
    if unicodedata.category(char) not in _HIDDEN_CATEGORIES:
        return char
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    if code < 0x10000:
        return f"\\u{code:04x}"
    return f"\\U{code:08x}"


def clean_text(text: object, limit: int = TEXT_LENGTH) -> str:
    r"""Return untrusted text cut to `limit` characters, each invisible one written out as `\xNN`.

    Names of athletes, runs, shoes and files are untrusted: a carriage return overwrites a line of
    the terminal, an escape recolours it, a bidi mark turns a sentence round. A mail address is
    masked, because vendors name files by it.
    """
    cleaned = str(text)
    if "@" in cleaned:
        cleaned = _MAIL.sub("(mail)", cleaned)
    if len(cleaned) > limit:
        cleaned = f"{cleaned[: limit - 1]}…"
    if cleaned.isprintable():
        return cleaned
    return "".join(map(_escape_character, cleaned))


def clean_lines(text: str) -> str:
    """Return a message of several lines with each line cleaned as in `clean_text`."""
    return "\n".join(map(clean_text, text.split("\n")))


def clean_source(text: object) -> str:
    """Return the label of a file, cleaned as in `clean_text` and cut to its own limit."""
    return clean_text(text, LABEL_LENGTH)


def strip_folders(text: str) -> str:
    """Return `text` with each absolute path cut to its last part, for pages that others get."""
    return _ABSOLUTE_FOLDERS.sub("", text)


def format_number(value: float, decimals: int = 0) -> str:
    """Return `value` with thousands commas and a true minus; a dash where it is unknown."""
    if not math.isfinite(value):
        return NO_VALUE
    text = f"{value:,.{decimals}f}"
    if not text.strip("-0.,"):  # a zero has no sign
        text = text.lstrip("-")
    return text.replace("-", MINUS)


def format_percent(share: float, *, signed: bool = False, decimals: int = 0) -> str:
    """Return a share as a percentage, "51 %"; `signed` writes a change, "+51 %"."""
    if not math.isfinite(share):
        return NO_VALUE
    text = format_number(100.0 * share, decimals)
    if signed and not text.startswith(MINUS) and text.strip("0."):
        text = f"+{text}"
    return f"{text} %"


def format_cell(value: float, column: str, units: Units) -> str:
    """Return a column's value in the reader's unit, without the symbol, for a cell of a table."""
    unit = choose_unit(column, units)
    if column.endswith("_s"):
        return format_duration(value)
    return format_number(value / unit.size, unit.decimals)


def format_quantity(value: float, column: str, units: Units) -> str:
    """Return a column's value with its unit, for a sentence; from 100 on without decimals."""
    unit = choose_unit(column, units)
    if column.endswith("_s") or not math.isfinite(value) or not unit.symbol:
        return format_cell(value, column, units)
    amount = value / unit.size
    decimals = unit.decimals
    if abs(amount) >= 100:
        decimals = 0
    number = format_number(amount, decimals).removesuffix(".0")
    return f"{number} {unit.symbol}"


_UNIT_SPACE = re.compile(r"(?<=\d) (?=(?:%|(?:km|mi|m|ft|h|times)\b))")


def bind_units(text: str) -> str:
    """Return `text` with each number kept on one line with its unit."""
    return _UNIT_SPACE.sub("\N{NO-BREAK SPACE}", text)


def format_duration(seconds: float) -> str:
    """Return a duration as "4:05 h"; a dash where it is unknown."""
    if not math.isfinite(seconds):
        return NO_VALUE
    minutes = round(seconds / 60.0)
    return f"{minutes // 60}:{minutes % 60:02d} h"


def format_day(when: date) -> str:
    """Return "16 November 2026"."""
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}"


def format_day_month(when: date) -> str:
    """Return "16 Nov"."""
    return f"{when.day} {MONTHS[when.month - 1][:3]}"


def format_short_day(when: date) -> str:
    """Return "16 Nov 2026"."""
    return f"{format_day_month(when)} {when.year}"


def format_count(amount: int, singular: str, plural: str = "") -> str:
    """Return "1 run", "2 runs", "1,346 runs"."""
    noun = singular
    if amount != 1:
        noun = plural or f"{singular}s"
    return f"{format_number(amount)} {noun}"


_SMALL_NUMBERS = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
)


def spell_number(amount: int) -> str:
    """Return "two" for 2, "11" for 11."""
    if amount < len(_SMALL_NUMBERS):
        return _SMALL_NUMBERS[amount]
    return format_number(amount)


def join_with_and(items: list[str] | tuple[str, ...]) -> str:
    """Return "a", "a and b", "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def format_age(days: int) -> str:
    """Return "today", "yesterday", "9 days", "5 weeks", "13 years"."""
    if days < 1:
        return "today"
    if days == 1:
        return "yesterday"
    if days < 28:
        return f"{days} days"
    if days < 2 * 365:
        return format_count(days // 7, "week")
    return format_count(days // 365, "year")
