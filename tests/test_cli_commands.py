"""Single commands, as a user meets them: inspect, rules, settings, diary."""

import pytest

from tests.make_fit import run


def test_inspect_of_what_cannot_be_read_is_an_error(call, tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    result = call("inspect", tmp_path / "a.jpg")
    assert result == (
        1,
        "",
        "Error: a.jpg cannot be read: it starts like a JPEG image\n",
    )


def test_inspect_of_a_broken_fit_shows_what_is_there_and_is_an_error(call, tmp_path):
    (tmp_path / "a.fit").write_bytes(run(seconds=20)[:40])
    code, out, err = call("inspect", tmp_path / "a.fit")
    assert code == 1
    assert out.startswith("FIT, 40 bytes")
    assert err.startswith("Error: a.fit cannot be read: ")


def test_rules_are_written_as_markdown_too(call):
    assert call("rules", "--format", "md")[1].startswith(
        "| check | its name in settings |"
    )
    code, out, _ = call("rules", "LW18", "--format", "md")
    assert (code, out.startswith("### LW18 `red_flags`")) == (0, True)
    assert "- `saddle_numbness`: " in out


def test_a_sign_named_by_help_is_found_in_the_rule_that_help_names(call):
    assert "rules red_flags" in " ".join(call("diary", "--help")[1].split())
    assert "leg_weakness" in call("rules", "LW18")[1]


def test_a_day_to_come_is_not_logged(call, tmp_path):
    code, _, err = call("diary", tmp_path, "log", "--pain", 3, "--date", "2199-12-31")
    assert (code, "--date 2199-12-31 lies after today" in err) == (2, True)
    assert not (tmp_path / "diary.csv").exists()


def test_lines_of_the_diary_that_cannot_be_read_are_said_in_the_summary(call, tmp_path):
    (tmp_path / "a.fit").write_bytes(run(seconds=600))
    bad = "".join(f"day {n},3\n" for n in range(5))
    (tmp_path / "diary.csv").write_text("date,pain\n" + bad, encoding="utf-8")
    _, _, err = call("weeks", tmp_path, "--no-store")
    assert err.count("diary.csv line") == 3
    assert "... and 2 more remarks on the diary: loadwatch diary PATH" in err
    (tmp_path / "diary.csv").write_text(
        "Kalender;Ruecken\n2026-03-02;3\n", encoding="utf-8"
    )
    _, _, err = call("weeks", tmp_path, "--no-store")
    assert err.count("names no columns date and pain") == 1


@pytest.mark.parametrize(("command", "without"), [("inspect", ("--load", "--jobs", "--strict", "--cluster")), ("settings", ("--jobs", "--cluster"))])  # fmt: skip
def test_help_lists_what_has_a_bearing(call, command, without):
    text = call(command, "--help")[1]
    assert "--distance-unit" in text and "--no-store" in text
    assert not any(option in text for option in without)
