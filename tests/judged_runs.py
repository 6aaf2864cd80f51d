"""Rows of made-up runs, and what the rules raise of them."""

from loadwatch.assess.rules import judge
from loadwatch.assess.weeks import build_weeks
from loadwatch.settings import Settings
from tests.builders import activities, run

KM = 1000.0


def judged(*rows, rule, today=None, **settings):
    frame = activities(*rows)
    chosen = Settings(**settings)
    today = today or frame["start_local"].max().date()
    flags, unknown = judge(frame, build_weeks(frame, chosen, today), chosen, today)
    return [f for f in flags if f.rule == rule], [u for u in unknown if u.rule == rule]


def history(km=5.0, **more):
    """Six runs over the 35 days before 1 April 2026, so that nothing is capped for want of history."""
    days = (
        "2026-02-20",
        "2026-02-25",
        "2026-03-05",
        "2026-03-12",
        "2026-03-19",
        "2026-03-26",
    )
    return [run(day, km, **more) for day in days]
