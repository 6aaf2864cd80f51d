"""Workers: the shape of `map`, few items under way, and a death that costs one item."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from loadwatch.errors import WorkersGone
from loadwatch.pipeline.executors import (
    BATCHES_AHEAD,
    ITEMS_PER_BATCH,
    Engine,
    WorkerDied,
    map_batches,
    open_pool,
    open_workers,
)


def square(number: int) -> int:
    return number * number


def deadly(number: int) -> int:
    if number in {13, 14}:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def die_twice(deaths: str) -> str:
    """Die until the file `deaths` holds two lines: once in a batch, once alone."""
    with Path(deaths).open("a+", encoding="ascii") as file:
        file.seek(0)
        if len(file.readlines()) < 2:
            file.write("died\n")
            file.flush()
            os.kill(os.getpid(), signal.SIGKILL)
    return "alive"


def find_parent(_number: int) -> int:
    return os.getppid()


ONE = {"count_workers": lambda: 1}


class Failing(ThreadPoolExecutor):
    """An executor whose first submits fail as the start of a process does."""

    def __init__(self, failing: list[Exception]) -> None:
        super().__init__(1)
        self.failing = failing

    def submit(self, *args, **more):
        if self.failing:
            raise self.failing.pop()
        return super().submit(*args, **more)


def faulty(number: int) -> int:
    return 1 // number


def test_a_worker_ended_from_outside_twice_costs_no_item(tmp_path):
    with open_pool(1, preload=()) as spread:
        assert list(spread(die_twice, [str(tmp_path / "deaths")])) == ["alive"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no process to fork from")
def test_an_end_of_the_process_that_others_are_forked_from_costs_no_item():
    with open_pool(2, preload=()) as each:
        results = each(find_parent, range(200))
        os.kill(next(results), signal.SIGKILL)
        assert len(list(results)) == 199


@pytest.mark.parametrize("failure", [EOFError, BrokenPipeError, BrokenProcessPool])
def test_a_process_that_dies_while_it_starts_is_started_again(failure):
    failing = [failure(), failure()]
    with open_workers(Engine(start=lambda _: Failing(failing), **ONE)) as workers:
        assert list(map_batches(workers, square, [1, 2, 3])) == [1, 4, 9]


def test_processes_that_never_start_are_one_clear_error():
    failing = [EOFError() for _ in range(100)]
    with (
        open_workers(Engine(start=lambda _: Failing(failing), **ONE)) as workers,
        pytest.raises(WorkersGone, match="ended while they started"),
    ):
        list(map_batches(workers, square, [1, 2, 3]))


def test_results_come_in_order_and_few_items_are_under_way():
    asked = 0

    def items() -> Iterator[int]:
        nonlocal asked
        for k in range(100):
            asked += 1
            yield k

    with open_pool(2, preload=()) as each:
        results = each(square, items())
        assert next(results) == 0
        assert asked <= 2 * BATCHES_AHEAD * ITEMS_PER_BATCH
        assert list(results) == [k * k for k in range(1, 100)]
        assert list(each(square, [])) == []
        assert list(each(square, [3])) == [9]  # the same processes serve again


@pytest.mark.slow
def test_a_dying_process_costs_its_item_alone():
    with open_pool(2, on_death=lambda item: f"died over {item}", preload=()) as each:
        found = list(each(deadly, range(40)))
    lost = {13, 14}
    assert found == [f"died over {k}" if k in lost else k for k in range(40)]


def test_a_death_is_an_error_unless_told_otherwise():
    with open_pool(1, preload=()) as each, pytest.raises(WorkerDied) as error:
        list(each(deadly, [13]))
    assert error.value.item == 13


def test_an_error_of_the_function_is_raised_here():
    with open_pool(1, preload=()) as each, pytest.raises(ZeroDivisionError):
        list(each(faulty, [1, 0]))


def test_leaving_early_ends_the_work():
    with open_pool(2, preload=()) as each:
        results = each(square, iter(range(10_000)))
        assert next(results) == 0
        results.close()


INTERRUPTED = """
import signal, sys, time
from loadwatch.pipeline.executors import open_pool
if __name__ == "__main__":
    try:
        with open_pool(2, preload=()) as each:
            for _ in each(time.sleep, (0.05 for _ in range(1000))):
                print("at work", flush=True)
    except KeyboardInterrupt:
        sys.exit(130)
"""


STARTING = INTERRUPTED.replace(
    "preload=()", "preload=('loadwatch.exposure.row',)"
).replace(
    "            for _", '            print("starting", flush=True)\n            for _'
)


@pytest.mark.slow
@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize(
    ("script_text", "after_s"),
    [
        (INTERRUPTED, 0.0),
        (STARTING, 0.0),
        (STARTING, 0.05),
        (STARTING, 0.2),
        (STARTING, 0.5),
    ],
)
def test_ctrl_c_ends_it_without_a_traceback(tmp_path, script_text, after_s):
    script = tmp_path / "script.py"
    script.write_text(script_text)
    process = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout
    process.stdout.readline()
    time.sleep(after_s)  # into the start of the processes, which takes a while
    os.killpg(process.pid, signal.SIGINT)
    _, stderr = process.communicate(timeout=300)
    assert process.returncode == 130
    assert b"Traceback" not in stderr and b"Fatal" not in stderr
