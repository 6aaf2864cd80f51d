"""Inputs to exposure rows: each input is read once, known ones come from the store.

The unit of work is one input: bytes -> rows. `read_input` is a plain function of one picklable
value, so that any `map` (builtin, pool, cluster) can run it.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loadwatch.activity import Note, Skipped
from loadwatch.errors import (
    LoadwatchError,
    NotActivity,
    OverLimit,
    SettingsError,
    Unreadable,
    describe_fault,
)
from loadwatch.ingest.store import InputResult
from loadwatch.settings import BY_OTHER_FILES
from loadwatch.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from loadwatch.activity import Kind, Reading, Session
    from loadwatch.exposure.osm import Ground
    from loadwatch.ingest.sources import Member
    from loadwatch.ingest.store import Row, Store
    from loadwatch.settings import Settings

MapFunction = Callable[..., Iterable[Any]]  # map(function, items), results in order
ProgressCallback = Callable[[int, int], None]  # inputs done, inputs in all
EQUAL_RUNS_A_DAY = 4  # of one list; more are one line written again and again
REASONS_NAMED = 3  # parts of one file left out whose reasons its note gives
ROW_VERSION = 9  # raised when a row comes to mean something else: stores are read anew
NAMED_FORMATS = frozenset(
    ("fit", "gpx", "tcx", "zip")
)  # which a file's suffix can state
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
    data: bytes
    digest: str  # of the content
    result_key: str  # under which the store keeps the result
    notes: tuple[Note, ...]  # on the packing
    settings: Settings
    area: MapArea | None = None


@dataclass(frozen=True, slots=True)
class MemberResult:
    """What one member gave; `result.rows` do not yet name the member."""

    member: Member
    result: InputResult


def fingerprint_settings(settings: Settings) -> str:
    """Return a digest of what rows depend on beside their input: this code and ROW_SETTINGS."""
    values = {name: repr(getattr(settings, name)) for name in ROW_SETTINGS}
    text = json.dumps([__version__, ROW_VERSION, values], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def read_input(job: InputJob) -> InputResult:
    """Return the rows of one input, or the reason why it has none."""
    try:
        return _read_rows(job)
    except (Unreadable, NotActivity, OverLimit) as error:
        return build_failed_result(job.result_key, error)
    except BaseException as error:  # a Rust library raises no Exception where it panics
        if isinstance(error, INTERRUPTS):
            raise
        return build_faulty_result(error)


def _read_rows(job: InputJob) -> InputResult:
    from loadwatch.ingest import readers  # noqa: PLC0415 - not needed where the store knows all

    reading = readers.read(job.data, job.label, job.settings)
    rows = _build_rows(reading, job)
    return _build_result(job, rows, reading.skipped)


def _build_result(
    job: InputJob, rows: tuple[Row, ...], skipped: Sequence[Skipped]
) -> InputResult:
    """Return the result of an input: its rows, and what its reader left out."""
    parts = [part for part in skipped if part.source]
    whole = [part for part in skipped if not part.source]
    if rows and whole:  # the file counts once, as the source of its activities
        rows = (_add_left_out(rows[0], whole), *rows[1:])
    elif whole:
        parts.append(replace(whole[0], why=_join_reasons(whole)))
    if not rows and not parts:
        return build_failed_result(job.result_key, NotActivity("it holds no activity"))
    return InputResult(job.result_key, rows, tuple(parts))


def _build_rows(reading: Reading, job: InputJob) -> tuple[Row, ...]:
    """Return the exposure rows of `reading` as plain values, as a store gives them back."""
    from loadwatch.exposure.row import build_row  # noqa: PLC0415 - as above

    ground = None
    if job.area:
        ground = _open_map(job.area, job.area.cache_key)
    rows = []
    for activity in reading.activities:
        row = build_row(activity, job.digest, job.settings, ground)
        row["suffix"] = _format_suffix(activity.session)
        notes = (*job.notes, *_check_name(job.label, activity.session))
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
    size = f"{len(job.data):,} bytes"
    why = f"the process that read it ({size}) died; please report the file's kind"
    return build_failed_result("", Unreadable(why))


def measure_job(job: InputJob) -> int:
    """Return how many bytes a job carries."""
    return len(job.data)


@functools.lru_cache(maxsize=1)
def _open_map(area: MapArea, _cache_key: str) -> Ground:
    """Return the map, read once per process as long as its file stays the same."""
    from loadwatch.exposure import osm  # noqa: PLC0415 - only a run with a map needs it

    return osm.open_extract(area.path, area.cells, area.cache, dict(area.classes))


def read_members(
    members: Sequence[Member],
    settings: Settings,
    store: Store,
    map_jobs: MapFunction = map,
    progress: ProgressCallback | None = None,
    area: MapArea | None = None,
    suffix: str = "",
) -> list[MemberResult]:
    """Return what each member gave, in their order; only what the store does not know is read.

    `suffix` names in the store what is read in another way than the settings of the store say.
    """
    if area:
        suffix = area.cache_key
    results = store.find_by_key([member.key + suffix for member in members])
    unknown = [member for member in members if member.key + suffix not in results]
    under_way: deque[str] = deque()
    jobs = _make_jobs(unknown, suffix, results, under_way, store, settings, area)
    try:
        for result in map_jobs(read_input, jobs):
            key = under_way.popleft()
            results[key] = result
            if result.digest:
                store.put_result(key, result.digest, result)
            if progress:
                progress(len(results), len(members))
    finally:
        store.flush()  # what was read stays known, also when the run ends here
    if progress:
        progress(len(members), len(members))
    return [MemberResult(member, results[member.key + suffix]) for member in members]


def _make_jobs(
    members: Sequence[Member],
    suffix: str,
    results: dict[str, InputResult],
    under_way: deque[str],
    store: Store,
    settings: Settings,
    area: MapArea | None,
) -> Iterator[InputJob]:
    """Yield a job for each member that must be read, and put its key into `under_way`.

    What is known by its content, or cannot be opened, goes into `results` at once. `suffix` is the
    part of each key that names the map.
    """
    for member in members:
        key = member.key + suffix
        try:
            content = member.open()
        except (Unreadable, OverLimit) as error:
            results[key] = build_failed_result("", error)
            continue
        except Exception as error:  # noqa: BLE001 - one input never costs the others theirs
            results[key] = build_faulty_result(error)
            continue
        digest = hashlib.sha256(content.data).hexdigest()
        # a date may be in the name alone, so one content under two names is two results
        file_name = member.label.rpartition("/")[2]
        result_key = f"{digest}|{file_name}{suffix}"
        if known := store.find_by_digest([result_key]):
            results[key] = known[result_key]
            store.put_result(key, result_key, known[result_key])
            continue
        under_way.append(key)
        notes = content.notes
        yield InputJob(
            member.label, content.data, digest, result_key, notes, settings, area
        )


def read_lists_again(
    read: Sequence[MemberResult],
    units: Mapping[str, str],
    settings: Settings,
    store: Store,
) -> list[MemberResult]:
    """Return `read` with some lists read anew, by the unit that other files show.

    `units` are "km", "mi" or "m" by the label of the list.
    """
    again: dict[str, MemberResult] = {}
    for unit in sorted(set(units.values())):
        origins = {**settings.origins, "distance_unit": BY_OTHER_FILES}
        changed = replace(settings, distance_unit=unit, origins=origins)  # type: ignore[arg-type] # of three literals
        wanted = [part.member for part in read if units.get(part.member.label) == unit]
        for part in read_members(wanted, changed, store, suffix=f"|{unit}"):
            again[part.member.label] = part
    return [again.get(part.member.label, part) for part in read]


def match_map(
    read: Sequence[MemberResult],
    settings: Settings,
    store: Store,
    cache: Path | None,
    map_jobs: MapFunction = map,
) -> list[MemberResult]:
    """Return `read` with the surface under every run that has positions, from the map extract.

    `cache` is the folder where the parsed extract is kept, None to keep nothing.
    """
    extract = Path(settings.osm)
    if not extract.is_file():
        origin = settings.origins.get("osm", "osm")
        raise SettingsError(origin, f"no map extract at {settings.osm}")
    cells: set[tuple[int, int]] = set()
    outdoor = []
    for part in read:
        visited = [cell for row in part.result.rows for cell in row["cells"]]
        cells.update((int(cell[0]), int(cell[1])) for cell in visited)
        if visited:
            outdoor.append(part.member)
    classes = tuple(sorted(settings.classes.items()))
    # a worker may be at work in another folder
    area = MapArea(extract.absolute(), frozenset(cells), cache, classes)
    matched = {
        part.member.label: part
        for part in read_members(outdoor, settings, store, map_jobs, None, area)
    }
    return [_choose_result(part, matched.get(part.member.label)) for part in read]


def _choose_result(part: MemberResult, matched: MemberResult | None) -> MemberResult:
    """Return what matching gave, or what reading gave where matching failed."""
    if matched is None:
        return part
    if matched.result.rows:
        return matched
    why = matched.result.skipped[0].why
    rows = [
        {**row, "notes": [*row["notes"], str(Note("map", why))]}
        for row in part.result.rows
    ]
    return replace(part, result=replace(part.result, rows=tuple(rows)))
