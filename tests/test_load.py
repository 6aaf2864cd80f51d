"""Expected numbers: computed by hand from the published formulas, unless noted."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from loadwatch.exposure.load import (
    HeartRates,
    banister_trimp,
    choose_heart_rates,
    count_steps,
    describe_heart_rates,
    edwards_score,
    effort_km,
    session_rpe,
)
from loadwatch.settings import Settings


def stream(*minutes_and_values):
    """A 1 Hz stream of pieces (minutes, value)."""
    values = np.concatenate(
        [
            np.full(int(minutes * 60), float(value))
            for minutes, value in minutes_and_values
        ]
    )
    return np.arange(len(values), dtype=np.float64), values


@pytest.mark.parametrize(
    ("minutes", "heart", "rest", "most", "sex", "expected"),
    [
        (30, 130, 40, 200, "m", 31.8025),
        (30, 130, 40, 200, "f", 37.1285),
        (60, 155, 55, 190, "m", 117.9399),
        (60, 155, 55, 190, "f", 131.6905),
    ],
)
def test_trimp_of_both_sexes(minutes, heart, rest, most, sex, expected):
    assert banister_trimp(
        *stream((minutes, heart)), HeartRates(rest, most, sex)
    ) == pytest.approx(expected, abs=5e-5)


def test_trimp_is_summed_over_the_stream_and_not_taken_from_the_mean():
    rates = HeartRates(50.0, 190.0, "m")
    assert banister_trimp(*stream((30, 120), (30, 180)), rates) == pytest.approx(
        131.0956, abs=5e-5
    )
    assert banister_trimp(*stream((60, 150)), rates) == pytest.approx(
        108.0954, abs=5e-5
    )


def test_edwards_zones():
    pieces = [
        (5, 110),
        (10, 130),
        (20, 150),
        (15, 170),
        (5, 190),
    ]  # of 200: zones 1 to 5
    assert edwards_score(
        *stream(*pieces), HeartRates(60.0, 200.0, "")
    ) == pytest.approx(170.0)
    # below half the maximum
    assert edwards_score(*stream((10, 99)), HeartRates(60.0, 200.0, "")) == 0.0
    assert edwards_score(
        *stream((10, 162)), HeartRates(60.0, 180.0, "")
    ) == pytest.approx(50.0)  # 90 % sharp


def test_a_run_without_heart_rate_is_unknown_and_never_zero():
    time, heart = stream((30, math.nan))
    rates = HeartRates(50.0, 190.0, "m")
    assert math.isnan(banister_trimp(time, heart, rates))
    assert math.isnan(edwards_score(time, heart, rates))
    assert math.isnan(banister_trimp(np.empty(0), np.empty(0), rates))


def test_without_sex_or_maximum_trimp_is_unknown():
    time, heart = stream((30, 150))
    assert math.isnan(banister_trimp(time, heart, HeartRates(50.0, 190.0, "")))
    assert math.isnan(banister_trimp(time, heart, HeartRates(50.0, math.nan, "m")))
    assert math.isnan(edwards_score(time, heart, HeartRates(50.0, math.nan, "m")))


def test_a_strap_that_gave_up_half_way_leaves_the_run_unknown():
    time, heart = stream((30, 150), (30, math.nan))
    assert math.isnan(banister_trimp(time, heart, HeartRates(50.0, 190.0, "m")))
    # two minutes of drop-out: one is bridged
    time, heart = stream((58, 150), (2, math.nan))
    assert banister_trimp(time, heart, HeartRates(50.0, 190.0, "m")) > 0


def test_a_pause_is_no_effort():
    time = np.concatenate([np.arange(600.0), np.arange(600.0) + 4200.0])
    rates = HeartRates(50.0, 190.0, "m")
    whole = banister_trimp(np.arange(1200.0), np.full(1200, 150.0), rates)
    held = (60.0 - 1.0) / 1200.0  # the sample before the pause holds for 60 s at most
    assert banister_trimp(time, np.full(1200, 150.0), rates) == pytest.approx(
        whole * (1 + held)
    )


@examples(max_examples=20, deadline=None)
@given(st.floats(61, 200), st.integers(1, 120))
def test_women_weigh_more_at_any_heart_rate_up_to_the_maximum(heart, minutes):
    time, values = stream((minutes, heart))
    men, women = (
        banister_trimp(time, values, HeartRates(60.0, 200.0, sex)) for sex in ("m", "f")
    )
    assert 0 < men < women  # the curves cross at 1.18 of the reserve


def test_steps_of_a_kilometre():
    assert count_steps(*stream((6, 170))) == pytest.approx(1020.0)  # 170 spm at 6:00/km
    assert math.isnan(count_steps(*stream((6, math.nan))))


def test_session_rpe_and_effort():
    assert session_rpe(5.0, 45 * 60.0) == 225.0
    assert math.isnan(session_rpe(math.nan, 45 * 60.0))
    for km, ascent, expected in (
        (10, 500, 15.0),
        (21.1, 300, 24.1),
        (42.2, 2500, 67.2),
    ):
        assert effort_km(km * 1000.0, ascent) == pytest.approx(expected)
    assert math.isnan(effort_km(10_000.0, math.nan))


def test_heart_rates_set_or_estimated():
    assert choose_heart_rates(
        Settings(hr_rest=50, hr_max=190, sex="f"), 2026
    ) == HeartRates(50, 190, "f")
    assert choose_heart_rates(Settings(birth_year=1986, sex="m"), 2026) == HeartRates(
        60.0, 180.0, "m"
    )
    unknown = choose_heart_rates(Settings(), 2026)
    assert math.isnan(unknown.max)
    # a run without a date
    assert math.isnan(choose_heart_rates(Settings(birth_year=1986), 0).max)


def test_what_the_page_says_of_heart_rates():
    assert describe_heart_rates(Settings(hr_rest=50, hr_max=190, sex="f")) == ""
    assert (
        describe_heart_rates(Settings())
        == "TRIMP is left unknown: set sex and hr_max in [athlete] of loadwatch.toml"
    )
    assert describe_heart_rates(Settings(sex="m", birth_year=1980)) == (
        "TRIMP rests on estimates: resting heart rate taken as 60, "
        "maximum heart rate estimated from the year of birth"
    )
