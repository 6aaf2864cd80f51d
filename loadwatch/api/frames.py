"""Frozen data as pandas tables, and as what a notebook shows."""

from __future__ import annotations

import html
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd

from loadwatch.assess.rules import flag_row
from loadwatch.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loadwatch.analysis import Analysis
    from loadwatch.assess.budget import Headroom

ORIGIN = "Python"  # where a setting given here came from
FLAG_COLUMNS = (
    *("week", "rule", "name", "level", "value", "limit", "amount", "usual", "unit"),
    *("activity_id", "source", "says", "evidence", "fired_26w", "held_against"),
    *("event", "planned"),
)


def build_flags_table(judged: Any) -> pd.DataFrame:
    """Return the flags of an analysis or a plan as a table, `level` in its order."""
    rows = [flag_row(flag) for flag in judged.flags]
    table = parse_week(pd.DataFrame(rows, columns=list(FLAG_COLUMNS)))
    order = ("info", "watch", "high")
    table["level"] = pd.Categorical(table["level"], order, ordered=True)
    return table


def build_limit_row(limit: Headroom) -> dict[str, Any]:
    """Return one limit of the budget by the names that JSON has."""
    row = asdict(limit)
    row["room"] = row.pop("left")
    return row


def parse_week(table: pd.DataFrame) -> pd.DataFrame:
    """Return `table` with its column `week` as datetime64."""
    table["week"] = pd.to_datetime(table["week"])
    return table


def copy_shoes(data: Analysis) -> pd.DataFrame:
    """Return the pairs of shoes, an empty table where none is named."""
    if data.shoes is None:
        return pd.DataFrame(columns=["shoe", "distance_m", "runs", "first", "last"])
    return data.shoes.copy()


def join_tables(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return tables below each other, the name of each as the first level of the index."""
    if not tables:
        levels = pd.MultiIndex.from_arrays([[], []], names=["athlete", None])
        return pd.DataFrame(index=levels)
    return pd.concat(tables, names=["athlete"])


def list_public_names(kind: type) -> list[str]:
    """Return the names of a class that completion offers."""
    return [name for name in vars(kind) if not name.startswith("_")]


def format_html(title: str, table: pd.DataFrame) -> str:
    """Return a bold line and a table as HTML, everything escaped."""
    return f"<p><b>{html.escape(title)}</b></p>{table.to_html(index=False, border=0)}"


def parse_day(text: str) -> date:
    """Return the day that "2026-11-17" names; SettingsError for another text."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SettingsError(
            ORIGIN, f"today = {text!r}: should be a date, as 2026-11-17"
        ) from None
