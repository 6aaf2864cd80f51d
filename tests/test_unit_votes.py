"""Votes of rows on the unit of a list, by hand: `unit_inference` and `ingest.list_units`."""

from dataclasses import replace

import numpy as np
import pytest

from loadwatch.activity import Note
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
from tests.builders import activities, run

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
        ([KM] * 4 + [KM / 2] * 2, KM, 1.0, 4),  # the same unit by the other count
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
    assert infer(replace(BARE, climb_unit=0.3048)) == (
        MILE,
        "whole feet",
        "its climbs are feet made of whole metres",
    )


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
        (200.0, 100.0, 1.0),  # the least distance and more
        (199.0, 100.0, None),
        (100.0, 20_000.0, KM),  # the largest and less
        (101.0, 20_000.0, None),
        (5000.0, 10_000.0, 1.0),  # half a metre a second and more
        (7.0, 1000.0, KM),  # seven and less
        (0.0, 1500.0, None),
        (5000.0, 0.0, None),
    ],
)
def test_the_only_unit_that_can_be_run(raw, time_s, unit):
    found = unit_inference._find_only_possible(make_evidence([raw], time_s=time_s))
    assert (found and found.factor) == unit
    assert found is None or found.basis == "possible speeds"


def test_rows_without_distance_or_time_say_nothing_of_what_can_be_run():
    found = infer(make_evidence([0.0, 0.0, 5000.0], time_s=1500.0))
    assert found == (1.0, "possible speeds", "no other unit can be run")
    found = infer(make_evidence([5.0, 5.0, 5000.0], time_s=[0.0, np.nan, 1500.0]))
    assert found[:2] == (1.0, "possible speeds")


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


DOUBT = ["distance_unit: read as km"]


def listed(start, metres, name="log.csv", **more):
    """A row of a list, as it was read; 30 minutes."""
    columns = {"duration_s": 1800.0, "format": "list", "member": name} | more
    return run(start, metres / 1000, **columns)


def recorded(start, metres=5000.0, **more):
    """A recording; 30 minutes."""
    return run(start, metres / 1000, **{"duration_s": 1800.0} | more)


def find_units(*rows):
    return list_units.find_list_units(activities(*rows))


@pytest.mark.parametrize(
    ("metres", "unit"),
    [
        (5000.0, None),  # read rightly
        (5000.0 / MI_BY_KM, "mi"),  # miles that were read as km
        (5000.0 * MI_BY_KM, "km"),  # km that were read as miles
        (5_000_000.0, "m"),  # metres that were read as km
        (5000.0 * MILE, "m"),  # metres that were read as miles
        (5.0, "km"),  # km that were read as metres
        (5000.0 / MILE, "mi"),  # miles that were read as metres
        (4000.0, None),  # no unit makes 5 km of 4
    ],
)
def test_a_recording_names_the_unit_of_a_list(metres, unit):
    found = find_units(listed("2026-01-05", metres), recorded("2026-01-05"))
    assert found == ({} if unit is None else {"log.csv": unit})


def test_a_recording_confirms_what_was_only_assumed():
    rows = [recorded("2026-01-05"), recorded("2026-01-07")]
    doubtful = listed("2026-01-05", 5000, notes=DOUBT)
    assert find_units(doubtful, *rows) == {"log.csv": "km"}
    # one doubtful row makes the list doubtful; another list is none of its business
    sure = listed("2026-01-07", 5000)
    assert find_units(doubtful, sure, *rows) == {"log.csv": "km"}
    other = listed("2026-01-07", 5000, "other.csv")
    assert find_units(doubtful, other, *rows) == {"log.csv": "km"}
    noted = listed("2026-01-05", 5000, notes=["clock: odd"])
    assert find_units(noted, *rows) == {}


def test_each_list_has_its_own_unit():
    rows = [recorded("2026-01-05"), recorded("2026-01-07")]
    found = find_units(
        listed("2026-01-05", 5000 / MI_BY_KM, "old.csv"),
        listed("2026-01-07", 5_000_000, "new.csv"),
        *rows,
    )
    assert found == {"old.csv": "mi", "new.csv": "m"}


def test_lists_or_recordings_alone_name_nothing():
    assert find_units(listed("2026-01-05", 3107)) == {}
    assert find_units(recorded("2026-01-05")) == {}
    twice = listed("2026-01-05", 3107, "a.csv"), listed("2026-01-05", 5000, "b.csv")
    assert find_units(*twice) == {}


IN_MILES = 5000 / MI_BY_KM
EVENING = "2026-01-05T18:00"  # a second recording of the day, so that days do not pair


@pytest.mark.parametrize(
    ("start", "more", "is_same"),
    [
        ("2026-01-05T08:02", {}, True),  # 120 s later
        ("2026-01-05T07:58", {}, True),
        ("2026-01-05T08:02:01", {}, False),
        ("2026-01-05T08:00", {"duration_s": 1748.0}, True),  # within 3 % of 1800 s
        ("2026-01-05T08:00", {"duration_s": 1745.0}, False),
        # another clock, the same local time
        ("2026-01-05T08:00", {"start_utc": "2026-01-05T03:00Z"}, True),
        # another local time, the same instant
        ("2026-01-05T03:00", {"start_utc": "2026-01-05T08:00Z"}, True),
        ("2026-01-05T03:00", {"start_utc": "2026-01-05T03:00Z"}, False),
    ],
)
def test_the_same_run_is_one_of_the_same_start_and_time(start, more, is_same):
    row = listed(start, IN_MILES, **more)
    rows = [recorded("2026-01-05T08:00"), recorded(EVENING, duration_s=9000.0)]
    assert find_units(row, *rows) == ({"log.csv": "mi"} if is_same else {})


@pytest.mark.parametrize(
    ("more", "is_same"),
    [
        ({}, True),
        ({"duration_s": 1700.0}, False),
        ({"sport": "walking"}, True),  # on foot, too
        ({"sport": "cycling"}, False),
        ({"sport": "unknown"}, True),
    ],
)
def test_the_only_run_of_a_day_is_the_same_run(more, is_same):
    row = listed("2026-01-05T00:00", IN_MILES, date_only=True, **more)
    assert find_units(row, recorded(EVENING)) == ({"log.csv": "mi"} if is_same else {})


def test_two_runs_of_a_day_are_not_told_apart():
    row = listed("2026-01-05T00:00", IN_MILES, date_only=True)
    morning = recorded("2026-01-05T08:00")
    assert find_units(row, morning, recorded(EVENING)) == {}
    again = listed("2026-01-05T00:00", 4000, date_only=True)
    assert find_units(row, again, recorded(EVENING)) == {}
    # a ride beside the run is none of them
    ride = recorded("2026-01-05T08:00", 30_000, sport="cycling")
    assert find_units(row, ride, recorded(EVENING)) == {"log.csv": "mi"}


def test_a_row_of_no_distance_names_nothing_and_hinders_nothing():
    bare = listed("2026-01-05T08:00", 0.0), listed("2026-01-07T08:00", np.nan)
    rows = [recorded(f"2026-01-{day:02}T08:00") for day in (5, 7, 9)]
    assert find_units(*bare, *rows) == {}
    row = listed("2026-01-09T08:00", IN_MILES)
    assert find_units(*bare, row, *rows) == {"log.csv": "mi"}
    lost = recorded("2026-01-11T08:00", np.nan), listed("2026-01-11T08:00", 4000.0)
    assert find_units(*bare, row, *rows, *lost) == {"log.csv": "mi"}
    # recordings of no metres leave 2 of 5 what they are, which is 40 %
    odd = [listed(f"2026-01-{day}T08:00", 4000.0 + day) for day in (13, 15, 17)]
    measured = [recorded(f"2026-01-{day}T08:00") for day in (13, 15, 17)]
    still = recorded("2026-01-19T08:00", 0.0), listed("2026-01-19T08:00", 4000.0)
    second = listed("2026-01-07T08:01", IN_MILES)
    found = find_units(row, second, *rows, *odd, *measured, *still)
    assert found == {"log.csv": "mi"}


def test_a_recording_counts_once_for_a_list():
    # two rows of 4 km within two minutes of one recording weigh as one: 1 of 5, not 2
    rows = [recorded(f"2026-01-{day:02}T08:00") for day in (5, 7, 9, 11, 13)]
    right = [listed(f"2026-01-{day:02}T08:00", IN_MILES) for day in (5, 7)]
    wrong = [
        listed("2026-01-09T08:00", 4000.0),
        listed("2026-01-09T08:01", 4100.0),
        listed("2026-01-11T08:00", 4200.0),
        listed("2026-01-13T08:00", 3700.0),
    ]
    assert find_units(*rows, *right, *wrong) == {"log.csv": "mi"}  # 2 of 5, not of 6


# --- witnesses of the columns ---------------------------------------------------------


@pytest.mark.parametrize(
    ("by_speed", "unit"),
    [
        ([5 * KM, 5 * KM], KM),
        ([5 * MILE, 5 * MILE], MILE),
        ([5 * KM, 5 * 1300.0], KM),  # half of the rows
        ([5 * KM, 5 * 1300.0, 5 * 1300.0], None),
        ([5 * 1079.0], KM),
        ([5 * 1081.0], None),
    ],
)
def test_time_times_speed_names_a_unit_by_half_of_the_rows(by_speed, unit):
    evidence = make_evidence([5.0] * len(by_speed), by_speed_m=by_speed)
    found = infer(evidence)
    agreed = sum(metres / 5 != 1300.0 for metres in by_speed)
    counted = f"time x speed in {agreed} of {len(by_speed)} rows"
    if unit is None:
        assert found[:2] == (KM, "assumed")
    else:
        assert found == (unit, "other columns", counted)


def test_steps_times_stride_count_where_cadence_is_missing_alone():
    # 5000 strides of 1.55 m are 5 miles within 18 %, and no 5 km
    steps = {"steps": 5000.0, "stride_m": 1.55}
    found = infer(make_evidence([5.0, 5.0], **steps))
    assert found == (MILE, "other columns", "steps x stride length in 2 of 2 rows")
    # with a cadence that names km the steps are not asked
    cadence = {"cadence": 160.0, "time_s": 5000 / (160 / 60 * 1.55)}
    found = infer(make_evidence([5.0, 5.0], **steps, **cadence))
    assert found == (
        KM,
        "other columns",
        "cadence x time x stride length in 2 of 2 rows",
    )


def test_what_can_be_run_goes_before_climbs_and_both_behind_the_columns():
    metres = make_evidence([5000.0], time_s=1500.0)
    found = infer(replace(metres, climb_unit=0.3048))
    assert found == (1.0, "possible speeds", "no other unit can be run")
    by_speed = replace(BARE, by_speed_m=np.array([5.0, 6.0]) * KM)
    assert infer(replace(by_speed, climb_unit=0.3048))[:2] == (KM, "other columns")


# --- a unit that the header states ----------------------------------------------------


def check(evidence, factor):
    stated = unit_inference.UnitDecision(factor, "header", "the heading")
    return stated, unit_inference.check_stated_unit(evidence, stated)


def test_a_heading_that_the_rows_contradict_holds_and_is_noted():
    _, found = check(evidence_of_ratios([MILE] * 3), KM)
    assert (found.factor, found.basis) == (KM, "contradicted")
    assert found.evidence == (
        "column Distance is headed km, yet cadence x time x stride length in 3 of 3 "
        "rows make mi of it; read as km"
    )
    assert found.note == Note("distance_unit", found.evidence)
    _, found = check(evidence_of_ratios([KM] * 3), MILE)
    assert found.evidence.endswith("rows make km of it; read as mi")


@pytest.mark.parametrize(
    ("ratios", "factor"),
    [([KM] * 3, KM), ([300.0] * 3, KM), ([1.0] * 3, KM), ([MILE] * 3, 1.0)],
)
def test_a_heading_holds_where_rows_agree_or_say_nothing_of_miles(ratios, factor):
    stated, found = check(evidence_of_ratios(ratios), factor)
    assert found is stated
