"""A few mutants of each format on every run, and each file that was ever wrong."""

import signal
from pathlib import Path

import pytest

from tests.fuzz import __main__ as fuzz
from tests.fuzz.targets import TARGETS, get_seeds

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
        wrong, _ = fuzz.judge(name, fuzz.make_mutant(name, seed))
        assert wrong == "", f"{name}, seed {seed}"


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.name)
def test_what_was_wrong_once(path: Path):
    assert fuzz.judge(path.suffix[1:], path.read_bytes())[0] == ""


def test_a_mutant_follows_from_its_seed():
    assert fuzz.make_mutant("fit", 7) == fuzz.make_mutant("fit", 7)


def test_the_oracle_sees_a_fault_a_long_time_and_a_big_table(monkeypatch):
    def check(_: bytes) -> str:
        raise LookupError("x")

    target = TARGETS["toml"]
    monkeypatch.setitem(TARGETS, "toml", fuzz.TARGETS["toml"].__class__(
        target.seeds, target.mutate, check))  # fmt: skip
    assert fuzz.judge("toml", b"")[0] == "uncaught LookupError: x"
