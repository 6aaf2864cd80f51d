"""Sources: each file accounted for once, nothing endless, whatever a file is called."""

import gzip
import io
import os
import socket
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadwatch.activity import Skipped
from loadwatch.errors import NothingToRead, OverLimit, Unreadable
from loadwatch.ingest import limits
from loadwatch.ingest.sources import Member, find_members, origin
from loadwatch.ingest.sources.labels import clean_label, is_hidden, make_unique
from tests.source_files import FIT, kinds, listed, put, zipped

# ---- folders


def test_a_folder_is_read_in_order_of_names_and_own_files_are_told_apart(tmp_path):
    for name in (
        "b.fit",
        "a.fit.gz",
        "sub/c.fit",
        "loadwatch.toml",
        "diary.csv",
        "sub/tags.csv",
        ".DS_Store",
    ):
        put(tmp_path, name, gzip.compress(FIT) if name.endswith(".gz") else FIT)
    found = listed(tmp_path)
    assert list(found) == [
        ".DS_Store",
        "a.fit.gz",
        "b.fit",
        "diary.csv",
        "loadwatch.toml",
        "sub/c.fit",
        "sub/tags.csv",
    ]
    assert kinds(found) == {
        ".DS_Store": "ignored",
        "a.fit.gz": "ok",
        "b.fit": "ok",
        "diary.csv": "ignored",
        "loadwatch.toml": "ignored",
        "sub/c.fit": "ok",
        "sub/tags.csv": "ok",  # only at the root are they ours
    }
    assert found["a.fit.gz"] == found["b.fit"] == FIT
    assert found["diary.csv"].why == "loadwatch's own file"


def make_own_pipe(place: Path) -> None:
    os.mkfifo(place / "tags.csv")


def make_own_folder(place: Path) -> None:
    (place / "tags.csv").mkdir()


def make_own_link(place: Path) -> None:
    outside = place.parent / "outside.csv"
    outside.write_text("start,surface\n2026-03-02,soft\n")
    (place / "tags.csv").symlink_to(outside)


@pytest.mark.parametrize(
    ("make", "label", "why"),
    [
        (make_own_pipe, "tags.csv", "a pipe"),
        (make_own_folder, "tags.csv/", "a folder"),
        (make_own_link, "tags.csv", "put the file itself there"),
    ],
)
def test_what_is_no_file_in_the_place_of_an_own_one_is_listed(
    tmp_path, make, label, why
):
    place = tmp_path / "me"
    place.mkdir()
    (place / "a.fit").write_bytes(FIT)
    make(place)
    left_out = listed(place)[label]
    assert isinstance(left_out, Skipped)
    assert left_out.kind == "rejected"
    assert why in left_out.why


def test_pipes_sockets_links_and_twins_are_listed_and_never_opened(tmp_path):
    root = tmp_path / "runs"
    put(root, "a.fit", FIT)
    put(tmp_path, "outside.fit", FIT)
    os.mkfifo(root / "pipe.fit")
    with socket.socket(socket.AF_UNIX) as channel:
        channel.bind(str(root / "socket.fit"))
    (root / "b-link.fit").symlink_to("a.fit")
    (root / "out.fit").symlink_to(tmp_path / "outside.fit")
    (root / "nowhere.fit").symlink_to("none.fit")
    (root / "loop").symlink_to(root)
    (root / "ring.fit").symlink_to("ring.fit")
    os.link(root / "a.fit", root / "z.fit")
    found = listed(root)
    assert kinds(found) == {
        "a.fit": "ok",
        "b-link.fit": "ignored",
        "loop": "ignored",
        "nowhere.fit": "rejected",
        "out.fit": "rejected",
        "pipe.fit": "rejected",
        "ring.fit": "rejected",
        "socket.fit": "rejected",
        "z.fit": "ignored",
    }
    assert "very same file as a.fit" in found["z.fit"].why


def test_folders_are_followed_32_deep(tmp_path):
    put(tmp_path, "/".join("d" * 32) + "/in.fit", FIT)
    put(tmp_path, "/".join("e" * 33) + "/out.fit", FIT)
    assert sorted(kinds(listed(tmp_path)).values()) == ["limited", "ok"]


def test_names_that_are_no_utf8_and_control_characters(tmp_path):
    folder = os.fsencode(tmp_path)
    for name in (b"caf\xe9.fit", b"esc\x1b[31m.fit", b"two\nlines.fit"):
        Path(os.fsdecode(folder + b"/" + name)).write_bytes(FIT)
    found = listed(tmp_path)
    assert kinds(found) == {
        "caf\ufffd.fit": "ok",
        "esc\ufffd[31m.fit": "ok",
        "two\ufffdlines.fit": "ok",
    }
    for part in find_members([tmp_path]):
        part.key.encode()  # a key can be stored whatever the name


def test_gone_and_grown_files(tmp_path, monkeypatch):
    gone, big = put(tmp_path, "a.fit", FIT), put(tmp_path, "b.fit", FIT)
    found = list(find_members([tmp_path]))
    gone.unlink()
    monkeypatch.setattr("loadwatch.ingest.sources.origin.MEMBER_BYTES", 1000)
    with pytest.raises(Unreadable, match="gone before"):
        found[0].read()
    with pytest.raises(OverLimit, match="larger than"):
        found[1].read()
    monkeypatch.setattr("loadwatch.ingest.sources.walk.MEMBER_BYTES", 1000)
    assert kinds(listed(big)) == {"b.fit": "limited"}


def test_no_permission_is_a_reason(tmp_path, monkeypatch):
    put(tmp_path, "a.fit", FIT)

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("loadwatch.ingest.sources.origin.os.open", refuse)
    assert listed(tmp_path)["a.fit"].why == "no permission to read it"


def test_a_file_replaced_by_a_pipe_does_not_block(tmp_path):
    path = put(tmp_path, "a.fit", FIT)
    (member,) = find_members([tmp_path])
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(Unreadable, match="not a regular file"):
        member.read()


def test_a_missing_path_says_so(tmp_path):
    with pytest.raises(NothingToRead, match="no such file or folder"):
        list(find_members([tmp_path / "none"]))


def test_several_paths_are_prefixed_and_none_counts_twice(tmp_path):
    put(tmp_path, "x/runs/a.fit", FIT)
    put(tmp_path, "y/runs/a.fit", FIT + b"2")
    archive = put(tmp_path, "z.zip", zipped({"a.fit": FIT}))
    single = tmp_path / "x/runs/a.fit"
    found = listed(tmp_path / "x/runs", tmp_path / "y/runs", archive, single)
    assert list(found) == ["runs/a.fit", "runs (2)/a.fit", "z.zip/a.fit", "a.fit"]
    assert found["a.fit"].kind == "ignored"


def test_keys_change_with_the_file_and_only_then(tmp_path):
    path = put(tmp_path, "a.fit", FIT)
    (before,) = find_members([tmp_path])
    (same,) = find_members([path])
    os.utime(path, ns=(1, 1))
    (after,) = find_members([tmp_path])
    assert before.key == same.key != after.key


# ---- stdin


def test_stdin_is_a_file_a_gzip_or_a_zip():
    assert listed(Path("-"), stdin=FIT) == {"stdin": FIT}
    assert listed(Path("-"), stdin=gzip.compress(FIT)) == {"stdin": FIT}
    assert listed(Path("-"), stdin=zipped({"a.fit": FIT})) == {"a.fit": FIT}


@given(st.text(max_size=60))
def test_a_label_is_relative_and_printable(name):
    label = clean_label(name)
    assert label
    assert not label.startswith("/")
    assert ".." not in label.split("/")
    assert all(c.isprintable() or c.isspace() or ord(c) > 0x9F for c in label)
    label.encode()


def test_hidden_and_unique():
    assert is_hidden("a/.git/x")
    assert is_hidden("__MACOSX/a")
    assert not is_hidden("a/b.fit")
    once = make_unique()
    assert [once("a"), once("a"), once("a (2)"), once("b")] == [
        "a",
        "a (2)",
        "a (2) (2)",
        "b",
    ]


def test_limits_are_those_of_the_threat_model():
    # the threat model: 256 MiB a member, 8 GiB an archive, 200:1 beyond 16 MiB, depth 3, 200,000 entries
    assert (limits.MEMBER_BYTES, limits.ARCHIVE_BYTES) == (256 << 20, 8 << 30)
    assert (limits.UNPACK_RATIO, limits.UNPACK_FREE_BYTES) == (200, 16 << 20)
    assert (limits.ARCHIVE_DEPTH, limits.ARCHIVE_ENTRIES, limits.GZIP_DEPTH) == (
        3,
        200_000,
        2,
    )


@pytest.mark.corpus
def test_every_real_file_is_a_member_that_can_be_read(corpus):
    found = list(find_members([corpus]))
    files = sum(path.is_file() for path in corpus.rglob("*"))
    assert sum(isinstance(part, Member) for part in found) == len(found) >= files
    assert (
        len({part.label for part in found})
        == len({part.key for part in found})
        == len(found)
    )


def test_labels_of_one_name_cost_the_same_however_many():
    unique_label = make_unique()
    labels = [unique_label("a.fit") for _ in range(60_000)]
    labels += [unique_label(f"a.fit ({number})") for number in range(2, 1000)]
    assert len(set(labels)) == len(labels)
    assert labels[:3] == ["a.fit", "a.fit (2)", "a.fit (3)"]


@given(st.lists(st.sampled_from(["a", "a (2)", "a (3)", "a (2) (2)", "b"])))
def test_a_label_is_the_first_free_one_of_its_name(names):
    unique_label = make_unique()
    given_out: list[str] = []
    for name in names:
        label = unique_label(name)
        numbered = [name, *(f"{name} ({number})" for number in range(2, 99))]
        assert label == next(one for one in numbered if one not in given_out)
        given_out.append(label)


def test_a_file_that_was_found_before_is_not_opened_when_it_is_listed(tmp_path):
    (tmp_path / "run.fit").write_bytes(FIT)
    (tmp_path / "run.fit.gz").write_bytes(gzip.compress(FIT))
    first = list(find_members([tmp_path]))
    keys = {member.key for member in first}
    (tmp_path / "run.fit").chmod(0)
    again = list(find_members([tmp_path], has_input=keys.__contains__))
    (tmp_path / "run.fit").chmod(0o600)
    assert [one.label for one in again] == [one.label for one in first]
    assert [one.key for one in again] == [one.key for one in first]
    assert [one.open() for one in again] == [one.open() for one in first]
    assert all(one.opens_anywhere for one in again)
    (tmp_path / "run.fit").unlink()
    with pytest.raises(Unreadable, match="cannot be read"):
        again[0].open()


def test_what_one_read_gave_is_not_copied():
    whole = bytes(1000)
    reads = iter((whole, b""))
    file = SimpleNamespace(read=lambda _size: next(reads))
    assert origin._read_up_to(file, 2000) is whole


def test_reads_that_give_less_than_asked_for_are_put_together():
    class Slow(io.BytesIO):
        def read(self, size=-1):
            return super().read(min(size, 3))

    assert origin._read_up_to(Slow(b"0123456789"), 8) == b"01234567"
    assert origin._read_up_to(Slow(b"0123"), 8) == b"0123"
    assert origin._read_up_to(Slow(b""), 8) == b""
