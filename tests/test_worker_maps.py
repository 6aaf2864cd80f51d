"""Workers of a command: started early where there is surely work for them, else with the work."""

import pytest

from loadwatch.cli import worker_maps
from loadwatch.ingest.store import identify_athlete, locate_store


@pytest.fixture
def starts(monkeypatch) -> list[object]:
    """What was started early, instead of starting it."""
    found: list[object] = []
    monkeypatch.setattr("loadwatch.processes.start_early", found.append)
    return found


def open_maps_of(*paths, store=None, **params):
    with worker_maps.open_maps({"paths": paths, "jobs": 2, **params}, store) as maps:
        assert set(maps) <= {"map_jobs", "map_athletes", "can_share"}


def write_files(folder, count):
    (folder / "deep").mkdir(parents=True)
    for number in range(count):
        (folder / "deep" / f"{number}.fit").write_bytes(b"")
    return folder


def test_many_files_that_no_store_knows_start_the_workers_at_once(tmp_path, starts):
    many = write_files(tmp_path / "ana", worker_maps.WORTH_A_POOL)
    open_maps_of(many)
    open_maps_of(many, store=tmp_path / "store")
    assert starts == [worker_maps.PRELOADED] * 2
    store = locate_store(tmp_path, identify_athlete([many]))
    store.write_bytes(b"")
    open_maps_of(many, store=tmp_path)
    open_maps_of(many, jobs=1)
    assert len(starts) == 2


def test_few_files_a_missing_path_and_a_small_zip_start_nothing(tmp_path, starts):
    few = write_files(tmp_path / "ben", worker_maps.WORTH_A_POOL - 1)
    small = tmp_path / "small.zip"
    small.write_bytes(b"PK")
    for path in (few, tmp_path / "none", small):
        open_maps_of(path)
    assert not starts


def test_a_large_zip_starts_them(tmp_path, starts):
    large = tmp_path / "export.zip"
    with large.open("wb") as file:
        file.truncate(worker_maps.LARGE_BYTES)
    open_maps_of(large)
    assert len(starts) == 1
