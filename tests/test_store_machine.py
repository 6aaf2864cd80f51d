"""Whatever happens to files and store, a run gives what a run without a store gives.

The model is plain: a dictionary from name to content. Files come, change, move and go; the store
is damaged, a run is killed, two runs work at once.
"""

import os
import random
import shutil
import signal
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from loadwatch.pipeline import Options, analyse_athlete
from tests.make_fit import START, run

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="forks"),
    pytest.mark.filterwarnings("ignore:This process:DeprecationWarning"),
]
NAMES = st.sampled_from([f"{letter}.fit" for letter in "abcdef"])
DAYS = st.integers(0, 20)
CONTENTS = {
    day: run(START + timedelta(days=day), 20 + day, position=None) for day in range(21)
}
BROKEN = b"no activity at all"


class StoreMachine(RuleBasedStateMachine):
    """A runner's folder, its store, and what the folder ought to give."""

    @initialize()
    def begin(self) -> None:
        self.home = Path(tempfile.mkdtemp())
        self.place = self.home / "runner"
        self.place.mkdir()
        self.files: dict[str, bytes] = {}
        self.clock = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
        self.put("always.fit", CONTENTS[0])

    def put(self, name: str, data: bytes) -> None:
        self.clock += 10  # a change of the same size still has another time
        path = self.place / name
        path.write_bytes(data)
        os.utime(path, (self.clock, self.clock))
        self.files[name] = data

    @rule(name=NAMES, day=DAYS)
    def add_or_change(self, name: str, day: int) -> None:
        self.put(name, CONTENTS[day])

    @rule(name=NAMES)
    def add_broken(self, name: str) -> None:
        self.put(name, BROKEN)

    @rule(name=NAMES)
    def delete(self, name: str) -> None:
        (self.place / name).unlink(missing_ok=True)
        self.files.pop(name, None)

    @rule(name=NAMES, new=NAMES)
    def rename(self, name: str, new: str) -> None:
        if name in self.files:
            (self.place / name).replace(self.place / new)
            self.files[new] = self.files.pop(name)

    @rule(seed=st.integers(0, 1 << 30), flips=st.integers(1, 40))
    def corrupt(self, seed: int, flips: int) -> None:
        draw = random.Random(seed)
        for path in (self.home / "store").glob("*.sqlite*"):
            data = bytearray(path.read_bytes())
            for _ in range(flips if data else 0):
                data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
            path.write_bytes(bytes(data))

    @rule(share=st.floats(0, 1))
    def cut_store(self, share: float) -> None:
        for path in (self.home / "store").glob("*.sqlite"):
            os.truncate(path, int(share * path.stat().st_size))

    @rule(wait=st.floats(0, 0.03))
    def kill(self, wait: float) -> None:
        pid = self.start_run()
        time.sleep(wait)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)

    @rule()
    def run_two_at_once(self) -> None:
        crew = [self.start_run(), self.start_run()]
        for pid in crew:
            assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0

    def start_run(self) -> int:
        pid = os.fork()
        if pid:
            return pid
        code = 1
        try:
            self.read(store=True)
            code = 0
        finally:
            sys.stdout.flush()
            os._exit(code)

    def read(self, *, store: bool) -> tuple[list[tuple], list[tuple]]:
        options = Options(store=self.home / "store" if store else None)
        analysis = analyse_athlete(self.place, options=options)
        rows = analysis.activities
        kept = rows[["source", "activity_id", "start", "distance_m", "duration_s"]]
        skipped = [(part.source, part.kind, part.why) for part in analysis.skipped]
        doubles = [(pair.source, pair.of) for pair in analysis.duplicates]
        return list(kept.itertuples(index=False, name=None)), skipped + doubles

    @invariant()
    def the_store_changes_nothing(self) -> None:
        with_store = self.read(store=True)
        assert with_store == self.read(store=False)
        sources = {row[0] for row in with_store[0]} | {
            part[0] for part in with_store[1]
        }
        assert sources == set(self.files)
        assert self.files == {
            path.name: path.read_bytes() for path in self.place.iterdir()
        }

    def teardown(self) -> None:
        if hasattr(self, "home"):
            shutil.rmtree(self.home)


TestStore = StoreMachine.TestCase
TestStore.settings = settings(
    max_examples=int(os.environ.get("STORE_MACHINE_RUNS", "6")),
    stateful_step_count=12,
    deadline=None,
)
