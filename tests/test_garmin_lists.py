# ruff: noqa: DTZ001, ISC004 -- wall clocks of lists tell no zone; rows of tables are long
"""Garmin Connect's list in each language, and what its numbers show of their units."""

import math
from datetime import datetime

import pytest

from loadwatch.ingest.readers import csv
from loadwatch.settings import Settings
from tests.read_lists import SETTINGS, one, read, sessions

# language -> header, a word for a plain run, another word and what it stands for
GARMIN = {
    "en": (
        "Activity Type,Date,Favorite,Title,Distance,Calories,Time,Avg HR,Avg Run Cadence,Avg Pace,Total Ascent,"
        "Total Descent,Avg Stride Length,Steps,Moving Time,Elapsed Time",
        "Running",
        ("Treadmill Running", "treadmill"),
    ),
    "de": (
        "Aktivitätstyp,Datum,Favorit,Titel,Distanz,Kalorien,Zeit,Ø Herzfrequenz,Ø Schrittfrequenz (Laufen),Ø Pace,"
        "Anstieg gesamt,Abstieg gesamt,Ø Schrittlänge,Schritte,Zeit in Bewegung,Verstrichene Zeit",
        "Laufen",
        ("Laufen auf der Bahn", "track"),
    ),
    "fr": (
        "Type d'activité,Date,Favori,Titre,Distance,Calories,Durée,Fréquence cardiaque moyenne,"
        "Cadence de course moyenne,Allure moyenne,Ascension totale,Descente totale,Longueur moyenne des foulées,Pas,"
        "Temps de déplacement,Temps écoulé",
        "Course à pied",
        ("Trail", "trail"),
    ),
    "es": (
        "Tipo de actividad,Fecha,Favorito,Título,Distancia,Calorías,Tiempo,Frecuencia cardiaca media,"
        "Cadencia de carrera media,Ritmo medio,Ascenso total,Descenso total,Longitud media de zancada,Pasos,"
        "Tiempo en movimiento,Tiempo transcurrido",
        "Carrera",
        ("Entrenamiento en cinta", "treadmill"),
    ),
    "pt-BR": (
        "Tipo de atividade,Data,Favorito,Título,Distância,Calorias,Tempo,FC Média,Cadência de corrida média,"
        "Ritmo médio,Subida total,Descida total,Comprimento médio da passada,Passos,Tempo em movimento,Duração",
        "Corrida",
        ("Corrida em trilhas", "trail"),
    ),
    "it": (
        "Tipo di attività,Data,Preferita,Titolo,Distanza,Calorie,Tempo,FC Media,Cadenza di corsa media,Passo medio,"
        "Ascesa totale,Discesa totale,Lunghezza media passo,Passi,Tempo in movimento,Tempo trascorso",
        "Corsa",
        ("Corsa su tapis roulant", "treadmill"),
    ),
    "da": (
        "Aktivitetstype,Dato,Favorit,Titel,Distance,Kalorier,Tid,Gennemsnitlig puls,Gennemsnitlig løbekadence,"
        "Gennemsnitstempo,Samlet stigning,Samlet nedstigning,Gennemsnitlig skridtlængde,Skridt,Tid i bevægelse,"
        "Tidsforbrug",
        "Løb",
        ("Løb terræn", "trail"),
    ),
    "hu": (
        "Tevékenység típusa,Dátum,Kedvenc,Cím,Távolság,Kalória,Idő,Átlagos pulzusszám,Átl. pedálütem,Átlagos tempó,"
        "Teljes emelkedés,Teljes süllyedés,Átlagos lépéshossz,Lépések,Mozgásidő,Eltelt idő",
        "Futás",
        ("Teremfutás", "treadmill"),
    ),
    "nl": (
        "Activiteittype,Datum,Favoriet,Titel,Afstand,Calorieën,Tijd,Gem. HS,Gem. loopcadans,Gem. tempo,"
        "Totale stijging,Totale daling,Gem. staplengte,Stappen,Tijd bewogen,Verstreken tijd",
        "Hardlopen",
        ("Loopband", "treadmill"),
    ),
    "pl": (
        "Typ aktywności,Data,Ulubiony,Tytuł,Dystans,Suma kalorii,Czas,Średnie tętno,Średnia kadencja biegu,"
        "Średnie tempo,Całkowity wznios,Całkowity spadek,Średnia długość kroku,Kroki,Czas ruchu,Całkowity czas",
        "Bieganie",
        ("Bieg na bieżni", "treadmill"),
    ),
    "ja": (
        "アクティビティタイプ,日付,お気に入り,タイトル,距離,カロリー,タイム,平均心拍数,平均ピッチ,平均ペース,"
        "総上昇量,総下降量,平均歩幅,ステップ,移動時間,経過時間",
        "ランニング",
        ("トレッドミルランニング", "treadmill"),
    ),
}


def garmin_rows(plain: str, other: str) -> str:
    # 10.02 km in 50:06 is 5:00/km; 8,350 steps of 1.20 m are 10.02 km
    return (
        f'{plain},2025-03-02 08:15:30,false,"Morning","10.02","700","00:50:06","150","166","5:00","1,050","48",'
        '"1.20","8,350","00:50:00","00:52:10"\n'
        f'{other},2025-03-01 18:00:00,false,"Evening","5.00","350","00:26:40","--","160","5:20","--","--",'
        '"1.17","4,270","00:26:40","00:26:40"\n'
    )


@pytest.mark.parametrize("language", GARMIN)
def test_garmin_in_each_language(language):
    header, plain, (other, sub_sport) = GARMIN[language]
    morning, evening = sessions(header + "\n" + garmin_rows(plain, other))
    assert (morning.sport, morning.sub_sport) == ("running", "generic")
    assert (evening.sport, evening.sub_sport) == ("running", sub_sport)
    assert morning.start_local == datetime(2025, 3, 2, 8, 15, 30)
    assert morning.start_utc is None
    assert morning.distance_m == pytest.approx(10_020)
    assert (morning.timer_s, morning.moving_s, morning.elapsed_s) == (3006, 3000, 3130)
    assert (morning.ascent_m, morning.descent_m) == (1050, 48)
    assert (morning.steps, morning.cadence_spm, morning.heart_rate_bpm) == (
        8350,
        166,
        150,
    )
    assert (morning.line, evening.line) == (2, 3)
    assert math.isnan(evening.heart_rate_bpm)
    assert math.isnan(evening.ascent_m)
    assert morning.notes == evening.notes == ()
    assert morning.format == "list"


def test_garmin_of_2012_with_titles_above_and_a_blank_before_each_line():
    text = (
        "Aktivitäten von jemand\n \n Favorit,Aktivitätsname,Aktivitätstyp,Course,Start,Zeit,Distanz,"
        "Positiver Höhenunterschied,Ø Geschw(Ø Pace),Ø HF,\n"
        ' false,Lauf,Laufen,--,"Fr, 25 Mai 2012 20:31",1:05:11,"10,20",38,6:24,138,\n'
        ' false,Kurz,Laufen,--,"Di, 22 Mai 2012 19:47",6:33,"1,50",5,4:22,170,\n'
    )
    long, short = sessions(text)
    assert long.start_local == datetime(2012, 5, 25, 20, 31)
    assert (long.distance_m, long.timer_s) == (pytest.approx(10_200), 3911)
    assert (short.distance_m, short.timer_s) == (
        pytest.approx(1500),
        393,
    )  # 6:33 is minutes and seconds
    assert (long.line, short.line) == (4, 5)


MILES = "Activity Type,Date,Favorite,Title,Distance,Time,Avg Run Cadence,Avg Pace,Total Ascent,Avg Stride Length\n"


def test_miles_are_told_by_stride_and_cadence():
    # 22.25 min x 167 x 0.87 m = 3,233 m = 2.01 miles
    row = 'Running,2022-04-18 10:31:59,false,Run,"2.02","00:22:15","167","11:02","217","0.87"\n'
    session = one(MILES + row)
    assert session.distance_m == pytest.approx(2.02 * 1609.344)
    assert session.ascent_m == pytest.approx(217 * 0.3048)
    assert [note.code for note in session.notes] == ["elevation_unit"]
    metres = one(MILES + row, Settings(elevation_unit="m"))
    assert (metres.ascent_m, metres.notes) == (217, ())


def test_a_unit_that_nothing_tells_is_said_and_can_be_set():
    text = "Activity Type,Date,Favorite,Title,Distance,Time\nRunning,2022-04-18 10:31:59,false,Run,5.00,00:30:00\n"
    session = one(text)
    assert session.distance_m == 5000
    assert "--distance-unit mi" in session.notes[0].text
    miles = one(text, Settings(distance_unit="mi"))
    assert miles.distance_m == pytest.approx(5 * 1609.344)
    assert not any(note.code == "distance_unit" for note in miles.notes)


def test_decimal_comma_in_an_english_list():
    header, *_ = GARMIN["en"]
    text = (
        header
        + '\nRunning,2022-12-17 08:16:26,false,Run,"4,14","320","00:28:21","129","161","6:51","4","4","0,91","","",""\n'
    )
    session = one(text)
    assert session.distance_m == pytest.approx(4140)
    assert session.notes == ()


def test_metres_of_a_track_run_that_a_spreadsheet_mangled():
    # 2,81 in a list of points: 12:06 at 4:18/km is 2.81 km, and so is it when written 2,810 (metres)
    header = "Activity Type,Date,Favorite,Title,Distance,Time,Avg Pace,Avg Stride Length,Steps\n"
    plain = "Running,2023-03-01 08:00:00,false,Run,5.30,00:30:31,5:45,1.09,4862\n"
    for cell in ('"2,81"', '"2,810"', "2810"):
        track = f"Track Running,2023-03-02 08:00:00,false,Run,{cell},00:12:06,4:18,1.20,2342\n"
        _, session = sessions(header + plain + track)
        assert session.distance_m == pytest.approx(2810), cell
        assert session.sub_sport == "track"


def test_swims_are_told_in_metres():
    header = "Activity Type,Date,Favorite,Title,Distance,Time,Avg Pace,Avg Stride Length,Steps\n"
    run = "Running,2023-03-01 08:00:00,false,Run,5.30,00:30:31,5:45,1.09,4862\n"
    swim = (
        'Pool Swimming,2023-03-02 08:00:00,false,Swim,"1,214",00:45:23,3:44,0.00,--\n'
    )
    _, session = sessions(header + run + swim)
    assert session.distance_m == 1214
    assert (session.sport, session.sub_sport) == ("swimming", "lap_swimming")


def test_hours_and_minutes_are_told_by_the_other_durations():
    header, plain, _ = GARMIN["da"]
    row = f'{plain},2025-11-01 10:19:32,false,Langt,"11.18","888","1:02","159","165","5:29","92","91","1.11","10,004","01:01:12","01:01:18"\n'
    short = f'{plain},2025-10-31 15:51:00,false,Løb,"6.17","461","0:33","150","165","5:16","35","34","1.15","5,308","00:32:33","00:32:34"\n'
    for session, elapsed in zip(
        sessions(header + "\n" + row + short), (3678, 1954), strict=True
    ):
        assert session.elapsed_s == elapsed
        # whole minutes: the columns beside it know the seconds
        assert math.isnan(session.timer_s)


def test_hours_and_minutes_alone_are_told_by_speed():
    text = "Activity Type,Date,Favorite,Title,Distance,Time\nRunning,2025-10-31 15:51:00,false,x,6.17,0:33\n"
    assert one(text).timer_s == 33 * 60


def test_pace_in_the_speed_column():
    header = (
        "Activity Type,Date,Title,Distance,Time,Avg Speed,Avg Stride Length,Steps\n"
    )
    text = header + (
        'Running,2024-05-01 07:00:00,Run,"5.00","00:52:05","10:25","0.96","5208"\n'
        'Cycling,2024-05-02 07:00:00,Ride,"20.00","01:00:00","20.0","0.00","--"\n'
    )
    run, ride = sessions(text)
    assert (run.distance_m, ride.distance_m) == (5000, 20_000)
    assert run.notes == ()


def test_fake_zeros_are_unknown():
    header = "Activity Type,Date,Favorite,Title,Distance,Time,Avg HR,Avg Run Cadence,Avg Run Cadence,Total Ascent,Total Descent,Avg Stride Length,Steps,Avg GCT Balance\n"
    text = (
        header
        + 'Running,2021-05-01 07:00:00,false,x,5.00,00:25:00,0,166,0,0,0,1.20,0,"0"\n'
    )
    session = one(text)
    for value in (
        session.heart_rate_bpm,
        session.ascent_m,
        session.descent_m,
        session.steps,
    ):
        assert math.isnan(value)
    # of two columns of one name, the one that is not zero
    assert session.cadence_spm == 166
    assert math.isnan(session.stance_balance_pct)


def test_balance_and_oscillation():
    header = "Activity Type,Date,Favorite,Title,Distance,Time,Avg Stride Length,Steps,Avg GCT Balance,Avg Vertical Oscillation\n"
    rows = {"50.1% V / 49.9% H": 50.1, "49% E / 51% D": 49.0}
    for cell, left in rows.items():
        session = one(
            header
            + f'Running,2021-05-01 07:00:00,false,x,5.00,00:25:00,1.20,4167,"{cell}","9.8"\n'
        )
        assert session.stance_balance_pct == left
        assert session.vertical_oscillation_mm == pytest.approx(98)


def test_an_alarm_is_no_activity():
    header, plain, _ = GARMIN["en"]
    row = 'Incident Detected,2022-01-01 10:00:00,false,x,"0.00","--","00:00:00","--","--","--","--","--","--","--","--","--"\n'
    reading = read(header + "\n" + row + garmin_rows(plain, plain))
    assert [(s.source, s.kind) for s in reading.skipped] == [("#2", "ignored")]
    assert "incident" in reading.skipped[0].why
    assert len(reading.activities) == 2


def test_an_unknown_word_stays_unknown():
    header, *_ = GARMIN["en"]
    first, _ = sessions(header + "\n" + garmin_rows("Quidditch", "Running"))
    assert first.sport == "unknown"
    assert "Quidditch" in first.notes[0].text


def test_semicolons_points_and_german_dates():
    header, plain, _ = GARMIN["en"]
    text = (
        header.replace(",", ";")
        + "\n"
        + f"{plain};11.07.2025 16:58;FALSE;Lauf;5.91;473;00:36:52;164;142;6:14;25;26;1.10;5,320;00:36:45;00:36:57\n"
    )
    session = csv.read(text.encode("cp1252"), "x", SETTINGS).activities[0].session
    assert session.start_local == datetime(2025, 7, 11, 16, 58)
    assert (session.distance_m, session.steps) == (pytest.approx(5910), 5320)


def test_thousands_of_climb_in_a_list_with_decimal_commas():
    header, *_ = GARMIN["en"]
    rows = 'Running,2022-12-17 08:16:26,false,x,"24,14","900","02:44:09","129","161","6:48","{}","4","0,91","","",""\n'
    for cell in ("1,079", "1.079"):
        assert one(header + "\n" + rows.format(cell)).ascent_m == 1079
