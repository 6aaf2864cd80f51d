"""sample_data/ is what tests/make_files.py makes, no more and no less."""

import pytest

from tests.make_files import SAMPLE, sample_data


@pytest.mark.slow
def test_sample_data_is_made_byte_for_byte():
    made = sample_data()
    there = {
        path.relative_to(SAMPLE).as_posix(): path
        for path in SAMPLE.rglob("*")
        if path.is_file()
    }
    assert sorted(there) == sorted(made)
    assert [
        name for name, path in there.items() if path.read_bytes() != made[name]
    ] == []


def test_sample_data_stays_small():
    assert (
        sum(path.stat().st_size for path in SAMPLE.rglob("*") if path.is_file())
        < 3_000_000
    )
