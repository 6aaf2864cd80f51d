"""Votes of rows on the unit of a list, by hand: `unit_inference` and `ingest.list_units`."""

from dataclasses import replace

import numpy as np
import pytest

from loadwatch.ingest import list_units
from loadwatch.ingest.readers.csv import unit_inference
from loadwatch.ingest.readers.csv.unit_decision import KM, MILE
from loadwatch.ingest.readers.csv.unit_inference import (
    CadenceVote,
    DistanceEvidence,
    compute_ratios,
    count_near,
    find_unit,
    infer_cadence_unit,
    is_near,
    vote_cadence,
)
from loadwatch.settings import BY_OTHER_FILES, Settings

SCATTERED = [0.5, 0.55, 0.6, 0.7, 0.75, 0.8, 0.9]  # names no unit


def make_evidence(raw=(), **columns):
    """What rows hold; a column that is not given is unknown."""
    raw = np.array(raw, np.float64)
    unknown = np.full(raw.size, np.nan)
    given = {name: np.broadcast_to(np.array(values, np.float64), raw.shape)
             for name, values in columns.items() if name != "sports"}  # fmt: skip
    names = ("time_s", "pace_s", "by_speed_m", "steps", "cadence", "stride_m")
    return DistanceEvidence(
        texts=[str(one) for one in raw],
        raw=raw,
        cell_units=[None] * raw.size,
        sports=columns.get("sports", ["running"] * raw.size),
        has_decimal_comma=False,
        **{name: given.get(name, unknown) for name in names},
    )


# --- ratios


def test_near_is_within_a_factor_both_ways_and_not_at_its_edge():
    assert is_near(107.9, 100) and is_near(92.7, 100)
    assert not is_near(108, 100) and not is_near(92.5, 100)
    assert is_near(102.9, 100, 1.03) and not is_near(103.1, 100, 1.03)


def test_the_first_unit_that_is_near_counts():
    assert find_unit(1600, (KM, MILE)) == MILE
    assert find_unit(1005, (KM, MILE)) == KM
    assert find_unit(1300, (KM, MILE)) is None
    assert find_unit(1060, (KM,), 1.03) is None


def test_rows_without_one_of_both_give_no_ratio():
    many, few = np.array([10.0, 0.0, 5.0, np.nan]), np.array([5.0, 1.0, 0.0, 2.0])
    assert compute_ratios(many, few).tolist() == [2.0]
    assert count_near(np.array([1000.0, 1079.0, 1081.0]), KM) == 2
    assert count_near(np.array([1000.0, 1029.0, 1031.0]), KM, 1.03) == 2


# --- cadence x time x stride length


def evidence_of_ratios(ratios, cadence=160.0):
    """Rows whose cadence x time x stride length over the distance are `ratios` [m]."""
    ratios = np.array(ratios, np.float64)
    return make_evidence(
        np.full(ratios.size, 5.0),
        time_s=1500.0,
        cadence=cadence,
        stride_m=ratios * 5 / (cadence / 60 * 1500),
    )


@pytest.mark.parametrize(
    ("ratios", "unit", "legs", "agreed"),
    [
        ([KM] * 3, KM, 1.0, 3),
        ([MILE] * 3, MILE, 1.0, 3),
        ([KM / 2] * 3, KM, 2.0, 3),
        ([MILE / 2] * 3, MILE, 2.0, 3),
        ([1.0] * 3, 1.0, 1.0, 3),
        ([KM * 1.029, KM / 1.029], KM, 1.0, 2),
        ([KM, KM, 300.0, 350.0, 400.0], KM, 1.0, 2),  # 40 %
        ([KM] * 4 + [MILE], KM, 1.0, 4),  # four times as many
    ],
)
def test_cadence_names_a_unit(ratios, unit, legs, agreed):
    found = vote_cadence(evidence_of_ratios(ratios))
    assert found == CadenceVote(unit, legs, agreed, len(ratios))


@pytest.mark.parametrize(
    "ratios",
    [
        [],
        [300.0],
        [KM * 1.031],
        [KM, KM, 300.0, 350.0, 400.0, 450.0],  # a third
        [KM] * 4 + [MILE, MILE],  # twice as many
        [KM] * 3 + [MILE],
    ],
)
def test_cadence_of_few_or_divided_rows_names_none(ratios):
    assert vote_cadence(evidence_of_ratios(ratios)) is None


@pytest.mark.parametrize(
    ("cadence", "sports", "steps", "basis"),
    [
        ([80.0, 85.0, 170.0], ["running"] * 3, 2.0, "possible speeds"),
        ([119.9], ["running"], 2.0, "possible speeds"),
        ([120.0], ["running"], 1.0, "assumed"),
        ([80.0, 170.0], ["cycling", "running"], 1.0, "assumed"),  # pedals are no legs
        ([0.0, 80.0], ["running"] * 2, 2.0, "possible speeds"),
        ([np.nan], ["running"], 1.0, "assumed"),
        ([0.0], ["running"], 1.0, "assumed"),
    ],
)
def test_steps_of_one_count_of_cadence(cadence, sports, steps, basis):
    found = infer_cadence_unit(
        make_evidence(np.full(len(cadence), 5.0), cadence=cadence, sports=sports)
    )
    assert (found.factor, found.basis) == (steps, basis)


def test_steps_of_one_count_by_the_other_columns():
    found = infer_cadence_unit(evidence_of_ratios([KM / 2] * 3, cadence=130.0))
    assert (found.factor, found.basis) == (2.0, "other columns")
    assert found.evidence == "cadence x time x stride length in 3 of 3 rows"


# --- choices and assumptions


def infer(evidence, **settings):
    found = unit_inference.infer_distance_unit(evidence, Settings(**settings))
    return found.factor, found.basis, found.evidence


BARE = make_evidence([5.0, 6.0], time_s=1800.0)  # km or miles
METRES = make_evidence([5000.0], by_speed_m=5000.0)


@pytest.mark.parametrize(("unit", "factor"), [("km", KM), ("mi", MILE), ("m", 1.0)])
def test_what_is_chosen_holds_where_nothing_contradicts_it(unit, factor):
    chosen = infer(BARE, distance_unit=unit)
    assert chosen == (factor, "setting", "chosen by the user")
    by_file = {"distance_unit": "loadwatch.toml:3"}
    chosen = infer(BARE, distance_unit=unit, origins=by_file)
    assert chosen == (factor, "setting", "chosen by loadwatch.toml:3")
    by_others = {"distance_unit": BY_OTHER_FILES}
    chosen = infer(METRES, distance_unit=unit, origins=by_others)
    assert chosen == (factor, "other files", BY_OTHER_FILES)


def test_metres_that_the_rows_show_go_before_what_is_chosen():
    found = 1.0, "other columns", "time x speed in 1 of 1 rows"
    assert infer(METRES) == found
    assert infer(METRES, distance_unit="km") == found
    miles = make_evidence([5.0], by_speed_m=5 * MILE)
    assert infer(miles, distance_unit="km") == (KM, "setting", "chosen by the user")
    assert infer(miles)[0] == MILE


def test_what_nothing_shows_is_read_as_km_with_the_option_that_changes_it():
    found = unit_inference.infer_distance_unit(BARE, Settings())
    assert (found.factor, found.basis) == (KM, "assumed")
    assert found.evidence == "nothing in the list says km or miles"
    assert found.note is not None
    assert found.note.text == (
        "column Distance is read as km, nothing in the list says km or miles; "
        "--distance-unit mi if it is miles"
    )
    commas = replace(BARE, has_decimal_comma=True)
    found = unit_inference.infer_distance_unit(commas, Settings())
    assert (found.basis, found.evidence) == (
        "decimal comma",
        "only its decimal commas speak for km",
    )


def test_climbs_in_feet_go_with_miles_and_in_metres_with_km():
    assert infer(replace(BARE, climb_unit=1.0)) == (
        KM,
        "whole feet",
        "its climbs are no feet made of whole metres",
    )
    assert infer(replace(BARE, climb_unit=0.3048))[:2] == (MILE, "whole feet")


def test_columns_that_contradict_each_other_are_read_as_km_and_noted():
    evidence = replace(evidence_of_ratios([MILE] * 3), by_speed_m=np.full(3, 5.0 * KM))
    factor, basis, text = infer(evidence)
    assert (factor, basis) == (KM, "contradicted")
    assert text == (
        "column Distance: time x speed in 3 of 3 rows make km of it, cadence x time x "
        "stride length in 3 of 3 rows make mi of it; read as km; "
        "--distance-unit mi if it is miles"
    )


# --- what can be run at all


@pytest.mark.parametrize(
    ("raw", "time_s", "unit"),
    [
        (5000.0, 1500.0, 1.0),
        (5.0, 1500.0, None),  # km and miles can both be run
        (20.0, 4800.0, None),  # 6.7 m/s by miles
        (26.0, 5200.0, KM),  # 8 m/s by miles
        (1.0, 3000.0, MILE),  # 0.33 m/s by km
        (150_000.0, 40_000.0, None),
        (0.0, 1500.0, None),
        (5000.0, 0.0, None),
    ],
)
def test_the_only_unit_that_can_be_run(raw, time_s, unit):
    found = unit_inference._find_only_possible(make_evidence([raw], time_s=time_s))
    assert (found and found.factor) == unit
    assert found is None or found.basis == "possible speeds"


def test_rides_say_nothing_of_what_can_be_run():
    evidence = make_evidence([5000.0], time_s=1500.0, sports=["cycling"])
    assert unit_inference._find_only_possible(evidence) is None


# --- the same runs in recordings


MI_BY_KM, KM_BY_MI = 1.609344, 1 / 1.609344


@pytest.mark.parametrize(
    ("ratios", "ratio"),
    [
        ([1.0], 1.0),
        ([MI_BY_KM] * 2, MI_BY_KM),
        ([KM_BY_MI] * 2, KM_BY_MI),
        ([0.001, 0.001], 0.001),
        ([1000.0], 1000.0),
        ([1609.344], 1609.344),
        ([1 / 1609.344], 1 / 1609.344),
        ([1.0299, 0.9701], 1.0),
        ([1.0] * 2 + [0.5, 0.7, 0.8], 1.0),  # 40 %
        ([MI_BY_KM] * 4 + [1.0], MI_BY_KM),  # four times as many
        ([1.0] * 5 + SCATTERED, 1.0),  # 5 of 12
        ([], None),
        ([1.0301], None),
        ([1.0, 0.5, 0.7, 0.8], None),
        ([1.0] * 4 + SCATTERED, None),  # 4 of 11
        ([MI_BY_KM] * 3 + [1.0], None),
    ],
)
def test_the_ratio_that_recordings_agree_on(ratios, ratio):
    assert list_units._vote_ratio(np.array(ratios, np.float64)) == ratio


def test_only_a_day_with_one_run_names_it():
    days, places = np.array([3, 3, 4, 5, 5, 5]), np.array([0, 1, 2, 3])
    assert list_units._find_single(days, places) == {4: 2, 5: 3}
