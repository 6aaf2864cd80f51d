"""What stands in setup.cfg is what lies in the checkout."""

from configparser import ConfigParser
from pathlib import Path

ROOT = Path(__file__).parents[1]


def options():
    setup = ConfigParser(interpolation=None)
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    return setup


def test_every_package_is_listed():
    """They are listed by name because sample_data/ joins them from outside the package."""
    there = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for path in ROOT.glob("loadwatch/**/__init__.py")
    }
    assert sorted(options()["options"]["packages"].split()) == sorted(
        there | {"loadwatch.sample_data"}
    )


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
    sample = {
        path
        for glob in data["loadwatch.sample_data"].split()
        for path in (ROOT / "sample_data").glob(glob)
    }
    assert sample == {
        path for path in (ROOT / "sample_data").rglob("*") if path.is_file()
    }


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
    assert [line for line in readme if line.startswith("python3 -m venv")] == list(
        COMMANDS
    )
    assert [line.strip() for line in ci if line.strip() in COMMANDS] == list(
        COMMANDS[::-1]
    )
