# ruff: noqa: DTZ001 -- rows of tables are long, and their clocks tell no zone
"""Bytes to rows, cells to numbers and dates."""

import contextlib
import csv as stdlib_csv
import math
import re
import time
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadwatch.errors import LoadwatchError, OverLimit, Unreadable
from loadwatch.ingest.readers import csv
from loadwatch.ingest.readers.csv import (
    csv_rows,
    dates,
    header_names,
    names,
    numbers,
    parsed_csv,
)
from loadwatch.ingest.readers.sports import normalize_word
from loadwatch.settings import Settings

LIST = "date,distance_km,duration,name\n2024-05-01,10.5,0:55:00,Überall\n2024-05-02,8.25,0:45:00,Wald\n"


def distances(data: bytes) -> list[float]:
    return [
        activity.session.distance_m
        for activity in csv.read(data, "x.csv", Settings()).activities
    ]


@pytest.mark.parametrize(
    "data",
    [
        LIST.encode(),
        LIST.encode("utf-8-sig"),
        LIST.encode("utf-16"),
        LIST.encode("utf-16-le"),
        LIST.encode("utf-16-be"),
        LIST.replace(",", "\t").encode("utf-16"),
        LIST.encode("cp1252"),
        LIST.replace("\n", "\r\n").encode(),
        LIST.replace("\n", "\r").encode(),
        LIST.rstrip().encode(),
        LIST.replace("\n", "\n\n").encode(),
        LIST.replace(",", ";").encode(),
        LIST.replace(",", "|").encode(),
        ("sep=;\n" + LIST.replace(",", ";")).encode(),
        LIST.replace(",", ";").replace(".", ",").encode(),
        ("A title\n\n" + LIST).encode(),
    ],
)
def test_encodings_separators_and_line_ends(data):
    assert csv.sniff(data[:4096])
    assert distances(data) == pytest.approx([10_500, 8250])


def test_names_survive_cp1252():
    (first, _) = csv.read(LIST.encode("cp1252"), "x", Settings()).activities
    assert first.session.name == "Überall"


def test_an_open_quote_never_swallows_the_rows_below():
    text = 'date,distance_km,name\n2024-05-01,10,fine\n2024-05-02,9,"open\n2024-05-03,8,fine\n2024-05-04,7,fine\n'
    reading = csv.read(text.encode(), "x", Settings())
    assert [a.session.distance_m for a in reading.activities] == [
        10_000,
        9000,
        8000,
        7000,
    ]
    assert [bool(a.session.notes) for a in reading.activities] == [
        False,
        True,
        False,
        False,
    ]
    assert [a.session.line for a in reading.activities] == [2, 3, 4, 5]


def test_an_open_quote_before_the_last_cell_costs_its_row_alone():
    text = 'date,name,distance_km\n2024-05-01,fine,10\n2024-05-02,"open,9\n2024-05-03,fine,8\n'
    reading = csv.read(text.encode(), "x", Settings())
    assert [a.session.distance_m for a in reading.activities] == [10_000, 8000]
    assert [(s.source, s.kind) for s in reading.skipped] == [("#3", "rejected")]


def test_quotes_within_a_cell_that_were_not_doubled():
    text = 'date,name,distance_km\n2024-05-01,"a "good" one",10\n2024-05-02,"back\\"slash\\"",9\n'
    reading = csv.read(text.encode(), "x", Settings())
    assert [a.session.distance_m for a in reading.activities] == [10_000, 9000]


def test_ragged_rows_of_a_vendor_are_left_out():
    header = "Activity Type,Date,Favorite,Title,Distance,Time\n"
    text = header + (
        "Running,2024-05-01 08:00:00,false,a,5.00,00:25:00\n"
        "Running,2024-05-02 08:00:00,false,a, b,5.00,00:25:00\n"
        "Running,2024-05-03 08:00:00,false,5.00,00:25:00\n"
        "Running,2024-05-04 08:00:00,false,a,5.00,00:25:00,,\n"
    )
    reading = csv.read(text.encode(), "x", Settings())
    assert [a.session.line for a in reading.activities] == [2, 5]
    assert [(s.source, s.kind) for s in reading.skipped] == [
        ("#3", "rejected"),
        ("#4", "rejected"),
    ]
    assert "7 cells, the header 6" in reading.skipped[0].why


def test_limits():
    wide = ",".join(["date", "distance_km", *["x"] * 100_000]).encode()
    with pytest.raises(OverLimit, match="columns"):
        csv.read(wide + b"\n", "x", Settings())
    with pytest.raises(OverLimit, match="characters"):
        csv.read(
            LIST.encode() + b"2024-05-03,1,0:05:00," + b"x" * (csv_rows.MAX_FIELD + 1),
            "x",
            Settings(),
        )
    with pytest.raises(OverLimit, match="characters"):
        csv.read(
            LIST.encode() + b"2024-05-03,1,0:05:00," + b'"' * (3 * csv_rows.MAX_FIELD),
            "x",
            Settings(),
        )
    assert stdlib_csv.field_size_limit() == 131_072  # of the process: put back


def test_too_many_rows(monkeypatch):
    monkeypatch.setattr(csv_rows, "MAX_ROWS", 2)
    with pytest.raises(OverLimit, match="rows"):
        csv.read((LIST + "2024-05-03,1,0:05:00,x\n").encode(), "x", Settings())


def test_quotes_broken_everywhere_are_given_up(monkeypatch):
    monkeypatch.setattr(csv_rows, "_RETRIES", 0)
    text = "date,name,distance_km\n" + '2024-05-01,"open,5\n' * 3000
    with pytest.raises(Unreadable, match="quotation"):
        csv.read(text.encode(), "x", Settings())


def test_numbers():
    for cell, style, expected in [
        ("5.02", ".", 5.02),
        ("1,079", ".", 1079),
        ("1,234.5", ".", 1234.5),
        ("2,81", ".", 2.81),
        ("5,02", ",", 5.02),
        ("1.234,5", ",", 1234.5),
        ("1.234", ",", 1234),
        ("10.5", ",", 10.5),
        ("1 234,5", ",", 1234.5),
        ("1\u202f234,5", ",", 1234.5),
        ("1'234.5", ".", 1234.5),
        ("'-12", ".", -12),
        ("1.05E+04", ".", 10_500),
        ("-3", ".", -3),
    ]:
        assert numbers.parse_number(cell, style) == pytest.approx(expected), cell
    assert numbers.parse_number("4,404", ",", is_whole=True) == 4404
    assert numbers.parse_number("4.404", ".", is_whole=True) == 4404
    for cell in (
        "",
        "--",
        "nan",
        "inf",
        "-inf",
        "####",
        "1_000",
        "9" * 5000,
        "12 apples",
        "0x10",
        "1e999",
    ):
        assert math.isnan(numbers.parse_number(cell)), cell
    assert numbers.parse_measure("10.5 km") == (10.5, 1000.0)


def test_the_decimal_mark_of_a_column():
    assert numbers.detect_decimal_mark(["4,14", "5,01"]) == ","
    assert numbers.detect_decimal_mark(["1,079", "968"]) == ""
    assert numbers.detect_decimal_mark(["1,079", "96.8"]) == "."
    assert numbers.detect_decimal_mark(["1.079,5"]) == ","
    # no thousands behind four digits
    assert numbers.detect_decimal_mark(["4015.067", "59.500"]) == "."
    assert numbers.detect_decimal_mark(["0,125"]) == ","
    assert numbers.detect_decimal_mark(["1.234.567"]) == ","


def test_durations():
    for cell, expected in [
        ("00:31:24", 1884),
        ("00:08:02.2", 482.2),
        ("45:23.46", 2723.46),
        ("00:00:00,6", 0.6),
        ("1:23:34", 5014),
        ("30:21", 1821),
        ("1h 02m", 3720),
        ("1h23", 4980),
        ("55 min", 3300),
        ("1 h 5 min 20 s", 3920),
    ]:
        assert numbers.parse_duration(cell) == pytest.approx(expected), cell
    assert numbers.parse_duration("0:47", "h:mm") == 2820
    for cell in ("", "--", "45", "12:34:56:78", "00:03.93.8", "::", "1:2:3:4"):
        assert math.isnan(numbers.parse_duration(cell)), cell


def test_dates():
    wall = datetime(2024, 5, 3, 19, 15, 11)
    for cell in (
        "2024-05-03 19:15:11",
        "2024/05/03 19:15:11",
        "May 3, 2024, 7:15:11 PM",
        "3 May 2024, 19:15:11",
        "3 mei 2024 19:15:11",
        "3. Mai 2024 19:15:11",
        "Fr, 3 Mai 2024 19:15:11",
        "ven., 3 mai 2024 19:15:11",
        "3 de mayo de 2024, 19:15:11",
        "03.05.2024, 19:15:11",
        "03/05/2024 19:15:11",
        "3/5/24 7:15:11 PM",
        "2024年5月3日 19:15:11",
        "2024. 05. 03. 19:15:11",
        "Fri May 03 19:15:11 UTC 2024",
    ):
        made = dates.parse_date(cell, "dmy")
        assert made is not None, cell
        assert made.wall == wall, cell
    assert dates.parse_date("2024-05-03T19:15:11+02:00", "").offset.utcoffset(
        None
    ) == timedelta(hours=2)
    for cell in (
        "",
        "2024-13-01",
        "31/02/2024",
        "45123",
        "yesterday",
        "3 Foo 2024",
        "0001-01-01",
        "May 32, 2024",
    ):
        assert dates.parse_date(cell, "dmy") is None, cell
    assert dates.parse_date("03/04/2024", "") is None


def test_every_month_name_stands_for_one_month():
    months = [
        normalize_word(name)
        for held in names.load_table()["months"].values()
        for name in set(held)
    ]
    assert len(names.load_months()) == len(set(months))


def test_headers():
    assert header_names.clean_header("\ufeff Distance\u00a0(km) ") == "Distance (km)"
    columns = parsed_csv.match_columns(
        ["Distance (km)", "duration_min", "Date", "Climb (ft)"]
    )
    assert columns["distance"][0].factor == 1000
    assert columns["timer"][0].factor == 60
    assert columns["ascent"][0].factor == pytest.approx(0.3048)


def test_every_vendor_names_roles_and_units_that_there_are():
    roles = names.load_table()["lists"].keys()
    for vendor in names.load_vendors():
        assert vendor.roles <= roles, vendor
        assert vendor.traits.units.keys() <= roles, vendor


def test_every_name_stands_for_one_role_alone():
    roles: dict[str, str] = {}
    shared = {"starttime"}  # a date with its time, or the time of day beside a date
    for role, role_names in names.load_table()["lists"].items():
        for name in role_names:
            word = normalize_word(name.partition(" @")[0])
            assert word, name
            assert roles.setdefault(word, role) == role or word in shared, name


# --- laws ------------------------------------------------------------------------------------------

ALLOWED = LoadwatchError
CELLS = st.text(alphabet="0123456789,.;:/-+'\" \t\n\r\0eEkmipaTZ#éµ年", max_size=30)
HEADERS = st.sampled_from(
    [
        "date,distance_km,duration,type,ascent_m,rpe",
        "Activity Type,Date,Favorite,Title,Distance,Time",
        "Activity ID,Activity Date,Activity Type,Elapsed Time,Distance,Distance",
        "secs,km,kph,hr,alt,lat",
        "timestamp,distance,speed,heart_rate,position_lat,position_long",
        "Split,Time,Distance,Avg Pace,x,y",
        "Name,Sport,Date,Start time,Duration,Total distance (km)\na,RUNNING,01-02-2024,10:00,00:30:00,5\nSample rate,Time,HR (bpm),Speed (km/h),Distances (m),x",
    ]
)


@settings(max_examples=150, deadline=None)
@given(data=st.binary(max_size=400))
def test_any_bytes_give_a_reading_or_our_errors(data):
    csv.sniff(data)
    with contextlib.suppress(ALLOWED):
        csv.read(data, "2024-05-01.csv", Settings())


@settings(max_examples=250, deadline=None)
@given(
    header=HEADERS, rows=st.lists(st.lists(CELLS, min_size=1, max_size=8), max_size=8)
)
def test_any_cells_below_a_known_header_give_a_reading_or_our_errors(header, rows):
    text = header + "\n" + "\n".join(",".join(row) for row in rows)
    try:
        reading = csv.read(
            text.encode(errors="replace"), "2024-05-01_10-00.csv", Settings()
        )
    except ALLOWED:
        return
    for activity in reading.activities:
        session = activity.session
        assert not session.distance_m < 0
        assert session.start_utc is not None or session.start_local is not None
        assert str(activity.records.index.tz) == "UTC"
    lines = [s.source for s in reading.skipped] + [
        f"#{a.session.line}" for a in reading.activities
    ]
    assert len(lines) == len(set(lines))


@settings(max_examples=60, deadline=None)
@given(
    metres=st.lists(st.integers(500, 42_195), min_size=1, max_size=20),
    style=st.sampled_from([(".", ","), (",", ";")]),
)
def test_distances_come_back_whatever_the_dialect(metres, style):
    mark, separator = style
    rows = [
        f"2024-05-{1 + n % 28:02}{separator}{m / 1000:.3f}".replace(".", mark)
        for n, m in enumerate(metres)
    ]
    text = f"date{separator}distance_km\n" + "\n".join(rows)
    assert distances(text.encode()) == pytest.approx(metres)


def test_no_pattern_is_slow_on_hostile_text():
    patterns = [
        value
        for module in (dates, numbers, parsed_csv, csv.time_column)
        for value in vars(module).values()
        if isinstance(value, re.Pattern)
    ]
    patterns += dates._PATTERNS
    patterns += [beginning for beginning, _ in names.load_foreign()]
    assert len(patterns) > 12
    for hostile in (
        "1" * 200,
        "a" * 200,
        " " * 200,
        "1:" * 100,
        "1," * 100,
        "a " * 100,
        "<" * 200,
        "2024-01-01 " * 20,
    ):
        begun = time.process_time()
        for pattern in patterns:
            pattern.fullmatch(hostile)
            pattern.search(hostile)
        # CPU, far above the microseconds it takes
        assert time.process_time() - begun < 0.5
