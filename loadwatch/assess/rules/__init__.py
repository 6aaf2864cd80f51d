"""RULES: what is measured, against what, with which words; tables -> flags."""

from __future__ import annotations

from loadwatch.assess.rules.catalogue import (
    BY_ID,
    RULES,
    limits_in_force,
    list_setting_keys,
)
from loadwatch.assess.rules.explain import (
    GRADES,
    Sentence,
    describe,
    manual,
    overview,
    sentences,
)
from loadwatch.assess.rules.flag_text import format_often
from loadwatch.assess.rules.judging import format_sentence, judge
from loadwatch.assess.rules.model import (
    FLAG_FIELDS,
    Bound,
    Flag,
    Rule,
    Unknown,
    flag_row,
    is_raised,
    reason_text,
)
from loadwatch.assess.rules.pain import make_link_flag, make_red_flag

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
    "flag_row",
    "format_often",
    "format_sentence",
    "is_raised",
    "judge",
    "limits_in_force",
    "list_setting_keys",
    "make_link_flag",
    "make_red_flag",
    "manual",
    "overview",
    "reason_text",
    "sentences",
]
