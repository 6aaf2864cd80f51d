"""The public Python face: a path in, an AthleteAnalysis or a RosterAnalysis out.

Both are thin: they hold the frozen data that reports see, and give it as pandas tables, as a
picture, and as what a notebook shows. Everything is computed as on the command line.
"""

from __future__ import annotations

import html
from dataclasses import asdict, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from loadwatch import pipeline
from loadwatch.assess.rules import flag_row
from loadwatch.date_filter import ALL_DAYS, Period, filter_dates
from loadwatch.environment import local_options
from loadwatch.errors import SettingsError
from loadwatch.tables import EXPOSURES, column_names
from loadwatch.verdict import headline, levels, roster_groups

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from matplotlib.figure import Figure

    from loadwatch.analysis import Analysis, Athlete, Roster
    from loadwatch.assess.budget import Headroom
    from loadwatch.assess.diary.answer import Answer
    from loadwatch.assess.rules import Flag, Unknown
    from loadwatch.pipeline import Options
    from loadwatch.pipeline.routes import TriedRoute
    from loadwatch.settings import Settings

SHOWN_WEEKS = 8  # in a notebook, below the headline
ORIGIN = "Python"  # where a setting given here came from
# columns of `activities` after those of EXPOSURES: the start as pandas computes with it
TIME_COLUMNS = ("start_local", "start_utc")
# columns of few values, each many times
CATEGORIES = (
    *("zone_source", "sport", "sub_sport", "distance_source", "ascent_source"),
    *("surface_source", "surface_confidence", "device", "altitude_confidence", "shoe"),
)
GROUPS = ("call", "talk", "watch", "low", "fine", "unknown")
LEFT_OUT_COLUMNS = ("source", "kind", "why")
DUPLICATE_COLUMNS = ("source", "of", "why")
UNKNOWN_COLUMNS = ("week", "rule", "why")
FLAG_COLUMNS = (
    *("week", "rule", "name", "level", "value", "limit", "amount", "usual", "unit"),
    *("activity_id", "source", "says", "evidence", "fired_26w", "held_against"),
    *("event", "planned"),
)
LIMIT_COLUMNS = ("week", "rule", "measure", "unit", "used", "room", "limit", "why")
ATHLETE_COLUMNS = (
    *("group", "level", "state", "says", "last_activity", "flags", "events"),
    "pain_7d",
)


def analyse(
    *paths: str | Path,
    today: date | str | None = None,
    tz: str | None = None,
    osm: str | Path | None = None,
    settings: Mapping[str, Any] | None = None,
    options: Options | None = None,
) -> AthleteAnalysis:
    """Return all that is known of the athlete whose data are at `paths`, as the command line would.

    Parameters
    ----------
    paths : a file, a folder, an export zip, or several of them: one athlete. A folder may hold
        `loadwatch.toml`, `tags.csv` and `diary.csv`.
    today : the day to judge as of, a date or "2026-11-17"; by default that of the last activity.
    tz : IANA name of the time zone for files that do not state one.
    osm : path of a map extract, for the surface.
    settings : the keys and tables of a `loadwatch.toml`, over those of any file, as
        `{"weeks": {"week_start": "sun"}, "rules": {"session_spike": {"watch": 1.15}}}`.
    options : how to read, for experts. By default with this machine's time zone and the user's
        own settings; nothing is kept for the next time unless its `store` names a folder.

    Raises
    ------
    NothingToRead : a path is missing, or a folder is empty.
    SettingsError : something is wrong in a `loadwatch.toml`, `tags.csv`, or in `settings`.
    """
    options = _merge_options(options, settings, today=today, tz=tz, osm=osm)
    return AthleteAnalysis(pipeline.analyse_athlete(*paths, options=options))


def roster(
    folder: str | Path,
    *,
    today: date | str | None = None,
    tz: str | None = None,
    osm: str | Path | None = None,
    settings: Mapping[str, Any] | None = None,
    options: Options | None = None,
) -> RosterAnalysis:
    """Return every athlete of a folder (a folder or zip each) in groups, as the command line would.

    One that cannot be read is still listed. The parameters are those of `analyse`; who has fallen
    silent is decided by the day of this machine's clock, unless `today` names another.
    """
    options = _merge_options(options, settings, today=today, tz=tz, osm=osm)
    return RosterAnalysis(pipeline.analyse_roster(folder, options=options))


def course(
    route: str | Path,
    *paths: str | Path,
    date: date | str | None = None,
    today: date | str | None = None,
    tz: str | None = None,
    osm: str | Path | None = None,
    settings: Mapping[str, Any] | None = None,
    options: Options | None = None,
) -> TriedRoute:
    """Return what a route measures and would raise if the athlete ran it on a day.

    Parameters
    ----------
    route : path of a GPX (with or without times), TCX or FIT file.
    paths : where the athlete's data are; they and the other parameters are those of `analyse`.
    date : the day of the run, a date or "2026-11-30"; by default the one after today.

    Returns
    -------
    `measured` by column of EXPOSURES in SI, `plan.flags` that would be raised, `plan.unknown`
    that could not be judged, and in `below` the checks that would not be raised.

    Raises
    ------
    NothingToRead : there is no route at `route`, or nothing at `paths`.
    SettingsError : `date` is before today, or a setting is wrong.
    """
    from loadwatch.pipeline.routes import try_routes  # noqa: PLC0415 - few plan

    analysis = analyse(
        *paths, today=today, tz=tz, osm=osm, settings=settings, options=options
    )
    day = date
    if isinstance(day, str):
        day = _parse_day(day)
    (tried,) = try_routes(analysis.data, [Path(route)], day)
    return tried


def _merge_options(
    options: Options | None, settings: Mapping[str, Any] | None, **stated: Any
) -> Options:
    """Return `options`, by default this machine's, with the settings given in Python over them."""
    overrides = _flatten_settings(settings or {})
    for key, value in stated.items():
        if value is not None:
            overrides[key] = value
    if isinstance(overrides.get("today"), str):
        overrides["today"] = _parse_day(overrides["today"])
    if "osm" in overrides:
        overrides["osm"] = str(overrides["osm"])
    options = options or local_options()
    merged = {key: (value, ORIGIN) for key, value in overrides.items()}
    return replace(options, overrides={**options.overrides, **merged})


def _parse_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SettingsError(
            ORIGIN, f"today = {text!r}: should be a date, as 2026-11-17"
        ) from None


def _flatten_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return nested settings by field name, limits of rules as `rules.<name>.<key>`."""
    found: dict[str, Any] = {}
    for table, content in settings.items():
        if not isinstance(content, dict):
            found[table] = content
        elif table == "rules":
            for rule, limits in content.items():
                found |= {f"rules.{rule}.{key}": limits[key] for key in limits}
        elif table == "classes":
            found[table] = content
        else:
            found |= content
    return found


class AthleteAnalysis:
    """All that is known of one athlete, as tables, a picture and in a notebook.

    Every table is in SI units; unknown is NaN, NaT or "unknown", never 0. `loadwatch columns`
    prints what each column means.
    """

    def __init__(self, data: Analysis) -> None:
        """Hold `data`, which stays as it is."""
        self._data = data

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
        return _build_flags_table(self._data)

    @cached_property
    def unknown_table(self) -> pd.DataFrame:
        """One row per rule and week that could not be judged: `week`, `rule`, `why`."""
        rows = [(gap.week, gap.rule, str(gap.why)) for gap in self._data.unknown]
        return _parse_week(pd.DataFrame(rows, columns=list(UNKNOWN_COLUMNS)))

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
        return _copy_shoes(self._data)

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
            from loadwatch.pipeline.routes import judge_plan  # noqa: PLC0415 - few plan

            return _build_flags_table(judge_plan(self._data, Path(plan)))
        limits = pipeline.with_budget(self._data).limits
        rows = [_build_limit_row(limit) for limit in limits]
        return _parse_week(pd.DataFrame(rows, columns=list(LIMIT_COLUMNS)))

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
        target.write_text(page, encoding="utf-8")

    def between(
        self, start: date | None = None, end: date | None = None
    ) -> AthleteAnalysis:
        """Return the same with only the days from `start` to `end`; nothing is judged anew."""
        return AthleteAnalysis(filter_dates(self._data, Period(start, end)))

    def __dir__(self) -> list[str]:
        """Return the public names."""
        return _list_public_names(type(self))

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
        return _format_html(self.headline, pd.DataFrame(rows, columns=[*table.headers]))


class RosterAnalysis:
    """A folder of athletes, in groups; `roster["Ana"]` is one of them."""

    def __init__(self, data: Roster) -> None:
        """Hold `data`, which stays as it is."""
        self._data = data
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
        return _join_tables({name: self[name].weeks for name in self})

    @cached_property
    def flags_table(self) -> pd.DataFrame:
        """The flags of all athletes, by athlete."""
        tables = {name: self[name].flags_table for name in self}
        return _join_tables(tables).droplevel(-1)

    def budget(self) -> pd.DataFrame:
        """Return what this week and the next can hold of all athletes, by athlete."""
        return _join_tables({name: self[name].budget() for name in self}).droplevel(-1)

    def __iter__(self) -> Iterator[str]:
        """Yield the names of the athletes whose data could be read, in the page's order."""
        return (athlete.name for athlete in self.athletes if athlete.analysis)

    def __len__(self) -> int:
        """Return the number of athletes, also of those that could not be read."""
        return len(self._data.athletes)

    def __getitem__(self, name: str) -> AthleteAnalysis:
        """Return one athlete's analysis.

        Raises
        ------
        KeyError : there is no such athlete, or nothing of it could be read.
        """
        if name not in self._read:
            found = [one.analysis for one in self.athletes if one.name == name]
            if not found or found[0] is None:
                raise KeyError(name)
            self._read[name] = AthleteAnalysis(found[0])
        return self._read[name]

    def __dir__(self) -> list[str]:
        """Return the public names."""
        return _list_public_names(type(self))

    def __repr__(self) -> str:
        """Return one line: name, how many athletes, and the day."""
        return f"<{type(self).__name__} {self.name!r}: {len(self)} athletes on {self.today}>"

    def _repr_html_(self) -> str:
        """Return what a notebook shows: one line per athlete."""
        from loadwatch.report import display_tables  # noqa: PLC0415 - drawing

        table = display_tables.build_roster(self._data)
        rows = [list(map(str, row)) for row in table.rows]
        return _format_html(self.name, pd.DataFrame(rows, columns=[*table.headers]))


def _build_flags_table(judged: Any) -> pd.DataFrame:
    """Return the flags of an analysis or a plan as a table, `level` in its order."""
    rows = [flag_row(flag) for flag in judged.flags]
    table = _parse_week(pd.DataFrame(rows, columns=list(FLAG_COLUMNS)))
    order = ("info", "watch", "high")
    table["level"] = pd.Categorical(table["level"], order, ordered=True)
    return table


def _build_limit_row(limit: Headroom) -> dict[str, Any]:
    """Return one limit of the budget by the names that JSON has."""
    row = asdict(limit)
    row["room"] = row.pop("left")
    return row


def _parse_week(table: pd.DataFrame) -> pd.DataFrame:
    """Return `table` with its column `week` as datetime64."""
    table["week"] = pd.to_datetime(table["week"])
    return table


def _copy_shoes(data: Analysis) -> pd.DataFrame:
    if data.shoes is None:
        return pd.DataFrame(columns=["shoe", "distance_m", "runs", "first", "last"])
    return data.shoes.copy()


def _join_tables(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return tables below each other, the name of each as the first level of the index."""
    if not tables:
        levels = pd.MultiIndex.from_arrays([[], []], names=["athlete", None])
        return pd.DataFrame(index=levels)
    return pd.concat(tables, names=["athlete"])


def _list_public_names(kind: type) -> list[str]:
    return [name for name in vars(kind) if not name.startswith("_")]


def _format_html(title: str, table: pd.DataFrame) -> str:
    """Return a bold line and a table as HTML, everything escaped."""
    return f"<p><b>{html.escape(title)}</b></p>{table.to_html(index=False, border=0)}"
