"""Inputs to rows: read once, known by content, lost alone; what a store answers is what was read."""

import os
import pickle
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from loadwatch.activity import Activity, Note, Reading, Session, Skipped
from loadwatch.errors import NotActivity, OverLimit, Unreadable
from loadwatch.ingest.readers.frames import EMPTY_RECORDS
from loadwatch.ingest.sources import Content, find_members
from loadwatch.ingest.store import open_store
from loadwatch.pipeline import input_jobs, intake
from loadwatch.pipeline.executors import open_pool
from loadwatch.pipeline.input_jobs import InputJob
from loadwatch.settings import Settings
from tests import season
from tests.season import FIRST, analysed, short, told

ROOT = Path(__file__).parent.parent


def job(data: bytes, label: str = "a.gpx", notes: tuple[Note, ...] = ()) -> InputJob:
    return InputJob(label, len(data), lambda: Content(data, notes), Settings())


class Reads:
    """A `map` that counts what it is asked to read."""

    def __init__(self):
        self.labels = []

    def __call__(self, function, jobs):
        for one in jobs:
            self.labels.append(one.label)
            yield function(one)


@pytest.fixture
def home(tmp_path) -> Path:
    """A dozen runs, one in four formats, a list and files that are no activities."""
    files = season.files()
    return season.write(tmp_path / "home", {k: v for k, v in files.items() if not k.startswith("fit/0")} | {
        k: v for k, v in files.items() if k.startswith("fit/00")
    })  # fmt: skip


@pytest.mark.parametrize(
    "error", [Unreadable("torn"), NotActivity("a course"), OverLimit("too large")]
)
def test_each_error_of_a_reader_is_a_reason(monkeypatch, error):
    def read(*_):
        raise error

    monkeypatch.setattr("loadwatch.ingest.readers.read", read)
    kind = {"torn": "rejected", "a course": "ignored", "too large": "limited"}[
        error.why
    ]
    assert input_jobs.read_input(job(b"")).skipped == (Skipped("", kind, error.why),)


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Tags.csv", "tags.csv"),
        ("tags.csv.txt", "tags.csv"),
        ("sub/diary.csv", "diary.csv"),
        ("LOADWATCH.TOML", "loadwatch.toml"),
        ("my tags.csv", ""),
    ],
)
def test_a_file_that_is_nearly_an_own_one_is_called_by_its_right_name(label, name):
    result = input_jobs.read_input(job(b"start,surface\n2026-03-02,soft\n", label))
    (left_out,) = result.skipped
    assert left_out.kind == ("rejected" if name else "ignored")
    assert (f"call it {name} " in left_out.why) == bool(name)


def read_as(monkeypatch, *skipped: Skipped, activities: int = 0):
    sessions = [Session(format="gpx", start_utc=datetime(2026, 1, 1, tzinfo=UTC), part=i + 1) for i in range(activities)]  # fmt: skip
    reading = Reading(tuple(Activity(EMPTY_RECORDS, one) for one in sessions), skipped)
    monkeypatch.setattr("loadwatch.ingest.readers.read", lambda *_: reading)
    return input_jobs.read_input(job(b"", notes=(Note("gzip_crc", "wrong"),)))


def test_parts_left_out_are_notes_where_the_file_gave_activities(monkeypatch):
    parts = [Skipped("", "ignored", f"track {i}: no times") for i in range(5)]
    row = Skipped("#7", "rejected", "no date")
    result = read_as(monkeypatch, *parts, row, activities=2)
    assert result.skipped == (row,)
    assert [one["suffix"] for one in result.rows] == ["", "#2"]
    left = (
        "left_out: track 0: no times; track 1: no times; track 2: no times; and 2 more"
    )
    assert [one["notes"] for one in result.rows] == [
        ["gzip_crc: wrong", left],
        ["gzip_crc: wrong"],
    ]


def test_a_file_without_activities_is_skipped_once(monkeypatch):
    parts = [
        Skipped("", "ignored", "activity 1: empty"),
        Skipped("", "ignored", "activity 2: empty"),
    ]
    assert read_as(monkeypatch, *parts).skipped == (
        Skipped("", "ignored", "activity 1: empty; activity 2: empty"),
    )
    assert read_as(monkeypatch).skipped == (
        Skipped("", "ignored", "it holds no activity"),
    )


def test_a_store_changes_nothing_and_a_second_run_reads_nothing(home, tmp_path):
    without = analysed(home)
    reads = Reads()
    first = analysed(home, store=tmp_path / "store", map_jobs=reads)
    assert len(reads.labels) == len(set(reads.labels)) == 11
    second = analysed(home, store=tmp_path / "store", map_jobs=Reads())
    again = Reads()
    third = analysed(home, store=tmp_path / "store", map_jobs=again)
    assert again.labels == []
    for one in (first, second, third):
        assert told(one) == told(without)
        pd.testing.assert_frame_equal(
            one.activities, without.activities, check_exact=True
        )
        types = [[type(cell) for cell in one.activities[c]] for c in one.activities]
        assert types == [
            [type(cell) for cell in without.activities[c]] for c in without.activities
        ]


LIGHT = """
import sys
from loadwatch import cli
unwanted = sys.argv.pop(1).split()
try:
    cli.main()
except SystemExit as done:
    print(done.code, [name for name in unwanted if name in sys.modules], file=sys.stderr)
"""
# what reads files and maps, and what neither a table nor a page shows
UNWANTED = (
    *("ingest.readers", "exposure.row", "exposure.osm", "exposure.elevation"),
    *("assess.diary.answer", "pipeline.executors", "pipeline.map_needs"),
    *("report.charts", "report.handout", "inspect", "web"),
)
LIBRARIES = ("fitparse", "tzfpy", "osmium", "matplotlib", "flask", "multiprocessing")
OF_PAGES = ("loadwatch.assess.budget", "loadwatch.report.html", "jinja2")


@pytest.mark.parametrize(
    ("command", "more"),
    [
        (("weeks", "--format", "json"), (*OF_PAGES, "rich")),
        (("flags",), OF_PAGES[1:]),
        (("report", "-q", "-o", "page.html"), ("rich",)),
    ],
)
def test_known_files_bring_in_no_reader_no_map_and_no_chart(
    home, tmp_path, command, more
):
    analysed(home, store=tmp_path / "store")
    unwanted = [*(f"loadwatch.{name}" for name in UNWANTED), *LIBRARIES, *more]
    arguments = [" ".join(unwanted), *command, str(home)]
    store = ["--store", str(tmp_path / "store")]
    done = subprocess.run(
        [sys.executable, "-c", LIGHT, *arguments, *store],
        cwd=tmp_path,
        env={
            **os.environ,
            "XDG_CONFIG_HOME": str(tmp_path),
            "TZ": "UTC",
            "PYTHONPATH": str(ROOT),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr.endswith("0 []\n")


def test_fresh_rows_are_as_they_come_back_from_a_store(home, tmp_path):
    inputs = [m for m in find_members([home]) if not isinstance(m, Skipped)]

    def read() -> intake.ReadInputs:
        with open_store(tmp_path / "store", "x", "y") as store:
            return intake.read_members(inputs, Settings(), store)

    fresh, kept = read(), read()
    pd.testing.assert_frame_equal(fresh.rows, kept.rows, check_exact=True)
    assert fresh.rows["notes"].tolist() == kept.rows["notes"].tolist()
    assert fresh.left_out == kept.left_out


def test_a_file_is_known_by_its_content_wherever_it_goes(home, tmp_path):
    reads = Reads()
    settings = {"store": tmp_path / "store", "map_jobs": reads}
    analysed(home, **settings)
    reads.labels.clear()
    (home / "other").mkdir()
    (home / "fit/00-0.fit").rename(home / "other/00-0.fit")
    os.utime(home / "fit/00-2.fit")
    assert {"other/00-0.fit", "fit/00-2.fit"} <= set(
        analysed(home, **settings).activities["source"]
    )
    assert reads.labels == []
    (home / "fit/00-5.fit").write_bytes(short(FIRST + timedelta(days=4), 35))
    (home / "fit/new.fit").write_bytes(short(FIRST + timedelta(days=6), 35))
    analysed(home, **settings)
    assert reads.labels == ["fit/00-5.fit", "fit/new.fit"]


@pytest.mark.parametrize(
    ("name", "value", "matters"),
    [
        ("tz", "Asia/Tokyo", True),
        ("default_surface", "soft", True),
        ("virtual_altitude", True, True),
        ("hr_max", 190.0, True),
        ("distance_unit", "mi", True),
        ("date_order", "dmy", True),
        ("load", "duration", False),
        ("week_start", "sun", False),
        ("sports", ("running", "walking"), False),
        ("preset", "novice", False),
        ("units", "imperial", False),
        ("name", "Ida", False),
        ("today", datetime(2026, 12, 1, tzinfo=UTC).date(), False),
    ],
)
def test_only_settings_that_change_a_row_read_it_anew(tmp_path, name, value, matters):
    place = season.write(
        tmp_path / "home", {"a.fit": short(FIRST), "b.fit": b"nothing"}
    )
    store = tmp_path / "store"
    analysed(place, store=store)
    reads = Reads()
    changed = {"overrides": {name: (value, "--x")}}
    one = analysed(place, store=store, map_jobs=reads, **changed)
    assert reads.labels == (["a.fit", "b.fit"] if matters else [])
    assert told(one) == told(analysed(place, **changed))
    reads.labels.clear()
    # what was read under other settings is still there
    analysed(place, store=store, map_jobs=reads)
    assert reads.labels == []


def test_every_setting_is_either_of_the_row_or_of_the_tables():
    late = {
        "name",
        "week_start",
        "load",
        "sports",
        "osm",
        "preset",
        "rules",
        "shoes",
        "today",
        "units",
        "origins",
    }
    assert set(input_jobs.ROW_SETTINGS) | late == set(Settings.__dataclass_fields__)
    assert not set(input_jobs.ROW_SETTINGS) & late


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.season import analysed

def each(function, jobs):
    for number, job in enumerate(jobs):
        if number == 100:
            os.kill(os.getpid(), signal.SIGKILL)
        yield function(job)

analysed(Path(sys.argv[1]), store=Path(sys.argv[2]), map_jobs=each)
"""


@pytest.mark.slow
def test_killed_in_its_first_run_the_next_one_gives_the_same(tmp_path):
    start = datetime(2026, 1, 5, 6, tzinfo=UTC)
    files = {f"{i:03}.fit": short(start + timedelta(days=i), 2) for i in range(120)}
    place = season.write(tmp_path / "home", files)
    store = tmp_path / "store"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(place), str(store)],
        env=environment,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    reads = Reads()
    after = analysed(place, store=store, map_jobs=reads)
    # one batch of the store was whole when the process died
    assert len(reads.labels) == 120 - 64
    assert told(after) == told(analysed(place))


def deadly(one: InputJob) -> object:
    if one.label == "fit/00-2.fit":
        os.kill(os.getpid(), signal.SIGKILL)
    return input_jobs.read_input(one)


@pytest.mark.slow
def test_a_worker_that_dies_costs_its_file_and_that_is_tried_again(home, tmp_path):
    whole = analysed(home)
    with open_pool(2, on_death=input_jobs.build_lost_result, preload=()) as spread:
        hurt = analysed(
            home,
            store=tmp_path / "store",
            map_jobs=lambda _, jobs: spread(deadly, jobs),
        )
    new = set(hurt.skipped) - set(whole.skipped)
    assert [(one.source, one.kind) for one in new] == [("fit/00-2.fit", "rejected")]
    assert [one.why.startswith("the process that read it") for one in new] == [True]
    left = whole.activities[whole.activities["source"] != "fit/00-2.fit"].reset_index(
        drop=True
    )
    pd.testing.assert_frame_equal(hurt.activities, left, check_exact=True)
    reads = Reads()
    assert told(analysed(home, store=tmp_path / "store", map_jobs=reads)) == told(whole)
    assert reads.labels == ["fit/00-2.fit"]


def test_workers_that_see_the_files_open_them(home, tmp_path):
    carried = []

    def each(function, jobs):
        for one in jobs:
            carried.append(len(pickle.dumps(one)))
            yield function(one)

    inputs = [m for m in find_members([home]) if not isinstance(m, Skipped)]
    assert all(one.opens_anywhere for one in inputs)
    read = {}
    for opens_there in (True, False):
        with open_store(None, "x", "y") as store:
            read[opens_there] = intake.read_members(
                inputs, Settings(), store, each, opens_there=opens_there
            )
    names = 3000  # of a job without bytes: settings and a path
    assert max(carried[: len(inputs)]) < names < max(carried[len(inputs) :])
    pd.testing.assert_frame_equal(read[True].rows, read[False].rows, check_exact=True)
    assert read[True].left_out == read[False].left_out


def test_a_file_that_is_gone_is_a_reason_and_not_kept(home, tmp_path):
    inputs = [m for m in find_members([home]) if not isinstance(m, Skipped)]
    (home / "fit/00-0.fit").unlink()
    ticks = []
    with open_store(tmp_path / "store", "x", "y") as store:
        taken = intake.read_members(
            inputs, Settings(), store, progress=lambda *at: ticks.append(at)
        )
        assert taken.left_out["fit/00-0.fit"] == (
            Skipped("", "rejected", "gone before it could be read"),
        )
        gone = [one.key for one in inputs if one.label == "fit/00-0.fit"]
        assert store.find_by_key(gone) == {}
    members = taken.rows["member"].drop_duplicates().tolist()
    assert members == [one.label for one in inputs if one.label in set(members)]
    assert ticks[-1] == (len(inputs), len(inputs))
