"""Each change in a few words: for the first sentence of a page, and shorter for a coach's list."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from loadwatch import formatting
from loadwatch.assess.rules import BY_ID, format_sentence
from loadwatch.assess.rules.flag_text import format_quantity
from loadwatch.tables import LOAD_METHODS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loadwatch.analysis import Analysis
    from loadwatch.assess.rules import Flag
    from loadwatch.assess.rules.model import RuleUnit, Topic
    from loadwatch.formatting import Units


def format_load(analysis: Analysis, value: float) -> str:
    """Return an amount of the chosen load: "45 km", "3:10 h", "380 TRIMP", "unknown TRIMP"."""
    chosen = analysis.settings
    method = LOAD_METHODS[chosen.load]
    if not math.isfinite(value):
        return f"unknown {method.noun or method.name}"
    amount = formatting.format_quantity(value, method.column, chosen.units)
    return f"{amount} {method.noun}".rstrip()


def flag_topic(flag: Flag) -> Topic:
    """Return what a check is about: load, up, down, surface, shoes, support or pain."""
    return BY_ID[flag.rule].topic


def format_phrase(flag: Flag, analysis: Analysis) -> str:
    """Return one change as a part of the first sentence: its amount beside the usual."""
    units = analysis.settings.units
    phrase = _fill_phrase(BY_ID[flag.rule].phrase, flag, units)
    return phrase or lower_first(format_sentence(flag, units))


def format_brief_phrase(flag: Flag, analysis: Analysis) -> str:
    """Return one change as a coach's list names it."""
    rule = BY_ID[flag.rule]
    return _fill_phrase(rule.brief, flag, analysis.settings.units) or rule.title


def _fill_phrase(phrase: str, flag: Flag, units: Units) -> str:
    unit = BY_ID[flag.rule].unit
    return phrase.format(
        amount=_format_amount(unit, flag.amount, units),
        usual=_format_amount(unit, flag.usual, units),
        held_against=_format_amount(unit, flag.held_against, units),
        more=_format_excess(flag, "more", ""),
        longer=_format_excess(flag, "longer", " as long as"),
        times=_format_times(flag, units),
        percent=formatting.format_percent(flag.value),
    )


def _format_amount(unit: RuleUnit, value: float, units: Units) -> str:
    """Return an amount as a sentence names it: "45 km", "320 m", "24 m/km"."""
    if unit in _COLUMNS:
        return formatting.format_quantity(value, _COLUMNS[unit], units)
    return format_quantity(unit, value, units)


_COLUMNS: Mapping[RuleUnit, str] = {"m": "distance_m", "m_up": "ascent_m"}
MANY, BEYOND_WORDS = 2, 100  # times the usual: from here in times, from there "much"


def _format_times(flag: Flag, units: Units) -> str:
    """Return how many times the usual: "2.4 times your usual"; next to nothing is named as it is."""
    unit = BY_ID[flag.rule].unit
    if flag.usual > 0 and flag.usual >= flag.held_against:
        return f"{flag.amount / flag.usual:.1f} times your usual"
    return f"and your usual is {_format_amount(unit, flag.usual, units)}"


def _format_excess(flag: Flag, comparative: str, equal: str) -> str:
    """Return by how much it passed what it is compared with: a share up to double, then times."""
    ratio = math.inf
    if flag.held_against > 0:
        ratio = flag.amount / flag.held_against
    if ratio < MANY:
        return f"{formatting.format_percent(ratio - 1)} {comparative} than"
    if ratio < BEYOND_WORDS:
        return f"{ratio:.1f} times{equal}"
    return f"much {comparative} than"


def lower_first(sentence: str) -> str:
    """Return a sentence as the end of another: no capital, no full stop."""
    sentence = sentence.rstrip(".")
    if sentence[1:2].islower():
        return sentence[:1].lower() + sentence[1:]
    return sentence


def upper_first(text: str) -> str:
    """Return a text as the beginning of a sentence."""
    return text[:1].upper() + text[1:]
