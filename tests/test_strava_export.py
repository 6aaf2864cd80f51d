# ruff: noqa: DTZ001, ISC004 -- wall clocks of lists tell no zone; rows of tables are long
"""Strava's activities.csv in each language, of today and of before June 2019."""

import math
from datetime import UTC, datetime

import pytest

from tests.read_lists import one, read, sessions

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


def test_a_climb_below_zero_is_unknown():
    session = one(strava() + RUN.replace(",30.5,31.0,", ",30.5,-0.3,"))
    assert session.ascent_m == 30.5
    assert math.isnan(session.descent_m)
