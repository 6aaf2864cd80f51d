"""Inputs to exposure rows: each input is read once, known ones come from the store.

Rows are kept by column as they come: as plain values a row takes 6 KB, in a frame less than 2.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from loadwatch.activity import Note, Skipped
from loadwatch.errors import OverLimit, Unreadable
from loadwatch.ingest.sources import Content
from loadwatch.pipeline.input_jobs import (
    InputJob,
    MapArea,
    build_failed_result,
    build_faulty_result,
    name_result,
    read_input,
)
from loadwatch.row_frame import FrameBuilder
from loadwatch.settings import BY_OTHER_FILES, find_extract
from loadwatch.tables import EXPOSURES, HIDDEN

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from loadwatch.ingest.sources import Member
    from loadwatch.ingest.store import InputResult, Store
    from loadwatch.settings import Settings
    from loadwatch.tables import Ints

MapFunction = Callable[..., Iterable[Any]]  # map(function, items), results in order
ProgressCallback = Callable[[int, int], None]  # inputs done, inputs in all
LOOKED_UP = 500  # inputs that the store is asked for together


@dataclass(frozen=True, slots=True, eq=False)
class ReadInputs:
    """What inputs gave.

    Attributes
    ----------
    rows : EXPOSURES and HIDDEN, in the order of the inputs; no zone is settled.
    left_out : label of an input -> what of it gave no row; the sources are what follows the
        label, "" for the whole input.
    """

    rows: pd.DataFrame
    left_out: dict[str, tuple[Skipped, ...]]

    def list_skipped(self) -> list[Skipped]:
        """Return what gave no row, each with its whole source."""
        return [
            replace(part, source=label + part.source)
            for label, parts in self.left_out.items()
            for part in parts
        ]


@dataclass(slots=True, kw_only=True)
class _Intake:
    """Inputs on their way to rows: what is asked, and what came so far, in any order.

    Attributes
    ----------
    suffix : of the keys in the store, for what is read in another way than its settings say.
    opens_there : whether workers open the inputs; else this process does.
    places : the place among `members` of the input that each row came from.
    """

    members: Sequence[Member]
    settings: Settings
    store: Store
    suffix: str
    area: MapArea | None
    opens_there: bool
    frame: FrameBuilder = field(
        default_factory=lambda: FrameBuilder((EXPOSURES, HIDDEN))
    )
    places: list[int] = field(default_factory=list)
    left_out: dict[str, tuple[Skipped, ...]] = field(default_factory=dict)
    done: int = 0

    def take_result(self, place: int, result: InputResult) -> None:
        """Take what the input at `place` gave."""
        label = self.members[place].label
        self.frame.add_rows(result.rows, label)
        self.places += [place] * len(result.rows)
        if result.skipped:
            self.left_out[label] = result.skipped
        self.done += 1

    def take_known(self) -> list[int]:
        """Take what the store knows; return the places of all other inputs."""
        unknown = []
        for start in range(0, len(self.members), LOOKED_UP):
            asked = self.members[start : start + LOOKED_UP]
            keys = [member.key + self.suffix for member in asked]
            found = self.store.find_by_key(keys)
            for place, key in enumerate(keys, start):
                if key in found:
                    self.take_result(place, found[key])
                else:
                    unknown.append(place)
        return unknown

    def make_jobs(
        self, unknown: Sequence[int], under_way: deque[int]
    ) -> Iterator[InputJob]:
        """Yield a job for each input that must be read, and put its place into `under_way`.

        What is known by its content, or cannot be opened here, is taken at once.
        """
        for place in unknown:
            member = self.members[place]
            opener = member.open
            if not (self.opens_there and member.opens_anywhere):
                opened = self._open_here(member)
                if not isinstance(opened, Content):
                    self.take_result(place, opened)
                    continue
                opener = partial(_return_content, opened)
            under_way.append(place)
            yield InputJob(
                label=member.label,
                size=member.size,
                open=opener,
                settings=self.settings,
                suffix=self.suffix,
                area=self.area,
            )

    def _open_here(self, member: Member) -> Content | InputResult:
        """Return the content of an input, or its result where that is known already."""
        try:
            content = member.open()
        except (Unreadable, OverLimit) as error:
            return build_failed_result("", error)
        except Exception as error:  # noqa: BLE001 - one input never costs the others theirs
            return build_faulty_result(error)
        result_key = name_result(content, member.label, self.suffix)
        known = self.store.find_by_digest([result_key]).get(result_key)
        if known is None:
            return content
        self.store.put_result(member.key + self.suffix, result_key, known)
        return known

    def keep_result(self, place: int, result: InputResult) -> None:
        """Take what a worker read, and keep it in the store where it can be kept."""
        self.take_result(place, result)
        if result.digest:
            key = self.members[place].key + self.suffix
            self.store.put_result(key, result.digest, result)

    def build_inputs(self) -> ReadInputs:
        """Return what all inputs gave, their rows in the inputs' order."""
        places = np.array(self.places, np.int64)
        return ReadInputs(_sort_rows(self.frame.build(), places), self.left_out)


def _return_content(content: Content) -> Content:
    return content


def read_members(
    members: Sequence[Member],
    settings: Settings,
    store: Store,
    map_jobs: MapFunction = map,
    progress: ProgressCallback | None = None,
    *,
    area: MapArea | None = None,
    suffix: str = "",
    opens_there: bool = True,
) -> ReadInputs:
    """Return what each member gave; only what the store does not know is read.

    Parameters
    ----------
    area : the map that rows are matched on.
    suffix : names in the store what is read in another way than the settings of the store say.
    opens_there : whether workers see the files that this process sees. They open them then,
        unless the store may know contents under other names, which is looked up here.
    """
    intake = _Intake(
        members=members,
        settings=settings,
        store=store,
        suffix=area.cache_key if area else suffix,
        area=area,
        opens_there=opens_there and not store.has_results(),
    )
    unknown = intake.take_known()
    under_way: deque[int] = deque()
    try:
        for result in map_jobs(read_input, intake.make_jobs(unknown, under_way)):
            intake.keep_result(under_way.popleft(), result)
            if progress:
                progress(intake.done, len(members))
    finally:
        store.flush()  # what was read stays known, also when the run ends here
    if progress:
        progress(len(members), len(members))
    return intake.build_inputs()


def _sort_rows(rows: pd.DataFrame, places: Ints) -> pd.DataFrame:
    """Return `rows` by their places; those of one place stay in their order."""
    if (places[1:] >= places[:-1]).all():
        return rows
    return rows.iloc[np.argsort(places, kind="stable")].reset_index(drop=True)


def _replace_inputs(
    read: ReadInputs,
    again: ReadInputs,
    labels: Collection[str],
    members: Sequence[Member],
) -> ReadInputs:
    """Return `read` with what `again` gave for the inputs called `labels`."""
    old = read.rows[~read.rows["member"].isin(labels)]
    new = again.rows[again.rows["member"].isin(labels)]
    rows = pd.concat([old, new], ignore_index=True)
    order = {member.label: place for place, member in enumerate(members)}
    places = np.array([order[label] for label in rows["member"]], np.int64)
    left_out = {
        label: parts for label, parts in read.left_out.items() if label not in labels
    }
    for label in labels:
        if label in again.left_out:
            left_out[label] = again.left_out[label]
    return ReadInputs(_sort_rows(rows, places), left_out)


def read_lists_again(
    members: Sequence[Member],
    read: ReadInputs,
    units: Mapping[str, str],
    settings: Settings,
    store: Store,
) -> ReadInputs:
    """Return `read` with some lists read anew, by the unit that other files show.

    `units` are "km", "mi" or "m" by the label of the list.
    """
    for unit in sorted(set(units.values())):
        origins = {**settings.origins, "distance_unit": BY_OTHER_FILES}
        changed = replace(settings, distance_unit=unit, origins=origins)  # type: ignore[arg-type] # of three literals
        wanted = [member for member in members if units.get(member.label) == unit]
        again = read_members(wanted, changed, store, suffix=f"|{unit}")
        read = _replace_inputs(read, again, {m.label for m in wanted}, members)
    return read


def match_map(
    members: Sequence[Member],
    read: ReadInputs,
    settings: Settings,
    store: Store,
    cache: Path | None,
    map_jobs: MapFunction = map,
    *,
    opens_there: bool = True,
) -> ReadInputs:
    """Return `read` with the surface under every run that has positions, from the map extract.

    `cache` is the folder where the parsed extract is kept, None to keep nothing; `opens_there`
    is that of `read_members`.
    """
    extract = find_extract(settings)
    visited = read.rows["cells"].map(bool).to_numpy(bool)
    cells = {
        (int(row), int(column)) for run in read.rows["cells"] for row, column in run
    }
    labels = set(read.rows["member"][visited])
    outdoor = [member for member in members if member.label in labels]
    classes = tuple(sorted(settings.classes.items()))
    # a worker may be at work in another folder
    area = MapArea(extract.absolute(), frozenset(cells), cache, classes)
    matched = read_members(
        outdoor, settings, store, map_jobs, area=area, opens_there=opens_there
    )
    found = set(matched.rows["member"])
    read = _replace_inputs(read, matched, found, members)
    return _note_unmatched(read, matched, labels - found)


def _note_unmatched(
    read: ReadInputs, matched: ReadInputs, labels: Collection[str]
) -> ReadInputs:
    """Return `read` with a note on the runs of inputs that could not be held against the map."""
    if not labels:
        return read
    rows = read.rows
    noted = rows["notes"].tolist()
    for place, label in enumerate(rows["member"]):
        if label in labels:
            why = matched.left_out[label][0].why
            noted[place] = [*noted[place], Note("map", why)]
    notes = pd.Series(noted, rows.index, dtype=object)
    return replace(read, rows=rows.assign(notes=notes))
