"""RULES: what is measured, against what, with which words; tables -> flags."""

from __future__ import annotations

from loadwatch.rules.model import FLAG_FIELDS, LEVELS, Flag, Level, Limit, Rule, Unknown, raised, row

__all__ = ["FLAG_FIELDS", "LEVELS", "Flag", "Level", "Limit", "Rule", "Unknown", "raised", "row"]
