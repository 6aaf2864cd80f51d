"""Durations with units in any language: 1h 23min, 47'30", 1 godz. 32 min, 0時間47分30秒."""

from __future__ import annotations

import math
import re

from loadwatch.ingest.readers.csv.names import load_time_words

_PART = re.compile(
    r"(\d{1,8}(?:[.,]\d{1,9})?) ?([^\W\d_]+|'{1,2}|\u2019{1,2}|[\u2032\u2033\u201d\"])?\.?[ ,:]*"
)
_SMALLER = {86400.0: 3600.0, 3600.0: 60.0, 60.0: 1.0}
_CLOCK_PART = re.compile(r"\d{1,2}")
_AFTER_COLONS = re.compile(r"([\d:.,]*:[\d:.,]*) ?([^\W\d_]{1,12})\.?")


def parse_worded(text: str) -> float:
    """Return a duration whose parts name their units, in lower case [s]; NaN for any other.

    Units fall from part to part. The last part may leave out its own: 1h32, 47min30.
    """
    words = load_time_words()
    total, at, before = 0.0, 0, math.inf
    while at < len(text):
        part = _PART.match(text, at)
        if part is None:
            return math.nan
        number, word = part.groups()
        size = words.get(word or "", math.nan)
        if word is None and part.end() == len(text) and _CLOCK_PART.fullmatch(number):
            size = _SMALLER.get(before, math.nan)
        if not size < before:
            return math.nan
        total += float(number.replace(",", ".")) * size
        at, before = part.end(), size
    return total if before < math.inf else math.nan


def split_unit(text: str) -> tuple[str, float]:
    """Return (time with colons, unit of its first part [s]) of "1:32:00 h" and "47:30 min".

    The unit is NaN, and the text as it was, where no unit of time is behind the time.
    """
    found = _AFTER_COLONS.fullmatch(text)
    if found is None:
        return text, math.nan
    size = load_time_words().get(found[2], math.nan)
    if math.isnan(size):
        return text, size
    return found[1], size
