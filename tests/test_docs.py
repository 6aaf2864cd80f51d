"""README and docs are true: each command, option, check and setting named, each command run, each link followed.

`python -m tests.test_docs` writes the generated parts of the pages anew.
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
from loadwatch import settings as settings_package
from loadwatch.assess import rules
from loadwatch.report import export_guide, glossary, markdown, rulebook
from loadwatch.settings import KEYS, TOP_KEYS, Settings
from loadwatch.settings.shoe_entries import SHOE_KEYS

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
DOCS = ROOT / "docs"
EXPECTED_DOCS = {
    *("runner", "coach", "physiotherapists", "method", "rules", "ground", "faq"),
    *("reference", "python", "speed", "development"),
}
PAGES = [README, *sorted(DOCS.glob("*.md")), ROOT / "CONTRIBUTING.md"]
RUN_NOTEBOOKS = sorted((DOCS / "notebooks").glob("*.md"))  # test_notebooks runs them
TEXTS = {path: path.read_text(encoding="utf-8") for path in (*PAGES, *RUN_NOTEBOOKS)}
TEXT = "\n".join(TEXTS[path] for path in PAGES)
OURS = ".venv/bin/loadwatch "
EXITS = {"--fail-on": 3}  # the exit code that the pages state where it is not 0
MAX_WORDS = 900  # of README
NEWLINE = "\n"
RULES_HEAD = """# Every check

Written from the rules themselves; `loadwatch rules LW01` prints one. How they fit together: [How it works](method.md).

"""


def build_check_table():
    """The table of checks, from the values that judge."""
    lines = [
        "| check | its name in settings | asks | limits | evidence |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| [{id_}](rules.md#{id_.lower()}) | `{name}` | {asks} | {limits} | {grade} |"
        for id_, name, asks, limits, grade in rulebook.list_overview(Settings())
    ]
    return "\n".join(lines) + "\n"


def build_rules_page():
    """Every rule whole, each under its id."""
    parts = [RULES_HEAD]
    for rule in rules.RULES:
        text = rulebook.format_markdown([rule], Settings(), full=True)
        head = f"## {rule.id}\n\n**{rule.title}** (`{rule.name}`)"
        parts.append(f"{head}{text[text.index(NEWLINE) :].rstrip()}\n\n")
    return "".join(parts).rstrip() + "\n"


def build_column_table():
    """The glossary as `loadwatch columns` has it."""
    return markdown.format_columns(glossary.list_columns())


def build_export_table():
    """The vendors as `loadwatch help export` has them."""
    guide = export_guide.build_export_table()
    return markdown.format_table(guide)


GENERATED = {
    ("method.md", "rules"): build_check_table,
    ("python.md", "columns"): build_column_table,
    ("runner.md", "exports"): build_export_table,
}


def find_marks(text, name):
    """Where the generated part of a page begins and ends."""
    begin = f"<!-- {name}: written by python -m tests.test_docs -->\n"
    return text.index(begin) + len(begin), text.index(f"<!-- /{name} -->")


def find_blocks(language, text=TEXT):
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def list_commands():
    """The commands of the pages that start loadwatch, without those that install it first."""
    lines = [line for block in find_blocks("sh") for line in block.splitlines()]
    return list(dict.fromkeys(line for line in lines if line.startswith(OURS)))


def find_anchors(text):
    """The anchors that a forge makes of headings."""
    outside = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    titles = re.findall(r"^#+ (.*)$", outside, re.MULTILINE)
    plain = [re.sub(r"[`*]", "", title).lower() for title in titles]
    return {re.sub(r"[^\w\- ]", "", title).replace(" ", "-") for title in plain}


def find_options(text):
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text))


def count_words(text):
    """Words as a reader counts them: no code, no targets of links, no table rules."""
    text = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"\]\([^)]*\)", "]", text)
    return len(re.findall(r"\w[\w'’-]*", text))


def test_the_pages_are_there():
    assert {path.stem for path in DOCS.glob("*.md")} >= EXPECTED_DOCS


def test_readme_is_short():
    assert count_words(TEXTS[README]) <= MAX_WORDS


@pytest.mark.parametrize(("page", "name"), GENERATED, ids="-".join)
def test_generated_parts_are_as_the_program_has_them(page, name):
    text = TEXTS[DOCS / page]
    begin, end = find_marks(text, name)
    assert text[begin:end] == GENERATED[page, name]()


def test_the_page_of_rules_is_that_of_the_rules():
    assert TEXTS[DOCS / "rules.md"] == build_rules_page()


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_every_link_leads_somewhere(path):
    for target in re.findall(r"\]\(([^)\s]+)\)", TEXTS[path]):
        if target.startswith("https://"):
            continue
        file, _, anchor = target.partition("#")
        aim = (path.parent / file).resolve() if file else path
        assert aim.is_file(), target
        if anchor:
            assert anchor in find_anchors(aim.read_text(encoding="utf-8")), target


def test_every_page_is_linked_from_readme():
    linked = set(re.findall(r"\]\(docs/(\w+)\.md", TEXTS[README]))
    others = {path.stem for path in DOCS.glob("*.md")} - linked
    pages = "".join(text for path, text in TEXTS.items() if path.stem in linked)
    assert not [name for name in others if f"{name}.md" not in pages]


def test_every_command_is_named():
    assert set(re.findall(r"`loadwatch ([a-z]+)", TEXT)) >= set(cli.cli.commands)
    assert set(re.findall(r"`loadwatch ([a-z]+)", TEXT)) <= set(cli.cli.commands)


def test_every_option_is_named_and_no_other():
    params = [p for command in cli.cli.commands.values() for p in command.params]
    known = {
        name
        for p in params
        if isinstance(p, click.Option)
        for name in (*p.opts, *p.secondary_opts)
        if name.startswith("--")
    }
    listed = find_options(TEXTS[DOCS / "reference.md"])
    named = {
        name
        for path, text in TEXTS.items()
        if path.stem not in ("CONTRIBUTING", "development")  # options of other tools
        for name in find_options(text)
    }
    assert known - listed == set()
    assert named - known - {"--help"} == set()


def test_every_setting_is_in_the_example_and_the_example_loads(tmp_path):
    (example,) = find_blocks("toml")
    document = tomllib.loads(example)
    for table, keys in KEYS.items():
        assert set(document[table]) == set(keys), table
    assert set(document) == {*KEYS, *TOP_KEYS, "rules", "shoes"}
    assert [set(pair) for pair in document["shoes"].values()] == [set(SHOE_KEYS)]
    path = tmp_path / "loadwatch.toml"
    path.write_text(example, encoding="utf-8")
    loaded = settings_package.load([path], {}, rules.list_setting_keys())
    assert loaded.name == "Ana"
    assert loaded.rules["session_spike"] == {"watch": 1.15}


def test_the_plain_list_is_read(tmp_path):
    plain = next(block for block in find_blocks("csv") if "duration" in block)
    (tmp_path / "runs.csv").write_text(plain, encoding="utf-8")
    rows = loadwatch.analyse(tmp_path / "runs.csv").activities
    assert rows["distance_m"].fillna(0).tolist() == [8200.0, 19_000.0, 0.0]
    assert rows["sport"].tolist()[:2] == ["running", "running"]
    assert rows["hard_m"].tolist()[:2] == [8200.0, 19_000.0]
    assert rows["rpe"].tolist() == [4.0, 6.0, 5.0]
    assert rows["name"].tolist() == ["Easy", "Long run", "Core"]


def test_the_files_of_ones_own_are_read(tmp_path):
    tags = next(block for block in find_blocks("csv") if "exclude" in block)
    diary = next(block for block in find_blocks("csv") if "pain" in block)
    (tmp_path / "runs.csv").write_text(
        "date,distance_km\n2026-11-15 09:00,19\n", encoding="utf-8"
    )
    (tmp_path / "tags.csv").write_text(tags, encoding="utf-8")
    (tmp_path / "diary.csv").write_text(diary, encoding="utf-8")
    found = loadwatch.analyse(tmp_path)
    assert found.activities["soft_m"].tolist() == [19_000.0]
    assert found.activities["name"].tolist() == ["Towpath"]
    assert found.diary is not None
    # it is not beside this list
    assert any("123.fit.gz) matches no activity" in line for line in found.remarks)


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A folder as the reader has it: sample_data, an export, an own folder, a map, a club."""
    from tests import make_map
    from tests.test_route import gpx, points
    from tests.town_map import as_pbf

    place = tmp_path_factory.mktemp("desk")
    shutil.copytree(ROOT / "sample_data", place / "sample_data")
    shutil.copytree(ROOT / "sample_data", place / "club")
    shutil.copytree(ROOT / "sample_data" / "ana", place / "me")
    with zipfile.ZipFile(place / "export_1234567.zip", "w") as export:
        for path in sorted((place / "me").glob("*.fit"))[-20:]:
            export.write(path, f"activities/{path.name}")
    plan = next(block for block in find_blocks("csv") if "2026-11-28" in block)
    (place / "plan.csv").write_text(plan, encoding="utf-8")
    diary = next(block for block in find_blocks("csv") if "pain" in block)
    (place / "me" / "diary.csv").write_text(diary, encoding="utf-8")
    (place / "route.gpx").write_text(gpx(points(12)), encoding="utf-8")
    as_pbf(make_map.write(place), place / "region.osm.pbf")
    return place


@pytest.mark.slow
@pytest.mark.parametrize(
    "line",
    [pytest.param(line, id=line.removeprefix(OURS)) for line in list_commands()],
)
def test_every_command_of_the_pages_runs(
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
    assert len(list_commands()) >= 10


def test_the_flag_that_readme_quotes_is_anas():
    lines = TEXTS[README].splitlines()
    quoted = " ".join(line.removeprefix("> ") for line in lines if line[:2] == "> ")
    says = [flag.says for flag in loadwatch.analyse(ROOT / "sample_data" / "ana").flags]
    assert quoted.removeprefix("◆ ") in says


def test_the_python_of_the_pages_runs(monkeypatch, capsys):
    (example,) = find_blocks("python")
    monkeypatch.chdir(ROOT)
    exec(compile(example, "python.md", "exec"), {})
    printed = capsys.readouterr().out
    assert "downhill_m" in printed
    assert "LW01" in printed


def test_completion_works_as_the_pages_have_it():
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


def test_the_picture_is_small():
    assert (ROOT / "notebooks" / "weeks.png").stat().st_size < 100_000


def test_the_pages_name_no_machine_but_the_readers():
    assert not re.search(r"(/home/|/root/|/tmp/|C:\\)", TEXT)


def write_generated():
    """Write the generated parts anew."""
    for (page, name), build in GENERATED.items():
        path = DOCS / page
        text = path.read_text(encoding="utf-8")
        begin, end = find_marks(text, name)
        path.write_text(text[:begin] + build() + text[end:], encoding="utf-8")
    (DOCS / "rules.md").write_text(build_rules_page(), encoding="utf-8")


if __name__ == "__main__":
    write_generated()
