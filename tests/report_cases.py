"""Analyses for the tests of reports: made by hand from a few runs, judged by the real rules."""

import datetime as dt
import math
from dataclasses import replace

import pandas as pd

from loadwatch.activity import Skipped
from loadwatch.analysis import Analysis
from loadwatch.assess import rules, weeks
from loadwatch.assess.shoes import build_pairs
from loadwatch.ingest.dedupe import Duplicate
from loadwatch.settings import Settings
from tests.builders import activities, run

FIRST = dt.date(2026, 5, 25)  # a Monday


def analysis(
    rows: list[dict],
    today: dt.date | None = None,
    name: str = "Ana K.",
    settings: Settings | None = None,
    **more,
) -> Analysis:
    """What the pipeline makes of `rows`, without files."""
    settings = settings or Settings(tz="Europe/Zurich")
    table = activities(*rows)
    local = table["start_local"].max()
    today = today or (dt.date(2026, 11, 20) if pd.isna(local) else local.date())
    weekly = weeks.build_weeks(table, settings, today)
    flags, unknown = rules.judge(table, weekly, settings, today)
    values = {"skipped": (), "duplicates": (), "files": len(rows)} | more
    return Analysis(
        name=name,
        activities=table,
        weeks=weekly,
        flags=flags,
        unknown=unknown,
        settings=settings,
        today=today,
        **values,
    )


def week(
    number: int, km: float, climb: float = 12.0, hard: float = 0.3, **more
) -> list[dict]:
    """Four runs of one week, Tuesday to Sunday, the last the longest; `climb` in m/km, `hard` as a share."""
    monday = FIRST + dt.timedelta(weeks=number)
    rows = []
    for day, share in ((1, 0.2), (3, 0.2), (4, 0.2), (6, 0.4)):
        metres = km * share * 1000.0
        up = metres / 1000.0 * climb
        steep = up / 100.0 * 1000.0  # a tenth of it at 10 %
        rows.append(
            run(
                f"{monday + dt.timedelta(days=day)}T07:30",
                km * share,
                ascent_m=up,
                descent_m=up,
                uphill_m=steep * 0.6,
                downhill_m=steep * 0.6,
                ascent_source="device",
                hard_m=metres * hard,
                firm_m=metres * 0.1,
                soft_m=metres * (0.9 - hard),
                surface_source="label",
                zone="Europe/Zurich",
                zone_source="local_timestamp",
                steps=metres * 0.95,
                name="Morning Run",
                device="garmin fr965",
            )
            | more
        )
    return rows


KMS = (
    44,
    43,
    46,
    27,
    44,
    47,
    49,
    32,
    46,
    47,
    50,
    30,
    47,
    47,
    0,
    35,
    47,
    48,
    50,
    31,
    48,
    50,
    52,
    37,
    52,
    68,
)


def ana(**more) -> Analysis:
    """Half a year of four runs a week, one week off, then more, hillier and harder in the last weeks."""
    rows = [
        row
        for number, km in enumerate(KMS)
        if km
        for row in week(
            number, km, 45.0 if number >= 24 else 15.0, 0.75 if number == 25 else 0.2
        )
    ]
    rows += [run("2026-08-26T12:00", sport="swimming", duration_s=1800.0)]
    values = {
        "skipped": (
            Skipped("2026-09-03.fit", "rejected", "ends early and holds no record"),
            Skipped("courses/lake.gpx", "ignored", "a route without times"),
        ),
        "duplicates": (
            Duplicate(
                "strava/17.gpx", "3.fit", "the same start, duration and distance"
            ),
        ),
        "files": len(rows) + 3,
    }
    return analysis(rows, dt.date(2026, 11, 20), **(values | more))


def named(name: str) -> Analysis:
    """The same runs with a stranger's `name` wherever a report shows one."""
    rows = [
        row
        | {
            "source": f"{name}{i}.fit",
            "name": name,
            "shoe": name,
            "device": name,
            "notes": [f"clock: {name}"],
        }
        for number in range(14)
        for i, row in enumerate(week(number, 40.0 + 25.0 * (number == 13)), 4 * number)
    ]
    found = analysis(
        rows,
        name=name,
        settings=Settings(name=name, osm=f"/home/{name}/map.pbf"),
        skipped=(Skipped(f"{name}.zip", "rejected", f"not a zip: {name}"),),
        duplicates=(Duplicate(f"{name}.gpx", f"{name}0.fit", "the same start"),),
        remarks=(f"tags.csv:3: no run like {name}",),
    )
    return replace(found, shoes=build_pairs(found.activities))


def steady(**more) -> Analysis:
    """Twenty weeks of the same; the surface of most runs is unknown."""
    nobody = {"hard_m": 0.0, "firm_m": 0.0, "soft_m": 0.0, "surface_source": "none"}
    rows = [
        row | nobody | {"unknown_m": row["distance_m"]}
        for number in range(20)
        for row in week(number, 40.0, 8.0)
    ]
    return analysis(rows, **({"name": "Tom R."} | more))


def two_weeks(**more) -> Analysis:
    """Too little to compare with."""
    return analysis([*week(0, 20.0), *week(1, 22.0)], **({"name": "Nils F."} | more))


def empty(**more) -> Analysis:
    """Nothing read at all."""
    return analysis([], **({"name": "Nobody"} | more))


def five_years(**more) -> Analysis:
    """260 weeks with a season's swing and an injury's gap."""
    rows = []
    for number in range(260):
        km = 35.0 + 15.0 * math.sin(number / 8.0)
        if not 100 <= number < 112:
            rows += week(number - 234, round(km, 1))
    return analysis(rows, **({"name": "Vera O."} | more))
