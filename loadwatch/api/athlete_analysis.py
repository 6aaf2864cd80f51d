"""One athlete for Python: tables, a picture, a page."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from loadwatch import pipeline
from loadwatch.api.frames import (
    build_flags_table,
    build_limit_row,
    copy_shoes,
    format_html,
    list_public_names,
    parse_day,
    parse_week,
)
from loadwatch.date_filter import ALL_DAYS, Period, filter_dates
from loadwatch.tables import EXPOSURES, column_names
from loadwatch.user_files import write_file
from loadwatch.verdict import headline, levels

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from matplotlib.figure import Figure

    from loadwatch.analysis import Analysis
    from loadwatch.assess.diary.answer import Answer
    from loadwatch.assess.rules import Flag, Unknown
    from loadwatch.pipeline.routes import TriedRoute
    from loadwatch.settings import Settings

SHOWN_WEEKS = 8  # in a notebook, below the headline
# columns of `activities` after those of EXPOSURES: the start as pandas computes with it
TIME_COLUMNS = ("start_local", "start_utc")
# columns of few values, each many times
CATEGORIES = (
    *("zone_source", "sport", "sub_sport", "distance_source", "ascent_source"),
    *("surface_source", "surface_confidence", "device", "altitude_confidence", "shoe"),
)
LIMIT_COLUMNS = ("week", "rule", "measure", "unit", "used", "room", "limit", "why")
LEFT_OUT_COLUMNS = ("source", "kind", "why")
DUPLICATE_COLUMNS = ("source", "of", "why")
UNKNOWN_COLUMNS = ("week", "rule", "why")


class AthleteAnalysis:
    """All that is known of one athlete, as tables, a picture and in a notebook.

    Every table is in SI units; unknown is NaN, NaT or "unknown", never 0. `loadwatch columns`
    prints what each column means.
    """

    def __init__(self, data: Analysis, places: Sequence[Path] = ()) -> None:
        """Hold `data`, which stays as it is, and where it was read."""
        self._data = data
        self._places = tuple(places)

    @property
    def data(self) -> Analysis:
        """What reports see: frozen, with the hidden columns of its rows."""
        return self._data

    @property
    def name(self) -> str:
        """The athlete's name, of the settings, else of the folder or file."""
        return self._data.name

    @property
    def today(self) -> date:
        """The day that everything is judged as of."""
        return self._data.today

    @property
    def files(self) -> int:
        """How many inputs were read."""
        return self._data.files

    @property
    def settings(self) -> Settings:
        """The settings in force, and where each came from."""
        return self._data.settings

    @property
    def flags(self) -> tuple[Flag, ...]:
        """What the rules raised, by week and rule; `flags_table` is the same as a table."""
        return self._data.flags

    @property
    def unknown(self) -> tuple[Unknown, ...]:
        """What the rules could not judge, and why."""
        return self._data.unknown

    @property
    def diary(self) -> Answer | None:
        """The diary's answer, None without a diary."""
        return self._data.diary

    @property
    def remarks(self) -> tuple[str, ...]:
        """Remarks of one line each: tags that fit no run, estimated heart rates and the like."""
        return self._data.remarks

    @cached_property
    def headline(self) -> str:
        """The sentence that a report begins with."""
        return headline.build_verdict(self._data).sentence

    @cached_property
    def activities(self) -> pd.DataFrame:
        """One row per activity of any sport, oldest first: EXPOSURES, `start_local`, `start_utc`.

        Texts of few values are categoricals; `notes` is a tuple of texts.
        """
        rows = self._data.activities
        table = rows[[*column_names(EXPOSURES), *TIME_COLUMNS]].copy()
        for column in EXPOSURES:
            if column.name in CATEGORIES:
                table[column.name] = table[column.name].astype("category")
            elif column.dtype == "str":
                table[column.name] = table[column.name].astype(str)
        table["notes"] = [tuple(map(str, notes)) for notes in table["notes"]]
        return table

    @cached_property
    def weeks(self) -> pd.DataFrame:
        """One row per calendar week: its `state`, WEEKS, `_usual`, `_change`, and context.

        A week without any file has NaN in its measures, one of rest 0.
        """
        table = self._data.weeks.copy()
        states = [week.state for week in levels.judge_weeks(self._data)]
        table.insert(0, "state", pd.Series(states, table.index, dtype="category"))
        return table

    @cached_property
    def flags_table(self) -> pd.DataFrame:
        """One row per flag, the fields of `flags --format json`; `week` as datetime64."""
        return build_flags_table(self._data)

    @cached_property
    def unknown_table(self) -> pd.DataFrame:
        """One row per rule and week that could not be judged: `week`, `rule`, `why`."""
        rows = [(gap.week, gap.rule, str(gap.why)) for gap in self._data.unknown]
        return parse_week(pd.DataFrame(rows, columns=list(UNKNOWN_COLUMNS)))

    @cached_property
    def skipped_table(self) -> pd.DataFrame:
        """One row per input without an activity of its own: `source`, `kind`, `why`."""
        rows = [(left.source, left.kind, left.why) for left in self._data.skipped]
        return pd.DataFrame(rows, columns=list(LEFT_OUT_COLUMNS))

    @cached_property
    def duplicates_table(self) -> pd.DataFrame:
        """One row per run that is there already: `source`, the kept one in `of`, `why`."""
        rows = [(pair.source, pair.of, pair.why) for pair in self._data.duplicates]
        return pd.DataFrame(rows, columns=list(DUPLICATE_COLUMNS))

    @property
    def shoes_table(self) -> pd.DataFrame:
        """One row per pair of shoes: metres by surface, runs, first and last day."""
        return copy_shoes(self._data)

    def budget(self, plan: str | Path | None = None) -> pd.DataFrame:
        """Return what this week and the next can hold; with a plan, what that would raise.

        Parameters
        ----------
        plan : path of a CSV with `date` and `distance_km`, as `loadwatch budget --plan` takes it;
            a column `course` names files of routes beside it.

        Returns
        -------
        One row per rule and week: `used`, `room` and `limit` in `unit`; with a plan, a table
        like `flags_table`.
        """
        if plan is not None:
            from loadwatch.pipeline.routes import RunnerFiles, judge_plan  # noqa: PLC0415 - few plan

            files = RunnerFiles(places=self._places)
            tried = judge_plan(self._data, Path(plan), files)
            return build_flags_table(tried)
        limits = pipeline.with_budget(self._data).limits
        rows = [build_limit_row(limit) for limit in limits]
        return parse_week(pd.DataFrame(rows, columns=list(LIMIT_COLUMNS)))

    def course(self, route: str | Path, date: date | str | None = None) -> TriedRoute:
        """Return what a route measures and would raise if it were run on a day.

        Parameters
        ----------
        route : path of a GPX (with or without times), TCX or FIT file.
        date : the day of the run, a date or "2026-11-30"; by default the one after today.

        Raises
        ------
        NothingToRead : there is no route at `route`.
        SettingsError : `date` is before today.
        """
        from loadwatch.pipeline.routes import RunnerFiles, try_routes  # noqa: PLC0415 - few plan

        day = parse_day(date) if isinstance(date, str) else date
        files = RunnerFiles(places=self._places)
        (tried,) = try_routes(self._data, [Path(route)], day, files)
        return tried

    def plot(
        self, *measures: str, start: date | None = None, end: date | None = None
    ) -> Figure:
        """Return a matplotlib figure of columns of WEEKS by week, one panel each; by default load.

        Raises
        ------
        ValueError : there is no such measure; the text names those there are.
        """
        from loadwatch.report import charts  # noqa: PLC0415 - imports matplotlib

        return charts.draw_measures(self._data, measures, Period(start, end))

    def write_report(self, path: str | Path) -> None:
        """Write the page: HTML, Markdown or JSON, by the suffix of `path`."""
        from loadwatch.report.formats import PAGES, Screen  # noqa: PLC0415 - drawing

        target = Path(path)
        if target.suffix.lower() not in PAGES:
            known = ", ".join(PAGES)
            raise ValueError(f"cannot write {target.name}: a page is one of {known}")
        writer = PAGES[target.suffix.lower()](Screen())
        page = writer.format_report(pipeline.with_budget(self._data), ALL_DAYS)
        write_file(target, page.encode("utf-8", "replace"))

    def between(
        self, start: date | None = None, end: date | None = None
    ) -> AthleteAnalysis:
        """Return the same with only the days from `start` to `end`; nothing is judged anew."""
        period = Period(start, end)
        return AthleteAnalysis(filter_dates(self._data, period), self._places)

    def __dir__(self) -> list[str]:
        """Return the public names."""
        return list_public_names(type(self))

    def __repr__(self) -> str:
        """Return one line: name, how much was read, and the day."""
        return (
            f"<{type(self).__name__} {self.name!r}: {len(self._data.activities)} "
            f"activities, {len(self._data.weeks)} weeks to {self.today}>"
        )

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the headline and the last weeks."""
        from loadwatch.report import display_tables  # noqa: PLC0415 - drawing

        table = display_tables.build_weeks(self._data, SHOWN_WEEKS)
        rows = [list(map(str, row)) for row in table.rows]
        return format_html(self.headline, pd.DataFrame(rows, columns=[*table.headers]))
