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
from loadwatch.assess.rules import BY_ID, RULES, Flag
from loadwatch.settings import Settings
from tests.builders import activities, run

WEEK = dt.date(2026, 11, 16)
ALWAYS = ("cannot_see", "course", "helps", "red_flags")  # on every page
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


def all_sentences():
    return [
        sentence
        for row in DATA["advice"]
        for paragraph in row["paragraphs"]
        for sentence in paragraph
    ]


def exercise_texts():
    return [
        text
        for row in DATA["exercise"]
        for text in (
            row["title"],
            *row["steps"],
            *(row[form]["text"] for form in ("easier", "harder", "sets")),
        )
    ]


def all_texts():
    return [
        *(row["title"] for row in DATA["advice"]),
        *(sentence["text"] for sentence in all_sentences()),
        *exercise_texts(),
        DATA["stop"],
        *CALL_TEXTS.values(),
        *(sign.call for sign in RED_FLAGS),
        *(sign.listed for sign in RED_FLAGS),
        *(verb for rule in RULES if rule.suggestion for verb in rule.suggestion.verbs),
    ]


@pytest.mark.parametrize(
    ("rule", "texts"),
    [
        ("LW01", {"look", "load", "support", "warm_up", "exercises"}),
        ("LW04", {"look", "uphill", "warm_up"}),
        ("LW05", {"look", "downhill", "warm_up"}),
        ("LW08", {"look", "surface", "support", "exercises"}),
        ("LW14", {"shoes"}),
    ],
)
def test_each_flag_brings_its_texts_and_each_page_the_signs(rule, texts):
    assert set(ids(flag(rule))) == texts | set(ALWAYS)


def test_info_brings_up_no_text_but_of_rules_that_know_no_more():
    assert ids(flag("LW01", "info")) == ids() == list(ALWAYS)
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


def test_what_reassures_comes_before_the_signs_and_both_first_where_there_is_pain():
    sore = diary("date,pain\n2026-11-12,4\n")
    assert ids(flag("LW01"), answer=sore)[:3] == ["course", "helps", "red_flags"]
    assert ids(flag("LW01"))[-3:] == ["course", "helps", "red_flags"]
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


def exercises():
    return {exercise.id: exercise for exercise in guidance.list_exercises()}


def test_the_six_exercises_are_the_articles_in_its_order_and_more_is_called_ours():
    drills = exercises()
    assert [drill.id for drill in drills.values() if drill.by == "article"] == [
        "deep_core",
        "squat_rotation",
        "bridge",
        "side_plank",
        "chicago_roll",
        "leg_swings",
    ]
    assert drills["mobility"].heading.endswith("(ours)")
    for drill in drills.values():
        assert drill.by == "ours" or not drill.heading.endswith("(ours)")
        for part in (drill.easier, drill.harder, drill.sets):
            assert part.mark.endswith("(ours).") == (part.by == "ours")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("deep_core", "On your back|both sides of the pelvis|zip|abdominals stay quiet"),
        ("squat_rotation", "one leg out behind|towards the front leg|through and turn away"),
        ("squat_rotation", "in line with the foot and not beyond the toes"),
        ("bridge", "pelvis up|stays level|does not over-arch"),
        ("side_plank", "ribs and pelvis in line|Breathe in, and turn|Breathe in again, and return"),
        ("chicago_roll", "On your side|one leg over the other|top arm|gently turning the spine"),
        ("leg_swings", "forward and back|side to side|Yoga or Pilates"),
    ],
)  # fmt: skip
def test_an_exercise_has_the_movements_of_the_article(name, words):
    steps = " ".join(exercises()[name].steps)
    assert all(word in steps for word in words.split("|")), steps


def test_the_articles_easier_and_harder_forms_are_its_own():
    drills = exercises()
    assert "weight on the back leg" in drills["squat_rotation"].easier.text
    assert drills["squat_rotation"].easier.by == "article"
    assert drills["bridge"].easier.text == "Both feet on the floor."
    assert "bench or chair" in drills["bridge"].harder.text
    assert drills["side_plank"].easier.text == "The lower leg bent."
    assert "hands and knees" in drills["deep_core"].harder.text
    assert all(drill.sets.by == "ours" for drill in drills.values())


def test_the_exercises_come_with_when_to_stop():
    shown = next(
        text
        for text in guidance.choose_advice([flag("LW10")])
        if text.id == "exercises"
    )
    assert shown.paragraphs == (guidance.stop_rule(),)
    assert "physiotherapist" in guidance.stop_rule()
    assert shown.exercises == guidance.list_exercises()
    assert len(shown.lines) == 1 + len(shown.exercises)


def test_the_signs_are_two_short_lists():
    today, soon = guidance.build_red_flags().lists
    assert (today.title, len(today.items)) == ("Today", 6)
    assert (soon.title, len(soon.items)) == ("Soon", 10)


def test_sciatica_alone_is_soon_and_not_urgent():
    ticked = diary("date,pain,sciatica\n2026-11-12,4,x\n")
    call = ticked.red_flags[0].call
    assert call.startswith("See a physiotherapist or a doctor soon")
    assert "urgent" not in call.split(".")[0]


def test_a_raised_event_has_a_box_of_two_or_three_verbs_for_its_change():
    for rule in RULES:
        if set(rule.levels) & {"watch", "high"} and not rule.is_compound:
            assert rule.suggestion, rule.id
            assert 2 <= len(rule.suggestion.verbs) <= 3, rule.id
    box = guidance.build_suggestions([flag("LW08"), flag("LW02")])
    assert box.text.startswith("For this change, the article suggests: move to harder")
    assert "ours" not in box.text
    assert guidance.build_suggestions([flag("LW08", "info")]) is None
    own = guidance.build_suggestions([flag("LW05")])
    assert own.lead.startswith("For this change, we suggest")
    assert BY_ID["LW05"].suggestion.by == "ours"


PROMISES = (
    r"\bsafe|risk of|% risk|at risk|prevents?\b|cures?\b|you have a\b|\byou must\b"
)
TREATMENT = r"\btake\b.*(tablet|ibuprofen|paracetamol|medicine)|\brest for\b"


def test_no_text_promises_threatens_or_diagnoses():
    for text in all_texts():
        assert not re.search(PROMISES, text, re.IGNORECASE), text
        assert not re.search(TREATMENT, text, re.IGNORECASE), text


def test_every_text_says_what_it_rests_on_and_has_one_id():
    for text in guidance.choose_advice([flag(rule.id) for rule in RULES]):
        assert text.source, text.id
    names = [row["id"] for row in DATA["advice"]]
    assert len(set(names)) == len(names)


def test_the_course_is_told_with_the_published_figures():
    """Menezes Costa 2012: 52, 23 (6 weeks), 12 (26 weeks) of 100, 11,166 people; Henschke 2008: 72 %."""
    text = next(text.text for text in guidance.choose_advice([]) if text.id == "course")
    assert all(
        number in text
        for number in (
            "52 points of 100",
            "23 after 6 weeks",
            "12 after 26",
            "11,166",
            "72 %",
        )
    )


def test_advice_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        guidance.build_red_flags().title = "x"
