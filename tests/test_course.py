"""Tag once: what is answered for one run holds for the ground under it, cell by cell."""

import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadwatch.exposure import course
from loadwatch.exposure.contradictions import describe_contradictions
from loadwatch.exposure.signature import draw_signature, unpack_signatures
from loadwatch.tables import SURFACE_COLUMNS, SURFACE_NAMES
from tests.builders import activities, run
from tests.courses import (
    MIDDLE_M,
    course_run,
    ground,
    inherited,
    length_m,
    line,
    ring,
    straight,
    to_degrees,
)

A = straight(0, 4000)
SQUARE = ((0, 0), (1000, 0), (1000, 1000), (0, 1000), (0, 0))


def second(answer, first, places, **more):
    """The ground of a run over `places` after one over `first` was answered."""
    rows = inherited(
        course_run("2026-03-02T07:00", first, answer),
        course_run("2026-03-03T07:00", places, **more),
    )
    return ground(rows.iloc[1])


def test_a_course_reversed_is_the_same_ground():
    assert second("hard", A, A[::-1]) == {"hard": 4000}


def test_a_loop_from_another_start_and_twice_around_is_the_same_ground():
    moved = [(500, 0), *SQUARE[1:4], (0, 0), (500, 0)]
    assert second("soft", line(*SQUARE), line(*moved)) == {"soft": 4000}
    assert second("soft", line(*SQUARE), line(*SQUARE, *SQUARE[1:])) == {"soft": 8000}


def test_an_answer_in_two_parts_and_the_mean_of_two_answers():
    half = straight(0, 2000)
    assert second("hard 50 soft 50", A, half) == {"hard": 1000, "soft": 1000}
    rows = inherited(
        course_run("2026-03-02", A, "hard 50 soft 50"),
        course_run("2026-03-03", half, "hard"),
        course_run("2026-03-04", half),
    )
    assert ground(rows.iloc[2]) == {"hard": 1500, "soft": 500}
    assert ground(rows.iloc[1]) == {"hard": 2000}  # its own answer comes first


@pytest.mark.parametrize("north", [10, 20, 30, -10, -30])
def test_a_parallel_within_the_next_row_of_cells_is_the_same_ground(north):
    assert second("hard", A, straight(0, 4000, MIDDLE_M + north)) == {"hard": 4000}


@pytest.mark.parametrize("north", [45, -45])
def test_a_parallel_two_rows_away_is_other_ground(north):
    assert second("hard", A, straight(0, 4000, MIDDLE_M + north)) == {}


def test_a_crossing_inherits_a_few_metres():
    crossing = line((2000, -1500), (2000, 1500))
    assert second("hard", A, crossing)["hard"] == pytest.approx(80, abs=10)


def test_a_longer_run_inherits_what_it_shares():
    longer = straight(-6000, 4000)
    assert second("hard", A, longer)["hard"] == pytest.approx(4025, abs=15)


@pytest.mark.parametrize(("step", "known"), [(100, {"hard": 2000}), (200, {})])
def test_nothing_is_drawn_over_a_hole_of_more_than_150_m(step, known):
    assert second("hard", A, straight(1000, 3000, step=step)) == known


@pytest.mark.parametrize(
    ("laps", "known"), [(2.5, {"track": 1000}), (1.5, {}), (10, {"track": 4000})]
)
def test_a_track_counts_from_800_m_on(laps, known):
    # the chords of the ring are a little shorter than the ring
    metres = {"distance_m": 400.0 * laps}
    assert second("track", ring(400, 10), ring(400, laps), **metres) == known


def test_a_track_answered_keeps_its_own_and_gives_nothing_to_who_runs_past():
    ten = ring(400, 10)
    rows = inherited(
        course_run("2026-03-02", ten, "track", distance_m=4000.0),
        course_run("2026-03-03", line((4000, 5064), (7000, 5064))),
    )
    assert ground(rows.iloc[0]) == {"track": 4000}
    assert ground(rows.iloc[1]) == {}


def test_the_label_track_is_an_answer_and_other_labels_are_none():
    ten = ring(400, 10)
    label = {"surface_source": "label", "fallback_m": [], "unknown_m": 0.0}
    for sub_sport, name, known in (
        ("track", "track_m", {"track": 1000}),
        ("trail", "soft_m", {}),
    ):
        rows = inherited(
            course_run(
                "2026-03-02",
                ten,
                distance_m=4000.0,
                sub_sport=sub_sport,
                **{name: 4000.0},
                **label,
            ),
            course_run("2026-03-03", ring(400, 2.5), distance_m=1000.0),
        )
        assert ground(rows.iloc[1]) == known


def test_ground_beside_a_track_is_not_the_track():
    """A road through the ring's cells: with few metres there, the answer for the road holds."""
    road = line((4000, 5064), (7000, 5064))
    rows = inherited(
        course_run("2026-03-02", ring(400, 10), "track"),
        course_run("2026-03-03", road, "hard"),
        course_run("2026-03-04", road),
        course_run("2026-03-05", ring(400, 5)),
    )
    assert ground(rows.iloc[2]) == {"hard": 3000}
    assert set(ground(rows.iloc[3])) == {"track", "hard"}
    assert ground(rows.iloc[3])["track"] > 1500


def test_a_treadmill_and_unknown_pass_nothing_on():
    assert second("treadmill", A, A) == {}
    assert second("unknown", A, A) == {}
    assert second("hard 60 unknown 40", A, A) == {"hard": 2400}


def test_source_metres_and_confidence_are_given():
    rows = inherited(
        course_run("2026-03-02", A, "hard 70 soft 30"),
        course_run("2026-03-03", A),
        course_run("2026-03-04", straight(0, 2000), "hard"),
        course_run("2026-03-05", straight(0, 2000)),
        course_run("2026-03-06", straight(9000, 9900)),
    )
    assert rows["surface_source"].tolist() == ["tag", "course", "tag", "course", "none"]
    assert rows["inherited_m"].round().tolist() == [0, 4000, 0, 2000, 0]
    # 0.85 over the first half, which two answers share, and 0.7 over the second
    assert rows["surface_confidence"].tolist() == [
        "none",
        "low",
        "none",
        "high",
        "none",
    ]


def test_what_the_map_knows_stays_and_the_rest_is_inherited():
    from_map = course_run(
        "2026-03-03",
        A,
        surface_source="map",
        firm_m=3000.0,
        unknown_m=1000.0,
        tagged_m=3000.0,
        fallback_m=[0.0, 0.0, 0.0, 0.0, 0.0, 1000.0],
        # of its cells, the last quarter is off the ways
        signature=draw_signature(
            *to_degrees(A),
            A[:, 0],
            4000.0,
            (A[:, 0] > 3000.0).astype(float),
        ),
    )
    rows = inherited(course_run("2026-03-02", A, "soft"), from_map)
    assert ground(rows.iloc[1]) == {"firm": 3000, "soft": 1000}
    assert rows["surface_source"].iloc[1] == "map"
    assert rows["inherited_m"].iloc[1] == pytest.approx(1000.0)
    assert rows["tagged_m"].iloc[1] == 3000.0


def test_a_label_that_suggests_gives_way_to_an_answer():
    trail = course_run(
        "2026-03-03",
        straight(2000, 6000),
        sub_sport="trail",
        surface_source="label",
        soft_m=4000.0,
        unknown_m=0.0,
        fallback_m=[0.0, 0.0, 4000.0, 0.0, 0.0, 0.0],
    )
    rows = inherited(course_run("2026-03-02", A, "hard"), trail)
    row = rows.iloc[1]
    assert row["hard_m"] == pytest.approx(2025, abs=15)
    assert row["hard_m"] + row["soft_m"] == pytest.approx(4000)
    assert row["surface_source"] == "course"


def test_the_distance_of_the_device_counts_where_it_differs_from_the_line():
    assert second("hard", A, A, distance_m=4100.0) == {"hard": 4100}


def test_metres_before_the_first_fix_stay_unknown():
    travelled = np.append(np.arange(0.0, 3000.0, 10.0), 3000.0 + A[:, 0])
    before = travelled.size - len(A)
    places = [np.append(np.full(before, np.nan), side) for side in to_degrees(A)]
    late = draw_signature(*places, travelled, 7000.0)
    rows = inherited(
        course_run("2026-03-02", A, "hard"),
        course_run("2026-03-03", straight(-3000, 4000), signature=late),
    )
    assert ground(rows.iloc[1]) == {"hard": 4000}


PLACES = st.sampled_from(
    [
        (0.0, 0.0),
        (47.3, 8.5),
        (-33.9, 18.4),
        (64.1, -21.9),
        (78.2, 15.6),
        (-16.5, 179.999),
    ]
)


@pytest.mark.parametrize(
    "at", [(12.0, 180.0), (-17.7, -179.99), (85.0, 10.0), (0.2, 100.0)]
)
def test_any_place_on_earth_will_do(at):
    bent = line((0, 0), (2000, 700), (1500, 3000))
    rows = inherited(
        course_run("2026-03-02", bent, "soft", at=at),
        course_run("2026-03-03", bent[::-1], at=at),
        course_run("2026-03-04", bent + 12.0, at=at),
    )
    assert ground(rows.iloc[1]) == {"soft": round(length_m(bent))}
    assert rows["soft_m"].iloc[2] >= 0.99 * length_m(bent)


def test_ground_across_the_edge_of_two_belts_is_found():
    """A street along the edge, where the columns of cells change: 2,048 rows north of the equator."""
    at = (2048 * 25.0 / 111_195.0, 120.0)
    street = straight(0, 4000, 3.0)
    rows = inherited(
        course_run("2026-03-02", street, "hard", at=at),
        course_run("2026-03-03", straight(0, 4000, -3.0), at=at),
        course_run("2026-03-04", straight(60, 3940, -40.0), at=at),
    )
    assert rows["hard_m"].iloc[1] >= 3950
    assert rows["hard_m"].iloc[2] == 0


@st.composite
def walks(draw):
    """A crooked course of 1 to 6 km; corners in metres."""
    turns = draw(st.lists(st.floats(-1.2, 1.2), min_size=3, max_size=12))
    legs = draw(st.lists(st.floats(300, 600), min_size=len(turns), max_size=len(turns)))
    heading = np.cumsum(turns)
    steps = np.array(legs)[:, None] * np.column_stack(
        (np.cos(heading), np.sin(heading))
    )
    return np.vstack(([0.0, 0.0], np.cumsum(steps, axis=0)))


@settings(max_examples=40, deadline=None)
@given(walks(), PLACES)
def test_law_reversed_and_doubled_courses_know_every_metre(corners, at):
    there = line(*map(tuple, corners))
    rows = inherited(
        course_run("2026-03-02", there, "hard 75 soft 25", at=at),
        course_run("2026-03-03", there[::-1], at=at),
        course_run("2026-03-04", np.vstack((there, there[::-1])), at=at),
    )
    for row, times in ((rows.iloc[1], 1), (rows.iloc[2], 2)):
        whole = times * length_m(there)
        assert row["hard_m"] == pytest.approx(0.75 * whole, abs=3)
        assert row["soft_m"] == pytest.approx(0.25 * whole, abs=3)


@settings(max_examples=40, deadline=None)
@given(walks(), st.floats(0.05, 0.95), PLACES)
def test_law_a_loop_from_any_start_knows_every_metre(corners, share, at):
    loop = line(*map(tuple, corners), tuple(corners[0]))
    cut = int(share * len(loop))
    rotated = np.vstack((loop[cut:], loop[1 : cut + 1]))
    rows = inherited(
        course_run("2026-03-02", loop, "firm", at=at),
        course_run("2026-03-03", rotated, at=at),
    )
    assert rows["firm_m"].iloc[1] == pytest.approx(length_m(loop), abs=3)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(walks(), st.sampled_from(("", "hard", "soft 60 firm 40", "track"))),
        min_size=2,
        max_size=5,
    )
)
def test_law_the_metres_of_a_run_stay_its_distance(runs):
    rows = inherited(
        *(
            course_run(f"2026-03-{2 + day:02d}", line(*map(tuple, corners)), answer)
            for day, (corners, answer) in enumerate(runs)
        )
    )
    metres = rows[list(SURFACE_COLUMNS)]
    assert metres.to_numpy().min() >= 0
    assert metres.sum(axis=1).to_numpy() == pytest.approx(rows["distance_m"].to_numpy())
    known = metres.sum(axis=1) - rows["unknown_m"]
    is_answer = rows["surface_source"] == "tag"
    assert (rows["inherited_m"][is_answer] == 0).all()
    assert rows["inherited_m"][~is_answer].to_numpy() == pytest.approx(
        known[~is_answer].to_numpy(), abs=1e-6
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), max_size=30))
def test_law_any_fixes_give_a_signature_that_is_read_back(fixes):
    places = np.array(fixes).reshape(-1, 2)
    travelled = np.arange(float(len(places))) * 5.0
    text = draw_signature(
        places[:, 0], places[:, 1], travelled, 5.0 * max(len(places) - 1, 0)
    )
    back = unpack_signatures([text, ""])
    assert back.counts[1] == 0
    assert len(set(back.cells.tolist())) == back.cells.size
    assert back.metres.sum() <= travelled[-1:].sum() * 1.01 + 2


def test_two_answers_for_one_course_that_contradict_are_a_remark():
    rows = activities(
        course_run("2026-03-02T07:30", A, "hard"),
        course_run("2026-03-09T07:30", A[::-1] + 8.0, "soft"),
        course_run("2026-03-10T07:30", A, "hard 60 soft 40"),
        course_run("2026-03-11T07:30", straight(0, 8000), "soft"),
    )
    (remark, other) = describe_contradictions(rows)
    assert remark.startswith(
        "Your answers for one course differ: hard on 2 March 2026, 07:30, "
        "and soft on 9 March 2026, 07:30."
    )
    assert "hard 60 soft 40 on 10 March" in other


def test_answers_that_agree_or_are_of_two_courses_are_no_remark():
    rows = activities(
        course_run("2026-03-02", A, "hard"),
        course_run("2026-03-09", A, "hard 50 soft 50"),
        course_run("2026-03-10", straight(0, 8000), "soft"),
        course_run("2026-03-11", straight(0, 4000, 300), "soft"),
        run("2026-03-12", 5, surface_source="tag", soft_m=5000.0),
    )
    assert describe_contradictions(rows) == ()


def test_contradictions_of_many_runs_need_no_table_of_all_pairs():
    """Of 1,500 answers, half of each kind; a table of their pairs has 2,250,000 places."""
    count = 1500
    short = straight(0, 500), straight(0, 500, 2000)
    kinds = [
        course_run("2026-03-02T07:30", short[0], "hard"),
        course_run("2026-03-03T07:30", short[1], "soft"),
    ]
    rows = activities(*kinds).iloc[np.arange(count) % 2].reset_index(drop=True)
    tracemalloc.start()
    try:
        assert describe_contradictions(rows) == ()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8_000_000  # 5.3 KB for each answer; it was 150 MB


def test_runs_without_positions_or_distance_inherit_nothing():
    rows = inherited(
        course_run("2026-03-02", A, "hard"),
        run("2026-03-03", 5),
        run("2026-03-04"),
    )
    assert rows["inherited_m"].isna().tolist() == [False, True, True]
    assert rows["hard_m"].iloc[1] == 0
    assert math.isnan(rows["hard_m"].iloc[2])


def test_every_ground_but_a_treadmill_is_passed_on():
    """A new surface: whether an answer for one run holds for others on the same ground."""
    assert set(SURFACE_NAMES) - set(course.PASSED_ON) == {"treadmill", "unknown"}


def test_a_signature_is_about_half_a_kilobyte_for_ten_kilometres():
    bent = line((0, 0), (2500, 700), (1500, 3000), (4000, 4500), (6500, 4000))
    here = course_run("2026-03-02", bent)
    assert len(here["signature"]) < 60 * length_m(bent) / 1000
