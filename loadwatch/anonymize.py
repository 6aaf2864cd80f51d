"""Names replaced and what would tell who it is dropped: for a page that is shown to others."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from loadwatch.analysis import Analysis, Athlete, Roster

NO_NAME = "(name left out)"
ROSTER = "Athletes"
# What each code means where the words of a note must not be shown: they may quote a title, a kind of
# sport or a cell that somebody typed.
KNOWN = {
    "altitude_constant": "the altitude never changes, so it was not measured",
    "altitude_noisy": "the altitude is too noisy to trust single climbs",
    "altitude_spike": "altitude jumps that no runner makes",
    "ascent_differs": "the device's ascent and that of its altitude differ",
    "bad_values": "values that are no numbers left out",
    "clock": "times that cannot all be right",
    "decimal_comma": "numbers written with a comma",
    "distance": "a distance that does not fit, or fits in another unit only",
    "distance_reset": "the distance was counted anew on the way",
    "distance_unit": "the list says neither km nor miles, read as km",
    "duration": "a duration that may be read in more than one way",
    "elevation_unit": "the list says neither metres nor feet",
    "encoding": "the text is not in the encoding it declares",
    "file": "the list names no file that is there",
    "file_crc": "the checksum at the end is missing or wrong",
    "gps_gap": "points without a position",
    "gps_invalid": "positions off the globe left out",
    "gps_jump": "positions that nobody could have reached",
    "gzip_damaged": "the packed file is damaged",
    "gzip_plain": "named .gz, yet not packed",
    "gzip_torn": "the packed file is cut short",
    "gzip_twice": "packed by gzip twice",
    "header": "no FIT header",
    "header_crc": "the checksum of the header is wrong",
    "indoor": "no hills are counted on a treadmill or in a virtual world",
    "lap_totals": "the laps and the points add up to different distances",
    "left_out": "parts of the file hold no activity",
    "no_distance": "the file states no distance; it is summed along its positions",
    "no_file_id": "the file does not say what it is",
    "no_time": "points without a time left out",
    "one_point": "the file holds a single point",
    "recovered": "no summary in the file, totals are worked out from its records",
    "speed": "a speed without a unit left out",
    "sport_inferred": "the file names no sport, it is read from the speed",
    "surface": "a surface that is not known by its word",
    "text": "damaged quotation marks or characters",
    "trailing_bytes": "more bytes after the end of the activity",
    "truncated": "the file breaks off or is damaged; what came before is kept",
    "type": "a kind of activity that is not known by its word",
    "zone": "the times name no zone, or change it on the way",
}
UNTOLD = "remark: its words are left out"

_ENTRY = re.compile(r"(.+)#(\d+)")
DROPPED = ("name", "device", "serial", "shoe")  # text columns emptied


def nameless(note: str) -> str:
    """Return a note in our own words alone, so that nothing somebody typed is in it."""
    code = note.partition(":")[0]
    return f"{code}: {KNOWN[code]}" if code in KNOWN else UNTOLD


def entry(source: str) -> tuple[str, int]:
    """Return a source's file and the number of its row or session, 0 where it is the whole file."""
    found = _ENTRY.fullmatch(source)
    return (found[1], int(found[2])) if found else (source, 0)


def analysis(known: Analysis, name: str = "Runner") -> Analysis:
    """Return `known` under another name: no titles, devices, shoes, file names, zone, year of birth."""
    files = _files(known)
    table = known.activities.assign(
        **dict.fromkeys((*DROPPED, "linked"), ""),
        source=known.activities["source"].map(files),
        member=known.activities["source"].map(files),
        zone="",
        notes=known.activities["notes"].map(
            lambda notes: [nameless(note) for note in notes]
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
                says=_without(flag.says, pairs),
                facts={**flag.facts, "shoe": NO_NAME},
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


def _files(known: Analysis) -> dict[str, str]:
    """Return another label for each source: "file 3", and "file 3#17" for a row of a list."""
    twins = {label for twin in known.duplicates for label in (twin.source, twin.of)}
    labels = (
        set(known.activities["source"])
        | twins
        | {item.source for item in known.skipped}
    )
    parts = {label: entry(label) for label in labels}
    places = {
        file: i
        for i, file in enumerate(sorted({file for file, _ in parts.values()}), 1)
    }
    return {
        label: f"file {places[file]}" + (f"#{number}" if number else "")
        for label, (file, number) in parts.items()
    }


def _without(says: str, pairs: list[str]) -> str:
    for shoe in sorted(pairs, key=len, reverse=True):
        says = says.replace(shoe, "a pair")
    return says


def anonymised(roster: Roster) -> Roster:
    """Return `roster` with every name replaced by its place on the page, "Athlete 3"."""
    return replace(
        roster,
        name=ROSTER,
        athletes=tuple(
            _athlete(athlete, f"Athlete {i}")
            for i, athlete in enumerate(roster.athletes, 1)
        ),
    )


def nameless_roster(roster: Roster) -> bool:
    """Say whether a roster's names were replaced already."""
    names = {athlete.name for athlete in roster.athletes}
    return roster.name == ROSTER and names == {
        f"Athlete {i}" for i in range(1, len(roster.athletes) + 1)
    }


def _athlete(athlete: Athlete, name: str) -> Athlete:
    known = athlete.analysis
    if known is None:
        return replace(athlete, name=name, says="Nothing could be read.")
    nameless = analysis(known, name)
    return replace(
        athlete, name=name, stamp=f"{athlete.stamp}-{name}", opened=lambda: nameless
    )
