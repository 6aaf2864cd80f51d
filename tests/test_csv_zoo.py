"""Odd and hostile tables: each ends as activities, a reason, or a limit, never as a crash."""

import pytest

from loadwatch.errors import NotActivity, OverLimit, Unreadable
from loadwatch.ingest.readers import csv
from loadwatch.settings import Settings

STRAVA = (
    "Activity ID,Activity Date,Activity Name,Activity Type,Activity Description,Elapsed Time,Distance,Filename,"
    "Elapsed Time,Distance\n"
)
ROW = '{id},"May 1, 2024, 6:{id:02}:00 AM",{name},Run,{about},{time},{km},{file},{time},{metres}\n'
GERMAN = (
    "Aktivitäts-ID,Aktivitätsdatum,Name der Aktivität,Aktivitätsart,Aktivitätsbeschreibung,Verstrichene Zeit,Distanz,"
    "Dateiname,Verstrichene Zeit,Distanz\n"
)
GARMIN = "Activity Type,Date,Favorite,Title,Distance,Time,Avg Pace,Total Ascent,Avg Stride Length,Steps\n"


def row(number: int = 11, **other) -> str:
    given = {
        "name": "Run",
        "about": "",
        "time": 1800,
        "km": "6.00",
        "metres": "6000.5",
        "file": "",
    }
    return ROW.format(id=number, **(given | other))


def garmin(day: int, distance: str, time: str = "00:30:00") -> str:
    return f'Running,2024-05-{day:02} 07:00:00,false,Run,"{distance}",{time},5:00,"1,050",1.20,"5,000"\n'


# name of the case -> text, what comes of it: ok (an activity, nothing said), flag (something said),
# reject (no activity, rejected), ignore (no activity, fine), limit
ZOO = {
    "strava": (STRAVA + row(), "ok"),
    "bom": ("\ufeff" + STRAVA + row(), "ok"),
    "crlf": ((STRAVA + row()).replace("\n", "\r\n"), "ok"),
    "cr": ((STRAVA + row()).replace("\n", "\r"), "ok"),
    "no_final_newline": ((STRAVA + row()).rstrip(), "ok"),
    "german": (
        GERMAN
        + row(km='"6,00"').replace(
            '"May 1, 2024, 6:11:00 AM"', '"01.05.2024, 06:11:00"'
        ),
        "ok",
    ),
    "new_columns": (
        STRAVA.replace("\n", ",Mood,Sock Colour\n")
        + row().replace("\n", ",glad,red\n"),
        "ok",
    ),
    "newline_in_field": (STRAVA + row(about='"one\ntwo\n\nthree, ""four"""'), "ok"),
    "error_filename": (STRAVA + row(file="#error#"), "flag"),
    "traversal": (STRAVA + row(file="../../etc/passwd"), "reject"),
    "absolute": (STRAVA + row(file="/etc/passwd"), "reject"),
    "unc": (STRAVA + row(file="\\\\host\\share\\1.fit"), "reject"),
    "garmin_dashes": (GARMIN + garmin(1, "6.00").replace('"1,050"', "--"), "ok"),
    "garmin_thousands": (GARMIN + garmin(1, "6.00") + garmin(2, "6,000"), "flag"),
    "semicolon_comma": (
        "date;distance_km;duration;name\n01.05.2024;1.010,5;99:00:00;far\n",
        "flag",  # nobody runs 1,010 km in a week, nor 99 hours
    ),
    "ambiguous_date": ("date,distance_km\n01/02/2024,5\n", "reject"),
    "mixed_date": (
        "date,distance_km\n13/02/2024,5\n02/14/2024,6\n03/04/2024,7\n",
        "flag",
    ),
    "excel_date": ("date,distance_km\n2024-05-01,5\n45414.27,6\n", "ok"),
    "excel_hash": (STRAVA + row() + row(12, km="########", metres="########"), "flag"),
    "sci": (STRAVA + row() + row(12, metres="6.0005E+03"), "ok"),
    "empty": ("", "reject"),
    "header_only": (STRAVA, "ignore"),
    "blank_lines": ("\n\n" + (STRAVA + row()).replace("\n", "\n\n"), "ok"),
    "nul": (STRAVA + row() + row(12, metres="60\0005"), "flag"),
    "unclosed_quote": (STRAVA + row(11, name='"Run') + row(12), "flag"),
    "ragged": (
        STRAVA + row() + row(12).replace("Run,Run", "Run, and more,Run"),
        "flag",
    ),
    "dup_rows": (STRAVA + row() + row(), "flag"),
    "negative": (STRAVA + row() + row(12, km="-6.00", metres="-6000.5"), "flag"),
    "inf": (STRAVA + row() + row(12, km="inf", metres="inf"), "flag"),
    "huge_int": (STRAVA + row() + row(12, km="9" * 5000, metres="9" * 5000), "flag"),
    "formula": (STRAVA + row(name="=1+1"), "ok"),
    "wide": (
        ",".join(["date", "distance_km", *map(str, range(100_000))]) + "\n",
        "limit",
    ),
    "huge_field": (STRAVA + row(about='"' + "x" * (1 << 21) + '"'), "limit"),
    "many_quotes": (STRAVA + row(about='"' * (1 << 22)), "limit"),
    "not_activities": ("Bike Name,Bike Brand,Bike Model\nRed,A,B\n", "ignore"),
}


@pytest.mark.parametrize("case", ZOO)
def test_zoo(case):
    text, expected = ZOO[case]
    assert verdict(text.encode()) == expected


@pytest.mark.parametrize(
    ("encoding", "mark"), [("utf-16", ","), ("utf-16", "\t"), ("cp1252", ",")]
)
def test_zoo_of_encodings(encoding, mark):
    text = GERMAN + row().replace('"May 1, 2024, 6:11:00 AM"', "01.05.2024 06:11:00")
    assert verdict(text.replace(",", mark).encode(encoding)) == "ok"


def verdict(data: bytes) -> str:
    try:
        reading = csv.read(data, "case.csv", Settings())
    except Unreadable:
        return "reject"
    except NotActivity:
        return "ignore"
    except OverLimit:
        return "limit"
    if not reading.activities:
        return (
            "reject" if any(s.kind == "rejected" for s in reading.skipped) else "ignore"
        )
    said = reading.skipped or any(
        activity.session.notes for activity in reading.activities
    )
    return "flag" if said else "ok"
