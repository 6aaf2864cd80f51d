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
from loadwatch.verdict import headline, levels, roster_groups

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from loadwatch import formatting
    from loadwatch.analysis import Analysis, Roster
    from loadwatch.assess.budget import Headroom, Plan
    from loadwatch.assess.rules import Bound, Rule
    from loadwatch.date_filter import Period
    from loadwatch.report.glossary import GlossaryRow

SCHEMA = 1
WEEK_COLUMNS = (
    *column_names(WEEKS),
    *(f"{column}_{kind}" for column in MEASURED for kind in ("usual", "change")),
    *column_names(CONTEXT),
)
# of files: cleaned, and a mail address in them masked
LABELS = frozenset(("source", "of"))
LIMIT_KEYS = ("rule", "measure", "unit", "used", "room", "limit", "week", "why")
ATHLETE_KEYS = (
    "name",
    "group",
    "level",
    "state",
    "says",
    "last_activity",
    "flags",
    "events",
    "pain_7d",
)
RULE_KEYS = (
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
    "citation",
    "doi",
    "not_known",
    "article",
    "caveat",
)
DECIMALS = 6  # below any watch's resolution; keeps 0.1 + 0.2 readable


def format_document(document: Mapping[str, Any]) -> str:
    """Return `document` as strict JSON, one line per row of its tables."""
    # json's own indent is ten times slower and puts every number on a line
    parts = [
        f"{_format_line(key)}: {_format_table(value)}"
        for key, value in document.items()
    ]
    return "{\n " + ",\n ".join(parts) + "\n}\n"


def _format_table(value: Any) -> str:
    """Return a list as one line per item, anything else as one line."""
    if not value or not isinstance(value, list):
        return _format_line(value)
    return "[\n  " + ",\n  ".join(map(_format_line, value)) + "\n ]"


def _format_line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, allow_nan=False)


def to_plain(value: Any) -> Any:
    """Return `value` as JSON knows it.

    NaN and NaT become null, dates ISO, numpy's numbers Python's, texts are cleaned.
    """
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return round(float(value), DECIMALS) + 0.0  # no -0.0
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, (bool, int)) or value is None:
        return value
    if isinstance(value, (list, tuple)):
        return [to_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): to_plain(item) for key, item in value.items()}
    return _convert_other(value)


def _convert_other(value: Any) -> Any:
    """Return a date, a note or one of numpy's numbers as JSON knows it."""
    if value is pd.NaT:
        return None
    if isinstance(value, Note):
        return clean_text(str(value))
    if isinstance(value, date):
        return value.isoformat()[:10]
    return to_plain(value.item())


def _convert_values(name: str, values: Iterable[Any]) -> list[Any]:
    """Return the values of the key or column `name` as JSON knows them."""
    convert: Callable[[Any], Any] = to_plain
    if name in LABELS:
        convert = clean_source
    return list(map(convert, values))


def to_record(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return one row as JSON knows it, with its file labels masked."""
    return {key: _convert_values(key, [value])[0] for key, value in row.items()}


def to_records(frame: pd.DataFrame, columns: Sequence[str]) -> list[dict[str, Any]]:
    """Return the rows of `frame` as `to_record` would.

    Column by column, which is several times faster than row by row.
    """
    values = [_convert_values(name, frame[name].tolist()) for name in columns]
    return [dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True)]


def collect_settings(analysis: Analysis) -> dict[str, Any]:
    """Return what changes a result, beside the files; of a map its name only."""
    settings = analysis.settings
    values = {
        field.name: getattr(settings, field.name)
        for field in fields(settings)
        if field.name not in ("origins", "name")
    }
    values["osm"] = PurePath(settings.osm).name
    values["today"] = analysis.today
    return to_record(values)


def _collect_left_out(analysis: Analysis) -> dict[str, Any]:
    """Return what was skipped or a duplicate, and the settings."""
    return {
        "skipped": [
            to_record({"source": item.source, "kind": item.kind, "why": item.why})
            for item in analysis.skipped
        ],
        "duplicates": [
            to_record({"source": item.source, "of": item.of, "why": item.why})
            for item in analysis.duplicates
        ],
        "settings": collect_settings(analysis),
    }


def build_flag_rows(judged: Analysis | Plan) -> list[dict[str, Any]]:
    """Return one row per flag."""
    return [to_record(flag_row(flag)) for flag in judged.flags]


def _collect_judged(judged: Analysis | Plan) -> dict[str, Any]:
    """Return the flags, and what could not be judged."""
    return {
        "flags": build_flag_rows(judged),
        "unknown": [
            to_record({"week": gap.week, "rule": gap.rule, "why": str(gap.why)})
            for gap in judged.unknown
        ],
    }


def format_activities(analysis: Analysis, period: Period = ALL_DAYS) -> str:
    """Return every activity with all EXPOSURES, and what was skipped or a duplicate."""
    rows = build_activity_rows(filter_dates(analysis, period))
    return format_document(
        {"schema": SCHEMA, "activities": rows, **_collect_left_out(analysis)}
    )


def build_activity_rows(shown: Analysis) -> list[dict[str, Any]]:
    """Return one row per activity, with all EXPOSURES."""
    return to_records(shown.activities, column_names(EXPOSURES))


def format_weeks(analysis: Analysis, period: Period = ALL_DAYS) -> str:
    """Return the weekly table with usual, change and context, and what was judged."""
    shown = filter_dates(analysis, period)
    return format_document({"schema": SCHEMA, **_collect_weeks(analysis, shown)})


def _collect_weeks(analysis: Analysis, shown: Analysis) -> dict[str, Any]:
    """Return the weeks, flags and gaps of `shown`, and what `analysis` left out."""
    return {
        "weeks": build_week_rows(shown),
        **_collect_judged(shown),
        **_collect_left_out(analysis),
    }


def build_week_rows(shown: Analysis) -> list[dict[str, Any]]:
    """Return the weekly table as rows, each with its first day and its state."""
    rows = to_records(shown.weeks, WEEK_COLUMNS)
    return [
        {"week": week.start.isoformat(), "state": week.state, **row}
        for week, row in zip(levels.judge_weeks(shown), rows, strict=True)
    ]


def format_flags(analysis: Analysis, period: Period = ALL_DAYS) -> str:
    """Return all flags and everything that could not be judged, with why."""
    shown = filter_dates(analysis, period)
    return format_document({"schema": SCHEMA, **_collect_judged(shown)})


def build_limit_row(limit: Headroom) -> dict[str, Any]:
    """Return the fields of a limit that are printed, in order."""
    row = to_record(asdict(limit))
    row["room"] = row.pop("left")
    return {key: row[key] for key in LIMIT_KEYS}


def format_budget(analysis: Analysis) -> str:
    """Return what each limit leaves for the week of today."""
    return format_document({"schema": SCHEMA, **_collect_budget(analysis)})


def _collect_budget(analysis: Analysis) -> dict[str, Any]:
    """Return the newest week, null without any, and the limits."""
    newest = pd.DatetimeIndex(analysis.weeks.index).max()
    return {
        "week": to_plain(newest),
        "limits": [build_limit_row(limit) for limit in analysis.limits],
    }


def format_plan(
    tried: Plan,
    units: formatting.Units = "metric",  # noqa: ARG001 - JSON is in SI units
) -> str:
    """Return what the planned weeks would raise, and what could not be judged in them."""
    week = tried.first.isoformat()
    return format_document({"schema": SCHEMA, "week": week, **_collect_judged(tried)})


def format_report(analysis: Analysis, period: Period = ALL_DAYS) -> str:
    """Return everything at once: verdict, weeks, flags, budget, activities, what was left out."""
    shown = filter_dates(analysis, period)
    verdict = headline.build_verdict(analysis)
    return format_document(
        {
            "schema": SCHEMA,
            "name": clean_text(analysis.name),
            "verdict": {
                "state": verdict.state,
                "says": clean_text(verdict.sentence),
                "pain_7d": to_plain(_find_pain(analysis)),
            },
            **_collect_weeks(analysis, shown),
            **_collect_budget(analysis),
            "activities": build_activity_rows(shown),
        }
    )


def _find_pain(analysis: Analysis) -> float:
    """Return the worst pain of the diary's last seven days [points], NaN without any."""
    if analysis.diary is None:
        return math.nan
    return analysis.diary.pain_7d


def build_athlete_rows(roster: Roster) -> list[dict[str, Any]]:
    """Return one row per athlete, in the order of the page."""
    athletes = roster_groups.sort_athletes(roster.athletes)
    return [
        to_record({key: getattr(athlete, key) for key in ATHLETE_KEYS})
        for athlete in athletes
    ]


def format_roster(roster: Roster) -> str:
    """Return one line per athlete, in the order of the page."""
    return format_document({"schema": SCHEMA, "athletes": build_athlete_rows(roster)})


def format_rules(rules: Sequence[Rule]) -> str:
    """Return the rules with their limits, evidence and references."""
    rows = list(map(_build_rule_row, rules))
    return format_document({"schema": SCHEMA, "rules": rows})


def _build_rule_row(rule: Rule) -> dict[str, Any]:
    row = to_record({key: getattr(rule, key) for key in RULE_KEYS})
    row["unit"] = rule.si_unit
    row["limits"] = list(map(_build_bound_row, rule.limits))
    return row


def _build_bound_row(bound: Bound) -> dict[str, Any]:
    return to_record(
        {
            "key": bound.key,
            "value": bound.value,
            "unit": bound.si_unit,
            "meaning": format_limit(bound, bound.value),
        }
    )


def format_columns(rows: Sequence[GlossaryRow]) -> str:
    """Return every column of the tables with its type, unit and meaning."""
    columns = [to_record(row._asdict()) for row in rows]
    return format_document({"schema": SCHEMA, "columns": columns})


def format_settings(rows: Iterable[tuple[str, object, str]]) -> str:
    """Return every setting, its value and where it came from."""
    settings = [
        to_record({"setting": key, "value": value, "from": origin})
        for key, value, origin in rows
    ]
    return format_document({"schema": SCHEMA, "settings": settings})


def format_diary(analysis: Analysis) -> str:
    """Return the diary's answer, null without a diary."""
    answer = None
    if analysis.diary is not None:
        answer = to_plain(asdict(analysis.diary))
    return format_document({"schema": SCHEMA, "diary": answer})
