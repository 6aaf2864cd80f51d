"""Each way to write a start or a duration in a list, and what no date may do."""

from __future__ import annotations

import json

import pytest

from loadwatch.ingest.readers import csv
from loadwatch.ingest.readers.csv.dates import parse_date
from loadwatch.ingest.readers.csv.numbers import parse_duration
from loadwatch.settings import Settings

MORNING = [
    "2026-06-02 06:05:00",
    "2026-06-02T06:05:00.000",
    "20260602",
    "2 Jun 2026, 6:05 AM",
    "2nd June 2026 6:05",
    "2nd of June 2026 06:05",
    "June 2nd, 2026, 6:05:00 AM",
    "Tuesday, June 2, 2026",
    "Jun-02-2026 06:05",
    "02-Jun-26",
    "02.06.2026 06:05 Uhr",
    "2. Juni 2026 um 06:05",
    "2 juin 2026 à 06:05",
    "2 de junio de 2026 6:05",
    "2 giu 2026, 06:05:00",
    "2. kesäkuuta 2026 klo 6.05",
    "2. juni 2026 kl. 06.05",
    "2 июня 2026 г., 06:05:00",
    "2 Haz 2026 06:05",
    "2026. június 2. 06:05",
    "2026年6月2日 上午6:05",
    "2026. 6. 2. 오전 6:05",
    "2026-06-02 06:05 EST",
    "2. 6. 2026",
    "2026/06/02(火) 06:05",
    "2026\u201106\u201102",
    "2026-06-02 06:05 Tue",
    "02.06.2026 (Di)",
    "2026-Jun-02",
    "2026 June 2",
    "02JUN2026",
    "20260602T060500+0200",
    "Jun 2 '26 6:05 am",
    "Jun 02, 2026 @ 6:05 AM",
    "Jun 02, 2026 \u2022 6:05 AM",
    "2/6/2026 6:05 a. m.",
    "06:05 02.06.2026",
    "06:05, 02 Jun 2026",
    "Tue Jun 02 2026 06:05:00 GMT+0200 (CEST)",
    "Tue, 02 Jun 2026 06:05:00 +0200",
    "2026-06-02 06:05 (-05)",
    "2026-06-02 06:05 (CEST)",
    "2026-06-02 06:05 UTC+2",
    "2026-06-02T06:05:00+02:00[Europe/Zurich]",
    "2026-06-02 06:05 Europe/Zurich",
    "terça-feira, 2 de junho de 2026",
    "2 de juny de 2026",
    "2. lipnja 2026.",
    "2 юни 2026 г.",
    "2 Juni 2026",
]


@pytest.mark.parametrize("text", MORNING)
def test_a_date_in_any_spelling(text):
    date = parse_date(text, "dmy")
    assert date is not None
    assert (date.wall.year, date.wall.month, date.wall.day) == (2026, 6, 2)
    if date.has_clock:
        assert (date.wall.hour, date.wall.minute) == (6, 5)
    assert date.has_clock == (":" in text or ".05" in text or "T0605" in text)


@pytest.mark.parametrize(
    "text",
    ["2026-02-30", "20261399", "31.31.2026", "Week 9", "2026-153", "2. Foo 2026", "-"],
)
def test_what_is_no_date(text):
    assert parse_date(text, "dmy") is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("47:30", 2850),
        ("0:47:30", 2850),
        ("00:47:30.5", 2850.5),
        ("12:47:30 AM", 2850),
        ("0 days 00:47:30", 2850),
        ("1 day, 0:45:10", 89110),
        ("PT47M30S", 2850),
        ("PT1H32M", 5520),
        ("47'30\"", 2850),
        ("47min30", 2850),
        ("47 min", 2820),
        ("1h32", 5520),
        ("1h32'00\"", 5520),
        ("1 hr 32 min", 5520),
        ("1 h 32 m", 5520),
        ("0.47.30", 2850),
        ("0:47:30 h", 2850),
        ("47:30 min", 2850),
        ("1:32 Std.", 5520),
        ("0h 47m 30s", 2850),
        ("0 Std. 47 Min. 30 Sek.", 2850),
        ("0 heures 47 minutes 30 secondes", 2850),
        ("0 ч 47 мин 30 с", 2850),
        ("0 godz. 47 min 30 s", 2850),
        ("1 t 32 min", 5520),
        ("1u32", 5520),
        ("0 óra 47 perc 30 mp", 2850),
        ("0時間47分30秒", 2850),
        ("0小时47分30秒", 2850),
        ("0시간 47분 30초", 2850),
        ("0d 00h 47m 30s", 2850),
        ("P0DT0H47M30S", 2850),
        ("2850 s", 2850),
        ("2850000 ms", 2850),
        ("47,5 min", 2850),
        ("~0:47:30", 2850),
        ("ca. 0:47:30", 2850),
        ("0:47:30 (net)", 2850),
        ("'0:47:30", 2850),
    ],
)
def test_a_duration_in_any_spelling(text, seconds):
    assert parse_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text",
    ["47", "8.2", "PT", "P1D", "2026-03-02", "1.032.500", "30 s 2 min", "2 x 5 min"],
)
def test_what_is_no_duration(text):
    assert parse_duration(text) != parse_duration(text)  # NaN: its unit is not known


def test_a_spreadsheet_made_hours_of_minutes():
    text = "date,km,time\n2026-03-02,8.2,47:30:00\n2026-03-05,15.1,1:32:00\n"
    reading = csv.read(text.encode(), "log.csv", Settings())
    assert [one.session.timer_s for one in reading.activities] == [2850, 5520]


@pytest.mark.parametrize("date", ["2062-03-09", "2026-02-30", "9999-12-31", "soon"])
def test_an_impossible_date_never_sets_today(call, tmp_path, date):
    path = tmp_path / "log.csv"
    path.write_text(f"date,type,km\n2026-03-02,Run,8\n2026-03-08,Run,9\n{date},Run,7\n")
    code, out, err = call("activities", path, "--format", "json", "--no-store")
    assert code == 0, err
    shown = json.loads(out)
    assert shown["settings"]["today"] == "2026-03-08"
    assert len(shown["activities"]) == 2
    assert [one["source"] for one in shown["skipped"]] == ["log.csv#4"]
