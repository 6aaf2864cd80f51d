"""Cells to numbers: decimal comma or thousands, and h:mm or m:ss, decided from all cells of a file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from loadwatch.activity import NAN
from loadwatch.ingest.readers.csv.names import unit

if TYPE_CHECKING:
    from collections.abc import Iterable

Style = Literal[".", ",", ""]  # the decimal mark; "" not told by the cells
Clock = Literal["m:ss", "h:mm", ""]  # what a cell of two parts is; "" not told

_LARGEST = 1e15  # no measure of a run is larger
LONGEST = 40  # characters a number may have
_PLAIN = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,18})?")
_NUMBER = re.compile(
    r"([+-]?[\d.,' \xa0\u2009\u202f]{1,32}(?:[eE][+-]?\d{1,3})?) ?([^\W\d_/][\w/]{0,11})?"
)
_GROUPS_DOT = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?")
_GROUPS_COMMA = re.compile(r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d*)?")
_CLOCK = re.compile(r"(\d{1,3}):(\d{1,2})(?::(\d{1,2}))?(?:[.,](\d{1,6}))?")
_DECIMAL_DOT = re.compile(
    r"^[+-]?(?:(?:0|\d{4,15})\.\d{1,20}|\d{1,3}\.(?:\d{1,2}|\d{4,20}))$", re.MULTILINE
)
_DOUBTFUL_DOTS = re.compile(
    r"\d\.\d{3}\.\d|^[ \t']|[ \t\r]$", re.MULTILINE
)  # 1.234.567, or not plain numbers
_WORDS = re.compile(
    r"(?:(\d{1,3}) ?h(?:ours?|rs?|)\.?)? ?"  # 1h 23min 45s
    r"(?:(\d{1,4}) ?(?:min(?:utes?|s)?|mn|m|')?\.?)? ?"
    r"(?:(\d{1,2}) ?(?:s(?:ec(?:onds?)?)?|'')\.?)?"
)
_UNKNOWN = frozenset(
    {
        "",
        "-",
        "--",
        "---",
        "--:--",
        "--:--:--",
        "nan",
        "na",
        "n/a",
        "null",
        "none",
        "\u2013",
        "\u2014",
        "?",
    }
)


def unknown(cell: str) -> bool:
    """Whether a cell says that nothing is known."""
    return cell.strip().casefold() in _UNKNOWN


def style(cells: Iterable[str]) -> Style:
    """Return the decimal mark that cells of numbers show; "" where none of them tells.

    A mark with other than three digits behind it, or behind a leading zero or more than three
    digits, is a decimal mark; with exactly three it may be either.
    """
    told = "\n".join(cells)
    if "," not in told and not (
        "." in told and _DOUBTFUL_DOTS.search(told)
    ):  # the usual case, in one go
        return "." if _DECIMAL_DOT.search(told) else ""
    votes = {".": 0, ",": 0}
    for cell in told.split("\n"):
        text = cell.strip().lstrip("+-'")[:LONGEST]
        dots, commas = text.count("."), text.count(",")
        if not (dots or commas) or not text[0].isdigit():
            continue
        if dots and commas:
            votes["." if text.rfind(".") > text.rfind(",") else ","] += 1
            continue
        mark = "." if dots else ","
        whole, _, rest = text.partition(mark)
        if dots + commas > 1:
            votes["," if dots else "."] += 1  # 1.234.567: thousands
        elif rest.isdigit() and (len(rest) != 3 or len(whole) > 3 or whole == "0"):
            votes[mark] += 1
    if votes["."] == votes[","]:
        return ""
    return "." if votes["."] > votes[","] else ","


def number(cell: str, decimal: Style = ".", *, whole: bool = False) -> float:
    """Return the number in a cell; NaN if it is blank or holds none.

    Parameters
    ----------
    cell : what the table says, with or without a unit behind it.
    decimal : the file's decimal mark.
    whole : the column counts (steps): a mark before three digits parts thousands in either style.
    """
    return measure(cell, decimal, whole=whole)[0]


def measure(
    cell: str, decimal: Style = ".", *, whole: bool = False
) -> tuple[float, float | None]:
    """Return (number, SI factor of the unit written behind it or None)."""
    if decimal != "," and not whole and _PLAIN.fullmatch(cell):
        return float(cell), None
    text = cell.strip().lstrip("'")
    if len(text) > LONGEST or text.casefold() in _UNKNOWN:
        return NAN, None
    found = _NUMBER.fullmatch(text)
    if not found:
        return NAN, None
    factor = unit(found[2]) if found[2] else None
    if found[2] and factor is None:
        return NAN, None
    digits = found[1].translate(_BLANKS)
    return _value(digits, decimal, whole=whole), factor


_BLANKS = dict.fromkeys(map(ord, "' \xa0\u2009\u202f"))


def _value(digits: str, decimal: Style, *, whole: bool) -> float:
    mantissa = digits.lower().partition("e")[0]
    if whole and _GROUPS_DOT.fullmatch(mantissa):
        digits = digits.replace(",", "")
    elif whole and _GROUPS_COMMA.fullmatch(mantissa):
        digits = digits.replace(".", "").replace(",", ".")
    elif decimal == ",":
        digits = (
            digits.replace(".", "")
            if "," in mantissa or _GROUPS_COMMA.fullmatch(mantissa)
            else digits
        )
        digits = digits.replace(",", ".")
    elif (
        "," in mantissa
    ):  # thousands, or a lone decimal comma in a file of points (a re-saved sheet)
        digits = digits.replace(",", "" if _GROUPS_DOT.fullmatch(mantissa) else ".")
    try:
        found = float(digits)
    except ValueError:
        return NAN
    return found if abs(found) < _LARGEST else NAN


def two_parts(cell: str) -> bool:
    """Whether a cell is a time of two parts, 47:08, which may be minutes or hours."""
    found = _CLOCK.fullmatch(cell.strip())
    return found is not None and found[3] is None


def seconds(cell: str, clock: Clock = "m:ss") -> float:
    """Return a time written with colons or words [s].

    NaN for a blank, for a plain number (its unit is the column's business), and for two parts
    where `clock` is "".
    """
    text = cell.strip()[:LONGEST]
    if found := _CLOCK.fullmatch(text):
        first, second = int(found[1]), int(found[2])
        rest = float(f"0.{found[4]}") if found[4] else 0.0
        if found[3] is not None:
            return first * 3600 + second * 60 + int(found[3]) + rest
        if found[4] or clock == "m:ss":
            return first * 60 + second + rest
        return first * 3600 + second * 60.0 if clock == "h:mm" else NAN
    if (
        text
        and text[0].isdigit()
        and not text[-1].isdigit()
        and (worded := _WORDS.fullmatch(text.casefold()))
    ):
        hours, minutes, secs = (float(part or 0) for part in worded.groups())
        return hours * 3600 + minutes * 60 + secs
    if apart := re.fullmatch(r"(\d{1,2}) ?h ?(\d{2})", text.casefold()):  # 1h23
        return int(apart[1]) * 3600.0 + int(apart[2]) * 60
    return NAN
