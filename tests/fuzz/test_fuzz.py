"""A few mutants of each format on every run, and each file that was ever wrong."""

import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest

from loadwatch.activity import Activity, Reading
from loadwatch.ingest.readers import read
from loadwatch.settings import Settings
from tests.fuzz import __main__ as fuzz
from tests.fuzz import oracle
from tests.fuzz.targets import TARGETS, get_seeds
from tests.make_fit import run
from tests.zoo import archives, xml

KEPT = sorted(path for path in fuzz.KEPT.glob("*.*") if path.suffix[1:] in TARGETS)


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    before = signal.signal(signal.SIGVTALRM, fuzz._stop)
    yield
    signal.signal(signal.SIGVTALRM, before)


@pytest.mark.parametrize("name", TARGETS)
def test_good_files_are_fine(name):
    for data in get_seeds(name):
        assert fuzz.judge(name, data)[0] == ""


@pytest.mark.parametrize("name", TARGETS)
def test_mutants(name):
    for seed in range(40):
        wrong, _ = fuzz.judge(name, *fuzz.make_mutant(name, seed))
        assert wrong == "", f"{name}, seed {seed}"


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.name)
def test_what_was_wrong_once(path: Path):
    assert fuzz.judge(path.suffix[1:], path.read_bytes())[0] == ""


@pytest.mark.parametrize("name", TARGETS)
def test_a_mutant_follows_from_its_seed_alone(name, monkeypatch):
    days = 40 * 86_400
    made = [fuzz.make_mutant(name, seed) for seed in range(8)]
    monkeypatch.setattr(time, "time", lambda now=time.time: now() + days)
    files = tuple(TARGETS[name].seeds())
    assert made == [fuzz.make_mutant(name, seed, files) for seed in range(8)]


def test_the_set_that_must_hold_has_each_format():
    assert fuzz.SET.keys() == TARGETS.keys()


def test_the_oracle_sees_a_fault_a_long_time_and_a_big_table(monkeypatch):
    def check(*_: bytes) -> str:
        raise LookupError("x")

    target = TARGETS["toml"]
    monkeypatch.setitem(TARGETS, "toml", fuzz.TARGETS["toml"].__class__(
        target.seeds, target.mutate, check))  # fmt: skip
    assert fuzz.judge("toml", b"")[0] == "uncaught LookupError: x"


FIT = run(seconds=300)
GPX = xml.make("good", "gpx")


@pytest.mark.parametrize(
    ("name", "data", "whole", "wrong"),
    [
        ("fit", run(seconds=280), FIT, "281 of 301 records, and no note"),
        ("fit", run(seconds=290), FIT, ""),  # less than a twentieth
        ("fit", FIT[: len(FIT) // 2], FIT, ""),  # it says that it is torn
        ("gpx", GPX.replace(b"<trkpt", b"<rtept", 1), GPX, ""),
        ("toml", b"hr_max = 190", b"", ""),  # refused: it stands in no table
        ("csv", b"date,distance_km\n2026-03-01,5\n\n2026-03-02,6\n", b"", ""),
    ],
)
def test_what_is_lost_without_a_word_is_garbage(name, data, whole, wrong):
    assert fuzz.judge(name, data, whole)[0].removeprefix("garbage: ") == wrong


def test_the_oracle_sees_what_a_reader_keeps_to_itself(monkeypatch):
    def lose(data: bytes, name: str, settings: Settings) -> Reading:
        found = read(data, name, settings)
        one = found.activities[0]
        half = Activity(one.records.iloc[::2], one.session)
        return Reading((half,) if len(one.records) else ())

    assert fuzz.judge("gpx", GPX, GPX)[0] == ""
    monkeypatch.setattr(oracle.readers, "read", lose)
    assert "60 of 120 records" in fuzz.judge("gpx", GPX, GPX)[0]
    table = b"date,distance_km\n2026-03-01,5\n2026-03-02,6\n"
    assert "0 of 2 rows" in fuzz.judge("csv", table)[0]


def test_the_oracle_sees_a_setting_that_is_left_out(monkeypatch):
    monkeypatch.setattr(oracle, "load", lambda *_: Settings())
    assert "hr_max is left out" in fuzz.judge("toml", b"[athlete]\nhr_max = 190")[0]


def test_the_oracle_sees_a_map_that_is_none(monkeypatch):
    (data, *_) = [one for one in get_seeds("pbf") if fuzz.judge("pbf", one)[0] == ""][
        1:
    ]
    right = oracle.osm.open_extract

    def shift(*given):
        ground = right(*given)
        return replace(ground, latitude=ground.latitude + 90)

    monkeypatch.setattr(oracle.osm, "open_extract", shift)
    assert "off the globe" in fuzz.judge("pbf", data)[0]


def test_the_oracle_sees_a_member_that_is_left_out(monkeypatch):
    monkeypatch.setattr(oracle, "find_members", lambda _: [])
    assert "0 of 1 members" in fuzz.judge("zip", archives.make_zip("ansi_name"))[0]
