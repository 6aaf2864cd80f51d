"""Judge the mutants that mutmut wrote, several per second: tests are collected once, then forked.

    mutmut run "loadwatch.assess.rules.history*"
    cd mutants; python -m tests.mutation RESULTS.jsonl --seed 1 --minutes 60
    python -m tests.mutation RESULTS.jsonl --again
    python -m tests.mutation RESULTS.jsonl --survivors

The first writes `mutants/` and which test calls which function. `mutmut run` would do all of
this by itself, but collects the tests anew for each mutant. Mutants are judged in a random order,
so that whatever was judged is a sample of every module in proportion to its size. What is in
RESULTS.jsonl already is not judged again, so that a run may be stopped and go on. `--again` lets
those that survived a few seconds of tests have all their tests.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import gc
import json
import math
import os
import random
import re
import signal
import sys
import time
from collections import Counter
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
STATS = ROOT / "mutmut-stats.json"
MUTANT = re.compile(r"^\s*def (x\S*__mutmut_\d+)\(", re.MULTILINE)
CPU_S = 4  # of one test; more is an endless loop
# CPU of the tests of one mutant, the likely ones first; then it has survived
MAX_S = 6.0
UNCOUNTED_S = 0.1  # taken for a test that mutmut has not counted
LATE = -signal.SIGPROF  # exit code
KILLED, SURVIVED = "killed by ", "survived"


def list_mutants() -> list[str]:
    """Return the full names of the mutants, in order of their modules."""
    found = []
    for path in sorted(ROOT.glob("loadwatch/**/*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        found += [
            f"{module}.{name}" for name in MUTANT.findall(path.read_text("utf-8"))
        ]
    return found


def order_mutants(names: list[str], seed: int) -> list[str]:
    """Return `names` so that the first of any number are a random sample of them.

    Each module has its part of the sample, in proportion to its mutants.
    """
    dice = random.Random(seed)
    by_module: dict[str, list[str]] = {}
    for name in names:
        by_module.setdefault(find_module(name), []).append(name)
    placed: list[tuple[float, str]] = []
    for members in by_module.values():
        dice.shuffle(members)
        shift = dice.random()
        placed += [((i + shift) / len(members), name) for i, name in enumerate(members)]
    return [name for _, name in sorted(placed)]


def find_module(name: str) -> str:
    """Return the module of a mutant by its full name."""
    return name.rpartition(".")[0]


class Judge:
    """A plugin of pytest that runs the collected tests once for each mutant."""

    def __init__(
        self, results: Path, names: list[str], *, seconds: float, again: bool
    ) -> None:
        stats = json.loads(STATS.read_text("utf-8"))
        self.tests = stats["tests_by_mangled_function_name"]
        self.took = stats["duration_by_test"]
        self.results = results
        self.seconds = seconds
        done = read_results(results)
        self.names = [name for name in names if name not in done]
        self.most_s = MAX_S
        if again:
            survived = (name for name in names if done.get(name) == SURVIVED)
            self.names, self.most_s = list(survived), math.inf
        self.kills = Counter(verdict.removeprefix(KILLED) for verdict in done.values())
        self.failed = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.failed |= report.failed

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        # what mutmut has not counted may call anything
        new = [test for test in items if test not in self.took]
        end = time.monotonic() + self.seconds
        gc.freeze()
        with self.results.open("a", encoding="utf-8") as out:
            for name in self.names:
                if time.monotonic() > end:
                    break
                tests = {*self.tests.get(name.partition("__mutmut_")[0], []), *new}
                own = [items[test] for test in tests if test in items]
                own.sort(key=self.rank_test)
                verdict = self.judge(name, own) if own else "no tests"
                self.kills[verdict.removeprefix(KILLED)] += 1
                out.write(json.dumps([name, verdict]) + "\n")
                out.flush()
        return True

    def rank_test(self, item: pytest.Item) -> tuple[float, str]:
        """Return what sorts quick tests first, and those that killed mutants before others."""
        took = self.took.get(item.nodeid, UNCOUNTED_S)
        return took / (1 + self.kills[item.nodeid]), item.nodeid

    def judge(self, name: str, items: list[pytest.Item]) -> str:
        """Return what the tests make of a mutant, in a process of its own."""
        reading, writing = os.pipe()
        pid = os.fork()
        if not pid:
            os.environ["MUTANT_UNDER_TEST"] = name
            os.write(writing, self.run_tests(items).encode())
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            killer = pipe.read().decode()
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        if code:
            killer = "time" if code == LATE else "an abort"
        return f"{KILLED}{killer}" if killer else SURVIVED

    def run_tests(self, items: list[pytest.Item]) -> str:
        """Run tests until one fails, and return its name; "" where none does."""
        for item, following in zip(items, [*items[1:], None], strict=True):
            signal.setitimer(signal.ITIMER_PROF, CPU_S)
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self.failed:
                return item.nodeid
            if time.process_time() > self.most_s:
                break
        return ""


def read_results(path: Path) -> dict[str, str]:
    """Return verdict by mutant."""
    if not path.exists():
        return {}
    return dict(map(json.loads, path.read_text("utf-8").splitlines()))


def print_survivors(path: Path) -> None:
    """Print figures by module, and how each survivor differs from the original."""
    verdicts = read_results(path)
    counts: dict[str, Counter[str]] = {}
    for name, verdict in verdicts.items():
        counts.setdefault(find_module(name), Counter())[verdict.split()[0]] += 1
        if not verdict.startswith(KILLED):
            print(f"\n{name}: {verdict}\n{describe_change(name)}")
    for module, count in sorted(counts.items()):
        print(f"{module:50} {count.total():4} judged, {count['killed']:4} killed")
    whole = Counter(verdict.split()[0] for verdict in verdicts.values())
    print(f"{whole.total()} mutants, {whole['killed'] / whole.total():.1%} killed")


def describe_change(name: str) -> str:
    """Return the lines in which a mutant differs from its original."""
    module, _, function = name.rpartition(".")
    text = (ROOT / (module.replace(".", "/") + ".py")).read_text("utf-8")
    original = function.partition("__mutmut_")[0] + "__mutmut_orig"
    sides: dict[str, list[str]] = {}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.name in {original, function}:
            sides[node.name] = [
                line for part in node.body for line in ast.unparse(part).splitlines()
            ]
    lines = difflib.unified_diff(sides[original], sides[function], n=0, lineterm="")
    return "\n".join(
        line for line in lines if line[:3] not in {"---", "+++"} and line[:2] != "@@"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--survivors", action="store_true")
    given = parser.parse_args()
    if given.survivors:
        print_survivors(given.results)
        return 0
    settings = ConfigParser()
    settings.read(ROOT / "setup.cfg")
    options: dict[str, Any] = dict(settings["mutmut"])
    arguments = [
        *options["pytest_add_cli_args"].split("\n"),
        *options["pytest_add_cli_args_test_selection"].split("\n"),
    ]
    names = order_mutants(list_mutants(), given.seed)
    judge = Judge(
        given.results.absolute(),
        names,
        seconds=60.0 * given.minutes,
        again=given.again,
    )
    return pytest.main(["-q", *filter(None, arguments)], plugins=[judge])


if __name__ == "__main__":
    sys.exit(main())
