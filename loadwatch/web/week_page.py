"""Week: its runs, what was raised in it and why, and the diary of its days."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, abort, render_template, request

from loadwatch import environment, formatting
from loadwatch.assess import diary
from loadwatch.assess.diary import RED_FLAGS
from loadwatch.date_filter import Period, filter_dates
from loadwatch.errors import LoadwatchError
from loadwatch.report.page_weeks import build_panels
from loadwatch.report.season import build_season, describe_week
from loadwatch.user_files import read_file
from loadwatch.verdict.levels import week_starts
from loadwatch.verdict.phrases import upper_first
from loadwatch.web.answers import finish_write, get_site, refuse_write
from loadwatch.web.diary_form import WHEN_LABELS, digest_entry, read_entry
from loadwatch.web.run_rows import list_recent_runs

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from loadwatch.analysis import Analysis
    from loadwatch.assess.diary import Entry
    from loadwatch.web.site import Site

pages = Blueprint("week", __name__)
WEEK = timedelta(days=7)
RED_FLAG_TEXTS = {flag.column: flag.says for flag in RED_FLAGS}
NEW_LINE = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiaryLine:
    """One line of the diary in a form, or an empty one for a day without."""

    was: str  # of the line as it was, NEW_LINE for one that is not there yet
    summary: str
    pain: str
    when: str
    site: str
    note: str
    ticks: list[tuple[str, str]]  # column and text of the red flags that are ticked


@dataclass(frozen=True, slots=True, kw_only=True)
class DayView:
    """One day of the week."""

    day: date
    title: str
    lines: list[DiaryLine]


@pages.get("/weeks")
def show_last_week() -> str:
    """Show the newest week."""
    analysis = get_site().analysis
    if analysis is None or not len(analysis.weeks):
        return render_template("empty.html", title="Week")
    return show_week(week_starts(analysis.weeks)[-1].isoformat())


@pages.get("/weeks/<day>")
def show_week(day: str) -> str:
    """Show the week that holds a day."""
    site = get_site()
    analysis = site.analysis
    if analysis is None:
        return render_template("empty.html", title="Week")
    start = find_week(analysis, day)
    period = Period(start, start + WEEK - timedelta(days=1))
    season = build_season(analysis, period)
    (panel,) = build_panels(season, analysis, with_all=True)
    runs = list_recent_runs(filter_dates(analysis, period), 0)
    starts = week_starts(analysis.weeks)
    return render_template(
        "week.html",
        title="Week",
        panel=panel,
        line=upper_first(describe_week(season.weeks[-1], season).partition(": ")[2]),
        runs=runs[::-1],
        days=list_days(read_entries(site), start),
        when_labels=WHEN_LABELS,
        before=_name_week(start - WEEK, starts),
        after=_name_week(start + WEEK, starts),
    )


def find_week(analysis: Analysis, text: str) -> date:
    """Return the first day of the week that holds a day; not found where it has none."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        abort(404)
    starts = [start for start in week_starts(analysis.weeks) if start <= day]
    if not starts or day >= starts[-1] + WEEK:
        abort(404)
    return starts[-1]


def _name_week(start: date, starts: list[date]) -> tuple[str, str] | None:
    """Return the address and the name of a week, None where there is none."""
    if start not in starts:
        return None
    return start.isoformat(), f"Week of {formatting.format_day_month(start)}"


def read_entries(site: Site) -> tuple[Entry, ...]:
    """Return the lines of the diary as the file has them now."""
    try:
        data = read_file(site.folder, diary.DIARY_FILE)
    except LoadwatchError:
        return ()
    return diary.read_diary(data or b"").entries


def list_days(entries: tuple[Entry, ...], start: date) -> list[DayView]:
    """Return the days of a week that have been, each with its lines and a free one."""
    days = []
    for at in range(WEEK.days):
        day = start + timedelta(days=at)
        if day > environment.today_by_clock():
            break
        lines = [_build_line(entry) for entry in entries if entry.day == day]
        free = DiaryLine(
            was=NEW_LINE, summary="", pain="", when="", site="", note="", ticks=[]
        )
        title = f"{day:%A}, {formatting.format_day_month(day)}"
        days.append(DayView(day=day, title=title, lines=lines or [free]))
    return days


def _build_line(entry: Entry) -> DiaryLine:
    pain = ""
    parts = []
    if not math.isnan(entry.pain):
        pain = f"{entry.pain:g}"
        parts.append(f"pain {pain} of 10")
    if entry.when:
        parts.append(WHEN_LABELS[entry.when])
    ticks = [(column, RED_FLAG_TEXTS[column]) for column in entry.ticks]
    parts += [text for text in (entry.site, entry.note) if text]
    parts += [text for _, text in ticks]
    return DiaryLine(
        was=digest_entry(entry),
        summary=formatting.clean_text("; ".join(parts)),
        pain=pain,
        when=entry.when,
        site=entry.site,
        note=entry.note,
        ticks=ticks,
    )


@pages.post("/weeks/<day>")
def change_diary(day: str) -> Response:
    """Write a day's line of the diary, or change one that is there."""
    site = get_site()
    target = f"/weeks/{day}"
    path = site.folder / diary.DIARY_FILE
    was = request.form.get("was", NEW_LINE)
    try:
        entry = read_entry(request.form, needs_pain=was == NEW_LINE)
        if was == NEW_LINE:
            site.write(
                path, lambda: diary.append_entry(path, entry), f"a line of {path.name}"
            )
        else:
            old = _find_entry(site, was)
            site.write(
                path,
                lambda: diary.change_entry(path, old, entry),
                f"a line of {path.name}",
            )
    except LoadwatchError as error:
        return refuse_write(str(error), target)
    return finish_write(f"Written to {path.name}: {entry.day}.", target)


def _find_entry(site: Site, was: str) -> Entry:
    """Return the line of the diary that a form shows; LoadwatchError where it has changed."""
    for entry in read_entries(site):
        if digest_entry(entry) == was:
            return entry
    raise LoadwatchError("that line of the diary has changed meanwhile; look again.")
