"""What one input may cost: each limit is here and nowhere else."""

from __future__ import annotations

from loadwatch.errors import OverLimit

MIB = 1 << 20
MEMBER_BYTES = 256 * MIB  # of one member, unpacked
HEALTH_EXPORT_BYTES = 4096 * MIB  # of Apple Health's export.xml, which is streamed
HEALTH_WORKOUTS = 200_000  # kept of it
ARCHIVE_BYTES = 8192 * MIB  # of one archive in all, unpacked, inner archives included
UNPACK_RATIO = 200  # bytes out per byte in ...
UNPACK_FREE_BYTES = 16 * MIB  # ... beyond so many bytes out
ARCHIVE_DEPTH = 3  # zip in zip in zip
ARCHIVE_ENTRIES = 200_000  # in one archive, inner archives included
DIRECTORY_BYTES = 128 * MIB  # a zip's own table of contents
MAP_UNPACK_RATIO = 50  # bytes out of a map extract per byte in ...
MAP_FREE_BYTES = 32 * MIB  # ... beyond so many bytes out
GZIP_DEPTH = 2  # gzip in gzip
GZIP_MEMBERS = 10_000  # gzip members one after the other in one file
FOLDER_DEPTH = 32
NAME_CHARS = 200  # of one part of a label
STREAM_BYTES = MIB  # read at a time of what is streamed
CELLS = 1_000_000  # seconds, or pieces of the way, that one activity is cut into
POINTS = 1_000_000  # of one recording as XML: eleven days at one a second
LIST_ROWS = 25_000  # of one list: three a day for twenty years
JSON_BYTES = 64 * MIB  # of a JSON file that is read as a whole
JSON_ELEMENT_CHARS = 4 * MIB  # of one activity of a list that is read piece by piece
JSON_CONTAINERS = 600_000  # objects and arrays in a JSON file: 200 bytes each, or more
JSON_VALUES = 3_000_000  # numbers and words in it
HEAD_BYTES = 512  # read of each file to recognize what it is


def check_list_length(count: int) -> None:
    """Raise OverLimit for a list of more activities than LIST_ROWS."""
    if count > LIST_ROWS:
        raise OverLimit(f"a list of more than {LIST_ROWS:,} activities")
