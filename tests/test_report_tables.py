"""JSON, CSV, Markdown and terminal: the same facts, each safe in its own way."""

import csv
import datetime as dt
import html as html_words
import io
import json
import math
import re
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from loadwatch import formatting
from loadwatch.analysis import Roster
from loadwatch.assess import budget, rules
from loadwatch.assess.budget import Plan
from loadwatch.date_filter import ALL_DAYS, Period, filter_dates
from loadwatch.report import (
    as_csv,
    as_json,
    budget_table,
    display_tables,
    formats,
    html,
    markdown,
    provenance,
)
from loadwatch.report.slugs import make_slug
from loadwatch.report.terminal import Terminal
from loadwatch.settings import Settings, list_effective
from loadwatch.tables import CONTEXT, EXPOSURES, MEASURED, WEEKS, column_names
from loadwatch.verdict import roster_groups
from tests import report_cases as cases
from tests.hostile import HARMLESS, NAMES


@pytest.fixture(scope="module")
def ana():
    return cases.ana()


@pytest.fixture(scope="module")
def hostile():
    return {key: cases.named(name) for key, name in NAMES.items()}


def roster(*known):
    lines = tuple(
        roster_groups.summarize_athlete(one, dt.date(2026, 11, 22)) for one in known
    )
    return Roster(name="Hill Striders", athletes=lines, today=dt.date(2026, 11, 22))


def strict(text):
    def refuse(word):
        raise AssertionError(word)

    return json.loads(text, parse_constant=refuse)


def test_json_of_activities_has_the_schema(ana):
    document = strict(as_json.format_activities(ana))
    assert list(document) == [
        "schema",
        "activities",
        "skipped",
        "duplicates",
        "settings",
    ]
    assert document["schema"] == 1 and len(document["activities"]) == len(
        ana.activities
    )
    assert all(list(row) == column_names(EXPOSURES) for row in document["activities"])
    assert list(document["skipped"][0]) == ["source", "kind", "why"]
    assert document["duplicates"] == [
        {
            "source": "strava/17.gpx",
            "of": "3.fit",
            "why": "the same start, duration and distance",
        }
    ]
    assert document["activities"][0]["srpe"] is None  # unknown is null
    assert document["activities"][0]["distance_m"] == pytest.approx(8800.0)
    assert (
        document["settings"]["today"] == "2026-11-20"
        and "origins" not in document["settings"]
    )


def test_json_of_weeks_has_every_column(ana):
    document = strict(as_json.format_weeks(ana))
    assert list(document) == [
        "schema",
        "weeks",
        "flags",
        "unknown",
        "skipped",
        "duplicates",
        "settings",
    ]
    both = [f"{column}_{kind}" for column in MEASURED for kind in ("usual", "change")]
    assert list(document["weeks"][0]) == [
        "week",
        "state",
        *column_names(WEEKS),
        *both,
        *column_names(CONTEXT),
    ]
    last = document["weeks"][-1]
    assert (last["week"], last["runs"], last["complete"]) == ("2026-11-16", 3, False)
    assert document["weeks"][0]["load_usual"] is None


def test_json_of_flags_has_the_schema(ana):
    document = strict(as_json.format_flags(ana))
    assert list(document) == ["schema", "flags", "unknown"]
    keys = "week rule name level value limit amount usual unit activity_id source says evidence fired_26w held_against event planned"
    assert list(document["flags"][0]) == keys.split()
    assert list(document["unknown"][0]) == ["week", "rule", "why"]


def test_json_of_a_roster_and_of_rules(ana):
    document = strict(as_json.format_roster(roster(cases.two_weeks(), ana)))
    assert [row["group"] for row in document["athletes"]] == ["talk", "low"]
    assert list(document["athletes"][0]) == [
        "name",
        "group",
        "level",
        "state",
        "says",
        "last_activity",
        "flags",
        "events",
        "pain_7d",
    ]
    assert strict(as_json.format_rules(rules.RULES))["rules"][0]["id"] == "LW01"
    assert (
        strict(as_json.format_settings(list_effective(Settings())))["settings"][0][
            "setting"
        ]
        == "name"
    )
    assert strict(as_json.format_diary(ana)) == {"schema": 1, "diary": None}
    assert strict(as_json.format_budget(ana)) == {
        "schema": 1,
        "week": "2026-11-16",
        "limits": [],
    }
    assert strict(as_json.format_report(ana))["verdict"]["state"] == "high"


def test_json_is_ascii_and_strict_whatever_the_names(hostile):
    for known in hostile.values():
        for text in (
            as_json.format_activities(known),
            as_json.format_weeks(known),
            as_json.format_report(known),
        ):
            assert text.isascii()
            strict(text)


def test_period_cuts_what_is_shown_and_not_what_is_judged(ana):
    period = Period(dt.date(2026, 11, 11), dt.date(2026, 11, 15))
    shown = strict(as_json.format_weeks(ana, period))
    assert [row["week"] for row in shown["weeks"]] == ["2026-11-09"]
    assert {flag["week"] for flag in shown["flags"]} == {"2026-11-09"}
    assert shown["weeks"] == [
        row
        for row in strict(as_json.format_weeks(ana))["weeks"]
        if row["week"] == "2026-11-09"
    ]
    days = {
        row["start"][:10]
        for row in strict(as_json.format_activities(ana, period))["activities"]
    }
    assert days == {"2026-11-12", "2026-11-13", "2026-11-15"}
    assert filter_dates(ana, Period()) is ana


@pytest.mark.parametrize("which", ["activities", "weeks", "flags"])
def test_csv_reads_back_and_numbers_stay_numbers(ana, which):
    rows = list(csv.DictReader(io.StringIO(getattr(as_csv, f"format_{which}")(ana))))
    records = strict(getattr(as_json, f"format_{which}")(ana))[which]
    assert len(rows) == len(records)
    for row, facts in zip(rows, records, strict=True):
        for key, value in facts.items():
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                assert math.isclose(float(row[key]), value)
            assert row[key] != "nan" and (value is not None or row[key] == "")


def test_no_text_cell_begins_a_formula(hostile):
    for known in hostile.values():
        for text in (
            as_csv.format_activities(known),
            as_csv.format_flags(known),
            as_csv.format_roster(roster(known)),
        ):
            for row in csv.reader(io.StringIO(text)):
                for cell in row:
                    number = re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", cell)
                    assert number or not cell.lstrip().startswith(as_csv.TRIGGERS), cell
    assert as_csv.format_cell("=1+1") == "'=1+1"
    assert (
        as_csv.format_cell("\N{FULLWIDTH EQUALS SIGN}1")
        == "'\N{FULLWIDTH EQUALS SIGN}1"
    )
    assert as_csv.format_cell(-0.02) == -0.02


def test_markdown_shows_names_as_they_stand(hostile):
    plain = cases.named(HARMLESS)
    for known in hostile.values():
        text = markdown.format_report(known)
        assert not re.search(r"(?<!\\)[<>\[\]`]", text.replace("**", ""))
        assert text.count("\n") == markdown.format_report(plain).count("\n")
    assert markdown.escape_line("- [x](y) <b> | *c*") == r"\- \[x\]\(y\) \<b\> \| \*c\*"
    assert markdown.escape_line("1. a") == r"1\. a"
    assert (
        markdown.escape_inline("45.0") == "45.0"
    )  # a backslash before a digit would be shown


def test_markdown_tables(ana):
    assert markdown.format_weeks(ana).startswith("| Week of | State | Runs | Km |")
    assert markdown.format_flags(ana, Period(dt.date(2027, 1, 1))).startswith(
        "No flag in these weeks."
    )
    assert "Skipped 2026\\-09\\-03.fit" in markdown.format_activities(
        ana
    ) or "Skipped 2026-09-03.fit" in markdown.format_activities(ana)
    assert "Hill" not in markdown.format_roster(roster(ana))


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


def test_plan_and_slug():
    assert "would raise no check" in Terminal().format_plan(
        Plan(dt.date(2026, 11, 23), (), ())
    )
    assert make_slug("Ana K.") == "ana-k"


def test_sparkline_of_known_values():
    assert (
        display_tables.draw_sparkline([0.0, 1.0, 4.0, 8.0, math.nan])
        == "\N{MIDDLE DOT}\u2582\u2585\u2588\N{MIDDLE DOT}"
    )
    assert display_tables.draw_sparkline([]) == ""


def without_words(text):
    """The sentences of rules are theirs to change, the layout is json's; everything else is held."""
    text = json.dumps(strict(text), indent=1) + "\n"
    return re.sub(r'"(says|why)": "(?:[^"\\]|\\.)*"', r'"\1": "..."', text)


@pytest.mark.parametrize("which", ["activities", "weeks", "flags"])
def test_json_as_it_was(golden, which):
    golden(
        f"two_weeks.{which}.json",
        without_words(getattr(as_json, f"format_{which}")(cases.two_weeks())),
    )


def test_roster_json_as_it_was(golden, ana):
    golden(
        "roster.json",
        without_words(
            as_json.format_roster(
                roster(ana, cases.two_weeks(), cases.steady(), cases.empty())
            )
        ),
    )


def test_budget_in_every_form(ana):
    known = replace(
        ana,
        limits=budget.compute_budget(
            ana.activities, ana.weeks, ana.settings, ana.today
        ),
    )
    weeks = {limit.week for limit in known.limits}
    assert weeks == {dt.date(2026, 11, 16), dt.date(2026, 11, 23)}
    text = Terminal().format_budget(known)
    assert (
        "Week of 16 Nov" in text
        and re.search("Longest single run .* LW01", text)
        and "Not a target" in text
    )
    assert max(map(len, text.splitlines())) <= 80
    assert "Week of 23 Nov" in markdown.format_budget(
        known
    ) and "up to" in markdown.format_report(known)
    assert markdown.format_budget(ana).startswith(
        "No limit can be worked out from these runs."
    )
    rows = strict(as_json.format_budget(known))["limits"]
    assert list(rows[0])[:6] == ["rule", "measure", "unit", "used", "room", "limit"]
    assert len(as_csv.format_budget(known).splitlines()) == len(rows) + 1


@pytest.mark.parametrize("form", formats.TABLES)
def test_every_format_on_offer_writes_every_table(ana, form):
    writer = formats.TABLES[form](formats.Screen())
    tried = Plan(dt.date(2026, 11, 16), ana.flags[:3], ana.unknown)
    texts = [
        writer.format_weeks(ana, ALL_DAYS),
        writer.format_flags(ana, ALL_DAYS),
        writer.format_activities(ana, ALL_DAYS),
        writer.format_budget(ana),
        writer.format_plan(tried, "metric"),
        writer.format_roster(roster(ana)),
    ]
    assert len(set(texts)) == 6 and all(text.endswith("\n") for text in texts)


def test_a_plan_that_raises_nothing_is_no_promise():
    tried = Plan(dt.date(2026, 11, 16), (), ())
    assert "no promise" in Terminal().format_plan(tried)
    assert "no promise" in markdown.format_plan(tried)


def test_flags_of_one_event_are_one_row(ana):
    rows = display_tables.build_flags(ana).rows
    rules = [row[2] for row in rows]
    assert len(rows) < len(ana.flags)
    assert any(" +" in rule for rule in rules)
    assert sum(int(rule.partition(" +")[2] or 0) + 1 for rule in rules) == len(
        {(flag.week, flag.event, flag.rule) for flag in ana.flags}
    )
    days = pd.to_datetime([row[0] for row in rows], format="%d %b %Y")
    assert days.is_monotonic_decreasing


def test_a_plan_is_events_of_what_would_be(ana):
    flags = tuple(flag for flag in ana.flags if flag.week == dt.date(2026, 11, 16))
    tried = Plan(dt.date(2026, 11, 16), flags, ana.unknown[-3:])
    lines = budget_table.list_plan(tried, "metric")
    assert 0 < len(lines) < len(flags)  # several flags are of one event
    assert all(" would be a " in line for _, line in lines)
    for text in (Terminal().format_plan(tried), markdown.format_plan(tried)):
        assert "would be a" in text and "Not judged in the week of" in text


def test_a_room_is_never_shown_larger_than_it_is(ana):
    known = replace(
        ana,
        limits=budget.compute_budget(
            ana.activities, ana.weeks, ana.settings, ana.today
        ),
    )
    limits = {(limit.measure, limit.week): limit for limit in known.limits}
    compared = 0
    for row in budget_table.build_table(known).rows:
        measure = next(
            m
            for m, name in budget.MEASURES.items()
            if str(row[0]).lower() == name.lower()
        )
        for cell, week in zip(
            row[2:], (dt.date(2026, 11, 16), dt.date(2026, 11, 23)), strict=True
        ):
            amount = re.fullmatch(r"up to ([\d.,]+) (km|m)", str(cell))
            if amount:
                compared += 1
                shown = float(amount[1].replace(",", "")) * (
                    1000.0 if amount[2] == "km" else 1.0
                )
                limit = limits[measure, week]
                assert shown <= limit.most + 1e-6
                sum_so_far = 0.0 if measure.startswith("longest") else limit.used
                # a week's is in all; what rests on raised weeks may be below the limit
                assert limit.most == pytest.approx(limit.left + sum_so_far, abs=1.0)
                assert limit.most <= limit.limit + 1e-6
    assert compared >= 5


def test_a_check_that_fires_often_says_so_in_every_form(ana):
    remark = (
        "This check fired in 7 of the 26 weeks with runs in the half year up to then"
    )
    flags = tuple(replace(f, fired_26w=7, run_weeks=26) for f in ana.flags)
    often = replace(ana, flags=flags)

    for text in (
        Terminal(500).format_flags(often),
        Terminal(500).format_verdict(often),
        markdown.format_flags(often),
        markdown.format_report(often),
        html.format_report(often),
    ):
        assert remark in text
    assert remark not in Terminal(500).format_flags(ana)


def test_a_remark_beside_a_flag_is_never_cut(ana):
    flag = max(ana.flags, key=lambda flag: len(flag.says))
    often = replace(flag, run_weeks=20, fired_26w=15)
    remark = rules.format_often(often)
    assert remark.endswith("it says little that is new.")
    assert (
        len(display_tables.format_sentence(often, "metric")) > 300
    )  # the length of a stranger's label
    known = replace(ana, flags=(often,))
    assert remark in markdown.format_flags(known) and remark in html.format_report(
        known
    )


PRINTABLE = "".join(map(chr, range(32, 127)))


@given(st.text(PRINTABLE, max_size=30))
@example("6.2 km")
@example("1. a")
@example("2026) b")
@example("--- ")
@example("===")
@example("# no heading")
@example("    no code")
def test_markdown_shows_any_text_as_it_stands(text):
    shown = " ".join(
        formatting.clean_text(text).split()
    )  # outside code Markdown shows one space for many
    escaped = html_words.escape(shown, quote=False).replace(chr(34), "&quot;")
    listed = MarkdownIt("commonmark").render(f"- {markdown.escape_line(shown)}\n")
    assert listed == f"<ul>\n<li>{escaped}</li>\n</ul>\n"
    grid = display_tables.build_table({"Head": True}, [(shown,)])
    cell = MarkdownIt("commonmark").enable("table").render(markdown.format_table(grid))
    assert f">{escaped}</td>" in cell


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


def test_a_flag_has_no_week_where_its_row_names_it():
    week = dt.date(2026, 11, 9)
    short = display_tables.drop_week
    assert short("In the week of 9 November 2026 hard ground.", week) == "Hard ground."
    assert short("494 m in the week of 9 November 2026, more.", week) == "494 m, more."
    assert short("Up to the week of 9 November 2026.", week) == "Up to this week."
    other = "In the week of 2 November 2026 hard ground."
    assert short(other, week) == other


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
        (80, "Last 4 weeks", "12 weeks"),
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
