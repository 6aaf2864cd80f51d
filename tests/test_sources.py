"""Sources: each file accounted for once, nothing written, nothing endless, whatever a file is called."""

import gzip
import io
import os
import random
import socket
import struct
import zipfile
import zlib
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadwatch.activity import Note, Skipped
from loadwatch.errors import NothingToRead, OverLimit, Unreadable
from loadwatch.ingest import limits
from loadwatch.ingest.sources import Member, find_members, origin, zip_directory
from loadwatch.ingest.sources.gzip_stream import unpack_gzip
from loadwatch.ingest.sources.labels import clean_label, is_hidden, make_unique

FIT = (
    b"\x0e\x10\x00\x00\x00\x00\x00\x00.FIT\x00\x00" + bytes(range(256)) * 8
)  # good enough for a source


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(
                zipfile.ZipInfo(name) if method == zipfile.ZIP_STORED else name, data
            )
    return held.getvalue()


def listed(*paths: Path, stdin: bytes | None = None) -> dict[str, object]:
    """Label -> bytes, or the Skipped that reading gives."""
    found: dict[str, object] = {}
    for part in find_members(paths, stdin=stdin):
        label = part.source if isinstance(part, Skipped) else part.label
        assert label not in found
        found[label] = part if isinstance(part, Skipped) else _bytes(part)
    return found


def _bytes(member: Member) -> object:
    try:
        return member.read()
    except (Unreadable, OverLimit) as error:
        return Skipped(
            member.label,
            "limited" if isinstance(error, OverLimit) else "rejected",
            error.why,
        )


def kinds(found: dict[str, object]) -> dict[str, str]:
    return {
        name: part.kind if isinstance(part, Skipped) else "ok"
        for name, part in found.items()
    }


def put(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


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


# ---- gzip (zoo cases gz/*)


def test_gzip_good_plain_multi_double_trailing():
    packed = gzip.compress(FIT)
    assert unpack_gzip(packed, "a.fit.gz").data == FIT
    assert unpack_gzip(packed, "a.fit.gz").notes == ()
    assert unpack_gzip(packed + b"\0" * 512, "a.fit.gz").notes == ()
    assert unpack_gzip(packed + packed, "a.fit.gz").data == FIT + FIT
    assert unpack_gzip(FIT, "a.fit.gz").notes[0].code == "gzip_plain"
    double = unpack_gzip(gzip.compress(packed), "a.fit.gz")
    assert double.data == FIT
    assert double.notes == (Note("gzip_twice", "packed by gzip twice"),)
    with pytest.raises(OverLimit, match="more than 2 times"):
        unpack_gzip(gzip.compress(gzip.compress(packed)), "a")


def test_a_torn_gzip_keeps_what_came_out():
    noise = random.Random(1).randbytes(200_000)
    found = unpack_gzip(gzip.compress(noise)[:100_000], "a.gz")
    assert len(found.data) > 90_000
    assert noise.startswith(found.data)
    assert found.notes[0].code == "gzip_torn"


def test_a_wrong_gzip_trailer_is_noted_and_the_data_kept():
    packed = bytearray(gzip.compress(FIT))
    packed[-6] ^= 1
    found = unpack_gzip(bytes(packed), "a.gz")
    assert found.data == FIT
    assert found.notes[0].code == "gzip_damaged"


def test_a_gzip_of_nothing_readable():
    with pytest.raises(Unreadable, match="nothing readable"):
        unpack_gzip(b"\x1f\x8b\x08\x00garbage", "a.gz")


def test_gzip_bombs_stop_early():
    bomb = gzip.compress(bytes(64 << 20), 9)  # 64 MiB of zeros in 64 KB
    with pytest.raises(OverLimit, match="200-fold"):
        unpack_gzip(bomb, "a.gz")
    with pytest.raises(OverLimit, match="200-fold"):
        unpack_gzip(gzip.compress(bomb), "a.gz")
    with pytest.raises(OverLimit, match="chain"):
        unpack_gzip(gzip.compress(b"") * 10_001, "a.gz")


def test_a_member_holds_256_mib_at_most(monkeypatch):
    monkeypatch.setattr("loadwatch.ingest.sources.gzip_stream.MEMBER_BYTES", 1000)
    with pytest.raises(OverLimit, match="once unpacked"):
        unpack_gzip(gzip.compress(FIT), "a.gz")


@given(st.binary(max_size=2000), st.integers(0, 60), st.integers(0, 2000))
def test_any_damage_to_a_gzip_gives_bytes_or_a_reason(data, flip, cut):
    packed = bytearray(gzip.compress(data))
    packed[min(flip, len(packed) - 1)] ^= 0x55
    try:
        unpack_gzip(bytes(packed[: cut or None]), "a.gz")
    except (Unreadable, OverLimit) as error:
        assert error.why


# ---- zips (zoo cases zip/*)


def test_a_zip_of_a_folder_gives_the_labels_of_the_folder(tmp_path):
    files = {
        "a.fit": FIT,
        "activities/1.gpx": b"<gpx/>",
        "activities/2.fit.gz": gzip.compress(FIT),
        "tags.csv": b"x",
    }
    for name, data in files.items():
        put(tmp_path / "athlete", name, data)
    archive = put(tmp_path, "athlete.zip", zipped(files))
    assert listed(archive) == listed(tmp_path / "athlete")


def test_garmin_zip_in_zip_and_the_mail_address_in_each_name(tmp_path):
    inner = zipped({"anna.b@mail.example.org_123.fit": FIT})
    outer = zipped(
        {
            "DI_CONNECT/DI-Connect-Uploaded-Files/UploadedFiles_0-_Part1.zip": inner,
            "x.json": b"[]",
        }
    )
    found = listed(put(tmp_path, "export.zip", outer))
    assert found == {
        "DI_CONNECT/DI-Connect-Uploaded-Files/UploadedFiles_0-_Part1.zip/***@***_123.fit": FIT,
        "x.json": b"[]",
    }


def test_content_decides_what_a_zip_is(tmp_path):
    put(tmp_path, "1.fit", zipped({"1_ACTIVITY.fit": FIT}))
    put(tmp_path, "2.zip", FIT)
    put(tmp_path, "3.zip.gz", gzip.compress(zipped({"a.fit": FIT})))
    put(
        tmp_path, "4.zip", b"#!/bin/sh\n" + zipped({"b.fit": FIT})
    )  # its start is no zip: a file like others
    found = listed(tmp_path)
    assert (
        found["1.fit/1_ACTIVITY.fit"]
        == found["2.zip"]
        == found["3.zip.gz/a.fit"]
        == FIT
    )
    assert set(found) == {
        "1.fit/1_ACTIVITY.fit",
        "2.zip",
        "3.zip.gz/a.fit",
        "4.zip/b.fit",
    }
    assert found["4.zip/b.fit"] == FIT


HOSTILE = {
    "../../evil.fit": "evil.fit",
    "/etc/evil.fit": "etc/evil.fit",
    "..\\..\\evil.fit": "evil.fit",
    "C:\\evil.fit": "evil.fit",
    "a.fit\0.txt": "a.fit\ufffd.txt",
    "\x1b[2Jx.fit": "\ufffd[2Jx.fit",
    "<script>.fit": "<script>.fit",
    "CON.fit": "CON.fit",
    "": "unnamed",
    "a" * 300: "a" * 180 + "…" + "a" * 19,
    "x\udcff\ud800.fit": "x??.fit",
}


@pytest.mark.parametrize(("name", "label"), HOSTILE.items())
def test_hostile_names_become_labels(name, label):
    assert clean_label(name) == label


def test_a_zip_with_hostile_names_is_read_and_nothing_is_written(tmp_path):
    names = [name for name in HOSTILE if name and "\ud800" not in name]
    archive = put(
        tmp_path,
        "in/hostile.zip",
        _raw_zip([(name.encode("utf-8", "surrogateescape"), FIT) for name in names]),
    )
    before = sorted(tmp_path.rglob("*"))
    found = listed(archive)
    assert len(found) == len(names)
    assert all(data == FIT for data in found.values())
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("name", "is_noted"),
    [
        ("../../evil.fit", True),
        ("/etc/evil.fit", True),
        ("..\\evil.fit", True),
        ("C:\\evil.fit", True),
        ("a.fit\0.txt", True),
        ("year\\a.fit", False),
        ("a..fit", False),
        ("\x1b[2Jx.fit", False),
    ],
)
def test_a_name_that_leads_out_of_its_archive_is_noted(tmp_path, name, is_noted):
    archive = put(tmp_path, "in/a.zip", _raw_zip([(name.encode(), FIT)]))
    outer = put(tmp_path, "in/b.zip", _raw_zip([(b"a.zip", archive.read_bytes())]))
    for path in (archive, outer):
        (member,) = find_members([path])
        codes = [note.code for note in member.open().notes]
        assert codes == ["archive_name"] * is_noted


def _raw_zip(entries: list[tuple[bytes, bytes]], **odd: int) -> bytes:
    """A stored zip written by hand, so that any name and any field can be wrong."""
    body, table = b"", b""
    for name, data in entries:
        crc = zlib.crc32(data)
        size = odd.get("size", len(data))
        local = struct.pack(
            "<4s5H3L2H",
            b"PK\3\4",
            20,
            0x800,
            0,
            0,
            0,
            crc,
            len(data),
            size,
            len(name),
            0,
        )
        table += struct.pack(
            "<4s6H3L5H2L", b"PK\1\2", 0x314, 20, odd.get("flags", 0x800), odd.get("method", 0), 0, 0,
            crc ^ odd.get("crc", 0), odd.get("packed", len(data)), size, len(name), 0, 0, 0, 0,
            odd.get("mode", 0o100644) << 16, odd.get("offset", len(body)),
        ) + name  # fmt: skip
        body += local + name + data
    end = struct.pack(
        "<4s4H2LH",
        b"PK\5\6",
        0,
        0,
        len(entries),
        len(entries),
        len(table),
        len(body),
        0,
    )
    return body + table + end


@pytest.mark.parametrize(
    ("odd", "kind", "why"),
    [
        ({"mode": 0o120777}, "rejected", "a link"),
        ({"flags": 0x801}, "rejected", "password"),
        ({"method": 99}, "rejected", "method 99"),
        ({"crc": 1}, "rejected", "checksum"),
        ({"packed": 1 << 20}, "rejected", "cut short"),
        ({"size": 300 << 20}, "limited", "larger than 256 MiB"),
        ({"offset": 1 << 30}, "rejected", "damaged"),
        ({"offset": 3}, "rejected", "damaged"),
    ],
)
def test_an_odd_zip_member_has_a_reason(tmp_path, odd, kind, why):
    found = listed(put(tmp_path, "odd.zip", _raw_zip([(b"a.fit", FIT)], **odd)))
    assert found["a.fit"].kind == kind
    assert why in found["a.fit"].why


def test_one_damaged_member_does_not_cost_the_other(tmp_path):
    data = bytearray(zipped({"a.fit": FIT, "b.fit": FIT}, zipfile.ZIP_STORED))
    data[60] ^= 1
    assert kinds(listed(put(tmp_path, "bad_crc.zip", bytes(data)))) == {
        "a.fit": "rejected",
        "b.fit": "ok",
    }


def test_a_damaged_deflated_member(tmp_path):
    noise = random.Random(2).randbytes(5000)
    data = zipped({"a.fit": noise})
    broken = data[:200] + bytes(500) + data[700:]
    assert kinds(listed(put(tmp_path, "bad.zip", broken))) == {"a.fit": "rejected"}


def test_empty_truncated_and_endless_tables(tmp_path, monkeypatch):
    assert kinds(listed(put(tmp_path, "empty.zip", zipped({})))) == {
        "empty.zip": "ignored"
    }
    whole = zipped({"a.fit": FIT, "b.fit": FIT})
    cut = listed(put(tmp_path, "cut.zip", whole[:-30]))
    assert cut["cut.zip"].kind == "rejected"
    assert "cut short while it was copied" in cut["cut.zip"].why
    wrong = whole.replace(b"PK\1\2", b"PK\1\7")
    assert kinds(listed(put(tmp_path, "wrong.zip", wrong))) == {"wrong.zip": "rejected"}
    monkeypatch.setattr(zip_directory, "DIRECTORY_BYTES", 50)
    assert "endless" in listed(put(tmp_path, "long.zip", whole))["long.zip"].why
    end = bytearray(whole)
    end[-6:-2] = b"\xff\xff\xff\x7f"  # the table begins behind the file
    assert kinds(listed(put(tmp_path, "behind.zip", bytes(end)))) == {
        "behind.zip": "rejected"
    }


def test_duplicate_names_are_told_apart(tmp_path):
    found = listed(
        put(
            tmp_path,
            "dup.zip",
            _raw_zip([(b"a.fit", FIT), (b"a.fit", FIT + b"2"), (b"A.fit", FIT)]),
        )
    )
    assert found == {"A.fit": FIT, "a.fit": FIT, "a.fit (2)": FIT + b"2"}


def test_clutter_in_a_zip(tmp_path):
    found = listed(
        put(
            tmp_path,
            "mac.zip",
            zipped({"__MACOSX/._a.fit": b"x", "Thumbs.db": b"x", "a.fit": FIT}),
        )
    )
    assert kinds(found) == {
        "Thumbs.db": "ignored",
        "__MACOSX/._a.fit": "ignored",
        "a.fit": "ok",
    }


def test_an_office_document_is_one_thing(tmp_path):
    found = listed(
        put(
            tmp_path,
            "runs.xlsx",
            zipped({"[Content_Types].xml": b"<x/>", "xl/sheet.xml": b"<x/>"}),
        )
    )
    assert list(found) == ["runs.xlsx"]
    assert "save its table as CSV" in found["runs.xlsx"].why


def test_zips_within_zips_three_deep(tmp_path):
    data = zipped({"deep.fit": FIT})
    for depth in range(2, 6):
        data = zipped({f"{depth}.zip": data, f"{depth}.fit": FIT})
    found = kinds(listed(put(tmp_path, "nest.zip", data)))
    assert found == {
        "5.fit": "ok",
        "5.zip/4.fit": "ok",
        "5.zip/4.zip/3.fit": "ok",
        "5.zip/4.zip/3.zip": "limited",
    }


def test_bombs_are_limited_by_what_comes_out(tmp_path, monkeypatch):
    flat = zipped({"zeros.fit": bytes(64 << 20)})
    assert kinds(listed(put(tmp_path, "flat.zip", flat))) == {"zeros.fit": "limited"}
    lie = bytearray(zipped({"lie.fit": bytes(1 << 20)}))
    at = lie.rfind(b"PK\1\2") + 24
    lie[at : at + 4] = struct.pack("<L", 100)  # declares 100 bytes, holds 1 MiB
    assert (
        "more than its archive declares"
        in listed(put(tmp_path, "lie.zip", bytes(lie)))["lie.fit"].why
    )
    monkeypatch.setattr("loadwatch.ingest.sources.archives.ARCHIVE_BYTES", 3 * len(FIT))
    nested = zipped({"1.zip": zipped({"a.fit": FIT, "b.fit": FIT}), "c.fit": FIT})
    found = kinds(listed(put(tmp_path, "sum.zip", nested)))
    assert found == {"1.zip": "limited", "c.fit": "ok"}


def test_overlapping_entries_are_refused(tmp_path):
    full = _raw_zip([(b"a.fit", FIT), (b"b.fit", FIT)], offset=0)
    assert listed(put(tmp_path, "full.zip", full))["full.zip"].kind == "limited"
    quoted = _raw_zip([(b"a.fit", FIT), (b"b.fit", FIT)], packed=2 * len(FIT) + 35)
    assert "overlap" in listed(put(tmp_path, "quoted.zip", quoted))["quoted.zip"].why


def test_too_many_entries(tmp_path, monkeypatch):
    monkeypatch.setattr(zip_directory, "ARCHIVE_ENTRIES", 5)
    monkeypatch.setattr("loadwatch.ingest.sources.archives.ARCHIVE_ENTRIES", 8)
    six = _raw_zip([(b"%d.fit" % k, b"x") for k in range(6)])
    assert "more than" in listed(put(tmp_path, "six.zip", six))["six.zip"].why
    lying = bytearray(six)
    lying[-12:-10] = b"\2\0"  # says two, holds six
    assert kinds(listed(put(tmp_path, "lying.zip", bytes(lying)))) == {
        "lying.zip": "limited"
    }
    five = _raw_zip([(b"%d.fit" % k, b"x") for k in range(5)])
    found = kinds(
        listed(put(tmp_path, "nested.zip", zipped({"1.zip": five, "2.zip": five})))
    )
    assert sorted(found.values()) == ["limited", *["ok"] * 5]


def test_zip64_and_a_comment(tmp_path):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = b"made by a watch " * 20
        with archive.open("big.fit", "w", force_zip64=True) as file:
            file.write(FIT)
    assert listed(put(tmp_path, "z64.zip", held.getvalue())) == {"big.fit": FIT}


def test_a_zip64_table(tmp_path):
    plain = _raw_zip([(b"a.fit", FIT)])
    end = plain.rfind(b"PK\5\6")
    count, size, offset = struct.unpack_from("<4s4H2LH", plain, end)[4:7]
    wide = struct.pack(
        "<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, offset
    )
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, end, 1)
    last = struct.pack(
        "<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0
    )
    assert listed(put(tmp_path, "t64.zip", plain[:end] + wide + locator + last)) == {
        "a.fit": FIT
    }
    assert kinds(listed(put(tmp_path, "no64.zip", plain[:end] + last))) == {
        "no64.zip": "rejected"
    }


NAMES = st.text(
    st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=20
)


@given(
    st.dictionaries(NAMES, st.binary(max_size=300), max_size=6), st.binary(max_size=40)
)
@settings(deadline=None)
def test_our_table_of_contents_is_that_of_zipfile(files, before):
    data = before + zipped(files)
    ours = {
        entry.name: (entry.offset, entry.packed, entry.size, entry.crc)
        for entry in zip_directory.read_entries(io.BytesIO(data))
    }
    theirs = {
        i.filename: (i.header_offset, i.compress_size, i.file_size, i.CRC)
        for i in zipfile.ZipFile(io.BytesIO(data)).infolist()
    }
    assert ours == theirs


@given(st.data())
@settings(deadline=None)
def test_any_damage_to_a_zip_leaves_every_member_accounted_for(data):
    whole = bytearray(
        zipped(
            {
                "a.fit": FIT,
                "b/c.zip": zipped({"d.fit": FIT}),
                "e.gz": gzip.compress(FIT),
            }
        )
    )
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(
            st.integers(0, 255)
        )
    cut = data.draw(st.integers(len(whole) - 60, len(whole)))
    found = listed(Path("-"), stdin=bytes(whole[:cut]))
    assert found
    assert all(part.why for part in found.values() if isinstance(part, Skipped))


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


def test_an_end_record_that_is_cut_short_is_a_broken_zip(tmp_path):
    for size in range(4, zip_directory.END_RECORD.size):
        path = tmp_path / f"{size}.zip"
        path.write_bytes(zip_directory.END_MAGIC.ljust(size, b"x"))
        (found,) = find_members([path])
        assert isinstance(found, Skipped)
        assert (found.kind, found.why) == ("rejected", zip_directory.BROKEN_ZIP)


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
