"""Tags: which run a line means, what it sets, and what it cannot."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadwatch import user_csv
from loadwatch.errors import SettingsError
from loadwatch.exposure.tags import Tags, apply_tags, read_tags
from loadwatch.tables import SURFACE_COLUMNS
from tests.builders import activities, run


def rows():
    return activities(
        run(
            "2026-03-02T07:30",
            10,
            source="a/1.fit",
            hard_m=4000.0,
            surface_source="map",
            tagged_m=4000.0,
        ),
        run("2026-03-03T07:30", 8, source="a/2.fit.gz", rpe=3.0, srpe=144.0),
        run("2026-03-03T18:00", 5, source="b/1.fit"),
        run("2026-03-04T07:00", 30, source="ride.fit", sport="cycling"),
        run("2026-03-04T18:00", 6, source="runs.csv#12"),
    )


def tagged(text):
    return apply_tags(rows(), read_tags(text.encode()))


def test_a_surface_tag_puts_all_distance_in_one_class():
    out, _, remarks = tagged("start,surface\n2026-03-02 07:30,soft\n")
    first = out.iloc[0]
    assert {c: first[c] for c in SURFACE_COLUMNS} == dict.fromkeys(
        SURFACE_COLUMNS, 0.0
    ) | {"soft_m": 10_000.0}
    assert first["surface_source"] == "tag"
    assert math.isnan(first["tagged_m"])  # the map's share is no longer the answer
    assert remarks == ()


def test_a_surface_tag_on_a_run_without_distance_leaves_it_unknown():
    out, _, _ = apply_tags(
        activities(run("2026-03-02")), read_tags(b"start,surface\n2026-03-02,soft\n")
    )
    assert out[list(SURFACE_COLUMNS)].isna().all(axis=None)


def test_effort_shoe_and_name_are_set_and_session_rpe_follows():
    out, _, _ = tagged("file,rpe,shoe,name\n2.fit,7,Blue,Tempo\n")
    run_ = out.iloc[1]
    assert (run_["rpe"], run_["shoe"], run_["name"]) == (7.0, "Blue", "Tempo")
    assert run_["srpe"] == 7 * 48  # 8 km at 6 min/km


def test_what_a_line_leaves_empty_stays():
    out, _, _ = tagged("file,rpe,shoe,surface\n2.fit.gz,,Blue,\n")
    assert out.iloc[1]["rpe"] == 3.0
    assert out.iloc[1]["surface_source"] == rows().iloc[1]["surface_source"]


@pytest.mark.parametrize("word", ["yes", "TRUE", "1", "x"])
def test_an_excluded_run_is_left_out_and_listed(word):
    out, skipped, _ = tagged(f"# mine\nfile;exclude\nb/1.fit;{word}\n")
    assert list(out["source"]) == ["a/1.fit", "a/2.fit.gz", "ride.fit", "runs.csv#12"]
    assert [(s.source, s.kind, s.why) for s in skipped] == [
        ("b/1.fit", "ignored", "left out by tags.csv line 3")
    ]


@pytest.mark.parametrize(
    ("key", "place"),
    [
        ("2026-03-02 07:32", 0),  # two minutes off still is the run
        ("2026-03-02T07:28:00", 0),
        ("02.03.2026 07:30", 0),
        ("2026-03-02", 0),  # the only run of its day
        ("2026-03-04", 4),  # the ride of that day is no run
    ],
)
def test_a_start_finds_its_run(key, place):
    out, _, remarks = tagged(f"start,name\n{key},here\n")
    assert list(out["name"]).index("here") == place
    assert remarks == ()


@pytest.mark.parametrize("key", ["1.fit", "2026-03-03"])
def test_a_line_that_means_two_runs_changes_none_and_is_named(key):
    column = "file" if key.endswith("fit") else "start"
    out, _, remarks = tagged(f"{column},name\n{key},here\n")
    assert "here" not in set(out["name"])
    assert "line 2" in remarks[0] and "matches 2 activities" in remarks[0]


@pytest.mark.parametrize(
    "line",
    ["start\n2026-03-02 07:33", "file\nit.fit", "start\n2026-03-09", "file\nruns.csv"],
)
def test_a_line_without_a_run_is_named(line):
    header, key = line.split("\n")
    _, _, remarks = tagged(f"{header},name\n{key},here\n")
    assert len(remarks) == 1
    assert remarks[0].startswith("tags.csv line 2 (")
    assert remarks[0].endswith("matches no activity, so it changes nothing")


def test_of_two_runs_within_minutes_the_nearer_is_meant():
    two = activities(run("2026-03-02T07:30", 3), run("2026-03-02T07:31", 4))
    out, _, _ = apply_tags(two, read_tags(b"start,name\n2026-03-02 07:31,here\n"))
    assert list(out["name"]) == ["", "here"]


def test_rows_that_know_only_the_day_do_not_answer_to_a_time():
    day = activities(run("2026-03-02T00:00", 3, date_only=True))
    assert len(apply_tags(day, read_tags(b"start,name\n2026-03-02 00:00,x\n"))[2]) == 1
    assert apply_tags(day, read_tags(b"start,name\n2026-03-02,x\n"))[2] == ()


@pytest.mark.parametrize(
    ("text", "place", "word"),
    [
        ("start,surface\n2026-03-02,sofd", "tags.csv:2", "did you mean soft?"),
        (
            "start,surface\n\n2026-03-02,mud",
            "tags.csv:3",
            "hard, firm, soft, track, treadmill",
        ),
        ("start,rpe\n2026-03-02,11", "tags.csv:2", "0 to 10"),
        ("start,rpe\n2026-03-02,nan", "tags.csv:2", "0 to 10"),
        ("start,rpe\n2026-03-02,hard", "tags.csv:2", "0 to 10"),
        ("start,exclude\n2026-03-02,perhaps", "tags.csv:2", "yes"),
        ("start,surfase\n2026-03-02,soft", "tags.csv:1", "did you mean surface?"),
        ("surface\nsoft", "tags.csv:1", "start or file"),
        ("start,file\n2026-03-02,a.fit", "tags.csv:2", "one of the two"),
        ("start,name\n,x", "tags.csv:2", "one of the two"),
        ("start,name\n03/02/2026,x", "tags.csv:2", "2026-11-16"),
        ("start,name\n0001-01-01,x", "tags.csv:2", "cannot be right"),
    ],
)
def test_an_impossible_line_names_itself_and_what_would_be_right(text, place, word):
    with pytest.raises(SettingsError) as error:
        read_tags(text.encode())
    assert error.value.where == place
    assert word in error.value.why
    assert "\n" not in str(error.value)


def test_a_decimal_comma_and_other_encodings_are_read():
    out, _, _ = apply_tags(
        rows(), read_tags("\ufeffstart;rpe;shoe\n2026-03-02;4,5;Grün".encode())
    )
    assert out.iloc[0]["rpe"] == 4.5
    for encoding in ("utf-16", "cp1252"):
        assert (
            read_tags("start,shoe\n2026-03-02,Grün".encode(encoding)).tags[0].shoe
            == "Grün"
        )


def test_a_note_column_of_the_runners_own_is_no_mistake():
    assert len(read_tags(b"start,note,weather\n2026-03-02,windy,12\n").tags) == 1


def test_nothing_given_is_changed():
    before = rows()
    copy = before.copy(deep=True)
    apply_tags(
        before, read_tags(b"file,surface,exclude\n2.fit,hard,yes\nb/1.fit,soft,\n")
    )
    pd.testing.assert_frame_equal(before, copy)


def test_no_tags_change_nothing():
    out, skipped, remarks = apply_tags(rows(), Tags())
    pd.testing.assert_frame_equal(out, rows())
    assert (skipped, remarks) == ((), ())
    assert read_tags(b"") == read_tags(b"start,surface\n") == Tags()


def test_a_file_beyond_all_measure_is_refused(monkeypatch):
    monkeypatch.setattr(user_csv, "MAX_BYTES", 10)
    with pytest.raises(SettingsError):
        read_tags(b"start,name\n2026-03-02,x\n")


@given(st.binary(max_size=300))
def test_any_bytes_give_tags_or_one_line_of_what_is_wrong(data):
    for prefix in (b"", b"start,surface,rpe,exclude\n", b"file;name\n"):
        try:
            assert isinstance(read_tags(prefix + data), Tags)
        except SettingsError as error:
            assert str(error).startswith("tags.csv")


def test_a_row_named_in_any_way_that_ends_its_path_is_found_once():
    names = ("1.fit", "a/1.fit", "2.fit", "2.fit.gz", "a/2.fit", "runs.csv#12", "fit")
    found = [tagged(f"file,shoe\n{name},Blue\n") for name in names]
    changed = [(out["shoe"] == "Blue").to_numpy().nonzero()[0] for out, _, _ in found]
    assert [list(one) for one in changed] == [[], [0], [1], [1], [1], [4], []]
    assert "matches 2 activities" in found[0][2][0]


@given(
    lines=st.lists(
        st.tuples(
            st.sampled_from(["2026-03-02 07:31", "2026-03-03", "2026-03-04"]),
            st.sampled_from(["soft", "hard", ""]),
            st.sampled_from(["Blue", "Red", ""]),
        ),
        max_size=6,
    )
)
def test_lines_count_one_after_the_other(lines):
    text = "".join(f"{start},{surface},{shoe}\n" for start, surface, shoe in lines)
    at_once, _, _ = tagged(f"start,surface,shoe\n{text}")
    one_by_one = rows()
    for start, surface, shoe in lines:
        tags = read_tags(f"start,surface,shoe\n{start},{surface},{shoe}\n".encode())
        one_by_one, _, _ = apply_tags(one_by_one, tags)
    pd.testing.assert_frame_equal(at_once, one_by_one)


def test_lines_without_effect_are_listed_up_to_a_count():
    lines = "2020-01-01,soft\n" * 25
    _, _, remarks = tagged(f"start,surface\n{lines}")
    assert len(remarks) == user_csv.LISTED + 1
    assert remarks[-1] == "and 5 more lines of this kind"


def test_more_lines_than_a_lifetime_has_are_refused(monkeypatch):
    monkeypatch.setattr(user_csv, "MAX_LINES", 3)
    with pytest.raises(SettingsError, match="more than 3 lines"):
        read_tags(b"start,shoe\n" + b"2026-03-02,x\n" * 3)
