"""JSON of one schema: SI keys as in tables.py, null for unknown, ISO dates, ASCII only."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, fields
from datetime import date
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import pandas as pd

from loadwatch import date_filter
from loadwatch.assess.rules import flag_row
from loadwatch.formatting import clean_source, clean_text
from loadwatch.tables import CONTEXT, EXPOSURES, MEASURED, WEEKS, column_names
from loadwatch.verdict import headline
from loadwatch.verdict import roster_groups as lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from loadwatch.analysis import Analysis, Roster
    from loadwatch.assess.budget import Headroom, Plan
    from loadwatch.assess.rules import Rule

SCHEMA = 1
WEEK_COLUMNS = (
    *column_names(WEEKS),
    *(f"{column}_{kind}" for column in MEASURED for kind in ("usual", "change")),
    *column_names(CONTEXT),
)
LABELS = frozenset(
    ("source", "of")
)  # of files: cleaned, and a mail address in them masked
LIMIT_KEYS = ("rule", "measure", "unit", "used", "room", "limit", "week", "why")
ATHLETE_KEYS = ("name", "group", "level", "says", "last_activity", "flags")
DECIMALS = 6  # below any watch's resolution; keeps 0.1 + 0.2 readable


def text(document: Mapping[str, Any]) -> str:
    """Return `document` as strict JSON, a line for each row of its tables, with a newline at its end."""
    # json's own indent is ten times slower and gives a number a line
    return (
        "{\n "
        + ",\n ".join(
            f"{_line(key)}: {_laid(value)}" for key, value in document.items()
        )
        + "\n}\n"
    )


def _laid(value: Any) -> str:
    if not value or not isinstance(value, list):
        return _line(value)
    return "[\n  " + ",\n  ".join(map(_line, value)) + "\n ]"


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, allow_nan=False)


def plain(value: Any) -> Any:
    """Return `value` as JSON knows it: NaN and NaT become null, dates ISO, numpy's numbers Python's."""
    if isinstance(value, float):
        return (
            round(float(value), DECIMALS) + 0.0 if math.isfinite(value) else None
        )  # no -0.0
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, (bool, int)):
        return value
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if value is None or value is pd.NaT:
        return None
    if isinstance(value, date):
        return value.isoformat()[:10]
    return plain(value.item())  # one of numpy's numbers


def record(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return one row, plain, with its file labels masked."""
    return {
        key: clean_source(item) if key in LABELS else plain(item)
        for key, item in row.items()
    }


def table(
    frame: pd.DataFrame, columns: list[str] | tuple[str, ...]
) -> list[dict[str, Any]]:
    """Return the rows of `frame`, column by column, which is several times faster than row by row."""
    lists = [
        [
            clean_source(value) if column in LABELS else plain(value)
            for value in frame[column].tolist()
        ]
        for column in columns
    ]
    return [dict(zip(columns, row, strict=True)) for row in zip(*lists, strict=True)]


def in_force(analysis: Analysis) -> dict[str, Any]:
    """Return what changes a result, beside the files; of a map its name only."""
    chosen = analysis.settings
    values = {
        f.name: getattr(chosen, f.name)
        for f in fields(chosen)
        if f.name not in ("origins", "name")
    }
    values["osm"] = PurePath(chosen.osm).name
    values["today"] = analysis.today
    return record(values)


def _left_out(analysis: Analysis) -> dict[str, Any]:
    return {
        "skipped": [
            record({"source": item.source, "kind": item.kind, "why": item.why})
            for item in analysis.skipped
        ],
        "duplicates": [
            record({"source": item.source, "of": item.of})
            for item in analysis.duplicates
        ],
        "settings": in_force(analysis),
    }


def _judged(told: Analysis | Plan) -> dict[str, Any]:
    return {
        "flags": [record(flag_row(flag)) for flag in told.flags],
        "unknown": [
            record({"week": gap.week, "rule": gap.rule, "why": gap.why})
            for gap in told.unknown
        ],
    }


def activities(
    analysis: Analysis, start: date | None = None, end: date | None = None
) -> str:
    """Return every activity with all EXPOSURES, and what was skipped or a duplicate."""
    shown = date_filter.cut(analysis, start, end).activities
    return text(
        {
            "schema": SCHEMA,
            "activities": table(shown, column_names(EXPOSURES)),
            **_left_out(analysis),
        }
    )


def weeks(
    analysis: Analysis, start: date | None = None, end: date | None = None
) -> str:
    """Return the weekly table with usual, change and context, and what was judged in it."""
    shown = date_filter.cut(analysis, start, end)
    days = [stamp.date().isoformat() for stamp in pd.DatetimeIndex(shown.weeks.index)]
    rows = [
        {"week": day, **row}
        for day, row in zip(days, table(shown.weeks, WEEK_COLUMNS), strict=True)
    ]
    return text(
        {"schema": SCHEMA, "weeks": rows, **_judged(shown), **_left_out(analysis)}
    )


def flags(
    analysis: Analysis, start: date | None = None, end: date | None = None
) -> str:
    """Return all flags and everything that could not be judged, with why."""
    return text({"schema": SCHEMA, **_judged(date_filter.cut(analysis, start, end))})


def limit_row(limit: Headroom) -> dict[str, Any]:
    """Return the fields of a limit that are printed, in order."""
    return {key: getattr(limit, key) for key in LIMIT_KEYS}


def budget(
    analysis: Analysis,
    start: date | None = None,
    end: date | None = None,  # noqa: ARG001 - all tables are called alike
) -> str:
    """Return what each limit leaves for the week of today."""
    limits = [record(limit_row(limit)) for limit in analysis.limits]
    start = pd.DatetimeIndex(analysis.weeks.index).max()
    week = None if pd.isna(start) else start.date().isoformat()
    return text({"schema": SCHEMA, "week": week, "limits": limits})


def plan(tried: Plan) -> str:
    """Return what the planned weeks would raise, and what could not be judged in them."""
    return text({"schema": SCHEMA, "week": tried.first.isoformat(), **_judged(tried)})


def report(
    analysis: Analysis, start: date | None = None, end: date | None = None
) -> str:
    """Return everything at once: verdict, weeks, flags, budget, activities, what was left out."""
    shown = date_filter.cut(analysis, start, end)
    found = headline.build_verdict(analysis)
    parts = (weeks(analysis, start, end), budget(analysis))
    whole: dict[str, Any] = {"schema": SCHEMA, "name": clean_text(analysis.name)}
    whole |= {"verdict": {"state": found.state, "says": clean_text(found.sentence)}}
    for part in parts:
        whole |= json.loads(part)
    return text(
        whole | {"activities": table(shown.activities, column_names(EXPOSURES))}
    )


def athletes(roster: Roster) -> list[dict[str, Any]]:
    """Return one row an athlete, in the order of the page."""
    ordered = lines.sort_athletes(roster.athletes)
    return [
        record({key: getattr(athlete, key) for key in ATHLETE_KEYS})
        for athlete in ordered
    ]


def roster(roster: Roster) -> str:
    """Return one line an athlete, in the order of the page."""
    return text({"schema": SCHEMA, "athletes": athletes(roster)})


def rules(table: Iterable[Rule]) -> str:
    """Return the rules with their limits, evidence and references."""
    keys = (
        "id",
        "name",
        "title",
        "kind",
        "measure",
        "unit",
        "asks",
        "grade",
        "grade_why",
        "lbp",
    )
    more = ("citation", "doi", "article", "caveat")
    rows = [
        record({key: getattr(rule, key) for key in (*keys, *more)})
        | {
            "limits": [
                record({k: getattr(x, k) for k in ("key", "value", "unit", "meaning")})
                for x in rule.limits
            ]
        }
        for rule in table
    ]
    return text({"schema": SCHEMA, "rules": rows})


def settings(rows: Iterable[tuple[str, object, str]]) -> str:
    """Return every setting, its value and where it came from."""
    told = [
        record({"setting": key, "value": value, "from": origin})
        for key, value, origin in rows
    ]
    return text({"schema": SCHEMA, "settings": told})


def diary(analysis: Analysis) -> str:
    """Return the diary's answer."""
    answer = analysis.diary
    return text({"schema": SCHEMA, "diary": plain(asdict(answer)) if answer else None})
