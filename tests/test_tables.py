"""Each enumeration is one table: what follows from a row, and what a row may not lack."""

from dataclasses import fields
from typing import get_args

import click
import pytest

from loadwatch.cli import cli
from loadwatch.ingest.readers.csv.names import load_surfaces
from loadwatch.report.palette import LIGHT
from loadwatch.settings.keys import KEYS, PARSERS, PRESETS
from loadwatch.tables import (
    EXPOSURES,
    FLAG_LEVELS,
    KNOWN_SURFACES,
    LEVELS,
    LOAD_METHODS,
    MEASURES,
    RAISED_LEVELS,
    SURFACE_COLUMNS,
    SURFACES,
    WEEKDAYS,
    WEEKS,
    LoadName,
    WeekdayName,
    WeekLevel,
    column_names,
)

ROWS = [
    *SURFACES.values(),
    *LOAD_METHODS.values(),
    *LEVELS.values(),
]
OPTIONAL = ("noun", "hatched", "marker", "marker_below", "narrow")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_no_word_of_a_row_is_empty(row):
    for field in fields(row):
        assert field.name in OPTIONAL or getattr(row, field.name), field.name


def test_names_that_settings_may_take_are_those_of_the_rows():
    """A new measure of load: its name belongs in LoadName and in its row of LOAD_METHODS."""
    assert set(get_args(LoadName)) == set(LOAD_METHODS)
    assert set(get_args(WeekdayName)) == set(WEEKDAYS)
    assert get_args(WeekLevel) == tuple(LEVELS)


@pytest.mark.parametrize(
    "method", LOAD_METHODS.values(), ids=lambda method: method.name
)
def test_a_measure_of_load_is_summed_by_week(method):
    """A new measure of load: its column belongs in MEASURES."""
    assert method.column in MEASURES


def test_unknown_ground_is_the_last_surface_and_nobody_can_choose_it():
    assert (*KNOWN_SURFACES, "unknown") == tuple(SURFACES)


def test_every_surface_has_its_column_in_rows_and_weeks():
    assert set(SURFACE_COLUMNS) <= set(column_names(EXPOSURES))
    assert set(SURFACE_COLUMNS) <= set(column_names(WEEKS))


def test_settings_take_every_row():
    parsers = KEYS["weeks"] | KEYS["surface"]
    assert [parsers["load"](name) for name in LOAD_METHODS] == list(LOAD_METHODS)
    assert [parsers["week_start"](name) for name in WEEKDAYS] == list(WEEKDAYS)
    assert [parsers["default_surface"](s) for s in KNOWN_SURFACES] == [*KNOWN_SURFACES]


def test_levels_of_flags_are_levels_of_weeks_and_the_raised_ones_mark_bars():
    assert tuple(LEVELS)[: len(FLAG_LEVELS)] == FLAG_LEVELS[::-1]
    for name, level in LEVELS.items():
        marked = (bool(level.marker), bool(level.marker_below))
        assert marked == (name in RAISED_LEVELS,) * 2
        assert not level.marker or hasattr(LIGHT, name)


def test_a_list_may_name_every_surface_by_its_own_name():
    assert [load_surfaces()[name] for name in KNOWN_SURFACES] == list(KNOWN_SURFACES)


def test_the_command_line_offers_what_settings_take():
    choices = {
        option.name: option.type.choices
        for option in cli.commands["weeks"].params
        if isinstance(option.type, click.Choice) and option.name in PARSERS
    }
    assert {"load", "week_start", "preset", "date_order"} <= set(choices)
    for name, offered in choices.items():
        assert [PARSERS[name](choice) for choice in offered] == list(offered)
    assert tuple(choices["preset"]) == PRESETS
    assert tuple(choices["load"]) == tuple(LOAD_METHODS)
    assert tuple(choices["week_start"]) == tuple(WEEKDAYS)
