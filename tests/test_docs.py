"""README says what is: each command, option, check and setting named, each command run, each example read.

`python -m tests.test_docs` writes the generated part of README, the table of checks, anew.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import click
import pytest

import loadwatch
from loadwatch import cli
from loadwatch import settings as settings_room
from loadwatch.assess import rules
from loadwatch.report import rulebook
from loadwatch.settings import KEYS, TOP_KEYS, Settings

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
TEXT = README.read_text(encoding="utf-8")
BEGIN, END = "<!-- rules: written by python -m tests.test_docs -->\n", "<!-- /rules -->"
OURS = ".venv/bin/loadwatch "
EXITS = {"--fail-on": 3}  # the exit code that README states where it is not 0


def checks():
    """The table of checks, from the values that judge."""
    lines = [
        "| check | its name in settings | asks | limits | evidence |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {id_} | `{name}` | {asks} | {limits} | {grade} |"
        for id_, name, asks, limits, grade in rulebook.list_overview(Settings())
    ]
    return "\n".join(lines) + "\n"


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)


def ours():
    """The commands of README that start loadwatch, without those that install it first."""
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    return [line for line in lines if line.startswith(OURS)]


def test_the_table_of_checks_is_that_of_the_rules():
    begin = TEXT.index(BEGIN) + len(BEGIN)
    assert TEXT[begin : TEXT.index(END)] == checks()


def test_every_command_is_named():
    assert set(re.findall(r"`loadwatch ([a-z]+)", TEXT)) >= set(cli.cli.commands)
    assert set(re.findall(r"`loadwatch ([a-z]+)", TEXT)) <= set(cli.cli.commands)


def test_every_option_is_named_and_no_other():
    params = [p for command in cli.cli.commands.values() for p in command.params]
    known = {
        name
        for p in params
        if isinstance(p, click.Option)
        for name in p.opts
        if name.startswith("--")
    }
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", TEXT))
    assert known - named == set()
    assert named - known - {"--help", "--bbox"} == set()  # osmium's


def test_every_setting_is_in_the_example_and_the_example_loads(tmp_path):
    (example,) = blocks("toml")
    document = tomllib.loads(example)
    for table, keys in KEYS.items():
        assert set(document[table]) == set(keys), table
    assert set(document) == {*KEYS, *TOP_KEYS, "rules"}
    path = tmp_path / "loadwatch.toml"
    path.write_text(example, encoding="utf-8")
    told = settings_room.load([path], {}, rules.list_setting_keys())
    assert told.name == "Ana" and told.rules["session_spike"] == {"watch": 1.15}


def test_the_plain_list_is_read(tmp_path):
    plain = next(block for block in blocks("csv") if "distance_km" in block)
    (tmp_path / "runs.csv").write_text(plain, encoding="utf-8")
    rows = loadwatch.analyse(tmp_path / "runs.csv").activities
    assert rows["distance_m"].fillna(0).tolist() == [8200.0, 19_000.0, 0.0]
    assert rows["sport"].tolist()[:2] == ["running", "running"]
    assert rows["hard_m"].tolist()[:2] == [8200.0, 19_000.0]
    assert rows["rpe"].tolist() == [4.0, 6.0, 5.0]
    assert rows["name"].tolist() == ["Easy", "Long run", "Core"]


def test_the_files_of_ones_own_are_read(tmp_path):
    tags = next(block for block in blocks("csv") if "exclude" in block)
    diary = next(block for block in blocks("csv") if "pain" in block)
    (tmp_path / "runs.csv").write_text(
        "date,distance_km\n2026-11-15 09:00,19\n", encoding="utf-8"
    )
    (tmp_path / "tags.csv").write_text(tags, encoding="utf-8")
    (tmp_path / "diary.csv").write_text(diary, encoding="utf-8")
    found = loadwatch.analyse(tmp_path)
    assert found.activities["soft_m"].tolist() == [19_000.0]
    assert found.activities["name"].tolist() == ["Towpath"]
    assert found.diary is not None
    assert any(
        "123.fit.gz) matches no activity" in line for line in found.remarks
    )  # it is not beside this list


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A folder as README's reader has it: sample_data, an export, an own folder, a map, a club."""
    from tests import make_map
    from tests.test_osm import as_pbf

    place = tmp_path_factory.mktemp("desk")
    shutil.copytree(ROOT / "sample_data", place / "sample_data")
    shutil.copytree(ROOT / "sample_data", place / "club")
    shutil.copytree(ROOT / "sample_data" / "ana", place / "me")
    with zipfile.ZipFile(place / "export_1234567.zip", "w") as export:
        for path in sorted((place / "me").glob("*.fit"))[-20:]:
            export.write(path, f"activities/{path.name}")
    (place / "plan.csv").write_text(
        "date,distance_km\n2026-11-24,8\n2026-11-28,16\n", encoding="utf-8"
    )
    as_pbf(make_map.write(place), place / "region.osm.pbf")
    return place


@pytest.mark.slow
@pytest.mark.parametrize(
    "line", [pytest.param(line, id=line.removeprefix(OURS)) for line in ours()]
)
def test_every_command_of_readme_runs(
    desk, monkeypatch, capsys, tmp_path_factory, line
):
    pytest.importorskip("osmium") if "--osm" in line else None
    for name in os.environ:
        if name.startswith("LOADWATCH_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))
    monkeypatch.setenv(
        "XDG_CONFIG_HOME", str(tmp_path_factory.getbasetemp() / "config")
    )
    monkeypatch.chdir(desk)
    arguments = shlex.split(line.removeprefix(OURS), comments=True)
    monkeypatch.setattr(sys, "argv", ["loadwatch", *arguments])
    with pytest.raises(SystemExit) as done:
        cli.main()
    expected = next((code for option, code in EXITS.items() if option in arguments), 0)
    assert done.value.code == expected, capsys.readouterr().err
    if "-o" in arguments:
        assert (desk / arguments[arguments.index("-o") + 1]).exists()


def test_there_are_commands_to_run():
    assert len(ours()) >= 7


def test_the_flag_that_readme_quotes_is_anas():
    quoted = " ".join(
        line.removeprefix("> ") for line in TEXT.splitlines() if line.startswith("> ")
    )
    told = [flag.says for flag in loadwatch.analyse(ROOT / "sample_data" / "ana").flags]
    assert quoted.removeprefix("◆ ") in told


def test_the_python_of_readme_runs(monkeypatch, capsys):
    (example,) = blocks("python")
    monkeypatch.chdir(ROOT)
    exec(compile(example, "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert "downhill_m" in printed and "LW01 watch" in printed


def test_completion_as_readme_tells_it():
    assert 'eval "$(_LOADWATCH_COMPLETE=bash_source loadwatch)"' in TEXT
    code = "from loadwatch.cli import cli; cli(prog_name='loadwatch')"
    environment = {
        **os.environ,
        "_LOADWATCH_COMPLETE": "zsh_source",
    }  # bash's asks for a bash
    run = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "_loadwatch_completion" in run.stdout


def test_pictures_and_links_of_readme_are_there():
    for target in re.findall(r"\]\(([^)#\s]+)\)", TEXT):
        if not target.startswith("https://"):
            assert (ROOT / target).is_file(), target
    assert (ROOT / "notebooks" / "weeks.png").stat().st_size < 100_000


def test_readme_tells_of_no_machine_but_the_readers():
    assert not re.search(r"(/home/|/root/|/tmp/|C:\\)", TEXT)


if __name__ == "__main__":
    before, after = TEXT[: TEXT.index(BEGIN) + len(BEGIN)], TEXT[TEXT.index(END) :]
    README.write_text(before + checks() + after, encoding="utf-8")
