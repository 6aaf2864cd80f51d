"""Small CSV files that users keep by hand (tags, diary): bytes to rows, and rows into bytes.

The writing functions take the bytes of a file and return those that it is to hold; all
lines and cells that they do not change stay as they are, to the byte. `user_files.edit_file`
puts the result on the disk.

`decode_text` and `find_nearest` serve settings and the CSV reader of exports, too.
"""

from __future__ import annotations

import codecs
import csv
import difflib
import io
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MAX_BYTES = 4_000_000  # a lifetime of daily lines is below 2 MB
MAX_LINES = 100_000  # read of one file; several a day for a lifetime
LISTED = 20  # problems of one file that are listed by name
_MAX_LINE = 10_000  # characters
_HEAD = 4096  # bytes from which UTF-16 without a byte order mark is recognised
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DAMAGED_TEXT = "its text is damaged; save it again as UTF-8"
_DELIMITERS = ",;\t"
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(.*)", re.DOTALL)
_HAS_TIME = re.compile(r"\d[T ]\d")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
# ends of a line and other control characters, which would split the line of a row
_LINE_BREAKING = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class UserRow:
    """One row: its line number in the file (from 1) and its cells by column."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class UserTable:
    """The columns in the header's order, in lower case, and the rows that hold anything."""

    columns: tuple[str, ...]
    rows: tuple[UserRow, ...]
    is_cut: bool = False  # there are more than MAX_LINES lines or MAX_BYTES bytes


def shorten_list(problems: Sequence[str]) -> list[str]:
    """Return the first LISTED of `problems`, and how many more there are."""
    more = len(problems) - LISTED
    if more <= 0:
        return list(problems)
    lines = "line" if more == 1 else "lines"
    return [*problems[:LISTED], f"and {more:,} more {lines} of this kind"]


def detect_encoding(data: bytes) -> str:
    """Return the name of the encoding of a text, without its byte order mark.

    A byte order mark decides; else a text of which a third is NUL is UTF-16, one that is
    valid UTF-8 is that, and all else is Windows' Latin (cp1252).
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return encoding
    head = data[:_HEAD]
    if len(head) > 3 and head.count(0) > len(head) // 3:
        return "utf-16-be" if head[0] == 0 else "utf-16-le"
    try:
        data.decode()
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def decode_text(data: bytes) -> str:
    """Return the text of any bytes, without the byte order mark.

    A character that cannot be read becomes U+FFFD.
    """
    text = data.decode(detect_encoding(data), errors="replace")
    return text.removeprefix("\ufeff")


def _clean_lines(data: bytes) -> list[str]:
    text = _CONTROL.sub(" ", decode_text(data[:MAX_BYTES]))
    return [line[:_MAX_LINE] for line in text.splitlines()]


def detect_delimiter(data: bytes) -> str:
    """Return the separator: the most frequent of comma, semicolon and tab in the header."""
    return _find_delimiter(_clean_lines(data))


def _find_delimiter(lines: Sequence[str]) -> str:
    for line in lines:
        if _holds_cells(line):
            return max(_DELIMITERS, key=line.count)
    return _DELIMITERS[0]


def _holds_cells(line: str) -> bool:
    return bool(line.strip()) and not line.startswith("#")


def _split_line(line: str, delimiter: str) -> list[str]:
    """Return the cells of a line, read by itself: a quote left open ends with its line."""
    if '"' not in line:
        return [cell.strip() for cell in line.split(delimiter)]
    reader = csv.reader(io.StringIO(line), delimiter=delimiter, skipinitialspace=True)
    return [cell.strip() for cell in next(reader, [])]


def _split_cells(lines: Sequence[str]) -> list[tuple[int, list[str]]]:
    """Return (line number, cells) of the lines that are neither blank nor a comment."""
    delimiter = _find_delimiter(lines)
    rows = []
    for number, line in enumerate(lines, 1):
        if not _holds_cells(line):
            continue
        cells = _split_line(line, delimiter)
        if any(cells):
            rows.append((number, cells))
    return rows


def parse_table(data: bytes) -> UserTable:
    """Return the table in `data`; any bytes give one, if only an empty one."""
    text_lines = _clean_lines(data)
    is_cut = len(text_lines) > MAX_LINES or len(data) > MAX_BYTES
    lines = _split_cells(text_lines[:MAX_LINES])
    if not lines:
        return UserTable((), (), is_cut)
    header = lines[0][1]
    columns = tuple(name.lower().replace(" ", "_") for name in header)
    rows = [
        UserRow(number, dict(zip(columns, cells, strict=False)))
        for number, cells in lines[1:]
    ]
    return UserTable(columns, tuple(rows), is_cut)


def find_nearest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """Return the one of `known` that is most like `word`; "" where none is near.

    Case does not count. `cutoff` is the least similarity, from 0 to 1, as in difflib.
    """
    by_lower = {one.lower(): one for one in known}
    close = difflib.get_close_matches(word.lower(), by_lower, 1, cutoff)
    if not close:
        return ""
    return by_lower[close[0]]


def suggest_nearest(word: str, known: Iterable[str]) -> str:
    """Return all of `known` as the end of a sentence, with "did you mean" where one is near."""
    choices = list(known)
    listed = ", ".join(choices)
    nearest = find_nearest(word, choices)
    if nearest:
        return f"did you mean {nearest}? It can be {listed}"
    return f"it can be {listed}"


def check_year(year: int) -> None:
    """Raise ValueError for a year of which no runner of today writes."""
    if not 1970 <= year <= 2200:  # no watch recorded a run outside these
        raise ValueError(f"the year {year} cannot be right")


def parse_date(text: str) -> tuple[date, datetime | None]:
    """Return the day that a cell holds and, where it also has a time, the wall clock.

    ISO dates (2026-11-16, 2026-11-16 07:30) and dotted ones (16.11.2026) are read; 11/16/2026
    is refused, because its day and month may be either. ValueError gives the reason.
    """
    iso = text
    if dotted := _DOTTED.fullmatch(text):
        day, month, year, rest = dotted.groups()
        iso = f"{year}-{month:0>2}-{day:0>2}{rest}"
    try:
        clock = datetime.fromisoformat(iso)
    except ValueError:
        raise ValueError(
            f'"{iso[:40]}" is not a date; write it as 2026-11-16 or 2026-11-16 07:30'
        ) from None
    check_year(clock.year)
    # the local wall clock counts; an offset adds nothing
    clock = clock.replace(tzinfo=None)
    if not _HAS_TIME.search(iso):
        return clock.date(), None
    return clock.date(), clock


def append_row(data: bytes, cells: Mapping[str, str], header: Sequence[str]) -> bytes:
    """Return `data` with one more row at its end, as `append_rows` does."""
    return append_rows(data, [cells], header)


def append_rows(
    data: bytes, rows: Sequence[Mapping[str, str]], header: Sequence[str]
) -> bytes:
    """Return `data` with more rows at its end.

    Parameters
    ----------
    data : what the file holds; b"" gets `header` as its first line.
    rows : text by column, in lower case; line ends and control characters become blanks.
        A column of the file that is not among them stays empty.
    header : columns of a new file.

    Raises ValueError where the first line of the file lacks a column that a row fills, and
    where a row would not be read back: `add_columns` helps with the first.
    """
    if not rows:
        return data
    columns = parse_table(data).columns
    if not columns:
        columns = tuple(header)
        data = _join_lines(data, _format_line(columns, ",", "\n"))
    delimiter, end = detect_delimiter(data), _find_line_end(data)
    lines = []
    for cells in rows:
        lost = [name for name, text in cells.items() if text and name not in columns]
        if lost:
            raise ValueError(f"the first line lacks the column {lost[0]}")
        values = [_clean_cell(cells.get(column, "")) for column in columns]
        lines.append(_format_line(values, delimiter, end))
    return _join_lines(data, "".join(lines))


def add_columns(data: bytes, names: Sequence[str]) -> bytes:
    """Return `data` with those of the columns `names` that its first line lacks at its end.

    Rows stay as they are: a cell that a row does not have is empty. What rows hold beyond the
    first line stays without a column, as it was. A file without a first line gets one.
    """
    columns = parse_table(data).columns
    missing = [name for name in names if name not in columns]
    if not missing:
        return data
    if not columns:
        return _join_lines(data, _format_line(missing, ",", "\n"))
    missing = [""] * (_count_cells(data) - len(columns)) + missing
    delimiter = detect_delimiter(data)
    lines = _split_exact(data)
    at = next(number for number, line in enumerate(lines) if _holds_cells(line))
    bare = lines[at].rstrip("\r\n")
    end = lines[at][len(bare) :]
    lines[at] = f"{bare}{delimiter}{_format_line(missing, delimiter, end)}"
    return _encode_exact(data, lines)


def _count_cells(data: bytes) -> int:
    """Return how many cells the longest line has, up to the last one that holds anything."""
    count = 0
    for _, cells in _split_cells(_clean_lines(data)):
        while cells and not cells[-1]:
            cells.pop()
        count = max(count, len(cells))
    return count


def change_rows(data: bytes, changes: Mapping[int, Mapping[str, str]]) -> bytes:
    """Return `data` with some cells of some rows changed.

    Parameters
    ----------
    changes : line number, as in `UserRow.line` -> text by column. The other cells of such a
        line keep their text, and all other lines their bytes.

    Raises ValueError where the file lacks a column or a line, or cannot be written back.
    """
    table = parse_table(data)
    numbers = {row.line for row in table.rows}
    delimiter = detect_delimiter(data)
    lines = _split_exact(data)
    for number, cells in changes.items():
        if number not in numbers:
            raise ValueError(f"there is no row in line {number}")
        old = lines[number - 1]
        end = old[len(old.rstrip("\r\n")) :]
        values = _split_line(_CONTROL.sub(" ", old), delimiter)
        values += [""] * (len(table.columns) - len(values))
        for name, text in cells.items():
            values[_find_column(table.columns, name)] = _clean_cell(text)
        lines[number - 1] = _format_line(values, delimiter, end)
    return _encode_exact(data, lines)


def _clean_cell(text: str) -> str:
    """Return a new cell without halves of characters, which no encoding has."""
    return _LONE_SURROGATE.sub("\ufffd", text)


def _find_column(columns: Sequence[str], name: str) -> int:
    """Return the place of a column, of two of one name the one that is read: the last."""
    if name not in columns:
        raise ValueError(f"the first line lacks the column {name}")
    return len(columns) - 1 - columns[::-1].index(name)


def _format_line(cells: Sequence[str], delimiter: str, end: str) -> str:
    """Return cells as a line that `parse_table` reads back; ValueError where it is too long."""
    cleaned = [_LINE_BREAKING.sub(" ", cell) for cell in cells]
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="")
    if cleaned and cleaned[0].startswith("#"):  # quoted, or the line is a comment
        writer = csv.writer(
            buffer, delimiter=delimiter, lineterminator="", quoting=csv.QUOTE_ALL
        )
    writer.writerow(cleaned)
    line = buffer.getvalue()
    if len(line) > _MAX_LINE:
        raise ValueError(f"a line of more than {_MAX_LINE:,} characters")
    return line + end


def _find_line_end(data: bytes) -> str:
    if "\r\n" in decode_text(data):
        return "\r\n"
    return "\n"


def _join_lines(data: bytes, line: str) -> bytes:
    """Return `data` and `line` after it, in the encoding of the file and on a line of its own."""
    text = decode_text(data)
    if text and not text.endswith(("\n", "\r")):
        line = _find_line_end(data) + line
    try:
        return data + line.encode(detect_encoding(data))
    except UnicodeEncodeError:
        return _encode_exact(data, [*_split_exact(data), line])


def _split_exact(data: bytes) -> list[str]:
    """Return the lines of a text with their ends, numbered as `parse_table` does.

    ValueError where the text would not come back to the byte: a damaged UTF-16.
    """
    try:
        text = data.decode(detect_encoding(data), errors="surrogateescape")
    except UnicodeDecodeError:
        raise ValueError(_DAMAGED_TEXT) from None
    text = text.removeprefix("\ufeff")
    lines = []
    at = 0
    for line in _CONTROL.sub(" ", text).splitlines(keepends=True):
        lines.append(text[at : at + len(line)])
        at += len(line)
    if _encode_exact(data, lines) != data:
        raise ValueError(_DAMAGED_TEXT)
    return lines


def _encode_exact(data: bytes, lines: Sequence[str]) -> bytes:
    """Return `lines` in the encoding of `data`, behind its byte order mark if it has one.

    Where they hold a character that the encoding does not have, all of them become UTF-8 with a
    byte order mark, by which spreadsheets know it.
    """
    encoding = detect_encoding(data)
    text = "".join(lines)
    mark = b""
    for known, _ in _BYTE_ORDER_MARKS:
        if data.startswith(known):
            mark = known
    try:
        return mark + text.encode(encoding, errors="surrogateescape")
    except UnicodeEncodeError:
        return codecs.BOM_UTF8 + text.encode(errors="surrogateescape")
