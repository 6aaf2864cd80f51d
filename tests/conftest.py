"""Fixtures that every test may use."""

import os
import signal
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from loadwatch import cli

# No wall time in a test; and one commit gives one answer in CI, while at home each run looks elsewhere.
settings.register_profile(
    "loadwatch",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("loadwatch")


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real files that LOADWATCH_CORPUS names; the test is skipped without it."""
    folder = os.environ.get("LOADWATCH_CORPUS", "")
    if not folder:
        # the files are other people's and not shipped
        pytest.skip("LOADWATCH_CORPUS names no folder")
    return Path(folder)


GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write tests/golden anew; look at the diff",
    )


@pytest.fixture
def golden(request: pytest.FixtureRequest):
    """Hold a text against tests/golden/NAME; `--update-golden` writes it instead."""

    def hold(name: str, text: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--update-golden"):
            path.write_text(text, encoding="utf-8", newline="\n")
        assert path.is_file(), f"no {name} yet: run with --update-golden"
        assert text == path.read_text(encoding="utf-8")

    return hold


@pytest.fixture
def interruptible():
    """Let the processes that a test starts end by SIGINT.

    A shell that starts pytest in its background lets it ignore SIGINT, which children inherit.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def call(monkeypatch, capsys, tmp_path):
    """Run a command as a user would; gives (code, stdout, stderr)."""
    for name in os.environ:
        if name.startswith("LOADWATCH_") and name != "LOADWATCH_CORPUS":
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))

    def invoke(*arguments):
        monkeypatch.setattr(sys, "argv", ["loadwatch", *map(str, arguments)])
        with pytest.raises(SystemExit) as done:
            cli.main()
        printed = capsys.readouterr()
        return done.value.code, printed.out, printed.err

    return invoke
