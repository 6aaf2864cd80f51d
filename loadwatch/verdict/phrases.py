"""Each change in a few words: in the first sentence of a page, in a coach's list, and in passing."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, NamedTuple

from loadwatch import formatting
from loadwatch.assess.rules import BY_ID
from loadwatch.assess.rules.flag_text import format_quantity
from loadwatch.tables import LOAD_METHODS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from loadwatch.analysis import Analysis
    from loadwatch.assess.rules import Flag
    from loadwatch.assess.rules.model import RuleUnit, Topic
    from loadwatch.formatting import Units

MAX_WORDS = 18  # of the first sentence, with the word of its state: read at a glance


class Timing(NamedTuple):
    """When a flag was raised, in words."""

    week: str = "in a week"  # "last week"
    whose: str = "a run of"  # "Sunday's"


ANY_TIME = Timing()


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


def list_phrases(
    flag: Flag, units: Units, timing: Timing = ANY_TIME
) -> tuple[str, ...]:
    """Return one change as the first sentence of a page has it, the longest wording first."""
    phrase = BY_ID[flag.rule].phrase
    wordings = (_OPTIONAL.sub(r"\1", phrase), _OPTIONAL.sub("", phrase))
    filled = [_fill_phrase(wording, flag, units, timing) for wording in wordings]
    return tuple(dict.fromkeys(text or _find_title(flag) for text in filled))


def format_brief_phrase(flag: Flag, units: Units) -> str:
    """Return one change as a coach's list names it."""
    rule = BY_ID[flag.rule]
    return _fill_phrase(rule.brief, flag, units) or rule.title


def format_mention(flag: Flag, units: Units) -> str:
    """Return one change as it is named in passing: "a 19 km run"."""
    mention = BY_ID[flag.rule].mention
    return _fill_phrase(mention, flag, units) or _find_title(flag)


# eight, eighty, 8,000; eleven, 18.5, 11,000
_VOWEL_NUMBER = re.compile(r"8|1[18](?!\d)(?!,\d{3},)")
_OPTIONAL = re.compile(r"\[([^\]]*)\]")  # words that may be left out


def _find_title(flag: Flag) -> str:
    return lower_first(BY_ID[flag.rule].title)


def _fill_phrase(
    phrase: str, flag: Flag, units: Units, timing: Timing = ANY_TIME
) -> str:
    unit = BY_ID[flag.rule].unit
    return phrase.format(
        amount=_format_amount(unit, flag.amount, units),
        usual=_format_amount(unit, flag.usual, units),
        more=_format_excess(flag, "more than", "times"),
        longer=_format_excess(flag, "longer than", "times as long as"),
        over=_format_excess(flag, "over", "times"),
        times=_format_times(flag, units),
        share=_format_share(flag.value),
        a=_choose_article(_format_amount(unit, flag.amount, units)),
        week=timing.week,
        whose=timing.whose,
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
    return f"usually {_format_amount(unit, flag.usual, units)}"


def _format_excess(flag: Flag, more: str, times: str) -> str:
    """Return by how much it passed what it is compared with: a share up to double, then times."""
    ratio = math.inf
    if flag.held_against > 0:
        ratio = flag.amount / flag.held_against
    if ratio < MANY:
        return f"{formatting.format_percent(ratio - 1)} {more}"
    if ratio < BEYOND_WORDS:
        return f"{ratio:.1f} {times}"
    return f"much {more}"


def _choose_article(amount: str) -> str:
    """Return "an" before eight, eleven, eighteen, eighty and the like, else "a"."""
    if _VOWEL_NUMBER.match(amount):
        return "an"
    return "a"


def _format_share(part: float) -> str:
    """Return a part of the longest run: "80 % of", from the whole on "1.4 times"."""
    if part > 1:
        return f"{part:.1f} times"
    return f"{formatting.format_percent(part)} of"


def fit_clauses(
    clauses: Sequence[Sequence[str]], order: Sequence[int], most: int
) -> str:
    """Return `clauses` as one text of `most` words at most, as full as it can be.

    Each clause has its wordings, the longest first; "" as the last lets it be left out. They are
    joined as they are. What comes first in `order` is the first to get a longer wording. Of
    clauses that are too long even at their shortest the text is longer.
    """
    chosen = [wordings[-1] for wordings in clauses]
    for at in order:
        for wording in clauses[at]:
            longer = [*chosen[:at], wording, *chosen[at + 1 :]]
            if count_words("".join(longer)) <= most:
                chosen = longer
                break
    return "".join(chosen)


def count_words(text: str) -> int:
    """Return the number of words of a text; "45 km" has two."""
    return len(text.split())


def lower_first(sentence: str) -> str:
    """Return a sentence as the end of another: no capital, no full stop."""
    sentence = sentence.rstrip(".")
    if sentence[1:2].islower() or sentence.startswith("A "):
        return sentence[:1].lower() + sentence[1:]
    return sentence


def upper_first(text: str) -> str:
    """Return a text as the beginning of a sentence."""
    return text[:1].upper() + text[1:]
