"""Inputs to exposure rows: each input read once, known ones taken from the store.

The unit of work is one input: bytes -> rows. `read_one` and `match_one` are plain functions of
picklable values, so that any `map` (builtin, pool, cluster) can carry them.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loadwatch.activity import Note, Skipped
from loadwatch.errors import NotActivity, OverLimit, SettingsError, Unreadable
from loadwatch.ingest.store import InputResult
from loadwatch.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from loadwatch.activity import Kind, Reading
    from loadwatch.exposure.osm import Ground
    from loadwatch.ingest.sources import Member
    from loadwatch.ingest.store import Store
    from loadwatch.settings import Settings

MapFunction = Callable[..., Iterable[Any]]  # map(fn, items), in order
ProgressCallback = Callable[[int, int], None]  # done, total
REASONS_NAMED = 3  # parts of one file left out that its note names
ROW_VERSION = (
    3  # raise it when a row comes to mean something else: stores are then read anew
)
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
    """A map extract and the cells that an athlete visited in it: enough to open it anywhere."""

    path: Path
    cells: frozenset[tuple[int, int]]
    cache: Path | None
    classes: tuple[tuple[str, str], ...]

    @property
    def cache_key(self) -> str:
        """What a row matched on this map depends on beside its input."""
        stat = self.path.stat()
        facts = f"{self.path}|{stat.st_size}|{stat.st_mtime_ns}|{self.classes}"
        return "|" + hashlib.sha256(facts.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class InputJob:
    """One input on its way to a worker."""

    label: str
    data: bytes
    digest: str
    result_key: str  # what the store knows its result by
    notes: tuple[Note, ...]
    settings: Settings
    area: MapArea | None = None


def fingerprint_settings(settings: Settings) -> str:
    """Return what rows depend on beside their input: this code and the settings that matter."""
    facts = {name: repr(getattr(settings, name)) for name in ROW_SETTINGS}
    return hashlib.sha256(
        json.dumps([__version__, ROW_VERSION, facts], sort_keys=True).encode()
    ).hexdigest()[:16]


def read_input(job: InputJob) -> InputResult:
    """Return the rows of one input, or the reason why it has none."""
    from loadwatch.ingest import readers  # noqa: PLC0415 - a run that the store answers needs no reader

    try:
        reading = readers.read(job.data, job.label, job.settings)
    except (Unreadable, NotActivity, OverLimit) as error:
        return build_failed_result(job.result_key, error)
    rows = _build_rows(reading, job)
    named = [part for part in reading.skipped if part.source]
    whole = [part for part in reading.skipped if not part.source]
    if rows and whole:  # the file counts once, as the source of its activities
        notes = [*rows[0]["notes"], str(Note("left_out", _join_reasons(whole)))]
        return InputResult(
            job.result_key, ({**rows[0], "notes": notes}, *rows[1:]), tuple(named)
        )
    if whole:
        named.append(replace(whole[0], why=_join_reasons(whole)))
    if not rows and not named:
        return build_failed_result(job.result_key, NotActivity("it holds no activity"))
    return InputResult(job.result_key, rows, tuple(named))


def _build_rows(reading: Reading, job: InputJob) -> tuple[dict[str, Any], ...]:
    """Return the exposure rows of `reading`, as they come back from a store."""
    from loadwatch.exposure.row import build_row  # noqa: PLC0415 - as above

    ground = _open_map(job.area, job.area.cache_key) if job.area else None
    rows = []
    for activity in reading.activities:
        session = activity.session
        row = build_row(activity, job.digest, job.settings, ground)
        suffix = (
            f"#{session.line}"
            if session.line
            else f"#{session.part}"
            if session.part > 1
            else ""
        )
        notes = [*row["notes"], *map(str, job.notes)]
        rows.append(
            {
                "suffix": suffix,
                **row,
                "notes": notes,
                "cells": [list(cell) for cell in row["cells"]],
            }
        )
    return tuple(rows)


def _join_reasons(parts: Sequence[Skipped]) -> str:
    """Return why `parts` of a file were left out, the first few in words."""
    more = (
        f"; and {len(parts) - REASONS_NAMED} more" if len(parts) > REASONS_NAMED else ""
    )
    return "; ".join(part.why for part in parts[:REASONS_NAMED]) + more


def build_failed_result(
    digest: str, error: Unreadable | NotActivity | OverLimit
) -> InputResult:
    """Return the result of an input that gave nothing."""
    return InputResult(digest, (), (Skipped("", SKIP_KINDS[type(error)], error.why),))


def build_lost_result(job: InputJob) -> InputResult:
    """Return the result of `job`, over which a process died; it has no digest, so that it is tried again."""
    why = f"the process that read it ({len(job.data):,} bytes) died; please report the file's kind"
    return build_failed_result("", Unreadable(why))


@functools.lru_cache(maxsize=1)
def _open_map(area: MapArea, _mark: str) -> Ground:
    """Return the map, read once a process as long as its file stays the same."""
    from loadwatch.exposure import osm  # noqa: PLC0415 - only a run with a map needs it

    return osm.open_extract(area.path, area.cells, area.cache, dict(area.classes))


@dataclass(frozen=True, slots=True)
class MemberResult:
    """What one member gave; `result.rows` still lack where they lay."""

    member: Member
    result: InputResult


def read_members(
    members: Sequence[Member],
    settings: Settings,
    store: Store,
    map_jobs: MapFunction = map,
    progress: ProgressCallback | None = None,
    area: MapArea | None = None,
) -> list[MemberResult]:
    """Return what each member gave, in their order; only what the store does not know is read."""
    mark = area.cache_key if area else ""
    results = store.find_by_key([member.key + mark for member in members])
    fresh = [member for member in members if member.key + mark not in results]
    under_way: deque[str] = deque()
    jobs = _make_jobs(fresh, mark, results, under_way, store, settings, area)
    for result in map_jobs(read_input, jobs):
        key = under_way.popleft()
        results[key] = result
        if result.digest:
            store.put_result(key, result.digest, result)
        if progress:
            progress(len(results), len(members))
    if progress:
        progress(len(members), len(members))
    store.flush()
    return [MemberResult(member, results[member.key + mark]) for member in members]


def _make_jobs(
    fresh: Sequence[Member],
    mark: str,
    results: dict[str, InputResult],
    under_way: deque[str],
    store: Store,
    settings: Settings,
    area: MapArea | None,
) -> Iterator[InputJob]:
    """Yield a job for each input that must be read; what needs none goes into `results` at once."""
    for member in fresh:
        key = member.key + mark
        try:
            content = member.open()
        except (Unreadable, OverLimit) as error:
            results[key] = build_failed_result("", error)
            continue
        digest = hashlib.sha256(content.data).hexdigest()
        # a date may stand in the name alone, so one content under two names is two results
        named = f"{digest}|{member.label.rpartition('/')[2]}{mark}"
        if known := store.find_by_digest([named]):
            results[key] = known[named]
            store.put_result(key, named, known[named])
            continue
        under_way.append(key)
        yield InputJob(
            member.label, content.data, digest, named, content.notes, settings, area
        )


def match_map(
    taken: Sequence[MemberResult],
    settings: Settings,
    store: Store,
    cache: Path | None,
    map_jobs: MapFunction = map,
) -> list[MemberResult]:
    """Return `taken` with the surface under every run that left the house, from the map extract."""
    if not Path(settings.osm).is_file():
        raise SettingsError(
            settings.origins.get("osm", "osm"), f"no map extract at {settings.osm}"
        )
    cells = {
        (int(cell[0]), int(cell[1]))
        for part in taken
        for row in part.result.rows
        for cell in row["cells"]
    }
    area = MapArea(
        Path(settings.osm),
        frozenset(cells),
        cache,
        tuple(sorted(settings.classes.items())),
    )
    outdoor = [
        part.member for part in taken if any(row["cells"] for row in part.result.rows)
    ]
    matched = {
        part.member.label: part
        for part in read_members(outdoor, settings, store, map_jobs, None, area)
    }
    return [matched.get(part.member.label, part) for part in taken]
