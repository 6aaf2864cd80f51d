"""Rows above the header of a table: a spreadsheet that was sorted with its header in it."""

import random

import pytest

from loadwatch.errors import NotActivity
from loadwatch.ingest.readers.csv import read
from loadwatch.ingest.readers.csv.rows_above import APART
from loadwatch.settings import Settings

HEADER = "date,type,distance_km,duration"
ROWS = [f"2026-03-{day:02},Run,{day}.0,0:{20 + day}:00" for day in range(1, 29)]


def read_lines(*lines: str):
    reading = read("\n".join(lines).encode(), "a.csv", Settings())
    lengths = sorted(round(a.session.distance_m / 1000) for a in reading.activities)
    return lengths, {one.source: one.why for one in reading.skipped}


@pytest.mark.parametrize("at", [1, 2, 14, 27, 28])
def test_a_header_among_the_rows_loses_none(at):
    lengths, skipped = read_lines(*ROWS[:at], HEADER, *ROWS[at:])
    assert lengths == list(range(1, 29))
    assert skipped == {}


@pytest.mark.parametrize("place", [80, 300, 900])
def test_a_header_far_below_is_found(place):
    days = [f"20{year}-{row[5:]}" for year in range(10, 43) for row in ROWS][:900]
    lengths, skipped = read_lines(*days[:place], HEADER, *days[place:])
    assert len(lengths) == 900
    assert skipped == {}


@pytest.mark.parametrize("rows", [25_001, 300_000])
def test_a_header_below_more_rows_than_a_list_has_is_not_looked_for(rows):
    with pytest.raises(NotActivity):
        read_lines(*ROWS[:1] * rows, HEADER)


def test_lines_of_the_file_stay_those_of_the_rows():
    reading = read("\n".join([ROWS[4], HEADER, ROWS[6]]).encode(), "a.csv", Settings())
    lines = {a.session.line: a.session.distance_m for a in reading.activities}
    assert lines == {1: 5000.0, 3: 7000.0}


def test_a_row_above_that_cannot_be_read_is_listed():
    lengths, skipped = read_lines(
        "no day,Run,5.0,0:30:00", "2026-03-02,Run,-3,0:30:00", HEADER, ROWS[4]
    )
    assert lengths == [5]
    assert set(skipped) == {"#1", "#2"}
    assert "below zero" in skipped["#2"]


def test_a_row_above_with_broken_quotation_marks_is_listed():
    lengths, skipped = read_lines(ROWS[0], '2026-03-02,"Run,3', HEADER, ROWS[4])
    assert lengths == [1, 5]
    assert set(skipped) == {"#2"}


@pytest.mark.parametrize(
    "above",
    [
        ["My running log 2026"],
        ["My running log 2026,,,"],
        ["Ana,Muster,Bern,Switzerland", "Exported,on,Monday,"],
        ["# exported 2026-03-09"],
        ["Exported:,2026-03-09"],
        ["Weeks 9 to 12,2026,,"],
        ["Name:,Ana", "Born:,1990", ""],
        ["Activities of ana", " "],
        ["day,sport,how far,how long"],
        [HEADER],
        ["date,type,distance_km,"],
    ],
)
def test_titles_above_stay_silent(above):
    lengths, skipped = read_lines(*above, HEADER, *ROWS)
    assert lengths == list(range(1, 29))
    assert set(skipped) <= {"#2"}  # a header twice is a row that is none


@pytest.mark.parametrize(
    "between", [[""], [",,,"], ["", "", "The runs:"], ["week,km,duration", "x", ""]]
)
def test_rows_of_another_table_above_are_listed_and_not_read(between):
    lengths, skipped = read_lines("2026-03-02,,42.0,4:10:00", *between, HEADER, *ROWS)
    assert lengths == list(range(1, 29))
    assert skipped["#1"] == APART


def test_a_table_with_a_header_of_its_own_above_is_not_read():
    weeks = ["week,km,hours,runs", "2026-03-02,42.0,4:10:00,4"]
    lengths, skipped = read_lines(*weeks, HEADER, *ROWS)
    assert lengths == list(range(1, 29))
    assert skipped == {"#2": APART}


def test_a_time_series_with_its_header_among_the_samples_is_whole():
    rows = [f"2026-03-01T07:00:{second:02}Z,{second * 3}" for second in range(60)]
    text = "\n".join([*rows[:20], "timestamp,distance", *rows[20:]])
    (activity,) = read(text.encode(), "a.csv", Settings()).activities
    assert len(activity.records) == 60


def test_the_order_of_rows_does_not_matter():
    draw = random.Random(3)
    lines = [HEADER, *ROWS]
    for _ in range(20):
        draw.shuffle(lines)
        assert read_lines(*lines) == (list(range(1, 29)), {})


def test_words_without_a_header_stay_no_table():
    lines = ["name,place,club,since"] + [f"Ana,Bern,STB,{n}" for n in range(100)]
    with pytest.raises(NotActivity):
        read_lines(*lines)
