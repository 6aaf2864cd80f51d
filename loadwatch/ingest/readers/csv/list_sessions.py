"""Rows of a list to sessions, and why a row is no activity."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from loadwatch.activity import NAN, Note, Session
from loadwatch.ingest.readers import sports
from loadwatch.ingest.readers.csv import numbers
from loadwatch.ingest.readers.csv.list_columns import TIMES
from loadwatch.ingest.readers.csv.names import load_surfaces
from loadwatch.ingest.readers.csv.planned_rows import PLANNED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from loadwatch.activity import Kind
    from loadwatch.ingest.readers.csv.list_rows import ListRow
    from loadwatch.ingest.readers.csv.names import VendorTraits

_TEXT = 1000  # characters kept of a name
_REST = {
    "rest": "a rest day, nothing was recorded",
    "incident": "an alarm of the watch (incident detected), no activity",
    "planned": PLANNED,
}
_NO_FILE = "#"  # Strava writes #error# where it lost a file
_MENDED = Note("text", "this row has damaged quotation marks or characters")
# cells that are numbers, and codes of the notes on those that are none
NUMBER_ROLES = (
    *("distance", "ascent", "descent", "heart_rate", "rpe", "steps", "cadence"),
)


def find_reason(row: ListRow, lines_by_id: dict[str, int]) -> tuple[Kind, str] | None:
    """Return (kind, why) of a row that is no activity; None if it is one.

    `lines_by_id` grows by the row's own number, if it has one.
    """
    if row.sport.sport == sports.SKIP:
        return "ignored", _REST[row.sport.sub_sport]
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
            return "ignored", PLANNED
    for role in ("distance", *TIMES):
        cell = row.texts[role].strip()
        if not numbers.is_unknown(cell) and cell.strip("0:.,"):
            why = f"neither distance nor duration can be read ({cell[:20]})"
            return "rejected", why
    return "ignored", "it has neither distance nor duration"


def _points_outside(file: str) -> bool:
    """Return whether the file that a row names is not inside the export."""
    first, *others = file.strip().replace("\\", "/").split("/")
    if ".." in (first, *others):
        return True
    is_absolute = not first and bool(others)
    return is_absolute or (len(first) == 2 and first[1] == ":")


# --- sessions ------------------------------------------------------------------------


def build_session(
    row: ListRow, traits: VendorTraits, parents: Collection[str], *, is_planned: bool
) -> Session:
    """Return what a row states; `parents` are the numbers of multisport wholes."""
    texts, values = row.texts, row.values
    surface, device_load = _find_surface(texts["surface"]), NAN
    if traits.vendor == "garmin":
        device_load = values["load"]
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
        linked=_read_file_name(texts["file"]),
        parent=texts["id"].strip() in parents,
        planned=is_planned,
        line=row.line,
        notes=tuple(_list_notes(row, surface)),
    )


def _read_file_name(text: str) -> str:
    """Return the file that a row names, "" where the cell says that there is none."""
    name = text.strip()
    return "" if name.startswith(_NO_FILE) else name[:_TEXT]


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
    for role in NUMBER_ROLES:
        cell = row.texts[role]
        if not cell or not math.isnan(row.values[role]) or numbers.is_unknown(cell):
            continue
        number, shown = numbers.parse_number(cell), " ".join(cell.split())[:20]
        if math.isnan(number):
            yield Note(role, f"{shown} is no number that can be used")
        elif number < 0:
            yield Note(role, f"{shown} is below zero, left out")
