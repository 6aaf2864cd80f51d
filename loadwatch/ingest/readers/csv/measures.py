"""Columns of text to SI numbers, units decided for the whole file and checked row by row."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from loadwatch.activity import NAN, Note
from loadwatch.ingest.readers.csv import lengths, numbers, unit_inference
from loadwatch.ingest.readers.csv.unit_inference import (
    KM,
    LOOSE,
    MILE,
    TOLERANCE,
    Floats,
    near,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadwatch.ingest.readers.csv.cells import Cells
    from loadwatch.ingest.readers.csv.numbers import Style
    from loadwatch.settings import Settings

_NUMBERS = (
    "distance",
    "ascent",
    "descent",
    "stride",
    "speed",
    "oscillation",
    "heart_rate",
    "rpe",
    "dirt",
)
_TIMES = ("timer", "moving", "elapsed")
_WHOLE = ("steps", "lowest", "highest")  # columns of whole numbers
_WHOLE_AT_GARMIN = ("ascent", "descent", "heart_rate")
_LEGS = 120.0  # 1/min; no runner takes fewer steps, so a smaller cadence counts strides


@dataclass(frozen=True, slots=True)
class Measures:
    """The numbers of a list, a value a row, SI; NaN where unknown."""

    values: dict[str, Floats]
    notes: list[list[Note]]
    european: bool


def measured(cells: Cells, sports: Sequence[str], settings: Settings) -> Measures:
    """Return the numbers of a list.

    `sports` are the rows' sports: swims are told in metres, and only runs have a runner's speed.
    """
    size = len(cells.lines)
    file_style = _style(cells)
    european = file_style == "," or cells.european
    notes: list[list[Note]] = [[] for _ in range(size)]
    values = {
        role: _best(cells, role, file_style)
        for role in (*_NUMBERS, "steps", "load", "cadence", "lowest", "highest")
    }
    values["cadence"] = _spm(values["cadence"], sports, cells.facts.cadence_legs)
    pace, speed_mps, speed_raw = _paces(cells, file_style)
    times = _times(cells, values["distance"], pace, speed_raw, notes)
    values |= times
    longest = [
        next((t for t in row if t > 0), NAN)
        for row in zip(*times.values(), strict=True)
    ]
    values["stride"] = _scaled(values["stride"], cells.factor("stride") or 1.0)
    walked = unit_inference.walked(
        values["steps"], values["cadence"], longest, values["stride"]
    )
    covered = [v * t for v, t in zip(speed_mps, longest, strict=True)]
    rows = lengths.Rows(
        sports,
        pace,
        longest,
        ((covered, TOLERANCE), (walked, LOOSE)),
        lengths.own_units(cells, "distance"),
        european,
    )
    found = lengths.distances(
        cells, values["distance"], _pair(cells, file_style), rows, settings, notes
    )
    values["distance"] = found.metres
    values |= lengths.elevations(cells, values, found.unit, settings, notes)
    values["oscillation"] = [
        v * 10 if 3 <= v <= 20 else NAN for v in values["oscillation"]
    ]  # cm; else no reading
    values["balance"] = [
        numbers.number(c.partition("%")[0].split(" ")[0], file_style)
        for c in cells.first("balance")
    ]
    return Measures(values, notes, european)


def _style(cells: Cells) -> Style:
    """Return the decimal mark of most columns; where none tells, what goes with the separator."""
    styles = [
        numbers.style(column)
        for role in _NUMBERS
        for column in cells.columns.get(role, ())
    ]
    points, commas = styles.count("."), styles.count(",")
    if points == commas:
        return "," if cells.european else "."
    return "." if points > commas else ","


def _best(cells: Cells, role: str, file_style: Style) -> Floats:
    """Return a role's numbers, of its first column that has one above zero; a zero is no reading."""
    columns = cells.columns.get(role)
    if not columns:
        return [NAN] * len(cells.lines)
    counted = role in _WHOLE or (role in _WHOLE_AT_GARMIN and cells.facts.counts_metres)
    read = [_column(column, file_style, whole=counted) for column in columns]
    if len(read) == 1:
        return read[0]
    return [next((v for v in row if v > 0), row[0]) for row in zip(*read, strict=True)]


def _column(column: Sequence[str], file_style: Style, *, whole: bool = False) -> Floats:
    decimal = numbers.style(column) or file_style
    return [
        numbers.number(cell, decimal, whole=whole) if cell else NAN for cell in column
    ]


def _scaled(values: Floats, factor: float) -> Floats:
    return values if factor == 1.0 else [v * factor for v in values]


def _spm(values: Floats, sports: Sequence[str], vendor_legs: bool) -> Floats:
    """Return steps of both feet a minute; some vendors count one leg's, told by the runs' median."""
    runs = [
        v
        for v, sport in zip(values, sports, strict=True)
        if sport == "running" and v > 0
    ]
    legs = vendor_legs or (bool(runs) and median(runs) < _LEGS)
    afoot = [sport in {"running", "walking", "hiking"} for sport in sports]
    return [
        (v * 2 if legs and v < _LEGS else v) if v > 0 and foot else NAN
        for v, foot in zip(values, afoot, strict=True)
    ]


def _paces(cells: Cells, file_style: Style) -> tuple[Floats, Floats, Floats]:
    """Return (seconds for one of the list's distances, speed in m/s if its unit is told, speed as written).

    A list of all activities writes a runner's pace into its speed column.
    """
    shown = [
        p or s for p, s in zip(cells.first("pace"), cells.first("speed"), strict=True)
    ]
    pace = [numbers.seconds(cell) if ":" in cell else NAN for cell in shown]
    raw = _column(cells.first("speed"), file_style)
    factor = cells.factor("speed")
    mps = [NAN] * len(raw) if factor is None else _scaled(raw, factor)
    if (metres := cells.factor("pace")) in {KM, MILE}:
        mps = [metres / p if p > 0 else v for p, v in zip(pace, mps, strict=True)]
    return pace, mps, raw


def _times(
    cells: Cells, distance: Floats, pace: Floats, speed: Floats, notes: list[list[Note]]
) -> dict[str, Floats]:
    """Return the durations of a list [s].

    What 0:47 means, and what a plain number counts, is held against the other durations of the row
    and against distance times pace, or over speed; both are neutral to the list's unit of distance.
    """
    by_pace = [
        d * p if p > 0 else d / v * 3600
        for d, p, v in zip(distance, pace, (w or NAN for w in speed), strict=True)
    ]
    sure: dict[str, Floats] = {
        role: [numbers.seconds(c, "") for c in cells.first(role)] for role in _TIMES
    }
    found: dict[str, Floats] = {}
    for role in _TIMES:
        others = zip(
            *(sure[other] for other in reversed(_TIMES) if other != role),
            by_pace,
            strict=True,
        )
        expected = [next((t for t in row if t > 0), NAN) for row in others]
        found[role] = _durations(cells, role, expected, distance, notes)
    return _minutes_only(cells, found)


def _durations(
    cells: Cells, role: str, expected: Floats, distance: Floats, notes: list[list[Note]]
) -> Floats:
    texts = [
        text
        for column in zip(*cells.columns.get(role, ()), strict=True)
        for text in [_told(column)]
    ]
    if not texts:
        return [NAN] * len(cells.lines)
    clock = unit_inference.clock_of(texts, expected, distance)
    values = [numbers.seconds(text, clock) for text in texts]
    plain = _column(texts, numbers.style(texts) or ".")
    factor = cells.factor(role)
    if factor is None and any(v > 0 for v in plain):
        factor = unit_inference.time_unit(plain, expected, distance)
    for at, (text, value, number) in enumerate(zip(texts, values, plain, strict=True)):
        if text.count(":") == 2 and near(
            value, expected[at] * 60, 1.02
        ):  # a spreadsheet's 47:08:00
            values[at] = value / 60
            notes[at].append(
                Note(
                    "duration",
                    f"{text[:20]} read as minutes and seconds, by distance and pace",
                )
            )
        if value == value:  # noqa: PLR0124 -- NaN
            continue
        if number == number and factor:  # noqa: PLR0124 -- NaN
            values[at] = number * factor
        elif not numbers.unknown(text):
            notes[at].append(
                Note(
                    "duration",
                    f"{text[:20]} may be read in more than one way; write h:mm:ss",
                )
            )
    return [v if v > 0 else NAN for v in values]


def _told(column: Sequence[str]) -> str:
    """Return the first cell that says something: Strava leaves one of two blank in old rows."""
    return next((text.strip() for text in column if not numbers.unknown(text)), "")


def _minutes_only(cells: Cells, found: dict[str, Floats]) -> dict[str, Floats]:
    """Return durations without a timer column of whole minutes where another column knows the seconds."""
    seconds = [
        m if m > 0 else e
        for m, e in zip(found["moving"], found["elapsed"], strict=True)
    ]
    if (
        unit_inference.clock_of(cells.first("timer"), seconds, [NAN] * len(cells.lines))
        != "h:mm"
    ):
        return found
    timer = [
        NAN if numbers.two_parts(text) and (moving > 0 or elapsed > 0) else t
        for text, t, moving, elapsed in zip(
            cells.first("timer"),
            found["timer"],
            found["moving"],
            found["elapsed"],
            strict=True,
        )
    ]
    return found | {"timer": timer}


def _pair(cells: Cells, file_style: Style) -> tuple[Floats, Floats] | None:
    """Return the numbers of two columns of the name of distance, as Strava writes them."""
    held = cells.columns.get("distance", [])
    if len(held) != 2:
        return None
    first, second = (_column(column, file_style) for column in held)
    return first, second
