"""What the project's files promise: packages, data, top level, commands."""

import os
import re
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest
from setuptools import find_namespace_packages

ROOT = Path(__file__).parents[1]
# what may lie at the top of the checkout
TOP_LEVEL = {
    ".ci",
    ".gitignore",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "MANIFEST.in",
    "README.md",
    "docs",
    "loadwatch",
    "notebooks",
    "pyproject.toml",
    "sample_data",
    "setup.cfg",
    "tests",
}


def options():
    setup = ConfigParser(interpolation=None)
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    return setup


def test_nothing_new_stands_at_the_top():
    if not (ROOT / ".git").exists():
        pytest.skip(
            "not a git checkout: an unpacked source archive holds PKG-INFO, too"
        )
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert {line.split("/")[0] for line in listed.splitlines()} - TOP_LEVEL == set()


def test_every_folder_of_the_package_is_found():
    """The templates too: a folder of data inside a package counts as one for setuptools."""
    find = options()["options.packages.find"]
    folders = {
        path.parent
        for path in ROOT.glob("loadwatch/**/*")
        if path.suffix in (".py", ".html", ".css")
    }
    names = find_namespace_packages(
        str(ROOT), include=[find["include"]], exclude=[find["exclude"]]
    )
    assert {ROOT.joinpath(*name.split(".")) for name in names} == folders


def test_every_data_file_goes_into_the_wheel():
    data = options()["options.package_data"]
    globbed = {
        path
        for glob in data["loadwatch"].split()
        for path in (ROOT / "loadwatch").glob(glob)
    }
    files = {
        path
        for path in (ROOT / "loadwatch").rglob("*")
        if path.is_file() and path.suffix not in {".py", ".pyc"}
    }
    assert files - globbed == set()


def test_every_sample_file_goes_into_the_wheel():
    globs = options()["options.data_files"]
    sent = {path for glob in globs.values() for path in ROOT.glob(glob)}
    assert sent == {
        path for path in (ROOT / "sample_data").rglob("*") if path.is_file()
    }
    assert all(
        target.endswith(glob.removesuffix("/*")) for target, glob in globs.items()
    )


VENV = "python3 -m venv .venv && .venv/bin/pip install "
COMMANDS = (
    VENV + ". && .venv/bin/loadwatch report sample_data/ana -o ana.html",
    VENV + "-e '.[test]' && .venv/bin/python -m pytest",
)


def test_both_commands_of_the_readme_are_those_that_are_tried():
    readme, ci = (
        (ROOT / name).read_text(encoding="utf-8").splitlines()
        for name in ("README.md", ".ci/run")
    )
    found = [line for line in readme if line.startswith("python3 -m venv")]
    assert found == list(COMMANDS)
    assert [line.strip() for line in ci if line.strip() in COMMANDS] == list(
        COMMANDS[::-1]
    )


BASE = {
    *("click", "jinja2", "matplotlib", "numpy", "pandas", "platformdirs"),
    *("python-fitparse", "rich", "tzdata", "tzfpy", "tzlocal"),
}
WEB = {"flask", "waitress", "tomlkit", "werkzeug"}


def test_the_pages_need_nothing_of_the_base_install():
    """`serve` has an extra of its own; what runs without it imports none of that."""
    setup = options()
    needed = setup["options"]["install_requires"].split()
    assert {re.split("[<>=]", name)[0] for name in needed} == BASE
    extra = setup["options.extras_require"]["web"].split()
    assert {re.split("[<>=]", name)[0] for name in extra} == WEB - {"werkzeug"}
    importing = (
        "import sys; sys.modules.update(dict.fromkeys(sys.argv[1].split()));"
        "from loadwatch.cli import main; sys.argv[1:] = ['report', 'sample_data/ben',"
        "'-o', '-', '--no-store', '-q']; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", importing, " ".join(WEB)],
        cwd=ROOT,
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.lstrip().startswith(b"<!doctype html>")
