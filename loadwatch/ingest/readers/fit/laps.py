"""Totals of a FIT file's laps, summed up as a session message would state them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from loadwatch.activity import NAN
from loadwatch.ingest.readers.fit.messages import read_number_fields
from loadwatch.ingest.readers.fit.session import SessionMessage, is_date

if TYPE_CHECKING:
    from loadwatch.ingest.readers.fit.chained import FitFile
    from loadwatch.tables import Floats

_SUMMED = (
    "total_timer_time",
    "total_elapsed_time",
    "total_moving_time",
    "total_distance",
    "total_ascent",
    "total_descent",
    "total_cycles",
    "total_fractional_cycles",
)
_AVERAGED = (
    "avg_cadence",
    "avg_fractional_cadence",
    "avg_heart_rate",
    "avg_stance_time_balance",
    "avg_vertical_oscillation",
)
_CODES = ("sport", "sub_sport")
_TIMES = ("start_time", "timestamp")


def sum_laps(
    fit_file: FitFile, first_s: float = -np.inf, stop_s: float = np.inf
) -> SessionMessage | None:
    """Return the laps of a FIT file as one session message, None where it has none.

    A lap that the file holds twice counts once. A total that a lap does not state is unknown.

    Parameters
    ----------
    first_s, stop_s : FIT times; only laps that start from the first up to the second [s]
    """
    names = (*_TIMES, *_CODES, *_SUMMED, *_AVERAGED)
    columns = read_number_fields(fit_file, "lap", names)
    columns = _keep_laps(columns, first_s, stop_s)
    if not columns or not len(columns["total_timer_time"]):
        return None
    fields = _read_codes(columns)
    for name in _SUMMED:
        if name in columns:
            fields[name] = float(columns[name].sum())
    for name in _AVERAGED:
        if name in columns:
            fields[name] = _average(columns[name], columns["total_timer_time"])
    start_s = _find_start(columns)
    end_s = NAN
    if "timestamp" in columns:
        end_s = float(columns["timestamp"][-1])
    fields["timestamp"] = end_s
    if end_s - start_s >= fields.get("total_elapsed_time", 0.0):
        fields["total_elapsed_time"] = end_s - start_s  # with the pauses between laps
    return SessionMessage(fields, start_s, "", ())


def _keep_laps(
    columns: dict[str, Floats], first_s: float, stop_s: float
) -> dict[str, Floats]:
    """Return the laps that start within the two times, each of them once."""
    times = ("total_timer_time", "total_elapsed_time")
    stated = next((columns[name] for name in times if name in columns), None)
    if stated is None or "timestamp" not in columns:
        return {}
    columns = {"total_timer_time": stated, **columns}
    keys = ("start_time", "timestamp", "total_timer_time", "total_distance")
    known = [columns[name] for name in keys if name in columns]
    rows = np.nan_to_num(np.stack(known, axis=1), nan=-1.0)
    _, places = np.unique(rows, axis=0, return_index=True)
    places.sort()
    if "start_time" in columns and first_s > -np.inf:
        starts = columns["start_time"][places]
        places = places[(starts >= first_s) & (starts < stop_s)]
    return {name: column[places] for name, column in columns.items()}


def _find_start(columns: dict[str, Floats]) -> float:
    """Return the start of the first lap in FIT time [s], NaN where it has no date."""
    start_s = NAN
    if "start_time" in columns:
        start_s = float(columns["start_time"][0])
    if not is_date(start_s) and "timestamp" in columns:
        start_s = float(columns["timestamp"][0] - columns["total_timer_time"][0])
    if not is_date(start_s):
        return NAN
    return start_s


def _read_codes(columns: dict[str, Floats]) -> dict[str, float]:
    """Return the first sport and sub sport that a lap states."""
    found = {}
    for name in _CODES:
        known = columns.get(name, np.empty(0))
        known = known[~np.isnan(known)]
        if len(known):
            found[name] = float(known[0])
    return found


def _average(values: Floats, weights: Floats) -> float:
    """Return the mean of the known values by weight, NaN where there is none."""
    is_known = ~np.isnan(values) & (weights > 0)
    if not is_known.any():
        return NAN
    return float(np.average(values[is_known], weights=weights[is_known]))
