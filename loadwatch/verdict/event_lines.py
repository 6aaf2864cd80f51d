"""Events: the flags of one cause as one line, the best-evidenced flag first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from loadwatch.assess.rules import is_raised
from loadwatch.assess.rules.events import evidence_order
from loadwatch.assess.rules.pain import RED_FLAGS
from loadwatch.tables import FLAG_LEVELS
from loadwatch.verdict import levels
from loadwatch.verdict.phrases import format_brief_phrase, lower_first, upper_first

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from loadwatch.assess.rules import Flag
    from loadwatch.formatting import Units
    from loadwatch.tables import FlagLevel

SENTENCE_WORDS = 23  # of phrases on one event; more begin a new sentence


@dataclass(frozen=True, slots=True)
class Event:
    """What happened once and raised one flag or more; the best-evidenced comes first."""

    week: date
    level: FlagLevel  # the highest of what was raised, else of its notes
    flags: tuple[Flag, ...]

    @property
    def lead(self) -> Flag:
        """The flag that the event is named by."""
        return self.flags[0]

    @property
    def parts(self) -> tuple[Flag, ...]:
        """The other flags of the event."""
        return self.flags[1:]

    @property
    def is_raised(self) -> bool:
        """Whether any of its flags counts as raised."""
        return any(map(is_raised, self.flags))

    @property
    def is_planned(self) -> bool:
        """Whether it would have been raised but for runs that were planned."""
        return not self.is_raised and any(flag.planned for flag in self.flags)


def list_events(flags: Iterable[Flag]) -> tuple[Event, ...]:
    """Return the events of `flags`: signs to act on, then by level, evidence, how far over.

    Joining ones come last.

    Of several flags of one rule and event the largest is kept. A flag that only joins others is
    an entry of its own.
    """
    groups: dict[tuple[date, str], list[Flag]] = {}
    for flag in levels.sort_by_size(flags):
        key = flag.week, flag.event or f"joins {flag.rule}"
        group = groups.setdefault(key, [])
        if all(flag.rule != other.rule for other in group):
            group.append(flag)
    events = [_build_event(week, group) for (week, _), group in groups.items()]
    return tuple(sorted(events, key=_order_key))


def _build_event(week: date, flags: list[Flag]) -> Event:
    """Return the event of `flags`: notes never lead where anything was raised."""
    raised: list[FlagLevel] = ["info"]
    raised += [flag.level for flag in flags if is_raised(flag)]
    level = max(raised, key=FLAG_LEVELS.index)
    ordered = sorted(
        flags, key=lambda flag: (not is_raised(flag), *evidence_order(flag))
    )
    return Event(week, level, tuple(ordered))


def _order_key(event: Event) -> tuple[bool, bool, int, str, float, date]:
    times = max(map(levels.times_limit, event.flags))
    joins = levels.is_compound(event.lead)
    level = levels.ORDER.index(event.level)
    is_sign = event.lead.rule == RED_FLAGS.id
    return joins, not is_sign, level, event.lead.evidence, -times, event.week


def list_parts(event: Event, units: Units) -> list[str]:
    """Return what else belongs to the event, a phrase per flag."""
    parts = [format_brief_phrase(flag, units) for flag in event.parts]
    return list(map(mark_planned, map(lower_first, parts), event.parts))


def join_parts(parts: Sequence[str]) -> str:
    """Return phrases on one event, joined by semicolons.

    A phrase that would make a sentence longer than SENTENCE_WORDS begins a new one.
    """
    text, words = "", 0
    for part in parts:
        count = len(part.split())
        words += count
        if not text:
            text = part
        elif words <= SENTENCE_WORDS:
            text = f"{text}; {part}"
        else:
            text, words = f"{text}. {upper_first(part)}", count
    return text


def mark_planned(text: str, flag: Flag) -> str:
    """Return a text with a remark where the flag was planned."""
    if flag.planned:
        return f"{text} (planned)"
    return text


def format_event(event: Event, units: Units) -> str:
    """Return the event as a coach reads it: "Saturday: longest run 100 km, ...; climb ..."."""
    lead = mark_planned(format_brief_phrase(event.lead, units), event.lead)
    line = upper_first(lead)
    if event.lead.day is not None:
        line = f"{event.lead.day:%A}: {lead}"
    return join_parts([line, *list_parts(event, units)])
