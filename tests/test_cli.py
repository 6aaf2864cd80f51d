"""The command line and what scripts may rely on: codes, streams, files, words."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from loadwatch import cli
from loadwatch.tables import MEASURED
from tests.cli_folder import SAMPLE, folder

__all__ = ["folder"]  # fixtures


@pytest.mark.parametrize("name", ["report", "weeks", "flags", "activities", "plot", "budget", "demo", "diary", "roster", "inspect", "rules", "settings"])  # fmt: skip
def test_every_command_explains_itself(call, name):
    code, out, _ = call(name, "--help")
    assert code == 0
    assert out.startswith(f"Usage: loadwatch {name}")


@pytest.mark.parametrize("command", [[], ["weeks"], ["plot"], ["rules"]])
def test_help_brings_in_neither_pandas_nor_matplotlib(command):
    program = (
        "import sys\nfrom loadwatch import cli\n"
        f"sys.argv = {['loadwatch', *command, '--help']}\n"
        "try:\n    cli.main()\nexcept SystemExit:\n    pass\n"
        "print([m for m in ('pandas', 'numpy', 'matplotlib', 'rich') if m in sys.modules])"
    )
    out = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout
    assert out.endswith("[]\n")


def test_python_looks_for_no_cycles_while_it_ends():
    program = (
        "import atexit, gc, sys\n"
        "atexit.register(lambda: print(len(gc.get_objects())))\n"
        "from loadwatch import cli\n"
        "sys.argv = ['loadwatch', 'rules', 'LW01']\n"
        "cli.main()\n"
    )
    out = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout
    assert int(out.splitlines()[-1]) < 1000


def test_a_misspelt_command_is_usage_and_names_the_nearest(call):
    code, out, err = call("week", "x")
    assert (code, out) == (2, "")
    assert "Did you mean 'weeks'?" in err


@pytest.mark.parametrize(
    "command", ["report", "weeks", "flags", "activities", "budget"]
)
def test_a_missing_path_is_one_clear_error(call, tmp_path, command):
    code, out, err = call(command, tmp_path / "nowhere", "--no-store")
    assert (code, out) == (1, "")
    assert err.startswith("Error: no file or folder at ")
    assert "Traceback" not in err


def test_an_empty_folder_says_what_to_give(call, tmp_path):
    (tmp_path / "empty").mkdir()
    code, _, err = call("weeks", tmp_path / "empty", "--no-store")
    assert code == 1
    assert "it is empty" in err
    assert "Give the zip that Garmin or Strava sent you" in err


def test_a_folder_without_activities_says_how_many_files_it_looked_at(call, tmp_path):
    place = tmp_path / "junk"
    place.mkdir()
    (place / "a.fit").write_bytes(b"\xff\xd8\xff\xe0 a photo")
    (place / "b.txt").write_bytes(b"hello")
    code, _, err = call("report", place, "--no-store")
    assert code == 1
    assert "0 of 2 files are FIT, GPX, TCX or CSV activities" in err
    code, out, _ = call("activities", place, "--format", "json", "--no-store")
    assert code == 1
    assert {s["source"] for s in json.loads(out)["skipped"]} == {"a.fit", "b.txt"}


def test_a_broken_settings_file_names_line_key_and_nearest(call, folder):
    (folder / "loadwatch.toml").write_text("[weeks]\nweek_begin = 'sun'\n")
    code, _, err = call("weeks", folder, "--no-store")
    assert code == 1
    assert (
        err
        == "Error: loadwatch.toml:2: unknown key 'week_begin' in [weeks]. Did you mean 'week_start'?\n"
    )


def test_stdout_is_the_result_alone(call, folder):
    code, out, err = call("weeks", folder, "--format", "json", "--no-store")
    assert code == 0
    assert json.loads(out)["schema"] == 1
    assert err.startswith("Read 11 activities from 11 files.")
    code, _, err = call("weeks", folder, "--format", "json", "--no-store", "-q")
    assert (code, err) == (0, "")


def test_json_has_what_the_contract_names(call, folder):
    for command, keys in {
        "activities": {"schema", "activities", "skipped", "duplicates", "settings"},
        "weeks": {
            "schema",
            "weeks",
            "flags",
            "unknown",
            "skipped",
            "duplicates",
            "settings",
        },
        "flags": {"schema", "flags", "unknown"},
        "budget": {"schema", "week", "limits"},
    }.items():
        code, out, _ = call(command, folder, "--format", "json", "--no-store")
        assert code == 0
        assert set(json.loads(out)) == keys


def test_fail_on_looks_at_this_week_and_exits_3(call, folder):
    code, out, err = call(
        "flags", folder, "--fail-on", "high", "--format", "json", "--no-store"
    )
    assert (code, "At or over high: LW01 in the week of 2026-04-06" in err) == (3, True)
    spikes = [flag for flag in json.loads(out)["flags"] if flag["rule"] == "LW01"]
    assert [(flag["level"], flag["source"]) for flag in spikes] == [
        ("high", "long.fit")
    ]
    assert spikes[0]["value"] == pytest.approx(3.0, abs=0.01)  # 18 km after 6 km
    code, _, _ = call(
        "flags", folder, "--fail-on", "high", "--today", "2026-04-03", "--no-store"
    )
    assert code == 0


def test_strict_exits_4_where_a_file_cannot_be_read(call, folder):
    (folder / "broken.fit").write_bytes(b"\x0e\x10\x00\x00.FIT")
    assert call("weeks", folder, "--no-store")[0] == 0
    assert call("weeks", folder, "--no-store", "--strict")[0] == 4


def test_from_and_to_cut_what_is_shown_never_the_look_back(call, folder):
    _, whole, _ = call("weeks", folder, "--format", "json", "--no-store")
    _, cut, _ = call(
        "weeks", folder, "--format", "json", "--no-store", "--from", "2026-04-06"
    )
    whole, cut = json.loads(whole), json.loads(cut)
    assert cut["weeks"] == whole["weeks"][-1:]
    assert cut["flags"] == [
        flag for flag in whole["flags"] if flag["week"] == "2026-04-06"
    ]


def test_an_option_may_come_from_the_environment(call, folder, monkeypatch):
    monkeypatch.setenv("LOADWATCH_FORMAT", "json")
    monkeypatch.setenv("LOADWATCH_WEEK_START", "sun")
    _, out, _ = call("weeks", folder, "--no-store")
    assert json.loads(out)["weeks"][0]["week"] == "2026-03-01"
    _, out, _ = call("settings", folder)
    rows = {row["setting"]: row for row in json.loads(out)["settings"]}
    assert (rows["week_start"]["value"], rows["week_start"]["from"]) == (
        "sun",
        "LOADWATCH_WEEK_START",
    )


def test_report_writes_the_page_its_suffix_names(call, folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for suffix, begins in {
        ".html": "<!doctype html>",
        ".md": "# ",
        ".json": "{",
    }.items():
        code, out, err = call("report", folder, "-o", f"page{suffix}", "--no-store")
        assert code == 0
        assert (
            (tmp_path / f"page{suffix}").read_text("utf-8").lower().startswith(begins)
        )
        assert "Large change" in out
        assert f"Wrote page{suffix}" in err
    assert call("report", folder, "--no-store")[0] == 0
    assert (tmp_path / "loadwatch-runner.html").exists()
    code, out, err = call("report", folder, "-o", "-", "--no-store")
    assert (code, out[:9].lower()) == (0, "<!doctype")
    assert "Large change" in err


def test_what_cannot_be_written_is_one_line(call, folder, tmp_path):
    for target, why in {
        "page.docx": (2, "a page is .html, .md or .json"),
        "no/where.html": (1, "there is no folder"),
    }.items():
        code, _, err = call("report", folder, "-o", tmp_path / target, "--no-store")
        assert (code, why[1] in " ".join(err.split())) == (why[0], True)
    code, _, err = call("plot", folder, "-o", tmp_path / "x.gif", "--no-store")
    assert (code, "a picture is .png, .svg or .pdf" in err) == (2, True)


@pytest.mark.parametrize(
    ("suffix", "magic"), [(".png", b"\x89PNG"), (".svg", b"<?xml"), (".pdf", b"%PDF")]
)
def test_plot_writes_three_kinds(call, folder, tmp_path, suffix, magic):
    assert call("plot", folder, "-o", tmp_path / f"x{suffix}", "--no-store")[0] == 0
    assert (tmp_path / f"x{suffix}").read_bytes().startswith(magic)


def test_one_file_may_come_through_the_pipe(folder):
    command = [
        sys.executable,
        "-m",
        "loadwatch",
        "activities",
        "-",
        "--format",
        "json",
        "--no-store",
    ]
    with (folder / "long.fit").open("rb") as file:
        done = subprocess.run(
            command,
            stdin=file,
            capture_output=True,
            check=True,
            cwd=Path(__file__).parent.parent,
        )
    assert json.loads(done.stdout)["activities"][0]["distance_m"] == pytest.approx(
        18_000
    )


def test_demo_needs_no_file(call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, err = call("demo")
    assert code == 0
    assert "Large change" in out
    assert "loadwatch report export.zip -o me.html" in err
    first = (tmp_path / "loadwatch-demo.html").read_bytes()
    call("demo")
    assert (tmp_path / "loadwatch-demo.html").read_bytes() == first


@pytest.mark.parametrize(
    "command",
    [
        ("weeks",),
        ("flags",),
        ("activities",),
        ("report", "-o", "x.html"),
        ("plot", "-o", "x.svg"),
    ],
    ids=lambda command: command[0],
)
@pytest.mark.parametrize(
    "period",
    [
        ("--to", "2026-03-20"),
        ("--from", "2026-03-20"),
        ("--from", "1900-01-01", "--to", "2199-12-31"),
    ],
)
def test_a_period_may_be_open_at_either_end(
    call, folder, tmp_path, monkeypatch, command, period
):
    monkeypatch.chdir(tmp_path)
    assert call(command[0], folder, *command[1:], *period, "--no-store")[0] == 0


def test_a_period_that_ends_before_it_begins_is_a_slip(call, folder):
    code, _, err = call(
        "weeks", folder, "--from", "2026-04-06", "--to", "2026-03-01", "--no-store"
    )
    assert code == 2
    assert "--from 2026-04-06 lies after --to 2026-03-01" in err


def test_two_periods_hold_each_week_and_activity_once(call, folder):
    def shown(*period):
        _, out, _ = call(
            "activities", folder, "--format", "json", "--no-store", *period
        )
        _, weeks, _ = call("weeks", folder, "--format", "json", "--no-store", *period)
        return [
            [r["start"] for r in json.loads(out)["activities"]],
            [w["week"] for w in json.loads(weeks)["weeks"]],
        ]

    whole, before, after = (
        shown(),
        shown("--to", "2026-03-22"),
        shown("--from", "2026-03-23"),
    )  # a Monday
    assert [a + b for a, b in zip(before, after, strict=True)] == whole
    assert all(before) and all(after)


def test_anonymised_roster_names_nobody(call, tmp_path):
    club = tmp_path / "club"
    shutil.copytree(SAMPLE / "ana", club / "secretname")
    _, out, _ = call(
        "roster", club, "-o", tmp_path / "out", "--anonymise", "--no-store"
    )
    pages = [page.read_text("utf-8") for page in (tmp_path / "out").rglob("*.html")]
    assert len(pages) == 2
    assert not any("secretname" in text or "Ana" in text for text in (out, *pages))


def test_diary_is_written_and_read(call, folder):
    code, _, err = call("diary", folder)
    assert (code, "no diary.csv" in err) == (1, True)
    for pain in (3, 4):
        code, _, err = call(
            "diary",
            folder,
            "log",
            "--pain",
            pain,
            "--date",
            "2026-04-06",
            "--note",
            "a, b",
        )
        assert code == 0
    assert len((folder / "diary.csv").read_text("utf-8").splitlines()) == 3
    assert call("diary", folder)[0] == 0
    assert json.loads(call("diary", folder, "--format", "json")[1])["schema"] == 1
    assert call("diary", folder / "long.fit", "log", "--pain", 1)[0] == 1


def test_rules_explain_themselves(call):
    code, out, _ = call("rules")
    assert (code, "LW01" in out) == (0, True)
    code, out, _ = call("rules", "lw05")
    assert (code, "Gottschall" in out) == (0, True)
    assert call("rules", "LW99")[0] == 2


def test_inspect_shows_a_file_and_no_position(call, folder, tmp_path):
    code, out, _ = call("inspect", folder / "long.fit")
    assert (code, "record" in out) == (0, True)
    assert "-30.0" not in out
    assert call("inspect", tmp_path / "none")[0] == 1


def test_budget_and_a_plan(call, folder, tmp_path):
    code, out, _ = call("budget", folder, "--no-store")
    assert (code, "a week in all" in " ".join(out.split())) == (0, True)
    plan = tmp_path / "plan.csv"
    plan.write_text("date,distance_km\n2026-04-09,60\n")
    code, out, _ = call("budget", folder, "--plan", plan, "--no-store")
    assert (code, "60 km" in out) == (0, True)
    assert call("budget", folder, "--plan", tmp_path / "none.csv", "--no-store")[0] == 1
    _, out, _ = call("budget", folder, "--plan", plan, "--no-store", "--format", "json")
    assert set(json.loads(out)) == {"schema", "week", "flags", "unknown"}
    assert json.loads(out)["flags"][0]["amount"] == pytest.approx(60_000)
    _, out, _ = call(
        "budget", folder, "--plan", plan, "--no-store", "--units", "imperial"
    )
    assert "37.3 mi" in out


def test_a_wrong_value_of_an_option_is_a_slip_and_of_a_file_is_not(call, folder):
    assert call("weeks", folder, "--tz", "Mars/One", "--no-store")[0] == 2
    assert call("weeks", folder, "--default-surface", "road", "--no-store")[0] == 2
    (folder / "loadwatch.toml").write_text("[weeks]\ntz = 'Mars/One'\n")
    assert call("weeks", folder, "--no-store")[0] == 1


def test_a_sport_that_no_list_knows_is_refused_with_those_there_are(call, folder):
    code, out, err = call("flags", folder, "--sports", "runing", "--no-store")
    assert (code, out) == (2, "")
    assert "no sport is called 'runing'; found: running (11)" in err


def test_a_known_sport_that_nobody_did_is_answered_with_those_there_are(
    call, folder, tmp_path
):
    page = tmp_path / "x.html"
    _, out, _ = call("report", folder, "--sports", "swimming", "-o", page, "--no-store")
    assert "no swimming found, but 11 of running" in " ".join(out.split())


def test_strict_names_what_could_not_be_read_even_when_quiet(call, folder):
    (folder / "holiday.fit").write_bytes(b"\xff\xd8\xff\xe0" + bytes(100))
    _, _, err = call("weeks", folder, "--no-store")
    assert "Skipped holiday.fit: " in err and "(1 skipped)" in err
    code, _, err = call("weeks", folder, "--no-store", "--strict", "-q")
    assert code == 4
    assert err.startswith("Error: 1 of 12 files could not be read (--strict).")


def test_its_own_files_are_not_counted_as_skipped(call, folder):
    (folder / "tags.csv").write_text("start,name\n2026-03-02,x\n")
    _, _, err = call("weeks", folder, "--no-store")
    assert "skipped" not in err.lower()


def test_a_misspelt_measure_is_a_slip_of_the_user(call, folder, tmp_path):
    code, _, err = call("plot", folder, "-o", tmp_path / "x.png", "--measure", "ascend")
    assert code == 2
    assert "there is no measure 'ascend'; did you mean ascent_m?" in " ".join(
        err.split()
    )
    text = call("plot", "--help")[1]
    words = set(" ".join(text.split()).replace(",", " ").replace(".", " ").split())
    bare = {
        column.rpartition("_")[0] if column.endswith(("_m", "_s", "_km")) else column
        for column in MEASURED
    }
    assert bare - {"load"} <= words
    for measure in ("ascent", "ascent_m", "load"):
        assert (
            call(
                "plot",
                folder,
                "-o",
                tmp_path / "x.svg",
                "--measure",
                measure,
                "--no-store",
            )[0]
            == 0
        )


def test_a_report_in_json_holds_everything(call, folder, tmp_path):
    call("report", folder, "-o", tmp_path / "x.json", "--no-store", "-q")
    page = json.loads((tmp_path / "x.json").read_text())
    assert {
        "schema",
        "verdict",
        "weeks",
        "flags",
        "limits",
        "activities",
        "skipped",
        "settings",
    } <= set(page)
    assert len(page["activities"]) == 11 and page["limits"]


def test_settings_say_where_each_came_from(call, folder):
    (folder / "loadwatch.toml").write_text("[weeks]\nload = 'steps'\n")
    _, out, _ = call("settings", folder, "--tz", "Asia/Tokyo", "--format", "json")
    rows = {
        row["setting"]: (row["value"], row["from"])
        for row in json.loads(out)["settings"]
    }
    assert rows["load"] == ("steps", "loadwatch.toml:2")
    assert rows["tz"] == ("Asia/Tokyo", "--tz")


def test_an_end_of_file_within_loadwatch_is_no_interrupt(call, folder, monkeypatch):
    """The command line library takes each EOFError for the end of what is typed."""

    def fail(*_):
        raise EOFError("unexpected end")

    monkeypatch.setattr("loadwatch.assess.weeks.build_weeks", fail)
    code, _, err = call("weeks", folder, "--no-store")
    assert code == 1
    assert "loadwatch itself failed (EOFError" in err


def test_a_fault_of_ours_is_one_line_too(call, folder, monkeypatch):
    monkeypatch.setattr("loadwatch.assess.weeks.build_weeks", lambda *_: 1 / 0)
    code, _, err = call("weeks", folder, "--no-store")
    assert code == 1
    assert "loadwatch itself failed (ZeroDivisionError" in err
    monkeypatch.setenv("LOADWATCH_DEBUG", "1")
    monkeypatch.setattr(sys, "argv", ["loadwatch", "weeks", str(folder), "--no-store"])
    with pytest.raises(ZeroDivisionError):
        cli.main()


def test_a_store_that_cannot_be_used_is_named_once_and_costs_nothing(
    call, folder, tmp_path
):
    (tmp_path / "taken").write_text("no folder")
    store = ("--store", tmp_path / "taken")
    code, out, err = call("weeks", folder, *store)
    assert (code, err.count("The store cannot be used")) == (0, 1)
    assert str(tmp_path) not in err
    assert out == call("weeks", folder, "--no-store")[1]
    assert "store" not in call("weeks", folder, *store, "-q")[2]
    runners = ("roster", folder.parent, *store, "-o", tmp_path / "pages")
    assert call(*runners)[2].count("The store cannot be used") == 1


def test_ctrl_c_is_130(call, folder, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("loadwatch.pipeline.analyse_athlete", interrupted)
    assert call("weeks", folder)[0] == 130


def test_a_period_without_weeks_is_explained(call):
    _, _, errors = call("weeks", SAMPLE / "ana", "--from", "2040-01-01", "--no-store")
    assert "No week between --from and --to; the weeks reach from that of" in errors


def test_a_plan_that_cannot_be_read_is_called_by_its_name(call, tmp_path):
    plan = tmp_path / "sunday.txt"
    plan.write_text("hello\n1\n")
    _, _, errors = call("budget", SAMPLE / "ana", "--plan", plan, "--no-store")
    assert 'sunday.txt:1: unknown column "hello"' in errors


def test_a_diary_says_what_to_do_where_there_is_no_folder(call, tmp_path):
    file = tmp_path / "export.zip"
    file.write_bytes(b"")
    for path, advice in ((tmp_path / "nowhere", "make the folder"), (file, "put the")):
        code, _, errors = call("diary", path, "log", "--pain", "2")
        assert (code, advice in errors) == (1, True)
