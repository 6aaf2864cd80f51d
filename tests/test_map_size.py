"""Map extracts that unpack beyond all measure are refused before they cost anything."""

from __future__ import annotations

import gzip
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadwatch.exposure.osm.map_size import describe_excess
from loadwatch.exposure.osm.protobuf import read_varint
from loadwatch.ingest.limits import MAP_FREE_BYTES, MIB


def write_varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def make_block(raw: bytes, kind: bytes = b"OSMData") -> bytes:
    packed = zlib.compress(raw)
    blob = b"\x10" + write_varint(len(raw)) + b"\x1a" + write_varint(len(packed))
    blob += packed
    header = b"\x0a" + bytes([len(kind)]) + kind + b"\x18" + write_varint(len(blob))
    return struct.pack(">I", len(header)) + header + blob


def make_map(*blocks: bytes) -> bytes:
    features = b'"\x0eOsmSchema-V0.6"\nDenseNodes'
    return make_block(features, b"OSMHeader") + b"".join(blocks)


@pytest.fixture
def write(tmp_path):
    def make(data: bytes, name: str = "a.osm.pbf"):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return make


def test_one_block_is_within_bounds_and_many_of_them_are_not(write):
    block = make_block(b"\x12\x00" * (8 * MIB))  # 16 MiB of empty groups
    assert describe_excess(write(make_map(block))) == ""
    excess = describe_excess(write(make_map(block, block, block)))
    assert excess.startswith(f"it unpacks to more than {MAP_FREE_BYTES // MIB} MiB")


def test_a_packed_text_is_counted_as_it_comes_out(write):
    text = gzip.compress(b"<osm>" + b"<node/>" * (6 * MIB))
    assert describe_excess(write(text, "a.osm.gz"))
    twice = gzip.compress(bytes(20 * MIB)) * 2
    assert describe_excess(write(twice, "a.osm.gz"))
    assert describe_excess(write(gzip.compress(b"<osm/>"), "a.osm.gz")) == ""


@given(st.binary(max_size=200))
def test_whatever_the_bytes_the_sum_ends(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("maps") / "a.osm.pbf"
    path.write_bytes(data)
    assert isinstance(describe_excess(path), str)


@given(st.integers(0, 2**63 - 1))
def test_numbers_are_read_as_they_are_written(value):
    text = write_varint(value)
    assert read_varint(text + b"\x01", 0) == (value, len(text))
