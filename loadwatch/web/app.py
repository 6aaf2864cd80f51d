"""The Flask application: one folder, one token, a blueprint per page."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING, Any, cast

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    g,
    get_flashed_messages,
    render_template,
    request,
)
from jinja2 import ChoiceLoader, PackageLoader

from loadwatch.errors import LoadwatchError
from loadwatch.formatting import bind_units, clean_text
from loadwatch.report.html import format_stylesheet, link_dois
from loadwatch.tables import LEVELS
from loadwatch.version import __version__
from loadwatch.web import (
    club_page,
    course_page,
    files,
    guard,
    plan,
    report_page,
    runs,
    settings_page,
    shoes_page,
    today,
    week_page,
)
from loadwatch.web.answers import (
    ClubIsRead,
    clean_problem,
    finish_write,
    get_folder,
    get_home,
    refuse_write,
)
from loadwatch.web.club import Club
from loadwatch.web.uploads import (
    MAX_BODY_BYTES,
    MAX_FILES,
    MAX_TEXT_BYTES,
    SUFFIXES,
    UploadRequest,
    choose_limit,
)

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

    from loadwatch.web.site import WatchedFolder

MENU = (
    ("/", "Today"),
    ("/report", "Report"),
    ("/weeks", "Week"),
    ("/runs", "Runs"),
    ("/plan", "Plan"),
    ("/course", "Course"),
    ("/shoes", "Shoes"),
    ("/settings", "Settings"),
    ("/files", "Files"),
)


SHOW_ALL = "Start it with LOADWATCH_DEBUG=1 to see all of it where it was started."

# of every folder, a club's own and each runner's: how far reading is, and the way back
common = Blueprint("common", __name__)
ATHLETE_PAGES = (
    *(today.pages, report_page.pages, runs.pages, plan.pages),
    *(course_page.pages, week_page.pages, shoes_page.pages),
    *(settings_page.pages, files.pages),
)
RUNNER_PREFIX = "/runners/<runner>"


def create_app(
    site: WatchedFolder[Any], token: str, *, read_only: bool = False
) -> Flask:
    """Return the application that shows `site` to whoever has `token`.

    The pages of one athlete are at the root. A club has its own page there, and those of each
    runner below `/runners/NAME`, a name that the club gave and no path.
    """
    app = Flask("loadwatch.web")
    app.request_class = UploadRequest
    app.config.update(
        TOKEN=token,
        READ_ONLY=read_only,
        SITE=site,
        SECRET_KEY=secrets.token_bytes(32),
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_TEXT_BYTES,
        MAX_FORM_PARTS=MAX_FILES + 100,
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_NAME="loadwatch_said",
    )
    _prepare_templates(app)
    guard.guard_app(app)
    app.context_processor(_list_common_values)
    app.teardown_request(_remove_uploads)
    app.add_url_rule("/style.css", view_func=_send_style)
    app.register_blueprint(common)
    prefix = ""
    if isinstance(site, Club):
        prefix = RUNNER_PREFIX
        app.url_value_preprocessor(_note_runner)
        app.register_blueprint(club_page.pages)
        app.register_blueprint(common, name="runner_common", url_prefix=prefix)
    for pages in ATHLETE_PAGES:
        app.register_blueprint(pages, url_prefix=prefix)
    app.register_error_handler(ClubIsRead, _show_reading)
    app.register_error_handler(404, _show_not_found)
    app.register_error_handler(405, _show_no_form)
    app.register_error_handler(413, _show_too_large)
    app.register_error_handler(LoadwatchError, _show_problem)
    app.register_error_handler(500, _show_failure)
    if not os.environ.get("LOADWATCH_DEBUG"):
        app.logger.disabled = True  # the page says it; a traceback helps no runner
    return app


def _prepare_templates(app: Flask) -> None:
    """Let pages use the report's own macros."""
    own = app.jinja_loader
    report = PackageLoader("loadwatch.report", "templates")
    app.jinja_loader = ChoiceLoader([own, report] if own else [report])
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        bind_units=bind_units,
        clean_problem=clean_problem,
        clean_text=clean_text,
        link_dois=link_dois,
    )


def _note_runner(_: str | None, values: dict[str, Any] | None) -> None:
    """Take the runner's name from the address; a page asks for the folder by it."""
    g.runner = (values or {}).pop("runner", "")


def _list_common_values() -> dict[str, Any]:
    """Return what every page shows."""
    site = get_folder()
    home = get_home()
    is_club = isinstance(site, Club)
    menu: list[tuple[str, str]] = []
    if is_club or home:
        menu.append(("/", "Club"))
    if not is_club:
        menu += [(home + target, label) for target, label in MENU]
    return {
        "site": site,
        "analysis": None if is_club else site.result,
        "home": home,
        "menu": menu,
        "levels": LEVELS,
        "read_only": current_app.config["READ_ONLY"] or not site.is_writable,
        "messages": get_flashed_messages(with_categories=True),
        "upload_suffixes": ",".join(SUFFIXES),
        "upload_limit": MAX_BODY_BYTES,
        "version": __version__,
    }


def _remove_uploads(_: BaseException | None) -> None:
    """Remove the files of a request that no page has kept."""
    cast("UploadRequest", request).remove_unkept()


def _send_style() -> Response:
    style = format_stylesheet(is_roster="roster" in request.args)
    return Response(style, content_type="text/css; charset=utf-8")


@common.get("/state")
def send_state() -> dict[str, Any]:
    """Return how far reading is; pages ask every few seconds."""
    progress = get_folder().progress
    return {
        "version": progress.version,
        "done": progress.done,
        "total": progress.total,
    }


@common.post("/undo")
def undo_write() -> BaseResponse:
    """Take the last write back."""
    try:
        return finish_write(get_folder().undo(request.form.get("change", "")))
    except LoadwatchError as error:
        return refuse_write(str(error))


def _show_reading(_: Exception) -> tuple[str, int, dict[str, str]]:
    """Show that the runners are read for the first time; the page then shows itself again."""
    g.runner = ""  # nobody is known yet
    page = render_template("reading.html", title="Club")
    return page, 503, {"Retry-After": "3"}


def _show_not_found(_: Exception) -> tuple[str, int]:
    """Show that nothing is at an address, with the way back."""
    return _show_wrong_address("There is no such page.", 404)


def _show_no_form(_: Exception) -> tuple[str, int]:
    """Show that an address takes a form alone, as after going back to one that was refused."""
    return _show_wrong_address("This address takes a form. Nothing was written.", 405)


def _show_wrong_address(problem: str, status: int) -> tuple[str, int]:
    g.runner = ""  # there may be none of that name
    page = render_template("problem.html", title="Problem", problem=problem)
    return page, status


def _show_too_large(_: Exception) -> tuple[str, int]:
    return choose_limit(request.path, request.content_type or "").why, 413


def _show_problem(error: Exception) -> tuple[str, int]:
    """Show what a page could not do, with the way back."""
    text = clean_problem(error)
    return render_template("problem.html", title="Problem", problem=text), 409


def _show_failure(error: Exception) -> tuple[str, int]:
    """Show that loadwatch itself failed, and how to see all of it."""
    cause = getattr(error, "original_exception", None) or error
    name = type(cause).__name__
    return f"loadwatch itself failed ({name}). {SHOW_ALL}\n", 500
