"""What a damaged file hides although its checksum is right: samples that vanished.

They are under another number, or bytes were read as messages that are none.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.activity import Note
from loadwatch.ingest.readers.fit import profile

if TYPE_CHECKING:
    from loadwatch.ingest.readers.fit.chained import FitFile
    from loadwatch.ingest.readers.fit.field_columns import MessageTable
    from loadwatch.ingest.readers.fit.layout import FieldKey, MessageLayout

_TIMESTAMP = (253, 0x86)  # number of the field and its base type
_POSITION = frozenset({(0, 0x85), (1, 0x85)})
# altitude, heart rate, cadence, distance, speed, power, temperature, and the enhanced ones
_OTHERS = frozenset({
    (2, 0x84), (3, 0x02), (4, 0x02), (5, 0x86), (6, 0x84), (7, 0x84), (13, 0x01),
    (32, 0x83), (73, 0x86), (78, 0x86),
})  # fmt: skip
_MIN_OTHERS = 3  # so many of them make a record without a position
_MIN_SAME = 3  # so many fields as the records have them make a record, too
_MAKERS = 0xFF00  # from here on, makers number messages as they like
_RECORD = 20  # number of the record message
_LOST_SHARE = 0.05  # of all records; fewer are not worth a note
# of all messages; a watch gives all its records the compressed timestamp header, or none
_FEW_COMPRESSED = 0.1
_ZEROS = bytes(32)  # a block that a disk or a watch lost holds at least so many
_ZERO_BLOCK = re.compile(_ZEROS + b"\0*")


def find_stray_records(fit_file: FitFile) -> tuple[Note, ...]:
    """Return notes where many messages of another kind have the fields of records, and the like.

    One wrong bit in a definition makes them so, and a checksum made afterwards agrees. What they
    hold is not read, since their bytes may be wrong, too.
    """
    records = fit_file.find_tables(profile.find_message_number("record"))
    known = sum(len(table.offsets) for table in records)
    notes = []
    for table in fit_file.tables:
        count = len(table.offsets)
        if table in records or count <= _LOST_SHARE * (known + count):
            continue
        if _has_record_fields(table.layout) or _is_copy(table.layout, records):
            name = profile.name_message(table.layout.number)
            text = f"{count:,} messages ({name}) have the fields of records, left out"
            notes.append(Note("left_out", text))
    notes += _check_file_ids(fit_file)
    notes += _check_zeros(fit_file)
    return (*notes, *_check_compressed(fit_file), *_check_definitions(fit_file))


def _check_compressed(fit_file: FitFile) -> tuple[Note, ...]:
    """Return a note where few messages have a compressed timestamp header: they are none."""
    held = [one.timestamps for one in fit_file.tables if one.timestamps is not None]
    count = sum(np.count_nonzero(~np.isnan(times)) for times in held)
    total = sum(len(table.offsets) for table in fit_file.tables)
    if not 0 < count <= _FEW_COMPRESSED * total:
        return ()
    text = f"{count:,} of {total:,} messages state their time in another way; a part of the file is damaged"
    return (Note("truncated", text),)


def _check_zeros(fit_file: FitFile) -> tuple[Note, ...]:
    """Return a note where messages are nothing but zeros, one after the other: a lost block."""
    if not fit_file.tables or _ZEROS not in fit_file.tables[0].data:
        return ()
    count = 0
    for block in _ZERO_BLOCK.finditer(fit_file.tables[0].data):
        for table in fit_file.tables:
            is_first = table.offsets > block.start()  # the header is a zero, too
            is_last = table.offsets + table.layout.size <= block.end()
            count += int((is_first & is_last).sum())
    if count < 2:
        return ()
    text = f"{count:,} messages are nothing but zeros; a part of the file is damaged"
    return (Note("truncated", text),)


def _check_definitions(fit_file: FitFile) -> tuple[Note, ...]:
    """Return a note where a definition has a field twice: what it was read from is none."""
    if not fit_file.doubled:
        return ()
    return (
        Note(
            "truncated", "a definition has a field twice; a part of the file is damaged"
        ),
    )


def _check_file_ids(fit_file: FitFile) -> tuple[Note, ...]:
    """Return a note where a file says what it is more than once: foreign bytes are in it."""
    tables = fit_file.find_tables(profile.find_message_number("file_id"))
    count = sum(len(table.offsets) for table in tables)
    if count < 2:
        return ()
    text = f"{count:,} messages say what the file is, where one does; a part of it is damaged"
    return (Note("truncated", text),)


@lru_cache(maxsize=512)
def _has_record_fields(layout: MessageLayout) -> bool:
    """Return whether a layout has the fields of a record, and none of its own kind.

    A maker's own message has them as well; it counts where one byte of its number makes a record.
    """
    fields = {(one.key, one.base_type) for one in layout.fields}
    if _is_own(layout) or _TIMESTAMP not in fields:
        return False
    return fields >= _POSITION or len(_OTHERS & fields) >= _MIN_OTHERS


def _is_own(layout: MessageLayout) -> bool:
    """Return whether a maker numbered this message as it liked."""
    return layout.number >= _MAKERS and layout.number & 0xFF != _RECORD


def _is_copy(layout: MessageLayout, records: tuple[MessageTable, ...]) -> bool:
    """Return whether a layout has the fields, by number and size, of records of the same file."""
    if _is_own(layout) or len(layout.fields) < _MIN_SAME:
        return False
    sizes = _list_sizes(layout)
    return any(sizes == _list_sizes(one.layout) for one in records)


def _list_sizes(layout: MessageLayout) -> list[tuple[FieldKey, int]]:
    """Return the number and the size of each field."""
    return [(one.key, one.size) for one in layout.fields]
