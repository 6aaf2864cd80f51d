"""Cells to numbers and durations: decimal mark, thousands, units, h:mm or m:ss."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Literal

import numpy as np

from loadwatch.activity import NAN
from loadwatch.ingest.readers.csv.cell_text import trim_value
from loadwatch.ingest.readers.csv.names import load_race_distances, load_units
from loadwatch.ingest.readers.csv.worded_durations import parse_worded, split_unit
from loadwatch.ingest.readers.sports import normalize_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from loadwatch.tables import Floats

DecimalMark = Literal[".", ",", ""]  # "": the cells do not show it
ClockStyle = Literal["m:ss", "h:mm", ""]  # what two parts are; "": not known

_LARGEST = 1e15  # no measure of a run is larger
LONGEST = 40  # characters a number may have
# what two parts are by the unit behind them: 1:32 h, 47:30 min
_STYLES: dict[float, ClockStyle] = {3600.0: "h:mm", 60.0: "m:ss"}
_PLAIN = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,18})?")
_NUMBER = re.compile(
    r"([+-]?[\d.,' \u2019\xa0\u2009\u202f]{1,32}(?:[eE][+-]?\d{1,3})?) ?"
    r"([^\W\d_/][\w/\"\u05f4]{0,11})?\.?"
)
_BLANKS = dict.fromkeys(map(ord, "' \u2019\xa0\u2009\u202f"))
# 5 1/2 mi, 5½
_FRACTION = re.compile(
    r"(\d{1,4}) ?(?:[ -](\d)/(\d{1,2})|([\u00bc-\u00be\u2150-\u215e])) ?([^\W\d_/]\w{0,11})?\.?"
)
_KM_AND_M = re.compile(r"(\d{1,3}) ?km ?(\d{3}|\d{1,3} ?m)", re.IGNORECASE)
_GROUPS_POINT = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?")  # 1,079.5
_GROUPS_COMMA = re.compile(r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d*)?")  # 1.079,5
_DECIMAL_POINT = re.compile(
    r"^[+-]?(?:(?:0|\d{4,15})\.\d{1,20}|\d{1,3}\.(?:\d{1,2}|\d{4,20}))$", re.MULTILINE
)
# 1.234.567, or not plain numbers
_DOUBTFUL_POINTS = re.compile(r"\d\.\d{3}\.\d|^[ \t']|[ \t\r]$", re.MULTILINE)
_COLONS = re.compile(r"(\d{1,3}):(\d{1,2})(?::(\d{1,2}))?(?:[.,](\d{1,6}))?")
# what a spreadsheet shows for 0:47:30 where a column is formatted as time of day
_MORNING = re.compile(r"(\d{1,2}):(\d{2}):(\d{2}) ?a\.?m\.?")
# 0 days 00:47:30, 1 day, 0:45:10
_DAYS = re.compile(r"(\d{1,3}) days?,? (\d{1,2}:\d{2}:\d{2}(?:\.\d{1,9})?)")
_ISO = re.compile(
    r"p(?:0+d)?t(?=\d)(?:(\d{1,3})h)?(?:(\d{1,4})m)?(?:(\d{1,6}(?:\.\d{1,9})?)s)?"
)
_SUUNTO = re.compile(r"(\d{1,2}):(\d{2})['\u2019\u2032](\d{2})")  # 1:32'00
_DOTS = re.compile(r"(\d{1,2})\.(\d{2})\.(\d{2})")  # 0.47.30
_DASHES = ("", "-", "--", "---", "--:--", "--:--:--", "\u2013", "\u2014", "?")
_UNKNOWN = frozenset((*_DASHES, "nan", "na", "n/a", "null", "none"))


def is_unknown(cell: str) -> bool:
    """Return whether a cell states that nothing is known."""
    return cell.strip().casefold() in _UNKNOWN


# --- numbers -------------------------------------------------------------------------


def detect_decimal_mark(cells: Iterable[str]) -> DecimalMark:
    """Return the decimal mark that cells of numbers show; "" where none of them does.

    A mark with other than three digits behind it, or behind a leading zero or more than three
    digits, is a decimal mark; with exactly three it may be either.
    """
    text = "\n".join(cells)
    if "," not in text and ("." not in text or not _DOUBTFUL_POINTS.search(text)):
        # the usual case, in one go
        if _DECIMAL_POINT.search(text):
            return "."
        return ""
    marked = [cell for cell in text.split("\n") if "." in cell or "," in cell]
    votes = list(map(_find_decimal_mark, marked))
    points, commas = votes.count("."), votes.count(",")
    if points == commas:
        return ""
    if points > commas:
        return "."
    return ","


def _find_decimal_mark(cell: str) -> DecimalMark:
    """Return the decimal mark that one cell shows, "" where it shows none."""
    text = cell.strip().lstrip("+-'")[:LONGEST]
    if not text[:1].isdigit():
        return ""
    points, commas = text.count("."), text.count(",")
    mark: DecimalMark = "."
    other: DecimalMark = ","
    if text.rfind(",") > text.rfind("."):
        mark, other = other, mark  # `mark` is the last one
    if points and commas:
        return mark
    if points + commas > 1:
        return other  # 1.234.567: thousands
    whole, _, rest = text.partition(mark)
    may_be_thousands = len(rest) == 3 and len(whole) <= 3 and whole != "0"
    if may_be_thousands or not rest.isdigit():
        return ""
    return mark


def parse_as_decimals(cells: Sequence[str]) -> Floats:
    """Return the numbers of a column whose only mark, "." or ",", is a decimal mark.

    All are NaN where the cells hold no mark, or show by themselves what it is.
    """
    text = "".join(cells)
    if ("," in text) == ("." in text) or detect_decimal_mark(cells):
        return np.full(len(cells), NAN)
    mark: DecimalMark = "," if "," in text else "."
    return parse_column(cells, mark)


def parse_column(
    cells: Sequence[str], mark: DecimalMark, *, is_whole: bool = False
) -> Floats:
    """Return the numbers of a column, by its own decimal mark, else by the file's `mark`."""
    own_mark = detect_decimal_mark(cells) or mark
    read = [parse_measure(cell, own_mark, is_whole=is_whole)[0] for cell in cells]
    return np.array(read, dtype=np.float64)


def parse_cell_units(cells: Sequence[str]) -> list[float | None]:
    """Return what the unit written into a cell is in SI, as in "10.5 km"; None where none is."""
    units: list[float | None] = []
    for cell in map(str.strip, cells):
        unit = None
        if cell and not cell[-1].isdigit():
            unit = parse_measure(cell)[1]
        units.append(unit)
    return units


def parse_number(
    cell: str, mark: DecimalMark = ".", *, is_whole: bool = False
) -> float:
    """Return the number in a cell; NaN if it is blank or holds none.

    Parameters
    ----------
    cell : what the table holds, with or without a unit behind it.
    mark : the file's decimal mark.
    is_whole : the column counts (steps): a mark before three digits parts thousands.
    """
    return parse_measure(cell, mark, is_whole=is_whole)[0]


def parse_measure(
    cell: str, mark: DecimalMark = ".", *, is_whole: bool = False
) -> tuple[float, float | None]:
    """Return (number, SI factor of the unit written behind it or None)."""
    if not cell:
        return NAN, None
    if mark != "," and not is_whole and _PLAIN.fullmatch(cell):
        return float(cell), None
    text = cell.strip()
    if not (text[:1].isdigit() and text[-1:].isdigit()):
        text = trim_value(text)
    return _read_measure(text, mark, is_whole=is_whole)


def _read_measure(
    text: str, mark: DecimalMark, *, is_whole: bool
) -> tuple[float, float | None]:
    """Return (number, SI factor or None) of a text without blanks or remarks around it."""
    if text[:1].isalpha():
        return _read_race_distance(text)
    found = _match_number(text)
    if found is None:
        return _read_compound(text)
    digits, unit = found.groups()
    factor = load_units().get((unit or "").casefold())
    if unit and factor is None:
        return _read_compound(text)
    digits = _normalize_digits(digits.translate(_BLANKS), mark, is_whole=is_whole)
    return _convert_digits(digits), factor


def _read_compound(text: str) -> tuple[float, float | None]:
    """Return (number, SI factor or None) of "5 1/2 mi" and "8 km 200 m"; NaN for any other."""
    if found := _KM_AND_M.fullmatch(text[:LONGEST]):
        metres = int(found[2].casefold().rstrip(" m"))
        return int(found[1]) * 1000.0 + metres, 1.0
    found = _FRACTION.fullmatch(text[:LONGEST])
    if found is None or found[3] in {"0", "00"}:
        return NAN, None
    whole, above, below, sign, unit = found.groups()
    factor = load_units().get((unit or "").casefold())
    if unit and factor is None:
        return NAN, None
    part = unicodedata.numeric(sign) if sign else int(above) / int(below)
    return int(whole) + part, factor


def _read_race_distance(cell: str) -> tuple[float, float | None]:
    """Return (metres, 1.0) of a word such as "Half marathon"."""
    metres = load_race_distances().get(normalize_word(cell[:LONGEST]))
    if metres is None:
        return NAN, None
    return metres, 1.0


def _match_number(text: str) -> re.Match[str] | None:
    if len(text) > LONGEST or text.casefold() in _UNKNOWN:
        return None
    return _NUMBER.fullmatch(text)


def _convert_digits(digits: str) -> float:
    try:
        value = float(digits)
    except ValueError:
        return NAN
    if abs(value) < _LARGEST:
        return value
    return NAN


def _normalize_digits(digits: str, mark: DecimalMark, *, is_whole: bool) -> str:
    """Return digits without thousands' marks and with a decimal point."""
    mantissa, exponent, _ = digits.lower().partition("e")
    if exponent:  # 8.200E+03: no thousands there
        return digits.replace(",", ".")
    if is_whole and _GROUPS_POINT.fullmatch(mantissa):
        return digits.replace(",", "")
    if is_whole and _GROUPS_COMMA.fullmatch(mantissa):
        return digits.replace(".", "").replace(",", ".")
    if mark == ",":
        if "," in mantissa or _GROUPS_COMMA.fullmatch(mantissa):
            digits = digits.replace(".", "")
        return digits.replace(",", ".")
    if _GROUPS_POINT.fullmatch(mantissa):
        return digits.replace(",", "")
    # a lone decimal comma in a file of points, as a spreadsheet saves it again
    return digits.replace(",", ".")


# --- durations -----------------------------------------------------------------------


def find_two_parts(cells: Sequence[str]) -> list[int]:
    """Return the indexes of times of two parts, 47:08, which may be minutes or hours."""
    return [
        at
        for at, cell in enumerate(cells)
        if (found := _COLONS.fullmatch(cell.strip())) and found[3] is None
    ]


def parse_durations(cells: Sequence[str], style: ClockStyle = "m:ss") -> Floats:
    """Return the durations of a column [s]; see `parse_duration`."""
    durations = [parse_duration(cell, style) for cell in cells]
    return np.array(durations, dtype=np.float64)


def parse_duration(cell: str, style: ClockStyle = "m:ss") -> float:
    """Return a time written with colons, or as 1h 23min [s].

    NaN for a blank, for a plain number (its unit is the column's business), and for two parts
    where `style` is "".
    """
    if not cell:
        return NAN
    text = cell.strip()[:LONGEST]
    if found := _COLONS.fullmatch(text):
        return _read_colons(found, style)
    return _read_rare_duration(trim_value(text).casefold(), style)


def _read_rare_duration(text: str, style: ClockStyle) -> float:
    """Return a time in a spelling other than h:mm:ss alone [s]; NaN for none."""
    if found := _MORNING.fullmatch(text):
        hour, minute, second = map(int, found.groups())
        return hour % 12 * 3600.0 + minute * 60 + second
    if found := _ISO.fullmatch(text):
        return _sum_parts(found)
    if not text or not text[0].isdigit():
        return NAN
    text, unit_s = split_unit(text)
    style = _STYLES.get(unit_s, style)
    if found := _COLONS.fullmatch(text):
        return _read_colons(found, style)
    if found := _DAYS.fullmatch(text):
        return int(found[1]) * 86400 + parse_duration(found[2])
    for pattern in (_DOTS, _SUUNTO):
        if found := pattern.fullmatch(text):
            return _sum_parts(found)
    return parse_worded(text)


def _sum_parts(found: re.Match[str]) -> float:
    """Return hours, minutes and seconds, which are the groups of a pattern, in seconds."""
    parts = zip(found.groups(), (3600.0, 60.0, 1.0), strict=True)
    return sum(float(part or 0) * size for part, size in parts)


def _read_colons(found: re.Match[str], style: ClockStyle) -> float:
    first, second = int(found[1]), int(found[2])
    fraction = float(f"0.{found[4] or 0}")
    if found[3] is not None:
        return first * 3600 + second * 60 + int(found[3]) + fraction
    if found[4] or style == "m:ss":
        return first * 60 + second + fraction
    if style == "h:mm":
        return first * 3600 + second * 60.0
    return NAN


def parse_count(cell: str) -> float:
    """Return a number, or a time with colons in seconds: what a time column may count."""
    text = cell.strip()
    if ":" in text:
        return parse_duration(text)
    return parse_number(text, detect_decimal_mark([text]) or ".")
