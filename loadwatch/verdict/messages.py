"""A message that a coach may copy, for those to call and to talk to: what was noticed, and a question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadwatch import formatting
from loadwatch.verdict.phrases import lower_first
from loadwatch.verdict.roster_groups import CALL_PAIN, SILENT_DAYS

if TYPE_CHECKING:
    from datetime import date

    from loadwatch.analysis import Athlete

GROUPS = ("call", "talk")
NAME_LENGTH = 30


def format_message(athlete: Athlete, today: date | None) -> str:
    """Return a message to an athlete of GROUPS, "" for the others; nothing in it is advice."""
    if athlete.group not in GROUPS:
        return ""
    words = formatting.clean_text(athlete.name, NAME_LENGTH).split()
    name = words[0] if words else "there"
    return f"Hi {name}, {_format_reason(athlete, today)}"


def _format_reason(athlete: Athlete, today: date | None) -> str:
    """Return what was noticed and a question, the most urgent first."""
    if athlete.urgent:
        return (
            "your diary holds a sign that somebody should look at soon. "
            "Can we talk today?"
        )
    if athlete.pain_7d >= CALL_PAIN:
        return f"your diary says pain {athlete.pain_7d:g} of 10. How is it today?"
    if _has_stopped(athlete, today) and athlete.last_run is not None:
        day = formatting.format_day_month(athlete.last_run)
        return f"no run since {day}. Is everything all right?"
    if athlete.collapsed:
        return "last week was less than half of your usual. Is everything all right?"
    first = formatting.clean_text(athlete.brief).partition(". ")[0]
    return f"I saw this: {lower_first(first)}. How does your back feel?"


def _has_stopped(athlete: Athlete, today: date | None) -> bool:
    if athlete.last_run is None or today is None:
        return False
    return (today - athlete.last_run).days >= SILENT_DAYS
