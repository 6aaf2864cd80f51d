"""The headlines of real logs as their readers would get them, Monday by Monday, to be read in a row.

python -m tests.read_headlines CORPUS [LOG ...]

Of each log of a year or more: the headline on each of 26 Mondays, those of its last half year with
runs, with its number of words. The last line has the longest of all.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from loadwatch.assess.rules import judge
from loadwatch.assess.weeks import build_weeks
from loadwatch.pipeline import Options, analyse_athlete
from loadwatch.verdict.headline import build_verdict
from tests.fired_table import list_logs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadwatch.analysis import Analysis

MIN_WEEKS = 52  # from the first week to the last
MIN_WITH_RUNS = 26
MONDAYS = 26


def judge_as_of(analysis: Analysis, day: date) -> Analysis:
    """Return the analysis as it would have been on `day`."""
    table = build_weeks(analysis.activities, analysis.settings, day)
    flags, unknown = judge(analysis.activities, table, analysis.settings, day)
    return replace(analysis, weeks=table, flags=flags, unknown=unknown, today=day)


def list_mondays(analysis: Analysis) -> list[date]:
    """Return the Mondays after each of the last 26 weeks up to the last one with a run."""
    with_runs = analysis.weeks.index[analysis.weeks["runs"] > 0]
    last = with_runs.max().date()
    return [last - timedelta(weeks=back) for back in reversed(range(-1, MONDAYS - 1))]


def list_headlines(analysis: Analysis) -> Iterator[tuple[date, str]]:
    """Yield each Monday with its headline, the word of its state first."""
    for day in list_mondays(analysis):
        found = build_verdict(judge_as_of(analysis, day))
        yield day, f"{found.word}: {found.sentence}"


def read_long_logs(
    corpus: Path, names: tuple[str, ...]
) -> Iterator[tuple[str, Analysis]]:
    """Yield the logs of a year or more that hold enough weeks with runs."""
    for path in list_logs(corpus):
        name = path.relative_to(corpus).as_posix()
        if names and name not in names:
            continue
        analysis = analyse_athlete(path, options=Options(store=None))
        with_runs = int((analysis.weeks["runs"] > 0).sum())
        if len(analysis.weeks) >= MIN_WEEKS and with_runs >= MIN_WITH_RUNS:
            yield name, analysis


def main(corpus: Path, *names: str) -> None:
    """Print the headlines log by log, and the longest one."""
    longest = ""
    for name, analysis in read_long_logs(corpus, names):
        print(f"\n{name}")
        for day, text in list_headlines(analysis):
            print(f"{day} {len(text.split()):3}  {text}")
            longest = max(longest, text, key=lambda line: len(line.split()))
    print(f"\nThe longest, {len(longest.split())} words: {longest}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
