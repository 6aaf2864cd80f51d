"""A club served: groups, each runner's own pages, notes, and what holds the runners apart."""

import shutil
import threading
import zipfile

import pytest

pytest.importorskip("flask")
pytest.importorskip("waitress")

from loadwatch.pipeline import Options
from loadwatch.pipeline.roster_kind import is_roster
from loadwatch.web.app import create_app
from loadwatch.web.club import Club, name_places
from tests.web_client import HOSTILE, PAGES, SAMPLE, TOKEN, ask, send


@pytest.fixture
def club(tmp_path):
    """Ana's folder, Ben's zip, and a folder with a hostile name and a list."""
    root = tmp_path / "club"
    ana = root / "ana"
    ana.mkdir(parents=True)
    for path in sorted((SAMPLE / "ana").glob("*.fit"))[-14:]:
        shutil.copy(path, ana / path.name)
    shutil.copy(SAMPLE / "ana" / "loadwatch.toml", ana)
    with zipfile.ZipFile(root / "ben.zip", "w") as export:
        for path in sorted((SAMPLE / "ben").glob("*.fit"))[-3:]:
            export.write(path, path.name)
    odd = root / "..%2f <b>"
    odd.mkdir()
    (odd / "runs.csv").write_text("date,distance_km\n2026-11-16,7.7\n")
    return root


@pytest.fixture
def opened(club):
    site = Club(club, Options())
    site.refresh(at_once=True)
    site.wait(90)
    client = create_app(site, TOKEN).test_client()
    ask(client, f"/?token={TOKEN}")
    return site, client


def read(client, path):
    answer = ask(client, path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def test_the_club_shows_each_runner_in_a_group_with_a_way_to_the_pages(opened):
    text = read(opened[1], "/")
    assert "Talk to first" in text
    assert 'href="/runners/ana/"' in text
    assert 'href="/runners/ben-zip/"' in text
    assert "<b>" not in text.replace("<b class", "")


@pytest.mark.parametrize("path", PAGES)
def test_each_page_of_a_runner_is_below_the_runner(opened, path):
    text = read(opened[1], f"/runners/ana{path}")
    assert "Ana" in text
    assert 'href="/runners/ana/plan"' in text
    assert 'href="/plan"' not in text
    assert 'action="/drop"' not in text


def test_a_write_goes_to_the_runner_of_the_address_alone(opened, club):
    _, client = opened
    answer = send(client, "/runners/ana/pain", {"pain": "2", "day": "2026-11-16"})
    assert answer.headers["Location"] == "/runners/ana/"
    assert "2026-11-16,2" in (club / "ana" / "diary.csv").read_text()
    assert not (club / "diary.csv").exists()
    send(client, "/runners/ana/undo", {})
    assert not (club / "ana" / "diary.csv").exists()


def test_an_export_as_it_came_is_shown_and_not_written_to(opened, club):
    _, client = opened
    before = (club / "ben.zip").read_bytes()
    assert "unpack it" in read(client, "/runners/ben-zip/")
    send(client, "/runners/ben-zip/pain", {"pain": "2", "day": "2026-11-16"})
    assert "unpack it first" in read(client, "/runners/ben-zip/")
    assert (club / "ben.zip").read_bytes() == before
    assert not (club / "diary.csv").exists()


def test_a_note_is_a_line_of_notes_and_undo_takes_it_back(opened, club):
    site, client = opened
    notes = club / "notes.csv"
    answer = send(client, "/note/ana", {"note": f"spoke {HOSTILE}\n=race"})
    assert answer.headers["Location"] == "/"
    lines = notes.read_text().splitlines()
    assert lines[0] == "date,athlete,note"
    assert len(lines) == 2
    site.wait(60)
    text = read(client, "/")
    assert "spoke" in text
    assert "<script>alert" not in text
    assert "Undo: a note on Ana" in text
    send(client, "/undo", {})
    assert not notes.exists()


def test_notes_of_others_and_their_columns_stay(opened, club):
    notes = club / "notes.csv"
    notes.write_text("athlete;note;mood\nben;tired;low\n")
    send(opened[1], "/note/ana", {"note": "spoke"})
    lines = notes.read_text().splitlines()
    assert lines[0] == "athlete;note;mood;date"
    assert lines[1] == "ben;tired;low"
    assert lines[2].startswith("Ana (made up);spoke;;20")


@pytest.mark.parametrize("data", [{}, {"note": "  \n "}])
def test_an_empty_note_is_refused(opened, club, data):
    send(opened[1], "/note/ana", data)
    assert "the note is empty" in read(opened[1], "/")
    assert not (club / "notes.csv").exists()


@pytest.mark.parametrize(
    "name", ["nobody", "..", "%2e%2e", "..%2f..", "ana%2f..", "club", "Ana", "ana%00"]
)
def test_an_address_finds_runners_of_the_club_and_nothing_else(opened, name):
    for path in (f"/runners/{name}/", f"/runners/{name}/files"):
        assert ask(opened[1], path).status_code in (404, 308)
    assert send(opened[1], f"/note/{name}", {"note": "x"}).status_code == 404


def test_a_stranger_does_not_learn_who_is_in_the_club(opened):
    stranger = opened[1].application.test_client()
    for path in ("/", "/runners/ana/", "/runners/nobody/", "/runners/ana/report"):
        answer = ask(stranger, path)
        assert answer.status_code == 403
        assert b"Ana" not in answer.data


def test_two_of_one_name_are_noted_by_their_folders(opened, club):
    site, client = opened
    for name in ("first", "second"):
        (club / name).mkdir()
        (club / name / "runs.csv").write_text("date,distance_km\n2026-11-16,7.7\n")
        (club / name / "loadwatch.toml").write_text('[athlete]\nname = "Cleo"\n')
    site.refresh(at_once=True)
    site.wait(60)
    send(client, "/note/second", {"note": "knee"})
    site.wait(60)
    noted = [one.place for one in site.result.athletes if one.note == "knee"]
    assert noted == ["second"]


def test_runners_whose_names_give_one_address_are_never_mixed_up(opened, club):
    site, client = opened
    for name in ("b b", "b.b"):
        make_folders(club, f"{name}/runs.csv")
    site.refresh(at_once=True)
    site.wait(60)
    assert site.find_site("b-b").folder.name == "b b"
    assert site.find_site("b-b-2").folder.name == "b.b"
    shutil.rmtree(club / "b b")
    site.refresh(at_once=True)
    site.wait(60)
    assert site.find_site("b-b").folder.name == "b.b"
    assert site.find_site("b-b-2") is None
    send(client, "/runners/b-b/pain", {"pain": "2", "day": "2026-11-16"})
    assert (club / "b.b" / "diary.csv").exists()
    answer = ask(client, "/runners/b-b-2/")
    assert answer.status_code == 404
    assert 'href="/">Back' in answer.get_data(as_text=True)


@pytest.mark.parametrize("name", ["new\nline", "tab\there", "caf\udce9", "\u202egnp"])
def test_a_runner_of_an_odd_name_has_pages_and_takes_a_note(opened, club, name):
    site, client = opened
    make_folders(club, f"{name}/runs.csv")
    (club / "notes.csv").write_text("date,athlete,note\n2026-11-01,Zoë,well\n")
    site.refresh(at_once=True)
    site.wait(60)
    (slug,) = [
        slug for place, slug in name_places(site.result).items() if place == name
    ]
    send(client, f"/note/{slug}", {"note": "knee"})
    site.wait(60)
    assert {one.place: one.note for one in site.result.athletes}[name] == "knee"
    assert "Zoë" in (club / "notes.csv").read_text()
    for path in ("", *PAGES[1:]):
        text = read(client, f"/runners/{slug}/{path.lstrip('/')}")
        assert "\u202e" not in text
    assert "\u202e" not in read(client, "/")


def read_anew(site, client):
    """Let a runner's folder be looked at now; return the first day of its weeks, and the page."""
    ana = site.find_site("ana")
    ana.refresh(at_once=True)
    ana.wait(60)
    return ana.analysis.settings.week_start, read(client, "/runners/ana/")


def test_settings_of_the_club_that_change_are_those_of_a_runners_pages(opened, club):
    site, client = opened
    assert read_anew(site, client)[0] == "mon"
    version = site.find_site("ana").progress.version
    read_anew(site, client)
    assert site.find_site("ana").progress.version == version
    settings = club / "loadwatch.toml"
    settings.write_text('[weeks]\nweek_start = "sun"\n')
    assert read_anew(site, client)[0] == "sun"
    settings.write_text("[weeks]\nweek_start = 5\n")
    assert "week_start" in read_anew(site, client)[1]
    settings.unlink()
    assert read_anew(site, client)[0] == "mon"


def test_a_runner_of_a_club_that_is_first_read_is_told_to_wait(club, monkeypatch):
    may_end = threading.Event()
    original = Club._analyse

    def analyse(site, options):
        may_end.wait(120)
        return original(site, options)

    monkeypatch.setattr(Club, "_analyse", analyse)
    site = Club(club, Options())
    client = create_app(site, TOKEN).test_client()
    ask(client, f"/?token={TOKEN}")
    try:
        for path in ("/runners/ana/", "/runners/nobody/plan", "/runners/ana/state"):
            answer = ask(client, path)
            assert answer.status_code == 503
            assert answer.headers["Retry-After"] == "3"
        text = ask(client, "/runners/ana/").get_data(as_text=True)
        assert "Reading your runners" in text
        assert 'data-home=""' in text
        assert "refresh" in text
        answer = send(client, "/runners/ana/pain", {"pain": "2", "day": "2026-11-16"})
        assert answer.status_code == 503
        assert "Nothing was written" in answer.get_data(as_text=True)
    finally:
        may_end.set()
    site.wait(90)
    assert not (club / "ana" / "diary.csv").exists()
    assert "Ana" in read(client, "/runners/ana/")
    assert ask(client, "/runners/nobody/").status_code == 404


def make_folders(root, *files):
    for name in files:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("date,distance_km\n2026-11-16,7.7\n")
    return root


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (("ana/runs.csv", "ben/runs.csv"), True),
        (("2025/loadwatch.toml", "2025/runs.csv", "2026/runs.csv"), True),
        (("ana/runs.csv", "ben.zip"), True),
        (("2025/runs.csv", "2026/runs.csv"), False),
        (("garmin/runs.csv", "strava/runs.csv"), False),
        (("FIT_OUT/runs.csv", "tests/runs.csv"), False),
        (("ana/runs.csv", "ben/runs.csv", "runs.csv"), False),
        (("ana/runs.csv", "ben/runs.csv", "diary.csv"), False),
        (("ana/runs.csv", "ben/readme.txt"), False),
        (("ana/runs.csv",), False),
        ((), False),
    ],
)
def test_a_roster_is_known_by_what_it_holds(tmp_path, files, expected):
    assert is_roster(make_folders(tmp_path, *files)) is expected


def test_notes_of_athletes_make_a_roster(tmp_path):
    (tmp_path / "notes.csv").write_text("date,athlete,note\n")
    assert is_roster(tmp_path)
    assert is_roster(SAMPLE)
    assert not is_roster(SAMPLE / "ana")
