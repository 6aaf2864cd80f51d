"""GPX files of made-up runs: fixes on a line, one every few seconds."""

import math
from datetime import UTC, datetime, timedelta

from loadwatch.geodesy import DEGREE_M

HOME = (50.0, 8.0)
SIDE_M = 1000.0


def write_gpx(path, points, start, every_s=4, seconds=None):
    """Write a run through `points` (latitude, longitude) [degrees].

    `seconds` holds the time of each after the start; without, there is a fix each `every_s`.
    """
    if seconds is None:
        seconds = [every_s * at for at in range(len(points))]
    fixes = "".join(
        f'<trkpt lat="{lat:.6f}" lon="{lon:.6f}"><time>'
        f"{(start + timedelta(seconds=float(after))):%Y-%m-%dT%H:%M:%SZ}</time></trkpt>"
        for (lat, lon), after in zip(points, seconds, strict=True)
    )
    path.write_text(
        '<gpx version="1.1" creator="made up" xmlns="http://www.topografix.com/GPX/1/1">'
        f"<trk><type>running</type><trkseg>{fixes}</trkseg></trk></gpx>"
    )


def list_square(step_m=12.0):
    """Return the points of a square loop of 4 km from HOME."""
    count = int(SIDE_M / step_m)
    north, east = DEGREE_M, DEGREE_M * math.cos(math.radians(HOME[0]))
    steps = [(at * step_m) for at in range(count)]
    corners = [
        *((0.0, at) for at in steps),
        *((at, SIDE_M) for at in steps),
        *((SIDE_M, SIDE_M - at) for at in steps),
        *((SIDE_M - at, 0.0) for at in steps),
    ]
    return [(HOME[0] + up / north, HOME[1] + right / east) for up, right in corners]


def write_loop_runs(folder, runs=6):
    """Write runs on one square loop, one every other day up to 16 November 2026."""
    last = datetime(2026, 11, 16, 7, tzinfo=UTC)
    for at in range(runs):
        start = last - timedelta(days=2 * at)
        write_gpx(folder / f"{start:%Y-%m-%d}.gpx", list_square(), start)
