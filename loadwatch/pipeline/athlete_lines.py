"""Lines of a roster, one per athlete: a line is kept in the store until something changes.

The unit of work is an athlete, for any worker that sees the folder; inputs are worked on side by
side only where that is not so, or where one athlete is most of the work.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loadwatch.analysis import Athlete, Trend
from loadwatch.errors import LoadwatchError, WorkersGone, describe_fault
from loadwatch.formatting import strip_folders
from loadwatch.ingest.sources import Member
from loadwatch.ingest.stray_dates import has_strays
from loadwatch.pipeline.athlete import (
    Options,
    analyse_athlete,
    has_every_input,
    list_inputs,
    load_athlete_settings,
    map_in_turn,
    open_athlete_store,
)
from loadwatch.pipeline.cache_keys import compute_page_digest, digest_inputs
from loadwatch.pipeline.map_coverage import compute_covered_share
from loadwatch.verdict import roster_groups

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from loadwatch.analysis import Analysis
    from loadwatch.pipeline.athlete import AthleteMap
    from loadwatch.pipeline.intake import MapFunction

# what a job costs, counted in files whose reading takes as long
LOOK_COST = 2
LINE_COST = 40  # weeks, rules and line of one athlete


@dataclass(frozen=True, slots=True)
class AthleteJob:
    """One athlete on the way to a worker."""

    path: Path
    options: Options
    cost: int = LOOK_COST

    def for_worker(self) -> AthleteJob:
        """Return the job as another process can have it."""
        return replace(self, options=self.options.for_worker())


@dataclass(frozen=True, slots=True)
class FoundLine:
    """The line that the store keeps, or what it costs to build one."""

    athlete: Athlete | None
    cost: int = 0


@dataclass(frozen=True, slots=True)
class BuiltLine:
    """A line, and the warnings that came up with it."""

    athlete: Athlete
    warnings: tuple[str, ...] = ()


def collect_lines(
    root: Path, paths: Sequence[Path], options: Options
) -> Iterator[Athlete]:
    """Yield the line of each athlete below `root`, in the order of `paths`."""
    map_athletes = choose_athlete_map(root, options)
    options_of_jobs = replace(options, progress=None)
    jobs = [AthleteJob(path.absolute(), options_of_jobs) for path in paths]
    found = list(map_athletes(find_line, jobs, _miss_line))
    changed = [
        replace(job, cost=line.cost)
        for job, line in zip(jobs, found, strict=True)
        if line.athlete is None
    ]
    built = iter(map_athletes(build_line, changed, build_line_by_files))
    for number, line in enumerate(found, 1):
        yield line.athlete or _take_line(next(built), options)
        if options.progress:
            options.progress(number, len(paths))


def choose_athlete_map(root: Path, options: Options) -> AthleteMap:
    """Return what spreads athletes over workers, if they see the folder `root` as it is here."""
    if options.can_share(_list_shared(root, options), options.store):
        return options.map_athletes
    return map_in_turn


def _list_shared(root: Path, options: Options) -> list[Path]:
    """Return what a worker must see as this process does, to take an athlete as a whole."""
    shared = [root, *options.files]
    if "osm" in options.overrides:
        shared.append(Path(str(options.overrides["osm"][0])))
    return shared


def _take_line(line: BuiltLine, options: Options) -> Athlete:
    for warning in line.warnings:
        if options.warn:
            options.warn(warning)
    return line.athlete


def find_line(job: AthleteJob) -> FoundLine:
    """Return the line that the store keeps of an athlete, if all that it follows from is the same."""
    try:
        return _find_line(job.path, job.options)
    except WorkersGone:
        raise  # no athlete's fault
    except Exception:  # noqa: BLE001 - it comes up again, with its reason, when the line is built
        return FoundLine(None, LINE_COST)


def _find_line(path: Path, options: Options) -> FoundLine:
    settings = load_athlete_settings([path], options)
    inputs = list_inputs([path], settings, options)
    key = f"line|{digest_inputs([path], inputs, settings, options.system_zone)}"
    with open_athlete_store([path], settings, replace(options, warn=None)) as store:
        kept = store.find_page(key)
        if kept:
            # a line that is none of ours is built anew
            with suppress(ValueError, TypeError, KeyError):
                return FoundLine(
                    athlete_from_json(kept, _delay_analysis(path, options))
                )
        keys = [item.key for item in inputs if isinstance(item, Member)]
        unread = len(keys) - len(store.find_by_key(keys))
    return FoundLine(None, LINE_COST + unread)


def _miss_line(job: AthleteJob, _map_jobs: MapFunction) -> FoundLine:
    """Return that no line was found of an athlete over whom a worker died."""
    return FoundLine(None, job.cost)


def build_line(job: AthleteJob) -> BuiltLine:
    """Return the line of an athlete as of the own last day; also if reading fails."""
    warnings: list[str] = []
    options = replace(job.options, warn=warnings.append)
    try:
        athlete = _build_line(job.path, options)
    except WorkersGone:
        raise  # no athlete's fault
    except Exception as error:  # noqa: BLE001 - one athlete never costs the others theirs
        athlete = build_unread_athlete(job.path.stem, error)
        athlete = replace(athlete, place=job.path.name)
    return BuiltLine(athlete, tuple(warnings))


def build_line_by_files(job: AthleteJob, map_jobs: MapFunction) -> BuiltLine:
    """Return the line of an athlete over whom a worker died, so that it costs one input."""
    return build_line(replace(job, options=replace(job.options, map_jobs=map_jobs)))


def _build_line(path: Path, options: Options) -> Athlete:
    """Return an athlete's line, and keep it.

    No line is kept of an athlete of whom an input was lost with its process: that input is tried
    again the next time.
    """
    settings = load_athlete_settings([path], options)
    inputs = list_inputs([path], settings, options)
    key = f"line|{digest_inputs([path], inputs, settings, options.system_zone)}"
    analysis = analyse_athlete(path, options=options)
    load = _delay_analysis(path, options)
    if options.store is None:
        load = partial(_return_analysis, analysis)
    athlete = replace(
        roster_groups.summarize_athlete(analysis),
        page_digest=compute_page_digest(analysis),
        place=path.name,
        map_covered=compute_covered_share(analysis),
        load=load,
    )
    with open_athlete_store([path], settings, options) as store:
        if has_every_input([path], store) and not has_strays(analysis.skipped):
            store.keep_page(key, athlete_to_json(athlete))
    return athlete


def _delay_analysis(path: Path, options: Options) -> Callable[[], Analysis]:
    """Return what reads an athlete anew, from the store; any process can call it."""
    return partial(analyse_athlete, path, options=options.for_worker())


def _return_analysis(analysis: Analysis) -> Analysis:
    return analysis


def build_unread_athlete(name: str, error: Exception) -> Athlete:
    """Return the line of an athlete who cannot be read; it names no folder of this machine."""
    why = f"loadwatch itself failed ({describe_fault(error)}); please report it"
    if isinstance(error, LoadwatchError):
        why = str(error).partition("\n")[0]
    elif isinstance(error, OSError):
        why = f"cannot be read ({error.strerror or 'unknown reason'})"
    return Athlete(
        name=name,
        group="unknown",
        level="none",
        says=strip_folders(why),
        last_activity=None,
        flags=0,
    )


def athlete_to_json(athlete: Athlete) -> str:
    """Return a line as text for the store; the analysis behind it is not in it."""
    names = [part.name for part in fields(athlete) if part.init and part.name != "load"]
    kept = {name: getattr(athlete, name) for name in names}
    if athlete.trend:
        kept["trend"] = asdict(athlete.trend)
    return json.dumps(kept, default=str)


def athlete_from_json(text: str, load: Callable[[], Analysis]) -> Athlete:
    """Return the line that `athlete_to_json` wrote; `load` gives the analysis behind it."""
    kept: dict[str, Any] = json.loads(text)
    for name in ("last_activity", "today", "raised_week", "last_run"):
        if kept[name]:
            kept[name] = date.fromisoformat(kept[name])
    kept["pains"] = tuple(
        (date.fromisoformat(day), score) for day, score in kept["pains"]
    )
    if kept["trend"]:
        trend = kept["trend"]
        trend["loads"], trend["levels"] = tuple(trend["loads"]), tuple(trend["levels"])
        kept["trend"] = Trend(**trend)
    return Athlete(**kept, load=load)
