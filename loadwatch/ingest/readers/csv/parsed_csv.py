"""Text to a table: separator, quotation marks, header, and what each column means."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from loadwatch.errors import NotActivity
from loadwatch.ingest.readers.csv.cell_roles import FoundColumn, find_list_columns
from loadwatch.ingest.readers.csv.csv_rows import (
    DAMAGED,
    CsvRow,
    split_lines,
    split_rows,
)
from loadwatch.ingest.readers.csv.header_names import (
    FORMAT,
    Spelling,
    clean_header,
    list_spellings,
)
from loadwatch.ingest.readers.csv.names import (
    VendorTraits,
    load_foreign,
    load_roles,
    load_traits,
    load_units,
    load_vendors,
)
from loadwatch.ingest.readers.csv.rows_above import (
    RowsAbove,
    find_rows_above,
    list_wordy_lines,
)
from loadwatch.ingest.readers.csv.strava_layout import find_strava_columns
from loadwatch.ingest.readers.sports import normalize_word

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

STRAVA = "strava"
_SEPARATORS = ",;\t|"
_HEADER_LINES = 40  # the header is looked for in so many lines
_CELL_ROWS = 200  # rows whose cells show what columns without a known name hold
_SURE = 5  # columns understood in a row that leave no doubt it is the header
_TIMES = frozenset({"timer", "moving", "elapsed"})
_DATED = ("date", "date_utc", "instant", "day")
_MEASURED = (*_TIMES, "distance", "second", "speed", "latitude")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its place in the row, and what one of its numbers is in SI, if stated."""

    index: int
    factor: float | None


Roles = dict[str, list[Column]]


@dataclass(frozen=True, slots=True)
class ParsedCsv:
    """A table: its header, the rows below it, and what the columns mean."""

    separator: str
    header: CsvRow
    names: frozenset[str]  # all ways to read the header's cells, normalised
    rows: list[CsvRow]  # also those above the header
    apart: tuple[int, ...]  # lines above the header that may be rows
    broken: tuple[int, ...]  # lines left out because of their quotation marks
    mended: frozenset[int]  # lines with damaged quotation marks or characters
    roles: Mapping[str, Sequence[Column]]  # as a list of activities
    series: Mapping[str, Sequence[Column]]  # as the samples of one activity
    traits: VendorTraits
    guessed: frozenset[str] = frozenset()  # roles whose columns only cells show

    @property
    def is_list(self) -> bool:
        """Whether the columns make a list of activities."""
        return _is_list(self.roles)

    @property
    def is_series(self) -> bool:
        """Whether the columns make the samples of one activity."""
        return _is_series(self.series)

    @property
    def time_role(self) -> str:
        """The role of the column that dates a sample; there is one in each time series."""
        return next(r for r in ("instant", "second", "day") if r in self.series)

    def get_samples(self, most: int | None = None) -> dict[str, list[str]]:
        """Return role -> cells of a time series; short rows are filled with blanks."""
        size = len(self.header.cells)
        rows = [(row.cells + [""] * size)[:size] for row in self.rows[:most]]
        return {
            role: [cells[columns[0].index] for cells in rows]
            for role, columns in self.series.items()
        }


def parse_csv(text: str) -> ParsedCsv:
    """Return the table that a text holds; NotActivity if none of its rows is a header."""
    for pattern, why in load_foreign():
        if pattern.match(text[:80]):
            raise NotActivity(why)
    lines = split_lines(text)
    best = _read_by_cells(text, lines, _find_header(text, lines))
    found = split_rows(lines, best.separator, best.at)
    if not found.rows:
        raise NotActivity(_explain_no_table(lines[:_HEADER_LINES]))
    header, *rows = _join_units_row(found.rows)
    if header is not found.rows[0]:
        best = best.read_again(header.cells)
    roles, traits = best.roles, find_traits(best.names, best.roles)
    if traits.vendor != STRAVA and (held := find_strava_columns(header, rows)):
        roles = {**roles, **_build_columns(held)}
        traits = load_traits(STRAVA)
    elif not best.get_score():
        raise NotActivity(_explain_no_table(lines[:_HEADER_LINES]))
    skip = _find_stated_separator(text)[1]
    above = _read_rows_above(lines, skip, replace(best, roles=roles), header)
    rows = [*above.rows, *rows]
    mended = found.mended
    if DAMAGED in text or "\0" in text:
        mended = mended.union(_list_damaged(rows))
    return ParsedCsv(
        separator=best.separator,
        header=header,
        names=best.names,
        rows=rows,
        apart=above.apart,
        broken=(*above.broken, *found.broken),
        mended=mended,
        roles=roles,
        series=best.series,
        traits=traits,
        guessed=best.guessed,
    )


def _read_rows_above(
    lines: Sequence[str], skip: int, best: _Header, header: CsvRow
) -> RowsAbove:
    """Return the rows above the header that look like those of its table."""
    if best.at == skip:
        return RowsAbove()
    above = split_rows(lines, best.separator, skip, best.at)
    columns = {**best.series, **best.roles}
    return find_rows_above(
        above,
        header,
        lines,
        dated=_list_places(columns, _DATED),
        measured=_list_places(columns, _MEASURED),
        count_names=lambda cells: len(match_columns(cells)),
    )


def _list_places(columns: Roles, names: Collection[str]) -> list[int]:
    """Return the places of the columns of some roles."""
    held = [columns[name] for name in names if name in columns]
    return [column.index for one in held for column in one]


def _list_damaged(rows: Sequence[CsvRow]) -> list[int]:
    """Return the lines with characters that could not be read."""
    return [row.line for row in rows if any(DAMAGED in cell for cell in row.cells)]


def _build_columns(held: Mapping[str, Sequence[int]]) -> Roles:
    """Return columns without stated units by the places that each role has."""
    return {role: [Column(at, None) for at in places] for role, places in held.items()}


# --- header --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Header:
    """A row that may be the header, and what its columns would mean."""

    separator: str = ""
    at: int = 0  # line, from 0
    names: frozenset[str] = frozenset()
    roles: Roles = field(default_factory=dict)
    series: Roles = field(default_factory=dict)
    guessed: frozenset[str] = frozenset()  # roles known by cells alone

    def read_again(self, cells: Sequence[str]) -> _Header:
        """Return this header with other cells."""
        return _read_header(self.separator, self.at, cells)

    def get_score(self) -> int:
        """Return how many columns are understood, as a list or as a time series."""
        as_list = as_series = 0
        has_splits = "split" in self.roles and (
            "distance" in self.roles or "timer" in self.roles
        )
        if has_splits or _is_list(self.roles):
            as_list = len(self.roles)
        if _is_series(self.series):
            as_series = len(self.series)
        return max(as_list, as_series)


def _find_stated_separator(text: str) -> tuple[str, int]:
    """Return (separator, number of lines it takes) of a first line such as `sep=;`."""
    start = text[:16]
    if not start.strip():
        return "", 0
    first = start.splitlines()[0].strip().strip('"').casefold()
    if len(first) != 5 or not first.startswith("sep="):
        return "", 0
    return first[4], 1


def _find_header(text: str, lines: Sequence[str]) -> _Header:
    """Return the likeliest header, with the separator that makes it one."""
    stated, skip = _find_stated_separator(text)
    best = _Header((stated or _SEPARATORS)[0])
    for separator in stated or _SEPARATORS:
        header = _find_header_of(lines, separator, skip)
        best = max(best, header, key=_Header.get_score)
    if best.get_score() or len(lines) <= _HEADER_LINES:
        return best
    for separator in stated or _SEPARATORS:  # sorted down among the rows
        for at, cells in list_wordy_lines(lines, separator, skip):
            header = _read_header(separator, at, cells)
            best = max(best, header, key=_Header.get_score)
    return best


def _find_header_of(lines: Sequence[str], separator: str, skip: int) -> _Header:
    best = _Header(separator)
    for row in split_rows(lines, separator, skip, skip + _HEADER_LINES).rows:
        if len(row.cells) < 2:
            continue
        header = _read_header(separator, row.line - 1, row.cells)
        best = max(best, header, key=_Header.get_score)
        if best.get_score() >= _SURE:
            break
    return best


def _read_by_cells(text: str, lines: Sequence[str], best: _Header) -> _Header:
    """Return a header with the roles that the cells below it show, else `best` as it is."""
    if _is_list(best.roles):
        return best
    for header in _list_candidates(text, lines, best):
        end = header.at + _CELL_ROWS
        rows = split_rows(lines, header.separator, header.at, end).rows
        if not rows:
            continue
        below = [row.cells for row in rows[1:]]
        found = find_list_columns(rows[0].cells, below, header.roles)
        if found and not _times_samples(header, found):
            roles = {role: [Column(*place)] for role, place in found.items()}
            guessed = frozenset(found)
            return replace(header, roles={**header.roles, **roles}, guessed=guessed)
    return best


def _times_samples(header: _Header, found: Mapping[str, FoundColumn]) -> bool:
    """Return whether the dates that were found are, by their heading, the times of samples."""
    if not _is_series(header.series) or "date" not in found:
        return False
    roles = ("instant", "second", "day")
    timed = [column.index for role in roles for column in header.series.get(role, ())]
    return found["date"][0] in timed


def _list_candidates(
    text: str, lines: Sequence[str], best: _Header
) -> Iterator[_Header]:
    """Yield the rows that may be a header: the one that is known, else the first one."""
    if best.get_score():
        yield best
        return
    stated, skip = _find_stated_separator(text)
    for separator in stated or _SEPARATORS:
        for row in split_rows(lines, separator, skip, skip + 1).rows:
            yield _read_header(separator, row.line - 1, row.cells)


def _read_header(separator: str, at: int, cells: Sequence[str]) -> _Header:
    spellings = list_spellings(cells)
    roles, series = _match(spellings, "lists"), _match(spellings, "series")
    names = frozenset(spelling.name for spelling in spellings)
    return _Header(separator, at, names, roles, series)


def _is_units_row(cells: Sequence[str]) -> bool:
    """Return whether the row below a header holds units alone: ",km,h:mm:ss,m"."""
    words = [cell.strip().strip("()[]").casefold() for cell in cells if cell.strip()]
    return bool(words) and all(
        word in load_units() or FORMAT.fullmatch(word) for word in words
    )


def _join_units_row(rows: list[CsvRow]) -> list[CsvRow]:
    """Return rows with the units of a row below the header in brackets in the header."""
    if len(rows) < 2 or not _is_units_row(rows[1].cells):
        return rows
    header, units, *others = rows
    cells = list(header.cells)
    for at, unit in enumerate(units.cells[: len(cells)]):
        if unit.strip():
            cells[at] = f"{cells[at]} ({unit.strip().strip('()[]')})"
    return [CsvRow(header.line, cells), *others]


def _is_list(roles: Collection[str]) -> bool:
    """Return whether columns make a list: a date, and a distance or a duration."""
    is_dated = "date" in roles or "date_utc" in roles
    return is_dated and ("distance" in roles or not _TIMES.isdisjoint(roles))


def _is_series(series: Collection[str]) -> bool:
    """Return whether columns make samples: a time, and distance, speed or position."""
    is_timed = "instant" in series or "second" in series or "day" in series
    is_placed = "latitude" in series and "longitude" in series
    return is_timed and (is_placed or "distance" in series or "speed" in series)


def match_columns(header: Sequence[str], section: str = "lists") -> Roles:
    """Return role -> its columns: those of the first of the role's names that is there."""
    return _match(list_spellings(header), section)


def _match(spellings: Sequence[Spelling], section: str) -> Roles:
    known = load_roles(section)
    best: dict[str, int] = {}
    found: Roles = {}
    for spelling in spellings:
        for name in known.get(spelling.name, ()):
            factor = spelling.factor
            if factor is None:
                factor = name.factor
            column = Column(spelling.index, factor)
            rank_so_far = best.get(name.role)
            if rank_so_far is None or name.rank < rank_so_far:
                best[name.role], found[name.role] = name.rank, [column]
            elif (
                name.rank == rank_so_far and found[name.role][-1].index != column.index
            ):
                found[name.role].append(column)
    return found


def find_traits(names: frozenset[str], roles: Mapping[str, object]) -> VendorTraits:
    """Return what is known of the vendor whose table has such names and roles."""
    for vendor in load_vendors():
        if names >= vendor.names and roles.keys() >= vendor.roles:
            return vendor.traits
    return VendorTraits()


def _explain_no_table(lines: Sequence[str]) -> str:
    """Return why a text is no table of activities, with the first of its columns."""
    first = next((line.strip() for line in lines if line.strip()), "")
    if not any(mark in first for mark in _SEPARATORS):
        return "text, but no table of activities"
    cells = map(clean_header, re.split(r"[,;\t|]", first[:200])[:4])
    names = [cell[:24] for cell in cells if cell]
    why = (
        "a table without activities: "
        "it has no date and distance columns that loadwatch knows"
    )
    if names and all(normalize_word(name).isalpha() for name in names):
        why += f" (its columns begin with {', '.join(names)})"
    return why
