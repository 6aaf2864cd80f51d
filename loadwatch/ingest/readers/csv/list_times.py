"""Durations of a list in seconds: each column read once, by the others where it is not clear."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.activity import ColumnUnit, Note
from loadwatch.ingest.readers.csv import duration_inference as inference
from loadwatch.ingest.readers.csv import numbers
from loadwatch.ingest.readers.csv.list_columns import TIMES
from loadwatch.ingest.readers.csv.names import load_units
from loadwatch.ingest.readers.csv.unit_decision import KM, MILE, UnitDecision

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadwatch.ingest.readers.csv.list_columns import ListColumns, Notes
    from loadwatch.ingest.readers.csv.numbers import ClockStyle, DecimalMark
    from loadwatch.tables import Floats

_PACE_UNIT = re.compile(r"(\d{1,2}:\d{2}) ?(?:min)? ?/ ?(km|k|mi|mile)", re.IGNORECASE)
TIME_NAMES = {1.0: "s", 60.0: "min", 3600.0: "h", 86400.0: "days", 0.001: "ms"}


@dataclass(frozen=True, slots=True)
class ListTimes:
    """The durations of a list by role [s], and how each column was read."""

    values: dict[str, Floats]
    units: list[ColumnUnit] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ListPace:
    """How fast each row was, as the list states it."""

    pace_s: Floats  # for one of the list's distances
    speed: Floats  # as written
    speed_mps: Floats  # NaN where nothing states the unit


def read_pace(columns: ListColumns, mark: DecimalMark) -> ListPace:
    """Return the paces; a list of all activities writes a runner's pace into its speed column."""
    written = zip(columns.texts["pace"], columns.texts["speed"], strict=True)
    cells = [pace or speed for pace, speed in written]
    cells, stated = _split_pace_units(cells)
    has_colon = [":" in cell for cell in cells]
    unknown = np.full(len(cells), np.nan)
    pace_s = speed = speed_mps = unknown
    if any(has_colon):
        pace_s = np.where(has_colon, numbers.parse_durations(cells), np.nan)
    if "speed" in columns.columns:
        speed = numbers.parse_column(columns.texts["speed"], mark)
        speed_mps = speed * columns.units.get("speed", np.nan)
    metres = columns.units.get("pace", stated)  # that a pace is for
    if metres in {KM, MILE}:
        speed_mps = np.where(pace_s > 0, metres / drop_zeros(pace_s), speed_mps)
    return ListPace(pace_s, speed, speed_mps)


def _split_pace_units(cells: Sequence[str]) -> tuple[list[str], float | None]:
    """Return paces without units, and what most are for where they state it: 8:48/mi, 5:48 /km."""
    found = [_PACE_UNIT.fullmatch(cell.strip()[: numbers.LONGEST]) for cell in cells]
    words = Counter(match[2].casefold() for match in found if match)
    texts = [
        match[1] if match else cell for match, cell in zip(found, cells, strict=True)
    ]
    if not words:
        return texts, None
    return texts, load_units()[words.most_common(1)[0][0]]


def pick_positive(*columns: Floats) -> Floats:
    """Return for each row the first number above zero; NaN where there is none."""
    conditions = [column > 0 for column in columns]
    return np.select(conditions, columns, np.nan)


def drop_zeros(values: Floats) -> Floats:
    """Return numbers with NaN for each zero."""
    return np.where(values == 0, np.nan, values)


def read_times(
    columns: ListColumns,
    distance: Floats,
    pace: ListPace,
    mark: DecimalMark,
    notes: Notes,
) -> ListTimes:
    """Return the durations of a list [s].

    What 0:47 means, and what a plain number counts, is held against the other durations of the
    row and against distance times pace, or over speed; both are neutral to the unit of distance.
    """
    by_speed = _divide_by_speed(columns, distance, pace)
    by_pace = np.where(pace.pace_s > 0, distance * pace.pace_s, by_speed)
    unknown = np.full(len(columns.lines), np.nan)
    found = ListTimes(dict.fromkeys(TIMES, unknown))
    times = found.values
    present = [role for role in TIMES if role in columns.columns]
    clear = dict(times)  # as far as the cells are clear by themselves
    for role in present:
        clear[role] = numbers.parse_durations(columns.texts[role], "")
    for role in present:
        others = [clear[other] for other in reversed(TIMES) if other != role]
        expected = pick_positive(*others, by_pace)
        column = _DurationColumn(columns, role, expected, distance, mark, notes)
        times[role] = column.read(found.units)
    seconds = pick_positive(times["moving"], times["elapsed"])
    rows = numbers.find_two_parts(columns.texts["timer"])
    if rows and (seconds > 0).any():
        texts, timer = columns.texts["timer"], times["timer"]
        times["timer"] = inference.drop_whole_minutes(texts, timer, seconds)
    return found


def _divide_by_speed(columns: ListColumns, distance: Floats, pace: ListPace) -> Floats:
    """Return distance over speed [s]: by their units, else for km with km/h and mi with mph."""
    metres = columns.units.get("distance", np.nan)
    by_hour = distance / drop_zeros(pace.speed) * 3600
    if columns.units.get("speed") != 1.0:
        return by_hour
    return distance * metres / drop_zeros(pace.speed_mps)


@dataclass(frozen=True, slots=True)
class _DurationColumn:
    """One column of durations, and what its rows are held against."""

    columns: ListColumns
    role: str
    expected: Floats  # what other columns make of the same duration [s]
    distance: Floats  # as written
    mark: DecimalMark  # of the list
    notes: Notes

    def read(self, units: list[ColumnUnit]) -> Floats:
        """Return the durations [s]; how they were read is added to `units`."""
        cells = zip(*self.columns.columns[self.role], strict=True)
        texts = [_pick_known(row) for row in cells]
        durations = numbers.parse_durations(texts, self._choose_style(texts, units))
        self._correct_minutes(texts, durations)
        plain = numbers.parse_column(texts, self.mark)
        factors = self._choose_factors(plain, units)
        durations = np.where(np.isnan(durations), plain * factors, durations)
        for at in inference.correct_durations(texts, durations, self.distance):
            minutes = durations[at] / 60
            text = f"{texts[at][:20]} read as {minutes:.0f} min, by its distance"
            self.notes[at].append(Note("duration", text))
        self._note_undecided(texts, durations)
        return np.where(durations > 0, durations, np.nan)

    @property
    def heading(self) -> str:
        """What the column is called."""
        return self.columns.headings.get(self.role, self.role)

    def _choose_style(
        self, texts: Sequence[str], units: list[ColumnUnit]
    ) -> ClockStyle:
        if not numbers.find_two_parts(texts):
            return "m:ss"
        style = inference.infer_clock_style(texts, self.expected, self.distance)
        found = ColumnUnit(self.heading, style, "by other columns or distances", "sure")
        if not style:
            why = "both readings can be run"
            found = ColumnUnit(self.heading, "m:ss or h:mm", why, "undecided")
        units.append(found)
        return style

    def _correct_minutes(self, texts: Sequence[str], durations: Floats) -> None:
        """Divide by 60 what a spreadsheet made of minutes and seconds."""
        if not (self.expected > 0).any():
            return
        for at in inference.find_minutes_as_hours(texts, durations, self.expected):
            durations[at] /= 60
            text = f"{texts[at][:20]} read as minutes and seconds, by distance and pace"
            self.notes[at].append(Note("duration", text))

    def _choose_factors(self, plain: Floats, units: list[ColumnUnit]) -> Floats:
        """Return the unit of each row's plain number of time [s]."""
        factor = self.columns.units.get(self.role, np.nan)
        if (plain > 0).any():
            decision = UnitDecision(factor, "stated", "by header or vendor")
            if np.isnan(factor):
                decision = inference.infer_time_unit(
                    plain, self.expected, self.distance
                )
            factor = decision.factor
            name = TIME_NAMES.get(factor, "unknown")
            units.append(decision.describe(self.heading, name))
        factors = np.full(len(plain), factor)
        for at, word in enumerate(self.columns.texts["time_unit"]):
            factors[at] = load_units().get(word.strip().casefold(), factor)
        return factors

    def _note_undecided(self, texts: Sequence[str], durations: Floats) -> None:
        """Add one note to each row whose duration is left out, with the first as example."""
        undecided = [
            at
            for at in np.flatnonzero(np.isnan(durations)).tolist()
            if not numbers.is_unknown(texts[at])
        ]
        if not undecided:
            return
        first = texts[undecided[0]][:20]
        text = (
            f"column {self.heading}: {first} may be read in more than one way, "
            "so that its durations are unknown; write h:mm:ss"
        )
        for at in undecided:
            self.notes[at].append(Note("duration_unit", text))


def _pick_known(cells: Sequence[str]) -> str:
    """Return the first cell that holds something: Strava leaves one of two blank in old rows."""
    for cell in cells:
        if not numbers.is_unknown(cell):
            return cell.strip()
    return ""
