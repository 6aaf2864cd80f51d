"""Text to a table: which separator, which row is the header, what its columns mean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loadwatch.errors import NotActivity
from loadwatch.ingest.readers.csv import dialect
from loadwatch.ingest.readers.csv import names as words
from loadwatch.ingest.readers.sports import normalize_word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from loadwatch.ingest.readers.csv.dialect import Row
    from loadwatch.ingest.readers.csv.names import Column

LOOKED_AT = 40  # lines in which a header may stand
_KNOWN = (
    (
        re.compile(r"\ufeff?\[+Training"),
        "an Epson watch's own table; export the run as GPX or TCX instead",
    ),
    (
        re.compile(r"\ufeff?XDATA"),
        "GoldenCheetah's weather or extra data beside an activity, not the activity",
    ),
    (
        re.compile(
            r"[\ufeff\"]*Type[\",;\t]+Local Number[\",;\t]+Message", re.IGNORECASE
        ),
        "a FIT file written out as a table by FitCSVTool; give the FIT file itself",
    ),
)
_SURE = 5  # columns understood in a row that leave no doubt it is the header
_TIMES = ("timer", "moving", "elapsed")


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: the rows above its header, the header, the rows below."""

    separator: str
    above: tuple[Row, ...]
    header: Row
    body: list[Row]
    broken: tuple[int, ...]
    mended: frozenset[int]
    roles: Mapping[str, Sequence[Column]]  # as a list of activities
    series: Mapping[str, Sequence[Column]]  # as moments of one activity


def is_list(roles: Mapping[str, object]) -> bool:
    """Whether columns make a list of activities: a date, and a distance or a duration."""
    dated = "date" in roles or "date_utc" in roles
    return dated and ("distance" in roles or any(role in roles for role in _TIMES))


def is_series(series: Mapping[str, object]) -> bool:
    """Whether columns make the moments of one activity: a time, and distance, speed or position."""
    timed = "instant" in series or "second" in series or "day" in series
    placed = "latitude" in series and "longitude" in series
    return timed and (placed or "distance" in series or "speed" in series)


def grid(text: str) -> Grid:
    """Return the table that `text` holds; NotActivity if none of its rows is a header of activities."""
    if why := next((why for start, why in _KNOWN if start.match(text[:80])), ""):
        raise NotActivity(why)
    lines = dialect.lines_of(text)
    stated, skip = dialect.stated_separator(text)
    best: tuple[int, str, int] = (0, "", 0)
    for separator in stated or dialect.SEPARATORS:
        best = max(best, _header(lines, separator, skip), key=lambda found: found[0])
    score, separator, at = best
    if score == 0:
        raise NotActivity(_no_table(lines[skip:LOOKED_AT]))
    found = dialect.rows(lines, separator, at)
    above = dialect.rows(lines, separator, skip, at).rows
    header = found.rows[0]
    roles, series = words.columns(header.cells), words.columns(header.cells, "series")
    mended = found.mended
    if dialect.DAMAGED in text or "\0" in text:
        mended |= {
            row.line
            for row in found.rows[1:]
            if any(dialect.DAMAGED in cell for cell in row.cells)
        }
    return Grid(
        separator,
        tuple(above),
        header,
        found.rows[1:],
        found.broken,
        mended,
        roles,
        series,
    )


def _header(lines: Sequence[str], separator: str, skip: int) -> tuple[int, str, int]:
    """Return (columns understood, separator, line from 0) of the likeliest header."""
    best = (0, separator, 0)
    for row in dialect.rows(lines, separator, skip, skip + LOOKED_AT).rows:
        if len(row.cells) < 2 or best[0] >= _SURE:
            continue
        roles, series = words.columns(row.cells), words.columns(row.cells, "series")
        splits = "split" in roles and ("distance" in roles or "timer" in roles)
        counts = (
            len(roles) if is_list(roles) or splits else 0,
            len(series) if is_series(series) else 0,
        )
        best = max(
            best, (max(counts), separator, row.line - 1), key=lambda found: found[0]
        )
    return best


def _no_table(lines: Sequence[str]) -> str:
    first = next((line.strip() for line in lines if line.strip()), "")
    if not any(mark in first for mark in dialect.SEPARATORS):
        return "text, but no table of activities"
    names = [
        name
        for cell in re.split(r"[,;\t|]", first[:200])[:4]
        if (name := words.clean(cell)[:24])
    ]
    begins = (
        f" (its columns begin with {', '.join(names)})"
        if names and all(map(_plain, names))
        else ""
    )
    return f"a table without activities: it has no date and distance columns that loadwatch knows{begins}"


def _plain(name: str) -> bool:
    return normalize_word(name).isalpha()
