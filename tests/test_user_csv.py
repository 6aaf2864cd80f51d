"""CSV files that users keep by hand: bytes to text, rows and dates; near names."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadwatch.user_csv import (
    decode_text,
    detect_delimiter,
    detect_encoding,
    find_nearest,
    parse_date,
    parse_table,
    suggest_nearest,
)

TEXT = "date,shoe\n2026-03-02,Grün\n"


@pytest.mark.parametrize(
    ("encoding", "detected"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16-le"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
    ],
)
def test_every_encoding_gives_the_same_text(encoding, detected):
    data = TEXT.encode(encoding)
    assert detect_encoding(data) == detected
    assert decode_text(data) == TEXT
    assert parse_table(data).rows[0].cells == {"date": "2026-03-02", "shoe": "Grün"}


def test_a_text_with_a_mark_is_what_its_mark_states_even_where_a_byte_is_broken():
    data = TEXT.encode("utf-8-sig") + b"\xff"
    assert decode_text(data) == TEXT + "\ufffd"


@given(st.binary(max_size=200))
def test_any_bytes_give_a_text_and_a_table(data):
    assert isinstance(decode_text(data), str)
    table = parse_table(data)
    assert all(row.cells.keys() <= set(table.columns) for row in table.rows)


def test_the_separator_is_the_most_frequent_of_the_header():
    assert detect_delimiter(b"# a,b,c\ndate;shoe,s;rpe\n") == ";"
    assert detect_delimiter(b"") == ","


def test_rows_know_their_lines_and_comments_are_none():
    table = parse_table(b'# mine\nDate,My Shoe\n\n2026-03-02,"open\n2026-03-03,b\n')
    assert table.columns == ("date", "my_shoe")
    assert [row.line for row in table.rows] == [4, 5]


def test_the_nearest_name_without_regard_to_case():
    assert find_nearest("Shoo", ("Shoe", "rpe")) == "Shoe"
    assert find_nearest("xyz", ("shoe", "rpe")) == ""
    assert suggest_nearest("shoo", ("shoe", "rpe")) == (
        "did you mean shoe? It can be shoe, rpe"
    )
    assert suggest_nearest("xyz", ("shoe", "rpe")) == "it can be shoe, rpe"


def test_dates_with_and_without_a_time():
    day = date(2026, 11, 16)
    clock = datetime(2026, 11, 16, 7, 30)  # noqa: DTZ001 -- a wall clock
    assert parse_date("2026-11-16") == parse_date("16.11.2026") == (day, None)
    assert parse_date("2026-11-16 07:30") == (day, clock)
    assert parse_date("2026-11-16T07:30+09:00") == (day, clock)
    for text in ("11/16/2026", "", "16.13.2026"):
        with pytest.raises(ValueError, match="is not a date"):
            parse_date(text)
    with pytest.raises(ValueError, match="the year 1823 cannot be right"):
        parse_date("1823-01-01")
