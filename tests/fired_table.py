"""How often each check fires on real logs: a table a log, rules x weeks judged, fired, unknown.

python -m tests.fired_table CORPUS [LOG ...]

A week is judged by a check if it holds a run and the check does not call it unknown (of the week in
progress: if it fired); fired counts weeks at watch or above. The last columns: in how many of the weeks
with runs of the worst 26 it fired, and how many of its flags carry the remark that it fires often.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from loadwatch.assess.rules import RULES, format_often, is_raised
from loadwatch.pipeline import Options, analyse_athlete

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadwatch.analysis import Analysis
    from loadwatch.assess.rules import Flag

FOLDERS = (
    "irving-2025",
    "irving-2021",
    "irving-2012-2013",
    "irving-2018",
    "tiny656-huawei",
)
LISTS = ("csv-strava", "csv-garmin", "csv-runkeeper", "csv-trainingpeaks")
LEAST_WEEKS = 9  # with runs: two months


@dataclass(frozen=True, slots=True)
class Row:
    """One check on one log, in weeks."""

    rule: str
    judged: int
    fired: int
    unknown: int
    info: int
    worst: str
    remarks: int


def list_logs(corpus: Path) -> list[Path]:
    """Return the logs of several months: folders of files, and each list's own folder."""
    lists = [
        path
        for name in LISTS
        for path in sorted((corpus / name).iterdir())
        if path.is_dir()
    ]
    return [corpus / name for name in FOLDERS] + lists


def count_rows(analysis: Analysis) -> Iterator[Row]:
    """Yield how often each check that judges weeks or runs fired."""
    runs = {stamp.date() for stamp, count in analysis.weeks["runs"].items() if count}
    running = runs & {
        stamp.date() for stamp, done in analysis.weeks["complete"].items() if not done
    }
    for rule in RULES:
        if not rule.is_judged:
            continue
        flags = [flag for flag in analysis.flags if flag.rule == rule.id]
        unknown = {gap.week for gap in analysis.unknown if gap.rule == rule.id} & runs
        open_now = running - unknown - {flag.week for flag in flags}
        yield Row(
            rule=rule.id,
            judged=len(runs - unknown - open_now),
            fired=len({flag.week for flag in flags if is_raised(flag)}),
            unknown=len(unknown),
            info=len({flag.week for flag in flags if not is_raised(flag)}),
            worst=find_worst(flags),
            remarks=sum(bool(format_often(flag)) for flag in flags),
        )


def find_worst(flags: list[Flag]) -> str:
    """Return the most weeks in which a check fired, of the weeks with runs of those 26: 7/25."""
    counts = [(flag.fired_26w, flag.run_weeks) for flag in flags if is_raised(flag)]
    fired, weeks = max(counts, key=lambda pair: (pair[0], -pair[1]), default=(0, 0))
    return f"{fired}/{weeks}" if weeks else "-"


def count_reasons(analysis: Analysis) -> str:
    """Return why checks could not be judged, the most frequent first."""
    counted = Counter(f"{gap.rule} {gap.why.code}" for gap in analysis.unknown)
    return ", ".join(f"{why} {count}" for why, count in counted.most_common(6))


def format_table(name: str, analysis: Analysis) -> str:
    """Return the table of one log."""
    weeks = int((analysis.weeks["runs"] > 0).sum())
    lines = [f"{name}: {weeks} weeks with runs of {len(analysis.weeks)}"]
    lines.append(
        f"  {'rule':6}{'judged':>8}{'fired':>8}{'%':>6}{'unknown':>9}{'info':>6}{'worst':>7}{'remarks':>9}"
    )
    for row in count_rows(analysis):
        share = f"{100 * row.fired / row.judged:.0f}" if row.judged else "-"
        lines.append(
            f"  {row.rule:6}{row.judged:8}{row.fired:8}{share:>6}{row.unknown:9}{row.info:6}"
            f"{row.worst:>7}{row.remarks:9}"
        )
    return "\n".join([*lines, f"  not judged: {count_reasons(analysis) or 'nothing'}"])


def main(corpus: Path, names: list[str], store: Path | None = None) -> None:
    """Print the tables, and which logs are too short for one."""
    short = []
    for path in list_logs(corpus):
        name = path.relative_to(corpus).as_posix()
        if names and name not in names:
            continue
        analysis = analyse_athlete(path, options=Options(store=store))
        if int((analysis.weeks["runs"] > 0).sum()) >= LEAST_WEEKS:
            print(format_table(name, analysis), end="\n\n", flush=True)
        else:
            short.append(name)
    print(
        f"Too short, fewer than {LEAST_WEEKS} weeks with runs: {', '.join(short) or 'none'}"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
