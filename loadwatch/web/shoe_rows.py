"""Pairs of shoes as the pages list them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loadwatch import formatting
from loadwatch.formatting import NO_VALUE
from loadwatch.settings import Shoe

if TYPE_CHECKING:
    from collections.abc import Hashable

    from loadwatch.analysis import Analysis


@dataclass(frozen=True, slots=True)
class ShoeRow:
    """One pair in words; `key` is its name as the files have it."""

    key: str
    name: str
    distance: str
    hard: str
    runs: str
    first: str
    last: str
    is_retired: bool


def list_shoes(analysis: Analysis) -> list[ShoeRow]:
    """Return the pairs in use, the longest distance first, new ones, and those retired."""
    rows = []
    if analysis.shoes is not None:
        rows = [_build_row(row, analysis) for row in analysis.shoes.to_dict("records")]
    worn = {row.key for row in rows}
    rows += [
        _build_new_row(name, analysis)
        for name in analysis.settings.shoes
        if name not in worn
    ]
    return sorted(rows, key=lambda row: row.is_retired)


def list_pairs_in_use(analysis: Analysis) -> list[str]:
    """Return the names of the pairs that a run can be given, without those that cannot be shown."""
    return [
        row.key
        for row in list_shoes(analysis)
        if not row.is_retired and row.key == row.name
    ]


def _build_row(pair: dict[Hashable, Any], analysis: Analysis) -> ShoeRow:
    units = analysis.settings.units
    name = str(pair["shoe"])
    stated = analysis.settings.shoes.get(name, Shoe())
    return ShoeRow(
        key=name,
        name=formatting.clean_text(name),
        distance=formatting.format_quantity(pair["distance_m"], "distance_m", units),
        hard=formatting.format_quantity(pair["hard_m"], "hard_m", units),
        runs=formatting.format_number(pair["runs"]),
        first=formatting.format_short_day(pair["first"]),
        last=formatting.format_short_day(pair["last"]),
        is_retired=stated.is_retired(analysis.today),
    )


def _build_new_row(name: str, analysis: Analysis) -> ShoeRow:
    """Return a pair that no run names yet."""
    units = analysis.settings.units
    stated = analysis.settings.shoes[name]
    start_m = stated.start_km * 1000.0
    return ShoeRow(
        key=name,
        name=formatting.clean_text(name),
        distance=formatting.format_quantity(start_m, "distance_m", units),
        hard=NO_VALUE,
        runs=formatting.format_number(0),
        first=NO_VALUE,
        last=NO_VALUE,
        is_retired=stated.is_retired(analysis.today),
    )
