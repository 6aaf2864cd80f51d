"""Whatever the bytes: a reading or one of three errors, in bounded time."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadwatch.activity import Reading
from loadwatch.errors import NotActivity, OverLimit, Unreadable
from loadwatch.ingest.readers import fit, read
from loadwatch.ingest.readers.fit import scan
from loadwatch.inspect.contents import describe_contents
from loadwatch.settings import Settings
from tests.make_fit import FitBuilder, run
from tests.mutants import find_problems, make_mutant

SEEDS = [
    run(seconds=40, profile_name="Trail", ascent_m=3.5),
    run(seconds=40, big_endian=True, header=12, with_session=False),
    run(seconds=20) + run(seconds=20, sport="cycling"),
]


def outcome(data: bytes) -> object:
    try:
        made = read(data, "x.fit", Settings())
    except (Unreadable, NotActivity, OverLimit) as error:
        return error
    assert isinstance(made, Reading)
    assert made.activities
    return made


@given(st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_bytes(data):
    outcome(data)
    assert isinstance(fit.decode(data).problems, tuple)


@given(st.binary(max_size=400), st.sampled_from([12, 14, 200]), st.booleans())
@settings(max_examples=200, deadline=None)
def test_any_content_behind_a_right_header(content, header, zero):
    outcome(
        FitBuilder(
            header=header, body=bytearray(content), data_size=0 if zero else None
        ).bytes()
    )


@given(st.integers(0, 2), st.integers(0, 10_000), st.binary(min_size=1, max_size=9))
@settings(max_examples=100, deadline=None)
def test_any_few_bytes_changed(which, at, patch):
    data = bytearray(SEEDS[which])
    at %= len(data)
    data[at : at + len(patch)] = patch
    outcome(bytes(data))


@pytest.mark.parametrize("seed", range(3))
def test_mutants(seed):
    """100 mutants of each of three files: nothing uncaught, nothing impossible without a note."""
    for number in range(100):
        made = make_mutant(SEEDS[seed], SEEDS[(seed + 1) % 3], 1000 * seed + number)
        if not isinstance(outcome(made), Exception):
            assert find_problems(made) == []


def test_a_bad_neighbour_changes_nothing():
    """No state from one file to the next: the same result before and after a hundred mutants."""
    before = outcome(SEEDS[0])
    for number in range(100):
        outcome(make_mutant(SEEDS[1], SEEDS[2], number))
    after = outcome(SEEDS[0])
    # as text, since NaN is not equal to NaN
    assert repr(after.activities[0].session) == repr(before.activities[0].session)
    assert after.activities[0].records.equals(before.activities[0].records)


@given(
    st.lists(st.tuples(st.integers(0, 15), st.integers(0, 40)), min_size=1, max_size=60)
)
@settings(max_examples=100, deadline=None)
def test_walk_finds_every_message(messages):
    """Runs, bursts and single messages of any sizes: each start is found, in order."""
    made = FitBuilder()
    expected, sizes = [], {}
    for local, repeats in messages:
        if local not in sizes:
            sizes[local] = 3 * local
            made.define(local, 20, [(9, 3 * local, 0x0D)] if local else [])
        for _ in range(repeats):
            expected.append(14 + len(made.body))
            made.data(local, bytes(sizes[local]))
    data = made.bytes()
    assert scan.scan_headers(data, 14, len(data) - 2).starts.tolist() == expected


@pytest.mark.parametrize("whole", [0, 1, 131_070, 131_071, 131_072])
def test_a_torn_last_message_is_left_out_however_many_were_whole(whole):
    """Message starts are gathered in batches of 131,072: a torn one may be the last of a batch."""
    made = FitBuilder()
    made.define(0, 20, [(1, 1, 0x02)])
    made.define(1, 20, [(1, 2, 0x84)])
    first = 14 + len(made.body)
    made.body += (b"\0\5" + b"\1\5\5") * (whole // 2) + b"\0\5" * (whole % 2)
    made.body += b"\1\5"
    found = scan.scan_headers(bytes(14) + made.body, 14, 14 + len(made.body))
    assert len(found.starts) == whole
    assert found.starts[:3].tolist() == [first, first + 2, first + 5][:whole]
    assert str(found.problem).startswith("truncated: the last message is torn")


def test_limits(monkeypatch):
    made = FitBuilder()
    for _ in range(40):
        made.define(0, 20, [(253, 4, 0x86)])
        made.data(0, bytes(4))
    for name, value in (
        ("MAX_MESSAGES", -1),
        ("MAX_DEFINITIONS", 30),
        ("MAX_DEFINED_BYTES", 3),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(scan, name, value)
            assert isinstance(outcome(made.bytes()), OverLimit)
            with pytest.raises(OverLimit, match="FIT file"):
                describe_contents(made.bytes(), "x.fit")


def test_more_layouts_than_a_byte_can_tell():
    """300 layouts, each with one message of its own size: all come back."""
    made = FitBuilder()
    for number in range(300):
        made.define(number % 16, 500 + number, [(1, 1 + number % 200, 0x0D)])
        made.data(number % 16, bytes([number & 255]) * (1 + number % 200))
    tables = fit.decode(made.bytes()).files[0].tables
    assert [table.layout.number for table in tables] == [
        500 + number for number in range(300)
    ]
    for number, table in enumerate(tables):
        assert fit.field_columns.decode_columns(table)[1].raw[0, 0] == number & 255


def test_memory_does_not_grow_with_elapsed_time():
    """Two records ten years apart are two records."""
    made = FitBuilder()
    for second in (1_000_000_000, 1_315_000_000):
        made.raw(20, {253: (0x86, second), 5: (0x86, 100)})
    assert len(outcome(made.bytes()).activities[0].records) == 2


def test_operators_reach_every_mutation():
    drawn = {random.Random(seed).randrange(15) for seed in range(300)}
    assert drawn == set(range(15))
