"""The public Python face: a path in, an Analysis or a Roster out, as the command line gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadwatch import pipeline
from loadwatch.environment import local_options

if TYPE_CHECKING:
    from pathlib import Path

    from loadwatch.analysis import Analysis, Roster
    from loadwatch.pipeline import Options


def analyse(*paths: str | Path, options: Options | None = None) -> Analysis:
    """Return all that is known of the athlete whose data are at `paths`, as the command line would.

    Parameters
    ----------
    paths : a file, a folder, an export zip, or several of them: one athlete. A folder may hold
        `loadwatch.toml`, `tags.csv` and `diary.csv`.
    options : how to read. By default with this machine's time zone and the user's own settings,
        as the command line does; nothing is kept for the next time unless `store` names a folder.

    Raises
    ------
    NothingToRead : a path is missing, or a folder is empty.
    SettingsError : something is wrong in a `loadwatch.toml` or `tags.csv`.
    """
    return pipeline.analyse_athlete(*paths, options=options or local_options())


def roster(folder: str | Path, options: Options | None = None) -> Roster:
    """Return every athlete of a folder (a folder or zip each) in groups, as the command line would.

    One that cannot be read is still listed. `options` as for `analyse`; who has fallen silent is
    decided by the day of this machine's clock, unless a setting `today` names another.
    """
    return pipeline.analyse_roster(folder, options=options or local_options())
