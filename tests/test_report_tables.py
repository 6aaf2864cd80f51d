"""CSV, Markdown, budget and plan: the same tables, each safe in its own way."""

import csv
import datetime as dt
import html as html_words
import io
import math
import re
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from loadwatch import formatting
from loadwatch.assess import budget
from loadwatch.assess.budget import Plan
from loadwatch.date_filter import ALL_DAYS, Period
from loadwatch.report import (
    as_csv,
    as_json,
    budget_table,
    display_tables,
    formats,
    html,
    markdown,
)
from loadwatch.report.slugs import make_slug
from loadwatch.report.terminal import Terminal
from tests import report_cases as cases
from tests.hostile import HARMLESS
from tests.known_analyses import ana, hostile, roster, strict

__all__ = ["ana", "hostile"]  # fixtures


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
    # a backslash before a digit would be shown
    assert markdown.escape_inline("45.0") == "45.0"


def test_markdown_tables(ana):
    assert markdown.format_weeks(ana).startswith("| Week of | State | Runs | Km |")
    assert markdown.format_flags(ana, Period(dt.date(2027, 1, 1))).startswith(
        "No flag in these weeks."
    )
    assert "Skipped 2026\\-09\\-03.fit" in markdown.format_activities(
        ana
    ) or "Skipped 2026-09-03.fit" in markdown.format_activities(ana)
    assert "Hill" not in markdown.format_roster(roster(ana))


def test_plan_and_slug():
    assert "would raise no check" in Terminal().format_plan(
        Plan(dt.date(2026, 11, 23), (), ())
    )
    assert make_slug("Ana K.") == "ana-k"


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
    # outside code Markdown shows one space for many
    shown = " ".join(formatting.clean_text(text).split())
    escaped = html_words.escape(shown, quote=False).replace(chr(34), "&quot;")
    listed = MarkdownIt("commonmark").render(f"- {markdown.escape_line(shown)}\n")
    assert listed == f"<ul>\n<li>{escaped}</li>\n</ul>\n"
    grid = display_tables.build_table({"Head": True}, [(shown,)])
    cell = MarkdownIt("commonmark").enable("table").render(markdown.format_table(grid))
    assert f">{escaped}</td>" in cell


def test_a_flag_has_no_week_where_its_row_names_it():
    week = dt.date(2026, 11, 9)
    short = display_tables.drop_week
    assert short("In the week of 9 November 2026 hard ground.", week) == "Hard ground."
    assert short("494 m in the week of 9 November 2026, more.", week) == "494 m, more."
    assert short("Up to the week of 9 November 2026.", week) == "Up to this week."
    other = "In the week of 2 November 2026 hard ground."
    assert short(other, week) == other
