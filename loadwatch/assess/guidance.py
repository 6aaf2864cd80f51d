"""The texts beside flags: what the physiotherapist's article says and a watch cannot, as data."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from loadwatch.assess.diary.red_flags import CALL_TEXTS, RED_FLAGS
from loadwatch.assess.rules import RULES, is_raised

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from loadwatch.assess.diary.answer import Answer
    from loadwatch.assess.diary.red_flags import Urgency
    from loadwatch.assess.rules import Flag, Rule

RED_FLAGS_ID = "red_flags"
EXERCISES = "exercises"
SUPPORT = "support"  # the text that the exercises follow


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One text, the rules that bring it up and what it rests on."""

    id: str
    title: str
    paragraphs: tuple[str, ...]
    source: str  # studies, or the article
    credit: str  # of the article whose content it carries
    for_rules: tuple[str, ...] = ()  # of the flags at hand; () = whatever the flags are

    @property
    def text(self) -> str:
        """The paragraphs in one line."""
        return " ".join(self.paragraphs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """One exercise of the article: how, what to mind, an easier and a harder form."""

    id: str
    title: str
    how: str
    detail: str
    easier: str
    harder: str

    @property
    def text(self) -> str:
        """The exercise as one paragraph."""
        return (
            f"{self.title}. {self.how} {self.detail} Easier: {self.easier} Harder: "
            f"{self.harder}"
        )


@cache
def _load_texts() -> dict[str, Any]:
    return tomllib.loads(
        (files("loadwatch.assess") / "guidance.toml").read_text(encoding="utf-8")
    )


def article_credit() -> str:
    """Return whose article this content follows."""
    return str(_load_texts()["credit"])


def stop_rule() -> str:
    """Return when to stop an exercise."""
    return str(_load_texts()["stop"])


def list_exercises() -> tuple[Exercise, ...]:
    """Return the article's exercises, in its order."""
    return tuple(Exercise(**row) for row in _load_texts()["exercise"])


def _build_exercises(rules: tuple[str, ...]) -> Advice:
    return Advice(
        id=EXERCISES,
        title="Exercises",
        paragraphs=(stop_rule(), *(exercise.text for exercise in list_exercises())),
        source="article",
        credit=article_credit(),
        for_rules=rules,
    )


def build_red_flags(answer: Answer | None = None) -> Advice:
    """Return the signs that need a person, and whom to call; those ticked come first."""
    paragraphs = [
        f"{CALL_TEXTS['today']} This holds for: {_join_signs('today')}.",
        f"{CALL_TEXTS['soon']} This holds for: {_join_signs('soon')}.",
        (
            "This list is short and adds up to no score: one sign is reason enough, "
            "and so is doubt."
        ),
    ]
    if answer and answer.red_flags:
        ticked = "; ".join(sign.says for sign in answer.red_flags)
        paragraphs.insert(0, f"You ticked: {ticked}. {answer.red_flags[0].call}")
    return Advice(
        id=RED_FLAGS_ID,
        title="When to get help",
        paragraphs=tuple(paragraphs),
        source="article; Finucane 2020, doi:10.2519/jospt.2020.9971",
        credit=article_credit(),
    )


def _join_signs(urgency: Urgency) -> str:
    return "; ".join(sign.says for sign in RED_FLAGS if sign.urgency == urgency)


def _is_in_pain(answer: Answer | None) -> bool:
    if answer is None:
        return False
    return bool(answer.red_flags) or any(score > 0 for _, score in answer.scores)


def choose_advice(
    flags: Iterable[Flag], answer: Answer | None = None, since: date | None = None
) -> tuple[Advice, ...]:
    """Return the texts that belong to `flags` and `answer`; red flags first if there is pain.

    Flags at info bring up a text only where it is about them alone (shoes, support, a new surface).
    Flags of weeks before `since` bring up none: what was raised last year needs no text today.
    """
    rules = _list_advising_rules(flags, since)
    pain = _is_in_pain(answer)
    texts = _choose_texts(rules, pain=pain)
    texts += [
        _build_exercises(text.for_rules)
        for text in texts
        if text.id == SUPPORT and text.for_rules
    ]
    texts.insert(0 if pain else len(texts), build_red_flags(answer))
    return tuple(texts)


def _choose_texts(rules: list[Rule], *, pain: bool) -> list[Advice]:
    """Return the texts that belong to `rules`, those for pain, and those that are always there."""
    texts = []
    for row in _load_texts()["advice"]:
        for_rules = tuple(rule.id for rule in rules if row["id"] in rule.advice)
        if for_rules or row.get("always") or (pain and row.get("pain")):
            texts.append(_build_advice(row, for_rules))
    return texts


def _build_advice(row: Mapping[str, Any], for_rules: tuple[str, ...]) -> Advice:
    return Advice(
        id=row["id"],
        title=row["title"],
        paragraphs=tuple(row["paragraphs"]),
        source=row["source"],
        credit=article_credit(),
        for_rules=for_rules,
    )


def _list_advising_rules(flags: Iterable[Flag], since: date | None) -> list[Rule]:
    """Return the rules whose flags bring up texts, in the order of RULES."""
    raised, noted = set(), set()
    for flag in flags:
        if since is None or flag.week >= since:
            noted.add(flag.rule)
            if is_raised(flag):
                raised.add(flag.rule)
    return [
        rule
        for rule in RULES
        if rule.id in raised or (rule.advises_at_info and rule.id in noted)
    ]
