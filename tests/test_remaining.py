"""What a rule leaves of its measure, by hand: `assess.rules.remaining`."""

import math
from types import SimpleNamespace

import pytest

from loadwatch.activity import NAN
from loadwatch.assess.rules import history, remaining
from loadwatch.assess.rules.model import Exceeded
from loadwatch.assess.rules.remaining import (
    Remaining,
    explain_lower,
    find_run_remaining,
    find_sum_remaining,
)


def raise_above(most):
    return lambda metres: Exceeded("watch", most) if metres > most else None


@pytest.mark.parametrize(
    ("used", "offered", "left", "why"),
    [
        (10_000, 40_000, 15_000, ""),
        (10_000, 25_000, 15_000, ""),
        (10_000, 24_999, 14_999, ""),  # a metre is no other week
        (10_000, 20_000.7, 10_000, remaining.UNRAISED_WEEKS),
        (22_000, 20_000, 0, remaining.UNRAISED_WEEKS),  # more than is offered already
        (25_000, 40_000, 0, ""),  # as much as does not raise it
        (25_001, 40_000, 0, remaining.RAISED),
    ],
)
def test_what_may_be_added_to_a_week(used, offered, left, why):
    found = find_sum_remaining(used, raise_above(25_000), offered)
    assert found == Remaining(used=used, left=left, limit=25_000, why=why)


def find_run(used, *, is_whole, most=12_000.0, why="", offered=9_000.9):
    inputs = SimpleNamespace(week_amount=lambda *_: (used, is_whole))
    return find_run_remaining(inputs, "distance_m", raise_above(most), why, offered)


def test_the_largest_run_is_the_offered_one_or_that_of_the_limit():
    assert find_run(0.0, is_whole=True) == Remaining(used=0.0, left=9_000, limit=12_000)
    assert find_run(0.0, is_whole=True, offered=20_000.0).left == 12_000


def test_a_reason_an_endless_limit_and_raised_runs_leave_no_figure():
    stated = find_run(5.0, is_whole=True, why="no")
    endless = find_run(5.0, is_whole=True, most=math.inf)
    raised = find_run(5.0, is_whole=True, offered=NAN)
    assert (stated.used, stated.why) == (5.0, "no")
    assert (endless.used, endless.why) == (5.0, remaining.EARLY)
    assert (raised.used, raised.why) == (5.0, remaining.ALL_RAISED)
    assert raised.limit == 12_000
    assert all(math.isnan(one.left) for one in (stated, endless, raised))
    assert all(math.isnan(one.limit) for one in (stated, endless))


def test_nothing_of_a_week_that_is_not_whole_is_unknown_and_not_zero():
    assert math.isnan(find_run(0.0, is_whole=False).used)
    assert find_run(4_000.0, is_whole=False).used == 4_000.0
    assert find_run(0.0, is_whole=True).used == 0.0


def test_a_lower_figure_has_a_reason_unless_there_is_one():
    bare, known = Remaining(used=1.0, left=2.0), Remaining(used=1.0, why="early")
    assert explain_lower(bare, is_lower=True).why == remaining.UNRAISED_RUNS
    assert explain_lower(bare, is_lower=False) == bare
    assert explain_lower(known, is_lower=True) == known
    assert explain_lower(known, is_lower=False) == known


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0.4, "the day before"),
        (1.9, "the day before"),
        (2.0, "the 2 days that the files reach back"),
        (99.0, "the 30 days that the files reach back"),
    ],
)
def test_how_far_files_reach_back_in_words(days, words):
    assert history.format_reach(SimpleNamespace(days_before=[days]), 0) == words
