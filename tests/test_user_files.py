"""Small files of the user: one edit is on the disk whole, or not at all."""

import errno
import multiprocessing
import os
import stat
import threading
from functools import partial

import pytest

from loadwatch import user_files
from loadwatch.errors import LoadwatchError, SettingsError

OLD = b"# mine\ndate,pain\n2026-11-15,1\n"
LINE = b"2026-11-16,2\n"


def append_bytes(path, build_addition):
    user_files.edit_file(path, lambda old: old + build_addition(old))


@pytest.fixture
def diary(tmp_path):
    path = tmp_path / "diary.csv"
    path.write_bytes(OLD)
    return path


def add_line(old):
    assert old == b"" or old.endswith(b"\n")
    return LINE


def list_names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_bytes_are_added_and_nothing_else_changes(diary):
    diary.chmod(0o640)
    append_bytes(diary, add_line)
    assert diary.read_bytes() == OLD + LINE
    assert stat.S_IMODE(diary.stat().st_mode) == 0o640
    assert list_names(diary.parent) == ["diary.csv"]


def test_a_missing_file_is_made_with_the_rights_of_any_new_file(tmp_path):
    path, other = tmp_path / "tags.csv", tmp_path / "other"
    user_files.edit_file(path, lambda old: old + b"start,surface\n")
    other.touch()
    assert path.read_bytes() == b"start,surface\n"
    assert path.stat().st_mode == other.stat().st_mode


def test_an_edit_that_raises_changes_nothing(diary):
    def refuse(old):
        raise SettingsError("diary.csv", "no")

    with pytest.raises(SettingsError):
        user_files.edit_file(diary, refuse)
    assert diary.read_bytes() == OLD
    assert list_names(diary.parent) == ["diary.csv"]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EROFS])
@pytest.mark.parametrize("call", ["open", "fsync", "replace", "chmod"])
def test_a_failing_disk_leaves_the_old_bytes_and_one_line(
    diary, monkeypatch, call, code
):
    real = getattr(os, call)

    def fail(*args, **more):
        is_reading = call == "open" and not args[1] & os.O_CREAT
        if is_reading:
            return real(*args, **more)
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(LoadwatchError, match=r"cannot write .*diary\.csv: "):
        append_bytes(diary, add_line)
    monkeypatch.undo()
    assert diary.read_bytes() == OLD
    assert list_names(diary.parent) == ["diary.csv"]


def test_a_folder_that_cannot_be_synced_is_no_failure(diary, monkeypatch):
    real = os.fsync

    def fail(handle):
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "not here")
        real(handle)

    monkeypatch.setattr(os, "fsync", fail)
    append_bytes(diary, add_line)
    assert diary.read_bytes() == OLD + LINE


def test_a_link_out_of_the_folder_is_neither_read_nor_written(tmp_path):
    outside, folder = tmp_path / "secret", tmp_path / "ana"
    outside.write_bytes(OLD)
    folder.mkdir()
    (folder / "diary.csv").symlink_to(outside)
    assert user_files.find_file(folder, "diary.csv") is None
    assert user_files.read_file(folder, "diary.csv") is None
    with pytest.raises(LoadwatchError, match="a link that leads out of its folder"):
        append_bytes(folder / "diary.csv", add_line)
    assert outside.read_bytes() == OLD


def test_a_link_within_the_folder_stays_one(diary):
    link = diary.with_name("tags.csv")
    link.symlink_to("diary.csv")
    append_bytes(link, add_line)
    assert link.is_symlink()
    assert (
        diary.read_bytes()
        == OLD + LINE
        == user_files.read_file(diary.parent, "tags.csv")
    )


def test_a_folder_named_by_a_link_is_fine(diary, tmp_path_factory):
    link = tmp_path_factory.mktemp("links") / "ana"
    link.symlink_to(diary.parent)
    append_bytes(link / "diary.csv", add_line)
    assert diary.read_bytes() == OLD + LINE


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_what_is_no_regular_file_is_refused_and_does_not_block(tmp_path, make):
    path = tmp_path / "diary.csv"
    make(path)
    assert user_files.read_file(tmp_path, "diary.csv") is None
    with pytest.raises(LoadwatchError, match="no regular file"):
        append_bytes(path, add_line)


def test_a_file_beyond_the_limit_is_refused(diary, monkeypatch):
    monkeypatch.setattr(user_files, "MAX_FILE_BYTES", len(OLD) - 1)
    with pytest.raises(LoadwatchError, match="larger than"):
        append_bytes(diary, add_line)
    assert len(user_files.read_file(diary.parent, "diary.csv")) == len(OLD)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_file_stays_as_it_is(diary):
    diary.chmod(0o444)
    with pytest.raises(LoadwatchError, match="read-only"):
        append_bytes(diary, add_line)


def test_what_a_dead_process_left_is_removed(diary):
    left = diary.with_name(".diary.csv.0123abcd.loadwatch-new")
    left.write_bytes(OLD[:7])
    append_bytes(diary, add_line)
    assert list_names(diary.parent) == ["diary.csv"]


def test_an_editor_that_writes_in_between_loses_nothing(diary):
    foreign = [b"2026-11-14,9\n"]

    def build(old):
        if foreign:
            with diary.open("ab") as file:
                file.write(foreign.pop())
        return LINE

    append_bytes(diary, build)
    assert diary.read_bytes() == OLD + b"2026-11-14,9\n" + LINE


def test_one_that_never_stops_is_told_apart(diary):
    def build(old):
        with diary.open("ab") as file:
            file.write(b"x\n")
        return LINE

    with pytest.raises(LoadwatchError, match="keeps changing it"):
        append_bytes(diary, build)
    assert LINE not in diary.read_bytes()


def test_without_a_lock_an_edit_is_made_all_the_same(diary, monkeypatch):
    monkeypatch.setattr(user_files, "_HAS_FOLDER_LOCKS", False)
    append_bytes(diary, add_line)
    assert diary.read_bytes() == OLD + LINE


def test_a_lock_that_is_held_too_long_is_one_line(diary, monkeypatch):
    monkeypatch.setattr(user_files, "_LOCK_S", 0.05)
    with (
        user_files._lock_folder(diary.parent),
        pytest.raises(LoadwatchError, match="another program is writing there"),
    ):
        append_bytes(diary, add_line)


def format_number(number, old):
    assert old
    return b"%d\n" % number


def append_many(path, first):
    for number in range(first, first + 10):
        append_bytes(path, partial(format_number, number))


def test_two_processes_lose_no_line(diary):
    context = multiprocessing.get_context("spawn")
    writers = [
        context.Process(target=append_many, args=(diary, first)) for first in (100, 200)
    ]
    threads = [
        threading.Thread(target=append_many, args=(diary, first)) for first in (300,)
    ]
    for writer in (*writers, *threads):
        writer.start()
    for writer in (*writers, *threads):
        writer.join()
    added = diary.read_bytes().removeprefix(OLD).split()
    wanted = {b"%d" % (first + n) for first in (100, 200, 300) for n in range(10)}
    assert set(added) == wanted and len(added) == len(wanted)


def test_an_output_is_replaced_whole(tmp_path):
    path = tmp_path / "page.html"
    user_files.write_file(path, b"one")
    user_files.write_file(path, b"two")
    assert path.read_bytes() == b"two"
    assert list_names(tmp_path) == ["page.html"]
