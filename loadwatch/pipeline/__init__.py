"""Composition: a path in, an Analysis out; a folder of athletes in, a Roster out."""

from __future__ import annotations

from loadwatch.pipeline.assessment import (
    DEFAULT_NAME,
    with_budget,
    with_question,
)
from loadwatch.pipeline.athlete import (
    EXPORT_HINT,
    Options,
    analyse_athlete,
    load_athlete_settings,
    open_athlete_store,
)
from loadwatch.pipeline.roster import analyse_roster

__all__ = [
    "DEFAULT_NAME",
    "EXPORT_HINT",
    "Options",
    "analyse_athlete",
    "analyse_roster",
    "load_athlete_settings",
    "open_athlete_store",
    "with_budget",
    "with_question",
]
