"""Pairs of shoes as the pages list them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loadwatch import formatting

if TYPE_CHECKING:
    from collections.abc import Hashable

    from loadwatch.analysis import Analysis
    from loadwatch.formatting import Units


@dataclass(frozen=True, slots=True)
class ShoeRow:
    """One pair in words."""

    name: str
    distance: str
    hard: str
    runs: str
    first: str
    last: str


def list_shoes(analysis: Analysis) -> list[ShoeRow]:
    """Return the pairs, the longest distance first."""
    if analysis.shoes is None:
        return []
    units = analysis.settings.units
    return [_build_row(row, units) for row in analysis.shoes.to_dict("records")]


def _build_row(pair: dict[Hashable, Any], units: Units) -> ShoeRow:
    return ShoeRow(
        name=formatting.clean_text(pair["shoe"]),
        distance=formatting.format_quantity(pair["distance_m"], "distance_m", units),
        hard=formatting.format_quantity(pair["hard_m"], "hard_m", units),
        runs=formatting.format_number(pair["runs"]),
        first=formatting.format_short_day(pair["first"]),
        last=formatting.format_short_day(pair["last"]),
    )
