"""What is not summed: activities of other sports, and workouts of no known kind."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pandas as pd

from loadwatch import formatting
from loadwatch.assess.weeks import mark_support
from loadwatch.tables import PLAIN_SUB_SPORT, UNKNOWN_SPORT

if TYPE_CHECKING:
    from datetime import date

    from loadwatch.settings import Settings

MOST_NAMED = 3  # sports; the others are counted together
SUPPORT_DAYS = 28
# sports that a strength session is often recorded as, where the watch names no kind
UNNAMED = frozenset((UNKNOWN_SPORT, "training", "fitness_equipment"))


def describe_unsummed(activities: pd.DataFrame, settings: Settings) -> str:
    """Return how many activities of other sports are not summed; "" where there are none."""
    is_single = ~activities["parent"].astype(bool)
    other = activities[is_single & ~activities["sport"].isin(settings.sports)]
    if other.empty or len(other) == int(is_single.sum()):
        return ""
    counts = other["sport"].value_counts()
    parts = []
    for sport in counts.index[:MOST_NAMED]:
        rows = other[other["sport"] == sport]
        metres = float(rows["distance_m"].sum())
        part = f"{formatting.format_number(len(rows))} of {_format_sport(sport)}"
        if metres > 0:
            amount = formatting.format_quantity(metres, "distance_m", settings.units)
            part = f"{part} ({amount})"
        parts.append(part)
    rest = int(counts.iloc[MOST_NAMED:].sum())
    if rest:
        parts.append(f"{formatting.format_number(rest)} of other sports")
    return f"Listed, not summed: {formatting.join_with_and(parts)}."


def _format_sport(sport: str) -> str:
    if sport == UNKNOWN_SPORT:
        return "no known sport"
    return formatting.clean_text(sport.replace("_", " "), 40)


def describe_unnamed(activities: pd.DataFrame, today: date) -> str:
    """Return how many workouts of the last four weeks may be strength; "" where one is named so."""
    first = pd.Timestamp(today - timedelta(days=SUPPORT_DAYS - 1))
    local = activities["start_local"]
    recent = activities[
        (local >= first) & (local < pd.Timestamp(today) + pd.Timedelta(days=1))
    ]
    unnamed = recent["sport"].isin(UNNAMED) & recent["sub_sport"].eq(PLAIN_SUB_SPORT)
    unnamed &= ~(recent["distance_m"] > 0)
    if not unnamed.any() or mark_support(recent).any():
        return ""
    workouts = formatting.format_count(int(unnamed.sum()), "workout")
    return (
        f"{workouts} of the last four weeks name no kind: if it was strength, Pilates or "
        "yoga, it is not counted as such."
    )
