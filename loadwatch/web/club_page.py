"""Club: the athletes of a folder in their groups, a note for each, a message to copy."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from flask import Blueprint, abort, render_template, request

from loadwatch import environment
from loadwatch.assess.roster_notes import NOTES_FILE, RosterNote, append_note, fold_name
from loadwatch.errors import LoadwatchError
from loadwatch.report import html
from loadwatch.verdict.roster_groups import sort_athletes
from loadwatch.web.answers import finish_write, get_club, refuse_write
from loadwatch.web.club import name_places

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from loadwatch.analysis import Athlete, Roster

pages = Blueprint("club", __name__)
LONGEST_NOTE = 500


@pages.get("/")
def show_club() -> str:
    """Show every athlete in a line."""
    roster = get_club().result
    if roster is None:
        return render_template("club.html", title="Club", name="", groups=[])
    slugs = name_places(roster)
    links = [
        f"/runners/{slugs[athlete.place]}/"
        for athlete in sort_athletes(roster.athletes)
    ]
    return render_template(
        "club.html",
        title="Club",
        slugs=slugs,
        longest=LONGEST_NOTE,
        **html.build_roster(roster, links),
    )


@pages.post("/note/<slug>")
def write_note(slug: str) -> Response:
    """Write a line of notes.csv on one athlete."""
    club = get_club()
    athlete = club.find_athlete(slug)
    roster = club.result
    if athlete is None or roster is None:
        abort(404)
    text = " ".join(request.form.get("note", "").split())[:LONGEST_NOTE]
    if not text:
        return refuse_write("the note is empty.")
    name = choose_note_name(athlete, roster)
    note = RosterNote(name, environment.today_by_clock(), text)
    path = club.folder / NOTES_FILE
    try:
        club.write(path, lambda: append_note(path, note), f"a note on {athlete.name}")
    except LoadwatchError as error:
        return refuse_write(str(error))
    return finish_write(f"Written to {NOTES_FILE}: {athlete.name}: {text}")


def choose_note_name(athlete: Athlete, roster: Roster) -> str:
    """Return what a note calls an athlete: by name, by the folder where two have one name."""
    names = Counter(fold_name(one.name) for one in roster.athletes)
    if names[fold_name(athlete.name)] > 1:
        return athlete.place
    return athlete.name
