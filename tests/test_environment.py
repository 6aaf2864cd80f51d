"""What the machine adds: the same answer from Python as from the command line."""

import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import pytest

import loadwatch
from loadwatch import environment
from tests.make_fit import run


@pytest.fixture
def in_tokyo(monkeypatch, tmp_path):
    """A machine whose clock is in Tokyo, with no settings of the user's own."""
    monkeypatch.setattr(environment.tzlocal, "get_localzone_name", lambda: "Asia/Tokyo")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


def indoors(start: datetime) -> bytes:
    """A run of ten minutes, told in UTC and without a position: nothing says where it was."""
    points = "".join(
        f"<Trackpoint><Time>{start + timedelta(seconds=s):%Y-%m-%dT%H:%M:%SZ}</Time>"
        f"<DistanceMeters>{3 * s}</DistanceMeters></Trackpoint>"
        for s in range(0, 601, 10)
    )
    return (
        '<?xml version="1.0"?><TrainingCenterDatabase><Activities><Activity Sport="Running">'
        f'<Id>{start:%Y-%m-%dT%H:%M:%SZ}</Id><Lap StartTime="{start:%Y-%m-%dT%H:%M:%SZ}">'
        "<TotalTimeSeconds>600</TotalTimeSeconds><DistanceMeters>1800</DistanceMeters>"
        f"<Track>{points}</Track></Lap></Activity></Activities></TrainingCenterDatabase>"
    ).encode()


def test_python_counts_weeks_in_the_machine_s_zone_as_the_command_line_does(in_tokyo):
    path = in_tokyo / "run.tcx"  # Sunday evening in London, Monday morning in Tokyo
    path.write_bytes(indoors(datetime(2026, 3, 8, 20, tzinfo=UTC)))
    told = loadwatch.analyse(path)
    assert told.activities["start"].tolist() == ["2026-03-09T05:00:00+09:00"]
    assert told.weeks.index[0].date() == date(2026, 3, 9)
    command = [
        sys.executable,
        "-m",
        "loadwatch",
        "weeks",
        str(path),
        "--format",
        "json",
        "--no-store",
        "-q",
    ]
    done = subprocess.run(
        command,
        check=True,
        capture_output=True,
        text=True,
        env={"TZ": "Asia/Tokyo", "PATH": ""},
    )
    assert json.loads(done.stdout)["weeks"][0]["week"] == "2026-03-09"


def test_the_user_s_own_settings_hold_from_python_too(in_tokyo):
    environment.user_settings_path().parent.mkdir(parents=True)
    environment.user_settings_path().write_text('[weeks]\nweek_start = "sun"\n')
    (in_tokyo / "run.fit").write_bytes(
        run(datetime(2026, 3, 10, 8, tzinfo=UTC), 600, every_s=5)
    )
    assert loadwatch.analyse(in_tokyo / "run.fit").weeks.index[0].date() == date(
        2026, 3, 8
    )


def test_nothing_is_kept_unless_a_folder_is_named(in_tokyo):
    assert loadwatch.local_options().store is None
    assert loadwatch.local_options(store=in_tokyo).store == in_tokyo


def test_what_the_package_promises_is_there():
    for name in loadwatch.__all__:
        assert getattr(loadwatch, name).__doc__ or name == "__version__"
    with pytest.raises(AttributeError, match="nobody"):
        _ = loadwatch.nobody
