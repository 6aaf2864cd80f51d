"""What this machine adds to a question: its zone, its day, its user's settings and folders."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import platformdirs
import tzlocal

from loadwatch import pipeline
from loadwatch.settings import FILE

if TYPE_CHECKING:
    from pathlib import Path

    from loadwatch.analysis import Analysis, Roster
    from loadwatch.pipeline import Options


def today() -> date:
    """Return the day by this machine's clock."""
    return datetime.now().astimezone().date()


def settings_file() -> Path:
    """Return where the user's own settings lie; the file need not be there."""
    return platformdirs.user_config_path("loadwatch") / FILE


def store_folder() -> Path:
    """Return where read files are kept unless the user says otherwise."""
    return platformdirs.user_cache_path("loadwatch")


def here(**more: Any) -> Options:
    """Return how this machine reads; `more` are further fields of Options."""
    zone = tzlocal.get_localzone_name() or "UTC"
    return pipeline.Options(files=(settings_file(),), system_zone=zone, now=today(), **more)


def analyse(*paths: str | Path, options: Options | None = None) -> Analysis:
    """Return all that is known of the athlete whose data lie at `paths`, as the command line would.

    Parameters
    ----------
    paths : a file, a folder, an export zip, or several of them: one athlete. A folder may hold
        `loadwatch.toml`, `tags.csv` and `diary.csv`.
    options : how to read. By default with this machine's time zone and the user's own settings,
        as the command line does; nothing is kept for the next time unless `store` names a folder.

    Raises
    ------
    NothingToRead : a path is missing, or a folder is empty.
    SettingsError : a `loadwatch.toml` or `tags.csv` says something wrong.
    """
    return pipeline.analyse(*paths, options=options or here())


def roster(folder: str | Path, options: Options | None = None) -> Roster:
    """Return every athlete of a folder (a folder or zip each) in the four groups, as the command line would.

    One that cannot be read is still listed. `options` as for `analyse`; the day by this machine's
    clock tells who has fallen silent, unless a setting `today` names another.
    """
    return pipeline.roster(folder, options=options or here())
