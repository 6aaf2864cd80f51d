"""A list of activities, one per row: to sessions."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.activity import NAN, Activity, Note, Reading, Session, Skipped
from loadwatch.errors import Unreadable
from loadwatch.ingest.readers import sports
from loadwatch.ingest.readers.csv import column_choice, numbers
from loadwatch.ingest.readers.csv.column_choice import choose_roles
from loadwatch.ingest.readers.csv.dates import ASK_ORDER, parse_start_times
from loadwatch.ingest.readers.csv.duration_inference import FASTEST
from loadwatch.ingest.readers.csv.list_alarms import (
    ListRuns,
    note_impossible_runs,
)
from loadwatch.ingest.readers.csv.list_columns import TIMES, ListColumns
from loadwatch.ingest.readers.csv.list_times import pick_positive
from loadwatch.ingest.readers.csv.measures import read_measures
from loadwatch.ingest.readers.csv.names import load_surfaces, load_table
from loadwatch.ingest.readers.csv.parsed_csv import (
    BROKEN_QUOTE,
    CsvRow,
    clean_header,
)
from loadwatch.ingest.readers.frames import EMPTY_RECORDS
from loadwatch.tables import PLAIN_SUB_SPORT, UNKNOWN_SPORT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from loadwatch.activity import Kind
    from loadwatch.ingest.readers.csv.dates import StartTime
    from loadwatch.ingest.readers.csv.measures import Measures
    from loadwatch.ingest.readers.csv.names import VendorTraits
    from loadwatch.ingest.readers.csv.parsed_csv import ParsedCsv
    from loadwatch.settings import Settings
    from loadwatch.tables import Floats

_STROLL = 0.8  # m/s; a list that is slower by median is of no runs
_TEXT = 1000  # characters kept of a name
_HEADING = 40  # characters of a heading that a message shows
_TRUE = frozenset({"true", "1", "1.0", "yes"})
_REST = {
    "rest": "a rest day, nothing was recorded",
    "incident": "an alarm of the watch (incident detected), no activity",
}
_SUM = "it adds up other rows, no activity"
_NO_FILE = "#"  # Strava writes #error# where it lost a file
_MENDED = Note("text", "this row has damaged quotation marks or characters")
_NOT_RUNS = Note(
    "type", "the list names no kind of activity, and its speeds are not a runner's"
)


@dataclass(frozen=True, slots=True)
class RowSport:
    """The sport of a row in FIT's words, and a note where it is not known."""

    sport: str = UNKNOWN_SPORT
    sub_sport: str = PLAIN_SUB_SPORT
    note: Note | None = None


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row of a list: its cells and numbers by role, its sport and its start."""

    line: int
    texts: Mapping[str, str]
    values: Mapping[str, float]
    sport: RowSport
    start: StartTime
    notes: Sequence[Note]
    is_mended: bool  # its quotation marks or characters are damaged


def read(table: ParsedCsv, settings: Settings) -> Reading:
    """Return the activities of a list, and the rows that are none with their reason."""
    rows, skipped = _fit_rows(table)
    roles, unread = choose_roles(table, rows)
    table = replace(table, roles=roles)
    columns = _select_columns(table, rows)
    row_sports = _read_sports(columns)
    measures = read_measures(columns, [row.sport for row in row_sports], settings)
    starts = parse_start_times(
        columns.texts,
        settings.date_order,
        is_utc=columns.traits.utc,
        is_european=measures.is_european,
        is_wall=_is_called_local(table),
    )
    _refuse_ambiguous_dates(starts)
    if "type" not in table.roles and not columns.traits.vendor:
        row_sports = _check_speeds(row_sports, measures)
        if unread:
            row_sports = [RowSport(note=_format_unread(unread))] * len(row_sports)
    values = measures.values
    is_run = np.array([row.sport == "running" for row in row_sports], bool)
    duration_s = pick_positive(*(values[role] for role in TIMES))
    runs = ListRuns(columns, is_run, values["distance"], duration_s, starts)
    note_impossible_runs(runs, measures.notes)
    list_rows = map(
        ListRow,
        columns.lines,
        _split_texts(columns),
        _split_values(measures.values),
        row_sports,
        starts,
        measures.notes,
        [row.line in table.mended for row in rows],
    )
    reading = _build_reading(list_rows, columns, skipped)
    return replace(reading, units=tuple(measures.units))


def _is_called_local(table: ParsedCsv) -> bool:
    """Whether the heading of the dates calls them local."""
    held = table.roles.get("date", ())
    return any("local" in table.header.cells[c.index].casefold() for c in held)


def _format_unread(name: str) -> Note:
    text = (
        f"which rows are runs is unknown while nobody knows the column {name}; "
        "call it Type if it holds the sports, else Notes"
    )
    return Note("type", text)


def _build_reading(
    rows: Iterable[ListRow], columns: ListColumns, skipped: Sequence[Skipped]
) -> Reading:
    """Return the activities, and the rows that are none beside those `skipped` already."""
    activities: list[Activity] = []
    skipped = list(skipped)
    lines_by_id: dict[str, int] = {}
    parents = frozenset(filter(None, columns.texts["parent"]))
    for row in rows:
        reason = _find_reason(row, lines_by_id)
        if reason is None:
            session = _build_session(row, columns.traits, parents)
            activities.append(Activity(EMPTY_RECORDS, session))
        else:
            skipped.append(Skipped(f"#{row.line}", *reason))
    skipped.sort(key=lambda one: int(one.source.removeprefix("#")))
    return Reading(tuple(activities), tuple(skipped))


def _split_texts(columns: ListColumns) -> Iterator[dict[str, str]]:
    """Yield role -> cell of each row; roles without a column are copied as one, for speed."""
    blank = dict.fromkeys(columns.texts, "")
    held = {
        role: columns.texts[role] for role in columns.texts if role in columns.columns
    }
    for cells in zip(*held.values(), strict=True):
        yield blank | dict(zip(held, cells, strict=True))


def _split_values(values: Mapping[str, Floats]) -> Iterator[dict[str, float]]:
    """Yield role -> number of each row."""
    columns = [column.tolist() for column in values.values()]
    for row in zip(*columns, strict=True):
        yield dict(zip(values, row, strict=True))


# --- columns -------------------------------------------------------------------------


def _fit_rows(table: ParsedCsv) -> tuple[list[CsvRow], list[Skipped]]:
    """Return the rows that fit the header, and those that do not with their reason.

    A row with other than the header's number of cells is left out: which cell is missing is
    not known. Blank cells at the end, and rows of a list kept by hand that end early, do no harm.
    """
    header = table.header.cells
    by_hand = not table.traits.vendor
    skipped = [Skipped(f"#{line}", "rejected", BROKEN_QUOTE) for line in table.broken]
    rows: list[CsvRow] = []
    for row in table.rows:
        cells = _fit_to_header(row.cells, header, may_end_early=by_hand)
        if not any(map(str.strip, cells)):
            continue
        if by_hand and column_choice.is_sum(cells):
            skipped.append(Skipped(f"#{row.line}", "ignored", _SUM))
            continue
        if len(cells) == len(header):
            rows.append(CsvRow(row.line, cells))
            continue
        why = (
            f"it has {len(cells)} cells, the header {len(header)}; "
            "nobody knows which one is wrong"
        )
        skipped.append(Skipped(f"#{row.line}", "rejected", why))
    return rows, skipped


def _select_columns(table: ParsedCsv, rows: Sequence[CsvRow]) -> ListColumns:
    """Return the columns of rows that fit the header, with the units that are stated."""
    columns = {
        role: [[row.cells[column.index] for row in rows] for column in held]
        for role, held in table.roles.items()
    }
    blank = [""] * len(rows)
    texts = dict.fromkeys(load_table()["lists"], blank)
    texts |= {role: held[0] for role, held in columns.items()}
    if table.roles.get("clock") == table.roles.get("date"):
        texts["clock"] = blank
    units = dict(table.traits.units)
    for role, held in table.roles.items():
        if held[0].factor is not None:
            units[role] = held[0].factor
    return ListColumns(
        lines=[row.line for row in rows],
        texts=texts,
        columns=columns,
        headings=_read_headings(table),
        units=units,
        traits=table.traits,
        has_semicolons=table.separator == ";",
    )


def _read_headings(table: ParsedCsv) -> dict[str, str]:
    """Return role -> what its first column is called, short enough for a message."""
    return {
        role: clean_header(table.header.cells[held[0].index])[:_HEADING]
        for role, held in table.roles.items()
    }


def _fit_to_header(
    cells: list[str], header: Sequence[str], *, may_end_early: bool
) -> list[str]:
    """Return the cells with blank ones at the end dropped or added, as far as that is safe."""
    spare = len(cells) - len(header)
    if spare > 0 and not any(map(str.strip, cells[-spare:])):
        return cells[: len(header)]
    if spare < 0 and (may_end_early or not any(header[spare:])):
        return cells + [""] * -spare
    return cells


# --- sports --------------------------------------------------------------------------


def _read_sports(columns: ListColumns) -> list[RowSport]:
    """Return each row's sport; a list kept by hand may leave the type of a run blank."""
    is_indoor = [flag.strip().casefold() in _TRUE for flag in columns.texts["indoor"]]
    pairs = list(zip(columns.texts["type"], is_indoor, strict=True))
    by_hand = not columns.traits.vendor
    known = {pair: _find_sport(*pair, by_hand=by_hand) for pair in set(pairs)}
    return [known[pair] for pair in pairs]


def _find_sport(word: str, is_indoor: bool, *, by_hand: bool) -> RowSport:
    if not word.strip():
        if by_hand:
            return RowSport("running")
        return RowSport()
    found = sports.find_sport(word)
    if found is None and by_hand:
        found = sports.find_run_kind(word)
    if found is None:
        return RowSport(note=sports.format_unknown(word))
    sport, sub_sport = found
    if is_indoor and found == ("running", PLAIN_SUB_SPORT):
        sub_sport = "indoor_running"
    return RowSport(sport, sub_sport)


def _check_speeds(row_sports: list[RowSport], measures: Measures) -> list[RowSport]:
    """Return the sports of a list without types: runs, if its speeds are a runner's."""
    values = measures.values
    time_s = pick_positive(values["elapsed"], values["timer"], values["moving"])
    known = (values["distance"] > 0) & (time_s > 0)
    if not known.any():
        return row_sports
    speed = np.median(values["distance"][known] / time_s[known])
    if _STROLL <= speed <= FASTEST:
        return row_sports
    return [RowSport(note=_NOT_RUNS)] * len(row_sports)


# --- rows that are no activity -------------------------------------------------------


def _refuse_ambiguous_dates(starts: Sequence[StartTime]) -> None:
    """Raise Unreadable where no date of a list is clear without the user's answer."""
    if not starts or not all(start.why_unknown for start in starts):
        return
    why = starts[0].why_unknown
    if ASK_ORDER in why:
        why = why.replace("its date,", "its dates, such as", 1)
        raise Unreadable(why)


def _find_reason(row: ListRow, lines_by_id: dict[str, int]) -> tuple[Kind, str] | None:
    """Return (kind, why) of a row that is no activity; None if it is one.

    `lines_by_id` grows by the row's own number, if it has one.
    """
    if row.sport.sport == sports.SKIP:
        return "ignored", _REST[row.sport.sub_sport]
    if row.texts["planned"].strip().casefold() in _TRUE:
        return "ignored", "planned, but nothing was recorded"
    if row.start.why_unknown:
        return "rejected", row.start.why_unknown
    if row.values["distance"] < 0:
        shown = row.texts["distance"].strip()[:20]
        return "rejected", f"its distance is below zero: {shown}"
    if not any(row.values[role] > 0 for role in ("distance", *TIMES)):
        return _explain_empty(row)
    if _points_outside(row.texts["file"]):
        return "rejected", "its file name points outside the export"
    key = row.texts["id"].strip()
    if key in lines_by_id:
        line = lines_by_id[key]
        return "ignored", f"it carries the same number as line {line}: {key[:24]}"
    if key:
        lines_by_id[key] = row.line
    return None


def _explain_empty(row: ListRow) -> tuple[Kind, str]:
    for role in ("planned_distance", "planned_time"):
        if not numbers.is_unknown(row.texts[role]):
            return "ignored", "planned, but nothing was recorded"
    for role in ("distance", *TIMES):
        cell = row.texts[role].strip()
        if not numbers.is_unknown(cell) and cell.strip("0:.,"):
            why = f"neither distance nor duration can be read ({cell[:20]})"
            return "rejected", why
    return "ignored", "it has neither distance nor duration"


def _points_outside(file: str) -> bool:
    """Whether the file that a row names is not inside the export."""
    first, *others = file.strip().replace("\\", "/").split("/")
    if ".." in (first, *others):
        return True
    is_absolute = not first and bool(others)
    return is_absolute or (len(first) == 2 and first[1] == ":")


# --- sessions ------------------------------------------------------------------------


def _build_session(
    row: ListRow, traits: VendorTraits, parents: Collection[str]
) -> Session:
    texts, values = row.texts, row.values
    surface, device_load, linked = _find_surface(texts["surface"]), NAN, ""
    if traits.vendor == "garmin":
        device_load = values["load"]
    if not texts["file"].strip().startswith(_NO_FILE):
        linked = texts["file"].strip()[:_TEXT]
    return Session(
        format="list",
        sport=row.sport.sport,
        sub_sport=row.sport.sub_sport,
        name=_shorten(texts["name"]),
        start_utc=row.start.utc,
        start_local=row.start.local,
        zone=row.start.zone,
        date_only=row.start.date_only,
        timer_s=values["timer"],
        moving_s=values["moving"],
        elapsed_s=values["elapsed"],
        distance_m=values["distance"],
        ascent_m=values["ascent"],
        descent_m=values["descent"],
        steps=values["steps"],
        cadence_spm=values["cadence"],
        heart_rate_bpm=values["heart_rate"] or NAN,  # 0 is written for unknown
        rpe=values["rpe"] or NAN,
        device_load=device_load,
        stance_balance_pct=values["balance"] or NAN,
        vertical_oscillation_mm=values["oscillation"],
        dirt_m=values["dirt"],
        surface=surface,
        device=_name_device(texts["maker"], texts["device"]),
        shoe=_shorten(texts["shoe"]),
        linked=linked,
        parent=texts["id"].strip() in parents,
        line=row.line,
        notes=tuple(_list_notes(row, surface)),
    )


def _shorten(text: str) -> str:
    """Return a text with single blanks, cut to a sane length."""
    return " ".join(text.split())[:_TEXT]


def _name_device(maker: str, product: str) -> str:
    return f"{maker.strip()} {product.strip()}".strip().casefold()[:_TEXT]


def _find_surface(cell: str) -> str:
    """Return the class of surface that a cell names; "" for none that is known."""
    if not cell:
        return ""
    return load_surfaces().get(sports.normalize_word(cell[:40]), "")


def _list_notes(row: ListRow, surface: str) -> Iterator[Note]:
    """Yield what is odd about a row: its units, an unknown sport or surface, damaged text."""
    yield from row.notes
    if row.sport.note:
        yield row.sport.note
    named = row.texts["surface"]
    if named and not surface and sports.normalize_word(named[:40]):
        shown = " ".join(named.split())[:40]
        yield Note("surface", f"no surface is known as {shown}")
    if row.is_mended:
        yield _MENDED
    linked = row.texts["file"].strip()
    if linked.startswith(_NO_FILE):
        yield Note("file", f"the list names no file but {linked[:20]}")
    yield from _list_unread_numbers(row)


def _list_unread_numbers(row: ListRow) -> Iterator[Note]:
    """Yield a note for each cell that should be a number and is none."""
    for role in ("distance", "ascent", "descent", "heart_rate", "rpe"):
        cell = row.texts[role]
        if not cell or not math.isnan(row.values[role]) or numbers.is_unknown(cell):
            continue
        if math.isnan(numbers.parse_number(cell)):
            shown = " ".join(cell.split())[:20]
            yield Note(role, f"{shown} is no number that can be used")
