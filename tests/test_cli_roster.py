"""The command `roster`, and pages that are drawn again only where something changed."""

import json
import shutil
import sys

import pytest

from loadwatch.pipeline import cache_keys
from loadwatch.report import html
from tests.cli_folder import SAMPLE, folder

__all__ = ["folder"]  # fixtures


def test_a_page_is_drawn_again_only_where_something_changed(
    call, folder, tmp_path, monkeypatch
):
    drawn = []
    draw = html.format_report
    monkeypatch.setattr(
        html,
        "format_report",
        lambda *args, **more: drawn.append(args) or draw(*args, **more),
    )

    def report(*more):
        before = len(drawn)
        assert call("report", folder, "-o", tmp_path / "x.html", "-q", *more)[0] == 0
        return len(drawn) - before, (tmp_path / "x.html").read_bytes()

    first = report()
    assert first[0] == 1
    assert report() == (0, first[1])
    assert report("--units", "imperial")[0] == 1
    assert report("--to", "2026-03-20")[0] == 1
    assert report() == (0, first[1])
    assert report("--no-store") == (1, first[1])  # the same page, drawn
    (folder / "tags.csv").write_text("start,surface\n2026-03-02,track\n")
    tagged = report()
    assert tagged[0] == 1 and tagged[1] != first[1]
    cache_keys.describe_code.cache_clear()
    monkeypatch.setattr(cache_keys, "__version__", "0.0.0")
    assert report() == (1, tagged[1])  # other code draws for itself


@pytest.mark.slow
def test_roster_draws_a_page_again_only_where_something_changed(call, tmp_path):
    club = tmp_path / "club"
    club.mkdir()
    for name in ("ana", "ben"):
        shutil.copytree(SAMPLE / name, club / name)
    code, out, err = call("roster", club, "-o", tmp_path / "out", "--no-store")
    assert code == 0
    assert "2 of 2 athlete pages" in err
    assert "Ana" in out
    assert (tmp_path / "out" / "index.html").exists()
    _, _, err = call("roster", club, "-o", tmp_path / "out", "--no-store")
    assert "0 of 2 athlete pages, 2 unchanged" in err
    (club / "ben" / "tags.csv").write_text("start,name\n2026-11-01,x\n")
    shutil.rmtree(club / "ana")
    _, _, err = call("roster", club, "-o", tmp_path / "out", "--no-store")
    assert len(list((tmp_path / "out" / "athletes").iterdir())) == 1


def test_roster_json_and_an_athlete_that_cannot_be_read(call, tmp_path):
    club = tmp_path / "club"
    shutil.copytree(SAMPLE / "ben", club / "ben")
    (club / "empty").mkdir()
    (club / "wrong").mkdir()
    (club / "wrong" / "loadwatch.toml").write_text("x = 1")
    code, out, _ = call("roster", club, "--format", "json", "--no-store")
    assert code == 0
    athletes = json.loads(out)["athletes"]
    assert {a["group"] for a in athletes if a["name"] in {"empty", "wrong"}} == {
        "unknown"
    }
    assert set(athletes[0]) == {
        "name",
        "group",
        "level",
        "state",
        "says",
        "last_activity",
        "flags",
        "events",
        "pain_7d",
    }
    assert call("roster", tmp_path / "none")[0] == 1


def test_a_bad_date_is_usage(call, folder):
    code, _, err = call("weeks", folder, "--from", "yesterweek")
    assert (code, "write it as 2026-11-23" in err) == (2, True)


def test_a_cluster_without_dask_says_how_to_get_it(call, folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    code, _, err = call("weeks", folder, "--cluster", "tcp://127.0.0.1:1")
    assert (code, "pip install '.[cluster]'" in err) == (1, True)


def test_a_roster_of_one_runners_files_is_refused_with_the_command_that_was_meant(call):
    code, _, err = call("roster", SAMPLE / "ana", "--no-store")
    assert code == 1
    assert "is the folder of one athlete: it holds 56 recordings" in err
    assert f"loadwatch report {SAMPLE / 'ana'}" in err


def test_a_rosters_own_pages_are_no_athletes(call, tmp_path, monkeypatch):
    club = tmp_path / "club"
    shutil.copytree(SAMPLE / "ben", club / "ben")
    monkeypatch.chdir(club)
    call("report", "ben", "--no-store")  # leaves loadwatch-ben-made-up.html here
    for _ in range(2):
        code, out, _ = call(
            "roster", ".", "-o", "pages", "--format", "json", "--no-store"
        )
        assert code == 0
        assert [a["name"] for a in json.loads(out)["athletes"]] == ["Ben (made up)"]


def test_a_roster_tells_drawn_unchanged_and_unreadable_apart(call, tmp_path):
    club = tmp_path / "club"
    shutil.copytree(SAMPLE / "ben", club / "ben")
    (club / "wrong").mkdir()
    (club / "wrong" / "loadwatch.toml").write_text("x = 1")
    text = "1 of 2 athlete pages, 1 could not be read."
    assert text in call("roster", club, "-o", tmp_path / "out", "--no-store")[2]
    text = "0 of 2 athlete pages, 1 unchanged, 1 could not be read."
    assert text in call("roster", club, "-o", tmp_path / "out", "--no-store")[2]


def test_roster_since_leaves_out_who_has_nothing_since_then(call, tmp_path):
    club = tmp_path / "club"
    for name in ("ana", "ben"):
        shutil.copytree(SAMPLE / name, club / name)
    (club / "broken.zip").write_bytes(b"PK\x05\x06 no zip")
    store = ("--store", tmp_path / "store")
    pages = ("-o", tmp_path / "out", *store)
    _, printed, _ = call("roster", club, "--format", "json", *pages)
    days = {
        athlete["name"]: athlete["last_activity"]
        for athlete in json.loads(printed)["athletes"]
    }
    assert days["broken"] is None
    last = max(day for day in days.values() if day)
    newest = {name for name, day in days.items() if day in (last, None)}
    code, printed, errors = call(
        "roster", club, "--format", "json", "--since", last, *pages
    )
    assert code == 0
    assert {line["name"] for line in json.loads(printed)["athletes"]} == newest
    left_out = len(days) - len(newest)
    assert f"{left_out} of 3 athletes have no activity since {last}" in errors
    # the page of who is left out stays as it is; the broken zip's says its reason
    assert len([*(tmp_path / "out" / "athletes").iterdir()]) == 3
    says = {line["name"]: line["says"] for line in json.loads(printed)["athletes"]}
    assert says["broken"].startswith("Nothing could be read: a broken zip")
    (club / "broken.zip").rename(tmp_path / "broken.zip")
    code, printed, _ = call("roster", club, "--since", "9999-12-31", *pages)
    assert code == 0
    assert printed == "No athlete to show.\n"
    (tmp_path / "broken.zip").rename(club / "broken.zip")
    later = call("roster", club, "--format", "json", "--since", "2030-01-01", *store)
    assert [line["name"] for line in json.loads(later[1])["athletes"]] == ["broken"]
