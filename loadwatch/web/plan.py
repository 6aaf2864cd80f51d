"""Plan: seven days, and which checks they would raise."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request

from loadwatch import environment, formatting
from loadwatch.assess import budget
from loadwatch.errors import LoadwatchError
from loadwatch.report import budget_table
from loadwatch.report.display_tables import format_sentence
from loadwatch.tables import KNOWN_SURFACES, LEVELS
from loadwatch.verdict.levels import sort_by_size
from loadwatch.web.answers import get_site

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loadwatch.analysis import Analysis

pages = Blueprint("plan", __name__)
DAYS = 7
FIELDS = ("distance_km", "ascent_m", "surface")


@pages.route("/plan", methods=["GET", "POST"])
def show_plan() -> str:
    """Show the boxes of a week; with numbers in them, what they would raise. Nothing is kept."""
    analysis = get_site().analysis
    if analysis is None:
        return render_template("empty.html", title="Plan")
    first = _choose_first_day(analysis)
    days = [first + timedelta(days=at) for at in range(DAYS)]
    lines, error = [], ""
    if request.method == "POST":
        try:
            lines = _judge_days(analysis, days, request.form)
        except (LoadwatchError, ValueError) as problem:
            error = formatting.clean_text(str(problem))
    values = {
        "title": "Plan",
        "days": [(day, f"{day:%a} {day.day} {day:%b}") for day in days],
        "given": request.form,
        "lines": lines,
        "error": error,
        "grounds": KNOWN_SURFACES,
    }
    if request.headers.get("X-Part") == "answer":
        return render_template("plan_answer.html", **values)
    room = None
    if budget_table.has_limits(analysis):
        room = budget_table.build_table(analysis)
    return render_template("plan.html", room=room, **values)


def _choose_first_day(analysis: Analysis) -> date:
    """Return the day after the last one known, by the clock where that is later."""
    latest = max(analysis.today, environment.today_by_clock())
    return latest + timedelta(days=1)


def _judge_days(
    analysis: Analysis, days: list[date], form: Mapping[str, str]
) -> list[tuple[str, str, str]]:
    """Return level, shape and sentence of what the planned days would raise."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("date", *FIELDS))
    for at, day in enumerate(days):
        cells = [form.get(f"{name}_{at}", "").strip() for name in FIELDS]
        if cells[0]:
            writer.writerow((day.isoformat(), *cells))
    planned = budget.read_plan(out.getvalue().encode())
    if not planned:
        return []
    tried = budget.try_plan(
        planned, analysis.activities, analysis.settings, analysis.today
    )
    units = analysis.settings.units
    lines: list[tuple[str, str, str]] = [
        (flag.level, LEVELS[flag.level].shape, format_sentence(flag, units))
        for flag in sort_by_size(tried.flags)
    ]
    if not any(level != "info" for level, _, _ in lines):
        lines.append(("usual", LEVELS["usual"].shape, budget_table.PLAN_RAISES_NOTHING))
    return lines
