"""Course: what routes measure and would raise if they were run, the mildest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request

from loadwatch import environment, formatting
from loadwatch.errors import LoadwatchError
from loadwatch.pipeline.drawn_routes import read_route_records
from loadwatch.pipeline.routes import try_routes
from loadwatch.pipeline.sample_grounds import find_sample_grounds
from loadwatch.report import budget_table, route_guide
from loadwatch.report.budget_table import list_plan, list_plan_gaps
from loadwatch.report.pictures import tile_bar
from loadwatch.report.season import GROUNDS
from loadwatch.settings.keys import LAST_DAY
from loadwatch.tables import SURFACE_COLUMNS
from loadwatch.verdict.phrases import upper_first
from loadwatch.web.answers import clean_problem, finish_write, get_home, get_site
from loadwatch.web.ground_colours import find_role
from loadwatch.web.route_choice import find_route, keep_uploads, list_routes
from loadwatch.web.run_pictures import draw_course, draw_profile
from loadwatch.web.uploads import MAX_FORM_BYTES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from markupsafe import Markup
    from werkzeug.wrappers import Response

    from loadwatch.analysis import Analysis
    from loadwatch.formatting import Units
    from loadwatch.pipeline.routes import TriedRoute
    from loadwatch.report.route_guide import Amount
    from loadwatch.report.season import Ground
    from loadwatch.web.site import Site

pages = Blueprint("course", __name__)
PAGE = "/course"
MAX_CHECKED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteView:
    """One route as the page lays it out."""

    name: str
    length: str
    grades: list[tuple[str, Markup, str]]
    grounds: list[tuple[str, Markup, str]]
    raised: list[tuple[str, str]]  # level and line
    below: list[str]
    gaps: list[str]
    pictures: list[Markup]
    key: list[Ground]
    notes: list[str]
    altitude_note: str
    nothing: str  # what stands where no check would be raised


@pages.get(PAGE)
def show_courses() -> str:
    """Show the form, and each route that the address names, tried on its day."""
    site = get_site()
    analysis = site.analysis
    if analysis is None:
        return render_template("empty.html", title="Course")
    names = request.args.getlist("route")[:MAX_CHECKED]
    routes: list[RouteView] = []
    problems: list[str] = []
    day = choose_day(analysis, "")
    try:
        day = choose_day(analysis, request.args.get("day", ""))
        routes, problems = _try_routes(site, analysis, names, day)
    except (LoadwatchError, ValueError) as error:
        problems.append(str(error))
    return render_template(
        "course.html",
        title="Course",
        known=list(list_routes(site)),
        most_bytes=MAX_FORM_BYTES,
        uploaded=site.routes.names,
        chosen=names,
        day=day,
        first_day=analysis.today,
        day_text=formatting.format_day(day),
        routes=routes,
        problems=[clean_problem(problem) for problem in problems],
        note=route_guide.NOTE,
    )


@pages.post(PAGE)
def check_courses() -> Response:
    """Keep what was uploaded for this session, and show it with the routes that were ticked."""
    kept, problems = keep_uploads(get_site(), request.files.getlist("routes"))
    for problem in problems:
        flash(clean_problem(problem), "error")
    names = [*kept, *request.form.getlist("route")][:MAX_CHECKED]
    if not names and not problems:
        flash("Choose a route: a GPX, TCX or FIT file.", "error")
    pairs = [("route", name) for name in dict.fromkeys(names)]
    query = urlencode([*pairs, ("day", request.form.get("day", ""))])
    return redirect(f"{get_home()}{PAGE}?{query}", 303)


@pages.post(f"{PAGE}/forget")
def forget_course() -> Response:
    """Forget an uploaded route; a file of the runner's folder stays."""
    get_site().routes.forget_route(request.form.get("route", ""))
    return finish_write("The route is forgotten.", PAGE)


def choose_day(analysis: Analysis, text: str) -> date:
    """Return the day of a form, by default the one after the last known; ValueError elsewhere."""
    if not text:
        return max(analysis.today, environment.today_by_clock()) + timedelta(days=1)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(
            "the day is to be one of the calendar, as 2026-12-06"
        ) from None
    if day > LAST_DAY:
        raise ValueError(f"the day is to be at most {LAST_DAY}")
    return day


def _try_routes(
    site: Site, analysis: Analysis, names: Sequence[str], day: date
) -> tuple[list[RouteView], list[str]]:
    """Return the routes that can be read, the mildest first, and why the others cannot."""
    # path -> name in the form: files of two folders may share the file's name
    found: dict[Path, str] = {}
    problems = []
    for name in names:
        try:
            path = find_route(site, name)
            read_route_records(analysis, path)
            found[path] = name
        except LoadwatchError as error:
            problems.append(str(error))
    if not found:
        return [], problems
    tried = try_routes(analysis, list(found), day, site.files)
    views = [
        build_view(analysis, route, found[route.path], site.cache) for route in tried
    ]
    return views, problems


def build_view(
    analysis: Analysis, route: TriedRoute, name: str, cache: Path | None
) -> RouteView:
    """Return a tried route as the page lays it out."""
    units = analysis.settings.units
    return RouteView(
        name=formatting.clean_text(name),
        length=route_guide.describe_length(route, units),
        grades=_draw_amounts(route_guide.list_grades(route), units),
        grounds=_draw_amounts(route_guide.list_grounds(route), units),
        raised=list(list_plan(route.plan, units)),
        below=[
            upper_first(route_guide.describe_quiet(check, units))
            for check in route.below
        ],
        gaps=list_plan_gaps(route.plan),
        pictures=_draw_pictures(analysis, route, cache),
        key=[
            ground
            for ground in GROUNDS
            if any(route.measured[column] > 0 for column in ground.columns)
        ],
        notes=route_guide.list_notes(route),
        altitude_note=route_guide.describe_altitude(route.altitude),
        nothing=budget_table.describe_nothing_raised(
            route.plan, route_guide.RAISES_NOTHING
        ),
    )


def _draw_amounts(
    amounts: Sequence[Amount], units: Units
) -> list[tuple[str, Markup, str]]:
    """Return name, bar and amount of each; the bars are parts of the whole."""
    total = sum(amount.metres for amount in amounts)
    rows = []
    for amount in amounts:
        role = "now"
        if amount.column in SURFACE_COLUMNS:
            role = f"g-{find_role(amount.column)}"
        share = amount.metres / total
        text = formatting.format_quantity(amount.metres, "distance_m", units)
        text = f"{text}, {formatting.format_percent(share)}"
        rows.append((amount.name, tile_bar.draw_shares([(role, share)]), text))
    return rows


def _draw_pictures(
    analysis: Analysis, route: TriedRoute, cache: Path | None
) -> list[Markup]:
    """Return the line of a route by ground, and its altitude."""
    records = read_route_records(analysis, route.path)
    grounds = find_sample_grounds(analysis, records, route.measured, cache)
    units = analysis.settings.units
    drawn = [draw_course(records, grounds)]
    if route.altitude.source == "own":
        drawn.append(draw_profile(records, units, measures=("Altitude",)))
    return [picture for picture in drawn if picture]
