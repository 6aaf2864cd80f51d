"""LW17 and LW18: what the runner's own diary shows; they are judged in assess/diary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadwatch.activity import NAN
from loadwatch.assess.rules.model import Exceeded, Rule
from loadwatch.formatting import format_number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from loadwatch.assess.rules.model import Flag

LINK = Rule(
    id="LW17",
    name="pain_link",
    title="Pain and training in your own diary",
    kind="diary",
    measure="difference of pain, in points of 0 to 10",
    asks="Did pain differ after a kind of training, in the runner's own diary?",
    templates={
        "info": (
            "In your own diary, days after {exposure} had {points} points more pain "
            "(interval {low} to {high}). Compared are days of the same month, the "
            "kilometres taken out. This cannot show cause."
        ),
    },
    topic="pain",
    phrase="",
    brief="",
    mention="",
    event_family="none",
    change_kind=None,
    charts=(),
    advice=(),
    exposure=None,
    budget=None,
    grade="own data",
    grade_why=(
        "one runner's own records, weeks exchanged at random. It says nothing of "
        "anyone else"
    ),
    lbp="own",
    not_known="What causes the pain.",
    references=(),
    method=(
        "the day of the training and the two after it against the same weekdays of "
        "the same four weeks, the kilometres taken out; chance from whole weeks in "
        "another order"
    ),
    article=(
        "Some may find that hills aggravate a sore back: which change bothers whom is "
        "individual."
    ),
    caveat=(
        "People write more when sore and run less when sore; both are shown beside "
        "the answer. Pain that goes with the kilometres is not put down to a jump."
    ),
)

RED_FLAGS = Rule(
    id="LW18",
    name="red_flags",
    title="Signs that need a doctor or physiotherapist",
    kind="diary",
    measure="signs ticked in the diary",
    asks="Was a sign ticked in the diary that someone should look at in person?",
    templates={
        "high": (
            "Your diary names {signs} on {day}. Please have this looked at in person; "
            "it comes before everything else."
        ),
    },
    topic="pain",
    phrase="",
    brief="",
    mention="",
    event_family="none",
    change_kind=None,
    charts=(),
    advice=(),
    exposure=None,
    budget=None,
    grade="guideline",
    grade_why=(
        "an international framework of physiotherapists. Single signs are often "
        "harmless, and worth a call"
    ),
    lbp="yes",
    not_known="How likely a serious cause is behind one sign.",
    references=("article", "finucane2020"),
    article=(
        "See a physiotherapist, above all with sciatica, muscle weakness, unexplained "
        "weight loss, changed sensation, bladder or bowel trouble."
    ),
    caveat="The list is short on purpose and finds nothing by itself.",
)


def make_link_flag(
    week: date, exposure: str, points: float, interval: tuple[float, float]
) -> Flag:
    """Return the diary's answer for one exposure as a flag of `week`; info, never more."""
    low, high = interval
    return LINK.flag(
        week,
        Exceeded("info", NAN),
        template_args={
            "exposure": exposure,
            "points": format_number(points, 1),
            "low": format_number(low, 1),
            "high": format_number(high, 1),
        },
    )


def make_red_flag(week: date, day: date, signs: Sequence[str]) -> Flag:
    """Return the flag of signs ticked on `day`; high, so that nothing comes before it."""
    return RED_FLAGS.flag(
        week,
        Exceeded("high", NAN),
        template_args={"signs": " and ".join(signs)},
        day=day,
    )
