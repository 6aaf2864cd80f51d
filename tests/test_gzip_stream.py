"""Gzip: torn, doubled, trailed, exploding; what came out is kept, and its trouble noted."""

import gzip
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadwatch.activity import Note
from loadwatch.errors import OverLimit, Unreadable
from loadwatch.ingest.sources.gzip_stream import unpack_gzip
from tests.source_files import FIT


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
