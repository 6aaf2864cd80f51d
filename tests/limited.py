"""Run loadwatch in a process of its own and measure what a command costs beyond its imports.

The process may not take more than 3 GiB or 60 s of CPU, so that a case which goes wrong
harms no other test. CPU time is counted, never wall time.
"""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
_MAX_BYTES = 3 << 30
_MAX_CPU_S = 60


@dataclass(frozen=True)
class Finished:
    """A command that has ended: what it printed, and what it cost."""

    code: int
    out: str
    err: str
    cpu_s: float
    peak_mib: float

    @property
    def json(self):
        return json.loads(self.out)


def run_limited(*arguments, cwd=None, stdin=b"", **environment) -> Finished:
    """Run `loadwatch ARGUMENTS` and return what it printed and cost."""
    with tempfile.TemporaryDirectory() as home:
        report = Path(home, "cost.json")
        kept = {k: v for k, v in os.environ.items() if not k.startswith("LOADWATCH_")}
        env = {
            **kept,
            "PYTHONPATH": str(ROOT),
            "TZ": "Europe/Zurich",
            "XDG_CACHE_HOME": str(Path(home, "cache")),
            "XDG_CONFIG_HOME": str(Path(home, "config")),
            "COST_FILE": str(report),
            **environment,
        }
        done = subprocess.run(
            [sys.executable, "-m", "tests.limited", *map(str, arguments)],
            cwd=cwd,
            env=env,
            input=stdin,
            capture_output=True,
            check=False,
            timeout=300,
        )
        cost = {"cpu_s": _MAX_CPU_S, "peak_mib": _MAX_BYTES >> 20}
        if report.exists():
            cost = json.loads(report.read_text())
    out, err = (text.decode("utf-8", "replace") for text in (done.stdout, done.stderr))
    return Finished(done.returncode, out, err, **cost)


def _read_peak_mib() -> float:
    """Return the most memory of this process; `ru_maxrss` would count the parent's, too."""
    try:
        lines = Path("/proc/self/status").read_text("ascii").splitlines()
    except OSError:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)
    peak = next(line for line in lines if line.startswith("VmHWM"))
    return int(peak.split()[1]) / 1024


def _main() -> None:
    import atexit
    import importlib
    import resource
    import time

    resource.setrlimit(resource.RLIMIT_AS, (_MAX_BYTES, _MAX_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_MAX_CPU_S, _MAX_CPU_S + 1))
    names = (
        "cli",
        "api",
        "exposure.row",
        "ingest.readers",
        "assess.diary.answer",
        "report.html",
        "report.terminal",
        "report.as_json",
    )
    modules = {name: importlib.import_module(f"loadwatch.{name}") for name in names}
    begin = time.process_time()

    def report() -> None:
        cost = {"cpu_s": time.process_time() - begin, "peak_mib": _read_peak_mib()}
        Path(os.environ["COST_FILE"]).write_text(json.dumps(cost))

    atexit.register(report)
    modules["cli"].main()


if __name__ == "__main__":
    _main()
