"""Entries -> one score a day, or the days on which pain began."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.assess.diary.onsets import WASH_OUT_DAYS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from loadwatch.assess.diary.entries import Diary, Entry

MAX_DAYS = 5 * 365  # older lines than these are not looked at
DAILY_SHARE = 0.7  # of days with a score, from which on a diary without zeros still is a daily one


@dataclass(frozen=True, slots=True, eq=False)
class DiarySeries:
    """The diary from its first to its last line: a score a day, NaN where there is none."""

    first: date
    score: NDArray[np.float64]
    onsets: tuple[int, ...]  # days from the first on which pain began
    daily: bool  # a score a day was meant, not only the days of pain
    moved: int  # scores given before a run, counted with the evening before

    @property
    def filled(self) -> float:
        """Share of days with a score."""
        return float(np.isfinite(self.score).mean())


def _collect_scores(
    entries: Iterable[Entry], run_days: frozenset[date]
) -> tuple[dict[date, float], int]:
    """Return the worst score of each day and how many were moved to the day before.

    A score given before a run cannot follow from that run: it speaks for the evening before, unless that
    day has a score of its own. A score that does not say when is taken as given after the run.
    """
    scores: dict[date, float] = {}
    early: dict[date, float] = {}
    for entry in entries:
        if entry.day is None or math.isnan(entry.pain):
            continue
        before = entry.when == "before" and entry.day in run_days
        target = early if before else scores
        day = entry.day - timedelta(days=1) if before else entry.day
        target[day] = max(entry.pain, target.get(day, 0.0))
    moved = {day: pain for day, pain in early.items() if day not in scores}
    return scores | moved, len(moved)


def _find_onsets(entries: Sequence[Entry], first: date) -> tuple[int, ...]:
    """Return the days on which pain began: the first line of pain after seven days without one."""
    painful = sorted(
        {e.day for e in entries if e.day and (e.pain > 0 or math.isnan(e.pain))}
    )
    out: list[int] = []
    last: date | None = None
    for day in painful:
        if day >= first and (last is None or (day - last).days > WASH_OUT_DAYS):
            out.append((day - first).days)
        last = day
    return tuple(out)


def build_series(
    diary: Diary, run_days: frozenset[date], start: date, today: date
) -> DiarySeries | None:
    """Return the diary as days, from its first line on or after `start` to its last up to `today`.

    `start` is the day of the first activity: before it nothing is known of the training. None where no
    line is left.
    """
    start = max(start, today - timedelta(days=MAX_DAYS))
    inside = [
        entry for entry in diary.entries if entry.day and start <= entry.day <= today
    ]
    if not inside:
        return None
    scores, moved = _collect_scores(inside, run_days)
    days = [entry.day for entry in inside if entry.day]
    first, last = min(days), max(days)
    length = (last - first).days + 1
    score = np.full(length, np.nan)
    for day, pain in scores.items():
        if 0 <= (place := (day - first).days) < length:
            score[place] = pain
    daily = 0.0 in scores.values() or bool(np.isfinite(score).mean() >= DAILY_SHARE)
    return DiarySeries(first, score, _find_onsets(inside, first), daily, moved)
