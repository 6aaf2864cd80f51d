"""What routes measure, and what they would raise on a day: in words and as JSON."""

from __future__ import annotations

import math
import textwrap
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from loadwatch.assess import budget
from loadwatch.assess.rules import BY_ID
from loadwatch.formatting import (
    bind_units,
    clean_text,
    format_day,
    format_percent,
    format_quantity,
    join_with_and,
)
from loadwatch.pipeline.route_altitude import JUDGED_SHARE
from loadwatch.report.as_json import SCHEMA, build_flag_rows, format_document, to_record
from loadwatch.report.budget_table import (
    describe_nothing_raised,
    list_plan,
    list_plan_gaps,
)
from loadwatch.tables import GRADE_COLUMNS, LEVELS, SURFACES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadwatch.formatting import Units
    from loadwatch.pipeline.route_altitude import RouteAltitude
    from loadwatch.pipeline.routes import QuietCheck, TriedRoute

NO_ALTITUDE = "Altitude missing: climb, descent and grade are not known."
RAISES_NOTHING = "No check that could be judged would be raised. That is no promise."
NOTE = (
    "Each route is tried alone, beside what is run already. The mildest comes first: what "
    "would raise least, then the shortest with its climb."
)
MIN_SHOWN_M = 0.5  # of a ground or grade
MIN_SPREAD = 0.01  # of a distance; a smaller one is not worth a word
GRADES = ("-15 or less", "-15 to -10", "-10 to -5", "-5 to 5", "5 to 10", "10 to 15")
GRADE_NAMES = dict(zip(GRADE_COLUMNS, (*GRADES, "15 or more"), strict=True))
INDENT = "   "


@dataclass(frozen=True, slots=True)
class Amount:
    """Metres of a route on one ground, or in one bin of grade."""

    column: str  # of EXPOSURES
    name: str
    metres: float


def format_routes(routes: Sequence[TriedRoute], units: Units, width: int) -> str:
    """Return routes in their order, each with what it measures and would raise.

    `width` is that of a line, in characters.
    """
    lines: list[str] = []
    for number, route in enumerate(routes, start=1):
        heading = f"{clean_text(route.name)}, {format_day(route.day)}"
        if len(routes) > 1:
            heading = f"{number}. {heading}"
        below = [*_describe_measures(route, units), *_describe_verdict(route, units)]
        lines += [heading, *(_wrap_line(line, width) for line in below), ""]
    if len(routes) > 1:
        lines += [textwrap.fill(NOTE, width), ""]
    return "\n".join(lines)


def _wrap_line(line: str, width: int) -> str:
    """Return a line below a route's heading, broken where it is too long."""
    further = INDENT + "  "
    text = textwrap.fill(
        bind_units(line), width, initial_indent=INDENT, subsequent_indent=further
    )
    return text.replace("\N{NO-BREAK SPACE}", " ")


def _describe_measures(route: TriedRoute, units: Units) -> list[str]:
    """Return distance, climb, grade and ground of a route, a line each."""
    lines = [describe_length(route, units)]
    lines += list_notes(route)
    if note := describe_altitude(route.altitude):
        lines.append(note)
    if route.altitude.source != "missing":
        lines.append(f"By grade in %: {_join_amounts(list_grades(route), units)}")
    return [*lines, f"Ground: {_join_amounts(list_grounds(route), units)}"]


def describe_length(route: TriedRoute, units: Units) -> str:
    """Return the distance of a route, with climb and descent where its altitude is known."""
    measured = route.measured
    line = f"Distance {format_quantity(measured['distance_m'], 'distance_m', units)}"
    if route.distance_spread >= MIN_SPREAD:
        line += f" (give or take {format_percent(route.distance_spread)})"
    if route.altitude.source == "missing":
        return line
    climb = format_quantity(measured["ascent_m"], "ascent_m", units)
    descent = format_quantity(measured["descent_m"], "descent_m", units)
    return f"{line}, climb {climb}, descent {descent}"


def list_notes(route: TriedRoute) -> list[str]:
    """Return what is wrong with a route, a sentence each."""
    return [f"The route: {clean_text(note.text)}." for note in route.notes]


def list_grades(route: TriedRoute) -> list[Amount]:
    """Return the metres of a route by grade, the steepest descent first."""
    return _list_amounts(route, GRADE_NAMES)


def list_grounds(route: TriedRoute) -> list[Amount]:
    """Return the metres of a route by ground."""
    return _list_amounts(
        route, {surface.column: name for name, surface in SURFACES.items()}
    )


def describe_altitude(altitude: RouteAltitude) -> str:
    """Return where altitude that is not a route's own comes from, and of how much it is known.

    It is "" where the route knows its own altitude well enough for the checks on hills.
    """
    if altitude.source == "missing":
        return NO_ALTITUDE
    if altitude.source == "own" and altitude.is_judged:
        return ""
    runs = f"{altitude.runs} of your runs"
    if altitude.runs == 1:
        runs = "one of your runs"
    share = format_percent(math.floor(100.0 * altitude.share) / 100.0)
    sentence = f"Altitude of {share} of the route from {runs}."
    if altitude.source == "own":
        sentence = f"The route knows the altitude of {share} of its length."
    if altitude.is_judged:
        return sentence
    least = format_percent(JUDGED_SHARE)
    return f"{sentence} The rest may climb, too: hills are judged from {least} on."


def _list_amounts(route: TriedRoute, names: dict[str, str]) -> list[Amount]:
    """Return the columns of a route that hold any metres, by their names."""
    return [
        Amount(column, name, route.measured[column])
        for column, name in names.items()
        if route.measured[column] > MIN_SHOWN_M
    ]


def _join_amounts(amounts: Sequence[Amount], units: Units) -> str:
    parts = [
        f"{amount.name} ({format_quantity(amount.metres, 'distance_m', units)})"
        for amount in amounts
    ]
    return ", ".join(parts) or "not known"


def _describe_verdict(route: TriedRoute, units: Units) -> list[str]:
    """Return what a route would raise, what would stay below, and what is not judged."""
    lines = [
        f"{LEVELS[level].shape} {line}" for level, line in list_plan(route.plan, units)
    ]
    lines += filter(None, [describe_nothing_raised(route.plan, RAISES_NOTHING)])
    if route.below:
        checks = [describe_quiet(check, units) for check in route.below]
        lines.append(f"Would stay below: {join_with_and(checks)}.")
    return lines + list_plan_gaps(route.plan)


def describe_quiet(check: QuietCheck, units: Units) -> str:
    """Return a check that would not be raised, with its measure and limit where it has one."""
    if not check.measure or not math.isfinite(check.limit):
        return f"{BY_ID[check.rule].title} ({check.rule})"
    value = format_quantity(check.value, check.measure, units)
    limit = format_quantity(check.limit, check.measure, units)
    return f"{budget.MEASURES[check.measure]} {value} of {limit} ({check.rule})"


def format_routes_json(routes: Sequence[TriedRoute]) -> str:
    """Return routes in their order as JSON, in SI; no position is in it."""
    return format_document(
        {"schema": SCHEMA, "routes": [_build_route(route) for route in routes]}
    )


def _build_route(route: TriedRoute) -> dict[str, Any]:
    unknown = [
        to_record({"week": gap.week, "rule": gap.rule, "why": str(gap.why)})
        for gap in route.plan.unknown
    ]
    return {
        "route": clean_text(route.name),
        "date": route.day.isoformat(),
        **to_record({"distance_spread": route.distance_spread}),
        "altitude": route.altitude.source,
        "altitude_share": route.altitude.share,
        "altitude_runs": route.altitude.runs,
        "notes": [str(note) for note in route.notes],
        "measured": to_record(dict(route.measured)),
        "flags": build_flag_rows(route.plan),
        "unknown": unknown,
        "below": [to_record(asdict(check)) for check in route.below],
    }
