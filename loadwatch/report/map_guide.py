"""Which map extract an athlete needs, in words and as JSON; the only output that has a place."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from loadwatch.formatting import (
    clean_text,
    format_count,
    format_percent,
    format_quantity,
)
from loadwatch.report.as_json import SCHEMA, format_document, to_plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadwatch.exposure.osm.needed_area import Box
    from loadwatch.exposure.osm.statements import MapStatements
    from loadwatch.formatting import Units
    from loadwatch.pipeline.map_needs import MapNeed, MapNeeds

SHOWN_AREAS = 5
SHOWN_NAMES, MAX_NAME = 5, 40  # of athletes, and characters of each
# a map that covers less is called wrong
MOST_COVERED, LITTLE_COVERED = 0.95, 0.05
SLICE = "https://slice.openstreetmap.us/"
GEOFABRIK = "https://download.geofabrik.de/"
BBBIKE = (
    "https://extract.bbbike.org/?sw_lng={west:g}&sw_lat={south:g}"
    "&ne_lng={east:g}&ne_lat={north:g}&format=osm.pbf"
)
NO_POSITIONS = (
    "None of the runs has positions: a map cannot help. Tag the ground instead."
)
WAYS = """Three ways to get it, each by hand; loadwatch downloads nothing:
  1. Open {bbbike}
     type a mail address, and take the .osm.pbf from the mail.
  2. Open {slice}
     draw the box above, and download the .osm.pbf.
  3. Open {geofabrik}
     go to the region, and take the smallest .osm.pbf that holds it.
Then: loadwatch report PATH --osm region.osm.pbf"""


def format_map_needs(needs: MapNeeds, units: Units) -> str:
    """Return what the runs need of a map, and how to get it."""
    if not needs.areas:
        return f"{NO_POSITIONS}\n"
    runs = format_count(needs.runs, "run")
    lines = [f"With positions: {needs.located} of {runs}.", ""]
    lines += [_describe_area(area, units) for area in needs.areas[:SHOWN_AREAS]]
    more = len(needs.areas) - SHOWN_AREAS
    if more > 0:
        lines.append(f"and {format_count(more, 'smaller area')}.")
    coverage = describe_coverage(needs.covered)
    if coverage:
        lines += ["", coverage, *_describe_statements(needs.statements, units)]
    if not needs.covered >= LITTLE_COVERED:  # no map, or one of another region
        lines += ["", _describe_ways(needs)]
    return "\n".join(lines) + "\n"


def _describe_area(area: MapNeed, units: Units) -> str:
    """Return one area: its box, its region, and how much was run there."""
    region = area.region or "no known time zone"
    runs = format_count(area.runs, "run")
    line = f"Box {_format_box(area.box)} ({region}): {runs}"
    if area.distance_m > 0:
        line += f", {format_quantity(area.distance_m, 'distance_m', units)}"
    return line


def _format_box(box: Box) -> str:
    """Return west, south, east, north in degrees, as tools that cut maps take them."""
    return f"{box.west:.2f},{box.south:.2f},{box.east:.2f},{box.north:.2f}"


def _describe_ways(needs: MapNeeds) -> str:
    """Return how to get an extract of the first area."""
    link = BBBIKE.format(**asdict(needs.areas[0].box))
    return WAYS.format(bbbike=link, slice=SLICE, geofabrik=GEOFABRIK)


def describe_coverage(covered: float) -> str:
    """Return how much of the runs a map covers; "" where there is no map.

    Parameters
    ----------
    covered : share of the distance with positions inside the map [1], NaN without one.
    """
    if math.isnan(covered):
        return ""
    share = format_percent(covered)
    if covered < LITTLE_COVERED:
        return (
            f"The map covers {share} of the runs: it is of another region. "
            "`loadwatch map PATH` names the one they need."
        )
    return f"The map covers {share} of the runs."


def _describe_statements(statements: MapStatements | None, units: Units) -> list[str]:
    """Return how much the map states of surfaces, and how sure what it implies is."""
    if statements is None or not statements.length_m > 0:
        return []
    length = format_quantity(statements.length_m, "distance_m", units)
    share = format_percent(statements.stated_m / statements.length_m)
    lines = [f"Of {length} of ways around them {share} state their surface."]
    if not math.isnan(statements.right_share):
        right = format_percent(statements.right_share)
        lines.append(
            f"The others are inferred from their kind: where ways state it, that is "
            f"right for {right} of their length."
        )
    return lines


def warn_of_coverage(covered: float) -> str:
    """Return a warning where a map leaves out some of the runs, else ""."""
    if math.isnan(covered) or covered >= MOST_COVERED:
        return ""
    return describe_coverage(covered)


def warn_of_strangers(covered: Sequence[tuple[str, float]], *, named: bool) -> str:
    """Return a warning of the athletes of whom a map covers next to nothing, else "".

    Parameters
    ----------
    covered : name, and share of the distance inside the map [1], NaN without one.
    named : whether to name the athletes.
    """
    names = [name for name, share in covered if share < LITTLE_COVERED]
    if not names:
        return ""
    listed = format_count(len(names), "athlete")
    if named:
        shown = ", ".join(clean_text(name, MAX_NAME) for name in names[:SHOWN_NAMES])
        if len(names) > SHOWN_NAMES:
            shown += ", …"
        listed += f" ({shown})"
    return (
        f"The map covers next to nothing of the runs of {listed}: it is of another "
        "region. `loadwatch map PATH` names the one they need."
    )


def _record_statements(statements: MapStatements | None) -> dict[str, Any] | None:
    """Return the lengths of the map's ways [m], None without a map."""
    if statements is None:
        return None
    record: dict[str, Any] = to_plain(asdict(statements))
    return record


def format_map_needs_json(needs: MapNeeds) -> str:
    """Return the areas as JSON; boxes in degrees, rounded outward to 0.05."""
    areas: list[dict[str, Any]] = [to_plain(asdict(area)) for area in needs.areas]
    return format_document(
        {
            "schema": SCHEMA,
            "runs": needs.runs,
            "located": needs.located,
            "covered": to_plain(needs.covered),
            "ways": _record_statements(needs.statements),
            "areas": areas,
        }
    )
