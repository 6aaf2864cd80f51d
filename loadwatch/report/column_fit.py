"""Tables cut to the width of a terminal: columns left out, long texts without their middle."""

from __future__ import annotations

from dataclasses import replace

from loadwatch.report.display_tables import DisplayTable

WRAPPED_WIDTH = 16  # least width of the column whose text may break into lines
GAP_WIDTH = 2  # between two columns
NAME_WIDTH = 20  # a longer name is cut, so that the sentence beside it can be read


def drop_columns(
    table: DisplayTable, wrapped: str, width: int, least_wrapped: int
) -> DisplayTable:
    """Return `table` without the last columns that do not fit into `width`.

    The others keep every digit and word. The column headed `wrapped` always stays, and
    so does the first one, or the first two where no column is wrapped.
    """
    widths = []
    for at, header in enumerate(table.headers):
        widths.append(measure_column(table, at))
        if header == wrapped:
            widths[at] = least_wrapped
    kept = list(range(len(widths)))
    least = 1 if wrapped else 2
    for at in reversed(range(least, len(widths))):
        needed = sum(widths[i] + GAP_WIDTH for i in kept) - GAP_WIDTH
        if needed > width and table.headers[at] != wrapped:
            kept.remove(at)
    return _keep_columns(table, kept)


def _keep_columns(table: DisplayTable, kept: list[int]) -> DisplayTable:
    """Return `table` with the columns of these places alone."""
    headers = tuple(table.headers[at] for at in kept)
    left = tuple(table.left[at] for at in kept)
    rows = tuple(tuple(row[at] for at in kept) for row in table.rows)
    return DisplayTable(headers, left, rows)


def cut_column(table: DisplayTable, header: str, width: int) -> DisplayTable:
    """Return `table` with the texts below `header` cut in the middle, so that it fits `width`."""
    at = table.headers.index(header)
    others = [i for i in range(len(table.headers)) if i != at]
    widths = [measure_column(table, i) + GAP_WIDTH for i in others]
    left = max(width - sum(widths), WRAPPED_WIDTH)
    rows = tuple(
        (*row[:at], cut_middle(str(row[at]), left), *row[at + 1 :])
        for row in table.rows
    )
    return replace(table, rows=rows)


def cut_middle(text: str, length: int) -> str:
    """Return a text of at most `length` characters, both ends of a longer one kept."""
    if len(text) <= length:
        return text
    end = (length - 1) // 2
    return f"{text[: length - 1 - end]}\N{HORIZONTAL ELLIPSIS}{text[-end:]}"


def measure_column(table: DisplayTable, at: int) -> int:
    """Return how many characters the widest cell of a column takes, up to NAME_WIDTH."""
    texts = [table.headers[at], *(str(row[at]) for row in table.rows)]
    return min(max(map(len, texts)), NAME_WIDTH)
