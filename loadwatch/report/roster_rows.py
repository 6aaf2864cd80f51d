"""What the roster's page lays out of each athlete: texts, numbers and a sparkline."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loadwatch import formatting
from loadwatch.formatting import bind_units
from loadwatch.report import display_tables
from loadwatch.report.pictures import tile_bar
from loadwatch.tables import LEVELS, RAISED_LEVELS
from loadwatch.verdict.messages import format_message
from loadwatch.verdict.roster_groups import SPARK_WEEKS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from markupsafe import Markup

    from loadwatch.analysis import Athlete, Trend
    from loadwatch.formatting import Units

LAST_WEEKS = 4
NOTE_LENGTH = 200
URGENT = "See someone"  # the word of whoever ticked a red flag
NUMBERS = ("weeks", "hard", "up", "longest", "support")
LEGEND = (
    "Pain: the most of the last seven days, of 10. Last 4 weeks: load of each whole week, the "
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
    units: Units = "metric"
    for athlete in athletes:
        if athlete.trend is not None:
            units = athlete.trend.units
            break
    length = formatting.choose_unit("longest_m", units).symbol
    height = formatting.choose_unit("ascent_m", units).symbol
    return [
        Head("name", "Athlete", left=True, number=False),
        Head("state", "State", left=True, number=False),
        Head("says", "Why, and your note", left=True, number=False),
        Head("pain", "Pain"),
        Head("weeks", "Last 4 weeks"),
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
    says = formatting.clean_text(athlete.says)
    if athlete.group == "fine":
        says = ""  # its numbers say it
    return {
        "name": formatting.clean_text(athlete.name, formatting.NAME_LENGTH),
        "link": link,
        "place": athlete.place,
        "state": athlete.state,
        "word": URGENT if athlete.urgent else LEVELS[athlete.state].short,
        "says": bind_units(says),
        "note": _format_note(athlete),
        "pain": _format_pain(athlete.pain_7d),
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


def _format_pain(pain: float) -> str:
    if not math.isfinite(pain):
        return formatting.NO_VALUE
    return f"{pain:g}"


def _build_trend(trend: Trend | None) -> dict[str, Any]:
    """Return an athlete's numbers and the bars of the last weeks; dashes where unknown."""
    if trend is None:
        return {**dict.fromkeys(NUMBERS, formatting.NO_VALUE), "spark": None}
    units = trend.units
    loads = [_format_load(load, trend) for load in _list_whole_weeks(trend)]
    newest = _format_load(trend.loads[-1], trend)
    weeks = formatting.format_count(len(trend.loads), "week")
    return {
        "weeks": " ".join(loads),
        "hard": formatting.format_percent(trend.hard_share),
        "up": formatting.format_cell(trend.ascent_m, "ascent_m", units),
        "longest": formatting.format_cell(trend.longest_m, "longest_m", units),
        "support": str(trend.support_4w),
        "spark": _draw_spark(trend, f"load of the last {weeks}, newest {newest}"),
    }


def _list_whole_weeks(trend: Trend) -> tuple[float, ...]:
    """Return the load of the last weeks that are over."""
    loads = trend.loads
    if trend.levels[-1] == "so_far":
        loads = loads[:-1]
    return loads[-LAST_WEEKS:]


def _format_load(load: float, trend: Trend) -> str:
    unit = formatting.choose_unit(trend.column, trend.units)
    return formatting.format_number(load / unit.size)


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
