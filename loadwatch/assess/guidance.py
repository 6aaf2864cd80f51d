"""The texts beside flags: what the physiotherapist's article says and a watch cannot, as data."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from loadwatch.assess.diary.red_flags import CALL_TEXTS, RED_FLAGS
from loadwatch.assess.references import ARTICLE, OURS, format_sources
from loadwatch.assess.rules import BY_ID, RULES, is_raised

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from loadwatch.assess.diary.answer import Answer
    from loadwatch.assess.diary.red_flags import Urgency
    from loadwatch.assess.rules import Flag, Rule
    from loadwatch.assess.rules.model import Suggester

RED_FLAGS_ID = "red_flags"
EXERCISES = "exercises"
SUPPORT = "support"  # the text that the exercises follow
_BEFORE_RED_FLAGS = ("course", "helps")  # what reassures comes before what alarms
_LIST_TITLES: Mapping[Urgency, str] = {"today": "Today", "soon": "Soon"}
_NO_SCORE = (
    "This list is short and adds up to no score: one sign is reason enough, and so is "
    "doubt."
)
_LEADS: Mapping[Suggester, str] = {
    "article": "For this change, the article suggests:",
    "ours": "For this change, we suggest (the article does not mention it):",
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence and the ids of the references that it rests on."""

    text: str
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BulletList:
    """A short list: a title, what to do, and what it holds for."""

    title: str
    lead: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExercisePart:
    """An easier or a harder form or the sets of an exercise, and whose words they are."""

    text: str
    by: Suggester

    @property
    def mark(self) -> str:
        """The text, marked where it is not the article's."""
        if self.by == "ours":
            return f"{self.text.removesuffix('.')} (ours)."
        return self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """One exercise in steps, with an easier and a harder form."""

    id: str
    title: str
    by: Suggester  # whose exercise it is
    steps: tuple[str, ...]
    easier: ExercisePart
    harder: ExercisePart
    sets: ExercisePart

    @property
    def heading(self) -> str:
        """The title, marked where the exercise is not the article's."""
        if self.by == "ours":
            return f"{self.title} (ours)"
        return self.title

    @property
    def forms(self) -> tuple[tuple[str, str], ...]:
        """What follows the steps: a label and a text each."""
        parts = (("Easier", self.easier), ("Harder", self.harder), ("Sets", self.sets))
        return tuple((label, part.mark) for label, part in parts)

    @property
    def text(self) -> str:
        """The exercise as one paragraph."""
        forms = " ".join(f"{label}: {text}" for label, text in self.forms)
        return f"{self.heading}. {' '.join(self.steps)} {forms}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One text, the rules that bring it up and what it rests on."""

    id: str
    title: str
    paragraphs: tuple[str, ...]
    source: str  # studies, or the article
    credit: str  # of the article whose content it carries
    for_rules: tuple[str, ...] = ()  # of the flags at hand; () = whatever the flags are
    sentences: tuple[Sentence, ...] = ()  # of the paragraphs, with their references
    lists: tuple[BulletList, ...] = ()  # after the paragraphs
    exercises: tuple[Exercise, ...] = ()  # after the paragraphs

    @property
    def lines(self) -> tuple[str, ...]:
        """Everything in it, one text per paragraph, list or exercise."""
        lists = (
            f"{bullets.title}. {bullets.lead} {'; '.join(bullets.items)}."
            for bullets in self.lists
        )
        exercises = (exercise.text for exercise in self.exercises)
        return (*self.paragraphs, *lists, *exercises)

    @property
    def text(self) -> str:
        """Everything in it in one line."""
        return " ".join(self.lines)


@dataclass(frozen=True, slots=True)
class SuggestionBox:
    """What to do about one raised change: whose advice, and two or three things to do."""

    lead: str
    verbs: tuple[str, ...]

    @property
    def text(self) -> str:
        """The box in one line."""
        return f"{self.lead} {'; '.join(self.verbs)}."


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


def build_suggestions(flags: Iterable[Flag]) -> SuggestionBox | None:
    """Return the box of one event, of its first flag whose rule has one; None without any."""
    for flag in flags:
        suggestion = BY_ID[flag.rule].suggestion
        if suggestion and is_raised(flag):
            return SuggestionBox(_LEADS[suggestion.by], suggestion.verbs)
    return None


@cache
def list_exercises() -> tuple[Exercise, ...]:
    """Return the article's six exercises in its order, then our own."""
    return tuple(_build_exercise(row) for row in _load_texts()["exercise"])


def _build_exercise(row: Mapping[str, Any]) -> Exercise:
    return Exercise(
        id=row["id"],
        title=row["title"],
        by=row["by"],
        steps=tuple(row["steps"]),
        easier=ExercisePart(**row["easier"]),
        harder=ExercisePart(**row["harder"]),
        sets=ExercisePart(**row["sets"]),
    )


def build_exercises(rules: tuple[str, ...] = ()) -> Advice:
    """Return the exercises as one text, with when to stop."""
    return Advice(
        id=EXERCISES,
        title="Exercises",
        paragraphs=(stop_rule(),),
        source=format_sources((ARTICLE,)),
        credit=article_credit(),
        for_rules=rules,
        exercises=list_exercises(),
    )


def build_red_flags(answer: Answer | None = None) -> Advice:
    """Return the signs that need a person, and whom to call; those ticked come first."""
    paragraphs = [_NO_SCORE]
    if answer and answer.red_flags:
        ticked = "; ".join(sign.says for sign in answer.red_flags)
        paragraphs.insert(0, f"You ticked: {ticked}. {answer.red_flags[0].call}")
    return Advice(
        id=RED_FLAGS_ID,
        title="When to get help",
        paragraphs=tuple(paragraphs),
        source=format_sources((ARTICLE, "finucane2020")),
        credit=article_credit(),
        lists=tuple(_list_signs(urgency) for urgency in _LIST_TITLES),
    )


def _list_signs(urgency: Urgency) -> BulletList:
    items = tuple(sign.listed for sign in RED_FLAGS if sign.urgency == urgency)
    return BulletList(_LIST_TITLES[urgency], CALL_TEXTS[urgency], items)


def choose_advice(
    flags: Iterable[Flag], answer: Answer | None = None, since: date | None = None
) -> tuple[Advice, ...]:
    """Return the texts that belong to `flags` and `answer`.

    What usually happens, what helps and when to get help are on every page, in this order; they
    come first where the diary holds pain, and a ticked red flag comes before all else. Flags at
    info bring up a text only where it is about them alone (shoes, support, a new surface). Flags of
    weeks before `since` bring up none: what was raised last year needs no text today.
    """
    texts = _choose_texts(_list_advising_rules(flags, since))
    texts += [
        build_exercises(text.for_rules)
        for text in texts
        if text.id == SUPPORT and text.for_rules
    ]
    return _order_texts(texts, build_red_flags(answer), answer)


def _order_texts(
    texts: list[Advice], help_text: Advice, answer: Answer | None
) -> tuple[Advice, ...]:
    """Return the texts and when to get help, in the order of a page."""
    first = [text for text in texts if text.id in _BEFORE_RED_FLAGS]
    others = [text for text in texts if text.id not in _BEFORE_RED_FLAGS]
    if answer and answer.red_flags:
        return (help_text, *first, *others)
    if answer and any(score > 0 for _, score in answer.scores):
        return (*first, help_text, *others)
    return (*others, *first, help_text)


def _choose_texts(rules: list[Rule]) -> list[Advice]:
    """Return the texts that belong to `rules`, and those that are always there."""
    texts = []
    for row in _load_texts()["advice"]:
        for_rules = tuple(rule.id for rule in rules if row["id"] in rule.advice)
        if for_rules or row.get("always"):
            texts.append(_build_advice(row, for_rules))
    return texts


def _build_advice(row: Mapping[str, Any], for_rules: tuple[str, ...]) -> Advice:
    paragraphs = tuple(
        " ".join(sentence["text"] for sentence in paragraph)
        for paragraph in row["paragraphs"]
    )
    sentences = tuple(
        Sentence(sentence["text"], tuple(sentence["from"]))
        for paragraph in row["paragraphs"]
        for sentence in paragraph
    )
    cited = [
        id_ for sentence in sentences for id_ in sentence.references if id_ != OURS
    ]
    return Advice(
        id=row["id"],
        title=row["title"],
        paragraphs=paragraphs,
        source=format_sources(cited),
        credit=article_credit(),
        for_rules=for_rules,
        sentences=sentences,
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
