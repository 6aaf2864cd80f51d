"""Activities whose date cannot be right: set aside, so that they move no week and no today."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from loadwatch.activity import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    import pandas as pd
    from numpy.typing import NDArray

    from loadwatch.tables import Bools

CLOCK_ERROR = "a clock error"
# a day more than the clock: the runner may be in an earlier time zone
AHEAD = np.timedelta64(1, "D")
# ten years: a watch that lost its clock starts where its calendar does
ALONE_DAYS = 3652


def set_aside_strays(
    rows: pd.DataFrame, last_day: date | None
) -> tuple[pd.DataFrame, list[Skipped]]:
    """Return `rows` without those of a wrong date, and these with the reason.

    Parameters
    ----------
    rows : EXPOSURES and HIDDEN, zones settled.
    last_day : the later of the clock and the day the runner names; None: nothing is too late.
    """
    days = rows["start_local"].to_numpy("datetime64[D]")
    late = _find_late(days, last_day)
    lone = _find_lone(np.where(late, np.datetime64("NaT", "D"), days))
    skipped = [
        Skipped(source, "rejected", f"dated {day}, {why}: {CLOCK_ERROR}")
        for mask, why in (
            (late, "after today"),
            (lone, "ten years or more before all others"),
        )
        for source, day in zip(rows["source"][mask], days[mask], strict=True)
    ]
    if not skipped:
        return rows, []
    return rows[~(late | lone)].reset_index(drop=True), skipped


def has_strays(skipped: Iterable[Skipped]) -> bool:
    """Return whether an activity was set aside for its date: what is too late today may not be tomorrow."""
    return any(item.why.endswith(CLOCK_ERROR) for item in skipped)


def _find_late(days: NDArray[np.datetime64], last_day: date | None) -> Bools:
    if last_day is None:
        return np.zeros(len(days), bool)
    return np.asarray(days > np.datetime64(last_day, "D") + AHEAD)


def _find_lone(days: NDArray[np.datetime64]) -> Bools:
    """Return the first activity where all others are ten years later or more."""
    lone = np.zeros(len(days), bool)
    known = np.flatnonzero(~np.isnat(days))
    if len(known) < 2:
        return lone
    first, second = known[np.argsort(days[known], kind="stable")[:2]]
    lone[first] = days[second] - days[first] >= np.timedelta64(ALONE_DAYS, "D")
    return lone
