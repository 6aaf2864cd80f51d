"""How often the checks are raised on real logs.

python -m tests.fired_table CORPUS                  all logs together, and log by log
python -m tests.fired_table CORPUS --by-rule [LOG ...]  each check of each log

All together: logs of 12 complete weeks with runs or more, the first five of them dropped. "any" is a
week in which something unplanned was raised (watch or high), "two weeks" a week in which it was, or in
the calendar week before. CORPUS may also be a folder of answers of `loadwatch weeks --format json`,
named LOG.json, so that another version is counted in the same way.

By rule: a week is judged by a check if it holds a run and the check does not call it unknown (of the
week in progress: if it fired); fired counts weeks at watch or above. The last columns: in how many of
the weeks with runs of the worst 26 it fired, and how many of its flags carry the remark that it fires
often.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loadwatch.assess.rules import RULES, format_often, is_raised
from loadwatch.pipeline import Options, analyse_athlete
from loadwatch.report import as_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadwatch.analysis import Analysis
    from loadwatch.assess.rules import Flag

LISTS = "csv-"  # a folder of lists: each of its folders is a log
MIN_WEEKS = 9  # with runs: two months


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
    """Return the logs: folders of files, and each folder of a folder of lists."""
    logs = []
    for path in sorted(corpus.iterdir()):
        inner = [path]
        if path.name.startswith(LISTS) and path.is_dir():
            inner = sorted(path.iterdir())
        logs += [log for log in inner if log.is_dir()]
    return logs


# all logs together
MIN_POOL_WEEKS = 12  # complete weeks with runs that a log must hold
POOL_DROPPED = 5  # of them: the first, in which little can be judged
MANY = 0.40  # of a log's weeks: more asks for a reason
ANY, TWO_WEEKS, HIGH = "any", "two weeks", "high"
ONE_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class PooledLog:
    """One log: how many weeks are counted, and in how many what was raised."""

    name: str
    weeks: int
    raised: Counter[str]  # by rule, and ANY, TWO_WEEKS, HIGH
    apart: int  # weeks without a run among those from the first counted on

    def share(self, kind: str) -> float:
        """Return the share of the weeks in which `kind` was raised [1]."""
        return self.raised[kind] / self.weeks


def count_log(name: str, answer: dict[str, Any]) -> PooledLog | None:
    """Return one log from the answer of `weeks --format json`; None where it is too short."""
    held = [row for row in answer["weeks"] if row["runs"] and row["complete"]]
    if len(held) < MIN_POOL_WEEKS:
        return None
    counted = [date.fromisoformat(row["week"]) for row in held[POOL_DROPPED:]]
    raised: dict[str, set[date]] = {ANY: set(), HIGH: set()}
    for flag in answer["flags"]:
        if flag["level"] == "info" or flag.get("planned"):
            continue
        week = date.fromisoformat(flag["week"])
        for kind in (flag["rule"], ANY, *[HIGH] * (flag["level"] == HIGH)):
            raised.setdefault(kind, set()).add(week)
    raised[TWO_WEEKS] = raised[ANY] | {week + ONE_WEEK for week in raised[ANY]}
    fired = Counter({kind: len(weeks & set(counted)) for kind, weeks in raised.items()})
    reach = (counted[-1] - counted[0]).days // 7 + 1
    return PooledLog(name, len(counted), fired, reach - len(counted))


def pool_logs(logs: list[PooledLog]) -> PooledLog:
    """Return all logs as one."""
    raised: Counter[str] = Counter()
    for log in logs:
        raised.update(log.raised)
    weeks, apart = sum(log.weeks for log in logs), sum(log.apart for log in logs)
    return PooledLog(f"all {len(logs)} logs", weeks, raised, apart)


def format_pooled(log: PooledLog) -> str:
    """Return one line: shares of the weeks in percent, then each rule that was raised."""
    shares = "".join(f"{100 * log.share(kind):7.1f}" for kind in (ANY, TWO_WEEKS, HIGH))
    rules = sorted(kind for kind in log.raised if kind.startswith("LW"))
    listed = "  ".join(f"{rule} {100 * log.share(rule):.1f}" for rule in rules)
    return f"{log.name:34}{log.weeks:6}{log.apart:7}{shares}  {listed}"


def read_answers(
    corpus: Path, store: Path | None = None
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name of each log of `corpus` and the answer of `weeks` on it."""
    for path in sorted(corpus.glob("*.json")):
        yield path.stem, json.loads(path.read_text("utf-8"))
    for path in list_logs(corpus):
        analysis = analyse_athlete(path, options=Options(store=store))
        name = path.relative_to(corpus).as_posix()
        yield name, json.loads(as_json.format_weeks(analysis))


def print_pooled(corpus: Path, store: Path | None = None) -> None:
    """Print how often something is raised, log by log and in all of them."""
    counted = [count_log(name, answer) for name, answer in read_answers(corpus, store)]
    logs = [log for log in counted if log is not None]
    print(f"{'log':34}{'weeks':>6}{'apart':>7}{ANY:>7}{'two':>7}{HIGH:>7}  % of weeks")
    for log in logs:
        print(format_pooled(log))
    print(format_pooled(pool_logs(logs)))
    often = [log.name for log in logs if log.share(ANY) > MANY]
    print(f"Above {MANY:.0%}: {', '.join(often) or 'none'}")


# one log, check by check


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


def print_by_rule(corpus: Path, names: list[str], store: Path | None = None) -> None:
    """Print the table of each log, and which logs are too short for one."""
    short = []
    for path in list_logs(corpus):
        name = path.relative_to(corpus).as_posix()
        if names and name not in names:
            continue
        analysis = analyse_athlete(path, options=Options(store=store))
        if int((analysis.weeks["runs"] > 0).sum()) >= MIN_WEEKS:
            print(format_table(name, analysis), end="\n\n", flush=True)
        else:
            short.append(name)
    print(
        f"Too short, fewer than {MIN_WEEKS} weeks with runs: {', '.join(short) or 'none'}"
    )


def main(corpus: Path, *options: str) -> None:
    """Print all logs together, or with `--by-rule` each check of each log."""
    if "--by-rule" in options:
        names = [name for name in options if name != "--by-rule"]
        print_by_rule(corpus, names)
    else:
        print_pooled(corpus)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
