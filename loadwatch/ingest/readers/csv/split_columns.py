"""Durations and dates that a list writes in several columns: Hours, Minutes; Year, Month, Day.

The parts become one more column of the list, as h:mm:ss and as an ISO date.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from loadwatch.ingest.readers.csv.csv_rows import CsvRow
from loadwatch.ingest.readers.csv.header_names import clean_header
from loadwatch.ingest.readers.csv.numbers import parse_number
from loadwatch.ingest.readers.csv.parsed_csv import Column

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from loadwatch.ingest.readers.csv.parsed_csv import ParsedCsv

_TIME = r"(?:(?:time|duration|zeit|dauer|durée|temps|tiempo|tempo|tid|tijd|czas) ?)?"
_PARTS_OF_TIME = {
    "h": re.compile(
        rf"{_TIME}[(\[]?(?:h|hrs?|hours?|std|stunden|heures?|horas?|ore)[)\]]?"
    ),
    "m": re.compile(
        rf"{_TIME}[(\[]?(?:m|mins?|minutes?|minuten|minutos?|minuti)[)\]]?"
    ),
    "s": re.compile(rf"{_TIME}[(\[]?(?:s|secs?|seconds?|sek|sekunden|segundos?)[)\]]?"),
}
_PARTS_OF_DATE = {
    "y": re.compile(r"year|yr|jahr|année|an|año|ano|anno|jaar|år"),
    "m": re.compile(r"month|monat|mois|mes|mês|mese|maand|måned|månad"),
    "d": re.compile(r"day|day of month|tag|jour|día|dia|giorno|dag"),
}
_MAX_PART = 59  # minutes beside hours, seconds beside minutes


def join_split_columns(
    table: ParsedCsv, rows: Sequence[CsvRow]
) -> tuple[ParsedCsv, list[CsvRow]]:
    """Return a list and its rows with durations and dates joined that stand in several columns."""
    joined = list(rows)
    times = _find_parts(table, _PARTS_OF_TIME)
    if "m" in times and len(times) > 1 and _are_times(joined, times):
        table, joined = _add_column(table, joined, "timer", times, _format_time)
    dates = _find_parts(table, _PARTS_OF_DATE)
    if len(dates) == len(_PARTS_OF_DATE):
        table, joined = _add_column(table, joined, "date", dates, _format_date)
    return table, joined


def _find_parts(
    table: ParsedCsv, patterns: Mapping[str, re.Pattern[str]]
) -> dict[str, int]:
    """Return part -> the place of the column that is called so."""
    names = [clean_header(cell).casefold() for cell in table.header.cells]
    return {
        part: at
        for part, pattern in patterns.items()
        for at, name in enumerate(names)
        if pattern.fullmatch(name)
    }


def _are_times(rows: Sequence[CsvRow], parts: Mapping[str, int]) -> bool:
    """Return whether the smaller parts never reach what is one of the larger part."""
    smaller = [part for part in "hms" if part in parts][1:]
    return all(
        not parse_number(row.cells[parts[part]]) > _MAX_PART
        for part in smaller
        for row in rows
    )


def _add_column(
    table: ParsedCsv,
    rows: Sequence[CsvRow],
    role: str,
    parts: Mapping[str, int],
    format_parts: Callable[[Mapping[str, float]], str],
) -> tuple[ParsedCsv, list[CsvRow]]:
    place = len(table.header.cells)
    used = set(parts.values())
    roles = {
        name: [column for column in held if column.index not in used]
        for name, held in table.roles.items()
    }
    roles = {name: held for name, held in roles.items() if held}
    roles[role] = [Column(place, None)]
    title = " ".join(clean_header(table.header.cells[at]) for at in parts.values())
    header = CsvRow(table.header.line, [*table.header.cells, title])
    joined = []
    for row in rows:
        values = {part: parse_number(row.cells[at]) for part, at in parts.items()}
        joined.append(CsvRow(row.line, [*row.cells, format_parts(values)]))
    return replace(table, header=header, roles=roles), joined


def _format_time(parts: Mapping[str, float]) -> str:
    seconds = sum(
        parts[part] * size
        for part, size in (("h", 3600), ("m", 60), ("s", 1))
        if parts.get(part, 0) > 0
    )
    minutes, second = divmod(round(seconds), 60)
    if not seconds:
        return ""
    return f"{minutes // 60}:{minutes % 60:02}:{second:02}"


def _format_date(parts: Mapping[str, float]) -> str:
    if not all(part > 0 for part in parts.values()):
        return ""
    year, month, day = (round(parts[part]) for part in "ymd")
    if year < 100:
        year += 2000
    return f"{year:04}-{month:02}-{day:02}"
