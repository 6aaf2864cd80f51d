"""Today: drop files, say which ground it was, how the back is."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import Blueprint, render_template, request

from loadwatch import environment
from loadwatch.assess import diary
from loadwatch.assess.diary import RED_FLAGS
from loadwatch.assess.ground_questions import find_questions
from loadwatch.errors import LoadwatchError
from loadwatch.exposure import tags
from loadwatch.exposure.ground_answers import parse_answer
from loadwatch.exposure.tag_writer import write_tags
from loadwatch.report.budget_table import format_headroom_line
from loadwatch.report.ground_question import QuestionText, describe_question
from loadwatch.report.page_content import describe_age, find_clock_day
from loadwatch.report.page_sections import list_urgent
from loadwatch.report.season import build_season, describe_week
from loadwatch.tables import SURFACES
from loadwatch.verdict.headline import build_verdict
from loadwatch.web.answers import WAIT_S, finish_write, get_site, refuse_write
from loadwatch.web.diary_form import WHEN_LABELS, read_entry
from loadwatch.web.run_rows import list_recent_runs
from loadwatch.web.shoe_rows import list_pairs_in_use
from loadwatch.web.uploads import (
    DROP,
    describe_copies,
    explain_no_space,
    join_problems,
    list_unread,
    remove_leftovers,
)

if TYPE_CHECKING:
    from datetime import date

    from werkzeug.wrappers import Response

    from loadwatch.analysis import Analysis
    from loadwatch.web.site import Site
    from loadwatch.web.uploads import UploadRequest

pages = Blueprint("today", __name__)
MAX_QUESTIONS = 3
ASKED_GROUNDS = ("hard", "firm", "soft", "track")
NOT_SURE = "unknown"  # asked another time


@pages.get("/")
def show_today() -> str:
    """Show the page."""
    site = get_site()
    analysis = site.analysis
    if analysis is None:
        return render_template("empty.html", title="Today")
    today, verdict = environment.today_by_clock(), build_verdict(analysis)
    return render_template(
        "today.html",
        title="Today",
        verdict=verdict,
        old_line=describe_age(analysis, verdict, today),
        urgent=list_urgent(analysis),
        questions=site.remember("questions", list_questions),
        week_line=site.remember("week", describe_last_week),
        room_line=format_headroom_line(analysis, find_clock_day(analysis, today)),
        grounds=[SURFACES[name] for name in ASKED_GROUNDS],
        runs=list_recent_runs(analysis),
        pairs=list_pairs_in_use(analysis),
        red_flags=RED_FLAGS,
        when_labels=WHEN_LABELS,
        clock_day=today,
        latest=_list_latest_pain(analysis),
    )


def list_questions(analysis: Analysis) -> list[tuple[str, QuestionText]]:
    """Return the runs to ask the ground of, by id, the most useful first; none if enough is known.

    Each supposes that those before it were answered.
    """
    if analysis.question is None:
        return []
    found = find_questions(
        analysis.activities, analysis.settings, analysis.today, MAX_QUESTIONS
    )
    first = analysis.question
    others = [one for one in found.questions if one.activity_id != first.activity_id]
    return [
        (one.activity_id, describe_question(one, analysis))
        for one in [first, *others][:MAX_QUESTIONS]
    ]


def describe_last_week(analysis: Analysis) -> str:
    """Return the newest week in a line, "" without one."""
    season = build_season(analysis, last=1)
    if not season.weeks:
        return ""
    return describe_week(season.weeks[-1], season)


def _list_latest_pain(analysis: Analysis) -> list[tuple[date, float]]:
    """Return the days and scores of the last entries in the diary."""
    if analysis.diary is None:
        return []
    return [(entry.day, entry.score) for entry in analysis.diary.latest]


@pages.post(DROP)
def copy_files() -> Response:
    """Copy dropped files into the folder, under new names."""
    site = get_site()
    refused = explain_no_space(site.folder, request.content_length or 0)
    if refused:
        return refuse_write(refused)
    remove_leftovers(site.folder)
    asked = cast("UploadRequest", request)
    asked.upload_folder = site.folder
    copied, problems = asked.keep_uploads()
    site.refresh(at_once=True)
    if not copied:
        return refuse_write(join_problems(problems) or "no file came.")
    site.wait(WAIT_S)
    if not site.is_reading:
        problems += list_unread(copied, site.analysis)
    sentence = " ".join((describe_copies(copied), join_problems(problems)))
    return finish_write(sentence.strip(), wait_s=0.0)


@pages.post("/ground")
def answer_ground() -> Response:
    """Write the ground of a run; it holds for the same ground in other runs."""
    site = get_site()
    surface = request.form.get("surface", "").strip()
    cells = {"surface": surface, "asked": ""}
    try:
        if surface == NOT_SURE:
            cells = {"surface": "", "asked": environment.today_by_clock().isoformat()}
        elif not parse_answer(surface):
            return refuse_write("no ground was chosen.")
    except ValueError as error:
        return refuse_write(f"{error}.")
    return write_cells(site, request.form.get("activity_id", ""), cells, surface)


def write_cells(
    site: Site,
    activity_id: str,
    cells: dict[str, str],
    description: str,
    target: str = "/",
) -> Response:
    """Write cells of tags.csv for one run."""
    analysis = site.analysis
    ids = analysis.activities["activity_id"].tolist() if analysis else []
    if analysis is None or activity_id not in ids:
        return refuse_write("this run is not there any more.", target)
    path = site.folder / tags.FILE
    position = ids.index(activity_id)

    def write() -> None:
        write_tags(path, analysis.activities, [position], cells)

    try:
        site.write(path, write, f"a line of {tags.FILE}")
    except LoadwatchError as error:
        return refuse_write(str(error), target)
    return finish_write(f"Written to {tags.FILE}: {description}.", target)


@pages.post("/pain")
def log_pain() -> Response:
    """Write a line of the diary."""
    site = get_site()
    path = site.folder / diary.DIARY_FILE
    try:
        entry = read_entry(request.form)
        site.write(
            path, lambda: diary.append_entry(path, entry), f"a line of {path.name}"
        )
    except LoadwatchError as error:
        return refuse_write(str(error))
    urgent = " ".join(diary.list_urgent_calls([entry]))
    message = f"Written to {path.name}: {entry.day}, pain {entry.pain:g}. {urgent}"
    return finish_write(message.strip())
