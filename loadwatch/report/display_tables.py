"""Tables as a reader sees them: one grid for terminal, Markdown and page, cells already words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from loadwatch import formatting
from loadwatch.assess import rules
from loadwatch.tables import LEVELS, LOAD_METHODS, PLAIN_SUB_SPORT, SURFACES
from loadwatch.verdict import levels, roster_groups

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadwatch.analysis import Analysis, Roster
    from loadwatch.assess.rules import Flag

SPARKS = (
    "\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588"  # eight blocks, the lowest first
)
SPORT_LENGTH = 15  # of a sport and its kind, in a table of 80 columns


@dataclass(frozen=True, slots=True)
class LevelCell:
    """A level in a cell: its shape and word, and the colour that goes with them."""

    level: str

    def __str__(self) -> str:
        level = LEVELS[self.level]
        return f"{level.shape} {level.short}"


Cell = str | LevelCell


@dataclass(frozen=True, slots=True)
class DisplayTable:
    """Headers, which of them stand left, and rows of cells."""

    headers: tuple[str, ...]
    left: tuple[bool, ...]
    rows: tuple[tuple[Cell, ...], ...]


def build_table(headers: dict[str, bool], rows: list[tuple[Cell, ...]]) -> DisplayTable:
    """Return a Grid; `headers` says of each column whether it stands left."""
    return DisplayTable(tuple(headers), tuple(headers.values()), tuple(rows))


def format_load_title(analysis: Analysis) -> str:
    """Return the name of the load measure and its unit, for the head of a column: "Load km"."""
    word = formatting.choose_unit(
        LOAD_METHODS[analysis.settings.load].column, analysis.settings.units
    ).symbol
    return (
        f"Load {word}".strip()
        if analysis.settings.load != "distance"
        else word.capitalize()
    )


def build_weeks(analysis: Analysis, last: int = 0) -> DisplayTable:
    """Return the weekly table, newest first; the `last` weeks only, all for 0."""
    units, load = analysis.settings.units, LOAD_METHODS[analysis.settings.load].column
    table = analysis.weeks
    names = (
        "load",
        "load_change",
        "hard_m",
        "unknown_m",
        "distance_m",
        "ascent_m",
        "descent_m",
    )
    there = table["recorded"].to_numpy(
        bool
    )  # a week without any file is no week of rest
    columns = [
        np.where(there, table[name].to_numpy("float64"), np.nan) for name in names
    ]
    rows: list[tuple[Cell, ...]] = []
    for week, known, *values in zip(
        levels.judge_weeks(analysis), there, *columns, strict=True
    ):
        total, change, hard, unknown, distance, up, down = values
        rows.append(
            (
                formatting.format_short_day(week.start),
                LevelCell(week.level),
                str(week.runs) if known else formatting.NO_VALUE,
                formatting.format_cell(total, load, units),
                formatting.format_percent(change, signed=True)
                if week.complete
                else "so far",
                _format_hard_share(hard, unknown, distance),
                formatting.format_percent(unknown / distance)
                if distance > 0
                else formatting.NO_VALUE,
                formatting.format_cell(up, "ascent_m", units),
                formatting.format_cell(down, "descent_m", units),
            )
        )
    height = formatting.choose_unit("ascent_m", units).symbol
    heads = {
        "Week of": True,
        "Flag": True,
        "Runs": False,
        format_load_title(analysis): False,
        "Change": False,
    }
    heads |= {
        "Hard": False,
        "Unknown": False,
        f"Up {height}": False,
        f"Down {height}": False,
    }
    return build_table(heads, rows[::-1][: last or None])


def _format_hard_share(hard: float, unknown: float, distance: float) -> str:
    """Return the share on hard ground: the least it can be where some ground is unknown."""
    if not distance > 0 or (hard == 0 and unknown > 0):
        return formatting.NO_VALUE
    least = (
        "\N{GREATER-THAN OR EQUAL TO} "
        if formatting.format_percent(unknown / distance)
        != formatting.format_percent(0.0)
        else ""
    )
    return f"{least}{formatting.format_percent(hard / distance)}"


def format_sentence(flag: Flag, units: formatting.Units) -> str:
    """Return what a flag says, and the remark of a check that fires often."""
    return f"{rules.format_sentence(flag, units)} {rules.format_often(flag)}".rstrip()


def build_flags(analysis: Analysis) -> DisplayTable:
    """Return all flags, the newest week first, within it the largest, the one that joins others last."""
    units = analysis.settings.units
    rows: list[tuple[Cell, ...]] = [
        (
            formatting.format_short_day(flag.week),
            LevelCell(flag.level),
            flag.rule,
            formatting.clean_text(format_sentence(flag, units)),
            flag.evidence,
        )
        for flag in sorted(
            levels.sort_by_size(analysis.flags),
            key=lambda f: (-f.week.toordinal(), levels.is_compound(f)),
        )
    ]
    return build_table(
        {
            "Week of": True,
            "Flag": True,
            "Rule": True,
            "What changed": True,
            "Evidence": True,
        },
        rows,
    )


def build_activities(analysis: Analysis) -> DisplayTable:
    """Return what was read, newest first: how much, from where, and who told the surface."""
    units = analysis.settings.units
    columns = (
        "start_local",
        "sport",
        "sub_sport",
        "distance_m",
        "duration_s",
        "ascent_m",
    )
    texts = ("surface_source", "source")
    rows: list[tuple[Cell, ...]] = []
    for start, sport, sub, distance, duration, ascent, surface, source in zip(
        *(analysis.activities[column].tolist() for column in (*columns, *texts)),
        strict=True,
    ):
        kind = sport if sub == PLAIN_SUB_SPORT else f"{sport}/{sub}"
        rows.append(
            (
                formatting.NO_VALUE
                if pd.isna(start)
                else formatting.format_short_day(start),
                formatting.clean_text(kind.replace("_", " "), SPORT_LENGTH),
                formatting.format_cell(distance, "distance_m", units),
                formatting.format_cell(duration, "duration_s", units),
                formatting.format_cell(ascent, "ascent_m", units),
                surface,
                formatting.clean_source(source),
            )
        )
    distance_word, height = (
        formatting.choose_unit(c, units).symbol for c in ("distance_m", "ascent_m")
    )
    heads = {
        "Day": True,
        "Sport": True,
        distance_word.capitalize(): False,
        "Time": False,
    }
    heads |= {f"Up {height}": False, "Surface by": True, "From": True}
    return build_table(heads, rows[::-1])


def build_surfaces(
    analysis: Analysis, weeks: int = roster_groups.SPARK_WEEKS
) -> DisplayTable:
    """Return distance by surface: the newest week, its usual, and the share of the last weeks."""
    units, table = analysis.settings.units, analysis.weeks
    recent = table.iloc[-weeks:]
    total = float(recent["distance_m"].sum())
    rows: list[tuple[Cell, ...]] = []
    for surface in SURFACES.values():
        column = surface.column
        newest, usual = (
            float(table[c].to_numpy("float64")[-1]) for c in (column, f"{column}_usual")
        )
        share = float(recent[column].sum()) / total if total > 0 else float("nan")
        cells = (
            formatting.format_cell(newest, column, units),
            formatting.format_cell(usual, column, units),
        )
        rows.append(
            (
                surface.label,
                *cells,
                formatting.format_percent(share),
            )
        )
    word = formatting.choose_unit("distance_m", units).symbol
    heads = {
        "Surface": True,
        f"Week of {formatting.format_day_month(levels.week_starts(table)[-1])} {word}": False,
        f"Usual {word}": False,
    }
    return build_table(heads | {f"Share of {weeks} weeks": False}, rows)


def build_roster(roster: Roster) -> DisplayTable:
    """Return one line an athlete, group by group."""
    rows: list[tuple[Cell, ...]] = []
    for athlete in roster_groups.sort_athletes(roster.athletes):
        last = athlete.last_activity
        age = (
            formatting.NO_VALUE
            if last is None or roster.today is None
            else formatting.format_age((roster.today - last).days)
        )
        spark = draw_sparkline(athlete.trend.loads) if athlete.trend else ""
        name = formatting.clean_text(athlete.name, formatting.NAME_LENGTH)
        rows.append(
            (
                name,
                LevelCell(athlete.level),
                formatting.clean_text(athlete.says),
                spark,
                age,
            )
        )
    heads = {
        "Athlete": True,
        "Flag": True,
        "Why": True,
        f"{roster_groups.SPARK_WEEKS} weeks": True,
    }
    return build_table(heads | {"Last file": False}, rows)


def list_loads(
    analysis: Analysis, weeks: int = roster_groups.SPARK_WEEKS
) -> list[float]:
    """Return the load of the last weeks, oldest first."""
    return [float(value) for value in analysis.weeks["load"].tolist()[-weeks:]]


def draw_sparkline(values: Sequence[float]) -> str:
    """Return one block character a value, the tallest for the largest; a dot where it is unknown or none."""
    top = max((value for value in values if value > 0), default=0.0)
    return "".join(
        SPARKS[min(int(value / top * len(SPARKS)), len(SPARKS) - 1)]
        if value > 0
        else "\N{MIDDLE DOT}"
        for value in values
    )
