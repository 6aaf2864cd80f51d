"""The diary's statistics against worked vectors: weeks permuted, crossovers, blocks, windows."""

import math

import numpy as np
import pytest

from loadwatch.assess.diary import daily_scores, permutation
from loadwatch.assess.diary.distance_terms import (
    LEAD_DAYS,
    TRAIL_DAYS,
    build_distance_terms,
    sum_window,
)
from loadwatch.assess.diary.onsets import MatchedSet, estimate_crossover, match_onsets


def test_week_permutation_by_hand():
    """Two blocks of four weeks, exposure [1,0,0,1 | 0,1,0,0], pain [3,1,1,4 | 1,3,1,2].

    T = 10 is the largest of the 24 ways to place the exposed weeks, so p = 1/24 (reference vector week_perm).
    """
    exposure, score = np.zeros((1, 8, 7)), np.zeros((8, 7))
    exposure[0, :, 0] = [1, 0, 0, 1, 0, 1, 0, 0]
    score[:, 0] = [3, 1, 1, 4, 1, 3, 1, 2]
    test = permutation.run_permutation_test(exposure, score, np.repeat([0, 1], 4))
    assert test.exact
    assert (exposure[0] * score).sum() == 10
    assert test.single[0] == test.joint[0] == pytest.approx(1 / 24)


def test_random_arrangements_come_near_the_exact_chance():
    random = np.random.default_rng(5)
    exposure = (random.random((2, 8, 7)) < 0.3).astype(float)
    score = random.normal(size=(8, 7))
    block = np.repeat([0, 1], 4)
    exact = permutation.run_permutation_test(exposure, score, block)
    # 576 arrangements: now drawn
    drawn = permutation.run_permutation_test(exposure, score, block, draws=500)
    assert exact.exact and not drawn.exact
    assert drawn.single == pytest.approx(exact.single, abs=0.06)
    assert (drawn.joint >= drawn.single).all()


def test_an_exposure_alike_in_all_weeks_says_nothing():
    score = np.arange(56.0).reshape(8, 7)
    test = permutation.run_permutation_test(
        np.ones((1, 8, 7)), score, np.repeat([0, 1], 4)
    )
    assert test.single[0] == test.joint[0] == 1.0


def test_case_crossover_by_hand():
    """Reference vector case_crossover: discordant sets 2/4, 1/4, 2/4, 1/4, 1/4 exposed; 4 of 5 cases exposed.

    Mantel-Haenszel: (2+3+2+3)/4 over 1/4 = 10; P(X >= 4) = 0.046875, half of P(X = 4) less gives mid-p.
    """
    vectors = [(1, "001"), (1, "000"), (0, "000"), (1, "100"), (0, "100"), (1, "000")]
    sets = [
        MatchedSet(bool(case), tuple(c == "1" for c in refs)) for case, refs in vectors
    ]
    found = estimate_crossover(sets)
    assert found.odds_ratio == pytest.approx(10.0)
    assert found.upper_p == pytest.approx(0.046875)
    assert found.mid_p == pytest.approx(0.025390625)
    assert found.discordant == 5


def test_no_telling_set_says_nothing_and_no_counterexample_is_infinite():
    assert (
        estimate_crossover([MatchedSet(case=True, referents=(True, True))]).discordant
        == 0
    )
    assert (
        estimate_crossover([MatchedSet(case=True, referents=(False,))]).odds_ratio
        == math.inf
    )


def test_referents_are_the_same_weekdays_of_the_stratum():
    exposed = np.zeros(60, dtype=bool)
    exposed[[1, 8, 30]] = True
    first, second = match_onsets([8, 30], exposed)
    # 8; 1, 15, 22
    assert first == MatchedSet(case=True, referents=(True, False, False))
    # 30; 37, 44, 51
    assert second == MatchedSet(case=True, referents=(False, False, False))


def test_windows():
    exposed = np.zeros(8, dtype=bool)
    exposed[3] = True
    assert np.flatnonzero(daily_scores.mark_window(exposed, (0, 2))).tolist() == [
        3,
        4,
        5,
    ]
    assert np.flatnonzero(daily_scores.mark_window(exposed, (3, 7))).tolist() == [6, 7]
    assert np.flatnonzero(daily_scores.mark_window(exposed, (-7, -1))).tolist() == [
        0,
        1,
        2,
    ]


def test_weeks_are_cut_where_fewest_windows_tear():
    exposed = np.zeros((1, 28), dtype=bool)
    # sixth day of each week: it and two more would cross the end
    exposed[0, 5::7] = True
    before = permutation.choose_offset(exposed, 3)
    assert (5 + before) % 7 <= 4


def test_blocks_follow_the_training():
    training = np.array([40.0, 40, 20, 20, 20, 20, 40, 40, 40, 40, 20, 20])
    assert permutation.choose_blocks(training).tolist() == [
        0,
        0,
        1,
        1,
        1,
        1,
        2,
        2,
        2,
        2,
        3,
        3,
    ]
    assert permutation.choose_blocks(np.ones(5)).tolist() == [0, 0, 0, 0, 1]
    assert permutation.choose_blocks(np.ones(1)).tolist() == [0]


def test_the_effect_is_that_of_a_regression():
    """Against numpy's least squares with weekday, block, kilometres and exposure in one design."""
    random = np.random.default_rng(2)
    score = random.normal(3, 1, 84)
    score[random.random(84) < 0.2] = np.nan
    exposed = np.zeros((1, 84), dtype=bool)
    exposed[0, random.choice(84, 9, replace=False)] = True
    around = random.uniform(0, 15_000, LEAD_DAYS + 84 + TRAIL_DAYS)
    terms = build_distance_terms(around, 0)
    own = daily_scores.build_matrix(score, exposed, np.ones(84), terms)
    after = daily_scores.mark_window(exposed[0], daily_scores.AFTER_DAYS)
    marks = own.adjust_marks(after)
    flat = own.reshape_weeks(score, np.nan).ravel()
    place = np.arange(len(flat))
    columns = [own.reshape_weeks(after.astype(float)).ravel()]
    columns += [place % 7 == d for d in range(7)]
    columns += [np.repeat(own.block, 7) == b for b in range(1, own.block.max() + 1)]
    columns += [own.reshape_weeks(term).ravel() for term in terms]
    design = np.column_stack(columns).astype(float)
    known = np.isfinite(flat)
    expected = np.linalg.lstsq(design[known], flat[known], rcond=None)[0][0]
    assert permutation.estimate_effect(marks, own.score) == pytest.approx(expected)
    low, high = permutation.estimate_interval(marks, own.score, own.block)
    assert low < expected < high


def test_the_kilometres_of_a_day_are_those_around_it():
    metres = np.zeros(LEAD_DAYS + 14 + TRAIL_DAYS)
    metres[LEAD_DAYS + 3] = 10_000.0
    assert np.flatnonzero(sum_window(metres, LEAD_DAYS, 14, 3)).tolist() == [3, 4, 5]
    assert (
        sum_window(metres, LEAD_DAYS, 14, 7).tolist()
        == [0] * 3 + [10_000.0] * 7 + [0] * 4
    )
    terms = build_distance_terms(metres, 2)  # the first day is a Wednesday
    assert terms.shape == (6, 14)
    assert np.flatnonzero(terms[4] > 0).tolist() == [0, 1, 2, 3, 4]  # the calendar week
    assert np.allclose(terms.mean(axis=1), 0.0)


def test_terms_between_weeks_widen_the_arrangements():
    block = np.repeat([0, 1], 4)
    plain = permutation.build_design(block)
    weekly = np.repeat(np.random.default_rng(1).normal(size=8), 7).reshape(1, 8, 7)
    assert permutation.compute_widening(block, plain, weekly) == pytest.approx(
        math.sqrt(6 / 5)
    )
    assert permutation.compute_widening(block, plain, np.zeros((1, 8, 7))) == 1.0
