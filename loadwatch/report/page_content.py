"""What the templates of an athlete's page lay out: texts and rows, no markup."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from loadwatch import formatting
from loadwatch.assess import guidance
from loadwatch.assess.guidance import SuggestionBox
from loadwatch.assess.weeks import select_runs
from loadwatch.date_filter import ALL_DAYS, filter_dates
from loadwatch.report import (
    budget_table,
    data_problems,
    display_tables,
    ground_question,
    load_figures,
    page_sections,
    page_tiles,
    page_weeks,
    provenance,
    season,
)
from loadwatch.report.pictures import season_picture, years
from loadwatch.report.pictures.exercises import draw_exercise
from loadwatch.report.rulebook import list_checks, list_references
from loadwatch.tables import LEVELS, RAISED_LEVELS
from loadwatch.verdict import levels, unknown_reasons
from loadwatch.verdict.headline import has_red_flag

if TYPE_CHECKING:
    from datetime import date

    from loadwatch.analysis import Analysis
    from loadwatch.date_filter import Period
    from loadwatch.report.season import Season
    from loadwatch.verdict.headline import Verdict

LONGEST_LIST = 60  # lines of one list on the page; the command line has them all
LONGEST_PRINTED = 12
OLD_DAYS = 14  # since the last run
LONGEST_DOUBTS = 5  # lines at the top; all of them are among the data problems
FIRST_WEEKS = 5  # with runs, up to which somebody has just begun
HELP_FIRST = (
    "First have the sign at the top of the page looked at. Exercises and advice on "
    "training are left out while it is ticked in your diary."
)
BEGINNER_LEAD = "For the first weeks, the article suggests:"
BEGINNER_VERBS = (
    "build up in small steps",
    "train the muscles of trunk and hips",
    "warm up by moving",
)


@dataclass(frozen=True, slots=True)
class FoldedList:
    """One folded list of what the page rests on."""

    title: str
    lines: list[str]
    count: int  # of what the lines name; a line may name several
    more: str = ""
    noun: str = ""  # what the count counts
    printed: bool = False


def build_page(
    analysis: Analysis,
    found: Verdict,
    period: Period = ALL_DAYS,
    now: date | None = None,
) -> dict[str, Any]:
    """Return everything that the athlete's page lays out.

    `period` limits pictures and numbers, never the verdict; `now` is the day by the clock.
    """
    lists = build_lists(analysis)
    advice, background = page_sections.build_advice(analysis)
    return {
        "as_of": describe_day(analysis, now),
        "old_line": describe_age(analysis, found, now),
        "urgent": page_sections.list_urgent(analysis),
        "doubts": data_problems.list_doubts(analysis)[:LONGEST_DOUBTS],
        "tiles": page_tiles.build_tiles(analysis, found),
        "tiles_of": describe_tiles(analysis, found),
        "box": build_box(analysis, found),
        **_build_weeks(analysis, period),
        **_build_sections(analysis, found),
        **_build_budget(analysis, find_clock_day(analysis, now)),
        "gaps": provenance.list_gaps(found.unjudged),
        "checks": list_checks(analysis),
        "references": list_references(),
        "help_first": HELP_FIRST,
        "advice": advice,
        "background": background,
        "drawings": draw_exercises(),
        "credit": guidance.article_credit(),
        "read_line": provenance.describe_reading(analysis),
        "remarks": [formatting.clean_text(remark) for remark in analysis.remarks],
        "shares": provenance.list_shares(analysis),
        "parts": lists,
        "not_printed": list_not_printed(lists),
        "map_used": bool(provenance.compute_map_shares(analysis)),
    }


def describe_day(analysis: Analysis, now: date | None) -> str:
    """Return the day that the page is as of, and how long ago that and the last run are."""
    today = analysis.today
    text = f"as of {today:%A} {formatting.format_day(today)}"
    last_run = unknown_reasons.last_run_day(analysis)
    notes = []
    if last_run == today:
        notes.append("last run")
    elif last_run is not None:
        days = (today - last_run).days
        age = formatting.format_age(days)
        if days == 1:
            age = "the day"
        notes.append(f"last run {formatting.format_day_month(last_run)}, {age} before")
    if now is not None and now > today:
        age = formatting.format_age((now - today).days)
        notes.append(age if age == "yesterday" else f"{age} ago")
    if notes:
        text = f"{text} ({'; '.join(notes)})"
    return text


def describe_age(analysis: Analysis, found: Verdict, now: date | None) -> str:
    """Return that the last run is long ago, and which week "last week" then is; "" elsewhere."""
    last_run = unknown_reasons.last_run_day(analysis)
    now = find_clock_day(analysis, now)
    if now is None or last_run is None or (now - last_run).days <= OLD_DAYS:
        return ""
    age = formatting.format_age((now - last_run).days)
    name, named = "last week", found.weeks[0]
    if name not in found.sentence and "this week" in found.sentence:
        name, named = "this week", found.weeks[-1]
    week = formatting.format_day(named.start)
    return f"No run for {age}: “{name}” here is the week of {week}."


def find_clock_day(analysis: Analysis, now: date | None) -> date | None:
    """Return the day by the clock; None where `now` is None or the page looks back.

    A page looks back where the runner did run later.
    """
    if now is None:
        return None
    runs = select_runs(analysis.activities, analysis.settings, ("start_local",))
    later = runs["start_local"].max() - pd.Timestamp(analysis.today)
    if later >= pd.Timedelta(days=OLD_DAYS + 1):
        return None
    return now


def describe_tiles(analysis: Analysis, found: Verdict) -> str:
    """Return the week of the tiles, and what they are compared with."""
    week = page_tiles.find_reported_week(found)
    if week is None:
        return ""
    name = f"Week of {formatting.format_day_month(week.start)}"
    if not week.complete:
        name = f"This week so far, from {formatting.format_day_month(week.start)}"
    usual = levels.read_cell(analysis.weeks, week.start, "distance_m_usual")
    if not math.isfinite(usual):
        return f"{name}."
    return (
        f"{name}, compared with your usual week: the middle of the four weeks before."
    )


def build_box(analysis: Analysis, found: Verdict) -> SuggestionBox | None:
    """Return what the article suggests for the largest change; None where there is none.

    Whoever has just begun gets what holds for beginners, and nobody with a sign to act on.
    """
    if has_red_flag(analysis):
        return None
    for event in found.events:
        if event.is_raised and (box := guidance.build_suggestions(event.flags)):
            return box
    if (
        found.state == "unknown"
        and 0 < int((analysis.weeks["runs"] > 0).sum()) < FIRST_WEEKS
    ):
        return SuggestionBox(BEGINNER_LEAD, BEGINNER_VERBS)
    return None


def _build_weeks(analysis: Analysis, period: Period) -> dict[str, Any]:
    """Return the picture of weeks, its key, and each week opened; nothing without a week."""
    shown = filter_dates(analysis, period)
    if not len(shown.weeks):
        return {"picture": None}
    weeks = season.build_season(analysis, period)
    eight = weeks
    if period.is_limited:
        eight = season.build_season(analysis)
    return {
        "picture": season_picture.draw_season(weeks).render(),
        "picture_title": title_picture(weeks),
        "grounds": weeks.named_grounds,
        "picture_key": explain_picture(weeks),
        "panels": page_weeks.build_panels(weeks, analysis),
        "raised": page_weeks.list_raised(eight, analysis),
        "raised_count": page_weeks.count_raised(eight),
        "numbers": display_tables.build_weeks(shown, len(weeks.weeks)),
        "numbers_caption": caption_numbers(len(weeks.weeks)),
        **_draw_years(shown),
    }


def title_picture(weeks: Season) -> str:
    """Return what the picture shows, as its heading."""
    parts = ["distance"]
    if weeks.knows_ground:
        parts = ["distance by ground"]
    if weeks.has_hills:
        parts.append("hills")
    if weeks.scores:
        parts.append("pain")
    count = formatting.format_count(len(weeks.weeks), "week")
    return f"{count}: {formatting.join_with_and(parts)}"


def explain_picture(weeks: Season) -> list[tuple[str, str, str]]:
    """Return the key beside the grounds: class, shape and what it means."""
    key = []
    if any(week.usual_m > 0 for week in weeks.weeks):
        key.append(("tick", "", "your usual"))
    found = {week.level for week in weeks.weeks}
    key += [
        (level, LEVELS[level].shape, LEVELS[level].word.lower())
        for level in reversed(RAISED_LEVELS)
        if level in found
    ]
    if any(not week.recorded and week.judged.complete for week in weeks.weeks):
        key.append(("gap", "", "no files"))
    return key


def _draw_years(shown: Analysis) -> dict[str, Any]:
    """Return the pictures of all years and of the days of the last one."""
    rows = years.list_years(shown.weeks)
    runs = select_runs(shown.activities, shown.settings)
    raised = {flag.day for flag in shown.flags if flag.day and flag.level != "info"}
    compared = years.draw_years_compared(rows, shown)
    return {
        "years_line": years.describe_years(rows, shown),
        "years": years.draw_years(rows, shown).render() if len(rows) > 1 else None,
        "years_compared": compared.render() if compared else None,
        "days": years.draw_days(runs, shown.weeks, shown, raised).render(),
    }


def _build_sections(analysis: Analysis, found: Verdict) -> dict[str, Any]:
    """Return ground, hills, shoes, diary and context."""
    week = page_tiles.find_reported_week(found)
    ground, hills, bars = None, None, []
    if week is not None:
        ground = page_sections.build_ground(analysis, week)
        hills = page_sections.build_hills(analysis, week)
        bars = page_sections.list_share_bars(analysis, week)
    return {
        "ground": ground,
        "ground_bars": bars,
        "question": ground_question.format_question(analysis),
        "other_ways": ground_question.OTHER_WAYS,
        "remedies": provenance.list_remedies(analysis),
        "unknown_line": provenance.describe_unknown(analysis),
        "hills": hills,
        "shoes": page_sections.build_shoes(analysis),
        "diary": page_sections.build_diary(analysis),
        "context": load_figures.list_load_figures(analysis),
        "context_why": load_figures.explain_figures(analysis),
        "context_day": formatting.format_day(analysis.today),
    }


def draw_exercises() -> dict[str, Any]:
    """Return the drawing of each exercise, by its id."""
    return {
        exercise.id: draw_exercise(exercise.id, exercise.title)
        for exercise in guidance.list_exercises()
    }


def _build_budget(analysis: Analysis, now: date | None) -> dict[str, Any]:
    """Return the budget in a line and as a table; `now` is the day by the clock."""
    table = None
    if budget_table.has_figures(analysis, now):
        table = budget_table.build_table(analysis)
    return {
        "room_line": budget_table.format_headroom_line(analysis, now),
        "room": table,
        "room_note": budget_table.NOTE,
        "room_why": budget_table.list_reasons(analysis),
    }


def build_lists(analysis: Analysis) -> list[FoldedList]:
    """Return the folded lists: left out, twice there, data problems."""
    left_out = provenance.list_left_out(analysis)
    skipped = left_out[: len(analysis.skipped)]
    duplicates = left_out[len(analysis.skipped) :]
    problems = data_problems.list_problems(analysis)
    return [
        _build_list(
            "Files skipped, and why",
            "skipped file",
            skipped,
            len(skipped),
            printed=len(skipped) <= LONGEST_PRINTED,
        ),
        _build_list(
            "Runs that were there twice", "duplicate", duplicates, len(duplicates)
        ),
        _build_list(
            "Data problems", "remark", problems, data_problems.count_problems(analysis)
        ),
    ]


def _build_list(
    title: str, noun: str, lines: list[str], count: int, *, printed: bool = False
) -> FoldedList:
    more = ""
    if len(lines) > LONGEST_LIST:
        more = f", the first {LONGEST_LIST} lines; all: loadwatch activities PATH"
    return FoldedList(title, lines[:LONGEST_LIST], count, more, noun, printed)


def list_not_printed(lists: list[FoldedList]) -> str:
    """Return what is on the screen only, for the printed page."""
    left_out = [
        formatting.format_count(part.count, part.noun)
        for part in lists
        if part.lines and not part.printed
    ]
    left_out += ["other weeks", "popular load figures", "advice"]
    left_out.append("all checks with their limits and evidence")
    parts = formatting.join_with_and(left_out)
    return (
        f"Not printed: {parts}; they are on the page on screen. Two pages for an "
        "appointment: loadwatch report PATH --handout."
    )


def caption_numbers(count: int) -> str:
    """Return what the table of numbers holds, `count` weeks of it."""
    weeks = f"The last {count} weeks, newest first."
    if count == 1:
        weeks = "One week so far."
    return (
        f"{weeks} Change is against your usual week. Hard and unknown are shares of the "
        f"distance. {formatting.NO_VALUE} is not known."
    )
