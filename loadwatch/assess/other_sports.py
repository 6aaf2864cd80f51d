"""What is not summed: activities of other sports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadwatch import formatting
from loadwatch.tables import UNKNOWN_SPORT

if TYPE_CHECKING:
    import pandas as pd

    from loadwatch.settings import Settings

MAX_NAMED = 3  # sports; the others are counted together


def describe_unsummed(activities: pd.DataFrame, settings: Settings) -> str:
    """Return how many activities of other sports are not summed; "" where there are none."""
    is_single = ~activities["parent"].astype(bool)
    other = activities[is_single & ~activities["sport"].isin(settings.sports)]
    if other.empty or len(other) == int(is_single.sum()):
        return ""
    counts = other["sport"].value_counts()
    parts = []
    for sport in counts.index[:MAX_NAMED]:
        rows = other[other["sport"] == sport]
        metres = float(rows["distance_m"].sum())
        part = f"{_format_sport(sport)} {_format_times(len(rows))}"
        if metres > 0:
            amount = formatting.format_quantity(metres, "distance_m", settings.units)
            part = f"{part} ({amount})"
        parts.append(part)
    rest = int(counts.iloc[MAX_NAMED:].sum())
    if rest:
        parts.append(f"other sports {_format_times(rest)}")
    return f"Read, but not counted: {formatting.join_with_and(parts)}."


def _format_times(count: int) -> str:
    if count == 1:
        return "once"
    return f"{formatting.format_number(count)} times"


def _format_sport(sport: str) -> str:
    if sport == UNKNOWN_SPORT:
        return "no known sport"
    return formatting.clean_text(sport.replace("_", " "), 40)
