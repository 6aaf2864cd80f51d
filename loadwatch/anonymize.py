"""Names replaced and what would tell who it is dropped: for a page that is shown to others."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from loadwatch.analysis import Analysis, Athlete, Roster

NO_NAME = "(name left out)"
ROSTER_NAME = "Athletes"

_ENTRY = re.compile(r"(.+)#(\d+)")
DROPPED = ("name", "device", "serial", "shoe")  # text columns emptied


def split_source(source: str) -> tuple[str, int]:
    """Return a source's file and the number of its row or session, 0 where it is the whole file."""
    found = _ENTRY.fullmatch(source)
    return (found[1], int(found[2])) if found else (source, 0)


def anonymise_analysis(known: Analysis, name: str = "Runner") -> Analysis:
    """Return `known` under another name: no titles, devices, shoes, file names, zone, year of birth."""
    files = _number_files(known)
    table = known.activities.assign(
        **dict.fromkeys((*DROPPED, "linked"), ""),
        source=known.activities["source"].map(files),
        member=known.activities["source"].map(files),
        zone="",
        notes=known.activities["notes"].map(
            lambda notes: [note.without_quotes() for note in notes]
        ),
    )
    pairs = [shoe for shoe in known.activities["shoe"].unique() if shoe]
    return replace(
        known,
        name=name,
        activities=table,
        flags=tuple(
            replace(
                flag,
                source=files.get(flag.source, ""),
                says=_without_shoes(flag.says, pairs),
                shoe=NO_NAME,
            )
            for flag in known.flags
        ),
        skipped=tuple(
            replace(item, source=files[item.source], why=item.kind)
            for item in known.skipped
        ),
        duplicates=tuple(
            replace(twin, source=files[twin.source], of=files[twin.of])
            for twin in known.duplicates
        ),
        settings=replace(
            known.settings, name=name, birth_year=0, sex="", tz="", osm="", origins={}
        ),
        shoes=None,
        remarks=(),
    )


def _number_files(known: Analysis) -> dict[str, str]:
    """Return another label for each source: "file 3", and "file 3#17" for a row of a list."""
    twins = {label for twin in known.duplicates for label in (twin.source, twin.of)}
    labels = (
        set(known.activities["source"])
        | twins
        | {item.source for item in known.skipped}
    )
    parts = {label: split_source(label) for label in labels}
    places = {
        file: i
        for i, file in enumerate(sorted({file for file, _ in parts.values()}), 1)
    }
    return {
        label: f"file {places[file]}" + (f"#{number}" if number else "")
        for label, (file, number) in parts.items()
    }


def _without_shoes(says: str, pairs: list[str]) -> str:
    for shoe in sorted(pairs, key=len, reverse=True):
        says = says.replace(shoe, "a pair")
    return says


def anonymise_roster(roster: Roster) -> Roster:
    """Return `roster` with every name replaced by its place on the page, "Athlete 3"."""
    return replace(
        roster,
        name=ROSTER_NAME,
        athletes=tuple(
            _anonymise_athlete(athlete, f"Athlete {i}")
            for i, athlete in enumerate(roster.athletes, 1)
        ),
    )


def is_anonymous(roster: Roster) -> bool:
    """Say whether a roster's names were replaced already."""
    names = {athlete.name for athlete in roster.athletes}
    return roster.name == ROSTER_NAME and names == {
        f"Athlete {i}" for i in range(1, len(roster.athletes) + 1)
    }


def _anonymise_athlete(athlete: Athlete, name: str) -> Athlete:
    known = athlete.analysis
    if known is None:
        return replace(athlete, name=name, says="Nothing could be read.")
    nameless = anonymise_analysis(known, name)
    return replace(
        athlete,
        name=name,
        page_digest=f"{athlete.page_digest}-{name}",
        load=lambda: nameless,
    )
