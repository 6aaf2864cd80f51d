"""The rules of runs, weeks and ground once more, plainly: run by run and week by week, no arrays.

It is slow and knows no words. `find` gives what the rules have to raise, so that they can be held
against it on any training.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadwatch.settings import Settings

RULES = ("LW01", "LW02", "LW04", "LW05", "LW06", "LW07", "LW08", "LW11")
DAY = 86_400.0
KNOWN = ("hard_m", "firm_m", "soft_m", "track_m", "treadmill_m")
COLUMNS = ("distance_m", "ascent_m", "downhill_m", *KNOWN)
TINY = 1e-9
Row = dict[str, Any]
Found = tuple[dt.date, str, str, float, str]  # week, rule, level, value, run


def is_unknown(value: float | None) -> bool:
    return value is None or math.isnan(value)


@dataclass
class Run:
    """What counts as one run: its pieces, and by column the known part and the most."""

    at: float
    pieces: list[Row]
    known: dict[str, float] = field(default_factory=dict)
    most: dict[str, float] = field(default_factory=dict)

    def total(self, column: str) -> float:
        return sum(
            math.nan if is_unknown(row[column]) else row[column] for row in self.pieces
        )

    def most_before(self, past: list[Run], column: str) -> tuple[float, float]:
        """The largest known run of `past`, and the largest that an unknown one can have been."""
        known = [run.total(column) for run in past if not is_unknown(run.total(column))]
        open_ones = [run.most[column] for run in past if is_unknown(run.total(column))]
        return max(known, default=0.0), max(open_ones, default=0.0)


def list_rows(frame: pd.DataFrame, settings: Settings, today: dt.date) -> list[Row]:
    rows = []
    for row in frame.to_dict("records"):
        local = row["start_local"]
        if row["sport"] not in settings.sports or row["parent"] or local is pd.NaT:
            continue
        instant = row["start_utc"]
        if instant is pd.NaT:
            instant = local.tz_localize("UTC")
        if local.date() <= today:
            rows.append(row | {"at": instant.timestamp(), "day": local.date()})
    return sorted(rows, key=lambda row: row["at"])


def join_rows(rows: list[Row]) -> list[Run]:
    """Runs: pieces less than 30 minutes apart are one, unless only their day is known."""
    runs: list[Run] = []
    end = -math.inf
    for row in rows:
        if is_unknown(row["distance_m"]) and row["duration_s"] < 60:
            continue
        lasts = [row[c] for c in ("elapsed_s", "duration_s") if not is_unknown(row[c])]
        near = row["at"] - end < 1800 and not row["date_only"]
        if runs and near and not runs[-1].pieces[-1]["date_only"]:
            runs[-1].pieces.append(row)
        else:
            runs.append(Run(row["at"], [row]))
        end = max(end, row["at"] + max(lasts, default=0.0))
    for column, fastest in (("distance_m", 7.0), ("ascent_m", math.inf)):
        bound_runs(runs, column, fastest)
    return [run for run in runs if not is_too_short(run)]


def bound_runs(runs: list[Run], column: str, fastest: float) -> None:
    """An unknown piece is at most its time at the fastest rate of the runs before."""
    best = None
    for run in runs:
        lacking = [row for row in run.pieces if is_unknown(row[column])]
        known = sum(row[column] for row in run.pieces if not is_unknown(row[column]))
        seconds = sum(row["duration_s"] for row in lacking)
        rate = min(best, fastest) if best is not None else fastest
        run.known[column], run.most[column] = known, known
        if lacking:
            run.most[column] = math.inf
            if not is_unknown(seconds) and math.isfinite(rate):
                run.most[column] = known + seconds * rate
            continue
        duration = run.total("duration_s")
        if duration >= 600 and (known > 0 or column == "ascent_m"):
            best = max(best or 0.0, known / duration)


def is_too_short(run: Run) -> bool:
    distance, duration = run.total("distance_m"), run.total("duration_s")
    return distance < 500 and duration < 300


def look_back(runs: list[Run], run: Run) -> list[Run]:
    return [other for other in runs if run.at - 30 * DAY <= other.at < run.at]


def is_early(runs: list[Run], run: Run) -> bool:
    before = [other for other in runs if other.at < run.at]
    return len(before) < 4 or run.at - runs[0].at < 30 * DAY


def find_spikes(runs: list[Run]) -> Iterator[tuple[Run, str, str, float]]:
    for run in runs:
        past = look_back(runs, run)
        longest = max(run.most_before(past, "distance_m"))
        distance = run.known["distance_m"]
        if not 0 < longest < math.inf or distance - longest < 1000 - 1e-6:
            continue
        ratio = distance / longest
        if ratio <= 1.10 + TINY:
            continue
        level = "watch"
        if is_early(runs, run) or ratio <= 1.13 + TINY:
            level = "info"
        elif ratio > 2.0 + TINY and len(past) >= 4:
            level = "high"
        yield run, "LW01", level, ratio


def find_climbs(runs: list[Run]) -> Iterator[tuple[Run, str, str, float]]:
    for run in runs:
        past = look_back(runs, run)
        most = max(*run.most_before(past, "ascent_m"), 50.0)
        ascent = run.known["ascent_m"]
        if not past or math.isinf(most):
            continue
        if ascent / most > 1.3 + TINY and ascent - most >= 100 - 1e-6:
            level = "info" if is_early(runs, run) else "watch"
            yield run, "LW06", level, ascent / most


def is_long_gap(gap: float, own: list[float]) -> bool:
    if gap < 14 * DAY:
        return False
    if len(own) < 2:
        return gap >= 3 * max(own, default=0.0)
    return gap >= 3 * quantiles(own, n=4, method="inclusive")[2]


def find_returns(runs: list[Run]) -> Iterator[tuple[Run, str, str, float]]:
    gaps = [later.at - run.at for run, later in pairwise(runs)]
    for number, gap in enumerate(gaps):
        if not is_long_gap(gap, gaps[max(number - 10, 0) : number]):
            continue
        last, first = runs[number], runs[number + 1]
        known, open_most = first.most_before(
            [*look_back(runs, last), last], "distance_m"
        )
        yardstick = max(known, open_most)
        least, most = first.known["distance_m"], first.most["distance_m"]
        if 0 < yardstick < math.inf and least / yardstick > 0.5 + TINY:
            yield first, "LW11", "info" if number < 4 else "watch", least / yardstick
        elif known > 0 and most / known <= 0.5 + TINY and most == least:
            yield first, "LW11", "info", least / known


def build_weeks(rows: list[Row], today: dt.date) -> list[Row]:
    """The weeks with their sums, None where unknown, their known parts and their usual."""
    first = find_monday(rows[0]["day"])
    count = (find_monday(today) - first).days // 7 + 1
    weeks: list[Row] = []
    for number in range(count):
        start = first + dt.timedelta(weeks=number)
        held = [row for row in rows if find_monday(row["day"]) == start]
        week: Row = {"start": start, "rows": held}
        week["complete"] = start + dt.timedelta(days=6) <= today
        total = sum(map(weigh, held))
        for column in COLUMNS:
            known = [row for row in held if not is_unknown(row[column])]
            lacking = sum(weigh(row) for row in held if is_unknown(row[column]))
            week[f"{column} part"] = sum(row[column] for row in known)
            week[column] = None
            if known and lacking <= 0.1 * total + TINY:
                week[column] = week[f"{column} part"]
            own = [w[column] for w in weeks[-4:] if w["rows"] and w[column] is not None]
            week[f"{column} usual"] = median(own) if len(own) >= 3 else None
        weeks.append(week)
    return weeks


def find_monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def weigh(row: Row) -> float:
    if not is_unknown(row["distance_m"]):
        return float(row["distance_m"])
    if is_unknown(row["duration_s"]):
        return 5000.0
    return float(row["duration_s"]) / 3.6 * 10


def take_largest(
    weeks: list[Row], number: int, column: str, reach: int, raised: set[int]
) -> float:
    return max(
        (
            weeks[i][column]
            for i in range(max(number - reach, 0), number)
            if weeks[i]["rows"] and weeks[i][column] is not None
            if not (i == number - 1 and i in raised)
        ),
        default=0.0,
    )


def take_amount(week: Row, column: str) -> float:
    return float(week[f"{column} part"])


def find_week_jumps(weeks: list[Row]) -> Iterator[tuple[Row, str, str, float]]:
    raised: set[int] = set()
    for number, week in enumerate(weeks):
        usual, before = week["distance_m usual"], weeks[number - 1]["distance_m"]
        if not week["rows"] or not number or not before or not usual:
            continue
        base = max(take_largest(weeks, number, "distance_m", 4, raised), usual)
        distance = take_amount(week, "distance_m")
        more = min(5000.0, max(2000.0, usual / 2))
        if distance / base <= 1.3 + TINY or distance - base < more - 1e-6:
            continue
        if number - 1 in raised and distance < 0.8 * before - 1e-6:
            continue
        raised.add(number)
        yield week, "LW02", "watch", distance / base


def find_hilly_weeks(
    weeks: list[Row], rule: str, column: str, floor: float, levels: dict[str, Any]
) -> Iterator[tuple[Row, str, str, float]]:
    raised: set[int] = set()
    for number, week in enumerate(weeks):
        if not week["rows"] or week[f"{column} usual"] is None:
            continue
        usual, amount = max(week[f"{column} usual"], floor), take_amount(week, column)
        largest = take_largest(weeks, number, column, 8, raised)
        if amount <= 1.1 * largest + 1e-6:
            continue
        for level, (times, more) in levels.items():
            if amount / usual >= times - TINY and amount - usual >= more - 1e-6:
                raised.add(number)
                yield week, rule, level, amount / usual
                break


def find_hilliest(weeks: list[Row]) -> Iterator[tuple[Row, str, str, float]]:
    for number, week in enumerate(weeks):
        now = take_steepness(week)
        own = [take_steepness(w) for w in weeks[max(number - 26, 0) : number]]
        known = [steep for steep in own if steep is not None]
        if not week["complete"] or now is None or len(known) < 12:
            continue
        limit = quantiles(known, n=10, method="inclusive")[8]
        if now >= max(limit, 10.0) - TINY and now > median(known) + TINY:
            yield week, "LW07", "info", now


def take_steepness(week: Row) -> float | None:
    distance, ascent = week["distance_m"], week["ascent_m"]
    if distance is None or ascent is None or distance < 5000:
        return None
    return float(ascent / (distance / 1000.0))


def find_shifts(weeks: list[Row]) -> Iterator[tuple[Row, str, str, float]]:
    for number, week in enumerate(weeks):
        four = [w for w in weeks[max(number - 4, 0) : number] if w["rows"]]
        usual = week["hard_m usual"]
        if not week["complete"] or week["distance_m"] is None or usual is None:
            continue
        mean = sum(map(sum_known, four)) / len(four)
        shares = [
            take_amount(w, "hard_m") / sum_known(w)
            for w in four
            if is_ground_known(w) and sum_known(w) >= 0.5 * mean - 1e-6
        ]
        if not shares or not is_ground_known(week):
            continue
        hard = take_amount(week, "hard_m")
        points = 100 * (hard / sum_known(week) - max(shares))
        for level, least, more in (("high", 50, 10_000), ("watch", 25, 5000)):
            if points >= least - TINY and hard - usual >= more - 1e-6:
                yield week, "LW08", level, points
                break


def sum_known(week: Row) -> float:
    return sum(take_amount(week, column) for column in KNOWN)


def is_ground_known(week: Row) -> bool:
    known, distance = sum_known(week), take_amount(week, "distance_m")
    return known > 0 and known / distance >= 0.7 - TINY


def find(frame: pd.DataFrame, settings: Settings, today: dt.date) -> set[Found]:
    """What the rules have to raise: week, rule, level, value, run ("" where it is of a week)."""
    rows = list_rows(frame, settings, today)
    if not rows:
        return set()
    runs, weeks = join_rows(rows), build_weeks(rows, today)
    uphill = {"watch": (1.5, 100.0)}
    downhill = {"high": (2.0, 3000.0), "watch": (1.5, 1500.0)}
    of_runs = [*find_spikes(runs), *find_climbs(runs), *find_returns(runs)]
    of_weeks = [
        *find_week_jumps(weeks),
        *find_hilly_weeks(weeks, "LW04", "ascent_m", 50.0, uphill),
        *find_hilly_weeks(weeks, "LW05", "downhill_m", 500.0, downhill),
        *find_hilliest(weeks),
        *find_shifts(weeks),
    ]
    found = set()
    for run, rule, level, value in of_runs:
        first = run.pieces[0]
        week = find_monday(first["day"])
        found.add((week, rule, level, round(value, 6), first["activity_id"]))
    for week_row, rule, level, value in of_weeks:
        found.add((week_row["start"], rule, level, round(value, 6), ""))
    return found
