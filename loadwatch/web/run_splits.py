"""A run kilometre by kilometre, in a table: what its pictures show, for whoever reads or hears."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

import numpy as np

from loadwatch import formatting
from loadwatch.ingest.readers.frames import read_column
from loadwatch.report.display_tables import build_table
from loadwatch.web.ground_colours import GROUND_OF
from loadwatch.web.run_pictures import format_pace, measure_distance

if TYPE_CHECKING:
    import pandas as pd

    from loadwatch.formatting import Units
    from loadwatch.report.display_tables import DisplayTable, Row
    from loadwatch.tables import Floats, Ints

MAX_SPLITS: Final = 250
MIN_PART: Final = 0.05  # of a length; a shorter rest is no split
MINUTE_S: Final = 60.0


def build_splits(
    records: pd.DataFrame, grounds: Ints, units: Units
) -> DisplayTable | None:
    """Return pace, altitude, heart rate and ground of each kilometre (or mile).

    None without a distance. Columns of which nothing is known are left out.
    """
    length = formatting.choose_unit("distance_m", units)
    along = measure_distance(records) / length.size
    if along.size < 2 or not np.nanmax(along) > MIN_PART:
        return None
    edges = _list_edges(float(np.nanmax(along)))
    at = np.searchsorted(along, edges)
    columns = {
        f"Up to {length.symbol}": [f"{edge:.4g}" for edge in edges[1:]],
        f"min/{length.symbol}": _list_paces(records, edges, along),
        "Altitude": _list_altitudes(records, at, units),
        "Heart rate": _list_means(read_column(records, "heart_rate_bpm"), at),
        "Ground": _list_grounds(grounds, at),
    }
    shown = {name: cells for name, cells in columns.items() if any(cells)}
    rows: list[Row] = list(zip(*shown.values(), strict=True))
    headers = {name: name == "Ground" for name in shown}
    return build_table(headers, rows)


def _list_edges(far: float) -> Floats:
    """Return the ends of the splits, from 0 on; the last may be shorter."""
    whole = min(int(far), MAX_SPLITS)
    edges = np.arange(whole + 1, dtype=np.float64)
    if far - whole > MIN_PART and whole < MAX_SPLITS:
        edges = np.append(edges, far)
    return edges


def _list_paces(records: pd.DataFrame, edges: Floats, along: Floats) -> list[str]:
    seconds = records.index.to_numpy("datetime64[ms]").astype(np.float64) / 1000.0
    times = np.interp(edges, along, seconds)
    minutes = np.diff(times) / MINUTE_S / np.maximum(np.diff(edges), MIN_PART)
    return [format_pace(one) for one in minutes.tolist()]


def _list_altitudes(records: pd.DataFrame, at: Ints, units: Units) -> list[str]:
    """Return the altitude at the end of each split."""
    altitude = read_column(records, "altitude_m")
    if not np.isfinite(altitude).any():
        return [""] * (len(at) - 1)
    ends = np.minimum(at[1:], altitude.size - 1)
    return [
        formatting.format_quantity(value, "ascent_m", units)
        for value in altitude[ends].tolist()
    ]


def _list_means(samples: Floats, at: Ints) -> list[str]:
    """Return the mean of each split, "" where nothing is known of it."""
    means = []
    for first, end in itertools.pairwise(at.tolist()):
        part = samples[first : max(end, first + 1)]
        part = part[np.isfinite(part)]
        text = ""
        if part.size:
            text = f"{part.mean():.0f}"
        means.append(text)
    return means


def _list_grounds(grounds: Ints, at: Ints) -> list[str]:
    """Return the ground of most samples of each split."""
    names = []
    for first, end in itertools.pairwise(at.tolist()):
        part = grounds[first : max(end, first + 1)]
        if not part.size:
            part = grounds[-1:]
        names.append(GROUND_OF[int(np.bincount(part).argmax())].name)
    return names
