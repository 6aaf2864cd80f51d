"""How a runner's own runs compare with lines on the ground: for routes that nobody has run yet."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from loadwatch.assess.weeks import select_runs
from loadwatch.geodesy import outline_m
from loadwatch.ingest.readers.frames import read_column
from loadwatch.ingest.readers.route import ASIDE_M, PLAIN_HABITS, Habits
from loadwatch.pipeline.run_records import read_activities

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from loadwatch.activity import Activity
    from loadwatch.analysis import Analysis
    from loadwatch.tables import Floats

MAX_RUNS: Final = 8  # that are read again, the newest
MIN_RUNS: Final = 3  # fewer tell of a runner's device no more than chance
MIN_M: Final = 1_500.0  # a shorter run errs by more than devices differ
# a device that differs by more has lost its way, or counts a belt or another's steps
MAX_APART: Final = 0.10
_PACES_MPS: Final = (1.0, 5.0)  # of runs, slowest and fastest
_MEASURED: Final = ("device", "records", "gps")  # sources of a distance


class RunnerHabits:
    """Pace and counted distance of a runner's newest runs, looked for once, when first asked."""

    def __init__(self, analysis: Analysis, places: Sequence[Path]) -> None:
        """Hold whose runs they are, and where the runner's data are."""
        self._analysis = analysis
        self._places = tuple(places)

    def find(self) -> Habits:
        """Return the habits of the runner; those of no one where too few runs are known."""
        return self._habits

    @cached_property
    def _habits(self) -> Habits:
        rows = _select_newest(self._analysis)
        if len(rows) < MIN_RUNS:
            return PLAIN_HABITS
        pace = float((rows["distance_m"] / rows["duration_s"]).median())
        habits = Habits(pace_mps=float(np.clip(pace, *_PACES_MPS)))
        ratios = self._measure_ratios(rows)
        if ratios.size < MIN_RUNS:
            return habits
        counted = float(np.median(ratios))
        spread = float(np.abs(ratios / counted - 1.0).max())
        return habits._replace(counted=counted, spread=spread)

    def _measure_ratios(self, rows: pd.DataFrame) -> Floats:
        """Return the counted distance of each run over the length of its line, if believable."""
        distance_m = dict(zip(rows["activity_id"], rows["distance_m"], strict=True))
        found = read_activities(self._analysis, self._places, list(distance_m))
        ratios = np.array(
            [
                distance_m[name] * _measure_share(run.records) / _measure_outline(run)
                for name, run in found.items()
            ]
        )
        return ratios[np.abs(ratios - 1.0) <= MAX_APART]


def _select_newest(analysis: Analysis) -> pd.DataFrame:
    """Return the newest runs with a line and a measured distance, up to the analysis' today."""
    runs = select_runs(analysis.activities, analysis.settings)
    end = pd.Timestamp(analysis.today) + pd.Timedelta(days=1)
    is_usable = (runs["signature"] != "") & runs["distance_source"].isin(_MEASURED)
    is_usable &= (runs["distance_m"] >= MIN_M) & (runs["duration_s"] > 0)
    chosen = runs[is_usable & (runs["start_local"] < end)]
    return chosen.sort_values("start_local", kind="stable").tail(MAX_RUNS)


def _measure_share(records: pd.DataFrame) -> float:
    """Return the share of its distance that a device counted between first and last fix [1].

    A watch counts steps until it has a fix, for minutes at times; no line is there for these.
    """
    if not {"latitude_deg", "longitude_deg", "distance_m"} <= set(records):
        return 1.0
    is_placed = records["latitude_deg"].notna() & records["longitude_deg"].notna()
    distance_m = records["distance_m"].interpolate(limit_area="inside")
    whole_m = distance_m.max() - distance_m.min()
    placed_m = distance_m[is_placed]
    if not whole_m > 0:
        return 1.0
    return float((placed_m.max() - placed_m.min()) / whole_m)


def _measure_outline(activity: Activity) -> float:
    """Return the length of the line of a run, infinite where it has none [m]."""
    latitude = read_column(activity.records, "latitude_deg")
    longitude = read_column(activity.records, "longitude_deg")
    known = np.isfinite(latitude) & np.isfinite(longitude)
    if known.sum() < 2:
        return np.inf
    return outline_m(latitude[known], longitude[known], ASIDE_M) or np.inf
