"""Distance on each pair of shoes by surface, and how many pairs a runner uses."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from loadwatch.settings import Shoe
from loadwatch.tables import SURFACE_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from loadwatch.assess.rules import Flag

ROTATION_WEEKS = 8
IN_USE_DAYS = 28  # since its last run a pair is worn
COLUMNS = ["shoe", "distance_m", *SURFACE_COLUMNS, "runs", "first", "last"]


def unify_names(activities: pd.DataFrame, stated: Sequence[str]) -> pd.DataFrame:
    """Return EXPOSURES in which names of shoes that differ only in case are one name.

    It is the one that the settings state, else the one of most runs. Two pairs that the
    settings state stay two.
    """
    counts = Counter(filter(None, activities["shoe"].tolist()))
    spelling = {name.strip().casefold(): name for name in reversed(stated)}
    for name, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        spelling.setdefault(name.strip().casefold(), name)
    changed = {
        name: spelling[name.strip().casefold()]
        for name in counts
        if name not in stated and spelling[name.strip().casefold()] != name
    }
    if not changed:
        return activities
    return activities.assign(shoe=activities["shoe"].replace(changed))


def build_pairs(
    activities: pd.DataFrame,
    sports: tuple[str, ...] = ("running",),
    stated: Mapping[str, Shoe] | None = None,
) -> pd.DataFrame:
    """Return one row per named pair, the longest distance first.

    Columns: `shoe`, `distance_m` [m], with what the pair had run before by `stated` (its name ->
    what the settings state), one column per surface (`hard_m` ... `unknown_m`) [m],
    `runs`, and `first` and `last`, the local days of its first and last run. A run whose pair is
    not named belongs to no row: distance on unnamed pairs would look like a pair of its own.
    """
    # most runners name none, and grouping takes long even then
    if not any(activities["shoe"].tolist()):
        return pd.DataFrame(columns=COLUMNS)
    names = [str(shoe or "").strip() for shoe in activities["shoe"].tolist()]
    is_named = np.array([bool(name) for name in names])
    counted = (
        activities["sport"].isin(sports).to_numpy()
        & ~activities["parent"].to_numpy(bool)
        & is_named
    )
    worn = activities.loc[counted, ["distance_m", *SURFACE_COLUMNS, "start_local"]]
    groups = worn.groupby(np.array(names, object)[counted], sort=True)
    table = groups[["distance_m", *SURFACE_COLUMNS]].sum(min_count=1)
    table["distance_m"] += [
        (stated or {}).get(str(name), Shoe()).start_km * 1000.0 for name in table.index
    ]
    table["runs"] = groups.size()
    for name, day in (
        ("first", groups["start_local"].min()),
        ("last", groups["start_local"].max()),
    ):
        table[name] = day.dt.date
    table.index.name = "shoe"
    ordered: pd.DataFrame = table.sort_values(
        "distance_m", ascending=False, kind="stable"
    )
    return ordered.reset_index()


def find_worn_flags(
    flags: Iterable[Flag], pairs: pd.DataFrame, today: date
) -> list[Flag]:
    """Return the flags of pairs past a limit that are still worn, as if raised in today's week.

    A pair was passed over its limit once; what it means holds as long as the pair is in use.
    """
    since = today - timedelta(days=IN_USE_DAYS)
    worn = {
        shoe
        for shoe, last in zip(pairs["shoe"], pairs["last"], strict=True)
        if last > since
    }
    return [
        replace(flag, week=today)
        for flag in flags
        if flag.shoe in worn and flag.shoe and flag.level != "info"
    ]


def describe_rotation(activities: pd.DataFrame, today: date) -> str:
    """Return a sentence on how many pairs the runs of the last eight weeks used.

    It is "" if no pair is named. One observational study of 264 runners found fewer running
    injuries of leg or lower back among those who used more than one pair [1]_; it was no trial,
    so this is shown and never flagged.

    References
    ----------
    .. [1] L. Malisoux et al., Can parallel use of different running shoes decrease running-related
       injury risk?, Scand J Med Sci Sports 25:110-115, 2015, doi:10.1111/sms.12154
    """
    since = pd.Timestamp(today - timedelta(weeks=ROTATION_WEEKS))
    until = pd.Timestamp(today + timedelta(days=1))
    local = activities["start_local"]
    table = build_pairs(activities[(local > since) & (local < until)])
    if table.empty:
        return ""
    when = f"the last {ROTATION_WEEKS} weeks, as far as shoes are named"
    if len(table) == 1:
        return f"One pair ({table['shoe'].iloc[0]}) carried all runs of {when}."
    return f"{len(table)} pairs shared the runs of {when}."
