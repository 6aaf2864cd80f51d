"""Distances on WGS 84, against the lengths of degrees that its two axes give."""

import numpy as np
import pytest

from loadwatch.geodesy import path_m, rough_step_m, step_m

QUADRANT_M = 10_001_965.729  # from the equator to the pole, WGS 84


def test_the_steps_to_the_pole_sum_up_to_the_quadrant():
    latitude = np.linspace(0, 90, 9001)
    steps = step_m(latitude, np.zeros(9001))
    assert steps.size == 9000
    assert steps.sum() == pytest.approx(QUADRANT_M, abs=0.1)
    assert rough_step_m(latitude, np.zeros(9001)) == pytest.approx(steps, rel=0.006)


def test_a_step_takes_the_short_way_over_the_date_line():
    latitude, longitude = np.array([60.0, 60.0]), np.array([179.5, -179.5])
    assert step_m(latitude, longitude) == pytest.approx([55_800.1], abs=0.5)
    assert rough_step_m(latitude, longitude) == pytest.approx([55_597.5], abs=0.5)


def test_one_position_and_none_have_no_step():
    assert step_m(np.array([50.0]), np.array([8.0])).size == 0
    assert path_m(np.array([50.0]), np.array([8.0])).tolist() == [0.0]
    assert path_m(np.empty(0), np.empty(0)).size == 0


def test_path_skips_missing_fixes_and_crosses_the_date_line():
    """A degree of longitude on the equator is 111,319.49 m (2 pi a / 360)."""
    longitude = np.array([179.5, np.nan, -179.5])
    assert path_m(np.array([0, np.nan, 0.0]), longitude).tolist() == pytest.approx(
        [0, 0, 111_319.49], abs=0.01
    )
