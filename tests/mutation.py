"""Judge the mutants that mutmut wrote, many a second: tests are collected once, then forked.

    mutmut run "loadwatch.assess.rules.history*"
    cd mutants; python -m tests.mutation RESULTS.jsonl [STEP [FIRST]]
    python -m tests.mutation --survivors RESULTS.jsonl

The first writes `mutants/` and which test calls which function. `mutmut run` would do all of
this by itself, but collects the tests anew for each mutant. Of each function every STEP-th mutant
is judged, beginning with number FIRST. What is in RESULTS.jsonl already is not judged again.
"""

from __future__ import annotations

import ast
import difflib
import gc
import json
import os
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
MUTANT = re.compile(r"^\s*def (x\S*__mutmut_(\d+))\(", re.MULTILINE)
CPU_S = 4  # of one test; more is an endless loop
MOST_S = 6  # CPU of the tests of one mutant, the quick ones first; then it has survived
FAILED, LATE = 1, -signal.SIGPROF  # exit codes


def list_mutants(step: int, first: int) -> list[str]:
    """Return the full names of the mutants, in order of their modules."""
    found = []
    for path in sorted(ROOT.glob("loadwatch/**/*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for name, number in MUTANT.findall(path.read_text("utf-8")):
            if int(number) % step == first % step:
                found.append(f"{module}.{name}")
    return found


class Judge:
    """A plugin of pytest that runs the collected tests once for each mutant."""

    def __init__(self, results: Path, names: list[str]) -> None:
        stats = json.loads(STATS.read_text("utf-8"))
        self.tests = stats["tests_by_mangled_function_name"]
        self.took = stats["duration_by_test"]
        self.results = results
        done = read_results(results)
        self.names = [name for name in names if name not in done]
        self.failed = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.failed |= report.failed

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        # what mutmut has not counted may call anything
        new = [test for test in items if test not in self.took]
        gc.freeze()
        with self.results.open("a", encoding="utf-8") as out:
            for name in self.names:
                own = self.tests.get(name.partition("__mutmut_")[0], [])
                own = [items[test] for test in {*own, *new} if test in items]
                own.sort(key=lambda item: self.took.get(item.nodeid, 0.0))
                verdict = self.judge(name, own) if own else "no tests"
                out.write(json.dumps([name, verdict]) + "\n")
                out.flush()
        return True

    def judge(self, name: str, items: list[pytest.Item]) -> str:
        """Return what the tests make of a mutant, in a process of its own."""
        pid = os.fork()
        if not pid:
            os.environ["MUTANT_UNDER_TEST"] = name
            self.run_tests(items)
            os._exit(FAILED if self.failed else 0)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        return {0: "survived", LATE: "killed by time"}.get(code, "killed")

    def run_tests(self, items: list[pytest.Item]) -> None:
        """Run tests until one fails."""
        for item in items:
            signal.setitimer(signal.ITIMER_PROF, CPU_S)
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            if self.failed or time.process_time() > MOST_S:
                return


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
        module = name.partition(".x")[0]
        counts.setdefault(module, Counter())[verdict.split()[0]] += 1
        if not verdict.startswith("killed"):
            print(f"\n{name}: {verdict}\n{describe_change(name)}")
    for module, count in counts.items():
        print(f"{module:50} {dict(count)}")
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


def main(given: list[str]) -> int:
    if given[0] == "--survivors":
        print_survivors(Path(given[1]))
        return 0
    step, first = (*map(int, given[1:3]), 1, 1)[:2] if len(given) > 1 else (1, 1)
    settings = ConfigParser()
    settings.read(ROOT / "setup.cfg")
    options: dict[str, Any] = dict(settings["mutmut"])
    arguments = [
        *options["pytest_add_cli_args"].split("\n"),
        *options["pytest_add_cli_args_test_selection"].split("\n"),
    ]
    judge = Judge(Path(given[0]).absolute(), list_mutants(step, first))
    return pytest.main(["-q", *filter(None, arguments)], plugins=[judge])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
