"""What a page rests on: data problems merged, limits as words, figures that are not shown, nobody named."""

import ast
import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import pytest

import loadwatch
from loadwatch import anonymize
from loadwatch.activity import NOTE_CODES, Note
from loadwatch.analysis import Athlete, Roster
from loadwatch.assess import guidance, rules
from loadwatch.ingest.dedupe import Duplicate
from loadwatch.report import (
    data_problems,
    html,
    load_figures,
    page_content,
    page_sections,
    page_weeks,
    provenance,
    rulebook,
)
from loadwatch.settings import Settings
from loadwatch.tables import PLAUSIBLE
from loadwatch.verdict import event_lines
from tests import report_cases as cases

NBSP = "\N{NO-BREAK SPACE}"
HOME = Path(loadwatch.__file__).parent
NOTING = ("ingest", "exposure", "pipeline")  # what writes notes
STATED = "distance_unit: the list says neither km nor miles, read as km"


def noted(*rows, known=None):
    """A runner whose first activities carry these (source, notes)."""
    known = known or cases.two_weeks()
    rows = [
        *rows,
        *(("other.fit", []) for _ in range(len(known.activities) - len(rows))),
    ]
    sources, notes = zip(*rows, strict=True)
    table = known.activities.assign(
        source=list(sources),
        member=list(sources),
        notes=[list(map(Note.from_string, cell)) for cell in notes],
    )
    return replace(known, activities=table)


def test_rows_of_a_list_that_say_the_same_stand_in_one_line():
    found = noted(
        *((f"Activities.csv#{line}", [STATED]) for line in (86, 31, 84)),
        ("b.fit", ["clock: late"]),
    )
    assert data_problems.list_problems(found) == [
        "b.fit: late",
        "3 entries of Activities.csv, from #31 on: the list says neither km nor miles, read as km",
    ]
    assert data_problems.count_problems(found) == 4


def test_files_that_say_the_same_stand_in_one_line_and_others_alone():
    same, other = "altitude_spike: jumps left out", "altitude_spike: jumps 3 times"
    found = noted(
        ("b.fit", [same]), ("a.fit", [same]), ("c.fit", [other]), ("d.fit#2", [same])
    )
    assert data_problems.list_problems(found) == [
        "2 files, the first a.fit: jumps left out",
        "c.fit: jumps 3 times",
        "d.fit#2: jumps left out",
    ]


def test_the_head_of_the_list_counts_remarks_and_not_lines():
    rows = noted(*((f"a.csv#{line}", [STATED]) for line in range(2, 8)))
    assert "Data problems (6)" in html.format_report(rows)


QUOTELESS = "remark: its words are left out"


def codes():
    """The code of every note that the package makes, as it stands in the source."""
    for path in HOME.rglob("*.py"):
        if path.relative_to(HOME).parts[0] in NOTING:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "Note":
                    code = node.args[0]
                    yield code.value if isinstance(code, ast.Constant) else "role"


def test_every_note_has_words_that_name_nobody():
    roles = {"distance", "ascent", "descent", "heart_rate", "rpe"}  # of a list's cells
    roles |= {bounds.code for bounds in PLAUSIBLE.values()}
    assert set(codes()) - {"role"} | roles == set(NOTE_CODES)


@pytest.mark.parametrize(
    ("note", "start"),
    [
        (
            "type: no kind of activity is known as Benjamin",
            "type: a kind of activity that is not known",
        ),
        (
            "left_out: track Benjamin: it has no times",
            "left_out: parts of the file hold no activity",
        ),
        ("benjamin: was here", QUOTELESS),
        ("Benjamin", QUOTELESS),
        (STATED, STATED),
    ],
)
def test_a_note_without_a_name(note, start):
    clean = str(Note.from_string(note).without_quotes())
    assert clean.startswith(start) and "enjamin" not in clean


def test_an_anonymous_page_keeps_our_words_and_rows_but_no_label():
    found = noted(
        ("benjamin.csv#2", [STATED]),
        ("benjamin.csv#3", [STATED]),
        ("me.fit", ["type: Benjamin"]),
    )
    found = replace(
        found, duplicates=(Duplicate("benjamin.csv#4", "me.fit", "same start"),)
    )
    page = html.format_report(anonymize.anonymise_analysis(found))
    assert (
        "2 entries of file 1, from #2 on: the list says neither km nor miles, read as km"
        in page
    )
    assert "file 2: a kind of activity that is not known by its word" in page
    assert "Counted once: file 1#4 is the same run as file 2 (same start)." in page
    assert "enjamin" not in page and "me.fit" not in page


def test_a_roster_without_names_offers_no_replacing():
    known = cases.two_weeks()
    line = Athlete(
        name=known.name,
        group="unknown",
        level="unknown",
        says="x",
        last_activity=None,
        flags=0,
        load=lambda: known,
    )
    plain = Roster(name="Hills", athletes=(line, line), today=known.today)
    assert "--anonymise" in html.format_roster(plain)
    assert "--anonymise" not in html.format_roster(anonymize.anonymise_roster(plain))


LIMIT_TEXTS = {
    "LW01": "Noticed above 1.1 times the longest before. Up to 1.13 times only called at the threshold. A "
    "large change above 2 times the longest before. A large change only after 4 runs or more in the 30 days. "
    "At least 1 km more. A note at most before 30 days of history. A note at most before 4 runs of history",
    "LW02": "Noticed above 1.3 times the most of the four weeks before. At least 5 km more; less where the "
    "usual week is short. There 50 % of the usual week is enough. Never less than 2 km more. After a raised "
    "week only from 0.8 times that week on: coming down is no jump",
    "LW04": "At least 100 m more to be noticed",
    "LW05": "1.5 times the usual on. At least 1.5 km more to be noticed",
    "LW07": "Mentioned from percentile 90 of the runner's own weeks on. And from 10 m/km on. Weeks under 5 km "
    "are not compared. Compared with the 26 weeks before. Needs 12 weeks that can be compared",
    "LW08": "from 25 percentage points more on. ",
    "LW09": "Mentioned from 5 km on. New where it was under 5 % of the weeks before",
    "LW10": "Mentioned from 2 kinds of change on",
    "LW11": "14 days from start to start make a break. And only from 3 times the upper quartile of the "
    "runner's own gaps on. Those are the last 10 gaps at most. A note at most after fewer than 4 gaps. Noticed "
    "above 0.5 times the longest run before",
    "LW14": "Mentioned from 500 km on. Noticed from 800 km on",
    "LW15": "Mentioned below 1 session. In the last 4 weeks; ",
}


@pytest.mark.parametrize("rule", LIMIT_TEXTS)
def test_limits_as_a_reader_says_them(rule):
    texts = {
        check.title[:4]: check.limits
        for check in rulebook.list_checks(cases.two_weeks())
    }
    assert LIMIT_TEXTS[rule] in texts[rule].replace(NBSP, " ")


def test_no_limit_is_left_in_the_words_of_the_settings():
    for check in rulebook.list_checks(cases.two_weeks()):
        assert not re.search(
            r"ratio|\bshare\b|\d{4}|this|so (?:much|many) |info|\b1 \w+s\b",
            check.limits,
        )


def test_limits_that_a_runner_set_and_miles():
    own = Settings(
        units="imperial",
        rules={"return_after_gap": {"gap_days": 1.0}, "shoe_km": {"watch_m": 804672.0}},
    )
    texts = {
        check.title[:4]: check.limits
        for check in rulebook.list_checks(cases.two_weeks(settings=own))
    }
    assert texts["LW11"].startswith("1 day from start to start")
    assert f"Noticed from 500{NBSP}mi on" in texts["LW14"]


def test_a_note_is_mentioned_and_never_raised():
    ana = cases.ana()
    noted_only = {rule.id for rule in rules.RULES if rulebook.is_note_only(rule)}
    assert noted_only == {"LW07", "LW09", "LW10", "LW12", "LW15"}
    one = next(flag for flag in ana.flags if flag.rule == "LW04")
    flags = (
        replace(one, rule="LW12", level="info"),
        replace(one, rule="LW14", level="info"),
    )
    titles = {
        check.title[:4]: check.title
        for check in rulebook.list_checks(replace(ana, flags=flags))
    }
    assert titles["LW12"].endswith(": mentioned in 1 of the last 26 weeks")
    assert titles["LW14"].endswith(": raised in 0 of the last 26 weeks, mentioned in 1")
    assert titles["LW03"].endswith(": never raised")


def test_no_is_no_finding():
    ana = cases.ana()
    texts = [check.evidence for check in rulebook.list_checks(ana)]
    found = event_lines.list_events(ana.flags)
    texts += [page_weeks.describe_evidence(event.lead, ana) for event in found]
    assert not [
        text
        for text in texts
        if text.endswith("runners: no.") or "runners: no." in text
    ]
    assert any("About back pain in runners: not studied." in text for text in texts)


def test_figures_are_not_shown_where_the_last_weeks_hold_no_file():
    # a week without files in August is long ago
    assert not load_figures.has_silent_week(cases.ana())
    rows = [row for number in range(10) for row in cases.week(number, 40.0)]
    last = cases.FIRST + dt.timedelta(weeks=10)
    known = cases.analysis(rows, last + dt.timedelta(days=2))
    # the week that has just begun needs no file yet
    assert not load_figures.has_silent_week(known)
    silent = cases.analysis(rows, last + dt.timedelta(days=8))
    assert load_figures.has_silent_week(silent)
    assert {figure.value for figure in load_figures.list_load_figures(silent)} == {
        "\N{EN DASH}"
    }
    assert "without any file" in load_figures.explain_figures(
        silent
    ) and "without any file" not in load_figures.explain_figures(known)


def test_a_map_is_offered_where_there_are_positions():
    steady = cases.steady()
    heads = [head for head, _ in provenance.list_remedies(steady)]
    assert heads == ["Tag single runs", "Say where you mostly run"]
    cells = [[[4730, 854]]] * len(steady.activities)
    placed = replace(steady, activities=steady.activities.assign(cells=cells))
    assert [head for head, _ in provenance.list_remedies(placed)][-1] == "Give a map"
    assert provenance.list_remedies(cases.ana()) == ()


def test_the_unknown_share_is_one_of_distance_and_of_weeks_there_are():
    assert provenance.describe_unknown(cases.steady()) == (
        f"100{NBSP}% of the distance of the last 12 weeks was on unknown ground"
    )
    one = cases.analysis(cases.week(0, 20.0))
    assert "of the only week was" in provenance.describe_unknown(one)
    assert page_content.caption_numbers(1).startswith("One week so far.")
    assert page_content.caption_numbers(2).startswith("The last 2 weeks, newest first.")


def test_paper_leaves_out_what_it_names():
    ana = cases.ana()
    rows = ana.activities.assign(
        notes=[[Note("clock", "set late")]] * len(ana.activities)
    )
    known = replace(ana, activities=rows, advice=guidance.choose_advice(ana.flags))
    lists = page_content.build_lists(known)
    assert page_content.list_not_printed(lists) == (
        "Not printed: 1 duplicate, 101 remarks, other weeks, popular load figures, advice and all "
        "checks with their limits and evidence; they are on the page on screen. Two pages for an "
        "appointment: loadwatch report PATH --handout."
    )
    texts, background = page_sections.build_advice(known)
    printed = {text.item.title for text in texts if text.is_printed}
    assert printed == {"Exercises", "When to get help"}
    assert {text.item.title for text in background} >= {
        "What a flag is",
        "What a watch cannot measure",
    }


def test_a_long_list_is_cut_and_many_skipped_files_are_not_printed():
    from loadwatch.activity import Skipped

    many = tuple(Skipped(f"{i}.jpg", "ignored", "a picture") for i in range(70))
    part = page_content.build_lists(replace(cases.empty(), skipped=many))[0]
    assert (len(part.lines), part.count, part.printed) == (60, 70, False)
    assert part.more == ", the first 60 lines; all: loadwatch activities PATH"
    assert page_content.build_lists(replace(cases.empty(), skipped=many[:3]))[0].printed


def test_what_reassures_is_on_every_page_before_the_signs_that_need_a_doctor():
    for analysis in (cases.ana(), cases.steady()):
        advice = guidance.choose_advice(analysis.flags)
        texts, background = page_sections.build_advice(replace(analysis, advice=advice))
        found = [text.item.id for text in texts]
        assert found[-3:] == ["course", "helps", guidance.RED_FLAGS_ID]
        assert {text.item.id for text in background}.isdisjoint(found)
