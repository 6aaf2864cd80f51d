"""Tables of whole days, or of parts of a day: sums of a step counter, which are no activities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from loadwatch.ingest.readers.csv.dates import parse_date

if TYPE_CHECKING:
    from loadwatch.ingest.readers.csv.parsed_csv import ParsedCsv

# columns of Google Fit's and Fitbit's sums of days, as the header names are compared
DAILY_NAMES = frozenset(
    (
        *("moveminutescount", "heartpoints", "heartminutes"),
        *("minutessedentary", "minuteslightlyactive", "minutesfairlyactive"),
    )
)
TIMES = frozenset({"timer", "elapsed", "moving"})  # roles
FEWEST = 14  # days, to be recognised by their dates alone
EVERY_DAY = 0.9  # of the steps from row to row are one day
WHY = "sums of whole days or hours, as a step counter has them, not of activities"


def is_daily(table: ParsedCsv) -> bool:
    """Return whether a table holds a row a day, whatever was done on it."""
    names = {"".join(filter(str.isalnum, name.casefold())) for name in table.names}
    if any(name.startswith(daily) for name in names for daily in DAILY_NAMES):
        return True
    roles = table.roles.keys()
    if not {"steps", "date"} <= roles or "type" in roles or TIMES & roles:
        return False
    return len(table.rows) >= FEWEST and _has_every_day(table)


def _has_every_day(table: ParsedCsv) -> bool:
    """Return whether the rows are of one day after the other."""
    place = table.roles["date"][0].index
    days = []
    for row in table.rows:
        date = parse_date(row.cells[place], "dmy") if place < len(row.cells) else None
        if date is None:
            return False
        days.append(date.wall.toordinal())
    steps = np.abs(np.diff(days))
    return float((steps == 1).mean()) >= EVERY_DAY
