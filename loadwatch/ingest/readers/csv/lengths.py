"""Distances and climbs of a list in metres: km or miles, m or feet, and the rows that are told otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from loadwatch.activity import NAN, Note
from loadwatch.ingest.readers.csv import numbers, unit_inference
from loadwatch.ingest.readers.csv.unit_inference import (
    FOOT,
    KM,
    MILE,
    YARD,
    Floats,
    near,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadwatch.ingest.readers.csv.cells import Cells
    from loadwatch.settings import Settings

_AFOOT = ("running", "walking", "hiking", "unknown")
_LONG = (
    100.0  # of a km or mile list: a number above this without decimals may be metres
)
_WIDE = 1.1  # how far distance may be from time over pace
_IMPOSSIBLE = 8.0  # m/s; no run of a list is faster on average

ASSUMED_KM = Note(
    "distance_unit",
    "the list says neither km nor miles, read as km; --distance-unit mi if it is miles",
)
ASSUMED_FT = Note(
    "elevation_unit",
    "climbs read as feet, as distances are in miles; --elevation-unit m if it is metres",
)


@dataclass(frozen=True, slots=True)
class Rows:
    """What else the rows say that bears on a distance."""

    sports: Sequence[str]
    pace_s: Floats  # for one of the list's distances
    time_s: Floats
    covered: tuple[
        tuple[Floats, float], ...
    ]  # other ways to the distance in metres, with their tolerance
    own: Sequence[float | None]  # metres of the unit written into a cell
    metric: bool  # decimal commas: nobody who writes them counts in miles


@dataclass(frozen=True, slots=True)
class Distances:
    """Distances in metres, and the unit they were written in."""

    metres: Floats
    unit: float
    sure: bool = True


def distances(
    cells: Cells,
    raw: Floats,
    pair: tuple[Floats, Floats] | None,
    rows: Rows,
    settings: Settings,
    notes: list[list[Note]],
) -> Distances:
    """Return the distances of a list in metres; what could not be decided goes into `notes`."""
    if pair and (both := unit_inference.two_distances(*pair)):
        for at, wrong in enumerate(both[1]):
            if wrong:
                notes[at].append(
                    Note(
                        "distance",
                        f"its two distances disagree, {pair[0][at]:g} and {pair[1][at]:g}",
                    )
                )
        found = Distances(both[0], 1.0)
    else:
        unit, sure = _unit(cells, raw, rows, settings)
        metres = [
            _metres(at, raw[at], unit, cells, rows, notes[at]) for at in range(len(raw))
        ]
        found = Distances(metres, unit, sure)
        if not sure:
            for at, value in enumerate(metres):
                if value > 0 and rows.sports[at] in _AFOOT and rows.own[at] is None:
                    notes[at].append(ASSUMED_KM)
    _impossible(found.metres, rows, notes)
    return Distances(
        [v if v != 0 else NAN for v in found.metres], found.unit, found.sure
    )


def _unit(
    cells: Cells, raw: Floats, rows: Rows, settings: Settings
) -> tuple[float, bool]:
    """Return (metres of one of the list's distances, whether anything said so)."""
    told = cells.factor("distance")
    if told is not None:
        return told, True
    running = [sport == "running" for sport in rows.sports]
    seen = unit_inference.distance_unit(
        raw, rows.covered, running, rows.time_s, metric=rows.metric
    )
    if settings.distance_unit and seen != 1.0:
        return (MILE if settings.distance_unit == "mi" else KM), True
    return (seen, True) if seen else (KM, rows.metric)


def _metres(
    at: int, value: float, unit: float, cells: Cells, rows: Rows, notes: list[Note]
) -> float:
    """Return one distance in metres; a km or mile list tells swims and track runs in metres (or yards)."""
    if (own := rows.own[at]) is not None or not value > 0 or unit == 1.0:
        return value * (unit if own is None else own)
    sport, pace, time = rows.sports[at], rows.pace_s[at], rows.time_s[at]
    cell = cells.first("distance")[at]
    if (
        sport == "swimming"
        and cells.factor("distance") is None
        and (value >= _LONG or not _has_decimals(cell))
    ):
        return value * (1.0 if unit == KM else YARD)
    if pace > 0 and time > 0 and sport != "swimming":
        share = value / (time / pace)  # 1 where the row is in the list's unit
        if near(share, 1.0, _WIDE):
            return value * unit
        if small := unit_inference.named(unit / share, (1.0, YARD), 1.04):
            word = "metres" if small == 1.0 else "yards"
            notes.append(
                Note(
                    "distance", f"{cell.strip()[:20]} read as {word}, by time and pace"
                )
            )
            return value * small
        if not near(share, 1.0, 1.5):
            notes.append(
                Note("distance", f"{cell.strip()[:20]} does not fit time and pace")
            )
        return value * unit
    if (
        sport == "running"
        and value >= _LONG
        and time > 0
        and value * unit / time > _IMPOSSIBLE >= value / time
    ):
        notes.append(
            Note(
                "distance",
                f"{cell.strip()[:20]} read as metres; nobody runs that far in that time",
            )
        )
        return value
    return value * unit


def _has_decimals(cell: str) -> bool:
    tail = cell.strip().replace(",", ".").rpartition(".")
    return bool(tail[1]) and len(tail[2]) != 3


def _impossible(metres: Floats, rows: Rows, notes: list[list[Note]]) -> None:
    for at, (value, time) in enumerate(zip(metres, rows.time_s, strict=True)):
        if rows.sports[at] == "running" and value > 400 and value / time > _IMPOSSIBLE:
            notes[at].append(
                Note(
                    "distance",
                    f"{value / 1000:.2f} km in {time / 60:.0f} min is faster than anybody runs",
                )
            )


def own_units(cells: Cells, role: str) -> list[float | None]:
    """Return what the unit written into a cell is in SI, as in "10.5 km"; None where there is none."""
    return [
        numbers.measure(c)[1] if c[-1:].isalpha() else None
        for c in map(str.strip, cells.first(role))
    ]


def elevations(
    cells: Cells,
    values: dict[str, Floats],
    unit: float,
    settings: Settings,
    notes: list[list[Note]],
) -> dict[str, Floats]:
    """Return ascent and descent in metres; feet go with miles, said in `notes`."""
    told = cells.factor("ascent", "descent")
    factor, why = _elevation_unit(told, unit, settings)
    up, down = values["ascent"], values["descent"]
    fake = [
        _no_climb(*row)
        for row in zip(up, down, values["lowest"], values["highest"], strict=True)
    ]
    if not cells.facts.vendor:
        fake = [False] * len(fake)  # whoever writes 0 by hand means it
    found = {}
    for role, column in (("ascent", up), ("descent", down)):
        usual = cells.factor(role, "ascent") or factor
        rows = zip(column, fake, own_units(cells, role), strict=True)
        found[role] = [
            v * (own or usual) if v >= 0 and not none else NAN for v, none, own in rows
        ]
    if why:
        for at, (a, b) in enumerate(
            zip(found["ascent"], found["descent"], strict=True)
        ):
            if a > 0 or b > 0:
                notes[at].append(why)
    return found


def _elevation_unit(
    told: float | None, unit: float, settings: Settings
) -> tuple[float, Note | None]:
    if told is not None:
        return told, None
    if settings.elevation_unit:
        return (FOOT if settings.elevation_unit == "ft" else 1.0), None
    return (FOOT, ASSUMED_FT) if unit == MILE else (1.0, None)


def _no_climb(up: float, down: float, lowest: float, highest: float) -> bool:
    """Whether a climb of 0 stands for "not measured": older lists write 0 where they know nothing."""
    if up > 0 or down > 0:
        return False
    return not (highest > lowest)
