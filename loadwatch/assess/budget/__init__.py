"""The rules run backwards, and a plan run through them: what the coming week can hold."""

from __future__ import annotations

from loadwatch.assess.budget.headroom import MEASURES, Headroom, compute_budget
from loadwatch.assess.budget.plan import (
    Plan,
    PlannedRun,
    read_plan,
    try_plan,
)

__all__ = [
    "MEASURES",
    "Headroom",
    "Plan",
    "PlannedRun",
    "compute_budget",
    "read_plan",
    "try_plan",
]
