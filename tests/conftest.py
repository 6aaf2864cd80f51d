"""Fixtures that every test may use."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real files that LOADWATCH_CORPUS names; the test is skipped without it."""
    folder = os.environ.get("LOADWATCH_CORPUS", "")
    if not folder:
        pytest.skip("LOADWATCH_CORPUS names no folder")  # the files are other people's and not shipped
    return Path(folder)
