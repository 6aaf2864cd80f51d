"""Lists in hands and languages of all kinds: numbers, headings, and columns known by their cells."""

from __future__ import annotations

import pytest

from loadwatch.errors import NotActivity
from loadwatch.ingest.readers import csv
from loadwatch.ingest.readers.csv.numbers import parse_measure
from loadwatch.settings import Settings

RUNS = (
    ("2026-03-02", 8.2, 2850),
    ("2026-03-05", 10.0, 3490),
    ("2026-03-08", 15.1, 5520),
    ("2026-03-10", 6.0, 2165),
)


def clock(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds % 3600 // 60:02}:{seconds % 60:02}"


def read(text: str):
    return csv.read(text.encode(), "list.csv", Settings()).activities


def check_runs(text: str, others: int = 0) -> list[str]:
    """Hold the runs of a list against RUNS; return their notes."""
    sessions = [one.session for one in read(text)]
    runs = [one for one in sessions if one.sport == "running"]
    assert len(sessions) - len(runs) == others
    for run, (day, km, seconds) in zip(runs, RUNS, strict=True):
        start = run.start_local or run.start_utc
        assert start is not None
        assert start.date().isoformat() == day
        assert run.distance_m == pytest.approx(km * 1000, rel=0.01)
        times = [run.timer_s, run.moving_s, run.elapsed_s]
        assert any(time == pytest.approx(seconds, rel=0.01) for time in times)
    return [note.code for run in runs for note in run.notes]


# --- numbers -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "metres"),
    [
        ("ca. 8.2 km", 8200),
        ("(ca.) 8.2km", 8200),
        ("8.2 km*", 8200),
        ("8.2 km (5.1 mi)", 8200),
        ("3.7 mi.", 3.7 * 1609.344),
        ("5 1/2 mi", 5.5 * 1609.344),
        ("5½ mi", 5.5 * 1609.344),
        ("8 km 200 m", 8200),
        ("8km200", 8200),
        ("8\u2019200 m", 8200),
        ("8,2 χλμ", 8200),
        ("8.2 킬로미터", 8200),
        ("8.200E+03 m", 8200),
    ],
)
def test_a_distance_in_any_spelling(cell, metres):
    value, unit = parse_measure(cell, ",")
    assert unit is not None
    assert value * unit == pytest.approx(metres, rel=0.001)


@pytest.mark.parametrize("cell", ["10-12 km", "2x5 km", "8+2", ">10", "7/10", "5 1/0"])
def test_a_distance_that_is_no_single_number(cell):
    value, _ = parse_measure(cell)
    assert value != value


@pytest.mark.parametrize(
    ("heading", "spell"),
    [
        ("Distance (m)", lambda km: f"{km * 1000:,.0f}"),
        ("Distance (m)", lambda km: f"{km * 1000:,.0f}".replace(",", ".")),
        ("Distance (km)", lambda km: f"{km:.3f}"),
        ("Distance (km)", lambda km: f"{km:.3f}".replace(".", ",")),
        ("Distance", lambda km: f"{km:.3f} km"),
    ],
)
def test_a_mark_before_three_digits_is_what_a_person_can_run(heading, spell):
    rows = [f"{day};Run;{spell(km)};{clock(time)}" for day, km, time in RUNS]
    check_runs("\n".join([f"Date;Sport;{heading};Time", *rows]))


def test_seconds_beside_metres_and_metres_a_second():
    head = "Activity type;Start time;Duration;Distance (m);Avg speed (m/s)"
    rows = [
        f"Running;{day}T06:05:00;{time};{km * 1000:.0f};{km * 1000 / time:.2f}"
        for day, km, time in RUNS
    ]
    check_runs("\n".join([head, *rows]))


def test_metres_without_a_unit_and_without_times():
    rows = [f"{day},Run,{km * 1000}" for day, km, _ in RUNS]
    runs = read("\n".join(["day,activity,distance", *rows]))
    assert [one.session.distance_m for one in runs] == [
        pytest.approx(km * 1000) for _, km, _ in RUNS
    ]


def test_a_column_of_units_under_any_name():
    rows = [f"{d},Run,{km / 1.609344:.3f},mi,{clock(time)}" for d, km, time in RUNS]
    check_runs("\n".join(["Date,Type,Actual Distance,Distance Type,Time", *rows]))


@pytest.mark.parametrize("zero", ["\uff10", "\u0660", "\u06f0", "\u0966", "\u0e50"])
def test_digits_of_other_scripts(zero):
    digits = {ord("0") + at: ord(zero) + at for at in range(10)}
    rows = [f"{day},Run,{km},{clock(time)}".translate(digits) for day, km, time in RUNS]
    check_runs("\n".join(["Date,Type,km,Time", *rows]))


def test_text_that_a_spreadsheet_is_kept_from_converting():
    rows = [f'="{day}",Run,="{km}","=""{clock(time)}"""' for day, km, time in RUNS]
    check_runs("\n".join(["Date,Type,km,Time", *rows]))


# --- headings ------------------------------------------------------------------------

LANGUAGES = {
    "uk": ("Дата;Тип;Дистанція (км);Час", "Біг", "Велосипед"),
    "bg": ("Дата;Спорт;Разстояние;Време", "Бягане", "Колоездене"),
    "hr": ("Datum;Vrsta;Udaljenost (km);Vrijeme", "Trčanje", "Bicikl"),
    "ro": ("Data;Activitate;Distanță (km);Durată", "Alergare", "Ciclism"),
    "et": ("Kuupäev;Spordiala;Distants (km);Aeg", "Jooks", "Ratas"),
    "lv": ("Datums;Veids;Distance (km);Laiks", "Skriešana", "Riteņbraukšana"),
    "lt": ("Data;Tipas;Atstumas (km);Laikas", "Bėgimas", "Dviratis"),
    "is": ("Dagsetning;Tegund;Vegalengd (km);Tími", "Hlaup", "Hjólreiðar"),
    "ca": ("Data;Activitat;Distància (km);Temps", "Córrer", "Bicicleta"),
    "el": ("Ημερομηνία;Δραστηριότητα;Απόσταση (χλμ);Διάρκεια", "Τρέξιμο", "Ποδηλασία"),
    "he": ('תאריך;סוג;מרחק (ק"מ);זמן', "ריצה", "רכיבה"),
    "ar": ("التاريخ;النشاط;المسافة (كم);الوقت", "جري", "دراجة"),
    "th": ("วันที่;กิจกรรม;ระยะทาง (กม.);เวลา", "วิ่ง", "ปั่นจักรยาน"),
    "vi": ("Ngày;Hoạt động;Khoảng cách (km);Thời gian", "Chạy bộ", "Đạp xe"),
    "id": ("Tanggal;Aktivitas;Jarak (km);Waktu", "Lari", "Bersepeda"),
    "nb": ("Dato;Økt;Lengde (km);Varighet", "Løpetur", "Sykkel"),
    "unheard of": ("Dyddiad x;Math;Pellter hir km;Amser x", "Run", "Ride"),
}


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_a_list_in_any_language(language):
    head, run, ride = LANGUAGES[language]
    rows = [f"{day};{run};{km};{clock(time)}" for day, km, time in RUNS]
    check_runs("\n".join([head, *rows, f"2026-03-11;{ride};30;1:10:00"]), others=1)


@pytest.mark.parametrize(
    "head",
    [
        "Date;Type;Distance (km)*;Time *",
        "Date;Type;km gelaufen;Time",
        "Date;Type;How far (km);How long",
        "Date;Type;No. of km;h:m:s",
        "Session date;Type;km;Time",
        "Started on;Type;km;Duration",
        "Datum / Date;Art / Type;Distanz / Distance (km);Zeit / Temps",
        ";Type;km;Time",
    ],
)
def test_a_heading_in_any_words(head):
    rows = [f"{day};Run;{km};{clock(time)}" for day, km, time in RUNS]
    check_runs("\n".join([head, *rows]))


def test_dates_that_only_their_cells_show_are_told():
    rows = [f"{day};Run;{km};{clock(time)}" for day, km, time in RUNS]
    notes = check_runs("\n".join(["Session date;Type;km;Time", *rows]))
    assert notes == ["date_column"] * len(RUNS)


@pytest.mark.parametrize(
    "text",
    [
        "Montag;km\n2026-03-02;30\n2026-03-09;33\n2026-03-16;28\n2026-03-23;35\n",
        "Week of;km\n2026-03-02;30\n2026-03-10;33\n2026-03-16;28\n",
        "Period;km\n2026-01-01;130\n2026-02-01;99\n2026-03-01;120\n",
        "Wann;km Stand\n2026-03-02;1203\n2026-03-12;1209\n2026-03-19;1215\n2026-03-30;1220\n",
        "Wann;km geplant\n2026-03-02;10\n2026-03-03;12\n2026-03-05;8\n",
        "Erstellt;Lauf am;km\n2026-04-01;2026-03-02;8\n2026-04-02;2026-03-04;9\n",
        "Wann;Schlaf\n2026-03-02;7:30:00\n2026-03-03;7:10:00\n",
        "Wann;kg\n2026-03-02;70\n2026-03-03;71\n",
        "Jour;Allure /km\n2026-03-02;5:30\n2026-03-04;5:20\n",
    ],
)
def test_a_table_of_other_things_with_dates_is_no_list(text):
    with pytest.raises(NotActivity):
        read(text)


def test_a_cell_of_any_length_costs_little():
    # no rule of a value looks at more than a line of text
    for text in ("(" * 100_000, "1 " * 50_000, "5 1/2" * 20_000, "ca." * 30_000):
        value, unit = parse_measure(text)
        assert value != value
        assert unit is None
