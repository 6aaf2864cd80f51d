"""A cluster: what it gives is what one machine gives, and what goes wrong costs little."""

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from loadwatch.pipeline.cluster import open_cluster
from loadwatch.version import __version__
from tests.dask_cluster import ROOT, start_cluster
from tests.make_club import make_club

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("distributed") is None, reason="no dask here"
    ),
]
LONGEST_S = 600  # of one command, on a busy machine


@pytest.fixture(scope="module")
def club(tmp_path_factory) -> Path:
    """Three runners, each with a few weeks of real-sized files, and one file that is none."""
    folder = tmp_path_factory.mktemp("club")
    make_club(folder, 3, 12 / 52)
    (folder / "runner-00001" / "broken.fit").write_bytes(b"no FIT file")
    return folder


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with start_cluster(tmp_path_factory.mktemp("dask")) as started:
        yield started


def start(*arguments: object, home: Path) -> subprocess.Popen[str]:
    """Start a command as a user would, with its own cache and settings in `home`."""
    return subprocess.Popen(
        [sys.executable, "-m", "loadwatch", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=home,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "XDG_CACHE_HOME": str(home / "cache"),
            "XDG_CONFIG_HOME": str(home / "config"),
        },
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Return exit code, stdout and stderr; the process is ended if it takes too long."""
    try:
        printed, errors = process.communicate(timeout=LONGEST_S)
    finally:
        process.kill()
    return process.returncode, printed, errors


def call(*arguments: object, home: Path) -> tuple[int, str, str]:
    return finish(start(*arguments, home=home))


def read_pages(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*.html"))
    }


# What a worker runs before it begins: it waits in its second runner until it may go on, and
# dies over one file.
HELD = """
import time
from pathlib import Path
from loadwatch.ingest import readers
if not hasattr(readers, "read_at_once"):  # dask loads it more than once
    readers.read_at_once = readers.read
    readers.count = 0
def read_and_wait(data, label, settings):
    readers.count += 1
    while readers.count > MOST and not Path(GO).exists():
        time.sleep(0.05)
    return readers.read_at_once(data, label, settings)
readers.read = read_and_wait
"""
DEADLY = """
import os, signal
from loadwatch.ingest import readers
if not hasattr(readers, "read_alive"):
    readers.read_alive = readers.read
def read_and_die(data, label, settings):
    if label.endswith("deadly.fit"):
        os.kill(os.getpid(), signal.SIGKILL)
    return readers.read_alive(data, label, settings)
readers.read = read_and_die
"""


MOST = 90  # files, of 60 of each runner


def write_held(folder: Path) -> tuple[tuple[str, str], Path]:
    """Return the option of a worker that stops midway, and the file that lets it go on."""
    go = folder / "go"
    text = HELD.replace("MOST", str(MOST)).replace("GO", repr(str(go)))
    return write_preload(folder, text), go


def write_preload(folder: Path, text: str) -> tuple[str, str]:
    """Return the option of a worker that runs `text` before it begins."""
    path = folder / "preload.py"
    path.write_text(text)
    return "--preload", str(path)


def wait_until_busy(process: subprocess.Popen[str], store: Path) -> None:
    """Return once a run has kept what a runner's files gave, which is in the middle of it."""
    end_s = time.monotonic() + LONGEST_S
    while time.monotonic() < end_s and process.poll() is None:
        kept = (path.stat().st_size for path in store.glob("*.sqlite*"))
        if sum(kept) > 100_000:
            return
        time.sleep(0.05)
    raise AssertionError("the run was over before anything could happen to it")


@pytest.mark.parametrize(
    "arguments",
    [
        ("weeks", "runner-00001", "--format", "json"),
        ("report", "runner-00001", "-o", "-"),
        ("flags", "runner-00002", "--format", "json"),
        ("activities", "runner-00002", "--format", "csv"),
        ("roster", ".", "--format", "json"),
    ],
)
def test_a_cluster_gives_what_one_machine_gives(club, cluster, tmp_path, arguments):
    command, place, *options = arguments
    shared = (command, club / place, *options, "--no-store")
    here = call(*shared, "-j1", home=tmp_path)
    there = call(*shared, "--cluster", cluster.address, home=tmp_path)
    assert here[0] == there[0] == 0
    assert here == there


def test_pages_of_a_roster_are_the_same(club, cluster, tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    assert call("roster", club, "-o", here, "-j1", home=tmp_path)[0] == 0
    options = ("--cluster", cluster.address, "--store", tmp_path / "other")
    assert call("roster", club, "-o", there, *options, home=tmp_path)[0] == 0
    assert len(read_pages(here)) == 4
    assert read_pages(here) == read_pages(there)


@pytest.mark.parametrize("nanny", ["--nanny", "--no-nanny"])
def test_a_worker_killed_in_the_middle_costs_nothing(club, tmp_path, nanny):
    command = ("roster", club, "--format", "json")
    whole = call(*command, "--no-store", home=tmp_path)
    store = tmp_path / "store"
    held, go = write_held(tmp_path)
    with start_cluster(tmp_path / "dask", options=(nanny, *held)) as cluster:
        there = ("--store", store, "--cluster", cluster.address)
        run = start(*command, *there, home=tmp_path)
        wait_until_busy(run, store)
        os.killpg(cluster.workers[0].pid, signal.SIGKILL)
        go.touch()
        assert finish(run) == whole


def test_a_scheduler_killed_in_the_middle_is_one_clear_line(club, tmp_path):
    place, store = club, tmp_path / "store"
    options, go = write_held(tmp_path)
    with start_cluster(tmp_path / "dask", options=options) as cluster:
        command = ("roster", place, "--format", "json", "--store", store)
        run = start(*command, "--cluster", cluster.address, home=tmp_path)
        wait_until_busy(run, store)
        cluster.scheduler.kill()
        go.touch()
        code, printed, errors = finish(run)
    assert (code, printed) == (1, "")
    gone = f"Error: the dask scheduler at {cluster.address} went away. "
    assert errors.startswith(gone) and errors.count("\n") == 1
    after = call(*command, "-j1", home=tmp_path)
    assert after == call(
        "roster", club, "--format", "json", "--no-store", home=tmp_path
    )


def test_a_worker_that_dies_costs_its_file(club, tmp_path):
    place = tmp_path / "runner"
    shutil.copytree(club / "runner-00000", place)
    whole = call("weeks", place, "--format", "json", "--no-store", home=tmp_path)
    first = min(place.glob("*.fit"))
    (place / "deadly.fit").write_bytes(first.read_bytes() + b"more")
    options = write_preload(tmp_path, DEADLY)
    with start_cluster(tmp_path / "dask", options=options) as cluster:
        command = ("weeks", place, "--format", "json", "--no-store")
        code, printed, _ = call(*command, "--cluster", cluster.address, home=tmp_path)
    assert code == 0
    found = json.loads(printed)
    assert [item["source"] for item in found["skipped"]] == ["deadly.fit"]
    assert "died" in found["skipped"][0]["why"]
    assert found["weeks"] == json.loads(whole[1])["weeks"]


def test_workers_of_another_version_are_refused_with_both(club, tmp_path):
    other = tmp_path / "other" / "loadwatch"
    other.mkdir(parents=True)
    (other / "__init__.py").write_text("")
    (other / "version.py").write_text('__version__ = "0.0.7"\n')
    environment = {"PYTHONPATH": str(tmp_path / "other")}
    with start_cluster(tmp_path / "dask", 1, environment=environment) as cluster:
        options = ("--no-store", "--cluster", cluster.address)
        code, printed, errors = call("weeks", club, *options, home=tmp_path)
    assert (code, printed) == (1, "")
    assert __version__ in errors and "0.0.7" in errors
    assert errors.count("\n") == 1


def test_a_cluster_that_is_not_there_or_has_no_worker_is_one_line(club, tmp_path):
    nobody = ("--no-store", "--cluster", "tcp://127.0.0.1:9")
    code, printed, errors = call("weeks", club, *nobody, home=tmp_path)
    assert (code, printed, errors.count("\n")) == (1, "", 1)
    assert errors.startswith("Error: no dask scheduler answers at tcp://127.0.0.1:9")
    with start_cluster(tmp_path / "dask", 0) as cluster:
        options = ("--no-store", "--cluster", cluster.address)
        code, printed, errors = call("weeks", club, *options, home=tmp_path)
    assert (code, printed, errors.count("\n")) == (1, "", 1)
    assert errors == f"Error: the dask scheduler at {cluster.address} has no workers\n"


@pytest.mark.parametrize("address", ["", "8786", "tcp://", "http://10.0.0.1:8786"])
def test_what_is_no_address_is_one_line(club, tmp_path, address):
    bare = ("weeks", club, "--no-store", "--cluster", address)
    code, printed, errors = call(*bare, home=tmp_path)
    assert (code, printed, errors.count("\n")) == (1, "", 1)
    assert "as tcp://10.0.0.1:8786" in errors and repr(address) in errors


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_ends_it_in_order(club, tmp_path):
    options, go = write_held(tmp_path)
    with start_cluster(tmp_path / "dask", options=options) as cluster:
        command = ("roster", club, "--store", tmp_path / "store")
        run = start(*command, "--cluster", cluster.address, home=tmp_path)
        wait_until_busy(run, tmp_path / "store")
        run.send_signal(signal.SIGINT)
        go.touch()
        code, printed, errors = finish(run)
    assert (code, printed, errors.strip()) == (130, "", "")


def test_athletes_side_by_side_give_the_same(club, tmp_path):
    for jobs in ("-j1", "-j2"):
        options = ("--store", tmp_path / f"store{jobs}", "-o", tmp_path / jobs)
        assert call("roster", club, jobs, *options, home=tmp_path)[0] == 0
    assert read_pages(tmp_path / "-j1") == read_pages(tmp_path / "-j2")
    bare = ("roster", club, "--format", "json", "--no-store")
    assert call(*bare, "-j1", home=tmp_path) == call(*bare, "-j2", home=tmp_path)


BLIND = """
from loadwatch.pipeline import cluster
cluster._describe_path = lambda path: None
"""


def test_workers_that_see_neither_folder_nor_store_get_the_bytes(club, tmp_path):
    bare = ("roster", club, "--format", "json")
    options = write_preload(tmp_path, BLIND)
    with start_cluster(tmp_path / "dask", options=options) as cluster:
        with open_cluster(cluster.address) as (found, _):
            assert not found.can_share([club], None)
        store = ("--store", tmp_path / "store", "--cluster", cluster.address)
        there = call(*bare, *store, home=tmp_path)
    assert there == call(*bare, "--no-store", home=tmp_path)
    names = {path.suffix for path in (tmp_path / "store").iterdir()}
    assert names == {".sqlite"}  # nothing is left of what asked for a shared folder


def test_workers_that_see_the_folder_take_whole_athletes(club, cluster, tmp_path):
    with open_cluster(cluster.address) as (found, _):
        assert found.can_share([club], tmp_path / "store")
        assert found.can_share([club, tmp_path / "none"], None)


def test_workers_without_memory_are_refused(club, tmp_path):
    options = ("--memory-limit", "200MiB")
    with start_cluster(tmp_path / "dask", 1, options=options) as cluster:
        bare = ("--no-store", "--cluster", cluster.address)
        code, printed, errors = call("weeks", club, *bare, home=tmp_path)
    assert (code, printed, errors.count("\n")) == (1, "", 1)
    assert f"a worker at {cluster.address} has 200 MiB of memory" in errors


# one death gives a task up, not four: a worker takes seconds to come back
IMPATIENT = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
ALWAYS_DEADLY = DEADLY.replace('label.endswith("deadly.fit")', "True")


def test_workers_that_die_over_every_file_end_it_and_nothing_is_lost(club, tmp_path):
    command = ("roster", club, "--format", "json")
    options = write_preload(tmp_path, ALWAYS_DEADLY)
    with start_cluster(
        tmp_path / "dask", options=options, environment=IMPATIENT
    ) as cluster:
        there = ("--store", tmp_path / "store", "--cluster", cluster.address)
        code, printed, errors = call(*command, *there, home=tmp_path)
    assert (code, printed, errors.count("\n")) == (1, "", 1)
    assert errors.startswith("Error: 3 times in a row the worker died")
    here = ("--store", tmp_path / "store", "-j1")
    after = call(*command, *here, home=tmp_path)
    assert after == call(*command, "--no-store", home=tmp_path)
