"""How much ground few answers make known: on real logs, and on made-up athletes.

python -m tests.tag_table [DATA [OSM]]

DATA holds a folder per log, OSM the map extracts (else $LOADWATCH_CORPUS, and `osm` beside it). For
each log with 30 runs or more that have positions, all labels are ignored, answers are simulated in the
order in which loadwatch asks, and the table shows the share of the kilometres and of the weeks (70 %
known) of the last 26 weeks after 1, 3, 5 and 10 of them; "GPS" is the share of these kilometres that have
positions at all. Then the made-up athletes of tests/tag_athletes.py.
"""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from loadwatch.assess.ground_questions import RECENT_DAYS, find_questions
from loadwatch.assess.weeks import select_runs
from loadwatch.exposure.course import inherit_answers
from loadwatch.pipeline import Options, analyse_athlete
from loadwatch.settings import Settings
from loadwatch.tables import SURFACE_COLUMNS, SURFACE_NAMES
from tests import tag_athletes

MIN_RUNS = 30
ASKED = (1, 3, 5, 10)
KNOWN_WEEK = 0.7
STORE = Path(os.environ.get("LOADWATCH_STORE", "/tmp/loadwatch-tag-table"))


def forget_ground(runs: pd.DataFrame) -> pd.DataFrame:
    """The runs with all ground unknown, as if no watch had a label."""
    distance = runs["distance_m"].fillna(0.0)
    blank = dict.fromkeys(SURFACE_COLUMNS, 0.0) | {"unknown_m": distance}
    rows = runs.assign(**blank, surface_source="none", inherited_m=0.0, asked="")
    rows["fallback_m"] = [[0.0] * (len(SURFACE_NAMES) - 1) + [d] for d in distance]
    rows["sub_sport"] = "generic"
    return rows.reset_index(drop=True)


def answer(runs: pd.DataFrame, number: int, surface: str = "hard") -> pd.DataFrame:
    """The runs with one of them answered; nothing inherited yet."""
    rows = runs.copy()
    rows.loc[number, list(SURFACE_COLUMNS)] = 0.0
    rows.loc[number, f"{surface}_m"] = rows.loc[number, "distance_m"]
    rows.loc[number, "surface_source"] = "tag"
    rows.at[number, "fallback_m"] = []  # noqa: PD008 - a list in a cell
    return rows


def measure_known(rows: pd.DataFrame) -> tuple[float, float]:
    """Share of the kilometres, and of the weeks with 70 % known, of the last 26 weeks."""
    last = rows["start_local"].max().normalize()
    recent = rows[rows["start_local"] > last - pd.Timedelta(days=RECENT_DAYS - 1)]
    week = recent["start_local"].dt.to_period("W").astype(str)
    sums = recent.groupby(week)[["distance_m", "unknown_m"]].sum()
    sums = sums[sums["distance_m"] > 0]
    known = 1 - sums["unknown_m"] / sums["distance_m"]
    whole = 1 - sums["unknown_m"].sum() / sums["distance_m"].sum()
    return float(whole), float((known >= KNOWN_WEEK).mean())


def ask(runs: pd.DataFrame) -> Iterator[tuple[float, float]]:
    """What is known after each answer, asked again after each; nobody errs."""
    today = runs["start_local"].max().date()
    for _ in range(max(ASKED)):
        known = inherit_answers(runs)
        found = find_questions(known, Settings(), today)
        if found.questions:
            asked = found.questions[0].activity_id
            runs = answer(runs, int(runs.index[runs["activity_id"] == asked][0]))
        yield measure_known(inherit_answers(runs))


def read_runs(folder: Path) -> pd.DataFrame:
    options = Options(store=STORE, system_zone="UTC")
    analysis = analyse_athlete(folder, options=options)
    runs = select_runs(analysis.activities, analysis.settings)
    return runs[runs["start_local"].notna() & (runs["distance_m"] > 0)]


def print_logs(data: Path) -> None:
    table = []
    for folder in sorted(data.iterdir()):
        if not folder.is_dir():
            continue
        try:
            runs = read_runs(folder)
        except Exception as error:  # noqa: BLE001 - a folder of odd files is no log
            print(f"{folder.name}: {error}".splitlines()[0], file=sys.stderr)
            continue
        if (runs["signature"] != "").sum() < MIN_RUNS:
            continue
        before = time.process_time()
        known = list(ask(forget_ground(runs)))
        table.append([known[n - 1] for n in ASKED])
        cells = "  ".join(f"{km:4.0%} {weeks:4.0%}" for km, weeks in table[-1])
        took = time.process_time() - before
        gps = (
            runs["distance_m"][(runs["signature"] != "")].sum()
            / runs["distance_m"].sum()
        )
        print(
            f"{folder.name:25}{len(runs):5}{gps:6.0%}  {cells}  {took:5.1f} s",
            flush=True,
        )
    middle = np.median(np.array(table), axis=0)
    cells = "  ".join(f"{km:4.0%} {weeks:4.0%}" for km, weeks in middle)
    print(f"{'median of ' + str(len(table)) + ' logs':36}  {cells}")


def main(arguments: list[str]) -> None:
    corpus = os.environ.get("LOADWATCH_CORPUS", "")
    data = Path(arguments[0] if arguments else corpus)
    osm = Path(arguments[1]) if arguments[1:] else data.parent / "osm"
    print(f"kilometres and weeks known after {', '.join(map(str, ASKED))} answers")
    print_logs(data)
    print("\nmade-up athletes, five answers each")
    tag_athletes.main(osm)


if __name__ == "__main__":
    main(sys.argv[1:])
