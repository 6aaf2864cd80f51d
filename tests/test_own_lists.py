# ruff: noqa: DTZ001 -- wall clocks of lists tell no zone
"""Lists kept by hand: any order of columns, units in cells, surfaces."""

from datetime import datetime

import pytest

from tests.read_lists import one, sessions


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
