"""The colours of grounds on the pages: those of the report's picture of weeks."""

from __future__ import annotations

from typing import Final

from loadwatch.report.season import GROUNDS, Ground
from loadwatch.tables import SURFACE_COLUMNS

# place in SURFACE_NAMES -> the kind of ground of the picture
GROUND_OF: Final = tuple(
    next(ground for ground in GROUNDS if column in ground.columns)
    for column in SURFACE_COLUMNS
)


def find_role(column: str) -> str:
    """Return the class of the ground in a column of EXPOSURES."""
    return GROUND_OF[SURFACE_COLUMNS.index(column)].role


def list_grounds(places: set[int]) -> list[Ground]:
    """Return the kinds of ground of some places in SURFACE_NAMES, each once, in their order."""
    return [ground for ground in GROUNDS if ground in {GROUND_OF[at] for at in places}]
