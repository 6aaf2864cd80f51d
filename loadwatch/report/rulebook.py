"""The rules as `loadwatch rules` prints them: a list, or one whole; LW18 with the signs of a diary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadwatch.assess import rules as book
from loadwatch.assess.diary import DIARY_FILE, RED_FLAGS
from loadwatch.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from loadwatch.assess.rules import Rule

TICKED = "red_flags"  # the rule that is told by signs and not by numbers
SIGNS_HEAD = f"Signs, each a column of {DIARY_FILE} and a NAME for `diary FOLDER log --red-flag NAME`:"


def whole(rule: Rule) -> str:
    """Return all that stands of one rule, as lines of plain text."""
    told = book.describe(rule, Settings())
    if rule.name != TICKED:
        return told
    wide = max(len(sign.column) for sign in RED_FLAGS)
    return (
        told
        + "\n".join(
            (
                SIGNS_HEAD,
                *(f"  {sign.column:<{wide}}  {sign.says}" for sign in RED_FLAGS),
            )
        )
        + "\n"
    )


def markdown(chosen: Sequence[Rule], *, full: bool) -> str:
    """Return the rules as a table, or with `full` a section each."""
    if not full:
        return table(book.overview(Settings()))
    return "\n".join(book.manual(Settings(), [rule]) + _signs(rule) for rule in chosen)


def table(rows: Iterable[tuple[str, str, str, str, str]]) -> str:
    """Return id, name, question, limits and grade of rules as a Markdown table."""
    heads = "| check | its name in settings | asks | limits | evidence |\n|---|---|---|---|---|\n"
    return heads + "".join(
        f"| {id_} | `{name}` | {asks} | {limits} | {grade} |\n"
        for id_, name, asks, limits, grade in rows
    )


def _signs(rule: Rule) -> str:
    if rule.name != TICKED:
        return ""
    return "\n".join(
        (
            "",
            SIGNS_HEAD,
            "",
            *(f"- `{sign.column}`: {sign.says}" for sign in RED_FLAGS),
            "",
        )
    )
