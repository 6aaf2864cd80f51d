"""Store: what it knows, what it forgets, and that nothing it meets is an error."""

import json
import math
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loadwatch.activity import Skipped
from loadwatch.ingest import store as stores
from loadwatch.ingest.store import InputResult, Store, database, open_store

ROW = {
    "sport": "running",
    "distance_m": 5000.5,
    "notes": ["a: b"],
    "ascent_m": math.nan,
    "cells": [[1, 2]],
    "suffix": "",
}


def result(name: str = "d") -> InputResult:
    return InputResult(
        name, ({**ROW, "name": name},), (Skipped("#3", "ignored", "a rest day"),)
    )


def filled(folder: Path, count: int = 3, fingerprint: str = "f") -> Path:
    with open_store(folder, "anna", fingerprint) as store:
        for k in range(count):
            store.put_result(f"key{k}", f"digest{k}", result(f"run {k}"))
        assert store.path
        return store.path


def names(found: dict[str, InputResult]) -> dict[str, str]:
    return {key: value.rows[0]["name"] for key, value in found.items()}


def knows(folder: Path, fingerprint: str = "f") -> set[str]:
    with open_store(folder, "anna", fingerprint) as store:
        return set(store.find_by_key(f"key{k}" for k in range(3000)))


def test_what_was_put_is_known_by_key_and_by_digest(tmp_path):
    filled(tmp_path)
    with open_store(tmp_path, "anna", "f") as store:
        assert names(store.find_by_key(["key1", "key2", "none"])) == {
            "key1": "run 1",
            "key2": "run 2",
        }
        assert names(store.find_by_digest(["digest0", "none"])) == {"digest0": "run 0"}
        one = store.find_by_key(["key1"])["key1"]
        assert one.digest == "run 1"
        assert one.skipped == (Skipped("#3", "ignored", "a rest day"),)
        assert math.isnan(one.rows[0]["ascent_m"])
        assert store.trouble == ""


def test_other_settings_another_athlete_and_changed_files_are_unknown(tmp_path):
    filled(tmp_path)
    assert knows(tmp_path, "other settings") == set()
    assert knows(tmp_path) == {
        "key0",
        "key1",
        "key2",
    }  # and the first settings' results are still there
    with open_store(tmp_path, "ben", "f") as store:
        assert store.find_by_key(["key0"]) == {}
        store.put_result("key0", "other", result())
        assert store.path
        assert store.path.parent == tmp_path
    assert len(list(tmp_path.glob("*.sqlite"))) == 2


def test_a_file_that_moved_is_known_by_its_content(tmp_path):
    filled(tmp_path)
    with open_store(tmp_path, "anna", "f") as store:
        assert store.find_by_key(["new key"]) == {}
        store.put_result(
            "new key", "digest0", store.find_by_digest(["digest0"])["digest0"]
        )
    with open_store(tmp_path, "anna", "f") as store:
        assert names(store.find_by_key(["new key"])) == {"new key": "run 0"}


def test_four_sets_of_settings_are_kept(tmp_path):
    for k in range(5):
        filled(tmp_path, fingerprint=f"f{k}")
    assert [bool(knows(tmp_path, f"f{k}")) for k in (4, 3, 2, 1)] == [True] * 4
    assert knows(tmp_path, "f0") == set()


def test_many_keys_in_few_queries_and_many_puts_in_few_commits(tmp_path):
    filled(tmp_path, 1500)
    assert len(knows(tmp_path)) == 1500


def test_without_a_folder_nothing_is_kept(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with open_store(None, "anna", "f") as store:
        store.put_result("key", "digest", result())
        assert store.find_by_key(["key"]) == store.find_by_digest(["digest"]) == {}
    assert list(tmp_path.iterdir()) == []


def test_a_result_without_a_key_is_known_by_digest_alone(tmp_path):
    with open_store(tmp_path, "anna", "f") as store:
        store.put_result("", "digest", result())
        store.flush()
        assert store.find_by_key([""]) == {}
        assert list(store.find_by_digest(["digest"])) == ["digest"]


def test_the_file_is_private_and_names_nobody(tmp_path):
    path = filled(tmp_path / "new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert "anna" not in path.name
    path.chmod(0o666)
    filled(tmp_path / "new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


# ---- a store that is not as it should be


def _spoil(path: Path, how: str) -> None:
    if how == "garbage":
        path.write_bytes(os.urandom(8192))
        return
    if how == "cut":
        path.write_bytes(path.read_bytes()[:5000])
        return
    with sqlite3.connect(path) as connection:
        connection.execute(how)
    connection.close()


@pytest.mark.parametrize(
    "how",
    [
        "garbage",
        "cut",
        "PRAGMA user_version = 4",
        "PRAGMA user_version = 0",
        "PRAGMA application_id = 1",
        "DROP TABLE result",
        "CREATE TABLE other (x)",
        "CREATE TRIGGER t AFTER INSERT ON input BEGIN DELETE FROM result; END",
        "ALTER TABLE result RENAME COLUMN value TO worth",
    ],
)
def test_a_damaged_foreign_or_newer_store_is_begun_anew(tmp_path, how):
    path = filled(tmp_path, 200)
    _spoil(path, how)
    with open_store(tmp_path, "anna", "f") as store:
        store.find_by_key(["key0"])
        store.put_result("key0", "digest0", result())
        store.flush()
        store.put_result("key1", "digest1", result())
    assert knows(tmp_path) >= {"key1"}
    filled(tmp_path)
    assert knows(tmp_path) >= {"key0", "key1", "key2"}


def test_the_old_store_is_set_aside_not_deleted(tmp_path):
    path = filled(tmp_path)
    _spoil(path, f"PRAGMA user_version = {database.VERSION + 1}")
    assert knows(tmp_path) == set()
    assert path.with_suffix(".set-aside").exists()


def test_a_value_that_changed_is_not_believed(tmp_path):
    path = filled(tmp_path)
    _spoil(
        path,
        "UPDATE result SET value = replace(value, '5000.5', '5000.6') WHERE digest = 'digest1'",
    )
    assert knows(tmp_path) == {"key0", "key2"}


def test_a_value_that_is_no_json_is_not_believed(tmp_path):
    path = filled(tmp_path)
    for value in ("[" * 100_000, "nonsense"):
        crc = stores._compute_checksum("fdigest1", value)
        with sqlite3.connect(path) as connection:
            connection.execute(
                "UPDATE result SET value = ?, crc = ? WHERE digest = 'digest1'",
                (value, crc),
            )
        connection.close()
        with open_store(tmp_path, "anna", "f") as store:
            assert store.find_by_key(["key1"]) == {}


@pytest.mark.slow
@settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(
        st.tuples(st.integers(0, 1 << 20), st.integers(0, 7)), min_size=1, max_size=3
    )
)
def test_flipped_bits_give_the_truth_or_nothing(tmp_path, flips):
    for old in tmp_path.iterdir():
        old.unlink()
    path = filled(tmp_path, 60)
    data = bytearray(path.read_bytes())
    for at, bit in flips:
        data[at % len(data)] ^= 1 << bit
    path.write_bytes(bytes(data))
    with open_store(tmp_path, "anna", "f") as store:
        for key, found in store.find_by_key(f"key{k}" for k in range(60)).items():
            assert found.rows[0]["name"] == f"run {key[3:]}"
            assert found.rows[0]["distance_m"] == 5000.5, key
        store.put_result("key0", "digest0", result("run 0"))
    with open_store(tmp_path, "anna", "f") as store:
        store.put_result("key0", "digest0", result("run 0"))
    with open_store(tmp_path, "anna", "f") as store:
        assert store.trouble == ""
        assert names(store.find_by_key(["key0"])) == {"key0": "run 0"}


@pytest.mark.parametrize("table", ["fingerprint", "result", "page", "input"])
def test_a_name_of_a_table_that_is_no_text_is_damage(tmp_path, table):
    path = filled(tmp_path)
    data = bytearray(path.read_bytes())
    at = data.index(b"table" + table.encode()) + 5
    data[at] ^= 0x80
    path.write_bytes(bytes(data))
    assert knows(tmp_path) == set()
    filled(tmp_path)
    assert knows(tmp_path) == {"key0", "key1", "key2"}


def test_a_key_that_leads_to_another_files_row_is_not_believed(tmp_path):
    path = filled(tmp_path)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE input SET digest = 'digest2' WHERE key = 'key1'")
    connection.close()
    assert knows(tmp_path) == {"key0", "key2"}


def test_a_row_of_other_settings_is_not_believed(tmp_path):
    path = filled(tmp_path, fingerprint="f")
    filled(tmp_path, fingerprint="other")
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM fingerprint WHERE text = 'f'")
        connection.execute("UPDATE fingerprint SET text = 'f'")
    connection.close()
    assert knows(tmp_path, "f") == set()


@pytest.mark.parametrize("value", ["[1]", '["d",[{}],[]]', '["d",[3],[]]', "[[]]", "3"])
def test_a_value_of_another_shape_is_not_believed(tmp_path, value):
    path = filled(tmp_path)
    crc = stores._compute_checksum("fdigest1", value)
    with sqlite3.connect(path) as connection:
        connection.execute(
            "UPDATE result SET value = ?, crc = ? WHERE digest = 'digest1'",
            (value, crc),
        )
    connection.close()
    assert knows(tmp_path) == set()


def test_what_was_to_be_written_goes_into_the_store_begun_anew(tmp_path):
    path = filled(tmp_path)
    with open_store(tmp_path, "anna", "f") as store:
        assert store.connection
        store.put_result("key9", "digest9", result("run 9"))
        store.connection.execute("DROP TABLE result")
    with open_store(tmp_path, "anna", "f") as store:
        assert names(store.find_by_key(["key9", "key1"])) == {"key9": "run 9"}
    assert path.with_suffix(".set-aside").exists()


def test_places_that_take_no_store(tmp_path):
    (tmp_path / "file").write_text("x")
    with open_store(tmp_path / "file", "anna", "f") as store:
        store.put_result("key", "digest", result())
        assert "nothing is kept" in store.trouble
        assert store.find_by_key(["key"]) == {}
    path = filled(tmp_path / "a")
    target = tmp_path / "target.sqlite"
    path.rename(target)
    path.symlink_to(target)
    with open_store(tmp_path / "a", "anna", "f") as store:
        assert store.trouble  # a link planted there is not followed
    path.unlink()
    path.mkdir()
    with open_store(tmp_path / "a", "anna", "f") as store:
        assert store.trouble
    path.rmdir()
    os.mkfifo(path)
    with open_store(tmp_path / "a", "anna", "f") as store:
        assert "no regular file" in store.trouble


def test_somebody_else_s_store_is_not_used(tmp_path, monkeypatch):
    filled(tmp_path)
    monkeypatch.setattr(database.os, "getuid", lambda: 12345)
    with open_store(tmp_path, "anna", "f") as store:
        assert "belongs to somebody else" in store.trouble


def test_a_full_disk_costs_the_store_and_nothing_else(tmp_path):
    path = filled(tmp_path)
    with open_store(tmp_path, "anna", "f") as store:
        assert store.connection
        pages = store.connection.execute("PRAGMA page_count").fetchone()[0]
        store.connection.execute(f"PRAGMA max_page_count = {pages}")
        for k in range(500):
            store.put_result(f"key{k}", f"new{k}", result())
        assert "full" in store.trouble
        assert store.find_by_key(["key0"]) == {}
    assert path.exists()
    assert knows(tmp_path) == {"key0", "key1", "key2"}


def test_a_store_locked_by_another_is_waited_for_then_left(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "BUSY_MS", 20)
    path = filled(tmp_path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with open_store(tmp_path, "anna", "f") as store:
        assert set(store.find_by_key(["key0"])) == {"key0"}
        store.put_result("key9", "digest9", result())
        store.flush()
        assert "locked" in store.trouble
    with open_store(tmp_path, "anna", "unseen") as store:
        assert "locked" in store.trouble
    other.close()
    assert knows(tmp_path) == {"key0", "key1", "key2"}


def test_a_store_begun_anew_may_fail_too(tmp_path, monkeypatch):
    path = filled(tmp_path)
    _spoil(path, f"PRAGMA user_version = {database.VERSION + 1}")

    def refuse(*_: object) -> int:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(database, "_use_fingerprint", refuse)
    with open_store(tmp_path, "anna", "f") as store:
        assert "disk I/O error" in store.trouble
        assert isinstance(store, Store)


# ---- processes

WORK = """
import sys
from pathlib import Path
from loadwatch.activity import Skipped
from loadwatch.ingest.store import InputResult, open_store
folder, who, rounds = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
for turn in range(rounds):
    with open_store(folder, "anna", "f") as store:
        for k in range(20):
            store.put_result(f"{who}-{turn}-{k}", f"d{who}-{turn}-{k}", InputResult("x", ({"who": who, "suffix": "", "cells": []},)))
        store.flush()
        assert not store.trouble, store.trouble
    print(turn, flush=True)
"""


def _process(folder: Path, who: str, rounds: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", WORK, str(folder), who, str(rounds)],
        stdout=subprocess.PIPE,
    )


def test_eight_processes_at_once_lose_nothing(tmp_path):
    crew = [_process(tmp_path, str(who), 10) for who in range(8)]
    for process in crew:
        process.communicate(timeout=300)
    assert [process.returncode for process in crew] == [0] * 8
    keys = [
        f"{who}-{turn}-{k}" for who in range(8) for turn in range(10) for k in range(20)
    ]
    with open_store(tmp_path, "anna", "f") as store:
        assert set(store.find_by_key(keys)) == set(keys)


def test_kill_9_leaves_whole_what_was_written(tmp_path):
    for turn in range(3):
        process = _process(tmp_path, f"k{turn}", 100_000)
        assert process.stdout
        done = [int(process.stdout.readline()) for _ in range(5)][-1]
        time.sleep(0.01 * turn)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        keys = [f"k{turn}-{t}-{k}" for t in range(done + 1) for k in range(20)]
        with open_store(tmp_path, "anna", "f") as store:
            assert set(store.find_by_key(keys)) == set(keys)
            assert store.trouble == ""
    assert not list(tmp_path.glob("*.set-aside"))


def test_nothing_in_it_is_a_pickle(tmp_path):
    path = filled(tmp_path)
    with sqlite3.connect(path) as connection:
        values = [value for (value,) in connection.execute("SELECT value FROM result")]
    connection.close()
    assert all(isinstance(json.loads(value), list) for value in values)


def test_a_page_is_known_by_its_key_whatever_the_settings(tmp_path):
    with open_store(tmp_path, "anna", "f") as store:
        assert store.find_page("s") == ""
        store.keep_page("s", "<p>\N{BLACK CIRCLE}</p>")
    with open_store(tmp_path, "anna", "g") as store:
        assert store.find_page("s") == "<p>\N{BLACK CIRCLE}</p>"
        assert store.find_page("t") == ""


def test_the_newest_pages_are_kept(tmp_path):
    with open_store(tmp_path, "anna", "f") as store:
        for k in range(12):
            store.keep_page(f"s{k}", f"page {k}")
        store.keep_page("s5", "page 5 once more")
        kept = [k for k in range(12) if store.find_page(f"s{k}")]
    # the fifth is the newest now, after a gap
    assert kept == [5, 6, 7, 8, 9, 10, 11] and stores.PAGES_KEPT == 8


def test_a_page_that_changed_is_not_believed(tmp_path):
    path = filled(tmp_path)
    with open_store(tmp_path, "anna", "f") as store:
        store.keep_page("s", "page")
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE page SET value = '<script>'")
    connection.close()
    with open_store(tmp_path, "anna", "f") as store:
        assert store.find_page("s") == ""


def test_without_a_store_no_page_is_kept(tmp_path):
    with open_store(None, "anna", "f") as store:
        store.keep_page("s", "page")
        assert store.find_page("s") == ""


def test_a_disk_that_takes_no_page_costs_the_page_and_nothing_else(tmp_path):
    with open_store(tmp_path, "anna", "f") as store:
        assert store.connection
        store.connection.execute("PRAGMA query_only = ON")
        store.keep_page("s", "page")
        assert "nothing is kept" in store.trouble and store.find_page("s") == ""
