"""The Flask application: one folder, one token, a blueprint per page."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, current_app, get_flashed_messages

from loadwatch.report.html import format_stylesheet
from loadwatch.version import __version__
from loadwatch.web import (
    files,
    guard,
    plan,
    report_page,
    runs,
    settings_page,
    today,
)
from loadwatch.web.answers import finish_write, get_site
from loadwatch.web.uploads import MAX_BODY_BYTES

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

    from loadwatch.web.site import Site

MENU = (
    ("/", "Today"),
    ("/report", "Report"),
    ("/runs", "Runs"),
    ("/plan", "Plan"),
    ("/shoes", "Shoes"),
    ("/settings", "Settings"),
    ("/files", "Files"),
)


TOO_LARGE = (
    "That is more than loadwatch takes from a browser (4 GB in all). "
    "Put the files into the folder by hand.\n"
)


def create_app(site: Site, token: str, *, read_only: bool = False) -> Flask:
    """Return the application that shows `site` to whoever has `token`."""
    app = Flask("loadwatch.web")
    app.config.update(
        TOKEN=token,
        READ_ONLY=read_only,
        SITE=site,
        SECRET_KEY=secrets.token_bytes(32),
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=200_000,
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_NAME="loadwatch_said",
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    guard.guard_app(app)
    app.context_processor(_list_common_values)
    for module in (today, report_page, runs, plan, settings_page, files):
        app.register_blueprint(module.pages)
    app.add_url_rule("/style.css", view_func=_send_style)
    app.add_url_rule("/state", view_func=_send_state)
    app.add_url_rule("/undo", view_func=_undo, methods=["POST"])
    app.register_error_handler(404, _show_not_found)
    app.register_error_handler(413, _show_too_large)
    return app


def _list_common_values() -> dict[str, Any]:
    """Return what every page shows."""
    site: Site = current_app.config["SITE"]
    return {
        "site": site,
        "analysis": site.analysis,
        "menu": MENU,
        "read_only": current_app.config["READ_ONLY"],
        "said": get_flashed_messages(with_categories=True),
        "version": __version__,
    }


def _send_style() -> Response:
    return Response(format_stylesheet(), content_type="text/css; charset=utf-8")


def _send_state() -> dict[str, Any]:
    """Return how far reading is; pages ask every few seconds."""
    progress = get_site().progress
    return {
        "version": progress.version,
        "done": progress.done,
        "total": progress.total,
    }


def _undo() -> BaseResponse:
    site: Site = current_app.config["SITE"]
    return finish_write(site.undo())


def _show_not_found(_: Exception) -> tuple[str, int]:
    return "There is no such page.\n", 404


def _show_too_large(_: Exception) -> tuple[str, int]:
    return TOO_LARGE, 413
