"""Parquet datasets on disk: an athlete's files are whole, and written only where they differ."""

from __future__ import annotations

import hashlib
import hmac
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from loadwatch.cli import output
from loadwatch.errors import WorkersGone, describe_fault
from loadwatch.formatting import clean_text
from loadwatch.report import as_parquet
from loadwatch.report.slugs import make_slug, number_slugs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from loadwatch.analysis import Athlete, Roster
    from loadwatch.pipeline.athlete import AthleteMap

FILE = "part-0.parquet"
NOTHING_READ = "nothing could be read"
LONGEST_REASON = 200  # characters
# what readers of partitions take for a number, a truth value or nothing
NO_TEXT = frozenset(("nan", "inf", "infinity", "null", "none", "true", "false"))
# hexadecimal digits: one in a million pairs among 24,000 athletes
PSEUDONYM_LENGTH = 12


@dataclass(slots=True)
class Written:
    """What `write_datasets` did."""

    new: int = 0  # athletes whose files were written
    unchanged: int = 0
    dropped: int = 0
    unread: list[tuple[str, str]] = field(default_factory=list)  # name, why


@dataclass(frozen=True, slots=True)
class DatasetJob:
    """An athlete whose files are to be written; a worker can have it."""

    athlete: Athlete
    id: str  # names the partition
    is_anonymous: bool
    cost: int = 50  # as many files take as long to read

    @property
    def digest(self) -> str:
        """A digest of all that the files hold."""
        parts = (self.athlete.page_digest, self.id, self.is_anonymous)
        text = repr((*parts, as_parquet.SCHEMA_VERSION))
        return hashlib.sha256(text.encode()).hexdigest()

    def for_worker(self) -> DatasetJob:
        """Return the job as another process can have it."""
        return self


def write_datasets(
    roster: Roster,
    target: Path,
    inputs: Sequence[Path],
    key: bytes,
    map_athletes: AthleteMap,
) -> Written:
    """Write the datasets of a roster into `target`.

    Parameters
    ----------
    roster : with the athletes that could not be read, too.
    target : folder of the datasets; partitions of athletes who are not in the roster are removed.
    inputs : what no file goes over.
    key : secret of the pseudonyms, b"" for names as they are.
    map_athletes : as `Options.map_athletes`.
    """
    written = Written()
    athletes = sorted(roster.athletes, key=lambda athlete: athlete.place)
    ids = _make_ids(athletes, key)
    jobs = []
    for athlete, athlete_id in zip(athletes, ids, strict=True):
        if athlete.load is None:
            why = _find_reason(athlete, is_anonymous=bool(key))
            written.unread.append((athlete_id, why))
            continue
        job = DatasetJob(athlete, athlete_id, is_anonymous=bool(key))
        if _is_written(target, job):
            written.unchanged += 1
        else:
            jobs.append(job)
    results = map_athletes(build_files, jobs, _explain_lost_files)
    for job, result in zip(jobs, results, strict=True):
        if isinstance(result, str):
            written.unread.append((job.id, result))
            continue
        for name, content in result.items():
            _write_part(_find_path(target, name, job.id), content, inputs)
        written.new += 1
    written.dropped = _drop_others(target, set(ids))
    return written


def _find_reason(athlete: Athlete, *, is_anonymous: bool) -> str:
    """Return why nothing of an athlete could be read; of a pseudonym no word that may name one."""
    why = clean_text(athlete.says, LONGEST_REASON)
    if is_anonymous or not why:
        return NOTHING_READ
    return f"{why[0].lower()}{why[1:]}"


def build_files(job: DatasetJob) -> dict[str, bytes] | str:
    """Return an athlete's files by dataset, or why there are none."""
    from loadwatch.anonymize import anonymise_analysis

    try:
        assert job.athlete.load is not None
        analysis = job.athlete.load()
        if analysis.activities.empty:  # what was written before stays
            return _find_reason(job.athlete, is_anonymous=job.is_anonymous)
        if job.is_anonymous:
            analysis = anonymise_analysis(analysis, job.id)
        return as_parquet.build_files(analysis, job.digest)
    except WorkersGone:
        raise
    except Exception as error:  # noqa: BLE001 - one athlete never costs the others theirs
        return describe_fault(error)


def _explain_lost_files(_job: DatasetJob, _map_jobs: object) -> str:
    return "the process that wrote it died"


def _make_ids(athletes: Sequence[Athlete], key: bytes) -> list[str]:
    """Return what names each athlete's partitions: by folder, or a pseudonym that lasts."""
    if not key:
        return number_slugs([_make_text_id(athlete.place) for athlete in athletes])
    digests = [
        hmac.new(key, athlete.place.encode("utf-8", "backslashreplace"), hashlib.sha256)
        for athlete in athletes
    ]
    return [f"runner-{digest.hexdigest()[:PSEUDONYM_LENGTH]}" for digest in digests]


def _make_text_id(place: str) -> str:
    """Return what names an athlete's partition, such that every reader takes it for text.

    Who reads a partition `athlete=2` or `athlete=2026-03-02` infers a whole number or a date.
    """
    slug = make_slug(place)
    if slug[0].isdigit() or slug in NO_TEXT:
        return f"runner-{slug}"
    return slug


def _find_path(target: Path, dataset: str, athlete_id: str) -> Path:
    return target / dataset / f"athlete={athlete_id}" / FILE


def _is_written(target: Path, job: DatasetJob) -> bool:
    """Return whether all files of an athlete are there as they would be written."""
    paths = [_find_path(target, name, job.id) for name in as_parquet.COLUMNS]
    return all(as_parquet.read_digest(path) == job.digest for path in paths)


def _write_part(path: Path, content: bytes, inputs: Sequence[Path]) -> None:
    output.make_folder(path.parent)
    output.write_file(path, content, inputs)


def _drop_others(target: Path, ids: set[str]) -> int:
    """Remove the partitions of athletes who are no longer there; return of how many."""
    dropped = set()
    for dataset in as_parquet.COLUMNS:
        for folder in sorted((target / dataset).glob("athlete=*")):
            athlete_id = folder.name.removeprefix("athlete=")
            if athlete_id in ids or not as_parquet.read_digest(folder / FILE):
                continue
            (folder / FILE).unlink()
            dropped.add(athlete_id)
            with suppress(OSError):  # somebody's own file lies beside
                folder.rmdir()
    return len(dropped)
