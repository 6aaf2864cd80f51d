"""RULES: what is measured, against which limits; tables -> flags."""

from __future__ import annotations

from loadwatch.assess.rules.catalogue import (
    BY_ID,
    RULES,
    find_rules,
    is_enabled,
    limits_in_force,
    list_setting_keys,
)
from loadwatch.assess.rules.flag_text import format_often
from loadwatch.assess.rules.judging import add_diary_flags, format_sentence, judge
from loadwatch.assess.rules.model import (
    FLAG_FIELDS,
    Bound,
    Exceeded,
    Flag,
    Rule,
    Unknown,
    flag_row,
    is_raised,
)
from loadwatch.assess.rules.pain import make_link_flag, make_red_flag

__all__ = [
    "BY_ID",
    "FLAG_FIELDS",
    "RULES",
    "Bound",
    "Exceeded",
    "Flag",
    "Rule",
    "Unknown",
    "add_diary_flags",
    "find_rules",
    "flag_row",
    "format_often",
    "format_sentence",
    "is_enabled",
    "is_raised",
    "judge",
    "limits_in_force",
    "list_setting_keys",
    "make_link_flag",
    "make_red_flag",
]
