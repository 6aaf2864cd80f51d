"""Runs chosen by day, file, period, title or course, for a line of tags.csv each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from loadwatch import user_csv
from loadwatch.exposure.signature import are_same_course, unpack_signatures
from loadwatch.exposure.tags import Tag, clean_file, find_positions, index_rows

if TYPE_CHECKING:
    from datetime import date

    from loadwatch.tables import Bools

_NAMED = 4  # runs of a day that an error names


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which runs are meant: one by its day or file, or all that fit the rest."""

    day: str = ""  # "2026-11-24", or with "18:05"
    file: str = ""
    start: date | None = None
    end: date | None = None
    text: str = ""  # in title or file name, in any case
    same_course: bool = False  # and all runs of the course of one of these
    sports: tuple[str, ...] = ("running",)  # what counts as a run


def select_positions(rows: pd.DataFrame, selection: Selection) -> list[int]:
    """Return the positions in `rows` of the runs that are meant, at least one.

    Parameters
    ----------
    rows : EXPOSURES and HIDDEN of all activities.
    selection : with `day` or `file` one activity is meant, and it is an error if two fit.

    Raises ValueError where none or, of one, several fit; it says which there are.
    """
    if selection.day or selection.file:
        chosen = _select_one(rows, selection)
    else:
        chosen = _select_all(rows, selection)
    if selection.same_course:
        chosen = _add_same_course(rows, chosen, selection.sports)
    return chosen


def _refuse_more_ways(selection: Selection) -> None:
    """Refuse what names one run in two ways, or one run and several."""
    if selection.day and selection.file:
        raise ValueError("give --date or --file, one of the two")
    if selection.start or selection.end or selection.text:
        raise ValueError(
            "--date and --file choose one run, --from, --to and --match several: "
            "give one kind of them"
        )


def _select_one(rows: pd.DataFrame, selection: Selection) -> list[int]:
    _refuse_more_ways(selection)
    name = selection.day or selection.file
    tag = Tag(line=0, file=clean_file(selection.file))
    if selection.day:
        day, clock = user_csv.parse_date(selection.day)
        tag = Tag(line=0, day=day, clock=clock)
    found = sorted(find_positions(index_rows(rows), tag))
    if not found:
        raise ValueError(
            f"no activity is of {name[:60]}; `loadwatch activities` lists them all"
        )
    if len(found) > 1:
        named = [_name_activity(rows, at, selection) for at in found[:_NAMED]]
        raise ValueError(
            f"{len(found)} activities are of {name[:60]}: {', '.join(named)}; "
            "name one of them"
        )
    return found


def _name_activity(rows: pd.DataFrame, position: int, selection: Selection) -> str:
    """Return what names an activity apart from others of its day, or of its file's name."""
    row = rows.iloc[position]
    if selection.file or row["date_only"]:
        return str(row["source"])
    return f'"{row["start_local"]:%Y-%m-%d %H:%M}"'


def _select_all(rows: pd.DataFrame, selection: Selection) -> list[int]:
    fits = rows["sport"].isin(selection.sports).to_numpy(bool)
    start = rows["start_local"]
    if selection.start:
        fits = fits & (start >= pd.Timestamp(selection.start)).to_numpy()
    if selection.end:
        end = pd.Timestamp(selection.end) + pd.Timedelta(days=1)
        fits = fits & (start < end).to_numpy()
    if selection.text:
        fits = fits & _holds_text(rows, selection.text)
    chosen = [int(position) for position in np.flatnonzero(fits)]
    if not chosen:
        raise ValueError("no run fits these options")
    return chosen


def _holds_text(rows: pd.DataFrame, text: str) -> Bools:
    """Return whose title or file name holds `text`, in any case."""
    wanted = text.casefold()
    pairs = zip(rows["name"], rows["source"], strict=True)
    return np.array(
        [wanted in f"{name}\n{source}".casefold() for name, source in pairs]
    )


def _add_same_course(
    rows: pd.DataFrame, chosen: list[int], sports: tuple[str, ...]
) -> list[int]:
    """Return the positions of the chosen runs and of all that are of one of their courses."""
    signatures = unpack_signatures(rows["signature"].tolist())
    is_run = rows["sport"].isin(sports).to_numpy(bool)
    others = np.flatnonzero(is_run & (signatures.counts > 0)).tolist()
    courses = [signatures.cells_of(at) for at in chosen]
    found = set(chosen)
    for other in others:
        cells = signatures.cells_of(other)
        if other not in found and any(are_same_course(cells, one) for one in courses):
            found.add(other)
    return sorted(found)
