"""Composition: a path in, an Analysis out; a folder of athletes in, a Roster out."""

from __future__ import annotations

from loadwatch.pipeline.athlete import (
    HINT,
    NAMELESS,
    Options,
    analyse,
    athlete_settings,
    store_of,
    with_budget,
    with_plan,
)
from loadwatch.pipeline.roster import roster

__all__ = [
    "HINT",
    "NAMELESS",
    "Options",
    "analyse",
    "athlete_settings",
    "roster",
    "store_of",
    "with_budget",
    "with_plan",
]
