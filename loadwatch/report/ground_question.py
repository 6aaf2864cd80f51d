"""The question of a run's ground as text, with the command that answers it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from loadwatch import formatting
from loadwatch.tables import WEEKDAYS

if TYPE_CHECKING:
    from datetime import date, datetime

    from loadwatch.analysis import Analysis
    from loadwatch.assess.ground_questions import GroundQuestion, GroundQuestions
    from loadwatch.formatting import Units

ANSWERS = (
    'hard, firm, soft or track; two as "hard 75 soft 25"; unknown where you do not know'
)
OTHER_WAYS = (
    "A line default_surface in loadwatch.toml covers the rest, and --osm FILE a map."
)
_THIS_YEAR = timedelta(days=300)  # a day longer ago is named with its year


@dataclass(frozen=True, slots=True)
class QuestionText:
    """One question as a reader meets it."""

    # such as "Your 8.1 km loop of Tuesday, 24 November, 18:05: which ground is it?"
    question: str
    gain: str  # what the answer makes known
    command: str  # that answers it
    answers: str  # what may stand in place of `hard` there


def format_question(analysis: Analysis) -> QuestionText | None:
    """Return the one most useful question of an analysis, None where it has none."""
    if analysis.question is None:
        return None
    return describe_question(analysis.question, analysis)


def describe_question(question: GroundQuestion, analysis: Analysis) -> QuestionText:
    """Return a question about a run of `analysis` as a reader meets it."""
    units = analysis.settings.units
    name = name_run(question, units, analysis.today)
    times = ""
    if question.times > 1:
        times = f", run {question.times} times"
    settled = formatting.format_quantity(question.settles_m, "distance_m", units)
    runs = formatting.format_count(question.runs, "run")
    known = formatting.format_percent(question.known_after)
    return QuestionText(
        f"Your {name}{times}: which ground is it?",
        f"The answer holds for {settled} of {runs} on the same ground; the ground of "
        f"{known} of the last 26 weeks' distance is known then.",
        format_command(question),
        ANSWERS,
    )


def name_run(question: GroundQuestion, units: Units, today: date) -> str:
    """Return "8.1 km loop of Tuesday, 24 November, 18:05"; no place."""
    length = formatting.format_quantity(question.length_m, "distance_m", units)
    return f"{length} {question.shape} of {_format_start(question, today)}"


def _format_start(question: GroundQuestion, today: date) -> str:
    start = question.start
    text = f"{_name_weekday(start)}, {start.day} {start:%B}"
    if today - start.date() > _THIS_YEAR:
        text += f" {start.year}"
    if question.has_clock:
        text += f", {start:%H:%M}"
    return text


def _name_weekday(start: datetime) -> str:
    return list(WEEKDAYS.values())[start.weekday()]


def format_course(question: GroundQuestion, units: Units, today: date) -> str:
    """Return what an answer settles: "11 runs, 94 km: the 8.1 km loop of Tuesdays"."""
    runs = formatting.format_count(question.runs, "run")
    settled = formatting.format_quantity(question.settles_m, "distance_m", units)
    name = name_run(question, units, today)
    if question.weekday:
        length = formatting.format_quantity(question.length_m, "distance_m", units)
        name = f"{length} {question.shape} of {question.weekday}s"
    return f"{runs}, {settled}: the {name}"


def format_selection(question: GroundQuestion) -> str:
    """Return the options that name the run: --date, or --file where its clock is not known."""
    if question.has_clock:
        return f'--date "{question.start:%Y-%m-%d %H:%M}"'
    return f"--date {question.start:%Y-%m-%d}"


def format_command(question: GroundQuestion) -> str:
    """Return the command that answers the question with `hard`."""
    return f"loadwatch tag PATH {format_selection(question)} --surface hard"


def list_courses(
    found: GroundQuestions, units: Units, today: date, path: str
) -> list[str]:
    """Return two lines per question: what its answer settles, and the command that gives it."""
    lines = []
    for question in found.questions:
        known = formatting.format_percent(question.known_after)
        lines += [
            f"{format_course(question, units, today)}; then {known} is known",
            f"  loadwatch tag {path} {format_selection(question)} --surface hard",
        ]
    return [*lines, f"In place of hard: {ANSWERS}."]


def build_question_records(found: GroundQuestions) -> list[dict[str, Any]]:
    """Return the questions as plain values for JSON, SI units, no place."""
    return [
        {
            "activity_id": question.activity_id,
            "source": question.source,
            "start": question.start.isoformat(timespec="seconds"),
            "distance_m": question.length_m,
            "shape": question.shape,
            "times": question.times,
            "runs": question.runs,
            "settles_m": question.settles_m,
            "recent_m": question.recent_m,
            "known_after": question.known_after,
        }
        for question in found.questions
    ]
