"""Bytes that are read as messages and are none: a damage whose checksum was made afterwards."""

import pytest

from loadwatch.ingest.readers import read
from loadwatch.settings import Settings
from tests.make_fit import START, FitBuilder, fit_time
from tests.odd_fit import close, compressed

SECONDS = 200


def make_run(*foreign: bytes, at: int = 100) -> bytes:
    """Return a run with a sample per second, and foreign bytes in it after `at` seconds."""
    made = FitBuilder()
    made.add("file_id", type="activity", manufacturer="garmin", time_created=START)
    for second in range(SECONDS):
        fields = {253: (0x86, fit_time(START) + second), 5: (0x86, 300 * second)}
        made.raw(20, fields)
        if second == at:
            made.define(3, 49, [(0, 2, 0x84), (1, 1, 0x02)])
            made.body += b"".join(foreign)
    return close(made, SECONDS, 600.0)


def list_notes(data: bytes) -> str:
    (one,) = read(data, "a.fit", Settings()).activities
    return "; ".join(str(note.text) for note in one.session.notes)


@pytest.mark.parametrize("count", [1, 5, 20])
@pytest.mark.parametrize("header", [0xFF, 0xE0, 0xF7])
def test_a_few_messages_of_another_way_of_time_are_noted(count, header):
    text = list_notes(make_run(*[bytes([header, 1, 2, 3])] * count))
    assert f"{count} of {SECONDS + count + 2} messages state their time" in text


def test_files_that_write_time_in_one_way_have_no_note():
    assert list_notes(make_run(b"\3\1\2\3")) == ""
    assert "state their time" not in list_notes(compressed())
    assert "state their time" not in list_notes(compressed(reference=False))


def test_a_definition_with_a_field_twice_is_noted():
    define = bytes([0x44, 0, 0, 23, 0, 2])
    twice, once = bytes([3, 4, 0x8C, 3, 1, 0]), bytes([3, 4, 0x8C, 4, 1, 0])
    assert "has a field twice" in list_notes(make_run(define + twice))
    assert list_notes(make_run(define + once)) == ""


@pytest.mark.parametrize("block", [40, 512])
def test_a_block_of_zeros_is_noted(block):
    """A lost sector, read as messages of the first kind that the file defines: four bytes each."""
    made = FitBuilder()
    made.add("file_id", type="activity", manufacturer="garmin", time_created=START)
    made.define(0, 49, [(0, 2, 0x84), (1, 1, 0x02)])
    made.data(0, b"\1\2\3")
    for second in range(SECONDS):
        made.raw(20, {253: (0x86, fit_time(START) + second), 5: (0x86, 300 * second)})
        if second == 100:
            made.body += bytes(block)
    text = list_notes(close(made, SECONDS, 600.0))
    assert text == (
        f"{block // 4} messages are nothing but zeros; a part of the file is damaged"
    )


def make_hidden(number: int, field: int) -> str:
    """Return the notes of a run in which a tenth of the records have another message number."""
    made = FitBuilder()
    made.add("file_id", type="activity", manufacturer="garmin", time_created=START)
    for second in range(SECONDS):
        fields = {253: (0x86, fit_time(START) + second), 5: (0x86, 300 * second)}
        fields[field if second % 10 == 9 else 6] = (0x84, 3000)
        made.raw(number if second % 10 == 9 else 20, fields)
    return list_notes(close(made, SECONDS, 600.0))


def test_messages_with_the_very_fields_of_this_files_records_are_noted():
    """5120 is 20 with its bytes exchanged; makers number from 65280 on as they like."""
    assert "20 messages (unknown_5120) have the fields of records" in make_hidden(
        5120, 6
    )
    assert make_hidden(5120, 9) == ""
    assert make_hidden(0xFF00, 6) == ""
