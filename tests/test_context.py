"""Expected numbers: those of Williams 2017's athlete 1 and of Foster 1998, 6 digits."""

import csv

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadwatch.assess import context as c

A = np.array([30.0] * 21 + [50.0] * 7)
B = np.array(
    [
        0,
        8,
        0,
        6,
        0,
        12,
        5,
        0,
        8,
        0,
        6,
        0,
        13,
        5,
        0,
        9,
        0,
        6,
        0,
        14,
        5,
        0,
        10,
        0,
        8,
        0,
        18,
        8,
    ],
    float,
)
FOSTER = np.array([300.0, 0.0, 420.0, 200.0, 0.0, 600.0, 150.0])


def test_ratios_of_the_published_athlete():
    assert c.compute_acwr_coupled(A)[-1] == pytest.approx(1.428571, abs=5e-7)
    assert c.compute_acwr_uncoupled(A)[-1] == pytest.approx(1.666667, abs=5e-7)
    assert c.compute_ewma(A, 7)[-1] == pytest.approx(47.330322, abs=5e-7)
    assert c.compute_ewma(A, 28)[-1] == pytest.approx(37.871967, abs=5e-7)
    assert c.compute_acwr_ewma(A)[-1] == pytest.approx(1.249746, abs=5e-7)


def test_ratios_of_four_ordinary_weeks():
    assert c.compute_acwr_coupled(B)[-1] == pytest.approx(1.248227, abs=5e-7)
    assert c.compute_acwr_uncoupled(B)[-1] == pytest.approx(1.360825, abs=5e-7)
    # started at the first day's 0
    assert c.compute_acwr_ewma(B)[-1] == pytest.approx(1.527595, abs=5e-7)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(0.1, 50), min_size=28, max_size=60))
def test_the_identity_holds_for_any_load(daily):
    """The uncoupled ratio belongs to the coupled one by U = 3 C / (4 - C)."""
    x = np.array(daily)
    coupled, uncoupled = (
        c.compute_acwr_coupled(x)[27:],
        c.compute_acwr_uncoupled(x)[27:],
    )
    np.testing.assert_allclose(3 * coupled / (4 - coupled), uncoupled, rtol=1e-9)


def test_monotony_and_strain():
    monotony = c.compute_monotony(FOSTER)
    assert monotony[-1] == pytest.approx(1.084256, abs=5e-7)
    assert c.compute_strain(FOSTER, monotony)[-1] == pytest.approx(
        1810.706822, abs=5e-6
    )
    short = c.compute_monotony(np.array([0, 50.0, 0, 60, 0, 90, 0]))
    assert short[-1] == pytest.approx(0.759737, abs=5e-7)
    # days that do not differ: undefined, not infinite
    assert np.isnan(c.compute_monotony(np.full(7, 5.0)))[-1]
    assert np.isnan(c.compute_monotony(FOSTER)[:6]).all()
    assert len(c.compute_monotony(FOSTER[:3])) == 3


def test_smoothed_load():
    daily = np.array([50.0, 0, 80, 0, 60, 120, 0])
    expected = [1.190476, 1.162132, 3.039224, 2.966861, 4.324793, 7.078965, 6.910418]
    np.testing.assert_allclose(c.smooth_load(daily, 42), expected, atol=5e-7)
    expected = [
        7.142857,
        6.122449,
        16.676385,
        14.294044,
        20.823466,
        34.991543,
        29.992751,
    ]
    np.testing.assert_allclose(c.smooth_load(daily, 7), expected, atol=5e-7)
    # not 63.212
    assert c.smooth_load(np.full(42, 100.0), 42)[-1] == pytest.approx(
        63.654405, abs=5e-7
    )


def test_weighted_ratio_waits_for_eight_weeks():
    columns = c.build_context(np.full(60, 5.0))
    assert np.isnan(columns["acwr_ewma"][:55]).all()
    assert columns["acwr_ewma"][55] == pytest.approx(1.0)


def test_a_day_of_unknown_load_leaves_its_windows_unknown():
    daily = np.arange(100.0) % 7
    daily[10] = np.nan
    columns = c.build_context(daily)
    assert np.isnan(columns["monotony"][10:17]).all()
    assert not np.isnan(columns["monotony"][17])
    assert np.isnan(columns["acwr_coupled"][27:38]).all()
    assert not np.isnan(columns["acwr_coupled"][38])
    assert not np.isnan(columns["load_42d"][9])
    assert np.isnan(columns["load_42d"][10:52]).all()
    assert not np.isnan(columns["load_42d"][52])


@pytest.mark.corpus
def test_against_a_year_computed_by_other_libraries(corpus):
    folder = corpus.parent / "vectors"
    with (folder / "load_daily.csv").open() as text:
        daily = np.array([float(line["load"]) for line in csv.DictReader(text)])
    with (folder / "oracle_daily.csv").open() as text:
        oracle = list(csv.DictReader(text))
    ours = {
        "acwr_rac": c.compute_acwr_coupled(daily),
        "acwr_rau": c.compute_acwr_uncoupled(daily),
        "acwr_ewma": c.compute_acwr_ewma(daily),
        "acwr_monotony_ddof1": c.compute_monotony(daily),
        "acwr_strain_ddof1": c.compute_strain(daily, c.compute_monotony(daily)),
        "tp_1overN_atl": c.smooth_load(daily, 7),
        "tp_1overN_ctl": c.smooth_load(daily, 42),
    }
    ours["tp_1overN_ratio"] = np.divide(
        ours["tp_1overN_atl"],
        ours["tp_1overN_ctl"],
        out=np.full(len(daily), np.nan),
        where=ours["tp_1overN_ctl"] > 0,
    )
    for name, values in ours.items():
        theirs = np.array(
            [float(line[name]) if line[name] else np.nan for line in oracle]
        )
        assert np.isnan(
            values[np.isinf(theirs)]
        ).all()  # three weeks of nothing before: unknown for us
        known = np.isfinite(theirs)
        assert known.sum() > 300, name
        np.testing.assert_allclose(
            values[known], theirs[known], rtol=1e-9, atol=1e-9, err_msg=name
        )
