"""Shoes: metres a pair by surface, and rotation."""

import datetime as dt

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from loadwatch.assess import rules, weeks
from loadwatch.assess.shoes import (
    build_pairs,
    describe_rotation,
    find_worn_flags,
    unify_names,
)
from loadwatch.settings import Settings, Shoe
from loadwatch.tables import SURFACE_COLUMNS
from tests.builders import activities, run

TODAY = dt.date(2026, 3, 31)


def some():
    return activities(
        run("2026-01-05", 10, shoe="Blue", hard_m=10_000.0),
        run("2026-03-02", 6, shoe="Red", soft_m=6000.0),
        run("2026-03-04", 8, shoe="Blue", hard_m=3000.0, soft_m=5000.0),
        run("2026-03-06", 5),
        run("2026-03-07", 40, shoe="Clips", sport="cycling"),
        run("2026-03-08", 12, shoe="Blue", parent=True),
    )


def test_a_pair_has_its_metres_by_surface_its_runs_and_days():
    table = build_pairs(some())
    assert list(table["shoe"]) == [
        "Blue",
        "Red",
    ]  # the longest used first; the ride and the parent count nowhere
    blue = table.iloc[0]
    assert (blue["distance_m"], blue["hard_m"], blue["soft_m"], blue["unknown_m"]) == (
        18_000,
        13_000,
        5000,
        0,
    )
    assert (blue["runs"], blue["first"], blue["last"]) == (
        2,
        dt.date(2026, 1, 5),
        dt.date(2026, 3, 4),
    )


def test_no_named_pair_is_an_empty_table():
    table = build_pairs(activities(run("2026-03-02", 5)))
    assert table.empty
    assert set(table.columns) == {
        "shoe",
        "distance_m",
        *SURFACE_COLUMNS,
        "runs",
        "first",
        "last",
    }
    assert describe_rotation(activities(run("2026-03-02", 5)), TODAY) == ""


def test_a_pair_whose_runs_have_no_distance_has_none():
    assert pd.isna(
        build_pairs(activities(run("2026-03-02", shoe="Blue")))["distance_m"].iloc[0]
    )


def test_rotation_counts_the_pairs_of_eight_weeks():
    assert describe_rotation(some(), TODAY).startswith("2 pairs shared")
    assert describe_rotation(some(), dt.date(2026, 1, 31)).startswith("One pair (Blue)")
    assert describe_rotation(some(), dt.date(2026, 12, 31)) == ""
    # runs to come do not count
    assert describe_rotation(some(), dt.date(2026, 1, 1)) == ""


@given(
    st.lists(
        st.tuples(st.sampled_from(["A", "B", " A ", ""]), st.floats(0, 50)), max_size=12
    )
)
def test_metres_of_named_runs_are_kept(worn):
    table = build_pairs(
        activities(
            *(
                run(f"2026-03-{i + 1:02}", km, shoe=shoe)
                for i, (shoe, km) in enumerate(worn)
            )
        )
    )
    total = sum(km * 1000 for shoe, km in worn if shoe)
    assert abs(table["distance_m"].sum() - total) < 1e-6
    assert table["runs"].sum() == sum(bool(shoe) for shoe, _ in worn)


def judge_shoes(rows, **stated):
    settings = Settings(shoes=stated)
    flags, _ = rules.judge(
        rows, weeks.build_weeks(rows, settings, TODAY), settings, TODAY
    )
    return [flag for flag in flags if flag.rule == "LW14"]


def test_what_a_pair_had_run_before_counts():
    table = build_pairs(some(), stated={"Red": Shoe(start_km=300)})
    assert table.set_index("shoe")["distance_m"].to_dict() == {
        "Red": 306_000,
        "Blue": 18_000,
    }
    assert table["runs"].tolist() == [1, 2]
    assert judge_shoes(some()) == []
    (flag,) = judge_shoes(some(), Blue=Shoe(start_km=485))
    assert (flag.level, flag.shoe, flag.amount) == ("info", "Blue", 503_000)
    assert flag.day == dt.date(2026, 3, 4)


def test_a_retired_pair_is_not_judged():
    worn = Shoe(start_km=795)
    assert [flag.level for flag in judge_shoes(some(), Blue=worn)] == ["info", "watch"]
    for retired in (True, TODAY, dt.date(2026, 3, 10)):
        gone = Shoe(start_km=795, retired=retired)
        assert judge_shoes(some(), Blue=gone) == []
        table = build_pairs(some(), stated={"Blue": gone})
        assert find_worn_flags([], table, TODAY) == []
    later = Shoe(start_km=795, retired=dt.date(2026, 4, 1))
    assert len(judge_shoes(some(), Blue=later)) == 2


def test_names_that_differ_only_in_case_are_one_pair():
    names = ["Blue Pair", "blue pair", "blue pair ", "Red", "RED", "", "Red"]
    rows = activities(
        *(run(f"2026-03-0{at + 1}", 5, shoe=name) for at, name in enumerate(names))
    )
    found = unify_names(rows, ())["shoe"].tolist()
    assert found == ["Blue Pair"] * 3 + ["Red", "Red", "", "Red"]
    stated = unify_names(rows, ("blue pair", "RED", "Red"))["shoe"].tolist()
    assert stated == ["blue pair"] * 3 + ["Red", "RED", "", "Red"]
    assert unify_names(rows.iloc[3:4], ()) is not None
    assert unify_names(rows, ("Blue Pair",))["shoe"].tolist()[1] == "Blue Pair"
