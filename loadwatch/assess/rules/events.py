"""Events: the flags of a week that have one cause, under one name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from loadwatch.assess.rules.catalogue import BY_ID

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from loadwatch.assess.rules.model import Flag

# families whose flags are one event
SHARED = frozenset(("distance", "hills", "ground"))


def assign_events(flags: Iterable[Flag]) -> list[Flag]:
    """Return `flags` in their order, each with the event it is part of.

    Flags of a week are of one event where they rest on the same run, or are both on its distance,
    its hills or its ground, and so onwards. A rule that only joins others has no event.
    """
    ordered = list(flags)
    by_week: dict[date, list[int]] = {}
    for number, flag in enumerate(ordered):
        if BY_ID[flag.rule].event_family != "none":
            by_week.setdefault(flag.week, []).append(number)
    for numbers in by_week.values():
        for members in _group_flags(ordered, numbers):
            name = _name_event([ordered[number] for number in members])
            for number in members:
                ordered[number] = replace(ordered[number], event=name)
    return ordered


def _group_flags(flags: Sequence[Flag], numbers: list[int]) -> list[list[int]]:
    """Return the numbers of one week's flags, grouped by what they share."""
    groups: list[tuple[set[str], list[int]]] = []
    for number in numbers:
        keys = _list_keys(flags[number])
        joined = [number]
        apart = []
        for other_keys, members in groups:
            if keys & other_keys:
                keys |= other_keys
                joined = members + joined
            else:
                apart.append((other_keys, members))
        groups = [*apart, (keys, sorted(joined))]
    return [members for _, members in sorted(groups, key=lambda group: group[1])]


def _list_keys(flag: Flag) -> set[str]:
    """Return what a flag may share with another: its run, its family, else its rule alone."""
    family = BY_ID[flag.rule].event_family
    keys = {family if family in SHARED else flag.rule}
    if flag.activity_id:
        keys.add(f"run {flag.activity_id}")
    return keys


def _name_event(flags: Sequence[Flag]) -> str:
    """Return the name of an event: its week, and the best-evidenced run, family or rule in it."""
    week = flags[0].week
    on_runs = [flag for flag in flags if flag.activity_id]
    if on_runs:
        return f"{week}/{min(on_runs, key=evidence_order).activity_id}"
    best = min(flags, key=evidence_order)
    family = BY_ID[best.rule].event_family
    return f"{week}/{family if family in SHARED else best.rule}"


def evidence_order(flag: Flag) -> tuple[str, str]:
    """Return what sorts flags by their evidence, the best first, then by rule."""
    return flag.evidence, flag.rule
