"""The page of a warm store in CPU, as a multiple of `import pandas` alone.

`python -m tests.bench.warm PATH [PATH ...]`: each PATH is read into a store of its own, then its
page is drawn anew ROUNDS times, in turn with an interpreter that imports pandas and ends. A new
name each time makes sure that the page is drawn, not kept.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from pathlib import Path

ROUNDS = 9
PANDAS = (sys.executable, "-c", "import pandas")


def measure_cpu(command: tuple[str, ...]) -> float:
    """Return the CPU time of a process and those it waits for [s]."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    user = after.ru_utime - before.ru_utime
    return user + after.ru_stime - before.ru_stime


def compare_page(path: str, folder: Path) -> str:
    """Return a line on one athlete: both costs, and the ratio of the least and of the medians."""

    def draw(number: int) -> tuple[str, ...]:
        page = ("-o", str(folder / "page.html"), "--name", f"Runner {number}")
        store = ("--store", str(folder / "store"))
        return (sys.executable, "-m", "loadwatch", "report", path, *store, *page, "-q")

    measure_cpu(draw(-1))  # reads everything
    measure_cpu(draw(-2))
    pages, imports = [], []
    for number in range(ROUNDS):
        imports.append(measure_cpu(PANDAS))
        pages.append(measure_cpu(draw(number)))
    pages.sort()
    imports.sort()
    middle = ROUNDS // 2
    least = pages[0] / imports[0]
    median = pages[middle] / imports[middle]
    return (
        f"{Path(path).name}: page {pages[0]:.3f} s, import pandas {imports[0]:.3f} s, "
        f"{least:.2f} times (medians {median:.2f} times)"
    )


def main() -> None:
    """Print a line per path."""
    for path in sys.argv[1:]:
        with tempfile.TemporaryDirectory() as folder:
            print(compare_page(path, Path(folder)), flush=True)


if __name__ == "__main__":
    main()
