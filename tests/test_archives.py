"""Zips: hostile names, damaged members, bombs, zips within zips; nothing is written."""

import gzip
import io
import random
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadwatch.activity import Skipped
from loadwatch.ingest.sources import find_members, zip_directory
from loadwatch.ingest.sources.labels import clean_label
from tests.source_files import FIT, kinds, listed, put, zipped


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


def test_an_end_record_that_is_cut_short_is_a_broken_zip(tmp_path):
    for size in range(4, zip_directory.END_RECORD.size):
        path = tmp_path / f"{size}.zip"
        path.write_bytes(zip_directory.END_MAGIC.ljust(size, b"x"))
        (found,) = find_members([path])
        assert isinstance(found, Skipped)
        assert (found.kind, found.why) == ("rejected", zip_directory.BROKEN_ZIP)
