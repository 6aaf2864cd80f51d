"""The runner's folder that the tests of the command line read."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.make_fit import run

SAMPLE = Path(__file__).parent.parent / "sample_data"
MONDAY = datetime(2026, 3, 2, 7, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path):
    """Five steady weeks of two runs, then a run of three times the distance."""
    place = tmp_path / "runner"
    place.mkdir()
    for week in range(5):
        for day in (0, 3):
            start = MONDAY + timedelta(weeks=week, days=day)
            (place / f"{start:%m%d}.fit").write_bytes(run(start, 2000, every_s=5))
    start = MONDAY + timedelta(weeks=5)
    (place / "long.fit").write_bytes(run(start, 6000, every_s=5))
    return place
