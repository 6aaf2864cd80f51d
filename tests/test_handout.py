"""The two sides for an appointment: weeks and what was raised, exercises and when to get help."""

import datetime as dt

import pytest

from loadwatch.assess import guidance
from loadwatch.report import handout, html, season
from loadwatch.report.pictures.exercises import DRAWINGS, draw_exercise
from tests import report_cases as cases


@pytest.fixture(scope="module")
def page():
    return html.format_handout(cases.ana(), now=dt.date(2026, 11, 24))


def test_both_sides_hold_what_an_appointment_needs(page):
    order = [
        "12 weeks: distance by ground and hills",
        "What was raised, newest first",
        "Week of 16 November 2026",
        "Notes",
        "Exercises of the article",
        "Easier:",
        "Harder:",
        "When to get help",
    ]
    assert sorted(order, key=page.index) == order
    assert page.count('<section class="side">') == 2
    assert "4 days ago" in page


def test_the_article_s_six_exercises_are_drawn_with_a_box_per_day(page):
    drawn = handout.list_exercises()
    assert len(drawn) == 6 and all(one.drawing for one in drawn)
    assert page.count('class="exercise"') == 6
    assert page.count("<i></i>") == 6 * 7


def test_every_exercise_has_a_drawing_and_every_drawing_an_exercise():
    ids = {exercise.id for exercise in guidance.list_exercises()}
    assert set(DRAWINGS) == ids
    assert draw_exercise("unknown", "Unknown") is None


def test_no_limb_leaves_its_drawing():
    for drawing in DRAWINGS.values():
        for limb in (*drawing.limbs, *drawing.far, (drawing.head,)):
            assert all(0 <= x <= 190 and 0 <= y <= 112 for x, y in limb)


def test_a_bar_of_the_handout_is_no_link(page):
    assert 'href="#w-' not in page
    weeks = season.build_season(cases.ana(), last=12, with_panels=False)
    assert len(weeks.weeks) == 12 and not any(week.has_panel for week in weeks.weeks)


def test_weeks_beyond_the_first_side_get_a_line_each():
    rows = [
        row
        for number in range(16)
        for row in cases.week(number, 20.0 + 15.0 * number, 15.0, hard=number % 2)
    ]
    built = handout.build_handout(cases.analysis(rows))
    assert built["panels"] and built["others"]
    left = handout.LINES
    for panel in built["panels"]:
        left -= handout.HEAD_LINES + len(panel.runs.rows) + 2 * len(panel.reasons)
    assert left >= 0


def test_nobody_s_handout_still_has_exercises_and_help():
    page = html.format_handout(cases.empty())
    assert "Single-leg bridge" in page and "When to get help" in page
