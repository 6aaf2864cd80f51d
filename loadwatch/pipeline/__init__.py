"""Composition: a path in, an Analysis out; a folder of athletes in, a Roster out."""

from __future__ import annotations

from loadwatch.pipeline.athlete import (
    DEFAULT_NAME,
    EXPORT_HINT,
    Options,
    analyse_athlete,
    judge_plan,
    load_athlete_settings,
    open_athlete_store,
    with_budget,
)
from loadwatch.pipeline.roster import analyse_roster

__all__ = [
    "DEFAULT_NAME",
    "EXPORT_HINT",
    "Options",
    "analyse_athlete",
    "analyse_roster",
    "judge_plan",
    "load_athlete_settings",
    "open_athlete_store",
    "with_budget",
]
