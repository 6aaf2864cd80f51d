# ruff: noqa: DTZ001, ISC004 -- rows of tables are long, and their clocks tell no zone
"""Lists of activities: each vendor and language with a small file of its own making."""

import math
from datetime import UTC, datetime

import pytest

from loadwatch.activity import Reading, Session
from loadwatch.errors import NotActivity, Unreadable
from loadwatch.ingest.readers import csv
from loadwatch.settings import Settings

SETTINGS = Settings()


def read(text: str, settings: Settings = SETTINGS, name: str = "list.csv") -> Reading:
    return csv.read(text.encode(), name, settings)


def sessions(text: str, settings: Settings = SETTINGS) -> list[Session]:
    reading = read(text, settings)
    assert not reading.skipped, reading.skipped
    return [activity.session for activity in reading.activities]


def one(text: str, settings: Settings = SETTINGS) -> Session:
    (session,) = sessions(text, settings)
    return session


# --- Garmin Connect ------------------------------------------------------------------------------

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
        assert math.isnan(
            session.timer_s
        )  # whole minutes: the columns beside it know the seconds


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
    assert (
        session.cadence_spm == 166
    )  # of two columns of one name, the one that is not zero
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


# --- Strava --------------------------------------------------------------------------------------

SPAN = (
    '"<span class=""translation_missing"" title=""translation missing: '
    'en-US.lib.export.portability_exporter.activities.horton_values.dirt_distance"">Dirt Distance</span>"'
)
BARE = "translation missing: en-US.lib.export.portability_exporter.activities.horton_values.dirt_distance"


def strava(dirt: str = "Dirt Distance") -> str:
    return (
        "Activity ID,Activity Date,Activity Name,Activity Type,Activity Description,Elapsed Time,Distance,"
        "Max Heart Rate,Commute,Activity Gear,Filename,Elapsed Time,Moving Time,Distance,Average Speed,"
        f"Elevation Gain,Elevation Loss,Average Cadence,Average Heart Rate,Perceived Exertion,Gear,{dirt},Total Steps\n"
    )


RUN = (
    '11,"Jul 14, 2024, 10:23:29 PM",Evening,Run,"two\nlines, ""quoted""",1500,5.01,150,false,Blue pair,'
    "activities/22.fit.gz,1509.0,1490.0,5012.3,3.364,30.5,31.0,86.0,140.2,6.0,123456.0,1200.5,4200.0\n"
)
SWIM = '12,"Jul 15, 2024, 6:00:00 AM",Pool,Swim,,1800,"1,025",,false,,,1800.0,1700.0,1025.0,,,,,,,,,\n'


@pytest.mark.parametrize(
    "dirt", ["Dirt Distance", SPAN, BARE], ids=["plain", "span", "bare"]
)
def test_strava_of_today(dirt):
    run, swim = sessions(strava(dirt) + RUN + SWIM)
    assert run.start_utc == datetime(2024, 7, 14, 22, 23, 29, tzinfo=UTC)
    assert run.start_local is None
    assert run.distance_m == pytest.approx(5012.3)  # the second column: metres
    assert (run.elapsed_s, run.moving_s) == (1500, 1490)
    assert (run.ascent_m, run.descent_m) == (30.5, 31.0)
    assert run.cadence_spm == 172  # Strava counts one leg
    assert (run.rpe, run.dirt_m, run.steps) == (6, 1200.5, 4200)
    assert (run.shoe, run.linked) == ("Blue pair", "activities/22.fit.gz")
    assert (run.line, swim.line) == (2, 4)  # the description has a line break
    assert swim.distance_m == 1025
    assert math.isnan(swim.dirt_m)
    assert run.notes == ()


def test_strava_columns_are_found_by_name_not_by_place():
    def turned(line: str) -> str:
        from csv import reader, writer
        from io import StringIO

        out = StringIO()
        writer(out, lineterminator="\n").writerow(next(reader([line]))[::-1])
        return out.getvalue()

    row = RUN.replace('"two\nlines, ""quoted"""', "plain")
    assert one(turned(strava()) + turned(row)).distance_m == pytest.approx(5012.3)
    assert one(turned(strava()) + turned(row)).elapsed_s in {1500, 1509}


def test_strava_until_june_2019():
    text = (
        "id,date,name,type,description,elapsed_time,distance,commute,gear,filename\n"
        "193,2014-09-12 16:54:28,Evening,Run,,3600,10057.4,false,Old pair,activities/193.gpx\n"
    )
    session = one(text)
    assert session.start_utc == datetime(2014, 9, 12, 16, 54, 28, tzinfo=UTC)
    assert (session.distance_m, session.elapsed_s) == (10_057.4, 3600)
    assert (session.shoe, session.linked) == ("Old pair", "activities/193.gpx")


STRAVA_WORDS = {
    "de": (
        "Aktivitäts-ID,Aktivitätsdatum,Name der Aktivität,Aktivitätsart,Verstrichene Zeit,Distanz,"
        "Aktivitätsausrüstung,Dateiname,Verstrichene Zeit,Bewegungszeit,Distanz,Höhenzunahme,Höhenunterschied,"
        "Durchschnittliche Trittfrequenz,Gefühlte Anstrengung,Auf Schotter zurückgelegte Distanz",
        "Lauf",
        '"09.12.2022, 15:24:49"',
    ),
    "nl": (
        "Activiteits-ID,Datum van activiteit,Naam activiteit,Activiteitstype,Verstreken tijd,Afstand,"
        "Uitrusting voor activiteit,Bestandsnaam,Verstreken tijd,Beweegtijd,Afstand,Hoogteverschil,Hoogteverlies,"
        "Gemiddelde cadans,Waargenomen inspanning,Dirt Distance",
        "Hardloopsessie",
        "9 dec. 2022 15:24:49",
    ),
    "fr": (
        "ID de l'activité,Date de l'activité,Nom de l'activité,Type d'activité,Temps écoulé,Distance,"
        "Matériel utilisé pour l'activité,Nom du fichier,Temps écoulé,Durée de déplacement,Distance,Dénivelé positif,"
        "Dénivelé négatif,Cadence moyenne,Effort perçu,Distance sur terre",
        "Course à pied",
        '"9 déc. 2022, 15:24:49"',
    ),
    "es": (
        "ID de actividad,Fecha de la actividad,Nombre de la actividad,Tipo de actividad,Tiempo transcurrido,Distancia,"
        "Equipamiento de la actividad,Nombre del archivo,Tiempo transcurrido,Tiempo en movimiento,Distancia,"
        "Desnivel positivo,Desnivel negativo,Cadencia media,Esfuerzo percibido,Dirt Distance",
        "Carrera",
        '"9 dic 2022, 15:24:49"',
    ),
}


@pytest.mark.parametrize("language", STRAVA_WORDS)
def test_strava_in_each_language(language):
    header, run, date = STRAVA_WORDS[language]
    text = f'{header}\n77,{date},Runde,{run},3600,"9,44",Schuh,activities/1.fit.gz,3600.0,3550.0,9445.0,50.5,40.25,85.0,7.0,100.0\n'
    session = one(text)
    assert session.start_utc == datetime(2022, 12, 9, 15, 24, 49, tzinfo=UTC)
    assert (session.sport, session.distance_m) == (
        "running",
        9445.0,
    )  # decimal comma in the km column only
    assert (session.ascent_m, session.descent_m) == (50.5, 40.25)
    assert (session.cadence_spm, session.rpe, session.dirt_m) == (170, 7, 100)


def test_two_distances_that_disagree_are_said():
    text = strava() + RUN + RUN.replace("11,", "13,", 1).replace(",5.01,", ",9.99,")
    agree, disagree = sessions(text)
    assert agree.notes == ()
    assert "disagree" in disagree.notes[0].text


def test_a_file_name_may_not_leave_the_export():
    for name in ("../../etc/passwd", "/etc/passwd", r"\\host\share\a.fit", r"C:\a.fit"):
        reading = read(strava() + RUN.replace("activities/22.fit.gz", name))
        assert not reading.activities
        assert [s.kind for s in reading.skipped] == ["rejected"]


def test_error_instead_of_a_file_name():
    session = one(strava() + RUN.replace("activities/22.fit.gz", "#error#"))
    assert session.linked == ""
    assert "#error#" in session.notes[0].text


def test_the_same_number_twice():
    reading = read(strava() + RUN + RUN)
    assert len(reading.activities) == 1
    assert [(s.source, s.kind) for s in reading.skipped] == [("#4", "ignored")]


def test_a_manual_list_with_an_impossible_clock():
    text = 'Activity Date,Activity Type,Elapsed Time,Distance\n"Oct 30, 2023, 00:00:00 PM",Run,18:57,4.01\n"Oct 22, 2023, 00:00:00 PM",Run,23:43,4.50\n'
    first, _ = sessions(text)
    assert (first.distance_m, first.elapsed_s) == (pytest.approx(4010), 1137)
    assert first.date_only
    assert first.start_local == datetime(2023, 10, 30)


# --- other services ------------------------------------------------------------------------------


def test_runkeeper_in_miles_and_feet():
    text = (
        "Date,Type,Route Name,Distance (mi),Duration,Average Pace,Average Speed (mph),Calories Burned,Climb (ft),"
        "Average Heart Rate (bpm),Notes,GPX File\n"
        "2015-03-21 09:44:25,Running,,11.31,2:12:01,11:40,5.14,986.0,283.41,146,,2015-03-21-0944.gpx\n"
        '2015-03-19 07:21:36,Running,,5.17,52:45,10:12,5.88,423.0,75.23,150,"two\nlines",2015-03-19-0721.gpx\n'
    )
    long, short = sessions(text)
    assert long.distance_m == pytest.approx(11.31 * 1609.344)
    assert long.ascent_m == pytest.approx(283.41 * 0.3048)
    assert (long.timer_s, short.timer_s) == (7921, 3165)
    assert short.linked == "2015-03-19-0721.gpx"
    assert long.notes == ()


def test_runkeeper_without_a_unit_of_distance():
    text = (
        "Date,Type,Route Name,Distance,Duration,Average Pace,Average Speed (mph),Calories Burned,Climb (ft),"
        "Average Heart Rate (bpm),Notes,GPX File\n2015-01-04 14:46:58,Running,,5.25,44:44,8:31,7.04,735.0,115.11,,,a.gpx\n"
    )
    session = one(text)
    assert session.distance_m == pytest.approx(
        5.25 * 1609.344
    )  # 7.04 mph for 44:44 is 5.25 miles
    assert session.notes == ()


def test_trainingpeaks():
    text = (
        '"Title","WorkoutType","PlannedDuration","PlannedDistanceInMeters","WorkoutDay","DistanceInMeters",'
        '"TimeTotalInHours","VelocityAverage","CadenceAverage","HeartRateAverage","Rpe","Feeling"\n'
        '"Easy","Run","1.25","","2026-02-01","10800","1.2","2.5","162","136","3","7"\n'
        '"Free","Day Off","","","2026-02-02","","","","","","",""\n'
        '"Long","Run","2.0","","2026-02-03","","","","","","",""\n'
        '"Weights","Strength","","","2026-02-04","0","0.75","","","","",""\n'
    )
    reading = read(text)
    run, weights = (activity.session for activity in reading.activities)
    assert (run.distance_m, run.timer_s, run.rpe) == (10_800, pytest.approx(4320), 3)
    assert run.date_only
    assert run.cadence_spm == 162
    assert (weights.sport, weights.sub_sport, weights.timer_s) == (
        "training",
        "strength_training",
        2700,
    )
    assert math.isnan(weights.distance_m)
    assert [(s.source, s.kind) for s in reading.skipped] == [
        ("#3", "ignored"),
        ("#4", "ignored"),
    ]


def test_intervals_icu():
    text = (
        "id,start_date_local,name,type,moving_time,distance,elapsed_time,total_elevation_gain,average_speed,"
        "average_heartrate,average_cadence,icu_training_load,icu_rpe,trainer,timezone,gear\n"
        "i1,2024-07-01T06:30:00,Easy,Run,3000,10000.5,3060,55.5,3.33,140,85.5,50,4,False,Europe/Berlin,Pair\n"
        "i2,2024-07-02T06:30:00,Belt,Run,1800,6000,1800,,3.33,140,86,30,,True,Europe/Berlin,\n"
    )
    easy, belt = sessions(text)
    assert easy.start_local == datetime(2024, 7, 1, 6, 30)
    assert easy.start_utc == datetime(2024, 7, 1, 4, 30, tzinfo=UTC)
    assert easy.zone == "Europe/Berlin"
    assert (
        easy.distance_m,
        easy.moving_s,
        easy.ascent_m,
        easy.cadence_spm,
        easy.rpe,
    ) == (
        10_000.5,
        3000,
        55.5,
        171,
        4,
    )
    assert belt.sub_sport == "indoor_running"


def test_garmin_connect_export_uses_its_zone_not_its_offset():
    text = (
        '"Start Time","End Time","Activity ID","Activity Name","Duration (h:m:s)","Elapsed Duration (h:m:s)",'
        '"Moving Duration (h:m:s)","Distance (km)","Average Speed (km/h or min/km)","Elevation Loss (m)",'
        '"Elevation Gain (m)","Average Heart Rate (bpm)","Steps","Activity Type","Activity Parent","Device","Time Zone",'
        '"Offset"\n'
        '"2020-06-01T07:00:00+16:00","","1","Loop","00:50:00","00:51:00","00:49:30","10.0","12.0","40","41","150",'
        '"8300","Running","","Forerunner 245","America/Los_Angeles","+16:00"\n'
    )
    session = one(text)
    assert session.start_local == datetime(2020, 6, 1, 7)
    assert session.start_utc == datetime(2020, 6, 1, 14, tzinfo=UTC)
    assert (session.distance_m, session.ascent_m, session.descent_m) == (10_000, 41, 40)
    assert (session.timer_s, session.elapsed_s, session.moving_s) == (3000, 3060, 2970)


def test_garmin_service_dump():
    text = (
        "distance,activityId,startTimeLocal,startTimeGMT,activityName,activityType_typeKey,duration,movingDuration,"
        "elapsedDuration,elevationGain,elevationLoss,averageSpeed,averageHR,averageRunningCadenceInStepsPerMinute,"
        "activityTrainingLoad,steps,manufacturer\n"
        "5012.5,9,2024-05-01 08:00:00,2024-05-01 06:00:00,Run,trail_running,1800.5,1790.0,1850.0,100.0,90.0,2.78,150,165.5,88.2,4950,GARMIN\n"
    )
    session = one(text)
    assert (session.sport, session.sub_sport) == ("running", "trail")
    assert (session.distance_m, session.timer_s, session.ascent_m) == (
        5012.5,
        1800.5,
        100,
    )
    assert session.start_utc == datetime(2024, 5, 1, 6, tzinfo=UTC)
    assert session.start_local == datetime(2024, 5, 1, 8)
    assert (session.device_load, session.cadence_spm, session.device) == (
        88.2,
        165.5,
        "garmin",
    )


def test_apple_health_by_a_third_party():
    text = (
        "Date,Active energy burned(kcal),Activity,Distance(km),Duration(Seconds),Elevation: Ascended(m),"
        "Heart rate: Average(count/min)\n"
        "2021-01-02 15:05:17 - 2021-01-02 16:12:32,639.580,Running,10.371,4015.067,59.500,143.918\n"
    )
    session = one(text)
    assert session.start_local == datetime(2021, 1, 2, 15, 5, 17)
    assert (session.distance_m, session.timer_s) == (pytest.approx(10_371), 4015.067)
    assert (session.ascent_m, session.heart_rate_bpm) == (59.5, 143.918)


def test_a_scraped_strava_list_has_raw_columns_beside_the_shown():
    text = (
        "id,name,type,distance,distance_raw,moving_time,moving_time_raw,elapsed_time_raw,start_day,description\n"
        '1,Corrida,Run,"5,01",5012.4,25:00,1500,1510,"ter, 18/07/2023",\n'
    )
    session = one(text)
    assert (session.distance_m, session.moving_s, session.elapsed_s) == (
        5012.4,
        1500,
        1510,
    )
    assert session.start_local == datetime(2023, 7, 18)
    assert session.date_only


def test_a_list_without_types_of_a_runner():
    text = (
        "ActivityDate,ActivityName,ElapsedTime,MovingTime,Distance,ElevationGain\n"
        '"Feb 22, 2016, 2:48:17 PM",Morning,3763,3614,14587.4,186.5\n"Feb 20, 2016, 3:08:09 PM",Long,4522,4436,17830.8,139.2\n'
    )
    first, _ = sessions(text)
    assert (first.sport, first.distance_m, first.moving_s) == (
        "running",
        14_587.4,
        3614,
    )
    assert first.start_utc == datetime(2016, 2, 22, 14, 48, 17, tzinfo=UTC)


# --- the coach's own list ------------------------------------------------------------------------


def test_a_list_kept_by_hand():
    text = (
        "date,distance_km,duration,type,ascent_m,descent_m,surface,shoe,rpe,name\n"
        "2024-05-01 07:30,10.5,0:55:00,trail run,240,235,grass,Blue,6,Woods\n"
        "2024-05-02,8,45:00,,,,,,,\n"
    )
    first, second = sessions(text)
    assert (first.sport, first.sub_sport, first.surface, first.shoe) == (
        "running",
        "trail",
        "soft",
        "Blue",
    )
    assert (
        first.distance_m,
        first.timer_s,
        first.ascent_m,
        first.descent_m,
        first.rpe,
    ) == (
        10_500,
        3300,
        240,
        235,
        6,
    )
    assert first.start_local == datetime(2024, 5, 1, 7, 30)
    assert (second.sport, second.distance_m, second.timer_s, second.date_only) == (
        "running",
        8000,
        2700,
        True,
    )
    assert first.notes == second.notes == ()


def test_a_list_kept_by_hand_in_any_order_in_miles_with_a_clock_of_its_own():
    text = "name\tduration\tdistance_mi\tascent_ft\tdate\tstart time\nLoop\t1:00:00\t6.2\t100\t2024-05-01\t6:45\n"
    session = one(text)
    assert session.distance_m == pytest.approx(6.2 * 1609.344)
    assert session.ascent_m == pytest.approx(30.48)
    assert session.start_local == datetime(2024, 5, 1, 6, 45)
    assert not session.date_only


def test_a_list_kept_by_hand_with_units_in_its_cells():
    text = "date;distance;duration\n01.05.2024;10,5 km;55 min\n02.05.2024;5 mi;1h 02m\n"
    first, second = sessions(text)
    assert (first.distance_m, first.timer_s) == (pytest.approx(10_500), 3300)
    assert (second.distance_m, second.timer_s) == (pytest.approx(5 * 1609.344), 3720)


def test_rows_that_end_early_do_no_harm_in_a_list_kept_by_hand():
    assert (
        one("date,distance_km,duration,type,name\n2024-05-01,10,0:50:00\n").distance_m
        == 10_000
    )


def test_an_unknown_surface_is_said():
    session = one("date,distance_km,surface\n2024-05-01,10,lava\n")
    assert session.surface == ""
    assert "lava" in session.notes[0].text


# --- dates that need an answer --------------------------------------------------------------------

AMBIGUOUS = "date,distance_km\n03/04/2024,10\n"


def test_a_date_that_may_begin_with_day_or_month_asks():
    with pytest.raises(Unreadable, match="--date-order"):
        read(AMBIGUOUS)
    assert one(AMBIGUOUS, Settings(date_order="dmy")).start_local == datetime(
        2024, 4, 3
    )
    assert one(AMBIGUOUS, Settings(date_order="mdy")).start_local == datetime(
        2024, 3, 4
    )


def test_one_number_over_twelve_tells_the_order_of_all():
    first, _ = sessions(AMBIGUOUS + "25/04/2024,10\n")
    assert first.start_local == datetime(2024, 4, 3)


def test_both_orders_in_one_column_leave_the_doubtful_out():
    reading = read("date,distance_km\n25/04/2024,10\n04/26/2024,9\n03/04/2024,8\n")
    assert [a.session.start_local for a in reading.activities] == [
        datetime(2024, 4, 25),
        datetime(2024, 4, 26),
    ]
    assert [(s.source, s.kind) for s in reading.skipped] == [("#4", "rejected")]
    assert "--date-order" in reading.skipped[0].why


def test_the_order_of_rows_tells_the_order_of_a_date():
    # day first these go forward in time; month first they would jump to and fro
    rows = "".join(
        f"{day:02}/{month:02}/2024,5\n"
        for month, day in ((1, 9), (2, 3), (3, 11), (4, 2), (5, 12))
    )
    assert sessions("date,distance_km\n" + rows)[0].start_local == datetime(2024, 1, 9)


# --- what is no list ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Shoe Name,Shoe Brand,Shoe Model,Shoe Default Sport Types\nBlue,A,B,Run\n",
        "date,type,id\n2014-08-31 19:25:43,Activity,1\n",
        "Date,Type,Value\n2014-06-03 00:00:00,weight,80.7\n",
        "Date,Distance walking / running(km),Step count(count)\n2020-12-01,2.730,3614\n",
        "Mobile Device ID\n",
        "just some words\nand more of them\n",
        "Activity Type,Date,Favorite,Title,Distance,Time\n",
    ],
)
def test_tables_without_activities(text):
    with pytest.raises(NotActivity):
        read(text)


def test_splits_without_a_date_say_so_and_with_one_are_an_activity():
    text = (
        '"Split","Time","Moving Time","Distance","Elevation Gain","Elev Loss","Avg Pace","Avg HR"\n'
        '"1","5:00.0 ","5:00.0","1.00","5","3","5:00","140"\n"2","5:10.0","5:10.0","1.00","4","6","5:10","145"\n'
        '"Summary","10:10.0","10:10.0","2.00","9","9","5:05","142"\n'
    )
    with pytest.raises(NotActivity, match="splits"):
        read(text, name="activity_123456789.csv")
    (activity,) = read(text, name="2024-05-31_18-30.csv").activities
    assert activity.session.start_local == datetime(2024, 5, 31, 18, 30)
    assert (activity.session.distance_m, activity.session.timer_s) == (2000, 610)
    assert activity.session.line == 4


# --- what the numbers of a row say about each other -------------------------------------------------

PACED = (
    "Activity Type,Date,Favorite,Title,Distance,Time,Avg Pace,Avg Stride Length,Steps\n"
)
PLAIN = "Running,2023-03-01 08:00:00,false,Run,5.30,00:30:31,5:45,1.09,4862\n"


def test_a_distance_that_does_not_fit_time_and_pace_is_said():
    _, odd = sessions(
        PACED
        + PLAIN
        + "Running,2023-03-02 08:00:00,false,Run,9.00,00:30:31,5:45,1.09,4862\n"
    )
    assert odd.distance_m == 9000
    assert "does not fit" in odd.notes[0].text


def test_yards_of_a_track_run_in_a_list_of_miles():
    # 2,000 yards in 8:00 are 1.136 miles at 7:02
    rows = "Running,2023-03-01 08:00:00,false,Run,3.00,00:24:00,8:00,1.09,4429\n"
    _, track = sessions(
        PACED
        + rows
        + 'Track Running,2023-03-02 08:00:00,false,Run,"2,000",00:08:00,7:02,1.20,1524\n'
    )
    assert track.distance_m == pytest.approx(2000 * 0.9144)
    assert "yards" in track.notes[0].text


def test_metres_without_a_pace_are_told_by_speed():
    rows = "date,distance,duration,avg stride length,steps\n2024-05-01,5.00,0:25:00,1.20,4167\n"
    _, metres = sessions(rows + "2024-05-02,3000,0:15:00,,\n")
    assert metres.distance_m == 3000
    assert "metres" in metres.notes[0].text


def test_faster_than_anybody_runs():
    session = one("date,distance_km,duration\n2024-05-01,42.2,0:00:47\n")
    assert "faster than anybody" in session.notes[0].text


def test_a_spreadsheets_hours_that_are_minutes():
    # 6.88 km at 6:51/km are 47:08
    text = "Type;date;Temps;Distance;Vitesse_moy\nCourse à pied;30/06/2014 05:28;47:08:00;6,88;06:51\n"
    session = one(text)
    assert session.timer_s == 2828
    assert session.notes[0].code == "duration"


def test_plain_numbers_are_told_by_speed():
    for cell, length in (("25", 1500), ("1500", 1500), ("25.5", 1530)):
        assert (
            one(f"date,distance_km,duration\n2024-05-01,5,{cell}\n").timer_s == length
        )
    doubtful = read("date,duration\n2024-05-01,0:47\n")
    assert [s.kind for s in doubtful.skipped] == ["rejected"]


def test_a_duration_of_two_meanings_beside_a_distance_is_said():
    session = one("date,distance_km,duration\n2024-05-01,100,1:10\n")
    assert math.isnan(session.timer_s)
    assert "h:mm:ss" in session.notes[0].text


def test_a_list_whose_speeds_are_nobodys_runs():
    text = "date,distance_km,duration\n2024-05-01,40,1:20:00\n2024-05-02,60,2:00:00\n"
    first, _ = sessions(text)
    assert first.sport == "unknown"
    assert any(note.code == "type" for note in first.notes)


def test_a_planned_row_and_an_empty_one():
    reading = read(
        "date,distance_km,duration\n2024-05-01,5,0:25:00\n2024-05-02,,\n2024-05-03,soon,later\n"
    )
    assert [(s.source, s.kind) for s in reading.skipped] == [
        ("#3", "ignored"),
        ("#4", "rejected"),
    ]


def test_starts_that_carry_an_offset_or_a_zone():
    text = "date,distance_km,timezone\n2024-05-01T07:00:00+02:00,5,\n2024-05-02T07:00:00Z,5,\n2024-05-03 07:00,5,Europe/Paris\n2024-05-04 07:00,5,../../etc\n"
    offset, utc, zone, none = sessions(text)
    assert (offset.start_utc, offset.zone) == (
        datetime(2024, 5, 1, 5, tzinfo=UTC),
        "+02:00",
    )
    assert (utc.start_utc, utc.start_local) == (
        datetime(2024, 5, 2, 7, tzinfo=UTC),
        None,
    )
    assert (zone.start_utc, zone.zone) == (
        datetime(2024, 5, 3, 5, tzinfo=UTC),
        "Europe/Paris",
    )
    assert (none.start_utc, none.zone) == (None, "")


def test_instants_counted_since_1970_and_rows_without_a_date():
    reading = read("date,distance_km\n1714546800,5\n,6\n")
    assert reading.activities[0].session.start_utc == datetime(
        2024, 5, 1, 7, tzinfo=UTC
    )
    assert reading.skipped[0].why == "it has no date"


def test_a_date_without_a_clock_in_a_list_of_utc_is_a_day():
    session = one(
        'Activity Date,Activity Type,Elapsed Time,Distance\n"Oct 30, 2023",Run,1500,5.0\n'
    )
    assert session.date_only
    assert session.start_utc is None


def test_a_zero_written_by_hand_is_meant_and_a_climb_may_carry_its_unit():
    flat, hilly = sessions(
        "date,distance_km,ascent,descent\n2024-05-01,5,0,0\n2024-05-02,5,230 ft,70 m\n"
    )
    assert (flat.ascent_m, flat.descent_m) == (0, 0)
    assert (hilly.ascent_m, hilly.descent_m) == (pytest.approx(70.104), 70)


def test_thousands_of_climb_in_a_list_with_decimal_commas():
    header, *_ = GARMIN["en"]
    rows = 'Running,2022-12-17 08:16:26,false,x,"24,14","900","02:44:09","129","161","6:48","{}","4","0,91","","",""\n'
    for cell in ("1,079", "1.079"):
        assert one(header + "\n" + rows.format(cell)).ascent_m == 1079


def test_a_climb_below_zero_is_unknown():
    session = one(strava() + RUN.replace(",30.5,31.0,", ",30.5,-0.3,"))
    assert session.ascent_m == 30.5
    assert math.isnan(session.descent_m)


@pytest.mark.parametrize("name", ["heart_rate", "Heart Rate", "Herzfrequenz", "pulse"])
def test_a_column_of_heart_rates_is_read_without_the_word_average(name):
    text = f"date,distance_km,duration,{name}\n2026-03-02,5,0:30:00,151\n"
    assert one(text).heart_rate_bpm == 151
