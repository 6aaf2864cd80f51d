"""What the roster's page lays out of each athlete: texts, numbers and a sparkline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loadwatch import formatting
from loadwatch.formatting import bind_units
from loadwatch.report import display_tables, roster_table
from loadwatch.report.pictures import tile_bar
from loadwatch.tables import RAISED_LEVELS
from loadwatch.verdict.messages import format_message
from loadwatch.verdict.roster_groups import SPARK_WEEKS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from markupsafe import Markup

    from loadwatch.analysis import Athlete, Trend

NOTE_LENGTH = 200
LEGEND = (
    "Pain: the most of the last seven days, of 10. 4 weeks: load of each whole week, the "
    "newest last. Hard, climb and longest run are of the week that the line is about. Strength: "
    "sessions in four weeks. Notes are of notes.csv (date, athlete, note) in the roster's "
    "folder."
)


@dataclass(frozen=True, slots=True)
class Head:
    """One column of the roster's page."""

    key: str
    title: str
    left: bool = False
    number: bool = True


def list_heads(athletes: Sequence[Athlete]) -> list[Head]:
    """Return the columns, with the units of the first athlete who has any."""
    units = roster_table.choose_units(athletes)
    length = formatting.choose_unit("longest_m", units).symbol
    height = formatting.choose_unit("ascent_m", units).symbol
    return [
        Head("name", "Athlete", left=True, number=False),
        Head("state", "State", left=True, number=False),
        Head("says", "Why, and your note", left=True, number=False),
        Head("pain", "Pain"),
        Head("weeks", roster_table.name_weeks(athletes)),
        Head("hard", "Hard"),
        Head("up", f"Up {height}"),
        Head("longest", f"Longest {length}"),
        Head("support", "Strength"),
        Head("spark", f"{SPARK_WEEKS} weeks", left=True, number=False),
        Head("age", "Last file", number=False),
    ]


def build_roster_row(athlete: Athlete, link: str, today: date | None) -> dict[str, Any]:
    """Return one line of the roster's page; `link` leads to the athlete's own."""
    if not athlete.load:
        link = ""
    return {
        "name": formatting.clean_text(athlete.name, formatting.NAME_LENGTH),
        "link": link,
        "place": athlete.place,
        "state": athlete.state,
        "word": roster_table.name_state(athlete),
        "says": bind_units(roster_table.format_reason(athlete)),
        "note": _format_note(athlete),
        "pain": roster_table.format_pain(athlete.pain_7d),
        "age": display_tables.format_age(athlete, today),
        "message": format_message(athlete, today),
        **_build_trend(athlete.trend),
    }


def _format_note(athlete: Athlete) -> str:
    """Return the coach's note with its day, "" without one."""
    if not athlete.note:
        return ""
    text = formatting.clean_text(athlete.note, NOTE_LENGTH)
    if athlete.note_day is None:
        return text
    return f"{formatting.format_day_month(athlete.note_day)}: {text}"


def _build_trend(trend: Trend | None) -> dict[str, Any]:
    """Return an athlete's numbers and the bars of the last weeks; dashes where unknown."""
    numbers: dict[str, Any] = dict(roster_table.format_numbers(trend))
    if trend is None:
        return {**numbers, "spark": None}
    newest = roster_table.format_load(trend.loads[-1], trend)
    weeks = formatting.format_count(len(trend.loads), "week")
    label = f"load of the last {weeks}, newest {newest}"
    return {**numbers, "spark": _draw_spark(trend, label)}


def _draw_spark(trend: Trend, label: str) -> Markup | None:
    """Return the last weeks as bars, raised ones in their colour; None without any load."""
    if not any(load > 0 for load in trend.loads):
        return None
    loads = [
        (load, _choose_role(load, level))
        for load, level in zip(trend.loads, trend.levels, strict=True)
    ]
    return tile_bar.draw_sparkline(loads, SPARK_WEEKS, label)


def _choose_role(load: float, level: str) -> str:
    if level in RAISED_LEVELS:
        return level
    if load > 0:
        return "now"
    return "before"
