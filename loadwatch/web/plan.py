"""Plan: seven days by numbers or by routes, and which checks they would raise."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request

from loadwatch import environment
from loadwatch.assess import budget
from loadwatch.errors import LoadwatchError, SettingsError
from loadwatch.pipeline.routes import judge_planned
from loadwatch.report import budget_table
from loadwatch.report.page_content import find_clock_day
from loadwatch.report.page_sections import list_urgent
from loadwatch.tables import KNOWN_SURFACES
from loadwatch.web.answers import clean_problem, get_site
from loadwatch.web.course_page import choose_day
from loadwatch.web.route_choice import find_route, keep_uploads, list_routes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from loadwatch.analysis import Analysis
    from loadwatch.assess.budget import Plan, PlannedRun
    from loadwatch.web.site import Site

pages = Blueprint("plan", __name__)
DAYS = 7
FIELDS = ("distance_km", "ascent_m", "surface", "course")
LABELS = {"distance_km": "km", "ascent_m": "climb"}  # as the form names its boxes
NEEDED = ("distance_km", "course")  # one of them, for a day to be planned


@pages.route("/plan", methods=["GET", "POST"])
def show_plan() -> str:
    """Show the boxes of a week; with numbers in them, what they would raise. Nothing is kept."""
    site = get_site()
    analysis = site.analysis
    if analysis is None:
        return render_template("empty.html", title="Plan")
    problems: list[str] = []
    tried = None
    try:
        days = _list_days(analysis, request.form.get("first", ""))
        _, problems = keep_uploads(site, request.files.getlist("routes"))
        tried = _judge_days(site, analysis, days, request.form)
    except (LoadwatchError, ValueError) as error:
        days = _list_days(analysis, "")
        problems.append(str(error))
    values = {
        "title": "Plan",
        "days": [(day, _name_day(day)) for day in days],
        "given": request.form,
        "problems": [clean_problem(problem) for problem in problems],
        "grounds": KNOWN_SURFACES,
        "routes": list(list_routes(site)),
        **_describe_plan(tried, analysis),
    }
    if request.headers.get("X-Part") == "answer":
        return render_template("plan_answer.html", **values)
    now = find_clock_day(analysis, environment.today_by_clock())
    room = None
    if budget_table.has_figures(analysis, now):
        room = budget_table.build_table(analysis)
    return render_template(
        "plan.html",
        urgent=list_urgent(analysis),
        room=room,
        no_room=budget_table.explain_no_headroom(analysis, now),
        **values,
    )


def _list_days(analysis: Analysis, first: str) -> list[date]:
    """Return the seven days of the form; ValueError where its first is none."""
    day = choose_day(analysis, first)
    return [day + timedelta(days=at) for at in range(DAYS)]


def _judge_days(
    site: Site, analysis: Analysis, days: Sequence[date], form: Mapping[str, str]
) -> Plan | None:
    """Return what the planned days would raise, as `budget --plan` has it; None without any."""
    planned: list[PlannedRun] = []
    for at, day in enumerate(days):
        cells = {name: form.get(f"{name}_{at}", "").strip() for name in FIELDS}
        if any(cells[name] for name in NEEDED):
            planned += _read_day(day, cells)
    if not planned:
        return None
    return judge_planned(
        analysis, planned, lambda name: find_route(site, name), site.files
    )


def _read_day(day: date, cells: Mapping[str, str]) -> tuple[PlannedRun, ...]:
    """Return the run of a day as a plan.csv would have it; LoadwatchError names the day."""
    out = io.StringIO()
    csv.writer(out).writerows(
        (("date", *cells), (day.isoformat(), *cells.values())),
    )
    try:
        return budget.read_plan(out.getvalue().encode())
    except SettingsError as error:
        why = error.why
        for name, label in LABELS.items():
            why = why.replace(name, label)
        raise LoadwatchError(f"{_name_day(day)}: {why}") from None


def _name_day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def _describe_plan(tried: Plan | None, analysis: Analysis) -> dict[str, object]:
    """Return the lines of an answer; none where nothing is planned."""
    if tried is None:
        return {"lines": [], "gaps": [], "quiet": ""}
    quiet = budget_table.describe_nothing_raised(
        tried, budget_table.PLAN_RAISES_NOTHING
    )
    return {
        "lines": budget_table.list_plan(tried, analysis.settings.units),
        "gaps": budget_table.list_plan_gaps(tried),
        "quiet": quiet,
    }
