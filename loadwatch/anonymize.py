"""Analyses and rosters without anything that identifies a person, to be shown to others."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from loadwatch.assess.ground_questions import find_one_question

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pandas as pd

    from loadwatch.activity import Note, Skipped
    from loadwatch.analysis import Analysis, Athlete, Roster
    from loadwatch.assess.diary.answer import Answer
    from loadwatch.assess.ground_questions import GroundQuestion
    from loadwatch.assess.rules import Flag
    from loadwatch.ingest.dedupe import Duplicate
    from loadwatch.settings import Settings

NO_NAME = "(name left out)"
ROSTER_NAME = "Athletes"
UNREAD_LINES = "diary.csv: some lines could not be read; their words are left out"
DROPPED_COLUMNS = (
    *("name", "device", "serial", "shoe", "linked", "zone"),
    "signature",  # tells where somebody runs
)
_ROW_OF_FILE = re.compile(r"(.+)#(\d+)")


def split_source(source: str) -> tuple[str, int]:
    """Return a source's file and the number of its row or session, 0 where it is the whole file."""
    found = _ROW_OF_FILE.fullmatch(source)
    if found is None:
        return source, 0
    return found[1], int(found[2])


def anonymise_analysis(analysis: Analysis, name: str = "Runner") -> Analysis:
    """Return `analysis` under another name and without what identifies a person.

    Left out are titles, devices, shoes, file names, zone and year of birth.
    """
    labels = _number_files(analysis)
    shoes = [shoe for shoe in analysis.activities["shoe"].unique() if shoe]
    return replace(
        analysis,
        name=name,
        activities=_anonymise_activities(analysis.activities, labels),
        flags=tuple(_anonymise_flag(flag, labels, shoes) for flag in analysis.flags),
        skipped=tuple(_anonymise_skipped(item, labels) for item in analysis.skipped),
        duplicates=tuple(
            _anonymise_duplicate(item, labels) for item in analysis.duplicates
        ),
        settings=_anonymise_settings(analysis.settings, name),
        diary=_anonymise_answer(analysis.diary),
        shoes=None,
        question=_anonymise_question(analysis, labels),
        remarks=(),
    )


def anonymise_roster(roster: Roster) -> Roster:
    """Return `roster` with every name replaced by its place on the page, "Athlete 3"."""
    athletes = zip(roster.athletes, _list_names(roster), strict=True)
    return replace(
        roster,
        name=ROSTER_NAME,
        athletes=tuple(_anonymise_athlete(athlete, name) for athlete, name in athletes),
    )


def is_anonymous(roster: Roster) -> bool:
    """Return whether a roster's names were replaced already."""
    names = {athlete.name for athlete in roster.athletes}
    return roster.name == ROSTER_NAME and names == set(_list_names(roster))


def _list_names(roster: Roster) -> list[str]:
    return [f"Athlete {number}" for number in range(1, len(roster.athletes) + 1)]


def _anonymise_athlete(athlete: Athlete, name: str) -> Athlete:
    athlete = replace(athlete, name=name, place="", note="")
    if athlete.load is None:
        return replace(athlete, says="Nothing could be read.")
    digest = f"{athlete.page_digest}-{name}"
    load = partial(_load_anonymous, athlete.load, name)
    return replace(athlete, page_digest=digest, load=load)


def _load_anonymous(load: Callable[[], Analysis], name: str) -> Analysis:
    return anonymise_analysis(load(), name)


def _number_files(analysis: Analysis) -> dict[str, str]:
    """Return another label for each source: "file 3", and "file 3#17" for a row of a list."""
    labels = set(analysis.activities["source"])
    labels |= {item.source for item in analysis.skipped}
    for duplicate in analysis.duplicates:
        labels |= {duplicate.source, duplicate.of}
    split = {label: split_source(label) for label in labels}
    files = sorted({file for file, _ in split.values()})
    numbers = {file: number for number, file in enumerate(files, 1)}
    found = {}
    for label, (file, row) in split.items():
        found[label] = f"file {numbers[file]}"
        if row:
            found[label] += f"#{row}"
    return found


def _anonymise_activities(
    activities: pd.DataFrame, labels: dict[str, str]
) -> pd.DataFrame:
    source = activities["source"].map(labels)
    return activities.assign(
        **dict.fromkeys(DROPPED_COLUMNS, ""),
        source=source,
        member=source,
        notes=activities["notes"].map(_anonymise_notes),
    )


def _anonymise_question(
    analysis: Analysis, labels: dict[str, str]
) -> GroundQuestion | None:
    """Return the run to ask for without its time of day."""
    question = analysis.question
    if question is None:
        question = find_one_question(
            analysis.activities, analysis.settings, analysis.today
        )
    if question is None:
        return None
    day = question.start.replace(hour=0, minute=0, second=0, microsecond=0)
    return replace(question, source=labels[question.source], start=day, has_clock=False)


def _anonymise_notes(notes: list[Note]) -> list[Note]:
    return [note.without_quotes() for note in notes]


def _anonymise_flag(flag: Flag, labels: dict[str, str], shoes: Iterable[str]) -> Flag:
    says = flag.says
    for shoe in sorted(shoes, key=len, reverse=True):
        says = says.replace(shoe, "a pair")
    return replace(flag, source=labels.get(flag.source, ""), says=says, shoe=NO_NAME)


def _anonymise_skipped(item: Skipped, labels: dict[str, str]) -> Skipped:
    return replace(item, source=labels[item.source], why=item.kind)


def _anonymise_duplicate(item: Duplicate, labels: dict[str, str]) -> Duplicate:
    return replace(item, source=labels[item.source], of=labels[item.of])


def _anonymise_answer(answer: Answer | None) -> Answer | None:
    """Return the diary's answer without the cells that its problems quote."""
    if answer is None or not answer.problems:
        return answer
    return replace(answer, problems=(UNREAD_LINES,))


def _anonymise_settings(settings: Settings, name: str) -> Settings:
    return replace(settings, name=name, birth_year=0, sex="", tz="", osm="", origins={})
