"""What the roster's page lays out of each athlete: texts and a sparkline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loadwatch import formatting
from loadwatch.report import display_tables
from loadwatch.report.pictures import tile_bar
from loadwatch.tables import RAISED_LEVELS
from loadwatch.verdict.roster_groups import SPARK_WEEKS

if TYPE_CHECKING:
    from datetime import date

    from markupsafe import Markup

    from loadwatch.analysis import Athlete, Trend


def build_roster_row(athlete: Athlete, slug: str, today: date | None) -> dict[str, Any]:
    """Return one line of the roster's page."""
    link = ""
    if athlete.load:
        link = f"athletes/{slug}.html"
    return {
        "name": formatting.clean_text(athlete.name, formatting.NAME_LENGTH),
        "link": link,
        "state": athlete.state,
        "says": formatting.clean_text(athlete.says),
        "age": display_tables.format_age(athlete, today),
        **_build_trend(athlete.trend),
    }


def _build_trend(trend: Trend | None) -> dict[str, Any]:
    """Return an athlete's last weeks: usual and newest load, and the bars of a sparkline."""
    if trend is None:
        return {"load": formatting.NO_VALUE, "spark": None}
    unit = formatting.choose_unit(trend.column, trend.units)
    usual = formatting.format_number(trend.usual / unit.size)
    week = formatting.format_number(trend.week / unit.size)
    weeks = formatting.format_count(len(trend.loads), "week")
    newest = formatting.format_number(trend.loads[-1] / unit.size)
    return {
        "load": f"{usual} \N{RIGHTWARDS ARROW} {week} {unit.symbol}".rstrip(),
        "spark": _draw_spark(trend, f"load of the last {weeks}, newest {newest}"),
    }


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
