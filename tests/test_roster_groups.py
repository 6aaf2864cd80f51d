"""Groups of a roster through the command line: whom to call, to talk to, to watch, and who is fine."""

import datetime as dt
import json

import pytest

TODAY = dt.date(2026, 5, 13)  # a Wednesday; the last complete week is that of 4 May
NEWEST = dt.date(2026, 5, 11)
USUAL = [40.0] * 12


def write_athlete(folder, weeks, *, until=TODAY, extra=(), diary=""):
    """A list of three runs a week, the last the longest, up to `until`; `weeks` end with TODAY's."""
    folder.mkdir()
    rows = list(extra)
    for ago, km in enumerate(reversed(weeks)):
        for day, share in ((0, 0.25), (2, 0.25), (5, 0.5)):
            date = NEWEST - dt.timedelta(weeks=ago) + dt.timedelta(days=day)
            if date <= until and km:
                rows.append((date, km * share))
    lines = [f"{day} 07:00,{km:.2f},Run" for day, km in sorted(rows)]
    (folder / "runs.csv").write_text("\n".join(["date,distance_km,type", *lines]))
    if diary:
        (folder / "diary.csv").write_text(diary)


ATHLETES = {
    "pain of 6": ("call", {"diary": "date,pain\n2026-05-07,6\n"}),
    "pain of 5": ("call", {"diary": "date,pain\n2026-05-01,2\n2026-05-12,5\n"}),
    "sign": ("call", {"diary": "date,pain,leg_weakness\n2026-05-11,2,x\n"}),
    "doubled": ("talk", {"extra": [(dt.date(2026, 5, 10), 50.0)]}),
    "collapsed": ("talk", {"weeks": [40.0] * 9 + [90.0, 10.0, 0.0]}),
    "collapsed to none": (
        "talk",
        {"weeks": [40.0] * 9 + [90.0, 0.0, 0.0], "until": dt.date(2026, 5, 3)},
    ),
    "stopped": (
        "talk",
        {"weeks": [40.0] * 8 + [80.0, 0.0, 0.0, 0.0], "until": dt.date(2026, 4, 26)},
    ),
    "longer": ("watch", {"extra": [(dt.date(2026, 5, 10), 25.0)]}),
    "little": ("low", {"weeks": [40.0] * 10 + [22.0, 0.0]}),
    "silent": (
        "low",
        {"weeks": [40.0] * 10 + [0.0, 0.0], "until": dt.date(2026, 4, 25)},
    ),
    "0.6 of usual": ("fine", {"weeks": [40.0] * 10 + [24.0, 0.0]}),
    "pain of 4": ("fine", {"diary": "date,pain\n2026-05-12,4\n"}),
    "pain of long ago": ("fine", {"diary": "date,pain\n2026-05-05,9\n"}),
    "back to usual": ("fine", {"weeks": [40.0] * 9 + [90.0, 40.0, 10.0]}),
    "ordinary": ("fine", {}),
    "new": ("unknown", {"weeks": [20.0, 20.0]}),
}


@pytest.fixture
def lines(call, tmp_path):
    """The lines of the roster as JSON, by name, in its order."""
    club = tmp_path / "club"
    club.mkdir()
    for name, (_, more) in ATHLETES.items():
        write_athlete(club / name, **({"weeks": USUAL} | more))
    code, out, err = call(
        "roster", club, "-o", tmp_path / "out", "--format", "json", "--no-store",
        "--today", TODAY.isoformat(), "--tz", "UTC",
    )  # fmt: skip
    assert code == 0, err
    return {line["name"]: line for line in json.loads(out)["athletes"]}


def test_each_athlete_is_in_the_first_group_that_fits(lines):
    found = {name: line["group"] for name, line in lines.items()}
    assert found == {name: group for name, (group, _) in ATHLETES.items()}
    groups = ["call", "talk", "watch", "low", "fine", "unknown"]
    order = [groups.index(line["group"]) for line in lines.values()]
    assert order == sorted(order)
    calls = [name for name, line in lines.items() if line["group"] == "call"]
    assert calls == ["pain of 6", "pain of 5", "sign"]  # by pain


def test_each_line_says_why(lines):
    says = {name: line["says"] for name, line in lines.items()}
    assert says["pain of 5"].startswith("Pain 5 of 10 in the last seven days. 40 km")
    assert says["sign"].startswith("You ticked: weakness in a leg or a foot. ")
    assert says["doubled"].startswith("Sunday: longest run 50 km, 2.5 times as long as")
    assert says["collapsed"] == (
        "10 km in the week of 4 May, usually 40 km. Two weeks ago: a 45 km run."
    )
    assert says["stopped"] == (
        "No runs since 25 Apr, usually 40 km. Three weeks ago: a 40 km run."
    )
    assert says["silent"] == "No files since 25 April 2026."
    assert says["new"].startswith("Two weeks so far: 20, 10 km.")
    assert lines["doubled"]["events"] == 1 and lines["ordinary"]["events"] == 0
    pains = {name: line["pain_7d"] for name, line in lines.items() if line["pain_7d"]}
    assert pains == {"pain of 6": 6, "pain of 5": 5, "sign": 2, "pain of 4": 4}
