"""JSON of one schema: SI keys as in tables.py, null for unknown, ISO dates, ASCII only."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, fields
from datetime import date
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import pandas as pd

from loadwatch.activity import Note
from loadwatch.assess.rules import flag_row
from loadwatch.date_filter import ALL_DAYS, filter_dates
from loadwatch.formatting import clean_source, clean_text
from loadwatch.report.rulebook import format_limit
from loadwatch.tables import CONTEXT, EXPOSURES, MEASURED, WEEKS, column_names
from loadwatch.verdict import headline
from loadwatch.verdict import roster_groups as lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from loadwatch import formatting
    from loadwatch.analysis import Analysis, Roster
    from loadwatch.assess.budget import Headroom, Plan
    from loadwatch.assess.rules import Bound, Rule
    from loadwatch.date_filter import Period

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


def format_document(document: Mapping[str, Any]) -> str:
    """Return `document` as strict JSON, a line for each row of its tables, with a newline at its end."""
    # json's own indent is ten times slower and gives a number a line
    return (
        "{\n "
        + ",\n ".join(
            f"{_format_line(key)}: {_format_table(value)}"
            for key, value in document.items()
        )
        + "\n}\n"
    )


def _format_table(value: Any) -> str:
    if not value or not isinstance(value, list):
        return _format_line(value)
    return "[\n  " + ",\n  ".join(map(_format_line, value)) + "\n ]"


def _format_line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, allow_nan=False)


def to_plain(value: Any) -> Any:
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
        return [to_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): to_plain(item) for key, item in value.items()}
    if value is None or value is pd.NaT:
        return None
    if isinstance(value, Note):
        return clean_text(str(value))
    if isinstance(value, date):
        return value.isoformat()[:10]
    return to_plain(value.item())  # one of numpy's numbers


def to_record(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return one row, plain, with its file labels masked."""
    return {
        key: clean_source(item) if key in LABELS else to_plain(item)
        for key, item in row.items()
    }


def to_records(
    frame: pd.DataFrame, columns: list[str] | tuple[str, ...]
) -> list[dict[str, Any]]:
    """Return the rows of `frame`, column by column, which is several times faster than row by row."""
    lists = [
        [
            clean_source(value) if column in LABELS else to_plain(value)
            for value in frame[column].tolist()
        ]
        for column in columns
    ]
    return [dict(zip(columns, row, strict=True)) for row in zip(*lists, strict=True)]


def collect_settings(analysis: Analysis) -> dict[str, Any]:
    """Return what changes a result, beside the files; of a map its name only."""
    chosen = analysis.settings
    values = {
        f.name: getattr(chosen, f.name)
        for f in fields(chosen)
        if f.name not in ("origins", "name")
    }
    values["osm"] = PurePath(chosen.osm).name
    values["today"] = analysis.today
    return to_record(values)


def _collect_left_out(analysis: Analysis) -> dict[str, Any]:
    return {
        "skipped": [
            to_record({"source": item.source, "kind": item.kind, "why": item.why})
            for item in analysis.skipped
        ],
        "duplicates": [
            to_record({"source": item.source, "of": item.of})
            for item in analysis.duplicates
        ],
        "settings": collect_settings(analysis),
    }


def _collect_judged(told: Analysis | Plan) -> dict[str, Any]:
    return {
        "flags": [to_record(flag_row(flag)) for flag in told.flags],
        "unknown": [
            to_record({"week": gap.week, "rule": gap.rule, "why": str(gap.why)})
            for gap in told.unknown
        ],
    }


def format_activities(analysis: Analysis, period: Period = ALL_DAYS) -> str:
    """Return every activity with all EXPOSURES, and what was skipped or a duplicate."""
    shown = filter_dates(analysis, period).activities
    return format_document(
        {
            "schema": SCHEMA,
            "activities": to_records(shown, column_names(EXPOSURES)),
            **_collect_left_out(analysis),
        }
    )


def format_weeks(analysis: Analysis, period: Period = ALL_DAYS) -> str:
    """Return the weekly table with usual, change and context, and what was judged in it."""
    shown = filter_dates(analysis, period)
    days = [stamp.date().isoformat() for stamp in pd.DatetimeIndex(shown.weeks.index)]
    rows = [
        {"week": day, **row}
        for day, row in zip(days, to_records(shown.weeks, WEEK_COLUMNS), strict=True)
    ]
    return format_document(
        {
            "schema": SCHEMA,
            "weeks": rows,
            **_collect_judged(shown),
            **_collect_left_out(analysis),
        }
    )


def format_flags(analysis: Analysis, period: Period = ALL_DAYS) -> str:
    """Return all flags and everything that could not be judged, with why."""
    return format_document(
        {
            "schema": SCHEMA,
            **_collect_judged(filter_dates(analysis, period)),
        }
    )


def build_limit_row(limit: Headroom) -> dict[str, Any]:
    """Return the fields of a limit that are printed, in order."""
    row = asdict(limit)
    row["room"] = row.pop("left")
    return {key: row[key] for key in LIMIT_KEYS}


def format_budget(analysis: Analysis) -> str:
    """Return what each limit leaves for the week of today."""
    limits = [to_record(build_limit_row(limit)) for limit in analysis.limits]
    start = pd.DatetimeIndex(analysis.weeks.index).max()
    week = None if pd.isna(start) else start.date().isoformat()
    return format_document({"schema": SCHEMA, "week": week, "limits": limits})


def format_plan(
    tried: Plan,
    units: formatting.Units = "metric",  # noqa: ARG001 - JSON is in SI units
) -> str:
    """Return what the planned weeks would raise, and what could not be judged in them."""
    return format_document(
        {"schema": SCHEMA, "week": tried.first.isoformat(), **_collect_judged(tried)}
    )


def format_report(analysis: Analysis, period: Period = ALL_DAYS) -> str:
    """Return everything at once: verdict, weeks, flags, budget, activities, what was left out."""
    shown = filter_dates(analysis, period)
    found = headline.build_verdict(analysis)
    parts = (format_weeks(analysis, period), format_budget(analysis))
    whole: dict[str, Any] = {"schema": SCHEMA, "name": clean_text(analysis.name)}
    whole |= {"verdict": {"state": found.state, "says": clean_text(found.sentence)}}
    for part in parts:
        whole |= json.loads(part)
    return format_document(
        whole | {"activities": to_records(shown.activities, column_names(EXPOSURES))}
    )


def build_athlete_rows(roster: Roster) -> list[dict[str, Any]]:
    """Return one row an athlete, in the order of the page."""
    ordered = lines.sort_athletes(roster.athletes)
    return [
        to_record({key: getattr(athlete, key) for key in ATHLETE_KEYS})
        for athlete in ordered
    ]


def format_roster(roster: Roster) -> str:
    """Return one line an athlete, in the order of the page."""
    return format_document({"schema": SCHEMA, "athletes": build_athlete_rows(roster)})


def _build_bound(bound: Bound) -> dict[str, Any]:
    return to_record(
        {
            "key": bound.key,
            "value": bound.value,
            "unit": bound.si_unit,
            "meaning": format_limit(bound, bound.value),
        }
    )


def format_rules(rules: Sequence[Rule]) -> str:
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
        to_record({key: getattr(rule, key) for key in (*keys, *more)})
        | {"unit": rule.si_unit, "limits": [_build_bound(one) for one in rule.limits]}
        for rule in rules
    ]
    return format_document({"schema": SCHEMA, "rules": rows})


def format_settings(rows: Iterable[tuple[str, object, str]]) -> str:
    """Return every setting, its value and where it came from."""
    told = [
        to_record({"setting": key, "value": value, "from": origin})
        for key, value, origin in rows
    ]
    return format_document({"schema": SCHEMA, "settings": told})


def format_diary(analysis: Analysis) -> str:
    """Return the diary's answer."""
    answer = analysis.diary
    return format_document(
        {"schema": SCHEMA, "diary": to_plain(asdict(answer)) if answer else None}
    )
