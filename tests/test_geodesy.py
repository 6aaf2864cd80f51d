"""Distances on WGS 84, against the lengths of degrees that its two axes give."""

import numpy as np
import pytest

from loadwatch import geodesy
from loadwatch.geodesy import DEGREE_M, outline_m, path_m, rough_step_m, step_m

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


def test_an_outline_leaves_out_what_is_narrower_and_keeps_corners():
    east = np.arange(0, 2000, 3.0)
    wave = np.where(np.arange(east.size) % 2, 1.0, -1.0)  # a metre to both sides
    corner = np.minimum(east, 1000.0)
    north = np.maximum(east - 1000.0, 0.0)
    shrink = np.cos(np.radians(50.0))

    def measure(aside):
        latitude = 50.0 + (north + aside) / DEGREE_M
        longitude = 179.99 + corner / DEGREE_M / shrink  # over the date line
        turned = (longitude + 180.0) % 360.0 - 180.0
        return outline_m(latitude, turned, 2.5), path_m(latitude, turned)[-1]

    still, path = measure(0.0)
    assert still == pytest.approx(path, rel=2e-4)
    waved, path = measure(wave)
    assert path > 1.05 * still
    assert waved == pytest.approx(still, rel=0.002)


def test_an_outline_of_many_positions_is_that_of_its_parts():
    latitude = np.linspace(50.0, 50.5, 5001)
    assert outline_m(latitude, np.zeros(5001), 2.0) == pytest.approx(
        step_m(np.array([50.0, 50.5]), np.zeros(2))[0], rel=1e-4
    )
    assert outline_m(latitude[:1], np.zeros(1), 2.0) == 0.0


@pytest.mark.parametrize("count", [2, 10, 11, 12, 21, 25])
def test_a_long_line_is_measured_in_blocks(count, monkeypatch):
    latitude = 47 + np.linspace(0, 0.1, count) ** 2
    longitude = np.linspace(179.9, 180.1, count)
    whole = geodesy.step_m(latitude, longitude)
    monkeypatch.setattr(geodesy, "STEPS_AT_ONCE", 10)
    assert geodesy.step_m(latitude, longitude).tolist() == whole.tolist()
