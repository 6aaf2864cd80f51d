"""The ground under each sample of a run or route, for a picture on this machine alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from loadwatch.exposure.course import find_cell_grounds, learn_answers
from loadwatch.exposure.signature import number_cells
from loadwatch.exposure.surface import KNOWN_CODES, POSITIONS, match_samples
from loadwatch.pipeline.drawn_routes import open_ground
from loadwatch.tables import SURFACE_COLUMNS, SURFACE_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from loadwatch.analysis import Analysis
    from loadwatch.exposure.osm import Ground
    from loadwatch.tables import Ints

UNKNOWN_AT: Final = SURFACE_NAMES.index("unknown")
# of `surface_source`: the ground is known by place
PLACED: Final = ("map", "course", "none")
PLAIN_SHARE: Final = 0.98  # of a run on one ground: it is on that everywhere


def find_sample_grounds(
    analysis: Analysis,
    records: pd.DataFrame,
    row: Mapping[str, Any],
    cache: Path | None = None,
) -> Ints:
    """Return the place in SURFACE_NAMES of the ground of each sample.

    The map comes first, then the answers for other runs on the same ground. What is stated of
    a run as a whole holds everywhere where it is of one ground; of two, it is not known which is where.

    Parameters
    ----------
    analysis : of the runner, with the map of its settings, if any.
    records : RECORDS of the run or route.
    row : its columns of EXPOSURES, of which `surface_source` and the metres by ground are used.
    cache : folder where what is read of the map is kept, None for nowhere.
    """
    grounds = np.full(len(records), UNKNOWN_AT, np.int64)
    if row["surface_source"] not in PLACED:
        grounds[:] = _find_plain_ground(row)
        return grounds
    if not set(records) >= POSITIONS or not len(records):
        return grounds
    answers = _find_answered(analysis, records, row)
    ground = open_ground(records, analysis.settings, cache)
    if ground is None:
        return answers
    return np.where(*_match_map(records, ground), answers)


def _find_plain_ground(row: Mapping[str, Any]) -> int:
    """Return the one ground of a run, that of "unknown" where it has several."""
    metres = [float(row[column]) for column in SURFACE_COLUMNS]
    largest = max(metres)
    if not largest >= PLAIN_SHARE * sum(metres):
        return UNKNOWN_AT
    return metres.index(largest)


def _match_map(records: pd.DataFrame, ground: Ground) -> tuple[Any, Ints]:
    """Return where the map knows the ground, and the ground by it."""
    _, match = match_samples(records, ground)
    return np.isin(match.source, KNOWN_CODES), match.surface.astype(np.int64)


def _find_answered(
    analysis: Analysis, records: pd.DataFrame, row: Mapping[str, Any]
) -> Ints:
    """Return the ground of each sample by the runner's answers for other runs."""
    latitude = records["latitude_deg"].to_numpy(np.float64)
    longitude = records["longitude_deg"].to_numpy(np.float64)
    known = np.isfinite(latitude) & np.isfinite(longitude)
    grounds = np.full(latitude.size, UNKNOWN_AT, np.int64)
    if not known.any():
        return grounds
    cells = number_cells(latitude[known], longitude[known])
    with_track = bool(row["track_m"] > 0)
    answers = learn_answers(analysis.activities)
    grounds[known] = find_cell_grounds(answers, cells, with_track=with_track)
    return grounds
