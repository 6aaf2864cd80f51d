"""What the pages share: the folder they show, and the answer to a form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, current_app, flash, g, redirect

from loadwatch.formatting import clean_text, strip_folders
from loadwatch.web.club import Club
from loadwatch.web.site import Site

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

    from loadwatch.web.site import WatchedFolder

UNPROCESSABLE = 422  # a form comes back with what is wrong beside its fields
FIRST_WAIT_S = 1.0  # for the first reading, which a warm store ends by then
LONGEST_PROBLEM = 500  # characters
WAIT_S = 4.0  # for the analysis after a write, before the page is shown


class ClubIsRead(Exception):
    """A runner of a club is asked for before the club was read for the first time."""


def get_home() -> str:
    """Return what the addresses of the folder's pages begin with: "", or "/runners/NAME"."""
    runner = g.get("runner", "")
    return f"/runners/{runner}" if runner else ""


def get_folder() -> WatchedFolder[Any]:
    """Return the folder of the address, with a reading begun where that is due.

    An address of a runner whom the club does not have is not found.
    """
    folder: WatchedFolder[Any] = current_app.config["SITE"]
    folder.refresh()
    if folder.progress.version == 0:
        folder.wait(FIRST_WAIT_S)
    runner = g.get("runner", "")
    if not runner or not isinstance(folder, Club):
        return folder
    site = folder.find_site(runner)
    if site is None:
        if folder.result is None and folder.is_reading:
            raise ClubIsRead
        abort(404)
    site.refresh()
    if site.progress.version == 0:
        site.wait(WAIT_S)
    return site


def get_site() -> Site:
    """Return the folder of the address where it is an athlete's; elsewhere it is not found."""
    folder = get_folder()
    if not isinstance(folder, Site):
        abort(404)
    return folder


def get_club() -> Club:
    """Return the club, not found where one athlete's folder is shown."""
    folder = current_app.config["SITE"]
    if not isinstance(folder, Club):
        abort(404)
    folder.refresh()
    return folder


def finish_write(
    sentence: str, target: str = "/", *, wait_s: float = WAIT_S
) -> BaseResponse:
    """Return to a page of the folder after a write, with the new analysis if it is ready soon."""
    get_folder().wait(wait_s)
    flash(clean_text(sentence))
    return redirect(get_home() + target, 303)


def clean_problem(why: object) -> str:
    """Return why something failed as a page may show it: no folder of this computer is in it."""
    return clean_text(strip_folders(str(why)), LONGEST_PROBLEM)


def refuse_write(why: str, target: str = "/") -> BaseResponse:
    """Return to a page of the folder with why nothing was written."""
    flash(clean_problem(f"Not written: {why}"), "error")
    return redirect(get_home() + target, 303)
