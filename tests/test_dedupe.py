"""The same run twice. Each expectation follows from the limits there: 120 s, 3 %, 80 %, 1 %, 14 h."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadwatch.activity import Note
from loadwatch.ingest import dedupe
from loadwatch.ingest.dedupe import drop_duplicate_runs
from tests.builders import activities, run


def fit(start="2026-05-01T07:00:00", km=10.0, source="a.fit", **more):
    return run(
        start,
        km,
        source=source,
        member=source.split("#")[0],
        activity_id=f"id-{source}",
        **more,
    )


def gpx(start="2026-05-01T07:00:00", km=10.0, source="a.gpx", **more):
    return fit(start, km, source, format="gpx", **more)


def listed(
    start="2026-05-01T07:00:00", km=10.0, line=2, member="activities.csv", **more
):
    more = {
        "zone_sure": False,
        "format": "list",
        "activity_id": f"id-{member}#{line}",
    } | more
    return run(start, km, source=f"{member}#{line}", member=member, **more)


def result(*rows):
    """Kept sources in order of start, and (left out, kept) pairs."""
    found = drop_duplicate_runs(activities(*rows))
    return found.rows["source"].tolist(), [
        (pair.source, pair.of) for pair in found.duplicates
    ]


def one(*rows):
    """The one row that is left."""
    found = drop_duplicate_runs(activities(*rows)).rows
    assert len(found) == 1
    return found.iloc[0]


def test_the_same_bytes_under_two_names():
    rows = [fit(source="b.fit.gz"), fit(source="a.fit")]
    rows[1]["activity_id"] = rows[0]["activity_id"]
    found = drop_duplicate_runs(activities(*rows))
    assert [(d.source, d.of, d.why) for d in found.duplicates] == [
        ("b.fit.gz", "a.fit", "the same content")
    ]


@pytest.mark.parametrize(
    ("start", "km", "seconds", "twin"),
    [
        ("2026-05-01T07:02:00", 10.0, 3600, True),  # 120 s
        ("2026-05-01T07:01:00", 10.3, 3700, True),  # 2.9 % and 2.7 % of the larger
        ("2026-05-01T06:58:00", 9.7, 3492, True),  # 3 % each
    ],
)
def test_starts_and_lengths_that_agree(start, km, seconds, twin):
    assert (len(result(fit(), gpx(start, km, duration_s=seconds))[0]) == 1) is twin


def test_lengths_that_do_not_agree_are_told_apart_where_no_time_is_known():
    """No duration, so nothing can lie over anything: only the distance speaks."""
    unknown = {"duration_s": np.nan, "elapsed_s": np.nan, "moving_s": np.nan}
    assert len(result(fit(), gpx(km=9.7, **unknown))[0]) == 1
    assert len(result(fit(), gpx(km=9.6, **unknown))[0]) == 2  # 4 %
    assert len(result(fit(), gpx(km=np.nan, **unknown))[0]) == 2  # nothing to go by


def test_elapsed_time_speaks_where_one_leaves_pauses_out():
    assert len(result(fit(duration_s=3000.0, elapsed_s=3600.0), gpx(km=10.0))[0]) == 1


def test_nobody_runs_twice_at_once():
    """10 km in 60 min from 07:00; the phone was started at 07:12 and has 48 of them: all of the shorter."""
    assert result(fit(), gpx("2026-05-01T07:12:00", 8.0)) == (
        ["a.fit"],
        [("a.gpx", "a.fit")],
    )
    # 07:50 to 08:38: ten of 48 minutes, 21 %
    assert len(result(fit(), gpx("2026-05-01T07:50:00", 8.0))[0]) == 2


def test_strength_training_during_a_run_is_not_the_run_but_a_hike_is():
    assert (
        len(
            result(fit(), gpx("2026-05-01T07:12:00", 8.0, sport="strength_training"))[0]
        )
        == 2
    )
    assert len(result(fit(), gpx("2026-05-01T07:12:00", 8.0, sport="hiking"))[0]) == 1
    assert len(result(fit(), gpx("2026-05-01T07:12:00", 8.0, sport="unknown"))[0]) == 1


def test_two_runs_one_after_the_other_are_never_one():
    """Strides saved one by one: 100 s each, 110 s apart, equally long, on two watches."""
    short = {"duration_s": 100.0, "elapsed_s": 100.0, "moving_s": 100.0}
    first, second = (
        fit(km=0.4, **short),
        fit("2026-05-01T07:01:50", 0.4, "b.fit", **short),
    )
    assert len(result(first, second)[0]) == 2


def test_a_watch_left_running_for_a_month_hides_no_run():
    month = fit("2026-04-20T00:00:00", 40.0, "month.fit", duration_s=31 * 86400.0)
    assert len(result(month, gpx())[0]) == 2
    pause = fit(
        "2026-05-01T05:00:00",
        10.0,
        "pause.fit",
        duration_s=3600.0,
        elapsed_s=5 * 3600.0,
    )
    assert len(result(pause, gpx())[0]) == 2  # 05:00 to 06:00, then forgotten


def test_a_clock_of_another_zone():
    """A list in local time, UTC+2 unknown to us: 07:00 there is 05:00 UTC."""
    assert result(fit("2026-05-01T05:00:00"), listed()) == (
        ["a.fit"],
        [("activities.csv#2", "a.fit")],
    )
    # 1 % where even the hour is unknown, so 9.8 km is another run
    assert len(result(fit("2026-05-01T05:00:00"), listed(km=9.8))[0]) == 2
    # 100 minutes are no whole quarters of an hour (105 would be), nor 15 hours within 14
    assert len(result(fit("2026-05-01T05:20:00"), listed())[0]) == 2
    assert len(result(fit("2026-04-30T16:00:00"), listed())[0]) == 2


def test_sure_zones_are_not_shifted():
    assert len(result(fit("2026-05-01T05:00:00"), gpx())[0]) == 2


def test_one_watch_does_not_wear_two_clocks():
    """Two equal treadmill runs a day, by a watch that states no zone."""
    twice = [
        fit(zone_sure=False),
        fit("2026-05-01T17:00:00", 10.0, "b.fit", zone_sure=False),
    ]
    assert len(result(*twice)[0]) == 2
    assert (
        len(result(*twice, listed(line=2), listed("2026-05-01T17:00:00", line=3))[0])
        == 2
    )


def test_a_second_equal_run_of_a_list_is_a_second_run():
    """The morning run has its file; the evening run, equally long, is in the list alone."""
    kept, left_out = result(
        fit(), listed(line=2), listed("2026-05-01T17:00:00", line=3)
    )
    assert kept == ["a.fit", "activities.csv#3"]
    assert left_out == [("activities.csv#2", "a.fit")]


def test_local_clocks_agree_where_the_instant_is_a_guess():
    """Its zone was guessed wrong by 30 hours' worth of nothing: the wall clock is what the list knows."""
    row = listed(start_utc="2026-04-30T12:00:00Z")
    assert len(result(fit(), row)[0]) == 1


@pytest.mark.parametrize(("km", "kept"), [(9.75, 1), (9.6, 2), (np.nan, 2)])
def test_a_row_that_knows_only_its_day(km, kept):
    diary = listed(
        "2026-05-01T00:00:00", km, member="coach.csv", date_only=True, duration_s=np.nan
    )
    assert len(result(fit("2026-05-01T18:00:00"), diary)[0]) == kept


def test_a_day_with_two_runs_takes_two_bare_dates_and_no_third():
    runs = [fit("2026-05-01T07:00:00", 5.0), fit("2026-05-01T18:00:00", 5.0, "b.fit")]
    dates = [
        listed(
            "2026-05-01T00:00:00",
            5.0,
            line,
            "coach.csv",
            date_only=True,
            activity_id=f"c{line}",
        )
        for line in (2, 3, 4)
    ]
    kept, left_out = result(*runs, *dates)
    assert len(kept) == 3
    assert {of for _, of in left_out} == {"a.fit", "b.fit"}
    other_day = listed("2026-05-02T00:00:00", 5.0, 9, "coach.csv", date_only=True)
    assert len(result(*runs, other_day)[0]) == 3


@pytest.mark.parametrize(
    ("member", "linked", "file"),
    [
        ("activities.csv", "activities/1.fit.gz", "activities/1.fit.gz"),
        (
            "activities.csv",
            "activities/1.fit.gz",
            "activities/1.fit",
        ),  # unpacked by hand
        ("activities.csv", "activities/1.fit", "activities/1.fit.gz"),
        (
            "export.zip/activities.csv",
            "activities/1.fit.gz",
            "export.zip/activities/1.fit.gz",
        ),
        ("x/cardioActivities.csv", "1.gpx", "x/1.gpx"),
        (
            "lists/activities.csv",
            "activities/1.fit.gz",
            "files/activities/1.fit.gz",
        ),  # moved
        ("activities.csv", "activities\\1.fit.gz", "activities/1.fit.gz"),
    ],
)
def test_a_list_row_whose_file_is_here_is_never_a_second_run(member, linked, file):
    """Even where nothing agrees: the list says it itself."""
    row = listed(
        "2026-05-01T09:11:00",
        14.0,
        member=member,
        linked=linked,
        name="Hills",
        shoe="Old",
        rpe=6.0,
    )
    kept = one(fit(source=file), row)
    assert (kept["source"], kept["name"], kept["shoe"], kept["rpe"]) == (
        file,
        "Hills",
        "Old",
        6.0,
    )
    assert kept["srpe"] == 360  # 6 x 60 min


def test_a_list_row_whose_file_is_missing_stays():
    row = listed("2026-05-02T09:11:00", linked="activities/2.fit.gz")
    assert len(result(fit(source="activities/1.fit.gz"), row)[0]) == 2
    two = [
        fit(source="a/r/1.fit"),
        fit("2026-05-03", source="b/r/1.fit"),
    ]  # which one? nobody knows
    assert len(result(*two, listed("2026-05-02T09:11:00", linked="r/1.fit"))[0]) == 3


def test_a_list_row_belongs_to_the_nearest_leg_of_its_file():
    legs = [fit(source="1.fit"), fit("2026-05-01T08:30:00", 5.0, "1.fit#2")]
    kept, left_out = result(*legs, listed("2026-05-01T08:31:00", 15.0, linked="1.fit"))
    assert (len(kept), left_out) == (2, [("activities.csv#2", "1.fit#2")])


def test_the_same_run_twice_in_one_list_or_one_file_is_one():
    assert len(result(listed(line=2), listed(line=3, km=10.1))[0]) == 1
    assert len(result(fit(source="a.fit"), fit(source="a.fit#2"))[0]) == 1
    assert len(result(gpx(source="a.gpx"), gpx(source="a.gpx#2"))[0]) == 1
    part = fit("2026-05-01T07:20:00", 5.0, "a.fit#2")
    assert result(fit(source="a.fit"), part) == (["a.fit"], [("a.fit#2", "a.fit")])


@pytest.mark.parametrize(
    "second",
    [
        {"start": "2026-05-01T08:01:00"},  # one after the other
        {"start": "2026-05-01T18:00:00"},
        {"start": "2026-05-01T07:00:00", "sport": "strength_training"},
    ],
)
def test_two_activities_of_one_list_or_one_file_stay_two(second):
    assert len(result(listed(line=2), listed(line=3, **second))[0]) == 2
    assert len(result(fit(source="a.fit"), fit(source="a.fit#2", **second))[0]) == 2


def test_two_equal_runs_on_a_day_in_a_list_without_hours_stay_two():
    day = {"start": "2026-05-01", "date_only": True}
    assert len(result(listed(line=2, **day), listed(line=3, **day))[0]) == 2


def test_a_broken_clock_of_28_hours_swallows_no_run_of_the_next_day():
    hours = {"duration_s": 28 * 3600.0, "elapsed_s": 28 * 3600.0}
    broken = gpx(km=5.4, **hours)
    assert len(result(broken, fit("2026-05-02T07:00:00", 4.0, "b.fit"))[0]) == 2
    longer = gpx(km=40.0, duration_s=12 * 3600.0, elapsed_s=12 * 3600.0)
    assert len(result(longer, fit("2026-05-01T12:00:00", 10.0, "b.fit"))[0]) == 1
    assert len(result(longer, fit("2026-05-01T12:00:00", 45.0, "b.fit"))[0]) == 2


def test_a_line_written_twice_counts_once():
    kept, left_out = result(
        listed(line=2, activity_id="x"), listed(line=3, activity_id="x")
    )
    assert (kept, left_out) == (
        ["activities.csv#2"],
        [("activities.csv#3", "activities.csv#2")],
    )


def test_fit_gpx_and_list_are_one_run_and_the_richest_stays():
    rows = [
        listed(name="Long run"),
        gpx(),
        fit(source="a.tcx", format="tcx"),
        fit(km=10.05),
    ]
    assert result(*rows) == (
        ["a.fit"],
        [("a.gpx", "a.fit"), ("a.tcx", "a.fit"), ("activities.csv#2", "a.fit")],
    )
    assert one(*rows)["name"] == "Long run"


def test_a_chain_of_twins_is_one_run():
    """List and FIT start 200 s apart and share too little, yet both are the GPX's twin."""
    rows = [
        fit(km=1.0, duration_s=400.0),
        gpx("2026-05-01T07:01:40", 1.0, duration_s=400.0),
        listed("2026-05-01T07:03:20", 1.0, duration_s=400.0),
    ]
    for row in rows:
        row["elapsed_s"] = row["moving_s"] = 400.0
    assert len(result(rows[0], rows[2])[0]) == 2
    assert result(*rows) == (
        ["a.fit"],
        [("a.gpx", "a.fit"), ("activities.csv#2", "a.fit")],
    )


def test_two_files_under_one_long_track_both_stay():
    """The watch was stopped and started again, the phone ran on."""
    rows = [fit(km=5.0), fit("2026-05-01T07:32:00", 5.0, "b.fit"), gpx(km=10.4)]
    assert result(*rows) == (["a.fit", "b.fit"], [("a.gpx", "a.fit")])


def test_of_two_watches_the_fuller_file_stays_and_the_longer_before_it():
    assert result(fit(), fit(source="b.fit", steps=9000.0))[0] == ["b.fit"]
    half = fit(source="b.fit", km=5.0, steps=4500.0)
    assert result(fit(), half)[0] == ["a.fit"]


def test_takes_only_what_it_lacks():
    row = listed(name="List", shoe="List", rpe=3.0, ascent_m=500.0)
    kept = one(fit(name="Watch", ascent_m=100.0, rpe=7.0, srpe=420.0), row)
    assert (kept["name"], kept["shoe"], kept["rpe"], kept["srpe"]) == (
        "Watch",
        "List",
        7.0,
        420.0,
    )
    assert kept["ascent_m"] == 100
    assert np.isnan(one(fit(), listed(ascent_m=500.0))["ascent_m"])


def test_dirt_distance_becomes_surface_where_none_is_known():
    kept = one(fit(surface_source="none"), listed(dirt_m=4000.0))
    assert (kept["soft_m"], kept["hard_m"], kept["unknown_m"]) == (4000, 6000, 0)
    assert (kept["surface_source"], kept["dirt_m"]) == ("list", 4000)
    kept = one(
        fit(surface_source="label", soft_m=10_000.0, unknown_m=0.0),
        listed(dirt_m=4000.0),
    )
    assert (kept["soft_m"], kept["surface_source"]) == (10_000, "label")
    # Strava's 0 is no answer
    kept = one(fit(surface_source="none"), listed(dirt_m=0.0))
    assert (kept["unknown_m"], kept["surface_source"]) == (10_000, "none")
    kept = one(fit(surface_source="none"), listed(dirt_m=10_200.0))
    assert (kept["soft_m"], kept["hard_m"]) == (10_000, 0)


def test_a_list_that_names_the_surface_is_heard():
    row = listed(km=10.2, surface_source="label", treadmill_m=10_200.0, unknown_m=0.0)
    kept = one(gpx(surface_source="none"), row)
    assert kept["treadmill_m"] == pytest.approx(10_000)
    assert (kept["unknown_m"], kept["surface_source"]) == (0, "label")


def test_a_guessed_sport_gives_way_to_the_word_of_the_list():
    notes = ["sport_inferred: the file names no sport", "gps_jump: one"]
    kept = one(gpx(sport="walking", notes=notes), listed(sub_sport="trail"))
    assert (kept["sport"], kept["sub_sport"], kept["notes"]) == (
        "running",
        "trail",
        [Note("gps_jump", "one")],
    )
    # the file's own word stands
    assert one(gpx(sport="hiking"), listed())["sport"] == "hiking"


def test_a_multisport_whole_beside_its_legs_is_skipped():
    whole = listed(km=50.0, parent=True, sport="multisport", elapsed_s=7200.0)
    legs = [
        listed("2026-05-01T07:00:00", 10.0, 3),
        listed("2026-05-01T08:10:00", 5.0, 4),
    ]
    found = drop_duplicate_runs(activities(whole, *legs))
    assert [(s.source, s.kind) for s in found.skipped] == [
        ("activities.csv#2", "ignored")
    ]
    assert (len(found.rows), found.duplicates) == (2, ())
    # alone it is all there is
    assert len(drop_duplicate_runs(activities(whole)).rows) == 1


def test_rows_without_a_start_and_no_rows():
    lost = [
        fit(source=f"{n}.fit", start_local=pd.NaT, start_utc=None, start="")
        for n in (1, 2)
    ]
    assert len(result(*lost, fit())[0]) == 3
    assert drop_duplicate_runs(activities(fit()).iloc[:0]).rows.empty


MINUTES = st.integers(0, 3 * 24 * 60)
ROWS = st.lists(
    st.tuples(
        MINUTES,
        st.sampled_from([5.0, 5.1, 8.0, 10.0]),
        st.sampled_from(["fit", "gpx", "tcx", "list", "other", "legs", "whole"]),
    ),
    max_size=12,
)


def made(spec, sure=True):
    rows = []
    for number, (minute, km, kind) in enumerate(spec):
        start = (pd.Timestamp("2026-05-01") + pd.Timedelta(minutes=minute)).isoformat()
        if kind in {"list", "other"}:
            rows.append(
                listed(
                    start,
                    km,
                    number,
                    f"{kind}.csv",
                    zone_sure=sure,
                    activity_id=f"{kind}{number}",
                )
            )
        elif kind == "whole":
            rows.append(
                listed(
                    start,
                    km,
                    number,
                    "list.csv",
                    parent=True,
                    zone_sure=sure,
                    sport="multisport",
                )
            )
        elif kind == "legs":
            rows.append(fit(start, km, f"legs.fit#{number}"))
        else:
            rows.append(fit(start, km, f"{number}.{kind}", format=kind))
    return activities(*rows)


@settings(deadline=None, max_examples=25)
@given(ROWS, st.booleans(), st.randoms(use_true_random=False))
def test_order_does_not_matter_and_every_row_is_accounted_for(spec, sure, random):
    rows = made(spec, sure)
    before = rows.copy(deep=True)
    found = drop_duplicate_runs(rows)
    pd.testing.assert_frame_equal(rows, before)
    assert len(found.rows) + len(found.duplicates) + len(found.skipped) == len(rows)
    assert {pair.of for pair in found.duplicates} <= set(found.rows["source"])
    order = list(range(len(rows)))
    random.shuffle(order)
    again = drop_duplicate_runs(rows.iloc[order])
    pd.testing.assert_frame_equal(again.rows, found.rows)
    assert (again.duplicates, again.skipped) == (found.duplicates, found.skipped)


@settings(deadline=None, max_examples=25)
@given(ROWS)
def test_with_sure_zones_a_second_pass_finds_nothing(spec):
    once = drop_duplicate_runs(made(spec))
    twice = drop_duplicate_runs(once.rows)
    assert twice.duplicates == ()
    pd.testing.assert_frame_equal(twice.rows, once.rows)


@settings(deadline=None, max_examples=25)
@given(ROWS.filter(bool), st.data())
def test_a_copy_changes_only_the_duplicates(spec, data):
    rows = made([one for one in spec if one[2] != "whole"])
    if not len(rows):
        return
    copy = rows.iloc[[data.draw(st.integers(0, len(rows) - 1))]].assign(
        source="zz/copy", member="zz/copy"
    )
    found = drop_duplicate_runs(pd.concat([rows, copy], ignore_index=True))
    alone = drop_duplicate_runs(rows)
    pd.testing.assert_frame_equal(found.rows, alone.rows)
    assert {pair.source for pair in found.duplicates} == {
        pair.source for pair in alone.duplicates
    } | {"zz/copy"}


def test_what_answers_for_other_runs_may_replace_goes_with_the_surface():
    blank = {"fallback_m": [0.0, 0.0, 0.0, 0.0, 0.0, 10_000.0]}
    own = fit(surface_source="none", **blank)
    kept = one(own, listed(dirt_m=4000.0, **blank))
    assert kept["fallback_m"] == [6000.0, 0.0, 4000.0, 0.0, 0.0, 0.0]
    stated = listed(surface_source="tag", soft_m=10_000.0, unknown_m=0.0, fallback_m=[])
    kept = one(own, stated)
    assert (kept["surface_source"], kept["fallback_m"]) == ("tag", [])
    trail = {"soft_m": 10_000.0, "unknown_m": 0.0, "surface_source": "label"}
    kept = one(own, listed(fallback_m=[0.0, 0.0, 10_000.0, 0.0, 0.0, 0.0], **trail))
    assert kept["fallback_m"] == pytest.approx([0.0, 0.0, 10_000.0, 0.0, 0.0, 0.0])


def test_the_cells_of_a_run_come_from_the_row_that_has_positions():
    kept = one(fit(), gpx(signature="cells"))
    assert (kept["format"], kept["signature"]) == ("fit", "cells")
    assert one(fit(signature="own"), gpx(signature="cells"))["signature"] == "own"


@pytest.mark.parametrize("is_equal", [True, False])
def test_a_start_that_thousands_share_costs_no_square(is_equal, monkeypatch):
    """Equal ones are one; of others the nearest are compared, as nobody starts so often."""
    pairs_found = []
    real = dedupe.pairs.find_certain_pairs

    def count_pairs(*given):
        for pair in real(*given):
            pairs_found.append(1)
            yield pair

    monkeypatch.setattr(dedupe.pairs, "find_certain_pairs", count_pairs)
    number = 2000
    rows = [
        listed(line=line, km=5.0 if is_equal else 5.0 + line / 2, zone_sure=True)
        for line in range(2, number + 2)
    ]
    rows += [listed("2026-05-03T07:00:00", line=number + 2, zone_sure=True)]
    found = drop_duplicate_runs(activities(*rows))
    assert len(found.rows) + len(found.duplicates) == number + 1
    assert len(pairs_found) <= number * dedupe.pairs.MAX_ROWS_AT_ONCE
    if is_equal:
        assert len(found.rows) == 2
        assert not pairs_found


def test_the_richest_of_a_crowd_is_kept():
    rows = [fit(source=f"a.fit#{name}") for name in range(60)]
    rows[33]["heart_rate_bpm"] = 150.0
    found = drop_duplicate_runs(activities(*rows))
    assert found.rows["source"].tolist() == ["a.fit#33"]
    assert len(found.duplicates) == 59
