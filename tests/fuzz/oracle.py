"""What may become of a mutant: each check returns what is wrong, "" if nothing is.

Silent garbage is what a reading hands over without a word of it: a value that cannot be, or less
than 95 % of what the good file holds (FIT), or of what the mutant itself still holds whole (text).
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import math
import re
import tempfile
import tomllib
import typing
import zipfile
import zlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from loadwatch import tables
from loadwatch.assess import rules
from loadwatch.errors import LoadwatchError, NotActivity, OverLimit, Unreadable
from loadwatch.exposure import osm
from loadwatch.exposure.osm.cut import cut_extract
from loadwatch.exposure.row import build_row
from loadwatch.ingest import readers
from loadwatch.ingest.sources import Member, find_members
from loadwatch.settings import KEYS, TOP_KEYS, Settings, load
from loadwatch.tables import PLAUSIBLE, SURFACE_NAMES
from tests.mutants import list_problems

if TYPE_CHECKING:
    from loadwatch.exposure.osm import Ground

REFUSALS = (Unreadable, NotActivity, OverLimit)
KEPT_SHARE = 0.95  # of the good records; fewer without a word are lost silently
POINT = {
    "gpx": re.compile(rb"<trkpt\b[^<>]*>(?:(?!<trkpt\b).)*?</trkpt>", re.DOTALL),
    "tcx": re.compile(
        rb"<Trackpoint\b[^<>]*>(?:(?!<Trackpoint\b).)*?</Trackpoint>", re.DOTALL
    ),
}
TIMED = {
    "gpx": re.compile(
        rb"<time>\s*\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z?\s*</time>"
    ),
    "tcx": re.compile(
        rb"<Time>\s*\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z?\s*</Time>"
    ),
}
# cells of a hundredth of a degree in which the maps of the seeds lie
MAP_CELLS = frozenset((row, column) for row in range(998, 1003) for column in range(1998, 2003))  # fmt: skip


@dataclass(frozen=True)
class Handed:
    """What a reading handed over."""

    samples: int
    parts: int  # activities, and parts left out with a reason
    remarks: frozenset[str]  # notes, and reasons of parts left out
    wrong: str  # an impossible value without a note


REFUSED = Handed(0, 0, frozenset(["refused"]), "")


def read_input(data: bytes, name: str) -> Handed:
    """Read one file and build its rows."""
    try:
        reading = readers.read(data, name, Settings())
    except REFUSALS:
        return REFUSED
    wrong, samples = "", 0
    remarks = {part.why for part in reading.skipped}
    for activity in reading.activities:
        row = build_row(activity, "digest", Settings(), None)
        samples += len(activity.records)
        remarks |= set(row["notes"])
        if not row["notes"]:
            wrong = wrong or find_garbage(activity, row)
    parts = len(reading.activities) + len(reading.skipped)
    return Handed(samples, parts, frozenset(remarks), wrong)


read_whole = lru_cache(256)(read_input)


def check_input(data: bytes, whole: bytes, name: str) -> str:
    """Return an impossible value or a loss that no note tells of.

    Parameters
    ----------
    data : the mutant
    whole : the good file it was made from, b"" where that is not known
    name : of the file
    """
    handed = read_input(data, name)
    if handed.wrong:
        return handed.wrong
    before = frozenset[str]()
    least, held = count_held(data, handed)
    if whole:
        good = read_whole(whole, name)
        before = good.remarks
        if data[8:12] == b".FIT":
            least, held = good.samples, handed.samples
    if handed is REFUSED or handed.remarks - before or held >= KEPT_SHARE * least:
        return ""
    return f"{held} of {least} records, and no note"


def count_held(data: bytes, handed: Handed) -> tuple[int, int]:
    """Return how many records a text holds whole, and how many of them were handed over."""
    for name, pattern in POINT.items():
        points = pattern.findall(data)
        if points:
            times = [TIMED[name].search(one) for one in points]
            # points of one instant may be one point written twice
            return len({time[0] for time in times if time}), handed.samples
    return 0, handed.samples


def check_document(data: bytes, whole: bytes, name: str) -> str:
    """Return what is wrong with the reading of a JSON document."""
    wrong = check_input(data, whole, name)
    return wrong or check_parts(data, name, count_parts(data), "records")


def check_parts(data: bytes, name: str, parts: int, kind: str) -> str:
    """Return how many of the parts that an input holds are gone without a note, "" for few."""
    handed = read_input(data, name)
    held = max(handed.samples, handed.parts)
    if handed.remarks or held >= KEPT_SHARE * parts:
        return ""
    return f"{held} of {parts} {kind}, and no note"


def count_parts(data: bytes) -> int:
    """Return how many activities a JSON list holds, or GoldenCheetah's samples of seconds."""
    try:
        document = json.loads(data)
    except ValueError:
        return 0
    if isinstance(document, list):
        return sum(isinstance(one, dict) and bool(one) for one in document)
    try:
        samples = document["RIDE"]["SAMPLES"]
        return len({one["SECS"] for one in samples if isinstance(one["SECS"], int)})
    except (TypeError, LookupError):
        return 0


def check_table(data: bytes, whole: bytes, name: str) -> str:
    """Return what is wrong with the reading of a table: each row is an activity or has a reason."""
    wrong = check_input(data, whole, name)
    return wrong or check_parts(data, name, count_rows(data), "rows")


def count_rows(data: bytes) -> int:
    """Return how many different rows of a plain table hold as many cells as its header has.

    The header is the last row of words alone; above it, rows of words alone are no rows of a list.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return 0
    if '"' in text:
        return 0  # which rows are whole depends on where a quotation ends
    mark = max(",;\t", key=text.partition("\n")[0].count)
    table = csv.reader(io.StringIO(text, newline=None), delimiter=mark)
    rows = list(dict.fromkeys(tuple(row) for row in table if any(row)))
    words = [at for at, row in enumerate(rows) if not any(map(_has_number, row))]
    header = max(words, default=0)
    above = [row for at, row in enumerate(rows[:header]) if at not in words]
    held = [*above, *rows[header + 1 :]]
    return sum(len(row) == len(rows[header]) for row in held)


def _has_number(cell: str) -> bool:
    return cell.strip()[:1].isdigit()


def find_garbage(activity: Any, row: dict[str, Any]) -> str:
    """Return an impossible value of an activity without a note, "" if there is none."""
    for name, limits in PLAUSIBLE.items():
        value = row.get(name)
        is_known = isinstance(value, float) and not math.isnan(value)
        if is_known and not limits.low <= value <= limits.high:
            return f"{name} = {value}"
    problems = list_problems(activity)
    return problems[0] if problems else ""


def check_archive(data: bytes, whole: bytes, name: str) -> str:
    """Walk an archive, open each member and read it; none may be missing without a word."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(data)
        found = list(find_members([path]))
        for member in found:
            if not isinstance(member, Member):
                continue
            try:
                content = member.open()
            except REFUSALS:
                continue
            if content.notes:
                continue
            part = unpack(whole) if name.endswith(".gz") else b""
            wrong = check_input(content.data, part, member.label)
            if wrong:
                return wrong
    is_whole = all(isinstance(one, Member) or one.source != name for one in found)
    # a workbook is one input, also where its own table of contents is damaged
    is_workbook = any(isinstance(one, Member) and one.label == name for one in found)
    if name.endswith(".zip") and is_whole and not is_workbook:
        names = list_names(data)
        if len(found) < len(names):
            return f"{len(found)} of {len(names)} members, and no word of the others"
    return ""


@lru_cache(16)
def unpack(whole: bytes) -> bytes:
    """Return the content of a good gzip file, b"" if there is none."""
    with suppress(OSError, EOFError, zlib.error):
        return gzip.decompress(whole)
    return b""


def list_names(data: bytes) -> set[str]:
    """Return the names of the files that an archive lists, by the standard library."""
    try:
        listed = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError):
        return set()
    # `is_dir` of Python 3.11 fails for an empty name
    return {one.filename for one in listed if not one.filename.endswith("/")}


def check_map(data: bytes, whole: bytes, name: str) -> str:
    """Read a map extract around its runner, and cut one out of it: both are those of a map."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(data)
        try:
            ground = osm.open_extract(path, MAP_CELLS, None, {})
            wrong = find_bad_ground(ground)
            path.write_bytes(cut_extract(path, MAP_CELLS))
            cut = osm.open_extract(path, MAP_CELLS, None, {})
        except LoadwatchError:
            return ""
    return wrong or find_bad_ground(cut)


def find_bad_ground(ground: Ground) -> str:
    """Return what no map holds: places off the globe, endless ways, unknown classes."""
    latitude, longitude = ground.latitude, ground.longitude
    if not (np.isfinite(latitude) & (abs(latitude) <= 90)).all():
        return "a latitude off the globe"
    if not (np.isfinite(longitude) & (abs(longitude) <= 180)).all():
        return "a longitude off the globe"
    if not (np.isfinite(ground.along_m) & (ground.along_m >= 0)).all():
        return "a way of no length"
    if (ground.way_class >= len(SURFACE_NAMES)).any():
        return "a class that is none"
    if ground.line.size and int(ground.line.max()) >= ground.way_id.size:
        return "a vertex of no way"
    if np.diff(ground.cell_start).min(initial=0) < 0:
        return "cells out of order"
    middle = np.full(3, 10.005), np.array([20.002, 20.005, 20.008])
    match = osm.match_track(ground, *middle, np.array([0.0, 100.0, 200.0]))
    return "" if match is not None else "no match"


def check_settings(data: bytes, whole: bytes) -> str:
    """Read a settings file: refused, or each key in it taken over as a value that may be."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "loadwatch.toml")
        path.write_bytes(data)
        try:
            settings = load([path], {}, rules.list_setting_keys())
        except LoadwatchError:
            return ""
    for name in list_keys(tomllib.loads(data.decode("utf-8-sig"))):
        if name not in settings.origins:
            return f"{name} is left out, and no error"
    return find_bad_setting(settings)


def list_keys(document: dict[str, Any]) -> list[str]:
    """Return the keys of a settings file by the names that `Settings.origins` gives them."""
    names = [name for name in TOP_KEYS if name in document]
    for table in KEYS:
        names += document.get(table, {})
    for rule, limits in document.get("rules", {}).items():
        names += [f"rules.{rule}.{key}" for key in limits]
    return names


@cache
def list_kinds() -> dict[str, Any]:
    """Return the type of each setting."""
    names = {**vars(tables), "Mapping": dict, "date": date}
    return typing.get_type_hints(Settings, localns=names)


def find_bad_setting(settings: Settings) -> str:
    """Return a setting that none of the words or numbers of its kind is, "" if there is none."""
    for name, kind in list_kinds().items():
        value = getattr(settings, name)
        if typing.get_origin(kind) is typing.Literal and value not in kind.__args__:
            return f"{name} = {value!r}"
        if kind in {str, bool, int} and type(value) is not kind:
            return f"{name} = {value!r}"
    for name in ("hr_rest", "hr_max"):
        value = getattr(settings, name)
        if not (math.isnan(value) or 20 <= value <= 250):
            return f"{name} = {value}"
    for rule, limits in settings.rules.items():
        for key, limit in limits.items():
            if not isinstance(limit, bool) and not math.isfinite(limit):
                return f"{rule}.{key} = {limit}"
    return ""
