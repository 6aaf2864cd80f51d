"""Ascent, descent and grade: hand-made profiles, laws, and (corpus) real watches."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadwatch.exposure.elevation import (
    Climb,
    centred_mean,
    describe_spike,
    estimate_noise,
    measure_climb,
    totals_differ,
)
from loadwatch.exposure.turning_points import find_swings
from loadwatch.tables import GRADE_COLUMNS
from tests import ascent_table, grade_profiles

FLAT, UP_15, DOWN_15 = 3, 6, 0
SECONDS = np.arange(3600.0)


def run(altitude, speed_mps=3.0):
    altitude = np.asarray(altitude, dtype=float)
    time = np.arange(float(altitude.size))
    return measure_climb(time, altitude, time * speed_mps)


def same(one, other, tolerance):
    assert one.ascent_m == pytest.approx(other.descent_m, abs=tolerance)
    assert one.descent_m == pytest.approx(other.ascent_m, abs=tolerance)
    assert one.grade_m == pytest.approx(other.grade_m[::-1], abs=tolerance * 20)


def test_the_published_zigzag():
    # threshold 3 m: gain 11, loss 16; the raw sums would be 14 and 19
    altitude = np.array([100, 101, 100, 101, 100, 110, 109, 111, 95], dtype=float)
    turns = find_swings(altitude, 3.0)
    assert turns[turns > 0].sum() == 11
    assert turns[turns < 0].sum() == -16


@pytest.mark.parametrize(
    "altitude", [[], [5.0], [5.0, 5.0], [0.0, 1.0, 0.0], [1.0, 2.0]]
)
def test_what_never_turns_has_no_swings(altitude):
    assert find_swings(np.array(altitude), 2.5).size == 0


def test_the_open_swing_at_the_end_counts():
    assert find_swings(np.array([0.0, 10.0, 4.0, 5.0]), 2.5).tolist() == [10.0, -6.0]


def test_a_hill_is_its_height():
    hill = run(np.concatenate((np.linspace(0, 100, 1000), np.linspace(100, 0, 1000))))
    assert hill.ascent_m == pytest.approx(100, abs=1.5)  # the mean rounds off the top
    assert hill.descent_m == pytest.approx(100, abs=1.5)
    assert hill.longest_climb_m == pytest.approx(100, abs=1.5)
    assert hill.confidence == "high"


def test_the_longest_climb_forgives_a_small_dip():
    up = np.linspace(0, 50, 500)
    dip = np.concatenate(
        (
            up,
            np.linspace(50, 48.2, 60),
            np.linspace(48.2, 90, 500),
            np.linspace(90, 0, 900),
        )
    )
    assert run(dip).longest_climb_m == pytest.approx(90, abs=1.5)
    deep = np.concatenate(
        (
            up,
            np.linspace(50, 40, 100),
            np.linspace(40, 90, 500),
            np.linspace(90, 0, 900),
        )
    )
    assert run(deep).longest_climb_m == pytest.approx(50, abs=1.5)


@pytest.mark.parametrize(
    ("grade", "column"),
    [
        (-0.16, "grade_m15_m"),
        (-0.12, "grade_m10_m"),
        (-0.07, "grade_m5_m"),
        (-0.04, "grade_0_m"),
        (0.04, "grade_0_m"),
        (0.07, "grade_p5_m"),
        (0.12, "grade_p10_m"),
        (0.16, "grade_p15_m"),
    ],
)
def test_a_slope_falls_into_its_bin(grade, column):
    slope = run(1000 + SECONDS[:1200] * 3.0 * grade)
    bins = dict(zip(GRADE_COLUMNS, slope.grade_m, strict=True))
    # the mean bends the two ends
    assert bins[column] == pytest.approx(1199 * 3, rel=0.01)


def test_an_edge_belongs_to_the_steeper_bin():
    # exact quarters: 4 m/s, 0.2 m/s up are 5 % to the last bit but for the ends
    slope = measure_climb(SECONDS, 0.2 * SECONDS, 4.0 * SECONDS)
    assert slope.grade_m[FLAT] + slope.grade_m[FLAT + 1] == pytest.approx(3599 * 4)


def test_no_altitude_is_unknown_and_not_flat():
    nothing = run(np.full(600, np.nan))
    assert nothing.confidence == "none"
    assert math.isnan(nothing.ascent_m)
    assert all(math.isnan(metres) for metres in nothing.grade_m)
    assert measure_climb(np.empty(0), np.empty(0), np.empty(0)).confidence == "none"


def test_an_altitude_that_never_changes_was_not_measured():
    constant = run(np.full(600, 120.0))
    assert constant.confidence == "none"
    assert constant.notes[0].code == "altitude_constant"


def test_without_a_distance_there_is_ascent_but_no_grade():
    hill = measure_climb(SECONDS, 100 + SECONDS / 10, np.full(SECONDS.size, np.nan))
    assert hill.ascent_m == pytest.approx(360, abs=3)
    assert math.isnan(hill.grade_m[FLAT])


def test_too_short_for_a_grade():
    assert math.isnan(run(np.arange(6.0), speed_mps=1.0).grade_m[FLAT])


def test_a_step_adds_nothing():
    # a watch that finds its altitude anew in the middle of a run: 593 m (as in real files)
    hills = 100 + 20 * np.sin(SECONDS / 200)
    stepped = hills + np.where(SECONDS > 1800, 593.0, 0.0)
    assert run(stepped).ascent_m == pytest.approx(run(hills).ascent_m, abs=1.0)


def test_a_spike_is_left_out_with_a_note():
    hills = 100 + 20 * np.sin(SECONDS / 200)
    spiked = hills.copy()
    spiked[1000:1003] += 80
    assert run(spiked).ascent_m == pytest.approx(run(hills).ascent_m, abs=0.5)
    (note,) = describe_spike(run(spiked), math.nan)
    assert note.code == "altitude_spike"
    # a climb that the device counted stays as it is: only a jump beyond any slope is worth a word
    assert not describe_spike(run(spiked), 120.0)
    spiked[1000:1003] += 300
    assert describe_spike(run(spiked), 120.0)


def test_a_lift_in_a_pause_is_no_climb():
    time = np.concatenate((SECONDS[:600], SECONDS[:600] + 2000))
    altitude = np.where(time < 1000, 50.0, 90.0) + np.sin(time / 50)
    lifted = measure_climb(time, altitude, np.arange(1200.0) * 3)
    assert lifted.ascent_m < 8
    # the metre of the pause has no altitude
    assert sum(lifted.grade_m) == pytest.approx(1198 * 3)


def test_zeros_amid_hills_are_missing_values():
    hills = 300 + 20 * np.sin(SECONDS / 200)
    holes = hills.copy()
    holes[500:520] = 0.0
    assert run(holes).ascent_m == pytest.approx(run(hills).ascent_m, abs=0.5)


@pytest.mark.parametrize("missing", [math.nan, 0.0], ids=["no value", "a zero"])
@pytest.mark.parametrize("lost", [slice(0, 900), slice(700, 1600), slice(900, None)])
def test_a_climb_of_a_part_of_the_way_says_so(lost, missing):
    altitude = 400 + 40 * np.sin(np.arange(1800.0) / 150)
    whole = run(altitude)
    altitude[lost] = missing
    part = run(altitude)
    assert whole.notes == ()
    assert whole.known_share == 1.0
    assert part.known_share == pytest.approx(0.5, abs=0.01)
    assert part.ascent_m < whole.ascent_m
    assert part.confidence == "low"
    (note,) = part.notes
    assert note.code == "altitude_missing"
    assert " % of the distance only" in note.text


def test_a_pause_or_few_samples_without_altitude_are_not_worth_a_word():
    altitude = np.linspace(400.0, 500.0, 1800)
    altitude[100:250] = math.nan
    assert run(altitude).notes == ()


def test_zeros_at_the_sea_are_altitudes():
    beach = np.round(np.sin(SECONDS / 300) * 5)
    assert run(beach).ascent_m == pytest.approx(5 + 10, abs=1)


def test_a_clock_that_goes_back_is_read_once():
    time = np.concatenate((SECONDS[:1000], SECONDS[500:1500]))
    altitude = 100 + time / 10
    assert measure_climb(time, altitude, time * 3).ascent_m == pytest.approx(150, abs=2)


def test_noise_widens_the_windows():
    dice = np.random.default_rng(7)
    hills = 100 + 30 * np.sin(SECONDS / 300)
    quiet = run(hills + dice.normal(0, 0.3, SECONDS.size))
    loud = run(hills + dice.normal(0, 3.0, SECONDS.size))
    truth = run(hills).ascent_m
    assert quiet.ascent_m == pytest.approx(truth, rel=0.05)
    assert loud.ascent_m == pytest.approx(truth, rel=0.15)
    assert (quiet.confidence, loud.confidence) == ("high", "low")
    assert loud.notes[0].code == "altitude_noisy"


def test_thin_samples_lower_the_confidence():
    time = np.arange(0, 3600, 30.0)
    assert (
        measure_climb(time, 100 + 20 * np.sin(time / 300), time * 3).confidence == "low"
    )


def test_standing_still_has_no_grade():
    # ten minutes at one place while the sensor drifts by 12 m
    altitude = 100 + np.interp(SECONDS, [0, 1200, 1800, 3600], [0, 0, 12, 12])
    distance = np.interp(SECONDS, [0, 1200, 1800, 3599], [0, 3600, 3600, 9000])
    bins = measure_climb(SECONDS, altitude, distance).grade_m
    assert bins[FLAT] == pytest.approx(9000)


def test_a_watch_that_writes_its_distance_every_ten_metres_has_its_hills():
    """As a Suunto Ambit3 does: altitude each second, distance only every few seconds, held in between."""
    metres = SECONDS * 2.7
    # whole metres, up to 27 % steep
    altitude = np.round(300.0 + 40.0 * np.sin(metres / 150.0))
    fine = measure_climb(SECONDS, altitude, metres)
    coarse = measure_climb(SECONDS, altitude, np.floor(metres / 10.0) * 10.0)
    assert fine.grade_m[FLAT] < 0.3 * metres[-1]
    assert coarse.grade_m == pytest.approx(fine.grade_m, abs=0.02 * metres[-1])
    assert coarse.ascent_m == fine.ascent_m


def test_noise_of_white_noise_is_its_spread():
    white = np.random.default_rng(1).normal(0, 1.0, 20_000)
    assert estimate_noise(white) == pytest.approx(1.0, rel=0.05)


def test_mean_keeps_what_is_straight():
    assert centred_mean(np.arange(50.0), 11)[5:-5].tolist() == pytest.approx(
        np.arange(50.0)[5:-5].tolist()
    )


@pytest.mark.parametrize(
    ("device", "ours", "far"),
    [(100, 129, False), (100, 131, True), (1000, 1240, False), (1000, 740, True)],
)
def test_a_device_differs_beyond_30_m_and_a_quarter(device, ours, far):
    assert totals_differ(device, Climb(ascent_m=ours)) is far


def test_a_climb_over_pauses_explains_as_much_of_a_difference():
    assert totals_differ(100, Climb(ascent_m=160, cut_m=20))
    assert not totals_differ(100, Climb(ascent_m=160, cut_m=40))


profiles = st.lists(st.floats(-30, 30), min_size=5, max_size=60)


@given(profiles, st.floats(0.5, 8))
@settings(max_examples=60)
def test_law_swings_reverse_with_the_profile(heights, threshold):
    altitude = np.array(heights)
    assert find_swings(altitude[::-1], threshold).tolist() == pytest.approx(
        (-find_swings(altitude, threshold)[::-1]).tolist()
    )


@given(profiles)
@settings(max_examples=40)
def test_law_reversing_a_run_swaps_up_and_down(heights):
    knots = np.arange(len(heights)) * 60.0
    time = np.arange(knots[-1] + 1)
    altitude = 500 + np.interp(time, knots, heights)
    forth = measure_climb(time, altitude, time * 2.5)
    back = measure_climb(time, altitude[::-1], time * 2.5)
    if forth.confidence == "none":
        assert back.confidence == "none"
    else:
        same(forth, back, 1e-6)


@given(profiles, st.floats(1.5, 5))
@settings(max_examples=40)
def test_law_bins_sum_to_the_distance(heights, speed):
    time = np.arange(len(heights) * 30.0)
    bins = measure_climb(time, np.interp(time, time[::30], heights), time * speed)
    if bins.confidence != "none":
        assert sum(bins.grade_m) == pytest.approx(time[-1] * speed)


def test_nothing_is_changed_in_place():
    time, altitude, distance = (
        SECONDS.copy(),
        100 + np.sin(SECONDS / 50) * 9,
        SECONDS * 3,
    )
    before = [side.copy() for side in (time, altitude, distance)]
    assert isinstance(measure_climb(time, altitude, distance), Climb)
    for old, new in zip(before, (time, altitude, distance), strict=True):
        assert np.array_equal(old, new)


@pytest.mark.corpus
def test_the_shared_vector(corpus: Path):
    vector = json.loads((corpus.parent / "vectors" / "science.json").read_text())[
        "ascent_zigzag"
    ]
    turns = find_swings(np.array(vector["elev"], dtype=float), vector["H"])
    assert (turns[turns > 0].sum(), -turns[turns < 0].sum()) == (
        vector["gain"],
        vector["loss"],
    )


@pytest.mark.slow
@pytest.mark.corpus
def test_ascent_agrees_with_barometric_watches(corpus: Path):
    rows = [case for case in ascent_table.cases(corpus) if case.barometer]
    off = ascent_table.errors(rows)
    assert len(rows) > 150
    assert np.median(off[:, 0]) <= 0.025
    assert np.percentile(off[:, 0], 90) <= 0.14
    # better than each of the others
    assert np.median(off[:, 0]) < np.median(off[:, 1:], axis=0).min()


@pytest.mark.slow
@pytest.mark.corpus
def test_ascent_agrees_with_watches_without_a_barometer(corpus: Path):
    rows = [case for case in ascent_table.cases(corpus) if not case.barometer]
    off = ascent_table.errors(rows)[:, 0]
    assert len(rows) >= 8
    assert np.median(off) <= 0.10
    assert np.percentile(off, 90) <= 0.18


@pytest.mark.slow
@pytest.mark.corpus
def test_bins_and_thinning_on_every_file(corpus: Path):
    thinned, apart = [], []
    for source, activity in ascent_table.activities(corpus):
        time, altitude, distance = ascent_table.samples(activity)
        result = measure_climb(time, altitude, distance)
        if math.isnan(result.grade_m[FLAT]):
            continue
        known = np.isfinite(distance)
        level = np.interp(time, time[known], np.maximum.accumulate(distance[known]))
        has = np.isfinite(altitude)
        # a longer gap has no altitude
        steps = np.diff(level[has])[np.diff(time[has]) <= 60]
        if abs(sum(result.grade_m) / steps.sum() - 1) > 0.005:
            apart.append(source)
        if result.ascent_m > 50 and np.median(np.diff(time)) <= 1 and has.mean() > 0.9:
            thin = measure_climb(time[::5], altitude[::5], distance[::5])
            thinned.append(thin.ascent_m / result.ascent_m - 1)
    assert abs(np.median(thinned)) < 0.01
    # files with few samples between jumps of the altitude, which are left out, or whose clock jumps
    assert apart == [
        "Runalyze/fit/multisport-triathlon-fenix3.fit",
        "Runalyze/fit/time-jump.fit",
        "irving-2012-2013/irvingbennett_57662323022_Move_2013_04_14_06_59_31_Cycling.fit",
        "irving-2018/irvingbennett_57663362140_Move_2018_06_03_10_14_49_Trail_running.fit",
        "muktihari-fit/from_garmin_forums/triathlon_summary_first.fit",
        "muktihari-fit/from_garmin_forums/triathlon_summary_last.fit",
    ]


@pytest.mark.slow
@pytest.mark.corpus
def test_grade_comes_out_of_a_barometers_noise(corpus: Path):
    right, cells, error, *_ = grade_profiles.compared(corpus, most=40).T
    assert right.sum() / cells.sum() >= 0.86
    assert error.mean() <= 0.025
