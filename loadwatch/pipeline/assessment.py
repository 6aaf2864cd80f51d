"""Rows of one athlete to an Analysis: each run once, tags, weeks, rules, diary, advice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from loadwatch.analysis import Analysis
from loadwatch.assess import diary, guidance, other_sports, rules, shoes, weeks
from loadwatch.exposure import course, load, tags
from loadwatch.exposure.contradictions import describe_contradictions
from loadwatch.ingest import dedupe
from loadwatch.ingest.sources import read_loadwatch_files

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from loadwatch.activity import Skipped
    from loadwatch.assess.diary.answer import Answer
    from loadwatch.assess.rules import Flag
    from loadwatch.settings import Settings

NO_DAY = date(1970, 1, 1)  # today of an athlete without activities
DEFAULT_NAME = "Your running"
GENERIC_NAMES = frozenset(("", "activities", "activity", "export", "strava_export"))


def assess_rows(
    places: Sequence[Path],
    rows: pd.DataFrame,
    skipped: Sequence[Skipped],
    settings: Settings,
    *,
    files: int,
) -> Analysis:
    """Return the analysis of one athlete.

    Parameters
    ----------
    places : where the athlete's data are; tags and diary are read there.
    rows : EXPOSURES and HIDDEN of all inputs, zones settled.
    skipped : inputs and parts of inputs that gave no row.
    settings : those in force.
    files : how many inputs were read.
    """
    single = dedupe.drop_duplicate_runs(rows)
    activities, left_out, remarks = _apply_tags(places, single.rows)
    activities = shoes.unify_names(activities, tuple(settings.shoes))
    today = settings.today or _find_last_day(activities)
    table = weeks.build_weeks(activities, settings, today)
    week = table.index[-1].date() if len(table) else today
    flags, unknown = rules.judge(activities, table, settings, today)
    answer = _answer_diary(places, flags, activities, settings, today)
    if answer:
        flags = rules.add_diary_flags(flags, _flag_answer(answer, week), table)
    remarks += _list_remarks(activities, settings, today)
    pairs = shoes.build_pairs(activities, stated=settings.shoes)
    advising = (*flags, *shoes.find_worn_flags(flags, pairs, today))
    return Analysis(
        name=settings.name or _find_name(places),
        activities=activities,
        weeks=table,
        flags=flags,
        unknown=unknown,
        skipped=_sort_skipped([*skipped, *single.skipped, *left_out]),
        duplicates=single.duplicates,
        settings=settings,
        today=today,
        files=files,
        diary=answer,
        advice=guidance.choose_advice(advising, answer, since=week - timedelta(days=7)),
        shoes=pairs,
        remarks=tuple(remarks),
    )


def with_budget(analysis: Analysis) -> Analysis:
    """Return `analysis` with what this week and the next can hold before a rule fires."""
    from loadwatch.assess import budget  # noqa: PLC0415 - the weekly table does without it

    limits = budget.compute_budget(
        analysis.activities,
        analysis.weeks,
        analysis.settings,
        analysis.today,
        analysis.flags,
    )
    return replace(analysis, limits=limits)


def with_question(analysis: Analysis) -> Analysis:
    """Return `analysis` with the one run to ask the ground of, if that is worth a question."""
    from loadwatch.assess import ground_questions  # noqa: PLC0415 - only pages ask

    if analysis.question:
        return analysis
    question = ground_questions.find_one_question(
        analysis.activities, analysis.settings, analysis.today
    )
    return replace(analysis, question=question)


def _find_last_day(activities: pd.DataFrame) -> date:
    """Return the local day of the last activity, NO_DAY without one."""
    starts = activities["start_local"].dropna()
    if starts.empty:
        return NO_DAY
    day: date = starts.max().date()
    return day


def _apply_tags(
    places: Sequence[Path], rows: pd.DataFrame
) -> tuple[pd.DataFrame, list[Skipped], list[str]]:
    """Return `rows` with the tags of the folders at `places`, what those leave out, and remarks.

    What tags and labels say of the ground counts for all runs on it.
    """
    left_out: list[Skipped] = []
    remarks: list[str] = []
    for data in read_loadwatch_files(places, tags.FILE):
        rows, more_left_out, more_remarks = tags.apply_tags(rows, tags.read_tags(data))
        left_out += more_left_out
        remarks += more_remarks
    remarks += describe_contradictions(rows)
    return course.inherit_answers(rows), left_out, remarks


def _answer_diary(
    places: Sequence[Path],
    flags: Sequence[Flag],
    activities: pd.DataFrame,
    settings: Settings,
    today: date,
) -> Answer | None:
    """Return what the runner's own diary answers, None without one; of several the last counts."""
    diaries = list(read_loadwatch_files(places, diary.DIARY_FILE))
    if not diaries:
        return None
    from loadwatch.assess.diary.answer import analyse_diary  # noqa: PLC0415 - few keep a diary

    read = diary.read_diary(diaries[-1])
    return analyse_diary(read, flags, activities, settings, today)


def _flag_answer(answer: Answer, week: date) -> tuple[Flag, ...]:
    """Return what the diary raises, as flags of `week`."""
    from loadwatch.assess.diary.answer import build_flags  # noqa: PLC0415 - as above

    return build_flags(answer, week)


def _list_remarks(
    activities: pd.DataFrame, settings: Settings, today: date
) -> list[str]:
    """Return remarks on other sports, shoes, and on the heart rates that the settings do not state."""
    remarks = [
        other_sports.describe_unsummed(activities, settings),
        shoes.describe_rotation(activities, today),
    ]
    has_rates = activities["heart_rate_bpm"].notna().any()
    if has_rates and load.uses_heart_rates(settings):
        remarks.append(load.describe_heart_rates(settings))
    return [remark for remark in remarks if remark]


def _sort_skipped(skipped: Sequence[Skipped]) -> tuple[Skipped, ...]:
    return tuple(sorted(skipped, key=lambda item: (item.source, item.kind, item.why)))


def _find_name(places: Sequence[Path]) -> str:
    """Return the athlete's name by the folder or file; a vendor's file name is none."""
    if str(places[0]) == "-":
        return "runner"
    place = places[0].resolve()
    if place.is_dir():
        return place.name
    stem = place.name.split(".")[0]
    if stem.lower().rstrip("0123456789 _-()") in GENERIC_NAMES:
        return DEFAULT_NAME
    return stem
