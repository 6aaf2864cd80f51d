"""What a packed map extract unpacks to, added up before anything is unpacked for good.

Reading a map costs time, memory and a temporary file by its nodes, and a few kilobytes can hold
a hundred million of them.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from loadwatch.exposure.osm.protobuf import find_number, list_block_sizes
from loadwatch.ingest.limits import MAP_FREE_BYTES, MAP_UNPACK_RATIO, MIB

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

GZIP_MAGIC = b"\x1f\x8b"
_PEEK_BYTES = 64  # of a block, in which its unpacked size is stated
_GZIP_WINDOW = 31  # zlib: gzip header and trailer expected
_RAW_SIZE = 2  # field of a Blob


def describe_excess(path: Path) -> str:
    """Return how far beyond bounds a map extract unpacks, "" where it does not.

    A file that is no map, or torn, is left to the reader of maps. Raises OSError.
    """
    size = path.stat().st_size
    most = max(MAP_FREE_BYTES, MAP_UNPACK_RATIO * size)
    total = 0
    with path.open("rb") as file:
        sizes = _list_unpacked_sizes(file)
        if file.read(2) == GZIP_MAGIC:
            sizes = _list_gzip_sizes(file)
        file.seek(0)
        for part in sizes:
            total += part
            if total > most:
                return f"it unpacks to more than {most // MIB} MiB, {most / size:,.0f} times its size"
    return ""


def _list_gzip_sizes(file: BinaryIO) -> Iterator[int]:
    """Yield how many bytes come out of each part of a gzip file."""
    stream = zlib.decompressobj(_GZIP_WINDOW)
    packed = file.read(MIB)
    while packed:
        try:
            chunk = stream.decompress(packed, MIB)
        except zlib.error:
            return
        yield len(chunk)
        packed = stream.unconsumed_tail or stream.unused_data or file.read(MIB)
        if stream.eof:  # another member may follow
            stream = zlib.decompressobj(_GZIP_WINDOW)


def _list_unpacked_sizes(file: BinaryIO) -> Iterator[int]:
    """Yield what each block of a .osm.pbf states to unpack to [bytes]; nothing for other files."""
    for size in list_block_sizes(file):
        yield find_number(file.read(min(size, _PEEK_BYTES)), _RAW_SIZE) or 0
