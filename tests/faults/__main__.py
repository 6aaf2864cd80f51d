"""Let calls that write fail: `python -m tests.faults [--every N] [SCENARIO ...]`.

Compiles shim.c, starts itself again with it preloaded, and forks a process for each injection:
the call numbered 1, 1 + N, 1 + 2 N ... of each command is the last one (kill), is cut in half
(torn), finds the disk full from then on (enospc), or fails with EIO once or from then on.
Afterwards what is on the disk must be whole, and the same command must work.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import importlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from tests.faults.scenarios import SCENARIOS, SERVE_FORM, digest_inputs
from tests.faults.serve_forms import send_form

if TYPE_CHECKING:
    from tests.faults.scenarios import Scenario

MODES = {"kill": 1, "torn": 2, "enospc": 3, "eio": 4, "eio from then on": 5}
WEB = ("loadwatch.web.app", "loadwatch.web.site", "loadwatch.web.today")
HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def compile_shim(folder: Path) -> Path | None:
    """Return the compiled shim; None where there is no C compiler."""
    compiler = shutil.which("cc")
    if compiler is None or not sys.platform.startswith("linux"):
        return None
    made = folder / "shim.so"
    command = [
        compiler,
        "-shared",
        "-fPIC",
        "-O1",
        "-w",
        "-o",
        made,
        HERE / "shim.c",
        "-ldl",
    ]
    subprocess.run(command, check=True)
    return made


def run_forked(
    home: Path, arguments: tuple[str, ...], at: int = 0, mode: int = 0
) -> tuple[int, str, int]:
    """Run a command in a fork with a fault; return exit code, stderr and calls counted."""
    lib = ctypes.CDLL(None)
    log = home.parent / "stderr.txt"
    counted = home.parent / "calls.txt"
    counted.write_text("0")
    pid = os.fork()
    if not pid:
        code = 70
        try:
            os.chdir(home)
            for number, path in ((1, os.devnull), (2, str(log))):
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
                os.dup2(handle, number)
            tempfile.tempdir = str(home / "tmp")  # faults reach those of libosmium, too
            Path(tempfile.tempdir).mkdir(exist_ok=True)
            sys.argv = ["loadwatch", *arguments]
            lib.fault_arm(os.fsencode(home), at, mode)
            code = run_command(arguments)
        except SystemExit as done:
            code = int(done.code or 0)
        finally:
            calls = lib.fault_calls()
            sys.stderr.flush()
            counted.write_text(str(calls))
            os._exit(code)
    status = os.waitpid(pid, 0)[1]
    code = os.waitstatus_to_exitcode(status)
    return code, log.read_text("utf-8", "replace"), int(counted.read_text())


def run_command(arguments: tuple[str, ...]) -> int:
    """Run a command, or send a form of `serve`; return its exit code."""
    if arguments[0] == SERVE_FORM:
        return send_form(arguments[1])
    from loadwatch import cli

    cli.main()
    return 0


def inject(scenario: Scenario, template: Path, at: int, mode: int) -> str:
    """Return what was wrong after the fault, "" if nothing was."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name).resolve() / "home"
        shutil.copytree(template, home, symlinks=True)
        before = digest_inputs(home)
        code, err, _ = run_forked(home, scenario.arguments, at, mode)
        if code not in {0, 1, -9}:
            return f"exit {code}: {err[-200:]}"
        if "Traceback" in err or "itself failed" in err:
            return f"a fault of ours: {err[-200:]}"
        if code == 1 and "Error: " not in err:
            return f"exit 1 without a line: {err[-200:]}"
        if digest_inputs(home) != before:
            return "an input was changed"
        wrong = scenario.check(home, code)
        if wrong:
            return wrong
        code, err, _ = run_forked(home, scenario.arguments)
        return f"does not work again: {err[-200:]}" if code else ""


def sweep(scenario: Scenario, every: int) -> Counter[str]:
    """Inject each fault at every N-th call of one command."""
    results: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        home = Path(name).resolve() / "home"
        home.mkdir()
        scenario.prepare(home, lambda *arguments: run_forked(home, arguments))
        trial = home.parent / "trial" / "home"
        shutil.copytree(home, trial)
        code, err, calls = run_forked(trial, scenario.arguments)
        if code:
            print(f"  {scenario.name}: the clean run fails: {err[-300:]}", flush=True)
            results["the clean run fails"] += 1
        for at in range(1, calls + 1, every):
            for word, mode in MODES.items():
                wrong = inject(scenario, home, at, mode)
                results[wrong] += 1
                if wrong:
                    print(f"  {scenario.name}, call {at}, {word}: {wrong}", flush=True)
    bad = results.total() - results[""]
    print(
        f"{scenario.name}: {calls} calls, {results.total()} injections, {bad} bad",
        flush=True,
    )
    return results


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("names", nargs="*", default=[one.name for one in SCENARIOS])
    parser.add_argument("--every", type=int, default=1)
    given = parser.parse_args()
    if "FAULT_SHIM" not in os.environ:
        return start_with_shim()
    preload()
    results: Counter[str] = Counter()
    for scenario in SCENARIOS:
        if scenario.name in given.names:
            results += sweep(scenario, given.every)
    bad = results.total() - results[""]
    print(f"{results.total()} injections, {bad} bad states")
    return 1 if bad or not results else 0


def start_with_shim() -> int:
    """Run this program again below the shim."""
    with tempfile.TemporaryDirectory() as folder:
        shim = compile_shim(Path(folder))
        if shim is None:
            print("no C compiler on a Linux here: nothing injected")
            return 0
        kept = {k: v for k, v in os.environ.items() if not k.startswith("LOADWATCH_")}
        home = {"XDG_CACHE_HOME": folder, "XDG_CONFIG_HOME": folder, "TZ": "UTC"}
        path = f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
        env = {
            **kept,
            **home,
            "LD_PRELOAD": str(shim),
            "FAULT_SHIM": "1",
            "PYTHONPATH": path,
        }
        command = [sys.executable, "-m", "tests.faults", *sys.argv[1:]]
        return subprocess.run(command, env=env, cwd=ROOT, check=False).returncode


def preload() -> None:
    """Import what the commands need, once for all forks."""
    from loadwatch import api, cli, pipeline
    from loadwatch.exposure import row
    from loadwatch.ingest import readers
    from loadwatch.report import as_json, charts, handout, html, terminal

    assert all((api, cli, pipeline, row, readers))
    assert all((as_json, charts, handout, html, terminal))
    for name in ("osmium", "pyarrow.parquet", *WEB):  # what extras bring
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


if __name__ == "__main__":
    sys.exit(main())
