"""What reading gives: an activity with its samples and notes, or an input left out with why."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import pandas as pd

NAN = math.nan
Kind = Literal["ignored", "rejected", "limited"]
Certainty = Literal["stated", "sure", "assumed", "contradicted", "undecided"]
Format = Literal["fit", "tcx", "gpx", "csv", "json", "list"]
Altimeter = Literal["barometer", "satellites", ""]

# Every code of a data problem, with a text that quotes nothing: the text of a note may quote a
# title, a kind of sport or a cell that somebody typed.
NOTE_CODES: Mapping[str, str] = {
    "altitude_constant": "the altitude never changes, so it was not measured",
    "altitude_missing": "altitude for a part of the distance only; climb and grade are of that part",
    "altitude_noisy": "the altitude is too noisy to trust single climbs",
    "altitude_spike": "altitude jumps that no runner makes",
    "altitude_thin": "altitudes so far apart that hills between are lost",
    "archive_name": "its name in the archive leads out of it; it is a label only",
    "ascent": "an ascent that is no number, or none of a person",
    "ascent_differs": "the device's ascent and that of its altitude differ",
    "bad_values": "values that are no numbers left out",
    "cadence": "a cadence that no person runs left out",
    "clock": "times that cannot all be right",
    "date_column": "no column is called a date; one that holds dates is taken for it",
    "decimal_comma": "numbers written with a comma",
    "descent": "a descent that is no number, or none of a person",
    "device_load": "a training load beyond all measure left out",
    "distance": "a distance that does not fit, or fits in another unit only",
    "distance_reset": "the distance was counted anew on the way",
    "distance_unit": "the list says neither km nor miles, read as km",
    "duration": "a duration that was read in another way than it is written, or none of a person",
    "duration_unit": "a duration that may be read in more than one way",
    "dynamics": "ground contact or oscillation that cannot be left out",
    "elevation_unit": "the list says neither metres nor feet",
    "encoding": "the text is not in the encoding it declares",
    "file": "the list names no file that is there",
    "file_crc": "the checksum at the end is missing or wrong",
    "file_name": "its name states another format than it has",
    "gps_gap": "points without a position, or hours without a point",
    "gps_invalid": "positions off the globe left out",
    "gps_jump": "positions that nobody could have reached",
    "gzip_damaged": "the packed file is damaged",
    "gzip_plain": "named .gz, yet not packed",
    "gzip_torn": "the packed file is cut short",
    "gzip_twice": "packed by gzip twice",
    "header": "no FIT header",
    "header_crc": "the checksum of the header is wrong",
    "heart_rate": "a heart rate that is no number, or none of a person",
    "implausible": "more than anybody runs; perhaps the unit is another",
    "indoor": "no hills are counted on a treadmill or in a virtual world",
    "lap_totals": "the laps and the points add up to different distances",
    "left_out": "parts of the file hold no activity",
    "map": "it could not be held against the map",
    "no_distance": "the file states no distance, or 0 m",
    "no_file_id": "the file does not say what it is",
    "no_records": "the file has totals without records for all of them",
    "no_time": "points without a time left out",
    "one_point": "the file holds a single point",
    "pace": "a run faster than any runner",
    "power": "a power that no person has left out",
    "recovered": "no summary in the file, totals are worked out from its records",
    "speed": "a speed without a unit, or none of a body, left out",
    "rpe": "an exertion that is no number, or not from 0 to 10",
    "sport_inferred": "the file names no sport, it is read from the speed",
    "steps": "a number of steps that no person takes left out",
    "surface": "a surface that is not known by its word",
    "text": "damaged quotation marks or characters, or a text beyond measure",
    "trailing_bytes": "more bytes after the end of the activity",
    "unread_column": "a column of numbers that is not known by its name",
    "truncated": "the file breaks off or is damaged; what came before is kept",
    "type": "a kind of activity that is not known by its word",
    "zone": "the times name no zone, or change it on the way",
}
# Codes of what may make a whole list wrong: told before anything else, not only in the notes.
DOUBT_CODES = (
    "distance_unit",
    "elevation_unit",
    "duration_unit",
    "implausible",
    "unread_column",
)
# the text instead, for a code that is not in NOTE_CODES
QUOTES_LEFT_OUT = "its words are left out"


@dataclass(frozen=True, slots=True)
class Note:
    """A problem found in the data, or why something is unknown: a code and one sentence for it.

    Inside the program a note is always this value. It is "code: text" in the rows that workers
    and the store carry, in JSON and in CSV: `str` writes that, `from_string` reads it back.
    """

    code: str
    text: str  # no full stop at its end

    def __str__(self) -> str:
        return f"{self.code}: {self.text}"

    @classmethod
    def from_string(cls, line: str) -> Note:
        """Return the note that `str` wrote as `line`."""
        code, _, text = line.partition(": ")
        return cls(code, text)

    def without_quotes(self) -> Note:
        """Return the note with a text that quotes nothing that somebody typed."""
        if self.code not in NOTE_CODES:
            return Note("remark", QUOTES_LEFT_OUT)
        return Note(self.code, NOTE_CODES[self.code])


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a file (or one row of a list) states about one activity. SI units, NaN or "" = unknown.

    Nothing here is worked out from the records except where a field says so: that is
    `exposure.row`'s work. `sport` and `sub_sport` are FIT's words ("running", "trail",
    "treadmill", "indoor_running", "track", "street", "strength_training" ...), whatever
    the format. A sport is "unknown" where the file states none, and where no table knows
    the word that it states: then `unknown_sport` is that word.
    """

    format: Format
    sport: str = "unknown"
    sub_sport: str = "generic"  # FIT's word: the sport itself, or none stated
    unknown_sport: str = ""  # a recording's word for its sport, where no table knows it
    name: str = ""
    start_utc: datetime | None = None  # aware, UTC; None where no instant is stated
    start_local: datetime | None = None  # naive wall clock as stated, unchecked
    zone: str = ""  # IANA name or "+02:00", where the file states one
    date_only: bool = False  # a list that knows the day but not the time
    timer_s: float = NAN  # pauses taken out, by the device
    moving_s: float = NAN
    elapsed_s: float = NAN
    distance_m: float = NAN
    ascent_m: float = NAN
    descent_m: float = NAN
    steps: float = NAN  # foot strikes (both feet)
    cadence_spm: float = NAN  # steps per minute (both feet)
    heart_rate_bpm: float = NAN
    rpe: float = NAN  # 0-10
    device_load: float = NAN
    stance_balance_pct: float = NAN
    vertical_oscillation_mm: float = NAN
    dirt_m: float = NAN  # Strava's "Dirt Distance"
    surface: str = ""  # class named by a plain list: hard, firm, soft, track, treadmill
    device: str = ""  # maker and product, "garmin fr965"
    serial: str = ""  # of the device
    altimeter: Altimeter = ""  # by the sensors that the file lists
    shoe: str = ""
    # the file that a list row names as its own; several by line breaks
    linked: str = ""
    parent: bool = False  # a multisport whole whose legs are in the file, too
    planned: bool = False  # a race or a planned build, by a list's column
    line: int = 0  # list rows: line of the row in its file, from 1; else 0
    part: int = 1  # number of the session in its file, from 1
    notes: tuple[Note, ...] = ()  # data problems


@dataclass(frozen=True, slots=True, eq=False)
class Activity:
    """One activity. `records` is a RECORDS frame (tables.py), empty for a list row."""

    records: pd.DataFrame
    session: Session


@dataclass(frozen=True, slots=True)
class Skipped:
    """An input that gave no activity, and why; shown in every report."""

    source: str
    kind: Kind
    why: str


@dataclass(frozen=True, slots=True)
class ColumnUnit:
    """Which unit a column of a list is read in, on what evidence, and how sure that is."""

    column: str  # its heading
    unit: str
    evidence: str  # in words, with counts
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Reading:
    """What one input gave: activities, and the parts of it that were left out.

    The `source` of a part is "" or "#line": a reader does not know the name of its input.
    """

    activities: tuple[Activity, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    units: tuple[ColumnUnit, ...] = ()  # of the columns of a list
