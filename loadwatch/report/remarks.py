"""Data problems as lines: what says the same stands once, with how many and the first of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from loadwatch import formatting

if TYPE_CHECKING:
    from loadwatch.analysis import Analysis

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


def nameless(note: str) -> str:
    """Return a note in our own words alone, so that nothing somebody typed is in it."""
    code = note.partition(":")[0]
    return f"{code}: {KNOWN[code]}" if code in KNOWN else UNTOLD


def entry(source: str) -> tuple[str, int]:
    """Return a source's file and the number of its row or session, 0 where it is the whole file."""
    found = _ENTRY.fullmatch(source)
    return (found[1], int(found[2])) if found else (source, 0)


def amount(analysis: Analysis) -> int:
    """Return how many remarks the activities carry."""
    return sum(map(len, analysis.activities["notes"].tolist()))


def lines(analysis: Analysis) -> list[str]:
    """Return the data problems, by code; those that say the same of one list, or of files, in one line."""
    found: dict[tuple[str, str, str], list[str]] = {}
    columns = (analysis.activities[c].tolist() for c in ("source", "notes"))
    for source, notes in zip(*columns, strict=True):
        file, number = entry(source)
        for note in notes:
            code, _, told = note.partition(": ")
            found.setdefault((code, told or note, file if number else ""), []).append(source)
    ordered = sorted(found.items(), key=lambda item: item[0][0])
    return [f"{_who(sources, of)}: {formatting.clean_text(told)}" for (_, told, of), sources in ordered]


def _who(sources: list[str], of: str) -> str:
    """Return the source, or how many they are and the first of them."""
    if len(sources) == 1:
        return formatting.clean_source(sources[0])
    if of:
        first = min(entry(source)[1] for source in sources)
        return f"{formatting.number(len(sources))} entries of {formatting.clean_source(of)}, from #{first} on"
    return f"{formatting.count(len(sources), 'file')}, the first {formatting.clean_source(min(sources))}"
