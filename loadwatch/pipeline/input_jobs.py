"""One input on its way to a worker, and what becomes of it there: bytes to exposure rows.

`read_input` is a plain function of one picklable value, so that any `map` (builtin, pool,
cluster) can run it.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from loadwatch.activity import Note, Skipped
from loadwatch.errors import (
    LoadwatchError,
    NotActivity,
    OverLimit,
    Unreadable,
    describe_fault,
)
from loadwatch.ingest.sources import find_own_name
from loadwatch.ingest.store import InputResult
from loadwatch.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from loadwatch.activity import Kind, Reading, Session
    from loadwatch.exposure.osm import Ground
    from loadwatch.ingest.sources import Content
    from loadwatch.ingest.store import Row
    from loadwatch.settings import Settings

EQUAL_RUNS_A_DAY = 4  # of one list; more are one line written again and again
REASONS_NAMED = 3  # parts of one file left out whose reasons its note gives
ROW_VERSION = 11  # raised when a row comes to mean something else: stores are read anew
# formats that a file's suffix can state
NAMED_FORMATS = frozenset(("fit", "gpx", "tcx", "zip"))
# what is no fault of an input: it ends the run
INTERRUPTS = (KeyboardInterrupt, SystemExit, GeneratorExit, LoadwatchError)
SKIP_KINDS: dict[type[Exception], Kind] = {
    Unreadable: "rejected",
    NotActivity: "ignored",
    OverLimit: "limited",
}
# the settings that change a row; all others are applied later, to rows
ROW_SETTINGS = (
    "sex",
    "hr_rest",
    "hr_max",
    "birth_year",
    "tz",
    "default_surface",
    "classes",
    "distance_unit",
    "elevation_unit",
    "date_order",
    "virtual_altitude",
)


@dataclass(frozen=True, slots=True)
class MapArea:
    """A map extract and the cells that an athlete visited: enough to open it in any process."""

    path: Path
    cells: frozenset[tuple[int, int]]
    cache: Path | None
    classes: tuple[tuple[str, str], ...]

    @property
    def cache_key(self) -> str:
        """What a row matched on this map depends on beside its input."""
        stat = self.path.stat()
        text = f"{self.path}|{stat.st_size}|{stat.st_mtime_ns}|{self.classes}"
        return "|" + hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class InputJob:
    """One input on its way to a worker."""

    label: str
    size: int  # bytes on disk, or unpacked in its archive
    open: Callable[[], Content]  # is called where the input is read
    settings: Settings
    suffix: str = ""  # of the key of its result, for what is read in another way
    area: MapArea | None = None


def name_result(content: Content, label: str, suffix: str) -> str:
    """Return under which key the store keeps the result of an input, by its content.

    A date may be in the name alone, and notes may be on the packing alone, so one content under
    two names or in two packings is two results.
    """
    digest = hashlib.sha256(content.data).hexdigest()
    file_name = label.rpartition("/")[2]
    packing = "".join(f"|{note.code}" for note in content.notes)
    return f"{digest}|{file_name}{packing}{suffix}"


def fingerprint_settings(settings: Settings) -> str:
    """Return a digest of what rows depend on beside their input: this code and ROW_SETTINGS."""
    values = {name: repr(getattr(settings, name)) for name in ROW_SETTINGS}
    text = json.dumps([__version__, ROW_VERSION, values], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def read_input(job: InputJob) -> InputResult:
    """Return the rows of one input, or the reason why it has none."""
    # none of an input that cannot be opened: perhaps it can the next time
    result_key = ""
    try:
        content = job.open()
        result_key = name_result(content, job.label, job.suffix)
        return _read_rows(job, content, result_key)
    except (Unreadable, NotActivity, OverLimit) as error:
        return build_failed_result(result_key, _explain_own_file(job.label, error))
    except BaseException as error:  # a Rust library raises no Exception where it panics
        if isinstance(error, INTERRUPTS):
            raise
        return build_faulty_result(error)


def _explain_own_file(
    label: str, error: Unreadable | NotActivity | OverLimit
) -> Unreadable | NotActivity | OverLimit:
    """Return why a file gives nothing, with its right name where it may be one of loadwatch's own."""
    own_name = find_own_name(label)
    if not own_name or not isinstance(error, NotActivity):
        return error
    return Unreadable(
        f"{error.why}; if it is loadwatch's own file, "
        f"call it {own_name} and put it directly into the runner's folder"
    )


def _read_rows(job: InputJob, content: Content, result_key: str) -> InputResult:
    from loadwatch.ingest import readers  # noqa: PLC0415 - not needed where the store knows all

    reading = readers.read(content.data, job.label, job.settings)
    digest = result_key.partition("|")[0]
    rows = _build_rows(reading, job, digest, content.notes)
    return _build_result(result_key, rows, reading.skipped)


def _build_result(
    result_key: str, rows: tuple[Row, ...], skipped: Sequence[Skipped]
) -> InputResult:
    """Return the result of an input: its rows, and what its reader left out."""
    parts = [part for part in skipped if part.source]
    whole = [part for part in skipped if not part.source]
    if rows and whole:  # the file counts once, as the source of its activities
        rows = (_add_left_out(rows[0], whole), *rows[1:])
    elif whole:
        parts.append(replace(whole[0], why=_join_reasons(whole)))
    if not rows and not parts:
        return build_failed_result(result_key, NotActivity("it holds no activity"))
    return InputResult(result_key, rows, tuple(parts))


def _build_rows(
    reading: Reading, job: InputJob, digest: str, packing: tuple[Note, ...]
) -> tuple[Row, ...]:
    """Return the exposure rows of `reading` as plain values, as a store gives them back."""
    from loadwatch.exposure.row import build_row  # noqa: PLC0415 - as above

    ground = None
    if job.area:
        ground = _open_map(job.area, job.area.cache_key)
    rows = []
    for activity in reading.activities:
        row = build_row(activity, digest, job.settings, ground)
        row["suffix"] = _format_suffix(activity.session)
        notes = (*packing, *_check_name(job.label, activity.session))
        row["notes"] = [*row["notes"], *map(str, notes)]
        row["cells"] = [list(cell) for cell in row["cells"]]
        rows.append(row)
    _number_equal_days(rows)
    return tuple(rows)


def _number_equal_days(rows: Sequence[Row]) -> None:
    """Give equal rows of one list that know only their day ids of their own.

    To work and home again is two runs, of which a list writes the same twice; equal rows that
    know the hour are one run, and so are more than anybody runs in a day.
    """
    equal: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row["format"] == "list" and row["date_only"]:
            equal[row["activity_id"]].append(row)
    for row_id, same in equal.items():
        if len(same) <= EQUAL_RUNS_A_DAY:
            for number, row in enumerate(same[1:], start=2):
                row["activity_id"] = f"{row_id}-{number}"


def _check_name(label: str, session: Session) -> tuple[Note, ...]:
    """Return a note where a recording is not of the format that its file's name states."""
    suffix = label.lower().removesuffix(".gz").rpartition(".")[2]
    if suffix not in NAMED_FORMATS or suffix == session.format:
        return ()
    return (Note("file_name", f"named .{suffix}, yet it is {session.format.upper()}"),)


def _format_suffix(session: Session) -> str:
    """Return what a row's source has after the member's label: line of a list, or session."""
    if session.line:
        return f"#{session.line}"
    if session.part > 1:
        return f"#{session.part}"
    return ""


def _add_left_out(row: Row, parts: Sequence[Skipped]) -> Row:
    """Return `row` with a note on the parts of its file that hold no activity."""
    note = Note("left_out", _join_reasons(parts))
    return {**row, "notes": [*row["notes"], str(note)]}


def _join_reasons(parts: Sequence[Skipped]) -> str:
    """Return why `parts` of a file were left out: the first few reasons, and how many more."""
    text = "; ".join(part.why for part in parts[:REASONS_NAMED])
    more = len(parts) - REASONS_NAMED
    if more > 0:
        text += f"; and {more} more"
    return text


def build_failed_result(
    result_key: str, error: Unreadable | NotActivity | OverLimit
) -> InputResult:
    """Return the result of an input that gave nothing."""
    skipped = Skipped("", SKIP_KINDS[type(error)], error.why)
    return InputResult(result_key, (), (skipped,))


def build_faulty_result(error: BaseException) -> InputResult:
    """Return the result of an input over which this program itself failed.

    It has no key, so that it is not kept and the next run, or the next version, tries again.
    """
    why = f"loadwatch itself failed on it ({describe_fault(error)}); please report it"
    return build_failed_result("", Unreadable(why))


def build_lost_result(job: InputJob) -> InputResult:
    """Return the result of `job`, over which a process died.

    It has no key, so that it is not kept and the next run tries the input again.
    """
    size = f"{job.size:,} bytes"
    why = f"the process that read it ({size}) died; please report the file's kind"
    return build_failed_result("", Unreadable(why))


def measure_job(job: InputJob) -> int:
    """Return how many bytes a job makes a worker read."""
    return job.size


@functools.lru_cache(maxsize=1)
def _open_map(area: MapArea, _cache_key: str) -> Ground:
    """Return the map, read once per process as long as its file stays the same."""
    from loadwatch.exposure import osm  # noqa: PLC0415 - only a run with a map needs it

    return osm.open_extract(area.path, area.cells, area.cache, dict(area.classes))
