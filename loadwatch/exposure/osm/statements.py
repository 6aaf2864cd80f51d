"""How much a map states of surfaces around a runner, and how often a guess without it is right."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.exposure.osm.classes import SOURCES

if TYPE_CHECKING:
    from loadwatch.exposure.osm.ground import Ground
    from loadwatch.tables import Floats

STATED = SOURCES.index("surface")
FEWEST_M = 20_000.0  # of ways; of fewer no share is given


@dataclass(frozen=True, slots=True)
class MapStatements:
    """Lengths of the ways of a part of a map [m]."""

    length_m: float
    stated_m: float  # with a surface tag
    guessed_m: float  # of these, for which other tags imply a surface, too
    agreed_m: float  # of these, where it is the stated one

    @property
    def right_share(self) -> float:
        """How often what the kind of a way implies is what it states [1]; NaN of too few ways."""
        if self.guessed_m < FEWEST_M:
            return math.nan
        return self.agreed_m / self.guessed_m


def measure_statements(ground: Ground) -> MapStatements:
    """Return how much of the ways states its surface, and how well it could be guessed."""
    length_m = _measure_lines(ground)
    is_stated = ground.way_source == STATED
    is_guessed = is_stated & (ground.guess_source != STATED)
    agrees = is_guessed & (ground.way_guess == ground.way_class)
    return MapStatements(
        float(length_m.sum()),
        float(length_m[is_stated].sum()),
        float(length_m[is_guessed].sum()),
        float(length_m[agrees].sum()),
    )


def _measure_lines(ground: Ground) -> Floats:
    """Return the length of each line [m]."""
    lines = np.arange(ground.way_id.size)
    last = np.searchsorted(ground.line, lines, side="right") - 1
    length: Floats = ground.along_m[last]
    return length
