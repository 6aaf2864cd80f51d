"""Answers on the ground of a run, as tags.csv holds them, and the file they are written to."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadwatch import user_csv
from loadwatch.errors import SettingsError
from loadwatch.exposure.ground_answers import format_answer, parse_answer
from loadwatch.exposure.tag_writer import change_tags
from loadwatch.exposure.tags import apply_tags, read_tags
from loadwatch.tables import KNOWN_SURFACES
from tests.builders import activities, run


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        ("", {}),
        ("hard", {"hard": 1.0}),
        (" Soft ", {"soft": 1.0}),
        ("hard 75 soft 25", {"hard": 0.75, "soft": 0.25}),
        ("hard 75%, soft 25%", {"hard": 0.75, "soft": 0.25}),
        ("75 % hard / 25 % soft", {"hard": 0.75, "soft": 0.25}),
        ("hard:50;soft:50", {"hard": 0.5, "soft": 0.5}),
        (
            "hard 33.3 firm 33,3 soft 33.4",
            {"hard": 0.333, "firm": 0.333, "soft": 0.334},
        ),
        ("hard 100 soft 0", {"hard": 1.0}),
        ("track 40 and hard 60", {"track": 0.4, "hard": 0.6}),
        ("hard 80 unknown 20", {"hard": 0.8, "unknown": 0.2}),
    ],
)
def test_an_answer_is_one_ground_or_several_with_their_shares(text, shares):
    assert parse_answer(text) == pytest.approx(shares)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("mud", "it can be hard, firm"),
        ("sofd", "did you mean soft?"),
        ("hard soft", 'needs a share for each ground, as "hard 75 soft 25"'),
        ("hard 75 soft", "a share for each"),
        ("hard 75 25 soft", "a share for each"),
        ("hard 75", "add up to 75, not to 100"),
        ("hard 50 hard 50", "names a ground twice"),
        ("50", "a share for each"),
        ("hard!", "is not"),
        ("hard -5 soft 105", "is not"),
    ],
)
def test_an_answer_that_is_none_says_what_is_right(text, words):
    with pytest.raises(ValueError, match=".") as error:
        parse_answer(text)
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("word", "ground"), [("trail", "soft"), ("Gravel", "firm"), ("straße", "hard")]
)
def test_a_word_of_lists_names_the_ground_to_write(word, ground):
    with pytest.raises(ValueError, match=f"is not known: write {ground} for it"):
        parse_answer(word)


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(KNOWN_SURFACES), st.integers(1, 100), min_size=1, max_size=5
    )
)
def test_law_a_written_answer_is_read_back(weights):
    shares = {name: weight / sum(weights.values()) for name, weight in weights.items()}
    assert parse_answer(format_answer(shares)) == pytest.approx(shares, abs=1e-3)


def days():
    return activities(
        run("2026-03-02T07:30", 10, source="a/1.fit"),
        run("2026-03-03T07:30", 8, source="a/2.fit"),
        run("2026-03-03T07:30", 8, source="b/2.fit"),
        run("2026-03-04T07:30:10", 5, source="c/3.fit"),
        run("2026-03-04T07:30:40", 5, source="c/4.fit"),
        run("2026-03-05", 6, source="runs.csv#12", date_only=True),
    )


def changed(data, positions, **cells):
    return change_tags(data, rows=days(), positions=positions, cells=cells)


def test_a_run_is_named_by_what_tells_it_from_the_others():
    data = changed(b"", [0, 1, 3, 4, 5], surface="soft")
    assert data.decode().splitlines()[1:] == [
        "2026-03-02 07:30,,soft,,,,,",
        ",a/2.fit,soft,,,,,",
        "2026-03-04 07:30,,soft,,,,,",
        "2026-03-04 07:30:40,,soft,,,,,",
        ",runs.csv#12,soft,,,,,",
    ]


def test_the_last_line_of_a_run_is_changed_and_no_other():
    data = b"start,surface,note\n2026-03-02,hard,x\n2026-03-02 07:30,firm,y\n"
    assert changed(data, [0], surface="soft", rpe="3") == (
        b"start,surface,note,rpe\n2026-03-02,hard,x\n2026-03-02 07:30,soft,y,3\n"
    )


def test_a_cell_is_emptied_where_it_is_there_and_not_made():
    data = b"start,asked\n2026-03-02,2026-01-01\n"
    assert changed(data, [0], surface="soft", asked="") == (
        b"start,asked,surface\n2026-03-02,,soft\n"
    )
    assert b"asked" not in changed(b"", [0], surface="soft", asked="")


def test_writing_the_same_again_changes_nothing():
    once = changed(b"", [0, 5], surface="hard 75 soft 25", shoe="Blue, pair")
    assert changed(once, [0, 5], surface="hard 75 soft 25", shoe="Blue, pair") == once


def test_a_file_that_cannot_be_read_is_not_written():
    with pytest.raises(SettingsError, match="mud"):
        changed(b"start,surface\n2026-03-02,mud\n", [0], surface="soft")


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=20)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 5), unique=True, min_size=1), TEXT, st.floats(0, 10))
def test_law_what_is_written_is_applied_to_the_runs_that_were_meant(where, shoe, rpe):
    data = changed(b"", where, shoe=shoe, rpe=f"{rpe:g}", planned="yes")
    out, _, remarks = apply_tags(days(), read_tags(data))
    assert remarks == ()
    assert [row for row in range(6) if out["planned"].iloc[row]] == sorted(where)
    cell = user_csv.parse_table(data).rows[0].cells["shoe"]
    assert out["shoe"].iloc[where[0]] == cell
    assert out["rpe"].iloc[where[0]] == pytest.approx(rpe, rel=1e-4)
