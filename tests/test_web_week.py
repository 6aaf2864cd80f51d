"""Weeks and runs served: what was raised, the diary of a day in other words, what Today asks."""

import json
import re

import pytest

pytest.importorskip("flask")
pytest.importorskip("waitress")

from loadwatch.assess import diary
from loadwatch.errors import SettingsError
from tests.make_gpx import write_loop_runs
from tests.test_web import find_id, folder, opened
from tests.web_client import HOSTILE, ask, open_site, send

__all__ = ["folder", "opened"]  # fixtures
WEEK = "/weeks/2026-11-16"


def read(client, path):
    answer = ask(client, path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def find_was(text, day):
    """The fingerprints of a day's lines in the forms of a week."""
    pattern = rf'name="was" value="(\w*)"><input type="hidden" name="day" value="{day}"'
    return re.findall(pattern, text)


def test_a_week_has_its_runs_its_reasons_and_its_neighbours(opened):
    site, client = opened
    text = read(client, "/weeks/2026-11-15")
    assert "Week of 9 November 2026" in text
    assert "Why?" in text
    assert 'rel="prev" href="/weeks/2026-11-02"' in text
    assert 'rel="next" href="/weeks/2026-11-16"' in text
    rows = site.analysis.activities
    days = rows["start_local"].dt.strftime("%Y-%m-%d")
    for activity_id, day in zip(rows["activity_id"], days, strict=True):
        is_in_it = "2026-11-09" <= day <= "2026-11-15"
        assert (f"/runs/{activity_id}" in text) == is_in_it


def test_the_report_leads_to_each_week(opened):
    site, client = opened
    links = set(re.findall(r'href="(/weeks/[\d-]+)"', read(client, "/report")))
    assert len(links) == len(site.analysis.weeks)
    for link in links:
        read(client, link)
    assert "/weeks/" in read(client, f"/runs/{find_id(site)}")


def test_the_report_has_its_way_back_and_nothing_torn(opened):
    text = read(opened[1], "/report")
    assert "&lt;" not in text.partition("<header>")[0]
    assert 'href="/plan"' in text


def test_the_newest_week_is_the_first(opened):
    assert "Week of 16 November 2026" in read(opened[1], "/weeks")


@pytest.mark.parametrize("day", ["soon", "1999-01-01", "2999-01-01", "2026-13-40"])
def test_a_week_that_is_not_there_is_404(opened, day):
    assert ask(opened[1], f"/weeks/{day}").status_code == 404


def test_the_diary_of_a_day_is_written_and_changed_there(opened, folder):
    site, client = opened
    (was,) = find_was(read(client, WEEK), "2026-11-16")
    assert was == ""
    form = {"day": "2026-11-16", "pain": "4", "when": "after", "note": "sat long"}
    send(client, WEEK, {**form, "was": was, "red_flag": "leg_weakness"})
    path = folder / "diary.csv"
    assert "2026-11-16,4,after,,sat long" in path.read_text()
    site.wait(60)
    text = read(client, WEEK)
    assert "pain 4 of 10; after a run; sat long" in text
    (was,) = find_was(text, "2026-11-16")
    answer = send(client, WEEK, {**form, "was": was, "pain": "2", "site": HOSTILE})
    assert answer.headers["Location"] == WEEK
    lines = path.read_text().splitlines()
    assert len(lines) == 2
    (entry,) = diary.read_diary(path.read_bytes()).entries
    assert (entry.pain, entry.when, entry.ticks) == (2, "after", ())
    assert "<script>alert" not in read(client, WEEK)
    send(client, "/undo", {})
    assert "2026-11-16,4,after" in path.read_text()


def test_a_line_that_an_editor_changed_meanwhile_is_not_written_over(opened, folder):
    _, client = opened
    path = folder / "diary.csv"
    path.write_text("date,pain,note\n2026-11-16,3,a\n2026-11-17,1,b\n")
    (was,) = find_was(read(client, WEEK), "2026-11-16")
    path.write_text("date,pain,note\n2026-11-16,3,mine\n2026-11-17,1,b\n")
    send(client, WEEK, {"was": was, "day": "2026-11-16", "pain": "9"})
    assert path.read_text().splitlines()[1] == "2026-11-16,3,mine"
    assert "changed meanwhile" in read(client, WEEK)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # foreign columns, separators and quotes stay
        (
            "Datum;Schmerz;Mood;Notiz\n16.11.2026;3;ok;x\n",
            "Datum;Schmerz;Mood;Notiz\n2026-11-16;7;ok;y\n",
        ),
        # a sign that has no column is a tag of the note, once
        (
            "date,pain,note\n2026-11-16,3,x #leg_weakness\n",
            "date,pain,note\n2026-11-16,7,y #leg_weakness\n",
        ),
        # two lines of one day: the one that is meant
        (
            "date,pain,note\n2026-11-16,1,first\n2026-11-16,3,x\n",
            "date,pain,note\n2026-11-16,1,first\n2026-11-16,7,y\n",
        ),
    ],
)
def test_a_line_is_changed_within_its_file(tmp_path, before, after):
    path = tmp_path / "diary.csv"
    path.write_text(before)
    old = diary.read_diary(path.read_bytes()).entries[-1]
    new = diary.build_entry(old.day, 7, note="y", red_flags=old.ticks)
    diary.change_entry(path, old, new)
    assert path.read_text() == after


def test_a_diary_without_a_first_line_of_names_is_left_to_its_editor(tmp_path):
    path = tmp_path / "diary.csv"
    path.write_text("2026-11-15,2\n2026-11-16,3\n")
    old = diary.read_diary(path.read_bytes()).entries[-1]
    with pytest.raises(SettingsError, match="by hand"):
        diary.change_entry(path, old, diary.build_entry(old.day, 7))
    assert path.read_text() == "2026-11-15,2\n2026-11-16,3\n"


def test_a_day_to_come_has_no_form(opened):
    text = read(opened[1], WEEK)
    assert find_was(text, "2026-11-16") == [""]
    send(opened[1], WEEK, {"was": "", "day": "2999-01-01", "pain": "1"})
    assert "Not written" in read(opened[1], WEEK)


def test_today_takes_effort_shoe_and_plan_of_the_last_runs(opened):
    site, client = opened
    chosen = find_id(site)
    assert f'action="/runs/{chosen}"' in read(client, "/")
    data = {"rpe": "6", "shoe": "Blue", "planned": "yes", "surface": "", "back": "/"}
    answer = send(client, f"/runs/{chosen}", data)
    assert answer.headers["Location"] == "/"
    site.wait(60)
    row = site.analysis.activities.set_index("activity_id").loc[chosen]
    assert (row["rpe"], row["shoe"], bool(row["planned"])) == (6.0, "Blue", True)
    send(client, f"/runs/{chosen}", {"planned": "no"})
    site.wait(60)
    row = site.analysis.activities.set_index("activity_id").loc[chosen]
    assert not row["planned"]
    send(client, f"/runs/{chosen}", {"exclude": "yes", "back": "/"})
    site.wait(60)
    assert chosen not in set(site.analysis.activities["activity_id"])


def test_an_empty_form_of_a_run_writes_nothing(opened, folder):
    site, client = opened
    data = {"surface": "", "rpe": "", "shoe": "", "planned": ""}
    send(client, f"/runs/{find_id(site)}", data)
    assert "nothing was filled in" in read(client, f"/runs/{find_id(site)}")
    assert not (folder / "tags.csv").exists()


def test_today_asks_for_the_most_useful_ground_first(tmp_path):
    write_loop_runs(tmp_path, runs=6)
    _, client = open_site(tmp_path)
    text = read(client, "/")
    assert text.count("which ground is it?") >= 1
    for ground in ("hard", "firm", "soft", "track", "unknown"):
        assert f'<button name="surface" value="{ground}">' in text


def test_the_kilometres_of_a_run_are_a_table_too(opened):
    site, client = opened
    text = read(client, f"/runs/{find_id(site)}")
    assert "The run length by length" in text
    assert 'aria-label="Profile.' in text
    assert json.loads(ask(client, "/state").data)["total"] == 0
