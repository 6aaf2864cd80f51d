"""The public Python face: a path in, an AthleteAnalysis or a RosterAnalysis out.

Both are thin: they hold the frozen data that reports see, and give it as pandas tables, as a
picture, and as what a notebook shows. Everything is computed as on the command line.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loadwatch import pipeline
from loadwatch.api.athlete_analysis import AthleteAnalysis
from loadwatch.api.frames import ORIGIN, parse_day
from loadwatch.api.roster_analysis import RosterAnalysis
from loadwatch.environment import local_options

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from loadwatch.pipeline import Options
    from loadwatch.pipeline.routes import TriedRoute

__all__ = ["AthleteAnalysis", "RosterAnalysis", "analyse", "course", "roster"]


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
    places = [Path(path) for path in paths]
    return AthleteAnalysis(pipeline.analyse_athlete(*paths, options=options), places)


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
    found = pipeline.analyse_roster(folder, options=options)
    return RosterAnalysis(found, Path(folder))


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
    analysis = analyse(
        *paths, today=today, tz=tz, osm=osm, settings=settings, options=options
    )
    return analysis.course(route, date)


def _merge_options(
    options: Options | None, settings: Mapping[str, Any] | None, **stated: Any
) -> Options:
    """Return `options`, by default this machine's, with the settings given in Python over them."""
    overrides = _flatten_settings(settings or {})
    for key, value in stated.items():
        if value is not None:
            overrides[key] = value
    if isinstance(overrides.get("today"), str):
        overrides["today"] = parse_day(overrides["today"])
    if "osm" in overrides:
        overrides["osm"] = str(overrides["osm"])
    options = options or local_options()
    merged = {key: (value, ORIGIN) for key, value in overrides.items()}
    return replace(options, overrides={**options.overrides, **merged})


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
