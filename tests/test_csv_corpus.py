# ruff: noqa: DTZ007 -- rows of tables are long, and their clocks tell no zone
"""Each real list against ten lines with the csv module, which share nothing with the reader but the corpus."""

import csv as stdlib
from datetime import datetime
from pathlib import Path

import pytest

from loadwatch.ingest.readers import csv
from loadwatch.settings import Settings

RUN_WORDS = {"Run", "Running", "Trail Running", "Treadmill Running", "Laufen", "Laufbandtraining", "Laufen auf der Bahn"} | {
    "Carrera", "Entrenamiento en cinta", "Corrida", "Corrida em esteira", "Corrida em trilhas",
}  # fmt: skip
TYPE = (
    "Activity Type",
    "Aktivitätstyp",
    "Tipo de actividad",
    "Tipo de atividade",
    "type",
)
DATE = ("Activity Date", "Date", "Datum", "Fecha", "Data", "date")
DISTANCE = ("Distance", "Distanz", "Distancia", "Distância", "distance")
FORMATS = (
    "%Y-%m-%d %H:%M:%S",
    "%b %d, %Y, %I:%M:%S %p",
    "%d %b %Y, %H:%M:%S",
    "%d.%m.%Y %H:%M",
)
MILES = ("jeremyiwk-en-US",)  # its list does not say so; its stride lengths do
NO_CLOCK = "00:00:00 PM"  # what one athlete wrote into a list of their own

GARMIN = sorted(
    [
        "Caturrell-en/activities.csv",
        "GisNoFun-semicolon/data/garmin/Activities_2.csv",
        "GisNoFun-semicolon/tests/fixtures/garmin/2025-08-22/Activities.csv",
        "PhilippPro-de/Activities_old.csv",
        "PhilippPro-de/data/Activities.csv",
        "RGazzaneo-pt-BR/Activities.csv",
        "RGazzaneo-pt-BR/Activities(7).csv",
        "RGazzaneo-pt-BR/Activities(8).csv",
        "RGazzaneo-pt-BR/Activities(9).csv",
        "alexisHuarac-es/Activities.csv",
        "jakobczakmagda-en/data/Activities.csv",
        "jeremyiwk-en-US/Activities.csv",
        "rluyck-en-decimalcomma/data/Activities.csv",
    ]
)
STRAVA = sorted(
    [
        "DillM94-2020/activities.csv",
        "JoBoSo-2014-2025/strava_exports/export_08_25_2025/activities.csv",
        "Lorraine-dayfirst/activities.csv",
        "TheNewThinkTank/data/activities.csv",
        "TheNewThinkTank/data/manual_activities.csv",
        "archipelagic/data/activities.csv",
    ]
)


def by_hand(path: Path) -> tuple[int, float, datetime, datetime]:
    """Return (runs, their kilometres, first and last start of all rows) by the csv module alone."""
    text = path.read_bytes().decode("utf-8-sig", errors="replace")
    separator = ";" if text.partition("\n")[0].count(";") > 3 else ","
    header, *rows = [
        row
        for row in stdlib.reader(text.splitlines(keepends=True), delimiter=separator)
        if row
    ]
    place = {
        name: header.index(next(n for n in names if n in header))
        for names, name in ((TYPE, "type"), (DATE, "date"))
    }
    distances = [at for at, name in enumerate(header) if name in DISTANCE]
    starts = [when(row[place["date"]]) for row in rows]
    km = sum(
        kilometres(row[distances[-1]], len(distances) == 2, path)
        for row in rows
        if row[place["type"]] in RUN_WORDS
    )
    return (
        sum(row[place["type"]] in RUN_WORDS for row in rows),
        km,
        min(starts),
        max(starts),
    )


def when(cell: str) -> datetime:
    for form in FORMATS:
        try:
            return datetime.strptime(cell, form)
        except ValueError:
            pass
    return datetime.strptime(cell.removesuffix(NO_CLOCK).strip(" ,"), "%b %d, %Y")


def kilometres(cell: str, metres: bool, path: Path) -> float:
    if cell in {"--", ""}:
        return 0.0
    value = float(
        cell.replace(",", ".") if cell[-3:-2] == "," else cell.replace(",", "")
    )
    return (
        value / 1000
        if metres
        else value * (1.609344 if any(name in str(path) for name in MILES) else 1)
    )


@pytest.mark.corpus
@pytest.mark.parametrize(
    "name", [*(f"csv-garmin/{n}" for n in GARMIN), *(f"csv-strava/{n}" for n in STRAVA)]
)
def test_runs_kilometres_and_dates_equal_the_csv_modules(corpus, name):
    path = corpus / name
    runs, km, first, last = by_hand(path)
    reading = csv.read(path.read_bytes(), name, Settings())
    sessions = [activity.session for activity in reading.activities]
    running = [session for session in sessions if session.sport == "running"]
    ours = sum(s.distance_m for s in running if s.distance_m > 0) / 1000
    starts = [s.start_local or s.start_utc.replace(tzinfo=None) for s in sessions]
    assert not reading.skipped
    assert len(running) == runs
    assert ours == pytest.approx(km, abs=1e-6)
    assert (min(starts), max(starts)) == (first, last)


@pytest.mark.corpus
def test_no_list_of_the_corpus_is_forgotten(corpus):
    found = {
        str(p.relative_to(corpus / "csv-garmin"))
        for p in (corpus / "csv-garmin").rglob("*.csv")
    }
    assert found == set(GARMIN)
    found = {
        str(p.relative_to(corpus / "csv-strava"))
        for p in (corpus / "csv-strava").rglob("*.csv")
    }
    assert found == set(STRAVA)


@pytest.mark.corpus
def test_the_real_runs_are_runs(corpus):
    """Nine in ten runs of each list lie between 3 and 12 min/km, so no unit is wrong by much."""
    for path in sorted(corpus.rglob("*.csv")):
        if path.parts[len(corpus.parts)].startswith(("csv-", "kbrch")):
            try:
                reading = csv.read(path.read_bytes(), path.name, Settings())
            except csv.NotActivity:
                continue
            paces = [
                pace for a in reading.activities if (pace := pace_of(a.session)) > 0
            ]
            assert sum(3 <= pace <= 12 for pace in paces) >= 0.9 * len(paces), path


def pace_of(session) -> float:
    if session.sport != "running" or not session.distance_m > 400:
        return 0.0
    time = next(
        (t for t in (session.timer_s, session.moving_s, session.elapsed_s) if t > 0),
        0.0,
    )
    return time / session.distance_m * 1000 / 60
