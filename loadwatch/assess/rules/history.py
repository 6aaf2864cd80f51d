"""The history that a run needs before it can raise more than a note."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadwatch.assess.rules.model import Bound
from loadwatch.assess.rules.rule_input import LOOKBACK_DAYS

if TYPE_CHECKING:
    from loadwatch.assess.rules.model import Limits
    from loadwatch.assess.rules.rule_input import Lookback

BOUNDS = (
    Bound(
        key="history_days",
        value=30.0,
        unit="days",
        text="a note at most before {value} of history",
    ),
    Bound(
        key="history_runs",
        value=4.0,
        unit="runs",
        text="a note at most before {value} of history",
    ),
)


def is_early(past: Lookback, number: int, limits: Limits) -> bool:
    """Return whether a run has too little history to raise more than info."""
    return (
        past.runs_before[number] < limits["history_runs"]
        or past.days_before[number] < limits["history_days"]
    )


def format_missing(past: Lookback, number: int, limits: Limits) -> str:
    """Return the history that a run needs and does not have: "30 days and 4 runs"."""
    missing = []
    if past.days_before[number] < limits["history_days"]:
        missing.append(f"{limits['history_days']:.0f} days")
    if past.runs_before[number] < limits["history_runs"]:
        missing.append(f"{limits['history_runs']:.0f} runs")
    return " and ".join(missing)


def format_reach(past: Lookback, number: int) -> str:
    """Return how far the files reach back from a run: "the 8 days that the files reach back"."""
    days = min(int(past.days_before[number]), LOOKBACK_DAYS)
    if days <= 1:
        return "the day before"
    return f"the {days} days that the files reach back"
