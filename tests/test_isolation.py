"""What goes wrong with one input, one athlete or one stream costs nobody else anything."""

import errno
import json
import os
import random
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from loadwatch import pipeline
from loadwatch.formatting import clean_lines, strip_folders
from loadwatch.ingest import readers
from loadwatch.ingest.sources import find_input
from loadwatch.report import html
from tests import make_fit, make_formats

SAMPLE = Path(__file__).parents[1] / "sample_data"


class PanicException(BaseException):
    """As a Rust library raises it: no Exception."""


@pytest.fixture
def folder(tmp_path):
    """Give a folder with three recordings and a list."""
    place = tmp_path / "ben"
    place.mkdir()
    for path in sorted((SAMPLE / "ben").glob("*.fit"))[:3]:
        shutil.copy(path, place)
    return place


@pytest.fixture
def club(tmp_path, folder):
    place = tmp_path / "club"
    place.mkdir()
    folder.rename(place / "ben")
    shutil.copytree(place / "ben", place / "cat")
    return place


FAULTS = [
    ValueError("x"),
    MemoryError(),
    RecursionError("y"),
    ZeroDivisionError("/home/me/secret"),
    PanicException("z"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=repr)
def test_a_fault_over_one_input_is_that_inputs(folder, monkeypatch, call, fault):
    victim = sorted(folder.iterdir())[1].name
    _, before, _ = call("activities", folder, "--format", "json", "--no-store")
    real = readers.read

    def read(data, label, settings):
        if label == victim:
            raise fault
        return real(data, label, settings)

    monkeypatch.setattr(readers, "read", read)
    code, out, _ = call("activities", folder, "--format", "json", "--no-store")
    assert code == 0
    shown = json.loads(out)
    (left,) = shown["skipped"]
    assert left["source"] == victim
    assert left["kind"] == "rejected"
    assert type(fault).__name__ in left["why"] and "please report it" in left["why"]
    assert "secret" not in left["why"]
    kept = [row for row in json.loads(before)["activities"] if row["source"] != victim]
    assert shown["activities"] == kept


def test_a_fault_is_not_kept_for_the_next_run(folder, monkeypatch, call, tmp_path):
    def fail(*_):
        raise ValueError

    store = ("--store", tmp_path / "store")
    with monkeypatch.context() as patch:
        patch.setattr(readers, "read", fail)
        code, _, err = call("weeks", folder, *store)
        assert code == 1 and "nothing to read" in err
    assert call("weeks", folder, *store)[0] == 0


def test_ctrl_c_still_ends_the_run(folder, monkeypatch, call):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(readers, "read", interrupt)
    assert call("weeks", folder, "--no-store")[0] == 130


def test_a_fault_over_one_athlete_is_that_athletes(club, monkeypatch, call, tmp_path):
    real = pipeline.athlete.assess_rows

    def assess(places, *args, **more):
        if places[0].name == "cat":
            raise ZeroDivisionError("secret")
        return real(places, *args, **more)

    monkeypatch.setattr(pipeline.athlete, "assess_rows", assess)
    out = tmp_path / "out"
    code, shown, _ = call(
        "roster", club, "-o", out, "--format", "json", "--store", tmp_path / "s"
    )
    assert code == 0
    says = {one["name"]: one["says"] for one in json.loads(shown)["athletes"]}
    assert says["cat"].startswith("loadwatch itself failed (ZeroDivisionError")
    assert "report it" in says["cat"] and "secret" not in says["cat"]
    assert [path.name for path in (out / "athletes").iterdir()] == ["ben.html"]


def test_a_page_that_cannot_be_drawn_is_that_athletes(
    club, monkeypatch, call, tmp_path
):
    real = html.format_report

    def format_report(analysis, *more, **named):
        if analysis.name == "cat":
            raise KeyError("secret")
        return real(analysis, *more, **named)

    monkeypatch.setattr(html, "format_report", format_report)
    out = tmp_path / "out"
    code, shown, err = call("roster", club, "-o", out, "--format", "json")
    assert code == 0 and "1 could not be read" in err
    says = {one["name"]: one["says"] for one in json.loads(shown)["athletes"]}
    assert "KeyError" in says["cat"]
    page = (out / "index.html").read_text("utf-8")
    assert "athletes/ben.html" in page and "athletes/cat.html" not in page


def test_a_roster_of_which_nothing_can_be_read_is_exit_1(tmp_path, call):
    (tmp_path / "club" / "ana").mkdir(parents=True)
    code, out, err = call("roster", tmp_path / "club")
    assert code == 1
    assert "ana" in out and err.startswith("Error: nothing to read of any athlete")


# outputs and inputs


@pytest.mark.parametrize("spelling", ["same", "link", "twin", "dots"])
def test_no_output_goes_over_an_input(folder, call, tmp_path, spelling):
    source = folder / "me.json"
    source.write_text('{"RIDE": {}}')
    targets = {
        "same": source,
        "link": tmp_path / "link.json",
        "twin": tmp_path / "twin.json",
        "dots": folder / ".." / folder.name / "me.json",
    }
    target = targets[spelling]
    if spelling == "link":
        target.symlink_to(source)
    if spelling == "twin":
        os.link(source, target)
    for place in (folder, source):
        code, _, err = call("report", folder, place, "-o", target, "--no-store")
        assert code == 1 and "is an input" in err
        assert source.read_text() == '{"RIDE": {}}'


def test_what_loadwatch_wrote_before_may_be_written_again(folder, call):
    for name in ("me.html", "me.md", "me.json"):
        for _ in range(2):
            assert call("report", folder, "-o", folder / name, "--no-store")[0] == 0
    for name in ("me.svg", "me.png", "me.pdf"):
        for _ in range(2):
            assert call("plot", folder, "-o", folder / name, "--no-store")[0] == 0


def test_an_input_that_is_called_a_page_is_one_all_the_same(folder, call):
    source = folder / "run.html"
    source.write_bytes(make_formats.gpx())
    code, _, err = call("report", folder, "-o", source, "--no-store")
    assert code == 1 and "is an input" in err
    assert find_input(source, [folder]) == "run.html"


def test_a_device_is_written_to_and_not_replaced(folder, call):
    code, _, _ = call("plot", folder, "-o", "/dev/null", "--no-store")
    assert code == 2  # no suffix of a picture
    assert Path("/dev/null").is_char_device()


# links and folders


def test_links_out_of_the_folder_are_not_followed(club, tmp_path, call):
    secret = tmp_path / "secret"
    secret.write_text("date,pain\nroot:x:0:0,5\n")
    for name in ("diary.csv", "tags.csv", "loadwatch.toml"):
        (club / "ben" / name).symlink_to(secret)
    (club / "etc").symlink_to("/etc")
    (club / "loop").symlink_to(".")
    (club / "ben-again").symlink_to("ben")
    out = tmp_path / "out"
    code, shown, err = call("roster", club, "-o", out, "--format", "json")
    assert code == 0
    athletes = json.loads(shown)["athletes"]
    assert sorted(one["name"] for one in athletes) == ["ben", "cat"]
    assert "Not followed" in err and "etc" in err and "loop" in err
    assert "root:x" not in "".join(p.read_text() for p in out.rglob("*.html"))
    _, shown, _ = call("activities", club / "ben", "--format", "json", "--no-store")
    left = {one["source"]: one["why"] for one in json.loads(shown)["skipped"]}
    assert "leads out of the folder" in left["diary.csv"]
    code, _, err = call("diary", club / "ben", "log", "--pain", "3")
    assert code == 1 and "leads out" in err
    assert secret.read_text().count("\n") == 2


def test_a_link_to_what_lies_hidden_within_is_an_athlete(club, call):
    (club / ".data").mkdir()
    (club / "cat").rename(club / ".data" / "cat")
    (club / "cat").symlink_to(".data/cat")
    _, shown, _ = call("roster", club, "--format", "json")
    names = [one["name"] for one in json.loads(shown)["athletes"]]
    assert sorted(names) == ["ben", "cat"]


def test_a_file_of_ours_in_an_athletes_folder_hides_nobody(club, call):
    (club / "ben" / ".loadwatch.json").write_text("{}")
    _, shown, _ = call("roster", club, "--format", "json")
    assert len(json.loads(shown)["athletes"]) == 2


def test_pages_within_the_roster_are_no_athlete(club, call):
    for _ in range(2):
        code, shown, _ = call("roster", club, "-o", club, "--format", "json")
        assert code == 0
        assert len(json.loads(shown)["athletes"]) == 2


def test_a_roster_names_no_folder_of_this_machine(club, call, tmp_path):
    (club / "empty").mkdir()
    (club / "cat" / "loadwatch.toml").write_text('[surface]\nosm = "/a b/c/x.pbf"\n')
    out = tmp_path / "out"
    call("roster", club, "-o", out, "--no-store")
    page = (out / "index.html").read_text("utf-8")
    assert str(tmp_path) not in page and "/a b" not in page
    assert "empty" in page and "x.pbf" in page


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("no map at /home/me/My maps/x.pbf", "no map at x.pbf"),
        (r"no map at C:\Users\me\x.pbf: gone", "no map at x.pbf: gone"),
        ("km/h and and/or 3/4", "km/h and and/or 3/4"),
        ("member export.zip/a/b.fit is torn", "member export.zip/a/b.fit is torn"),
    ],
)
def test_folders_are_cut_from_a_sentence(text, shown):
    assert strip_folders(text) == shown


# terminal, streams, days


def test_messages_show_what_a_terminal_would_obey(tmp_path, call):
    place = tmp_path / "a\x1b[2Jb\x9bc\u202ed"
    for arguments in (
        ("weeks", place),
        ("report", place, "-o", tmp_path / "x\x07.html"),
        ("weeks", SAMPLE / "ben", "--today", "\x1b]0;x\x07"),
        ("weeks", SAMPLE / "ben", "\x1b[31m"),
        ("roster", place),
        (f"we{chr(0x1B)}eks",),
        ("diary", place, "log", "--pain", "3"),
    ):
        code, _, err = call(*arguments)
        assert code in {1, 2}
        assert not set(err) & set("\x1b\x07\x9b\u202e")
    assert clean_lines("a\x1bb\nc\u2028d") == "a\\x1bb\nc\\u2028d"


CLOSED = {
    "stdin": "<&-",
    "stdout": ">&-",
    "stderr": "2>&-",
    "all": "<&- >&- 2>&-",
}


@pytest.mark.parametrize("streams", CLOSED.values(), ids=CLOSED)
def test_a_closed_stream_is_no_fault(folder, tmp_path, streams):
    page = tmp_path / "page.html"
    env = {**os.environ, "PYTHONPATH": str(SAMPLE.parent), "HOME": str(tmp_path)}
    command = f"'{sys.executable}' -m loadwatch"
    for arguments in (
        f"report '{folder}' -o '{page}' --store '{tmp_path}/s'",
        f"weeks '{folder}' --no-store",
        "--help",
    ):
        done = subprocess.run(
            ["sh", "-c", f"{command} {arguments} {streams}"],
            env=env,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0
        assert b"failed" not in done.stderr
    assert page.read_bytes().startswith(b"<!doctype html>")


@pytest.mark.parametrize(
    "day", ["9999-12-31", "0001-01-01", "9999-12-20", "1969-12-31"]
)
def test_a_day_that_no_runner_sees_is_refused(folder, call, day):
    code, _, err = call("weeks", folder, "--today", day, "--no-store")
    assert code == 2
    assert "should be a day from 1970-01-01 to 2100-12-31" in err


@pytest.mark.parametrize("day", ["1970-01-01", "2100-12-31"])
def test_the_first_and_the_last_day_that_may_be_named(folder, call, day):
    code, _, err = call("flags", folder, "--today", day, "--no-store")
    assert code == 0, err
    for option in ("--from", "--to"):
        for far in ("0001-01-01", "9999-12-31"):
            code, _, err = call("weeks", folder, option, far, "--no-store")
            assert code == 0, err


def test_an_error_of_the_disk_is_one_line(folder, call, monkeypatch, tmp_path):
    def refuse(*_):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", refuse)
    code, _, err = call("report", folder, "-o", tmp_path / "x.html", "--no-store")
    assert code == 1
    assert err.startswith(f"Error: cannot write {tmp_path / 'x.html'}: ")
    assert list(tmp_path.glob("*.html*")) == []


def test_a_library_error_says_where_it_arose(call, monkeypatch):
    def fail(*_, **__):
        raise LookupError("why")

    monkeypatch.setattr(pipeline, "analyse_athlete", fail)
    code, _, err = call("weeks", SAMPLE / "ben")
    assert code == 1
    assert "itself failed (LookupError in cli/reading.py:" in err


# good files beside bad ones


def make_bad_file(number: int) -> bytes:
    """Return bytes that no reader can take for an activity, of ten kinds."""
    draw = random.Random(number)
    noise = draw.randbytes(draw.randrange(1, 3000))
    good = make_fit.run(seconds=5)
    kinds = (
        b"",
        noise,
        b"\xff\xd8\xff\xe0" + noise,
        good[: draw.randrange(1, 14)],
        good[:14] + noise[:1],
        b"<gpx>" + b"<a>" * draw.randrange(1, 500),
        b"PK\x03\x04" + noise,
        b"\x1f\x8b\x08" + noise,
        b'{"a": ' + b"[" * draw.randrange(1, 5000),
        b"<!DOCTYPE html><html>404" + noise.hex().encode(),
    )
    return kinds[number % len(kinds)]


GOOD_FILES, BAD_FILES = (
    int(word) for word in os.environ.get("ISOLATION_FILES", "20,200").split(",")
)


@pytest.mark.slow
def test_good_files_give_the_same_beside_bad_ones(tmp_path, call):
    place = tmp_path / "ana"
    place.mkdir()
    for number in range(GOOD_FILES):
        start = make_fit.START + timedelta(days=number)
        data = make_fit.run(start, 300 + number, every_s=5)
        (place / f"good{number:04}.fit").write_bytes(data)
    options = ("--format", "json", "--no-store", "-q", "-j1", "--tz", "UTC")
    alone = {name: call(name, place, *options)[1] for name in ("weeks", "activities")}
    suffixes = (".fit", ".gpx", ".json", ".zip", ".fit.gz", ".txt")
    for number in range(BAD_FILES):
        name = f"bad{number:04}{suffixes[number % len(suffixes)]}"
        (place / name).write_bytes(make_bad_file(number))
    beside = {name: call(name, place, *options)[1] for name in alone}
    weeks = {
        name: json.loads(text["weeks"])["weeks"]
        for name, text in (("a", alone), ("b", beside))
    }
    assert json.dumps(weeks["a"]) == json.dumps(weeks["b"])
    shown, before = json.loads(beside["activities"]), json.loads(alone["activities"])
    assert json.dumps(shown["activities"]) == json.dumps(before["activities"])
    named = {part["source"].partition("/")[0] for part in shown["skipped"]}
    assert named == {path.name for path in place.glob("bad*")}
