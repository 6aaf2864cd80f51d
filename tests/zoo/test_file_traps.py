"""Nineteen traps that a file system can set: each beside a good file, none stops the run."""

import datetime as dt
import os
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from loadwatch.analysis import Analysis
from loadwatch.ingest.sources import origin, walk
from loadwatch.pipeline import Options, analyse_athlete
from tests.make_fit import run

GOOD = run()
OTHER = run(seconds=500)
TERABYTE = 1 << 40


def read(place: Path) -> Analysis:
    return analyse_athlete(place, options=Options(now=dt.date(2026, 11, 29)))


def make_socket(place: Path) -> None:
    here = Path.cwd()
    os.chdir(place)  # a socket's path may have 108 bytes
    try:
        with socket.socket(socket.AF_UNIX) as trap:
            trap.bind("s.fit")
    finally:
        os.chdir(here)


def make_deep(place: Path) -> None:
    folder = place
    for _ in range(40):
        folder /= "d"
        folder.mkdir()
    (folder / "deep.fit").write_bytes(OTHER)


def make_named(name: bytes) -> Callable[[Path], None]:
    def make(place: Path) -> None:
        with open(os.path.join(os.fsencode(place), name), "wb") as file:  # noqa: PTH118, PTH123 - bytes
            file.write(OTHER)

    return make


def make_sparse(place: Path) -> None:
    with (place / "sparse.fit").open("wb") as file:
        file.truncate(TERABYTE)


def make_link_out(place: Path) -> None:
    outside = place.parent / "outside"
    outside.mkdir()
    (outside / "secret.fit").write_bytes(OTHER)
    (place / "out").symlink_to(outside)
    (place / "out.fit").symlink_to(outside / "secret.fit")


def make_loop(place: Path) -> None:
    (place / "a").symlink_to("b")
    (place / "b").symlink_to("a")
    (place / "self").symlink_to(".")


def make_twin(place: Path) -> None:
    os.link(place / "good.fit", place / "twin.fit")


def make_case_twins(place: Path) -> None:
    (place / "GOOD.FIT").write_bytes(OTHER)


# name -> what makes it, kinds of what is left out
TRAPS: dict[str, tuple[Callable[[Path], object], list[str]]] = {
    "fifo": (lambda place: os.mkfifo(place / "pipe.fit"), ["rejected"]),
    "socket": (make_socket, ["rejected"]),
    "device": (lambda place: (place / "d.fit").symlink_to("/dev/zero"), ["rejected"]),
    "link_out": (make_link_out, ["rejected", "rejected"]),
    "link_loop": (make_loop, ["rejected", "rejected", "ignored"]),
    "twin_inode": (make_twin, ["ignored"]),
    "levels_40": (make_deep, ["limited"]),
    "name_255": (make_named(b"x" * 251 + b".fit"), []),
    "name_not_utf8": (make_named(b"caf\xe9.fit"), []),
    "name_newline": (make_named(b"a\nb.fit"), []),
    "case_twins": (make_case_twins, []),
    "folder_named_fit": (lambda place: (place / "x.fit").mkdir(), []),
    "empty_file": (lambda place: (place / "empty.fit").touch(), ["rejected"]),
    "sparse_terabyte": (make_sparse, ["limited"]),
}


@pytest.fixture
def place(tmp_path):
    folder = tmp_path / "runner"
    folder.mkdir()
    (folder / "good.fit").write_bytes(GOOD)
    return folder


@pytest.mark.parametrize("name", TRAPS)
def test_trap(name, place):
    make, kinds = TRAPS[name]
    before = read(place).activities
    make(place)
    after = read(place)
    assert sorted(part.kind for part in after.skipped) == sorted(kinds)
    kept = after.activities[after.activities["source"].str.lower() == "good.fit"]
    assert before["distance_m"].iloc[0] in kept["distance_m"].tolist()
    for label in after.activities["source"]:
        assert label.isprintable()


@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_may_not_be_read_is_listed(place, monkeypatch, what):
    trap = place / "closed"
    if what == "file":
        trap = place / "closed.fit"
        trap.write_bytes(OTHER)
    else:
        trap.mkdir()
    real_open, real_list = os.open, walk._list_folder

    def open_unless_closed(path, *more):
        if str(path) == str(trap):
            raise PermissionError(13, "Permission denied")
        return real_open(path, *more)

    def list_unless_closed(folder):
        if folder == str(trap):
            raise PermissionError(13, "Permission denied")
        return real_list(folder)

    monkeypatch.setattr(origin.os, "open", open_unless_closed)
    monkeypatch.setattr(walk, "_list_folder", list_unless_closed)
    analysis = read(place)
    assert [part.kind for part in analysis.skipped] == ["rejected"]
    assert len(analysis.activities) == 1


@pytest.mark.parametrize("change", ["vanishing", "growing"])
def test_a_file_that_changes_while_it_is_read(place, monkeypatch, change):
    trap = place / "trap.fit"
    trap.write_bytes(OTHER)
    real = walk._read_first_bytes

    def read_and_change(file, label):
        first = real(file, label)
        if label == "trap.fit":
            if change == "vanishing":
                trap.unlink()
            else:
                with trap.open("ab") as more:
                    more.write(OTHER)
        return first

    monkeypatch.setattr(walk, "_read_first_bytes", read_and_change)
    analysis = read(place)
    if change == "vanishing":
        (part,) = analysis.skipped
        assert part.why == "gone before it could be read"
    assert "good.fit" in set(analysis.activities["source"])


def test_another_file_system_is_read_as_any_other():
    shared = Path("/dev/shm")
    if not shared.is_dir() or not os.access(shared, os.W_OK):
        pytest.skip("no second file system here")
    with tempfile.TemporaryDirectory(dir=shared) as name:
        (Path(name) / "good.fit").write_bytes(GOOD)
        assert len(read(Path(name)).activities) == 1
