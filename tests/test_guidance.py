"""Guidance: which text belongs to which flag, and what no text may say."""

import dataclasses
import datetime as dt
import re
import tomllib
from pathlib import Path

import pytest

import loadwatch.assess.guidance as guidance
from loadwatch.assess.diary import RED_FLAGS, read_diary
from loadwatch.assess.diary.answer import analyse_diary
from loadwatch.assess.diary.red_flags import CALL_TEXTS
from loadwatch.assess.rules import Flag
from loadwatch.settings import Settings
from tests.builders import activities, run

WEEK = dt.date(2026, 11, 16)
DATA = tomllib.loads(
    (Path(guidance.__file__).parent / "guidance.toml").read_text(encoding="utf-8")
)


def flag(rule, level="watch"):
    return Flag(
        week=WEEK, rule=rule, name="x", level=level, value=1.0, limit=1.0, amount=1.0, usual=1.0, unit="m",
        evidence="E",
    )  # fmt: skip


def ids(*flags, answer=None):
    return [text.id for text in guidance.choose_advice(flags, answer)]


def diary(text):
    rows = activities(run("2026-11-10", 5), run("2026-11-16", 5))
    return analyse_diary(read_diary(text.encode()), (), rows, Settings(), WEEK)


def all_texts():
    texts = [p for row in DATA["advice"] for p in (row["title"], *row["paragraphs"])]
    texts += [word for row in DATA["exercise"] for word in row.values()]
    return [
        *texts,
        DATA["stop"],
        *CALL_TEXTS.values(),
        *(sign.says for sign in RED_FLAGS),
    ]


@pytest.mark.parametrize(
    ("rule", "texts"),
    [
        ("LW01", {"look", "load", "support", "warm_up", "course", "exercises"}),
        ("LW04", {"look", "uphill", "warm_up", "course"}),
        ("LW05", {"look", "downhill", "warm_up", "course"}),
        ("LW08", {"look", "surface", "support", "course", "exercises"}),
        ("LW14", {"shoes"}),
    ],
)
def test_each_flag_brings_its_texts_and_each_page_the_signs(rule, texts):
    assert set(ids(flag(rule))) == texts | {"cannot_see", "red_flags"}


def test_info_brings_up_no_text_but_of_rules_that_know_no_more():
    assert ids(flag("LW01", "info")) == ids() == ["cannot_see", "red_flags"]
    assert "shoes" in ids(flag("LW14", "info"))


def test_flags_of_weeks_gone_by_bring_up_nothing():
    assert [
        text.id
        for text in guidance.choose_advice(
            [flag("LW01")], since=WEEK + dt.timedelta(days=7)
        )
    ] == ids()
    assert "load" in [
        text.id for text in guidance.choose_advice([flag("LW01")], since=WEEK)
    ]


def test_a_text_names_the_flags_it_is_there_for():
    texts = {
        text.id: text
        for text in guidance.choose_advice(
            [flag("LW04"), flag("LW06", "high"), flag("LW07", "info")]
        )
    }
    assert texts["uphill"].for_rules == ("LW04", "LW06")
    assert texts["cannot_see"].for_rules == ()


def test_pain_puts_the_signs_first_and_the_usual_course_beside():
    sore = diary("date,pain\n2026-11-12,4\n")
    assert ids(answer=sore)[0] == "red_flags"
    assert "course" in ids(answer=sore)
    assert ids(answer=diary("date,pain\n2026-11-12,0\n")) == ids()


def test_a_tick_is_said_before_all_else():
    ticked = diary("date,pain,bladder_bowel,fever\n2026-11-12,4,x,x\n")
    first = guidance.choose_advice([flag("LW01")], ticked)[0]
    assert first.id == "red_flags"
    assert first.paragraphs[0].startswith("You ticked: new trouble passing urine")
    assert "emergency" in first.paragraphs[0]


def test_every_sign_is_on_the_page_with_whom_to_call():
    text = guidance.build_red_flags().text
    assert all(sign.says in text for sign in RED_FLAGS)
    assert all(call in text for call in CALL_TEXTS.values())


def test_the_article_is_credited_by_author_and_title():
    assert "Jo Perkins" in guidance.article_credit()
    assert (
        "Lower back pain in runners – causes and prevention"
        in guidance.article_credit()
    )
    assert all(
        text.credit == guidance.article_credit()
        for text in guidance.choose_advice([flag("LW01")])
    )


def test_exercises_have_their_details_an_easier_form_and_a_stop_rule():
    drills = {exercise.id: exercise for exercise in guidance.list_exercises()}
    assert set(drills) == {
        "deep_core",
        "squat_rotation",
        "bridge",
        "side_plank",
        "chicago_roll",
        "mobility",
    }
    assert "knee stays in line" in drills["squat_rotation"].detail
    assert "back foot" in drills["squat_rotation"].easier
    assert "pelvis stays level" in drills["bridge"].detail
    assert "Both feet" in drills["bridge"].easier
    assert "lower knee bent" in drills["side_plank"].easier
    shown = next(
        text
        for text in guidance.choose_advice([flag("LW10")])
        if text.id == "exercises"
    )
    assert shown.paragraphs[0] == guidance.stop_rule()
    assert "physiotherapist" in guidance.stop_rule()
    assert len(shown.paragraphs) == 1 + len(drills)


PROMISES = (
    r"\bsafe|risk of|% risk|at risk|prevents?\b|cures?\b|you have a\b|\byou must\b"
)
TREATMENT = r"\btake\b.*(tablet|ibuprofen|paracetamol|medicine)|\brest for\b"


def test_no_text_promises_threatens_or_diagnoses():
    for text in all_texts():
        assert not re.search(PROMISES, text, re.IGNORECASE), text
        assert not re.search(TREATMENT, text, re.IGNORECASE), text


def test_every_text_says_what_it_rests_on_and_has_one_id():
    assert all(row["source"] for row in DATA["advice"])
    names = [row["id"] for row in DATA["advice"]]
    assert len(set(names)) == len(names)


def test_the_course_is_told_with_the_published_figures():
    """Menezes Costa 2012: 52, 23 (6 weeks), 12 (26 weeks) of 100, 11,166 people; Henschke 2008: 72 %."""
    text = next(
        " ".join(row["paragraphs"]) for row in DATA["advice"] if row["id"] == "course"
    )
    assert all(
        number in text
        for number in (
            "52 of 100",
            "23 after six weeks",
            "12 after half a year",
            "11,166",
            "72",
        )
    )


def test_advice_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        guidance.build_red_flags().title = "x"
