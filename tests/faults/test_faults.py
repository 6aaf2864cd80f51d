"""A few faults of each command on every run; the whole sweep is `python -m tests.faults`."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.faults.__main__ import ROOT
from tests.faults.scenarios import SCENARIOS

needs_shim = pytest.mark.skipif(
    not sys.platform.startswith("linux") or shutil.which("cc") is None,
    reason="needs a C compiler on Linux",
)


def run_sweep(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@needs_shim
@pytest.mark.slow
@pytest.mark.parametrize("name", ["diary", "new diary", "tag"])
def test_every_fault_of_what_writes_the_users_own_files(name):
    assert ", 0 bad" in run_sweep(name)


SERVE = [one.name for one in SCENARIOS if one.name.startswith("serve ")]
WHOLE = {"diary", "new diary", "tag", *SERVE}


@needs_shim
@pytest.mark.slow
@pytest.mark.parametrize("name", SERVE)
def test_some_faults_of_a_form_of_the_pages(name):
    pytest.importorskip("flask")
    pytest.importorskip("tomlkit")
    assert ", 0 bad" in run_sweep("--every", "3", name)


@needs_shim
@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [one.name for one in SCENARIOS if one.name not in WHOLE]
)
def test_some_faults_of_what_writes_stores_and_pages(name):
    assert ", 0 bad" in run_sweep("--every", "11", name)
