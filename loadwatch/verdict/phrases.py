"""Each change in a few words: for the verdict's sentence, and shorter for a coach's list."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from loadwatch import formatting
from loadwatch.assess import rules
from loadwatch.assess.rules import flag_text
from loadwatch.tables import LOAD_METHODS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loadwatch.analysis import Analysis
    from loadwatch.assess.rules import Flag


def flag_topic(flag: Flag) -> str:
    """Return what a check is about: load, up, down, surface or shoes."""
    return _TOPIC.get(flag.rule, "load")


_TOPIC = {
    "LW04": "up",
    "LW06": "up",
    "LW07": "up",
    "LW05": "down",
    "LW08": "surface",
    "LW09": "surface",
    "LW14": "shoes",
}


def format_load(analysis: Analysis, value: float) -> str:
    """Return an amount of the load that was chosen: "45 km", "3:10 h", "380 TRIMP", "unknown TRIMP"."""
    chosen = analysis.settings
    method = LOAD_METHODS[chosen.load]
    if not math.isfinite(value):
        return f"unknown {method.noun or method.name}"
    told = formatting.format_quantity(value, method.column, chosen.units)
    return f"{told} {method.noun}".rstrip()


def format_phrase(flag: Flag, analysis: Analysis) -> str:
    """Return one change in the words of the verdict: this amount, and what it is held against."""
    return fill_phrase(flag, analysis, PHRASES) or lower_first(
        rules.format_sentence(flag, analysis.settings.units)
    )


def fill_phrase(flag: Flag, analysis: Analysis, forms: Mapping[str, str]) -> str:
    """Return a flag in one of the `forms`, "" where none is for its rule."""
    units = analysis.settings.units
    column = "ascent_m" if flag_topic(flag) == "up" else "distance_m"
    amount, usual = (
        formatting.format_quantity(value, column, units)
        for value in (flag.amount, flag.usual)
    )
    if flag.rule == "LW07":
        amount = flag_text.format_quantity("m/km", flag.amount, units)
    more, longer = (
        _format_excess(flag, "more", ""),
        _format_excess(flag, "longer", " as long as"),
    )
    told = forms.get(flag.rule, "")
    middle = flag.template_args.get("lengths", {}).get(
        "median", flag.usual
    )  # the usual week, beside the last one
    over = formatting.format_percent(flag.amount / middle - 1) if middle > 0 else "much"
    median = formatting.format_quantity(middle, column, units)
    return told.format(
        amount=amount,
        usual=usual,
        more=more,
        longer=longer,
        times=_format_times(flag),
        over=over,
        median=median,
    )


MANY, BEYOND_WORDS = (
    2,
    100,
)  # times the usual: from here in times, from there only "much"
BRIEF_TOPICS = 3
BRIEF = {
    "LW01": "longest run {amount}, {longer} any in the 30 days before",
    "LW02": "{amount} in a week, {over} over the usual {median}",
    "LW04": "climb {amount}, {times} usual",
    "LW05": "steep downhill {amount}, {times} usual",
    "LW06": "one run climbed {amount}, {times} the 30 days before",
    "LW07": "hilly week, {amount}",
    "LW08": "hard ground {amount}, usually {usual}",
    "LW11": "first run after a break {amount}",
    "LW14": "a pair of shoes past {amount}",
}
PHRASES = {
    "LW01": "one run of {amount} was {longer} any in the 30 days before",
    "LW02": "you ran {amount}, {over} over your usual {median} and {more} the week before",
    "LW04": "you climbed {amount}, {times} your usual",
    "LW05": "you ran {amount} downhill at 5 % or steeper, {times} your usual",
    "LW06": "one run climbed {amount}, {times} the most in the 30 days before",
    "LW07": "it was one of your hilliest weeks of the last 26, {amount} of climb",
    "LW08": "far more of your running was on hard ground ({amount}; {usual} is usual)",
    "LW11": "your first run after a break was a long one, {amount}",
    "LW14": "a pair of shoes has passed {amount}",
}


def _format_times(flag: Flag) -> str:
    return (
        f"{flag.amount / flag.usual:.1f} times" if flag.usual > 0 else "far more than"
    )


def _format_excess(flag: Flag, comparative: str, equal: str) -> str:
    """Return by how much the usual was passed: a share up to double, then how many times."""
    ratio = flag.amount / flag.usual if flag.usual > 0 else float("inf")
    if ratio < MANY:
        return f"{formatting.format_percent(ratio - 1)} {comparative} than"
    return (
        f"{ratio:.1f} times{equal}"
        if ratio < BEYOND_WORDS
        else f"much {comparative} than"
    )


def lower_first(sentence: str) -> str:
    """Return a sentence as the end of another: no capital, no full stop."""
    sentence = sentence.rstrip(".")
    return sentence[:1].lower() + sentence[1:] if sentence[1:2].islower() else sentence
