# ruff: noqa: DTZ001 -- wall clocks of lists tell no zone
"""Lists of activities: each service with a small file of its own making, and what is no list."""

import math
from datetime import UTC, datetime

import pytest

from loadwatch.errors import NotActivity
from tests.read_lists import one, read, sessions

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
    # 7.04 mph for 44:44 is 5.25 miles
    assert session.distance_m == pytest.approx(5.25 * 1609.344)
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
