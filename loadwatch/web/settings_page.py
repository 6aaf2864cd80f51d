"""Settings: a form over loadwatch.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request

from loadwatch.errors import LoadwatchError
from loadwatch.formatting import clean_text
from loadwatch.settings import FILE
from loadwatch.user_files import edit_file, read_file
from loadwatch.web.answers import (
    UNPROCESSABLE,
    clean_problem,
    finish_write,
    get_site,
    refuse_write,
)
from loadwatch.web.settings_form import (
    FieldError,
    change_values,
    find_errors,
    list_parts,
    map_fields,
    read_values,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.wrappers import Response

pages = Blueprint("settings", __name__)
PAGE = "/settings"


@pages.get(PAGE)
def show_settings() -> str:
    """Show the form with what the file states."""
    site = get_site()
    try:
        values = read_values(read_file(site.folder, FILE) or b"")
    except LoadwatchError as error:
        advice = "Mend the file by hand, then open this page again."
        return _show_form({}, {}, {}, problem=f"{error}. {advice}", is_readable=False)
    return _show_form(values, values, {})


@pages.post(PAGE)
def change_settings() -> Response | tuple[str, int]:
    """Write the settings that were changed in the form; what an editor changed meanwhile stays.

    Where one cannot be, nothing is written, and the form comes back as it was filled in.
    """
    site = get_site()
    given = {name: request.form.get(name, "") for name in map_fields()}
    was = {name: request.form.get(f"was.{name}", "") for name in given}
    changed = {name: text for name, text in given.items() if text != was[name]}
    if not changed:
        return refuse_write("nothing was changed.", PAGE)
    errors = find_errors(changed)
    if errors:
        return _show_form(given, was, errors), UNPROCESSABLE
    path = site.folder / FILE
    try:
        site.write(
            path,
            lambda: edit_file(path, lambda old: change_values(old, changed, was)),
            f"settings in {FILE}",
        )
    except FieldError as error:
        errors = {error.name: error.reason}
        return _show_form(given, was, errors), UNPROCESSABLE
    except LoadwatchError as error:
        page = _show_form(given, was, {}, problem=str(error))
        return page, UNPROCESSABLE
    return finish_write(f"Written to {FILE}.", PAGE)


def _show_form(
    values: Mapping[str, str],
    was: Mapping[str, str],
    errors: Mapping[str, str],
    *,
    problem: str = "",
    is_readable: bool = True,
) -> str:
    """Return the page with `values` in the fields, and each error beside its field."""
    if errors:
        problem = "Nothing was written. Look at the fields that are marked."
    return render_template(
        "settings.html",
        title="Settings",
        parts=list_parts(),
        unfolded=_list_unfolded(values, errors),
        values=values,
        was=was,
        errors={name: clean_text(why) for name, why in errors.items()},
        problem=clean_problem(problem),
        is_readable=is_readable,
        file=FILE,
    )


def _list_unfolded(values: Mapping[str, str], errors: Mapping[str, str]) -> list[str]:
    """Return the headings of the parts in which a field is filled in, or wrong."""
    return [
        heading
        for heading, fields in list_parts().items()
        if any(values.get(field.name) or field.name in errors for field in fields)
    ]
