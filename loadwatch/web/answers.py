"""What the pages share: the site they show, and the answer to a form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app, flash, redirect

from loadwatch.formatting import clean_text

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

    from loadwatch.web.site import Site

WAIT_S = 4.0  # for the analysis after a write, before the page is shown


def get_site() -> Site:
    """Return the site of the running application, with a reading begun where that is due."""
    site: Site = current_app.config["SITE"]
    site.refresh()
    return site


def finish_write(says: str, target: str = "/") -> BaseResponse:
    """Return to a page after a write, with the new analysis where it is ready soon."""
    site: Site = current_app.config["SITE"]
    site.wait(WAIT_S)
    flash(clean_text(says))
    return redirect(target, 303)


def refuse_write(why: str, target: str = "/") -> BaseResponse:
    """Return to a page with why nothing was written."""
    flash(clean_text(f"Not written: {why}"), "error")
    return redirect(target, 303)
