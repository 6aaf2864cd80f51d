"""The handout: two A4 sides for an appointment, weeks on the first, exercises on the second."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loadwatch.assess import guidance
from loadwatch.date_filter import ALL_DAYS
from loadwatch.report import page_content, page_sections, page_weeks, season
from loadwatch.report.pictures import season_picture
from loadwatch.report.pictures.exercises import draw_exercise
from loadwatch.verdict import headline

if TYPE_CHECKING:
    from datetime import date

    from markupsafe import Markup

    from loadwatch.analysis import Analysis
    from loadwatch.assess.guidance import Exercise
    from loadwatch.date_filter import Period
    from loadwatch.report.page_weeks import Panel
    from loadwatch.report.season import Season

HANDOUT_WEEKS = 12
LINES = 23  # of runs and reasons that the first side has place for
HEAD_LINES = 2  # of each week: its name and the header of its runs
REASON_WORDS = 60  # of one reason: all that belongs to an event
DAYS = ("M", "T", "W", "T", "F", "S", "S")


@dataclass(frozen=True, slots=True)
class DrawnExercise:
    """One exercise with its drawing."""

    exercise: Exercise
    drawing: Markup | None


def build_handout(
    analysis: Analysis, period: Period = ALL_DAYS, now: date | None = None
) -> dict[str, Any]:
    """Return everything that the two sides lay out; `now` is the day by the clock."""
    found = headline.build_verdict(analysis)
    urgent = page_sections.list_urgent(analysis)
    red_flags = guidance.build_red_flags(analysis.diary)
    return {
        "as_of": page_content.describe_day(analysis, now),
        "found": found,
        "urgent": urgent,
        **_build_weeks(analysis, period),
        "exercises": [] if urgent else list_exercises(),
        "stop": guidance.stop_rule(),
        "days": DAYS,
        "signs": red_flags.lists,
        "credit": guidance.article_credit(),
    }


def _build_weeks(analysis: Analysis, period: Period) -> dict[str, Any]:
    """Return the picture of the last weeks and what was raised in them."""
    if not len(analysis.weeks):
        return {"picture": None, "panels": [], "others": [], "raised_count": ""}
    weeks = season.build_season(analysis, period, HANDOUT_WEEKS, with_panels=False)
    panels = _list_raised_panels(weeks, analysis)
    shown = choose_panels(panels)
    return {
        "picture": season_picture.draw_season(weeks).render(),
        "picture_title": page_content.title_picture(weeks),
        "grounds": weeks.named_grounds,
        "picture_key": page_content.explain_picture(weeks),
        "panels": shown,
        "others": panels[len(shown) :],
        "raised_count": page_weeks.count_raised(weeks),
    }


def _list_raised_panels(weeks: Season, analysis: Analysis) -> list[Panel]:
    """Return the raised weeks of the picture, the newest first."""
    raised = {week.anchor for week in weeks.weeks if week.raised}
    panels = page_weeks.build_panels(weeks, analysis, with_all=True, words=REASON_WORDS)
    return [panel for panel in panels if panel.anchor in raised]


def choose_panels(panels: list[Panel]) -> list[Panel]:
    """Return the first of `panels` whose runs and reasons the first side has place for."""
    left = LINES
    for at, panel in enumerate(panels):
        runs = len(panel.runs.rows) if panel.runs else 0
        left -= HEAD_LINES + runs + 2 * len(panel.reasons)
        if left < 0:
            return panels[:at]
    return panels


def list_exercises() -> list[DrawnExercise]:
    """Return the article's exercises, each with its drawing."""
    return [
        DrawnExercise(exercise, draw_exercise(exercise.id, exercise.title))
        for exercise in guidance.list_exercises()
        if exercise.by == "article"
    ]
