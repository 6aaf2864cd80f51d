"""Frames of activities: plain values of rows in the types of their columns."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from loadwatch.activity import NOTE_CODES, Note
from loadwatch.row_frame import ROWS_PER_PART, FrameBuilder, build_frame
from loadwatch.tables import EXPOSURES, HIDDEN, Column, column_names

KINDS = (
    Column("km", "float", "km", "a number"),
    Column("ok", "bool", "", "a truth"),
    Column("name", "str", "", "a text"),
    Column("cells", "cells", "", "cells of a map"),
    Column("notes", "notes", "", "data problems"),
    Column("utc", "instant", "", "an instant"),
    Column("local", "wall", "", "a wall clock"),
)


def test_every_type_of_column_has_its_unknown():
    row = build_frame([{"name": None}], KINDS).iloc[0]
    assert np.isnan(row["km"]) and row["ok"] is np.False_ and row["name"] == ""
    assert row["cells"] == row["notes"] == []
    assert row["utc"] is row["local"] is pd.NaT


def test_plain_values_become_those_of_their_column():
    plain = {
        "km": 5,
        "ok": True,
        "name": "run",
        "cells": [[1, 2]],
        "notes": ["clock: the time goes back: twice"],
        "utc": "2026-03-29T00:30:00+00:00",
        "local": "2026-03-29T01:30:00",
        "suffix": "of no column",
    }
    frame = build_frame([plain], KINDS)
    assert list(frame) == column_names(KINDS)
    row = frame.iloc[0]
    assert (row["km"], row["name"], row["cells"]) == (5.0, "run", [(1, 2)])
    assert row["notes"] == [Note("clock", "the time goes back: twice")]
    assert row["utc"] == pd.Timestamp("2026-03-29T00:30", tz="UTC")
    assert row["local"] == pd.Timestamp("2026-03-29T01:30")


def test_a_frame_without_rows_has_the_same_columns_and_types():
    none, one = (build_frame(rows, EXPOSURES, HIDDEN) for rows in ([], [{}]))
    assert len(none) == 0
    assert none.dtypes.to_dict() == one.dtypes.to_dict()


def test_rows_that_come_input_by_input_make_the_same_frame():
    named = [c for c in (*EXPOSURES, *HIDDEN) if c.name in {"member", "source"}]
    kinds = (*KINDS, *named)
    rows = [
        {"km": k / 3, "name": f"run {k % 7}", "cells": [[k % 5, 1]], "ok": k % 2 == 0}
        for k in range(2 * ROWS_PER_PART + 1)
    ]
    for count in (0, 1, ROWS_PER_PART, len(rows)):
        builder = FrameBuilder((kinds,))
        for at in range(0, count, 100):  # a list of 100 lines each
            lines = [{**row, "suffix": f"#{k}"} for k, row in enumerate(rows[at:count])]
            builder.add_rows(lines[:100], f"{at}.csv")
        whole = build_frame(
            [
                {**row, "member": f"{at}.csv", "source": f"{at}.csv#{k - at}"}
                for k, row in enumerate(rows[:count])
                for at in (k // 100 * 100,)
            ],
            kinds,
        )
        pd.testing.assert_frame_equal(builder.build(), whole, check_exact=True)


def test_equal_texts_and_cells_are_kept_once():
    rows = [{"name": f"trail {k % 1}", "cells": [[5, 7]]} for k in range(3)]
    frame = build_frame(rows, KINDS)
    assert len({id(text) for text in frame["name"]}) == 1
    assert len({id(cell) for cells in frame["cells"] for cell in cells}) == 1


@given(st.sampled_from(sorted(NOTE_CODES)), st.text())
def test_a_note_is_read_back_as_it_was_written(code, text):
    assert Note.from_string(str(Note(code, text))) == Note(code, text)
