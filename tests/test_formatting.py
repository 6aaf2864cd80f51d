"""Numbers, units and strangers' text as a reader sees them."""

import datetime as dt
import math
import re

from hypothesis import given
from hypothesis import strategies as st

from loadwatch import formatting
from tests.hostile import NAMES


def test_numbers_have_a_true_minus_commas_and_a_dash():
    assert formatting.format_number(-1346.4) == "\N{MINUS SIGN}1,346"
    assert formatting.format_number(-0.04, 1) == "0.0"  # no minus nought
    assert (
        formatting.format_number(math.nan)
        == formatting.format_number(math.inf)
        == "\N{EN DASH}"
    )
    assert formatting.format_percent(0.514, signed=True) == "+51 %"
    assert formatting.format_percent(-0.25, signed=True) == "\N{MINUS SIGN}25 %"
    assert formatting.format_percent(0.0, signed=True) == "0 %"
    assert formatting.format_percent(math.nan) == "\N{EN DASH}"


def test_units_of_the_reader():
    # 42,195 m are 26.2 miles (26 miles 385 yards); 1,000 m are 3,281 ft
    assert formatting.format_quantity(42_195.0, "distance_m", "metric") == "42.2 km"
    assert formatting.format_quantity(42_195.0, "distance_m", "imperial") == "26.2 mi"
    assert formatting.format_quantity(1000.0, "ascent_m", "imperial") == "3,281 ft"
    assert formatting.format_quantity(40_000.0, "hard_m", "metric") == "40 km"
    assert formatting.format_quantity(123_456.0, "distance_m", "metric") == "123 km"
    assert formatting.format_quantity(15_840.0, "duration_s", "imperial") == "4:24 h"
    assert formatting.format_quantity(12_345.0, "steps", "metric") == "12,345"
    assert formatting.format_quantity(10.0, "effort_km", "imperial") == "6.2 mi-effort"
    assert formatting.format_quantity(math.nan, "distance_m", "metric") == "\N{EN DASH}"
    assert formatting.format_cell(42_195.0, "longest_m", "metric") == "42.2"
    assert formatting.classify_column("longest_ascent_m") == "height"


def test_days_and_lists():
    day = dt.date(2026, 11, 16)
    assert (
        formatting.format_day(day),
        formatting.format_day_month(day),
        formatting.format_short_day(day),
    ) == (
        "16 November 2026",
        "16 Nov",
        "16 Nov 2026",
    )
    assert formatting.join_with_and(["a"]) == "a"
    assert formatting.join_with_and(["a", "b", "c"]) == "a, b and c"
    assert formatting.join_with_and([]) == ""
    assert formatting.format_count(1, "run") == "1 run"
    assert formatting.format_count(1346, "activity", "activities") == "1,346 activities"
    assert [formatting.format_age(n) for n in (0, 1, 9, 28)] == [
        "today",
        "yesterday",
        "9 days",
        "4 weeks",
    ]
    assert (formatting.spell_number(3), formatting.spell_number(11)) == ("three", "11")


def test_mail_addresses_in_file_names_are_masked():
    # Garmin names its files by the account's address
    assert (
        formatting.clean_source("DI/ana.k+run@mail.example.com_17.fit")
        == "DI/(mail)_17.fit"
    )
    assert formatting.clean_source("no mail @ all.fit") == "no mail @ all.fit"


def test_hostile_names_come_out_printable_and_cut():
    for name in NAMES.values():
        text = formatting.clean_text(name)
        assert len(text) <= 10 * formatting.TEXT_LENGTH
        assert not re.search(
            "[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\ud800-\udfff]", text
        )
    assert formatting.clean_text("a\rb\x1b[0m") == "a\\x0db\\x1b[0m"
    assert formatting.clean_text("\u202ex") == "\\u202ex"
    assert formatting.clean_text("\U000e0001") == "\\U000e0001"


@given(st.text(max_size=400))
def test_cleaned_text_can_be_written_and_is_clean_again(text):
    once = formatting.clean_text(text)
    once.encode("utf-8")
    assert formatting.clean_text(once, 10_000) == once


@given(st.floats(allow_nan=True, allow_infinity=True), st.integers(0, 3))
def test_a_number_reads_back(value, digits):
    text = formatting.format_number(value, digits)
    if math.isfinite(value):
        assert (
            abs(float(text.replace(",", "").replace(formatting.MINUS, "-")) - value)
            <= 0.51 * 10**-digits + abs(value) * 1e-12
        )
    else:
        assert text == formatting.NO_VALUE
