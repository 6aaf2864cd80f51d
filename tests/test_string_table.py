"""Map extracts whose words hold a NUL are refused: libosmium reads beyond them and dies."""

import gzip
import struct
import time

import pytest

from loadwatch.exposure.osm import MapError
from loadwatch.exposure.osm.cut import cut_extract
from loadwatch.exposure.osm.map_reader import read_excerpt
from loadwatch.exposure.osm.string_table import describe_bad_strings
from tests.fuzz.mutate_pbf import Block, join_block, write_piece

CELLS = frozenset([(1000, 2000)])
HEAD = join_block(Block(b"OSMHeader", b'"\x0eOsmSchema-V0.6"\nDenseNodes', packed=True))
GROUP = write_piece(2, b"")  # an empty group of nodes


def make_words(*words: bytes) -> bytes:
    return write_piece(1, b"".join(write_piece(1, word) for word in words))


def make_map(content: bytes, *, packed: bool) -> bytes:
    return HEAD + join_block(Block(b"OSMData", content, packed=packed))


@pytest.fixture
def write(tmp_path):
    def make(data: bytes):
        path = tmp_path / "a.osm.pbf"
        path.write_bytes(data)
        return path

    return make


LONG = [b"%d" % number for number in range(5_000)]  # beyond what is looked at first


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize(
    "content",
    [
        make_words(b"", b"type", b"multi\0polygon"),
        make_words(b"\0", b"type"),
        make_words(*LONG, b"high\0way"),
        GROUP + make_words(b"", b"\0type"),
    ],
)
def test_a_nul_within_a_word_is_refused_wherever_it_is(write, content, packed):
    path = write(make_map(content, packed=packed))
    assert describe_bad_strings(path) == "a word in it holds a NUL byte"
    for read in (
        lambda: read_excerpt(path, CELLS, {}),
        lambda: cut_extract(path, CELLS),
    ):
        with pytest.raises(MapError, match="NUL"):
            read()


@pytest.mark.parametrize("packed", [True, False])
def test_words_after_a_thousand_groups_are_not_searched_for(write, packed):
    path = write(make_map(GROUP * 600 + make_words(b"a\0b"), packed=packed))
    assert describe_bad_strings(path) == "a block of it does not begin with its words"
    path = write(make_map(GROUP * (8 << 20), packed=packed))
    begun = time.process_time()
    assert describe_bad_strings(path)
    assert time.process_time() - begun < 1


def test_empty_words_by_the_million_are_not_gone_through(write):
    many = write_piece(1, b"\n\0" * 2_000_000)
    path = write(make_map(many, packed=True))
    begun = time.process_time()
    assert describe_bad_strings(path)
    assert time.process_time() - begun < 2


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize(
    "content",
    [
        make_words(b"", b"type", b"", b"multipolygon"),
        make_words(b"x" * 200, b""),  # lengths of two bytes and of 0
        make_words(*LONG) + write_piece(2, bytes(99)),
        GROUP,
        b"",
    ],
)
def test_empty_words_and_numbers_of_nul_are_fine(write, content, packed):
    assert describe_bad_strings(write(make_map(content, packed=packed))) == ""


@pytest.mark.parametrize(
    "data",
    [
        b"<osm/>",
        gzip.compress(b"<osm/>", mtime=0),
        b"",
        HEAD[:20],
        HEAD + struct.pack(">I", 3) + b"\x18\xff\xff",
        make_map(make_words(b"a\0b"), packed=True)[:-9],
    ],
)
def test_what_is_torn_or_no_map_is_left_to_its_reader(write, data):
    assert describe_bad_strings(write(data)) in {"", "a word in it holds a NUL byte"}
