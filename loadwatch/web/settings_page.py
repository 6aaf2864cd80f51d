"""Settings: a form over loadwatch.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request

from loadwatch.errors import LoadwatchError
from loadwatch.settings import FILE
from loadwatch.user_files import edit_file, read_file
from loadwatch.web.answers import finish_write, get_site, refuse_write
from loadwatch.web.settings_form import FIELDS, change_values, read_values

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

pages = Blueprint("settings", __name__)
PAGE = "/settings"


@pages.get(PAGE)
def show_settings() -> str:
    """Show the form with what the file states."""
    site = get_site()
    problem = ""
    values: dict[str, str] = {}
    try:
        values = read_values(read_file(site.folder, FILE) or b"")
    except LoadwatchError as error:
        problem = str(error)
    return render_template(
        "settings.html",
        title="Settings",
        fields=FIELDS,
        values=values,
        problem=problem,
        file=FILE,
    )


@pages.post(PAGE)
def change_settings() -> Response:
    """Write the settings that were changed in the form; what an editor changed meanwhile stays."""
    site = get_site()
    form = request.form
    changed = {
        field.name: form.get(field.name, "")
        for field in FIELDS
        if form.get(field.name, "") != form.get(f"was.{field.name}", "")
    }
    if not changed:
        return refuse_write("nothing was changed.", PAGE)
    path = site.folder / FILE
    try:
        site.write(
            path,
            lambda: edit_file(path, lambda old: change_values(old, changed)),
            f"settings in {FILE}",
        )
    except LoadwatchError as error:
        return refuse_write(str(error), PAGE)
    return finish_write(f"Written to {FILE}.", PAGE)
