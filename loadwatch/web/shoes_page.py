"""Shoes: what each pair has run; a pair more, and pairs that are out of use."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request

from loadwatch.errors import LoadwatchError
from loadwatch.formatting import clean_text
from loadwatch.settings import FILE
from loadwatch.settings.shoe_entries import MAX_NAME, MAX_START_KM
from loadwatch.user_files import edit_file
from loadwatch.web.answers import (
    UNPROCESSABLE,
    clean_problem,
    finish_write,
    get_site,
    refuse_write,
)
from loadwatch.web.shoe_form import check_name, parse_start_km, retire_shoe, state_shoe
from loadwatch.web.shoe_rows import list_shoes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from werkzeug.wrappers import Response

pages = Blueprint("shoes", __name__)
PAGE = "/shoes"
WRITTEN = {
    "add": "{} is a pair of yours.",
    "retire": "{} is retired: no longer offered, nor judged.",
    "use": "{} is in use again.",
}


@pages.get(PAGE)
def show_shoes() -> str:
    """Show the distance on each pair of shoes."""
    return _show_page({}, {})


@pages.post(PAGE)
def change_shoe() -> Response | tuple[str, int]:
    """Write what the form says of one pair to loadwatch.toml."""
    form = request.form
    errors = {}
    name, start_km = "", 0.0
    try:
        name = check_name(form.get("name", ""))
    except ValueError as error:
        errors["name"] = f"{error}."
    try:
        start_km = parse_start_km(form.get("start_km", ""))
    except ValueError as error:
        errors["start_km"] = f"The kilometres {error}."
    action = form.get("action", "add")
    if errors:
        return _show_page(form, errors), UNPROCESSABLE
    edits: dict[str, Callable[[bytes], bytes]] = {
        "add": partial(state_shoe, name=name, start_km=start_km),
        "retire": partial(retire_shoe, name=name, is_retired=True),
        "use": partial(retire_shoe, name=name, is_retired=False),
    }
    if action not in edits:
        return refuse_write("there is no such button.", PAGE)
    site = get_site()
    path = site.folder / FILE
    shown = clean_text(name)
    try:
        site.write(path, lambda: edit_file(path, edits[action]), f"the pair {shown}")
    except LoadwatchError as error:
        return _show_page(form, {"name": clean_problem(error)}), UNPROCESSABLE
    return finish_write(WRITTEN[action].format(shown), PAGE)


def _show_page(given: Mapping[str, str], errors: Mapping[str, str]) -> str:
    """Return the page; `given` are the fields as they were filled in."""
    analysis = get_site().analysis
    if analysis is None:
        return render_template("empty.html", title="Shoes")
    return render_template(
        "shoes.html",
        title="Shoes",
        pairs=list_shoes(analysis),
        given=given,
        errors={name: clean_text(why) for name, why in errors.items()},
        file=FILE,
        most_km=MAX_START_KM,
        longest=MAX_NAME,
    )
