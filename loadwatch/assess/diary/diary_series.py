"""Entries of a diary as one score per day, or as the days on which pain began."""

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

    from loadwatch.assess.diary.entries import Diary, Entry
    from loadwatch.tables import Floats

MAX_DAYS = 5 * 365  # older lines than these are left out
# of days with a score; from it on a diary without zeros still is a daily one
DAILY_SHARE = 0.7


FILLED_DAYS = 5  # scored days of a week that is logged well enough


@dataclass(frozen=True, slots=True, eq=False)
class DiarySeries:
    """The diary from its first to its last line."""

    first: date
    score: Floats  # (days,), 0 to 10, NaN where there is none
    onsets: tuple[int, ...]  # days from the first on which pain began
    daily: bool  # a score per day was meant, not only the days of pain
    moved: int  # scores given before a run, counted with the evening before

    @property
    def last(self) -> date:
        """The day of the last line."""
        return self.first + timedelta(days=len(self.score) - 1)

    @property
    def weeks(self) -> float:
        """From the first to the last day [weeks]."""
        return len(self.score) / 7

    @property
    def filled(self) -> float:
        """Share of days with a score."""
        return float(np.isfinite(self.score).mean())

    @property
    def filled_weeks(self) -> int:
        """How many whole weeks from the first day on have a score on five days or more."""
        whole = len(self.score) // 7 * 7
        scored = np.isfinite(self.score[:whole]).reshape(-1, 7).sum(axis=1)
        return int((scored >= FILLED_DAYS).sum())


def _collect_scores(
    entries: Iterable[Entry], run_days: frozenset[date]
) -> tuple[dict[date, float], int]:
    """Return the worst score of each day and how many were moved to the day before.

    A score given before a run cannot follow from that run: it counts for the evening before, unless
    that day has a score of its own. A score without `when` is taken as given after the run.
    """
    scores: dict[date, float] = {}
    early: dict[date, float] = {}
    for entry in entries:
        if entry.day is None or math.isnan(entry.pain):
            continue
        target, day = scores, entry.day
        if entry.when == "before" and entry.day in run_days:
            target, day = early, entry.day - timedelta(days=1)
        target[day] = max(entry.pain, target.get(day, 0.0))
    moved = {day: pain for day, pain in early.items() if day not in scores}
    return scores | moved, len(moved)


def _is_painful(entry: Entry) -> bool:
    return entry.pain > 0 or math.isnan(entry.pain)


def _find_onsets(entries: Sequence[Entry], first: date) -> tuple[int, ...]:
    """Return the days on which pain began: the first line of pain after seven days without one."""
    painful = {entry.day for entry in entries if entry.day and _is_painful(entry)}
    onsets: list[int] = []
    last: date | None = None
    for day in sorted(painful):
        is_new = last is None or (day - last).days > WASH_OUT_DAYS
        if is_new and day >= first:
            onsets.append((day - first).days)
        last = day
    return tuple(onsets)


def build_series(
    diary: Diary, run_days: frozenset[date], start: date, today: date
) -> DiarySeries | None:
    """Return the diary as days, from its first line on or after `start` to its last up to `today`.

    Parameters
    ----------
    diary : as read.
    run_days : days with a run; a score given before a run counts for the day before.
    start : day of the first activity: before it nothing is known of the training.
    today : later lines are left out.

    Returns
    -------
    None where no line is left.
    """
    start = max(start, today - timedelta(days=MAX_DAYS))
    inside = [
        entry for entry in diary.entries if entry.day and start <= entry.day <= today
    ]
    if not inside:
        return None
    days = [entry.day for entry in inside if entry.day]
    first = min(days)
    scores, moved = _collect_scores(inside, run_days)
    score = np.full((max(days) - first).days + 1, np.nan)
    for day, pain in scores.items():
        place = (day - first).days
        if 0 <= place < len(score):
            score[place] = pain
    filled = np.isfinite(score).mean()
    daily = 0.0 in scores.values() or bool(filled >= DAILY_SHARE)
    return DiarySeries(first, score, _find_onsets(inside, first), daily, moved)
