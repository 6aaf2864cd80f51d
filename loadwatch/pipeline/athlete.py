"""One athlete: paths in, an Analysis out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from loadwatch import settings
from loadwatch.activity import Skipped
from loadwatch.analysis import Analysis
from loadwatch.assess import diary, guidance, rules, shoes, weeks
from loadwatch.errors import NothingToRead
from loadwatch.exposure import load, tags
from loadwatch.ingest import dedupe, zones
from loadwatch.ingest.sources import LOADWATCH_FILES, Member, find_members
from loadwatch.ingest.store import open_store
from loadwatch.pipeline import intake
from loadwatch.pipeline.cache_keys import describe_code
from loadwatch.tables import EXPOSURES, HIDDEN, build_frame

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    import pandas as pd

    from loadwatch.assess.budget import Plan
    from loadwatch.assess.diary.answer import Answer
    from loadwatch.assess.rules import Flag
    from loadwatch.ingest.store import Store
    from loadwatch.pipeline.intake import MapFunction, MemberResult, ProgressCallback
    from loadwatch.settings import Settings

NO_DAY = date(1970, 1, 1)  # today of an athlete without activities
DEFAULT_NAME = "Your running"
GENERIC_NAMES = frozenset(
    ("", "activities", "activity", "export", "strava_export")
)  # nobody's name
EXPORT_HINT = 'Give the zip that Garmin or Strava sent you, as it is. How to ask for it: README, "Get your files".'


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to read, beside what the settings say; only `system_zone` and `now` can change a result."""

    files: tuple[
        Path, ...
    ] = ()  # settings files below the athlete's own: the user's, the roster's
    overrides: Mapping[str, tuple[object, str]] = field(
        default_factory=dict
    )  # field -> value, origin
    store: Path | None = None  # folder of the stores; None keeps nothing
    map_jobs: MapFunction = map
    system_zone: str = "UTC"
    now: date | None = (
        None  # the day by the clock: a roster tells by it who has fallen silent
    )
    progress: ProgressCallback | None = None
    stdin: bytes | None = None


def analyse_athlete(*paths: str | Path, options: Options | None = None) -> Analysis:
    """Return all that is known of the athlete whose data lie at `paths`.

    Parameters
    ----------
    paths : a file, a folder, an export zip, or several of them: one athlete. A folder may hold
        `loadwatch.toml`, `tags.csv` and `diary.csv`.
    options : how to read (store, workers, zone of the machine), and settings over the file's.

    Raises
    ------
    NothingToRead : a path is missing, or a folder is empty.
    SettingsError : a `loadwatch.toml` or `tags.csv` says something wrong.
    """
    options = options or Options()
    places = [Path(path) for path in paths]
    judged_by = load_athlete_settings(places, options)
    inputs, skipped = _find_inputs(places, options)
    taken = _read_inputs(places, inputs, judged_by, options)
    skipped += [
        replace(left, source=part.member.label + left.source)
        for part in taken
        for left in part.result.skipped
    ]
    rows = zones.settle_zones(_build_frame(taken), judged_by, options.system_zone)
    return _assess_rows(places, rows, skipped, judged_by, len(inputs))


def load_athlete_settings(places: Sequence[Path], options: Options) -> Settings:
    """Return the settings that hold for the athlete at `places`."""
    own = [place / settings.FILE for place in places if place.is_dir()]
    return settings.load(
        [*options.files, *own], options.overrides, rules.list_setting_keys()
    )


def digest_inputs(places: Sequence[Path], options: Options) -> str:
    """Return a digest of all that an analysis of `places` follows from; nothing is read that is not ours.

    Inputs count by name, size and time of change, as in the store; loadwatch's own files by their content.
    """
    judged_by = load_athlete_settings(places, options)
    facts = [describe_code(), repr(judged_by), options.system_zone]
    facts += [
        repr((m.label, m.key) if isinstance(m, Member) else m)
        for m in find_members(places)
    ]
    facts += [
        repr(data)
        for name in sorted(LOADWATCH_FILES)
        for data in _read_own_files(places, name)
    ]
    if judged_by.osm and Path(judged_by.osm).is_file():
        about = Path(judged_by.osm).stat()
        facts.append(repr((about.st_size, about.st_mtime_ns)))
    return hashlib.sha256(
        "\n".join(facts).encode("utf-8", "backslashreplace")
    ).hexdigest()


def _find_inputs(
    places: Sequence[Path], options: Options
) -> tuple[list[Member], list[Skipped]]:
    for place in places:
        if str(place) != "-" and not place.exists():
            raise NothingToRead(
                f"no file or folder at {place}",
                "Check the spelling, or drag the folder into the terminal.",
            )
    found = list(find_members(places, stdin=options.stdin))
    if not found:
        raise NothingToRead(
            f"nothing to read in {', '.join(map(str, places))}: it is empty.",
            EXPORT_HINT,
        )
    return [m for m in found if isinstance(m, Member)], [
        s for s in found if isinstance(s, Skipped)
    ]


def _read_inputs(
    places: Sequence[Path],
    inputs: Sequence[Member],
    judged_by: Settings,
    options: Options,
) -> list[MemberResult]:
    with open_athlete_store(places, judged_by, options.store) as store:
        taken = intake.read_members(
            inputs, judged_by, store, options.map_jobs, options.progress
        )
        if judged_by.osm:
            taken = intake.match_map(
                taken, judged_by, store, options.store, options.map_jobs
            )
    return taken


def has_every_input(places: Sequence[Path], store: Store) -> bool:
    """Tell whether `store` knows what each input gave; one that was lost on the way is tried again."""
    keys = {member.key for member in find_members(places) if isinstance(member, Member)}
    return keys <= store.find_by_key(keys).keys()


def open_athlete_store(
    places: Sequence[Path], judged_by: Settings, folder: Path | None
) -> AbstractContextManager[Store]:
    """Return the store of the athlete at `places`, to be opened; without a folder it keeps nothing."""
    athlete = "|".join(sorted(str(place.resolve()) for place in places))
    return open_store(folder, athlete, intake.fingerprint_settings(judged_by))


def _build_frame(taken: Sequence[MemberResult]) -> pd.DataFrame:
    """Return the rows of all members as one frame of EXPOSURES and HIDDEN."""
    rows = []
    for part in taken:
        label = part.member.label
        rows += [
            {**row, "member": label, "source": label + row["suffix"]}
            for row in part.result.rows
        ]
    return build_frame(rows, EXPOSURES, HIDDEN)


def _assess_rows(
    places: Sequence[Path],
    rows: pd.DataFrame,
    skipped: list[Skipped],
    judged_by: Settings,
    files: int,
) -> Analysis:
    single = dedupe.drop_duplicate_runs(rows)
    kept, left_out, remarks = _apply_tags(places, single.rows)
    local = kept["start_local"].dropna()
    today = judged_by.today or (local.max().date() if len(local) else NO_DAY)
    table = weeks.build_weeks(kept, judged_by, today)
    flags, unknown = rules.judge(kept, table, judged_by, today)
    this_week = table.index[-1].date() if len(table) else today
    answer = _answer_diary(places, flags, kept, judged_by, today)
    diary_flags = _flag_answer(answer, this_week)
    if diary_flags:
        flags, unknown = rules.judge(kept, table, judged_by, today, diary=diary_flags)
    remarks += [
        shoes.describe_rotation(kept, today),
        load.heart_remark(judged_by) if _has_heart_rate(kept) else "",
    ]
    return Analysis(
        name=judged_by.name or _find_name(places),
        activities=kept,
        weeks=table,
        flags=flags,
        unknown=unknown,
        skipped=tuple(
            sorted(
                [*skipped, *single.skipped, *left_out],
                key=lambda s: (s.source, s.kind, s.why),
            )
        ),
        duplicates=single.duplicates,
        settings=judged_by,
        today=today,
        files=files,
        diary=answer,
        advice=guidance.choose_advice(
            flags, answer, since=this_week - timedelta(days=7)
        ),
        shoes=shoes.build_pairs(kept),
        remarks=tuple(remark for remark in remarks if remark),
    )


def _answer_diary(
    places: Sequence[Path],
    flags: Sequence[Flag],
    rows: pd.DataFrame,
    judged_by: Settings,
    today: date,
) -> Answer | None:
    """Return what the runner's own diary answers, None without one; of several the last counts."""
    diaries = list(_read_own_files(places, diary.DIARY_FILE))
    if not diaries:
        return None
    from loadwatch.assess.diary.answer import analyse_diary  # noqa: PLC0415 - few keep a diary

    return analyse_diary(diary.read_diary(diaries[-1]), flags, rows, judged_by, today)


def _flag_answer(answer: Answer | None, week: date) -> tuple[Flag, ...]:
    if answer is None:
        return ()
    from loadwatch.assess.diary.answer import build_flags  # noqa: PLC0415 - as above

    return build_flags(answer, week)


def _has_heart_rate(activities: pd.DataFrame) -> bool:
    return bool(activities["heart_rate_bpm"].notna().any())


def _apply_tags(
    places: Sequence[Path], rows: pd.DataFrame
) -> tuple[pd.DataFrame, list[Skipped], list[str]]:
    """Return `rows` under the tags of the folders at `places`, what those left out, and remarks."""
    left_out: list[Skipped] = []
    remarks: list[str] = []
    for data in _read_own_files(places, tags.FILE):
        rows, out, said = tags.apply_tags(rows, tags.read_tags(data))
        left_out += out
        remarks += said
    return rows, left_out, remarks


def with_budget(analysis: Analysis) -> Analysis:
    """Return `analysis` with what this week and the next can hold before a rule fires."""
    from loadwatch.assess import budget  # noqa: PLC0415 - the weekly table does without it

    limits = budget.compute_budget(
        analysis.activities, analysis.weeks, analysis.settings, analysis.today
    )
    return replace(analysis, limits=limits)


def judge_plan(analysis: Analysis, path: Path) -> Plan:
    """Return what the rules would raise if the runs of `path` (a plan.csv) were run as written."""
    if not path.is_file():
        raise NothingToRead(
            f"no plan at {path}", "A plan is a CSV with date and distance_km."
        )
    from loadwatch.assess import budget  # noqa: PLC0415 - as above

    planned = budget.read_plan(path.read_bytes())
    return budget.try_plan(
        planned, analysis.activities, analysis.settings, analysis.today
    )


def _read_own_files(places: Sequence[Path], name: str) -> Iterator[bytes]:
    for place in places:
        path = place / name
        if place.is_dir() and path.is_file():
            yield path.read_bytes()


def _find_name(places: Sequence[Path]) -> str:
    if str(places[0]) == "-":
        return "runner"
    place = places[0].resolve()
    if place.is_dir():
        return place.name
    stem = place.name.split(".")[0]
    return (
        DEFAULT_NAME
        if stem.lower().rstrip("0123456789 _-()") in GENERIC_NAMES
        else stem
    )
