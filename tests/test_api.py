"""The Python face: tables, settings given in Python, what a notebook shows."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

import loadwatch
from loadwatch.environment import local_options
from loadwatch.errors import NothingToRead, SettingsError
from loadwatch.report import as_json, glossary
from loadwatch.tables import EXPOSURES, HIDDEN, column_names

ROOT = Path(__file__).parent.parent
ANA = ROOT / "sample_data" / "ana"


@pytest.fixture(scope="module")
def ana():
    return loadwatch.analyse(ANA, today="2026-11-17")


@pytest.fixture(scope="module")
def club():
    return loadwatch.roster(ROOT / "sample_data", today=date(2026, 11, 18))


def test_completion_offers_the_public_names_alone(ana):
    assert {"analyse", "roster"} <= set(dir(loadwatch))
    assert not [name for name in dir(ana) if name.startswith("_")]
    assert {"activities", "weeks", "flags_table", "budget", "plot"} <= set(dir(ana))


def test_one_line_says_what_it_is(ana, club):
    assert repr(ana).startswith("<AthleteAnalysis 'Ana (made up)': ")
    assert repr(ana).endswith("weeks to 2026-11-17>")
    assert repr(club) == "<RosterAnalysis 'sample_data': 2 athletes on 2026-11-18>"


def test_activities_hide_what_only_the_inside_needs(ana):
    columns = set(ana.activities.columns)
    assert columns == {*column_names(EXPOSURES), "start_local", "start_utc"}
    hidden = set(column_names(HIDDEN)) - {"start_local", "start_utc"}
    assert not columns & hidden


def test_texts_have_one_type_and_few_values_are_categories(ana):
    table = ana.activities
    assert table["sport"].dtype == "category"
    texts = {str(table[name].dtype) for name in ("activity_id", "source", "start")}
    assert len(texts) == 1
    assert all(isinstance(notes, tuple) for notes in table["notes"])


def test_changing_a_table_changes_nothing_behind_it(ana):
    before = ana.data.activities["distance_m"].sum()
    ana.activities["distance_m"] *= 2
    assert ana.data.activities["distance_m"].sum() == before
    del ana.__dict__["activities"]  # the fixture is shared


def test_tables_hold_what_the_command_line_gives(ana):
    rows = as_json.build_week_rows(ana.data)
    assert ana.weeks["state"].tolist() == [row["state"] for row in rows]
    assert len(ana.flags_table) == len(ana.flags)
    assert ana.flags_table["says"].tolist() == [flag.says for flag in ana.flags]
    assert len(ana.skipped_table) == len(ana.data.skipped)
    assert len(ana.duplicates_table) == len(ana.data.duplicates)
    assert len(ana.unknown_table) == len(ana.unknown)
    assert ana.flags_table["level"].max() == "high"
    limits = ana.budget()
    assert set(limits["rule"]) >= {"LW01", "LW02"}
    assert (limits["week"].dt.day_of_week == 0).all()


def test_a_plan_is_judged(ana, tmp_path):
    plan = tmp_path / "plan.csv"
    plan.write_text("date,distance_km\n2026-11-22,60\n", encoding="utf-8")
    assert "LW01" in set(ana.budget(plan)["rule"])


def test_settings_given_here_go_before_those_of_the_folder():
    given = {
        "weeks": {"week_start": "sun"},
        "rules": {"session_spike": {"watch": 1.2}},
        "preset": "novice",
    }
    found = loadwatch.analyse(ANA, settings=given)
    assert found.settings.week_start == "sun"
    assert found.settings.preset == "novice"
    assert found.settings.rules == {"session_spike": {"watch": 1.2}}
    assert found.settings.origins["rules.session_spike.watch"] == "Python"
    assert (found.weeks.index.day_of_week == 6).all()


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"settings": {"weeks": {"week_strat": "sun"}}}, "Did you mean 'week_start'"),
        ({"settings": {"rules": {"no_such": {"watch": 1}}}}, "unknown rule 'no_such'"),
        ({"settings": {"tz": "Nowhere/At_all"}}, "tz"),
        ({"today": "yesterweek"}, "should be a date"),
    ],
)
def test_a_wrong_setting_says_what_is_wrong(given, why):
    with pytest.raises(SettingsError, match=why):
        loadwatch.analyse(ANA, **given)


def test_a_part_of_the_days_keeps_what_was_judged(ana):
    part = ana.between(start=date(2026, 11, 9))
    assert part.weeks.index.min() == pd.Timestamp("2026-11-09")
    assert set(part.flags) <= set(ana.flags)


def test_a_notebook_shows_the_headline_and_the_last_weeks(ana):
    shown = ana._repr_html_()
    assert ana.headline in shown
    assert shown.count("<tr") == 9  # a head and eight weeks


def test_names_are_escaped_in_a_notebook(tmp_path):
    place = tmp_path / "<b>x"
    place.mkdir()
    (place / "runs.csv").write_text("date,distance_km\n2026-11-15,5\n")
    shown = loadwatch.roster(tmp_path)._repr_html_()
    assert "<b>x" not in shown
    assert "&lt;b&gt;x" in shown


def test_the_picture_is_a_figure_and_the_page_a_file(ana, tmp_path):
    assert len(ana.plot("distance_m", "ascent_m").axes) == 2
    ana.write_report(tmp_path / "ana.html")
    assert "<html" in (tmp_path / "ana.html").read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="a page is one of"):
        ana.write_report(tmp_path / "ana.docx")


def test_a_roster_is_a_table_and_holds_its_athletes(club):
    assert list(club) == list(club.table.index)
    assert club.table["group"].cat.ordered
    assert set(club.weeks.index.names) == {"athlete", "week"}
    name = next(iter(club))
    assert len(club.weeks.loc[name]) == len(club[name].weeks)
    assert set(club.flags_table.index) <= set(club)
    assert set(club.budget().index) == set(club)
    with pytest.raises(KeyError):
        club["nobody"]


def copy_club(tmp_path, *names):
    for name in names:
        shutil.copytree(ROOT / "sample_data" / "ana", tmp_path / "club" / name)
    return tmp_path / "club"


def test_a_name_that_is_wrong_or_shared_is_an_error_with_the_right_ones(tmp_path):
    folder = copy_club(tmp_path, "ana", "anna", "cy")
    for place, name in (("ana", "Ana"), ("anna", "Ana"), ("cy", "cy")):
        settings = f'[athlete]\nname = "{name}"\n'
        (folder / place / "loadwatch.toml").write_text(settings)
    club = loadwatch.roster(folder)
    assert set(club) == {"ana", "anna", "cy"}
    assert len(club.weeks) == 3 * len(club["cy"].weeks)
    with pytest.raises(KeyError, match="2 athletes are called 'Ana': 'ana', 'anna'"):
        club["Ana"]
    with pytest.raises(KeyError, match="is called 'cyy'; did you mean 'cy'"):
        club["cyy"]


def test_what_cannot_be_read_has_its_reason(tmp_path):
    folder = copy_club(tmp_path, "ana", "ben")
    (folder / "empty").mkdir()
    options = replace(local_options(), store=tmp_path / "store")
    for _ in range(2):
        club = loadwatch.roster(folder, options=options)
        assert set(club) == {"ana", "ben"}
        with pytest.raises(NothingToRead, match="nothing of empty could be read"):
            club["empty"]
    (folder / "ana" / "loadwatch.toml").write_text("no settings")
    with pytest.raises(SettingsError) as caught:
        club["ana"]
    assert "while ana of club was read again" in caught.value.__notes__[0]
    assert len(club["ben"].weeks)
    with pytest.raises(SettingsError):
        _ = club.weeks


def test_a_roster_without_anything_readable_has_empty_tables(tmp_path):
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "run.fit").write_bytes(b"no run")
    found = loadwatch.roster(tmp_path)
    assert len(found.table) == 1
    assert found.flags_table.empty
    assert found.budget().empty


def test_the_glossary_holds_every_column_of_the_tables(ana):
    known = {row.column for row in glossary.list_columns()}
    assert set(column_names(EXPOSURES)) <= known
    plain = {
        column
        for column in ana.weeks.columns
        if not column.endswith(("_usual", "_change"))
    }
    assert plain <= known
    assert all(row.meaning for row in glossary.list_columns())
    assert {row.column for row in glossary.list_columns("monotony")} == {
        "monotony",
        "strain",
    }
