"""RULES: what is measured, against what, with which words; tables -> flags."""

from __future__ import annotations

from loadwatch.assess.rules.catalogue import BY_ID, RULES, limits, options
from loadwatch.assess.rules.explain import (
    GRADES,
    Sentence,
    describe,
    manual,
    overview,
    sentences,
)
from loadwatch.assess.rules.flag_text import often
from loadwatch.assess.rules.judging import judge, words
from loadwatch.assess.rules.model import (
    FLAG_FIELDS,
    Bound,
    Flag,
    Rule,
    Unknown,
    raised,
    reason,
    row,
)
from loadwatch.assess.rules.pain import pain_link, red_flag

__all__ = [
    "BY_ID",
    "FLAG_FIELDS",
    "GRADES",
    "RULES",
    "Bound",
    "Flag",
    "Rule",
    "Sentence",
    "Unknown",
    "describe",
    "judge",
    "limits",
    "manual",
    "often",
    "options",
    "overview",
    "pain_link",
    "raised",
    "reason",
    "red_flag",
    "row",
    "sentences",
    "words",
]
