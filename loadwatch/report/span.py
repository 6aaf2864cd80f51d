"""`--from` and `--to`: what is shown, never what is judged."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from datetime import date

    from loadwatch.analysis import Analysis


def cut(analysis: Analysis, start: date | None, end: date | None) -> Analysis:
    """Return `analysis` with the activities, weeks, flags and gaps from `start` to `end`, both included.

    A week belongs if one of its seven days does. Activities without a day stay only where nothing is cut.
    """
    if start is None and end is None:
        return analysis
    low = pd.Timestamp(start) if start else pd.Timestamp.min
    high = pd.Timestamp(end) + pd.Timedelta(days=1) if end else pd.Timestamp.max
    local = analysis.activities["start_local"]
    first = analysis.weeks.index
    weeks = analysis.weeks[(first > low - pd.Timedelta(days=7)) & (first < high)]
    days = {stamp.date() for stamp in pd.DatetimeIndex(weeks.index)}
    return replace(
        analysis,
        activities=analysis.activities[(local >= low) & (local < high)],
        weeks=weeks,
        flags=tuple(flag for flag in analysis.flags if flag.week in days),
        unknown=tuple(gap for gap in analysis.unknown if gap.week in days),
    )
