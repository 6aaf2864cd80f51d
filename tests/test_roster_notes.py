"""notes.csv of a roster, and the message that a coach may copy."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadwatch import anonymize
from loadwatch.analysis import Roster
from loadwatch.assess.roster_notes import parse_notes
from loadwatch.pipeline import Options, analyse_roster
from loadwatch.report import as_csv, html
from loadwatch.verdict import roster_groups
from loadwatch.verdict.messages import format_message
from tests import report_cases as cases
from tests.hostile import NAMES

TODAY = dt.date(2026, 11, 22)
DATA = b"""date,athlete,note
2026-11-12,Emil,spoke; race on the 29th
2026-11-02,emil ,older
2026-11-12,EMIL,"later, the same day"
,Carlos,new shoes
soon,Dora,no day
2026-11-01,,nobody
2026-11-01,Eva,
"""


def test_the_newest_note_of_each_athlete_counts():
    notes = parse_notes(DATA)
    assert notes.by_name["emil"].text == "later, the same day"
    assert notes.by_name["emil"].day == dt.date(2026, 11, 12)
    assert notes.by_name["carlos"].day is None
    assert set(notes.by_name) == {"emil", "carlos", "dora"}
    (problem,) = notes.problems
    assert problem.startswith('notes.csv:6: "soon" is not a date')


def test_columns_may_stand_in_any_order_and_missing_ones_are_named():
    notes = parse_notes(b"Note;Athlete;Date\ncalled;Ana;12.11.2026\n")
    assert notes.by_name["ana"].day == dt.date(2026, 11, 12)
    assert parse_notes(b"athlete,note\nAna,x\n").problems == (
        "notes.csv: no column date",
    )


@given(st.binary(max_size=400))
def test_any_bytes_are_notes_or_problems(data):
    notes = parse_notes(data)
    assert all(note.text for note in notes.by_name.values())


def test_a_note_is_found_by_name_or_folder_and_a_lost_one_is_named(tmp_path):
    for name in ("Bea M", "carl"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "runs.csv").write_text(
            "date,distance_km,duration\n2026-11-12,5,0:30:00\n"
        )
    (tmp_path / "carl" / "loadwatch.toml").write_text('[athlete]\nname = "Carlos"\n')
    (tmp_path / "notes.csv").write_text(
        "date,athlete,note\n2026-11-12,bea m,one\n,CARL,two\n,Nobody,x\n"
    )
    warned = []
    roster = analyse_roster(tmp_path, Options(warn=warned.append))
    assert {one.name: one.note for one in roster.athletes} == {
        "Bea M": "one",
        "Carlos": "two",
    }
    assert warned == ["notes.csv: no athlete is called Nobody"]


def line(known, **more):
    return replace(roster_groups.summarize_athlete(known, TODAY), **more)


def test_notes_stand_on_the_page_and_in_csv_but_never_without_names():
    ana = line(cases.ana(), note="Ana has a race", note_day=dt.date(2026, 11, 20))
    roster = Roster(name="Hills", athletes=(ana,), today=TODAY)
    assert "20 Nov: Ana has a race" in html.format_roster(roster)
    assert (
        as_csv.format_roster(roster)
        .splitlines()[1]
        .endswith("Ana has a race,2026-11-20")
    )
    nobody = anonymize.anonymise_roster(roster)
    assert "race" not in html.format_roster(nobody) + as_csv.format_roster(nobody)


@pytest.mark.parametrize("key", NAMES)
def test_a_hostile_note_changes_no_tag(key):
    ana = line(cases.steady(), note=NAMES[key])
    page = html.format_roster(Roster(name="x", athletes=(ana,), today=TODAY))
    assert "<script>" not in page and "<img" not in page
    assert page.count('<span class="note">') == 1


def test_only_those_to_call_and_to_talk_to_get_a_message():
    ana = line(cases.ana())
    assert ana.group == "talk"
    assert format_message(ana, TODAY).startswith("Hi Ana, I saw this: ")
    assert format_message(line(cases.steady()), TODAY) == ""
    pain = replace(ana, group="call", pain_7d=6.0)
    assert format_message(pain, TODAY) == (
        "Hi Ana, your diary says pain 6 of 10. How is it today?"
    )
    urgent = replace(pain, urgent=True)
    assert "Can we talk today?" in format_message(urgent, TODAY)
    silent = replace(ana, last_run=dt.date(2026, 11, 1))
    assert format_message(silent, TODAY).endswith(
        "no run since 1 Nov. Is everything all right?"
    )
    fallen = replace(ana, collapsed=True)
    assert "less than half of your usual" in format_message(fallen, TODAY)


def test_an_athlete_s_numbers_stand_in_the_line_and_survive_the_store():
    from loadwatch.pipeline.athlete_lines import athlete_from_json, athlete_to_json

    ana = line(cases.ana())
    assert ana.trend.longest_m == 20_800 and round(ana.trend.hard_share, 2) == 0.2
    again = athlete_from_json(athlete_to_json(ana), ana.load)
    assert repr(again.trend) == repr(ana.trend)  # unknown loads are NaN
    unknown = roster_groups.summarize_athlete(cases.steady(), TODAY).trend
    assert unknown is None or unknown.hard_share != unknown.hard_share
