"""Numbers in a flag's sentence: units, decimals that tell two numbers apart, rounding down."""

import datetime as dt

import pytest

from loadwatch.assess.rules.flag_text import (
    format_distinct,
    format_quantity,
    format_rounded_down,
    format_weekday,
)


@pytest.mark.parametrize(
    ("value", "other", "decimals", "text"),
    [
        (1.34, 1.3, 1, "1.34"),
        (1.36, 1.3, 1, "1.4"),
        (1.304, 1.3, 1, "1.304"),
        (1.30004, 1.3, 1, "1.300"),  # three decimals at most
        (1.3, 1.3, 1, "1.3"),  # equal numbers may read the same
        (33.4, 33.0, 0, "33.4"),
        (50.0, 33.0, 0, "50"),
    ],
)
def test_a_number_has_the_decimals_that_tell_it_from_another(
    value, other, decimals, text
):
    assert format_distinct(value, other, decimals) == text


@pytest.mark.parametrize(
    ("unit", "value", "units", "text"),
    [
        ("m", 11_000.0, "metric", "11.0 km"),
        ("m", 16_093.44, "imperial", "10.0 mi"),
        ("m_up", 304.8, "metric", "305 m"),
        ("m_up", 304.8, "imperial", "1,000 ft"),
        ("m/km", 10.0, "metric", "10 m/km"),
        ("m/km", 10.0, "imperial", "53 ft/mi"),  # 32.81 ft in 0.6214 mi
        ("", 150.0, "metric", "150"),
        ("ratio", 2.0, "imperial", "2"),
    ],
)
def test_a_quantity_is_in_the_unit_of_the_reader(unit, value, units, text):
    assert (
        format_quantity(unit, value, units).replace("\N{NO-BREAK SPACE}", " ") == text
    )


@pytest.mark.parametrize(
    ("value", "beside", "text"),
    [
        (11_040.0, 11_000.0, "11.04 km"),
        (11_004.0, 11_000.0, "11.004 km"),
        (11_000.4, 11_000.0, "11.000 km"),  # a metre is the least that is told
        (11_000.0, 11_000.0, "11.0 km"),
        (11_060.0, 11_000.0, "11.1 km"),
    ],
)
def test_a_quantity_has_the_decimals_that_tell_it_from_another(value, beside, text):
    assert format_quantity("m", value, "metric", beside=beside) == text


@pytest.mark.parametrize(
    ("unit", "value", "beside", "units", "text"),
    [
        ("m", 11_399.0, 14_000.0, "metric", "11.3 km"),
        ("m", 11_300.0, 14_000.0, "metric", "11.3 km"),
        ("m", 11_399.0, 14_000.0, "imperial", "7.0 mi"),  # 7.083 mi
        ("m", 11_040.0, 11_041.0, "metric", "11.040 km"),
        ("m", 11_049.0, 11_020.0, "metric", "11.04 km"),
        ("m", 11_000.9, 11_000.2, "metric", "11.000 km"),
        ("m_up", 427.9, 500.0, "metric", "427 m"),
    ],
)
def test_what_stays_quiet_is_rounded_down(unit, value, beside, units, text):
    assert format_rounded_down(unit, value, units, beside=beside) == text


def test_a_day_has_its_weekday():
    assert format_weekday(dt.date(2026, 3, 14)) == "Saturday 14 March 2026"
    assert format_weekday(dt.date(2026, 3, 15)) == "Sunday 15 March 2026"
