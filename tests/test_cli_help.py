"""What a reader meets first: days as people say them, help, plain signs, the last weeks."""

import io
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadwatch.cli import cli, encoding, options
from loadwatch.cli.command_help import GroupedCommand
from loadwatch.report import column_fit

SAMPLE = Path(__file__).parent.parent / "sample_data"
TODAY = date(2026, 11, 29)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-23", date(2026, 11, 23)),
        ("23.11.2026", date(2026, 11, 23)),
        ("1.2.2026", date(2026, 2, 1)),
        ("now", TODAY),
        ("Today", TODAY),
        ("yesterday", TODAY - timedelta(1)),
        ("-10d", TODAY - timedelta(10)),
        ("-4w", TODAY - timedelta(28)),
        ("-2y", TODAY - timedelta(730)),
    ],
)
def test_a_day_is_written_as_people_say_it(text, day, monkeypatch):
    monkeypatch.setattr("loadwatch.environment.today_by_clock", lambda: TODAY)
    assert options.Day().convert(text, None, None) == day


@pytest.mark.parametrize(
    "text", ["31.2.2026", "11/23/2026", "-4", "-4x", "soon", "", "-9999y"]
)
def test_what_is_no_day_is_refused_with_examples(text):
    with pytest.raises(click.BadParameter, match="yesterday or -4w"):
        options.Day().convert(text, None, None)


def run_help(name):
    with click.Context(cli.commands[name], info_name=name) as context:
        return cli.commands[name].get_help(context)


@pytest.mark.parametrize("name", ["report", "weeks", "flags", "roster", "budget"])
def test_help_has_sections_and_two_examples(name):
    text = run_help(name)
    for title in ("Output:", "Reading:", "This computer:", "Examples:"):
        assert title in text
    assert text.count(f"loadwatch {name} ") >= 2
    assert text.index("Output:") < text.index("This computer:") < text.index("Examples")


def test_every_command_groups_its_options():
    others = [
        name
        for name, command in cli.commands.items()
        if not isinstance(command, GroupedCommand)
    ]
    assert others == []


def test_examples_name_options_that_exist():
    for name, command in cli.commands.items():
        known = {opt for p in command.params for opt in (*p.opts, *p.secondary_opts)}
        words = (command.epilog or "").split()
        asked = {word for word in words if word.startswith("--")}
        assert asked <= known, name


@given(st.text())
def test_any_text_can_be_written_on_a_plain_stream(text):
    stream = io.TextIOWrapper(io.BytesIO(), "ascii", errors=encoding.ERRORS)
    stream.write(text.replace("\r", ""))
    stream.flush()


def test_a_minus_is_never_lost():
    assert "\N{MINUS SIGN}13 %".encode("ascii", encoding.ERRORS) == b"-13 %"
    assert "▲ ◆ ○ é".encode("cp1252", encoding.ERRORS) == b"!! ! ? \xe9"
    assert "é".encode("ascii", encoding.ERRORS) == b"e"


def test_an_example_without_arguments_ends_with_its_command(call):
    for command in ("columns", "demo", "rules", "settings"):
        lines = call(command, "--help")[1].splitlines()
        assert f"    loadwatch {command}" in lines


@pytest.mark.parametrize("encoding_name", ["cp1252", "ascii"])
def test_a_plain_stream_keeps_minus_and_shapes(encoding_name):
    run = subprocess.run(
        [sys.executable, "-m", "loadwatch", "weeks", str(SAMPLE / "ana"), "--no-store"],
        capture_output=True,
        check=True,
        env={
            "PYTHONIOENCODING": encoding_name,
            "PATH": "",
            "PYTHONPATH": str(SAMPLE.parent),
        },
    )
    text = run.stdout.decode(encoding_name)
    assert "-13 %" in text
    assert "!! Large change" in text
    assert "?13" not in text


@given(st.text(min_size=1), st.integers(3, 40))
def test_a_text_cut_in_the_middle_keeps_both_ends(text, length):
    cut = column_fit.cut_middle(text, length)
    assert len(cut) <= length
    assert cut[0] == text[0]
    assert cut[-1] == text[-1]
    assert (cut == text) == (len(text) <= length)


def test_tables_for_a_person_show_the_last_weeks_and_say_so(call):
    code, out, err = call("weeks", SAMPLE / "ana", "--no-store")
    assert code == 0
    assert len(out.splitlines()) == 2 + 12
    assert "The last 12 of 28 weeks; --all shows every one." in err
    _, out, err = call("weeks", SAMPLE / "ana", "--no-store", "--all")
    assert len(out.splitlines()) == 2 + 28
    assert "--all" not in err


def test_tables_for_a_program_show_every_week(call):
    _, out, err = call("weeks", SAMPLE / "ana", "--no-store", "--format", "csv")
    assert len(out.splitlines()) == 1 + 28
    assert "--all" not in err


def test_days_that_are_asked_for_are_shown_whole(call):
    _, out, err = call("weeks", SAMPLE / "ana", "--no-store", "--from", "2026-01-01")
    assert len(out.splitlines()) == 2 + 28
    assert "--all" not in err


def test_activities_show_the_ground_and_both_ends_of_a_name(call):
    _, out, _ = call("activities", SAMPLE / "ana", "--no-store")
    assert "hard (label)" in out
    assert "soft (label)" in out
    assert all(len(line) <= 80 for line in out.splitlines()[:20])


def test_a_page_takes_a_name(call, tmp_path):
    page = tmp_path / "page.html"
    code, *_ = call("report", SAMPLE / "ana", "--no-store", "--name", "Bea", "-o", page)
    assert code == 0
    assert "Bea" in page.read_text(encoding="utf-8")


def test_a_page_is_opened_where_that_is_asked(call, tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr("click.launch", opened.append)
    page = tmp_path / "page.html"
    call("report", SAMPLE / "ana", "--no-store", "-o", page)
    assert opened == []
    call("report", SAMPLE / "ana", "--no-store", "-o", page, "--open")
    call("demo", "-o", tmp_path, "--open")
    assert opened == [page.as_uri(), (tmp_path / "loadwatch-demo.html").as_uri()]


def test_help_says_how_to_get_the_files_of_each_vendor(call):
    code, out, _ = call("help", "export")
    assert code == 0
    assert all(name in out for name in ("Garmin", "Strava", "Apple Health", "Polar"))


def test_help_takes_a_command_and_refuses_what_is_none(call):
    assert "Usage: loadwatch weeks" in call("help", "weeks")[1]
    assert "Commands:" in call("help")[1]
    code, _, err = call("help", "nothing")
    assert code == 2
    assert "no topic or command 'nothing'" in err


def test_without_a_command_a_terminal_gets_three_lines(call, monkeypatch):
    assert "Commands:" in call()[1]
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    code, out, _ = call()
    assert code == 0
    assert [line.split()[1] for line in out.splitlines()] == ["serve", "report", "demo"]
