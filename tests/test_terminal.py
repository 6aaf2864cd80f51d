"""Plain text for a terminal: it fits, levels are words and shapes, nothing is cut short."""

import datetime as dt
import math
import re
from dataclasses import replace

import pytest

from loadwatch.analysis import Roster
from loadwatch.assess import budget, rules
from loadwatch.report import display_tables, html, markdown, provenance
from loadwatch.report.terminal import Terminal
from loadwatch.settings import Settings, list_effective
from loadwatch.verdict import roster_groups
from tests import report_cases as cases
from tests.known_analyses import ana, hostile, roster

__all__ = ["ana", "hostile"]  # fixtures


def pages(known):
    screen = Terminal()
    yield screen.format_verdict(known)
    yield screen.format_weeks(known)
    yield screen.format_flags(known)
    yield screen.format_activities(known)
    yield screen.format_budget(known)
    yield screen.format_diary(known)
    yield screen.format_roster(roster(known))


def test_terminal_fits_eighty_columns(ana, hostile):
    steering = [hostile[key] for key in ("ansi", "return", "bidi", "mathtext")]
    texts = [
        page
        for known in (ana, cases.two_weeks(), cases.empty(), *steering)
        for page in pages(known)
    ]
    for page in (
        *texts,
        Terminal().format_rules(rules.RULES),
        *(Terminal().format_rules([rule]) for rule in rules.RULES),
    ):
        assert max(map(len, page.splitlines()), default=0) <= 80
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", page)


def test_terminal_colours_only_when_asked(ana):
    assert "\x1b[" in Terminal(color=True).format_verdict(ana)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", Terminal(color=True).format_verdict(ana))
    assert [line.rstrip() for line in plain.splitlines()] == Terminal().format_verdict(
        ana
    ).splitlines()


def test_terminal_says_level_as_word_and_shape(ana):
    text = Terminal().format_verdict(ana)
    assert text.startswith(
        "\N{BLACK UP-POINTING TRIANGLE} Large change: 14 km downhill at 5 % or steeper"
    )
    assert "16 Nov 2026" in text and "so far" in text
    assert (
        Terminal()
        .format_verdict(cases.two_weeks())
        .startswith("\N{WHITE CIRCLE} Welcome: ")
    )


def test_terminal_in_miles(ana):
    text = Terminal().format_weeks(cases.ana(settings=Settings(units="imperial")))
    # 52.0 km are 32.3 miles, 2,340 m are 7,677 ft
    assert " Mi " in text and "32.3" in text and "7,677" in text


def test_summary_counts_what_was_read(ana):
    text = provenance.format_summary(ana)
    assert text.splitlines()[0] == (
        "Read 101 activities from 104 files (2 skipped, 1 duplicate). "
        "Europe/Zurich and 1 other zone, weeks from Monday."
    )
    full = provenance.format_summary(ana, verbose=True)
    assert (
        "Skipped 2026-09-03.fit (not readable): ends early and holds no record." in full
    )
    assert (
        "Counted once: strava/17.gpx is the same run as 3.fit (the same start, duration and distance)."
        in full
    )


def test_terminal_of_settings():
    text = Terminal().format_settings(list_effective(Settings(tz="Europe/Zurich")))
    assert "tz" in text and "Europe/Zurich" in text and "nan" not in text


def test_sparkline_of_known_values():
    assert (
        display_tables.draw_sparkline([0.0, 1.0, 4.0, 8.0, math.nan])
        == "\N{MIDDLE DOT}\u2582\u2585\u2588\N{MIDDLE DOT}"
    )
    assert display_tables.draw_sparkline([]) == ""


def test_a_remark_beside_a_flag_is_never_cut(ana):
    flag = max(ana.flags, key=lambda flag: len(flag.says))
    often = replace(flag, run_weeks=20, fired_26w=15)
    remark = rules.format_often(often)
    assert remark.endswith("it says little that is new.")
    # the length of a stranger's label
    assert len(display_tables.format_sentence(often, "metric")) > 300
    known = replace(ana, flags=(often,))
    assert remark in markdown.format_flags(known) and remark in html.format_report(
        known
    )


@pytest.mark.parametrize("width", [30, 40, 50, 60, 72, 80, 100, 200])
def test_a_narrow_terminal_loses_columns_never_digits(ana, width):
    known = replace(
        ana,
        limits=budget.compute_budget(
            ana.activities, ana.weeks, ana.settings, ana.today
        ),
    )
    screen = Terminal(width)
    for write in (
        screen.format_weeks,
        screen.format_flags,
        screen.format_activities,
        screen.format_budget,
    ):
        lines = write(known).splitlines()
        assert max(map(len, lines)) <= width
        if width >= 40:
            assert not any("\N{HORIZONTAL ELLIPSIS}" in line for line in lines)
    kms = {str(row[3]) for row in display_tables.build_weeks(ana).rows}
    if width >= 40:
        shown = {
            line.split()[7]
            for line in screen.format_weeks(ana).splitlines()[3:]
            if "Large" in line
        }
        assert shown and shown <= kms


@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_no_line_ends_between_a_number_and_its_unit(ana, width):
    for text in (
        Terminal(width=width).format_flags(ana),
        Terminal(width=width).format_verdict(ana),
    ):
        lines = text.splitlines()
        assert max(map(len, lines)) <= width
        starts = [line.strip().split(" ")[0] for line in lines if line.strip()]
        assert not {"km", "m", "%", "km,", "km;", "%,", "m,"} & set(starts)


@pytest.mark.parametrize(
    ("width", "shown", "dropped"),
    [
        (80, "Km, 4 weeks", "12 weeks"),
        (100, "Last file", "Up m"),
        (160, "Strength", "Pain"),
    ],
)
def test_a_roster_shows_the_columns_that_fit(ana, width, shown, dropped):
    known = [ana, cases.steady(), cases.two_weeks()]
    lines = tuple(map(roster_groups.summarize_athlete, known))
    roster = Roster(name="Hills", athletes=lines, today=dt.date(2026, 11, 22))
    text = Terminal(width=width).format_roster(roster)
    head, *rows = text.splitlines()
    assert shown in head and dropped not in head
    assert max(map(len, text.splitlines())) <= width
    fine = next(line for line in rows if "As usual" in line)
    assert "usually" not in fine  # its numbers say it
    for title in ("Talk to first (1)", "Nothing new (1)", "Not enough data (1)"):
        assert title in rows
    assert "Call today" not in text  # a group of nobody is not named
