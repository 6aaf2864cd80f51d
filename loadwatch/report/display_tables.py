"""Tables as a reader gets them: one for terminal, Markdown and page, each cell a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from loadwatch import formatting
from loadwatch.assess import rules
from loadwatch.tables import (
    LEVELS,
    LOAD_METHODS,
    PLAIN_SUB_SPORT,
    SURFACE_COLUMNS,
    SURFACE_NAMES,
    SURFACES,
)
from loadwatch.verdict import event_lines, levels, roster_groups
from loadwatch.verdict.phrases import upper_first

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from loadwatch.analysis import Analysis, Athlete
    from loadwatch.assess.rules import Flag
    from loadwatch.formatting import Units
    from loadwatch.tables import Surface
    from loadwatch.verdict.event_lines import Event
    from loadwatch.verdict.levels import JudgedWeek

SPARKS = "\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588"  # the lowest block first
PLANNED = "Planned"  # instead of a level
NO_SPARK = "\N{MIDDLE DOT}"
AT_LEAST = "\N{GREATER-THAN OR EQUAL TO}"
# why the state of a week is not known, as a narrow column names it
REASON_WORDS = {levels.NO_FILE: "No file", levels.NO_USUAL: "No usual yet"}
SHORT_TEXT = 20  # characters of a name or a pair of shoes
SPORT_LENGTH = 15  # of a sport and its kind, in a table of 80 columns
WEEK_AMOUNTS = (
    "load",
    "load_change",
    "hard_m",
    "unknown_m",
    "distance_m",
    "ascent_m",
    "descent_m",
)
ACTIVITY_COLUMNS = (
    "activity_id",
    "start_local",
    "sport",
    "sub_sport",
    "distance_m",
    "duration_s",
    "ascent_m",
    "surface_source",
    "source",
    "shoe",
    "name",
)
# a share of one ground that is shown without its number
NEARLY_ALL = 0.95


@dataclass(frozen=True, slots=True)
class LevelCell:
    """A level in a cell: its shape and word, and the colour that goes with them."""

    level: str
    word: str = ""  # instead of the level's own

    @property
    def text(self) -> str:
        """The word of the cell."""
        return self.word or LEVELS[self.level].short

    def __str__(self) -> str:
        return f"{LEVELS[self.level].shape} {self.text}"


Cell = str | LevelCell
Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class DisplayTable:
    """Headers, which columns are aligned left, and rows of cells."""

    headers: tuple[str, ...]
    left: tuple[bool, ...]
    rows: tuple[Row, ...]


def build_table(headers: dict[str, bool], rows: Iterable[Row]) -> DisplayTable:
    """Return a table; `headers` has for each column whether it is aligned left."""
    return DisplayTable(tuple(headers), tuple(headers.values()), tuple(rows))


def build_weeks(analysis: Analysis, last: int = 0) -> DisplayTable:
    """Return the weekly table, newest first; the `last` weeks only, all for 0."""
    units = analysis.settings.units
    load_column = LOAD_METHODS[analysis.settings.load].column
    table = analysis.weeks
    recorded = table["recorded"].to_numpy(bool)
    # a week without any file is no week of rest
    columns = [
        np.where(recorded, table[name].to_numpy("float64"), np.nan)
        for name in WEEK_AMOUNTS
    ]
    judged = levels.judge_weeks(analysis)
    rows = [
        _build_week_row(week, is_recorded, amounts, load_column, units)
        for week, is_recorded, *amounts in zip(judged, recorded, *columns, strict=True)
    ]
    height = formatting.choose_unit("ascent_m", units).symbol
    headers = {
        "Week of": True,
        "State": True,
        "Runs": False,
        _format_load_title(load_column, units): False,
        "Change": False,
        "Hard": False,
        "Unknown": False,
        f"Up {height}": False,
        f"Down {height}": False,
    }
    return build_table(headers, rows[::-1][: last or None])


def _build_week_row(
    week: JudgedWeek,
    is_recorded: bool,
    amounts: Sequence[float],
    load_column: str,
    units: Units,
) -> Row:
    """Return one week as a row; `amounts` are those of WEEK_AMOUNTS, unknown as NaN."""
    load, load_change, hard, unknown, distance, ascent, descent = amounts
    runs = formatting.NO_VALUE
    if is_recorded:
        runs = str(week.runs)
    change = "so far"
    if week.complete:
        change = formatting.format_percent(load_change, signed=True)
    unknown_share = formatting.NO_VALUE
    if distance > 0:
        unknown_share = formatting.format_percent(unknown / distance)
    return (
        formatting.format_short_day(week.start),
        LevelCell(week.state, REASON_WORDS.get(week.reason, "")),
        runs,
        formatting.format_cell(load, load_column, units),
        change,
        _format_hard_share(hard, unknown, distance),
        unknown_share,
        formatting.format_cell(ascent, "ascent_m", units),
        formatting.format_cell(descent, "descent_m", units),
    )


def _format_load_title(load_column: str, units: Units) -> str:
    """Return the header of the load's column: its unit, "Km", or "Load h"."""
    symbol = formatting.choose_unit(load_column, units).symbol
    if load_column == LOAD_METHODS["distance"].column:
        return symbol.capitalize()
    return f"Load {symbol}".strip()


def _format_hard_share(hard: float, unknown: float, distance: float) -> str:
    """Return the share on hard ground: the least it can be where some is unknown."""
    if not distance > 0 or (hard == 0 and unknown > 0):
        return formatting.NO_VALUE
    share = formatting.format_percent(hard / distance)
    nothing = formatting.format_percent(0.0)
    if formatting.format_percent(unknown / distance) == nothing:
        return share
    return f"{AT_LEAST} {share}"


def format_sentence(flag: Flag, units: Units) -> str:
    """Return the sentence of a flag, and the remark of a check that fires often."""
    return f"{rules.format_sentence(flag, units)} {rules.format_often(flag)}".rstrip()


def _build_level_cell(event: Event) -> LevelCell:
    """Return the level of an event; one that was planned is no alarm."""
    if event.is_planned:
        return LevelCell("info", PLANNED)
    return LevelCell(event.level)


def _name_rules(event: Event) -> str:
    """Return the rule of an event, with the number of the others that are part of it."""
    if event.parts:
        return f"{event.lead.rule} +{len(event.parts)}"
    return event.lead.rule


def format_event(event: Event, analysis: Analysis) -> str:
    """Return the sentence of an event's best-evidenced flag, and its parts behind it."""
    lead = event.lead
    sentence = format_sentence(lead, analysis.settings.units)
    if lead.planned:
        sentence = f"{PLANNED}: {sentence}"
    if parts := event_lines.list_parts(event, analysis.settings.units):
        sentence = f"{sentence} With it: {event_lines.join_parts(parts)}."
    return formatting.clean_text(sentence)


def drop_week(sentence: str, week: date) -> str:
    """Return a sentence without the week that a column beside it names."""
    named = f"the week of {formatting.format_day(week)}"
    sentence = sentence.replace(f"In {named}, ", "").replace(f"In {named} ", "")
    sentence = sentence.replace(f" in {named}", "")
    return upper_first(sentence.replace(named, "this week"))


def build_flags(analysis: Analysis) -> DisplayTable:
    """Return what was raised, one row per event, the newest week first.

    Within a week the largest is first, and what joins others last. Of an event the best-evidenced
    rule is named, with the number of the others: "LW01 +2".
    """
    events = event_lines.list_events(analysis.flags)
    by_week = sorted(events, key=lambda event: -event.week.toordinal())
    rows: list[Row] = [
        (
            formatting.format_short_day(event.week),
            _build_level_cell(event),
            _name_rules(event),
            drop_week(format_event(event, analysis), event.week),
            event.lead.evidence,
        )
        for event in by_week
    ]
    headers = ("Week of", "Flag", "Rule", "What changed", "Evidence")
    return build_table(dict.fromkeys(headers, True), rows)


def build_activities(analysis: Analysis) -> DisplayTable:
    """Return what was read, newest first: how much, on what ground, the file, what is known."""
    units = analysis.settings.units
    raised = {flag.activity_id for flag in analysis.flags if rules.is_raised(flag)}
    shown = analysis.activities[[*ACTIVITY_COLUMNS, *SURFACE_COLUMNS]]
    rows = [
        _build_activity_row(row, units, is_raised=row.activity_id in raised)
        for row in shown.itertuples(index=False)
    ]
    length = formatting.choose_unit("distance_m", units).symbol
    height = formatting.choose_unit("ascent_m", units).symbol
    headers = {
        "Day": True,
        "Sport": True,
        length.capitalize(): False,
        "Time": False,
        f"Up {height}": False,
        "Ground": True,
        "From": True,
        "Raised": True,
        "Shoe": True,
        "Name": True,
    }
    return build_table(headers, rows[::-1])


def _build_activity_row(row: Any, units: Units, *, is_raised: bool) -> Row:
    """Return one activity as a row; `row` has the columns as attributes."""
    mark = ""
    if is_raised:
        mark = LEVELS["watch"].shape
    grounds = [getattr(row, column) for column in SURFACE_COLUMNS]
    return (
        _format_start(row.start_local),
        _format_sport(row.sport, row.sub_sport),
        formatting.format_cell(row.distance_m, "distance_m", units),
        formatting.format_cell(row.duration_s, "duration_s", units).removesuffix(" h"),
        formatting.format_cell(row.ascent_m, "ascent_m", units),
        format_ground(grounds, row.surface_source),
        formatting.clean_source(row.source),
        mark,
        formatting.clean_text(row.shoe, SHORT_TEXT),
        formatting.clean_text(row.name, SHORT_TEXT),
    )


def format_ground(metres: Sequence[float], source: str) -> str:
    """Return the ground that most of a run was on, its share if not all, and who says so."""
    known = np.nan_to_num(metres)
    total = float(known.sum())
    if not total > 0:
        return formatting.NO_VALUE
    largest = int(known.argmax())
    name = SURFACE_NAMES[largest]
    share = float(known[largest]) / total
    if share < NEARLY_ALL:
        name += f" {formatting.format_percent(share)}"
    if source == "none":
        return name
    return f"{name} ({source})"


def _format_start(start: Any) -> str:
    """Return the day of a `start_local`, which may be NaT."""
    if pd.isna(start):
        return formatting.NO_VALUE
    return formatting.format_short_day(start)


def _format_sport(sport: str, sub_sport: str) -> str:
    """Return the kind of run where one is stated, else the sport."""
    if sub_sport != PLAIN_SUB_SPORT:
        sport = sub_sport
    return formatting.clean_text(sport.replace("_", " "), SPORT_LENGTH)


def build_surfaces(
    analysis: Analysis, weeks: int = roster_groups.SPARK_WEEKS
) -> DisplayTable:
    """Return distance by surface: newest week, its usual, share of the last `weeks`."""
    units, table = analysis.settings.units, analysis.weeks
    recent = table.iloc[-weeks:]
    rows = [_build_surface_row(surface, recent, units) for surface in SURFACES.values()]
    length = formatting.choose_unit("distance_m", units).symbol
    newest = formatting.format_day_month(levels.week_starts(table)[-1])
    headers = {
        "Surface": True,
        f"Week of {newest} {length}": False,
        f"Usual {length}": False,
        f"Share of {weeks} weeks": False,
    }
    return build_table(headers, rows)


def _build_surface_row(surface: Surface, recent: pd.DataFrame, units: Units) -> Row:
    """Return one surface as a row; `recent` are the weeks whose share is given."""
    column = surface.column
    newest = float(recent[column].iloc[-1])
    usual = float(recent[f"{column}_usual"].iloc[-1])
    distance = float(recent["distance_m"].sum())
    share = float("nan")
    if distance > 0:
        share = float(recent[column].sum()) / distance
    return (
        surface.label,
        formatting.format_cell(newest, column, units),
        formatting.format_cell(usual, column, units),
        formatting.format_percent(share),
    )


def format_age(athlete: Athlete, today: date | None) -> str:
    """Return how long ago the last file of an athlete is."""
    if athlete.last_activity is None or today is None:
        return formatting.NO_VALUE
    return formatting.format_age((today - athlete.last_activity).days)


def list_loads(
    analysis: Analysis, weeks: int = roster_groups.SPARK_WEEKS
) -> list[float]:
    """Return the load of the last weeks, oldest first."""
    return [float(load) for load in analysis.weeks["load"].tolist()[-weeks:]]


def draw_sparkline(values: Sequence[float]) -> str:
    """Return one block character per value, the tallest for the largest.

    An unknown value and one of 0 give a dot.
    """
    top = max((value for value in values if value > 0), default=0.0)
    return "".join(_pick_block(value, top) for value in values)


def _pick_block(value: float, top: float) -> str:
    if not value > 0:
        return NO_SPARK
    return SPARKS[min(int(value / top * len(SPARKS)), len(SPARKS) - 1)]
