"""The glossary: one table for each enumeration and for the columns of RECORDS, EXPOSURES, WEEKS.

A new surface is one row of SURFACES, a new measure of load one row of LOAD_METHODS and its name
in LoadName; choices of options and settings, columns, labels and charts follow from the row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    # arrays of any shape, for annotations
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

WeekdayName = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
LoadName = Literal["distance", "duration", "steps", "effort", "trimp", "srpe"]
FlagLevel = Literal["info", "watch", "high"]  # the smallest first
# of a week: raised, else its load against the usual one
WeekState = Literal["high", "watch", "more", "usual", "less", "unknown", "so_far"]
WeekLevel = Literal[
    "high", "watch", "info", "more", "usual", "less", "unknown", "so_far"
]
DType = Literal[
    "float", "int", "bool", "str", "list", "cells", "notes", "instant", "wall"
]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table. Unknown is NaN (float), "" or "unknown" (str), NaT (times)."""

    name: str
    dtype: DType
    unit: str
    meaning: str


Table = tuple[Column, ...]


def _text(name: str, meaning: str) -> Column:
    return Column(name, "str", "", meaning)


def _float_columns(*rows: tuple[str, str, str]) -> Table:
    return tuple(Column(name, "float", unit, meaning) for name, unit, meaning in rows)


UNKNOWN_SPORT: Final = "unknown"  # no sport is stated, or one that no table knows
PLAIN_SUB_SPORT: Final = "generic"  # FIT's word: the sport itself, or none stated
ON_FOOT_SPORTS: Final = frozenset({"running", "walking", "hiking"})

RECORDS: Table = _float_columns(
    ("distance_m", "m", "distance since the start of the activity"),
    ("altitude_m", "m", "altitude above sea level"),
    ("speed_mps", "m/s", "speed"),
    ("heart_rate_bpm", "1/min", "heart rate"),
    ("cadence_spm", "1/min", "steps per minute, both feet"),
    ("latitude_deg", "deg", "latitude, WGS 84"),
    ("longitude_deg", "deg", "longitude, WGS 84"),
    ("position_error_m", "m", "error of the position, as the device estimates it"),
    ("power_w", "W", "power"),
    ("stance_time_ms", "ms", "ground contact time"),
    ("stance_balance_pct", "%", "share of ground contact time on the left foot"),
    ("vertical_oscillation_mm", "mm", "vertical oscillation"),
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Least and most that a quantity can be; a value outside is noted and left out."""

    low: float
    high: float
    code: str  # of the note
    noun: str  # begins its text
    unit: str  # as the text writes it


_DISTANCE = Bounds(0, 2_000_000, "distance", "a distance", "m")
_DURATION = Bounds(0, 864_000, "duration", "a duration", "s")  # races go to ten days
_ASCENT = Bounds(0, 50_000, "ascent", "an ascent", "m")
_OTHER_BOUNDS: Final = {
    "elapsed_s": Bounds(0, 3_456_000, "duration", "an elapsed time", "s"),  # 40 days
    "moving_s": _DURATION,
    "timer_s": _DURATION,
    "ascent_m": _ASCENT,
    "descent_m": Bounds(0, 50_000, "descent", "a descent", "m"),
    "steps": Bounds(0, 3_000_000, "steps", "a number of steps", ""),
    "rpe": Bounds(0.5, 10, "rpe", "an exertion", ""),
    "device_load": Bounds(0, 30_000, "device_load", "a training load", ""),
    "dirt_m": _DISTANCE,
}
# Beyond these no person, and no place on earth, is: for every reader, by column of RECORDS
# and field of a session.
PLAUSIBLE: Final[Mapping[str, Bounds]] = {
    "distance_m": _DISTANCE,
    "altitude_m": Bounds(-450, 9_000, "altitude_spike", "an altitude", "m"),
    "speed_mps": Bounds(0, 50, "speed", "a speed", "m/s"),
    "heart_rate_bpm": Bounds(20, 250, "heart_rate", "a heart rate", "/min"),
    "cadence_spm": Bounds(0, 300, "cadence", "a cadence", "/min"),
    "latitude_deg": Bounds(-90, 90, "gps_invalid", "a latitude", "degrees"),
    "longitude_deg": Bounds(-180, 180, "gps_invalid", "a longitude", "degrees"),
    "position_error_m": Bounds(0, 1e6, "gps_invalid", "an error of a position", "m"),
    "power_w": Bounds(0, 4_000, "power", "a power", "W"),
    "stance_time_ms": Bounds(0, 5_000, "dynamics", "a ground contact", "ms"),
    "stance_balance_pct": Bounds(1, 99, "dynamics", "a balance", "%"),
    "vertical_oscillation_mm": Bounds(0, 500, "dynamics", "an oscillation", "mm"),
    **_OTHER_BOUNDS,
}


@dataclass(frozen=True, slots=True)
class Surface:
    """One class of surface: its name in settings, files and JSON, and its texts."""

    name: str
    meaning: str  # follows "distance" in the glossary
    place: str  # follows "5 km on"
    label: str  # heads its row in tables and charts
    hatched: bool = False  # bars of the chart: outlined and hatched, not filled

    @property
    def column(self) -> str:
        """The column of EXPOSURES and WEEKS that holds its metres."""
        return f"{self.name}_m"


_SURFACE_ROWS: Final = (
    Surface(
        "hard",
        "on asphalt, concrete, paving",
        "hard ground (asphalt, concrete, paving)",
        "Hard",
    ),
    Surface(
        "firm",
        "on gravel, compacted ground",
        "firm ground (gravel, compacted paths)",
        "Firm",
    ),
    Surface(
        "soft",
        "on dirt, grass, sand, woodchips",
        "soft ground (dirt, grass, sand)",
        "Soft",
    ),
    Surface("track", "on an athletics track", "an athletics track", "Track"),
    Surface("treadmill", "on a treadmill", "a treadmill", "Treadmill"),
    # stays the last: metres on ground that neither label, tag nor map names
    Surface("unknown", "on unknown ground", "unknown ground", "Unknown", hatched=True),
)
SURFACES: Final[Mapping[str, Surface]] = {row.name: row for row in _SURFACE_ROWS}
SURFACE_NAMES: Final = tuple(SURFACES)
SURFACE_COLUMNS: Final = tuple(surface.column for surface in SURFACES.values())
# what a person, a label or a map can name: all but "unknown"
KNOWN_SURFACES: Final = SURFACE_NAMES[:-1]


@dataclass(frozen=True, slots=True)
class LoadMethod:
    """One measure of load that a runner may choose, and its texts."""

    name: LoadName
    column: str  # of EXPOSURES and WEEKS
    title: str  # within a sentence
    heading: str  # over a chart
    meaning: str  # the chart's caption
    noun: str = ""  # follows an amount that has no unit


_LOAD_ROWS: Final = (
    LoadMethod(
        "distance",
        "distance_m",
        "distance",
        "Distance",
        "Distance run in each week.",
    ),
    LoadMethod(
        "duration",
        "duration_s",
        "running time",
        "Running time",
        "Time run in each week.",
    ),
    LoadMethod("steps", "steps", "steps", "Steps", "Steps run in each week.", "steps"),
    LoadMethod(
        "effort",
        "effort_km",
        "kilometre-effort",
        "Distance plus a hundredth of the climb",
        "Kilometre-effort in each week: distance plus a hundredth of the climb.",
    ),
    LoadMethod(
        "trimp",
        "trimp",
        "training impulse (TRIMP)",
        "Training impulse (TRIMP)",
        "Training impulse (TRIMP) in each week: minutes weighted by heart rate.",
        "TRIMP",
    ),
    LoadMethod(
        "srpe",
        "srpe",
        "session RPE",
        "Session RPE",
        "Session RPE in each week: minutes times exertion.",
        "session RPE",
    ),
)
LOAD_METHODS: Final[Mapping[LoadName, LoadMethod]] = {
    row.name: row for row in _LOAD_ROWS
}


# name in settings -> name in a sentence, in the order of ISO 8601
WEEKDAYS: Final[Mapping[WeekdayName, str]] = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a flag or state of a week as a reader sees it: word and shape before colour."""

    name: WeekLevel  # also its class on a page and, where bars are marked, its colour
    word: str
    shape: str  # beside the word
    style: str  # of the terminal, as rich writes it
    marker: str = ""  # matplotlib's, above a bar; "" marks no bar
    marker_below: str = ""  # the same for a bar that hangs down
    narrow: str = ""  # replaces the word in a narrow column

    @property
    def short(self) -> str:
        """The word for a narrow column."""
        return self.narrow or self.word


_LEVEL_ROWS: Final = (
    Level(
        "high", "Large change", "\N{BLACK UP-POINTING TRIANGLE}", "bold red", "^", "v"
    ),
    Level("watch", "Change", "\N{BLACK DIAMOND}", "bold yellow", "D", "D"),
    Level("info", "Note", "\N{WHITE DIAMOND}", "cyan"),
    Level("more", "More than usual", "+", "default", narrow="More"),
    Level("usual", "About as usual", "=", "default", narrow="As usual"),
    Level("less", "Less than usual", "\N{MINUS SIGN}", "default", narrow="Less"),
    Level("unknown", "Not enough data", "\N{WHITE CIRCLE}", "dim", narrow="Not enough"),
    # the week in progress, as long as nothing is raised in it
    Level("so_far", "So far", "\N{WHITE CIRCLE}", "dim"),
)
# the largest change first
LEVELS: Final[Mapping[str, Level]] = {row.name: row for row in _LEVEL_ROWS}
FLAG_LEVELS: Final[tuple[FlagLevel, ...]] = get_args(FlagLevel)
RAISED_LEVELS: Final = FLAG_LEVELS[1:]

GRADE_EDGES: Final = (-0.15, -0.10, -0.05, 0.05, 0.10, 0.15)
_GRADE = _float_columns(
    ("grade_m15_m", "m", "distance at a grade of -15 % or below"),
    ("grade_m10_m", "m", "distance at a grade from -15 to -10 %"),
    ("grade_m5_m", "m", "distance at a grade from -10 to -5 %"),
    ("grade_0_m", "m", "distance at a grade between -5 and +5 %"),
    ("grade_p5_m", "m", "distance at a grade from +5 to +10 %"),
    ("grade_p10_m", "m", "distance at a grade from +10 to +15 %"),
    ("grade_p15_m", "m", "distance at a grade of +15 % or above"),
)
GRADE_COLUMNS: Final = tuple(column.name for column in _GRADE)
_SURFACE = _float_columns(
    *((row.column, "m", f"distance {row.meaning}") for row in _SURFACE_ROWS)
)

EXPOSURES: Table = (
    _text("activity_id", "digest of the content and the session's number"),
    # `member#line` for a row of a list, `file#2` for a second session
    _text("source", "path within the input"),
    _text("start", "local start with offset, ISO 8601"),
    # local_timestamp, file, position, list, athlete, setting or system
    _text("zone_source", "where the offset comes from"),
    _text("sport", "sport, named as FIT does"),
    _text("sub_sport", "sub sport, named as FIT does"),
    _text("name", "title given by runner or vendor"),
    *_float_columns(
        ("duration_s", "s", "timer time, else moving, else elapsed"),
        ("elapsed_s", "s", "end minus start"),
        ("moving_s", "s", "time in motion"),
        ("distance_m", "m", "distance"),
    ),
    _text("distance_source", "device, records, gps, list or none"),
    *_float_columns(
        ("ascent_m", "m", "summed climb"), ("descent_m", "m", "summed descent")
    ),
    _text("ascent_source", "device, barometer, gps, list or none"),
    *_float_columns(
        ("uphill_m", "m", "distance at a grade of +5 % or more"),
        ("downhill_m", "m", "distance at a grade of -5 % or less"),
    ),
    *_GRADE,
    *_SURFACE,
    _text("surface_source", "tag, label, map, course, list, default or none"),
    *_float_columns(("inherited_m", "m", "distance by answers for other runs")),
    _text("surface_confidence", "of what was inherited: high, low or none"),
    *_float_columns(
        ("tagged_m", "m", "distance on ways whose surface the map states"),
        ("inferred_m", "m", "distance on ways whose other tags imply a surface"),
        ("unmatched_m", "m", "distance off the ways of the map"),
        ("outside_m", "m", "distance outside the map extract"),
    ),
    _text("device", "maker and product"),
    _text("altitude_confidence", "high, low or none"),
    *_float_columns(
        ("steps", "", "foot strikes of both feet"),
        ("cadence_spm", "1/min", "mean cadence, both feet"),
        ("heart_rate_bpm", "1/min", "mean heart rate"),
        ("trimp", "", "Banister's training impulse"),
        ("edwards", "", "Edwards' zone score"),
        ("rpe", "0-10", "perceived exertion"),
        ("srpe", "", "session RPE: exertion times minutes"),
        ("effort_km", "km", "distance plus ascent over 100"),
        ("device_load", "", "training load by the device"),
        ("stance_balance_pct", "%", "share of ground contact time on the left foot"),
        ("vertical_oscillation_mm", "mm", "vertical oscillation"),
    ),
    _text("shoe", "pair of shoes"),
    Column("planned", "bool", "", "a race or a planned build, by tags.csv or the list"),
    Column("notes", "notes", "", "data problems found, each `code: text`"),
)

# What a row carries inside beside EXPOSURES: for zones, dedupe and tags; never printed.
HIDDEN: Table = (
    Column("start_utc", "instant", "", "start as an instant"),
    Column("start_local", "wall", "", "start on the local clock"),
    _text("zone", "zone or offset that settled the row"),
    Column("zone_sure", "bool", "", "the offset is the run's own, not a guess for it"),
    Column("date_only", "bool", "", "only the day is known"),
    _text("format", "fit, tcx, gpx, csv, json or list"),
    _text("linked", "file that a list row names as its own"),
    _text("member", "input the row came from, without #line or #part"),
    Column("dirt_m", "float", "m", "Strava's Dirt Distance"),
    Column("parent", "bool", "", "a multisport whole whose legs are rows, too"),
    Column("cells", "cells", "", "cells of 0.01 degrees it crossed, for reading a map"),
    _text("signature", "cells of 25 m it crossed, for answers of other runs"),
    _text("asked", "day on which the runner did not know the ground, ISO 8601"),
    Column("fallback_m", "list", "m", "by surface, what such answers may replace"),
    _text("serial", "serial number of the device, for finding duplicates"),
)

MEASURES: Final = (
    *("distance_m", "duration_s", "ascent_m", "descent_m", "uphill_m", "downhill_m"),
    *SURFACE_COLUMNS,
    *("steps", "trimp", "edwards", "srpe", "effort_km"),
)

WEEKS: Table = (
    Column("runs", "int", "", "number of runs"),
    *(column for column in EXPOSURES if column.name in MEASURES),
    *_float_columns(
        ("longest_m", "m", "longest run"),
        ("longest_ascent_m", "m", "largest ascent of one run"),
        ("load", "", "the measure chosen by --load"),
    ),
    Column("support_sessions", "int", "", "strength, Pilates and yoga sessions"),
    Column("complete", "bool", "", "false for the week in progress"),
    Column("recorded", "bool", "", "false where there is no file at all"),
)
# context only: shown with their definition, never flagged
CONTEXT: Table = _float_columns(
    ("acwr_uncoupled", "", "last 7 days over the 21 days before, daily means"),
    ("acwr_coupled", "", "last 7 days over the last 28 days, daily means"),
    ("acwr_ewma", "", "exponential means of 7 and 28 days, from 56 days on"),
    ("monotony", "", "daily mean over daily standard deviation of 7 days"),
    ("strain", "km", "week's sum times monotony"),
    ("load_42d", "km/day", "exponential mean of daily kilometres, 42 days"),
    ("load_7d", "km/day", "exponential mean of daily kilometres, 7 days"),
)
# measured columns of WEEKS that get `<column>_usual` and `<column>_change`
MEASURED: Final = (*MEASURES, "longest_m", "longest_ascent_m", "load")


def column_names(table: Table) -> list[str]:
    """Return the column names of `table`, in order."""
    return [column.name for column in table]
