"""The diary as a file: lines read tolerantly, one line appended whole."""

import datetime as dt
import errno
import math
import os
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadwatch import user_csv
from loadwatch.assess.diary import (
    DIARY_FILE,
    HEADER,
    RED_FLAGS,
    Diary,
    Entry,
    append_entry,
    build_entry,
    list_urgent_calls,
    read_diary,
)
from loadwatch.errors import LoadwatchError, SettingsError

DAY = dt.date(2026, 11, 16)


def test_a_line_is_read_with_all_it_says():
    diary = read_diary(
        b'date,pain,when,site,note,sciatica\n2026-11-16,3,after,low back,"a, b",x\n'
    )
    assert diary.problems == ()
    assert diary.entries == (
        Entry(
            day=DAY,
            pain=3.0,
            when="after",
            site="low back",
            note="a, b",
            ticks=("sciatica",),
            line=2,
        ),
    )


@pytest.mark.parametrize(
    ("cell", "pain"),
    [("0", 0), ("10", 10), ("3,5", 3.5), ("3.5", 3.5), ("4/10", 4), ("4 / 10", 4)],
)
def test_scores_as_people_write_them(cell, pain):
    assert read_diary(f"date;pain\n2026-11-16;{cell}".encode()).entries[0].pain == pain


NAMES = {
    "date": ("date", "Day", "Datum"),
    "pain": ("pain", "Pain (0-10)", "Score", "Schmerz"),
    "when": ("when",),
    "site": ("site", "Where"),
    "note": ("note", "Notes"),
}
WORDS = st.text("abc xyz", min_size=1, max_size=8).map(str.strip).filter(bool)


@given(
    st.permutations(sorted(NAMES)),
    st.sampled_from(",;\t"),
    st.data(),
    st.lists(
        st.tuples(
            st.dates(dt.date(2020, 1, 1), dt.date(2026, 12, 31)),
            st.integers(0, 10),
            st.sampled_from(("", "before", "during", "after")),
            WORDS,
            WORDS,
        ),
        min_size=1,
        max_size=5,
    ),
)
def test_columns_may_come_in_any_order_under_names_people_use(
    order, delimiter, data, lines
):
    """Law: what is read does not hang on the order of columns, the delimiter or the usual names."""
    header = [data.draw(st.sampled_from(NAMES[name])) for name in order]
    text = [delimiter.join(header)]
    for line in lines:
        cells = dict(zip(("date", "pain", "when", "site", "note"), line, strict=True))
        text.append(delimiter.join(str(cells[name]) for name in order))
    entries = read_diary("\n".join(text).encode()).entries
    found = [(e.day, e.pain, e.when, e.site, e.note) for e in entries]
    assert sorted(found) == sorted(lines)
    assert not read_diary("\n".join(text).encode()).problems


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("2026-11-16,3\n2026-11-17,0\n", [(16, 3, "", ""), (17, 0, "", "")]),
        ("3;16.11.2026;after;stiff\n4;17.11.2026;;\n", [(16, 3, "after", "stiff"), (17, 4, "", "")]),
        ("2026-11-16,4/10,low back,left\n", [(16, 4, "", "low back")]),
    ],
)  # fmt: skip
def test_a_note_without_a_header_is_read_by_its_cells(text, entries):
    diary = read_diary(text.encode())
    assert [(e.day.day, e.pain, e.when, e.note) for e in diary.entries] == entries
    assert diary.problems == ()
    assert [e.line for e in diary.entries] == list(range(1, len(entries) + 1))


def test_two_scores_in_a_line_are_not_guessed():
    assert read_diary(b"2026-11-16,3,4\n2026-11-17,1,2\n").entries == ()


# the zoo: lines that a hand, a spreadsheet or a broken disk has made
@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("2026-11-16,eleven", 'pain "eleven"'),
        ("2026-11-16,11", "0 to 10"),
        ("2026-11-16,-1", "0 to 10"),
        ("2026-11-16,1e1", "0 to 10"),
        ("2026-11-16,nan", "0 to 10"),
        ("2026-11-16,inf", "0 to 10"),
        ("2026-11-16,=1+1", "0 to 10"),
        ("11/16/2026,3", "2026-11-16"),
        ("2026-13-01,3", "is not a date"),
        ("2026-02-30,3", "is not a date"),
        ("0001-01-01,3", "cannot be right"),
        ("9999-12-31,3", "cannot be right"),
        (",3", "is not a date"),
        ('"2026-11-16,3', "is not a date"),  # a quote never closed
        ("\x00\x00\x00,3", "is not a date"),
        ("\u202e2026-11-16,3", "is not a date"),
    ],
)
def test_a_line_that_cannot_be_is_named_and_the_others_stay(line, part):
    diary = read_diary(f"date,pain\n2026-11-15,1\n{line}\n2026-11-17,2\n".encode())
    assert [e.pain for e in diary.entries] == [1, 2]
    assert len(diary.problems) == 1
    assert diary.problems[0].startswith("diary.csv line 3: ")
    assert part in diary.problems[0]
    assert "\n" not in diary.problems[0]


@pytest.mark.parametrize(
    "line", ["2026-11-16,", "2026-11-16", ",,", "", "# 2026-11-16,3"]
)
def test_a_day_prepared_and_never_filled_in_says_nothing(line):
    diary = read_diary(f"date,pain\n2026-11-15,1\n{line}\n".encode())
    assert len(diary.entries) == 1
    assert diary.problems in (
        (),
        ("diary.csv line 3: " + diary.problems[0][18:],) if diary.problems else (),
    )


def test_an_unknown_word_for_when_is_left_open():
    diary = read_diary(b"date,pain,when\n2026-11-16,3,meanwhile\n")
    assert diary.entries[0].when == ""
    assert "meanwhile" in diary.problems[0]


def test_a_tick_is_kept_whatever_else_is_wrong_with_its_line():
    diary = read_diary(
        b"date,pain,bladder_bowel\nyesterday,3,yes\n2026-11-16,eleven,yes\n"
    )
    assert [(e.day, math.isnan(e.pain), e.ticks) for e in diary.entries] == [
        (None, False, ("bladder_bowel",)),
        (DAY, True, ("bladder_bowel",)),
    ]
    assert len(diary.problems) == 2


@pytest.mark.parametrize(
    ("cell", "ticked"),
    [("x", 1), ("a little", 1), ("no", 0), ("0", 0), ("n/a", 0), ("", 0)],
)
def test_any_word_but_no_ticks(cell, ticked):
    diary = read_diary(f"date,pain,fever\n2026-11-16,1,{cell}\n".encode())
    assert len(diary.entries[0].ticks) == ticked


def test_a_column_misspelt_is_read_and_said():
    diary = read_diary(b"Date,Pain,Bladder Bowl,weather\n2026-11-16,1,x,rain\n")
    assert diary.entries[0].ticks == ("bladder_bowel",)
    assert diary.problems == (
        'diary.csv: column "bladder_bowl" is read as bladder_bowel',
    )


def test_a_sheet_without_dates_says_so():
    (problem,) = read_diary(b"Kalender;Ruecken\n2026-11-16;3\n").problems
    assert problem.startswith(
        'diary.csv: its first line names no columns date and pain, but "kalender", "ruecken"; '
    )
    assert "date,pain,when,site,note" in problem
    (problem,) = read_diary(b"2026-11-16,3,4\n2026-11-17,0,1\n").problems
    assert "names no columns date and pain" in problem
    (problem,) = read_diary(b"date,note\n2026-11-16,sore\n").problems
    assert "names no column pain" in problem


def test_a_tick_counts_though_no_column_is_called_date():
    (entry,) = read_diary(b"Datum;Schmerz;leg_weakness\n2026-11-16;3;yes\n").entries
    assert entry.ticks == ("leg_weakness",)


def test_semicolons_part_cells_as_commas_do():
    (entry,) = read_diary(b"date;pain;site\n16.11.2026;2,5;low back\n").entries
    assert (entry.day, entry.pain, entry.site) == (
        dt.date(2026, 11, 16),
        2.5,
        "low back",
    )


def test_an_empty_sheet_is_an_empty_diary():
    assert read_diary(b"") == Diary()


def test_lines_are_sorted_by_day():
    diary = read_diary(b"date,pain\n2026-11-17,2\n2026-11-16,1\n")
    assert [e.pain for e in diary.entries] == [1, 2]


def test_a_diary_beyond_all_measure_is_cut_and_said(monkeypatch):
    from loadwatch import user_csv

    monkeypatch.setattr(user_csv, "MAX_BYTES", 30)
    assert (
        "only the first"
        in read_diary(b"date,pain\n2026-11-16,1\n2026-11-17,2\n").problems[0]
    )


@given(st.binary(max_size=400))
def test_any_bytes_give_a_diary(data):
    for head in (b"", b"date,pain,when,note,fever\n"):
        assert isinstance(read_diary(head + data), Diary)


def test_the_first_line_makes_the_file_with_its_header(tmp_path):
    path = tmp_path / DIARY_FILE
    append_entry(
        path,
        build_entry(
            DAY,
            3,
            when="after",
            site="low back",
            note="hills",
            red_flags=["leg-weakness"],
        ),
    )
    lines = path.read_text().splitlines()
    assert lines[0].split(",") == list(HEADER)
    assert read_diary(path.read_bytes()).entries == (
        Entry(
            day=DAY,
            pain=3.0,
            when="after",
            site="low back",
            note="hills",
            ticks=("leg_weakness",),
            line=2,
        ),
    )


def test_foreign_columns_order_delimiter_line_ends_and_encoding_are_kept(tmp_path):
    path = tmp_path / DIARY_FILE
    # no end of line, either
    old = "weather;pain;date;note\r\nGewölk;1;2026-11-15;ok".encode("cp1252")
    path.write_bytes(old)
    append_entry(path, build_entry(DAY, 2.5, note="müde"))
    assert path.read_bytes() == old + "\r\n;2.5;2026-11-16;müde\r\n".encode("cp1252")


def test_utf16_as_a_spreadsheet_saves_it_grows_in_kind(tmp_path):
    path = tmp_path / DIARY_FILE
    path.write_bytes("date\tpain\n2026-11-15\t1\n".encode("utf-16"))
    append_entry(path, build_entry(DAY, 2))
    assert [e.pain for e in read_diary(path.read_bytes()).entries] == [1, 2]


def test_a_sign_without_a_column_goes_to_the_note_and_is_read_there(tmp_path):
    path = tmp_path / DIARY_FILE
    path.write_text("date,pain,note\n")
    append_entry(path, build_entry(DAY, 2, note="x", red_flags=["fever"]))
    assert read_diary(path.read_bytes()).entries[0].ticks == ("fever",)


@pytest.mark.parametrize("header", ["date,pain", "date,note", "pain,note"])
def test_what_would_be_lost_is_refused_and_nothing_written(tmp_path, header):
    path = tmp_path / DIARY_FILE
    path.write_text(f"{header}\n")
    with pytest.raises(SettingsError, match="lacks the column"):
        append_entry(
            path,
            build_entry(DAY, 2, red_flags=["fever"] if header == "date,pain" else []),
        )
    assert path.read_text() == f"{header}\n"


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / DIARY_FILE
    append_entry(path, build_entry(DAY, 1))
    before = path.read_bytes()

    def refuse(handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(LoadwatchError, match="No space left"):
        append_entry(path, build_entry(DAY, 2))
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == [DIARY_FILE]


def test_many_at_once_lose_no_line(tmp_path):
    path = tmp_path / DIARY_FILE
    hands = [
        threading.Thread(
            target=append_entry,
            args=(path, build_entry(DAY + dt.timedelta(days=i), i % 11)),
        )
        for i in range(24)
    ]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    diary = read_diary(path.read_bytes())
    assert diary.problems == ()
    assert len(diary.entries) == 24
    assert path.read_text().count("date,pain") == 1


@pytest.mark.parametrize("bad", [Entry(day=None, pain=1), Entry(day=DAY, pain=11)])
def test_an_entry_that_says_nothing_possible_is_refused(tmp_path, bad):
    with pytest.raises(ValueError):
        append_entry(tmp_path / DIARY_FILE, bad)
    assert not (tmp_path / DIARY_FILE).exists()


def test_a_sign_nobody_knows_names_the_nearest():
    with pytest.raises(SettingsError, match="did you mean fever"):
        build_entry(DAY, 1, red_flags=["fevre"])


def test_urgent_names_whom_to_call_the_most_urgent_first():
    lines = list_urgent_calls(
        [build_entry(DAY, 1, red_flags=["fever", "bladder_bowel"])]
    )
    assert "emergency" in lines[0] and "bladder" in lines[0]
    assert "urgent appointment" in lines[1] and "fever" in lines[1]
    assert list_urgent_calls([build_entry(DAY, 1)]) == ()


@settings(max_examples=40)  # each writes to the disk
@given(
    note=st.text(max_size=60),
    site=st.text(max_size=20),
    pain=st.one_of(st.none(), st.integers(0, 100).map(lambda tenth: tenth / 10)),
    ticks=st.sets(st.sampled_from([red_flag.column for red_flag in RED_FLAGS])),
)
def test_what_is_appended_is_read_again(tmp_path_factory, note, site, pain, ticks):
    path = tmp_path_factory.mktemp("diary") / DIARY_FILE
    new = build_entry(
        DAY,
        math.nan if pain is None else pain,
        when="after",
        note=note,
        site=site,
        red_flags=list(ticks),
    )
    append_entry(path, new)
    (read,) = read_diary(path.read_bytes()).entries
    assert set(read.ticks) >= ticks
    assert read.day == DAY and read.when == "after"
    assert math.isnan(read.pain) if pain is None else read.pain == pain


def test_problems_are_listed_up_to_a_count():
    diary = read_diary(b"date,pain\n" + b"2\n" * 100)
    assert diary.problems[0].startswith("diary.csv line 2: ")
    assert diary.problems[-1] == "and 80 more lines of this kind"
    assert len(diary.problems) == 21


def test_more_lines_than_a_lifetime_has_are_cut_and_named(monkeypatch):
    monkeypatch.setattr(user_csv, "MAX_LINES", 3)
    diary = read_diary(b"date,pain\n" + b"2026-11-16,2\n" * 3)
    assert len(diary.entries) == 2
    assert diary.problems == ("diary.csv: only the first 4 MB and 3 lines are read",)
