"""A folder of athletes for Python."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from loadwatch.api.athlete_analysis import AthleteAnalysis
from loadwatch.api.frames import format_html, join_tables, list_public_names
from loadwatch.errors import NothingToRead
from loadwatch.user_csv import find_nearest
from loadwatch.verdict import roster_groups

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    from loadwatch.analysis import Athlete, Roster

GROUPS = ("call", "talk", "watch", "low", "fine", "unknown")
ATHLETE_COLUMNS = (
    *("group", "level", "state", "says", "last_activity", "flags", "events"),
    "pain_7d",
)


class RosterAnalysis:
    """A folder of athletes, in groups; `roster["Ana"]` is one of them."""

    def __init__(self, data: Roster, folder: Path) -> None:
        """Hold `data`, which stays as it is, and the folder where it was read."""
        self._data = data
        self._folder = folder
        self._read: dict[str, AthleteAnalysis] = {}

    @property
    def data(self) -> Roster:
        """What reports see: frozen."""
        return self._data

    @property
    def name(self) -> str:
        """The folder's name."""
        return self._data.name

    @property
    def today(self) -> date | None:
        """The day of the roster."""
        return self._data.today

    @cached_property
    def athletes(self) -> tuple[Athlete, ...]:
        """One entry per athlete, in the order of the page."""
        return roster_groups.sort_athletes(self._data.athletes)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row per athlete, in the order of the page; the index is the name."""
        rows = [
            [getattr(athlete, key) for key in ATHLETE_COLUMNS]
            for athlete in self.athletes
        ]
        names = pd.Index([athlete.name for athlete in self.athletes], name="athlete")
        table = pd.DataFrame(rows, columns=list(ATHLETE_COLUMNS), index=names)
        table["group"] = pd.Categorical(table["group"], GROUPS, ordered=True)
        table["last_activity"] = pd.to_datetime(table["last_activity"])
        return table

    @cached_property
    def weeks(self) -> pd.DataFrame:
        """The weekly tables of all athletes, by athlete and week."""
        return join_tables({name: self[name].weeks for name in self})

    @cached_property
    def flags_table(self) -> pd.DataFrame:
        """The flags of all athletes, by athlete."""
        tables = {name: self[name].flags_table for name in self}
        return join_tables(tables).droplevel(-1)

    def budget(self) -> pd.DataFrame:
        """Return what this week and the next can hold of all athletes, by athlete."""
        return join_tables({name: self[name].budget() for name in self}).droplevel(-1)

    def __iter__(self) -> Iterator[str]:
        """Yield the names of the athletes whose data could be read, in the page's order.

        Where several have one name, those are the names of their folders or exports.
        """
        return (self._name_key(athlete) for athlete in self.athletes if athlete.load)

    def __len__(self) -> int:
        """Return the number of athletes, also of those that could not be read."""
        return len(self._data.athletes)

    def __getitem__(self, name: str) -> AthleteAnalysis:
        """Return one athlete's analysis, by name, or by the name of the folder or export.

        Raises
        ------
        KeyError : there is no such athlete, or there are several; the text says which.
        NothingToRead : nothing of the athlete could be read; the text says why.
        LoadwatchError : what was read for the roster cannot be read any more; or any other error
            of reading, with a note on whose files it is about.
        """
        if name not in self._read:
            self._read[name] = self._read_athlete(name)
        return self._read[name]

    def _read_athlete(self, name: str) -> AthleteAnalysis:
        athlete = self._find_athlete(name)
        try:
            analysis = athlete.analysis
        except Exception as error:
            error.add_note(f"This came up while {name} of {self.name} was read again.")
            raise
        if analysis is None:
            what = f"nothing of {name} could be read: {athlete.says.rstrip('.')}"
            raise NothingToRead(what, f"It is {athlete.place} in {self.name}.")
        return AthleteAnalysis(analysis, [self._folder / athlete.place])

    def _find_athlete(self, name: str) -> Athlete:
        """Return the only athlete of a name, else that of a folder or export."""
        named = [athlete for athlete in self.athletes if name == athlete.name]
        placed = [athlete for athlete in self.athletes if name == athlete.place]
        for found in (named, placed):
            if len(found) == 1:
                return found[0]
        raise KeyError(self._explain_unknown(name, named))

    def _explain_unknown(self, name: str, named: list[Athlete]) -> str:
        """Return why a name finds no one athlete; `named` are those who are called so."""
        if named:
            places = ", ".join(repr(athlete.place) for athlete in named)
            return f"{len(named)} athletes are called {name!r}: {places}"
        why = f"no athlete of {self.name} is called {name!r}"
        nearest = find_nearest(name, [athlete.name for athlete in self.athletes])
        if nearest:
            why += f"; did you mean {nearest!r}?"
        return why

    def _name_key(self, athlete: Athlete) -> str:
        """Return by what the athlete is found: the name, if no other one has it."""
        same = sum(other.name == athlete.name for other in self.athletes)
        return athlete.name if same == 1 else athlete.place

    def __dir__(self) -> list[str]:
        """Return the public names."""
        return list_public_names(type(self))

    def __repr__(self) -> str:
        """Return one line: name, how many athletes, and the day."""
        return f"<{type(self).__name__} {self.name!r}: {len(self)} athletes on {self.today}>"

    def _repr_html_(self) -> str:
        """Return what a notebook shows: one line per athlete."""
        from loadwatch.report import roster_table  # noqa: PLC0415 - drawing

        table = roster_table.build_roster(self._data)
        rows = [list(map(str, row)) for row in table.rows]
        return format_html(self.name, pd.DataFrame(rows, columns=[*table.headers]))
