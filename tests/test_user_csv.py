"""CSV files that users keep by hand: bytes to text, rows and dates; near names."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadwatch.user_csv import (
    add_columns,
    append_row,
    change_rows,
    decode_text,
    detect_delimiter,
    detect_encoding,
    find_nearest,
    parse_date,
    parse_table,
    suggest_nearest,
)

LINE_BREAKING = {
    chr(code) for code in (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029)
}
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


HEADER = ("start", "surface", "shoe")
FOREIGN = b"# mine\r\nshoe; start ;weather\r\n\r\nblue;2026-11-15;\xff sun;extra\r\n"


def test_a_row_follows_in_the_files_own_order_delimiter_and_line_ends():
    data = append_row(FOREIGN, {"start": "2026-11-16", "shoe": "a;b"}, HEADER)
    assert data == FOREIGN + b'"a;b";2026-11-16;\r\n'


def test_a_new_file_gets_its_header_also_below_a_comment():
    for old in (b"", b"# mine\n"):
        data = append_row(old, {"start": "2026-11-16", "surface": "soft"}, HEADER)
        assert data == old + b"start,surface,shoe\n2026-11-16,soft,\n"


def test_a_cell_without_a_column_is_refused_unless_it_is_empty():
    assert append_row(FOREIGN, {"start": "x", "surface": ""}, HEADER)
    with pytest.raises(ValueError, match="lacks the column surface"):
        append_row(FOREIGN, {"start": "x", "surface": "soft"}, HEADER)


def test_columns_are_added_to_the_first_line_alone():
    """The cell "extra" beyond the first line does not become one of the new column."""
    data = add_columns(FOREIGN, ["surface", "shoe"])
    assert data == FOREIGN.replace(b";weather\r\n", b";weather;;surface\r\n")
    assert add_columns(data, ["surface"]) == data
    assert add_columns(b"", ["start"]) == b"start\n"


def test_cells_of_one_row_change_and_every_other_byte_stays():
    data = FOREIGN + b"red;2026-11-16\r\n"
    changed = change_rows(data, {5: {"shoe": "green"}})
    assert changed == FOREIGN + b"green;2026-11-16;\r\n"
    changed = change_rows(data, {4: {"shoe": "green"}})
    assert changed == data.replace(b"blue", b"green")
    for wrong in ({2: {"shoe": "x"}}, {9: {"shoe": "x"}}, {4: {"rpe": "3"}}):
        with pytest.raises(ValueError, match=r"no row in line|lacks the column"):
            change_rows(data, wrong)


def test_a_damaged_utf16_is_not_written_back():
    data = "start,shoe\n2026-11-16,x\n".encode("utf-16") + b"\x00"
    with pytest.raises(ValueError, match="damaged"):
        change_rows(data, {2: {"shoe": "y"}})


def test_a_line_too_long_to_be_read_back_is_refused():
    with pytest.raises(ValueError, match="more than 10,000"):
        append_row(b"", {"start": "x" * 10_001}, HEADER)


CELL = st.text(max_size=20)


@given(
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    cells=st.lists(st.fixed_dictionaries(dict.fromkeys(HEADER, CELL)), min_size=1),
)
def test_whatever_is_appended_or_changed_is_read_back(encoding, cells):
    def clean(text):
        kept = "".join(" " if c in LINE_BREAKING else c for c in text)
        return kept.strip().encode("utf-8", "replace").decode()

    data = "start,surface,shoe\n2026-11-16,soft,blue\n".encode(encoding)
    written = 0
    for one in cells:
        data = append_row(data, one, HEADER)
        written += any(clean(text) for text in one.values())
        last = parse_table(data).rows[-1]
        if any(clean(text) for text in one.values()):
            read = [" ".join(last.cells[name].split()) for name in HEADER]
            assert read == [" ".join(clean(one[name]).split()) for name in HEADER]
        changed = change_rows(data, {2: one})
        assert decode_text(data).split("\n")[2:] == decode_text(changed).split("\n")[2:]
    assert len(parse_table(data).rows) == 1 + written


@given(st.binary(max_size=300))
def test_any_bytes_can_be_added_to_or_are_refused(data):
    before = parse_table(data)
    try:
        after = append_row(data, {"start": "2026-11-16"}, HEADER)
    except ValueError:
        assert "start" not in before.columns or len(data) > 9_000
        return
    assert after.startswith(data)
