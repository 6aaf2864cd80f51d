"""Which run to ask the ground of: the one whose answer makes most metres known.

    find_questions(activities, settings, today) -> questions, the most useful first

A run makes known what lies on its cells and their neighbours in all runs. Metres of the last 26
weeks count 1, older ones a quarter; the sum is divided by the length of the run to the power 0.3,
since a shorter course is answered more surely. After each answer the next is looked for anew. A
run of which the runner did not know the ground is not asked again for 26 weeks.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from loadwatch.assess.weeks import select_runs
from loadwatch.exposure.course import find_known, learn_answers
from loadwatch.exposure.signature import (
    NEIGHBOURS,
    Signatures,
    are_same_course,
    shift_cells,
    sort_distinct,
    sum_by_run,
    unpack_signatures,
)
from loadwatch.tables import SURFACE_NAMES, WEEKDAYS

if TYPE_CHECKING:
    from loadwatch.settings import Settings
    from loadwatch.tables import Bools, Floats, Ints

RECENT_DAYS: Final = 26 * 7
OLD_WEIGHT: Final = 0.25
LENGTH_POWER: Final = 0.3
ENOUGH_KNOWN: Final = 0.9  # of the last 26 weeks: no question is open then
MIN_GAIN: Final = 0.02  # of the last 26 weeks, by one more answer
_MAX_RUNS: Final = 4000  # the newest, by which a question is chosen: memory is bounded
_MIN_M: Final = 500.0  # that an answer must settle to be worth a question
_MAX_TRIED: Final = 5  # questions, for one that adds to the last 26 weeks
# runs whose neighbours are looked at, the best by their own cells
_COMPARED: Final = 64
# of the best: of such runs the newest is asked, it is remembered
_AS_GOOD: Final = 0.95
_SHARES_GROUND: Final = 0.5  # of a run's open metres: it shares the ground of another
# share and number of runs that make a day the usual one
_USUAL_DAY, _USUAL_TIMES = 0.6, 3
_UNKNOWN_AT: Final = SURFACE_NAMES.index("unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundQuestion:
    """One run whose ground would make much else known.

    Attributes
    ----------
    activity_id, source : which run.
    start : local; `has_clock`: whether its time of day is known and may be shown.
    length_m : its distance. [m]
    shape : "loop", "out and back" or "run".
    times : how many runs are of this course, itself included.
    weekday : on which most of them are, "" where there is no such day.
    runs : how many runs share its ground.
    settles_m : metres of all runs that an answer makes known. [m]
    recent_m : those of the last 26 weeks. [m]
    known_after : share of the last 26 weeks' distance that is known then. [1]
    """

    activity_id: str
    source: str
    start: datetime
    has_clock: bool
    length_m: float
    shape: str
    times: int
    weekday: str
    runs: int
    settles_m: float
    recent_m: float
    known_after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundQuestions:
    """What is known of the last 26 weeks, and what to ask for, the most useful first."""

    known_share: float  # of the last 26 weeks' distance [1]; NaN without a run
    recent_m: float = 0.0  # the distance of the last 26 weeks [m]
    questions: tuple[GroundQuestion, ...] = ()


@dataclass(slots=True, eq=False)
class _Demand:
    """The metres that nobody knows, by cell and by run."""

    rows: pd.DataFrame  # runs with a signature
    signatures: Signatures
    place: Ints  # of each cell of a signature among the distinct ones
    # the neighbours of each distinct cell: places, one column per neighbour
    beside: Ints
    open_m: Floats  # of each cell of a signature [m]
    recent: Bools  # by run
    # metres of a run that nobody knows and that lie on no cell: only its own answer counts [m]
    off_cells_m: Floats
    answered: set[int] = field(default_factory=set)

    def sum_by_cell(self, weight: Floats) -> Floats:
        """Return the unknown metres on each distinct cell, runs weighted [m]."""
        weights = self.open_m * weight[self.signatures.runs]
        return np.asarray(np.bincount(self.place, weights, len(self.beside) + 1), float)

    def near(self, run: int) -> Ints:
        """Return the places of the cells of a run and their neighbours, each once."""
        first = self.signatures.first
        own = self.place[first[run] : first[run + 1]]
        around = sort_distinct(np.concatenate((own, self.beside[own].ravel())))
        # the last place is that of a neighbour that no run crosses
        return around[: np.searchsorted(around, len(self.beside))]

    def settle(self, run: int) -> None:
        """Take the metres that an answer for `run` makes known."""
        settled = np.zeros(len(self.beside) + 1, dtype=bool)
        settled[self.near(run)] = True
        self.open_m[settled[self.place]] = 0.0
        self.off_cells_m[run] = 0.0
        self.answered.add(run)


def find_questions(
    activities: pd.DataFrame, settings: Settings, today: date, most: int = 1
) -> GroundQuestions:
    """Return up to `most` runs to ask the ground of, in the order in which to ask.

    Parameters
    ----------
    activities : EXPOSURES and HIDDEN, tags applied and answers passed on.
    settings : which sports are runs.
    today : the last of the 26 weeks' days; later runs do not count.
    most : how many questions; each supposes that those before it were answered.
    """
    runs = select_runs(activities, settings)
    local = runs["start_local"]
    end = pd.Timestamp(today) + pd.Timedelta(days=1)
    runs = runs[local < end]
    recent = runs[runs["start_local"] >= end - pd.Timedelta(days=RECENT_DAYS)]
    recent_m = float(recent["distance_m"].sum())
    if not recent_m > 0:
        return GroundQuestions(known_share=float("nan"))
    unknown_m = float(recent["unknown_m"].sum())
    demand = _build_demand(activities, runs, end)
    questions: list[GroundQuestion] = []
    while demand is not None and len(questions) < most:
        run = _choose_run(demand, today)
        if run is None:
            break
        question = _describe_run(demand, run)
        if question.settles_m < _MIN_M:
            break
        unknown_m = max(unknown_m - question.recent_m, 0.0)
        known_after = 1.0 - unknown_m / recent_m
        questions.append(replace(question, known_after=known_after))
        demand.settle(run)
    known = 1.0 - float(recent["unknown_m"].sum()) / recent_m
    return GroundQuestions(
        known_share=known, recent_m=recent_m, questions=tuple(questions)
    )


def find_one_question(
    activities: pd.DataFrame, settings: Settings, today: date
) -> GroundQuestion | None:
    """Return the one question that is worth a runner's while, None where enough is known.

    It is the first whose answer adds 2 % of the last 26 weeks; after a move most of what is
    unknown may lie where nobody runs any more.
    """
    for most in (1, _MAX_TRIED):
        found = find_questions(activities, settings, today, most)
        question = choose_question(found)
        if question or len(found.questions) < most:
            return question
    return None


def choose_question(found: GroundQuestions) -> GroundQuestion | None:
    """Return the first of the questions that adds enough, None where enough is known."""
    if not found.known_share < ENOUGH_KNOWN:
        return None
    for question in found.questions:
        gain = question.recent_m / found.recent_m
        if gain >= MIN_GAIN:
            return replace(question, known_after=found.known_share + gain)
    return None


def _build_demand(
    activities: pd.DataFrame, runs: pd.DataFrame, end: pd.Timestamp
) -> _Demand | None:
    """Return the metres that nobody knows, None where no run has cells."""
    has_cells = (runs["signature"] != "").to_numpy()
    rows = runs[has_cells].sort_values("start_local", kind="stable")
    rows = rows.iloc[-_MAX_RUNS:].reset_index(drop=True)
    if rows.empty:
        return None
    signatures = unpack_signatures(rows["signature"].tolist())
    known = find_known(learn_answers(activities), signatures.cells)
    fallback = np.array(
        [metres or [0.0] * len(SURFACE_NAMES) for metres in rows["fallback_m"]]
    )
    total = fallback.sum(axis=1)
    part = np.divide(fallback[:, _UNKNOWN_AT], total, where=total > 0, out=total * 0.0)
    open_m = np.where(known, 0.0, signatures.metres * part[signatures.runs])
    off_cells = np.maximum(fallback[:, _UNKNOWN_AT] - sum_by_run(signatures, open_m), 0)
    cells = sort_distinct(signatures.cells)
    return _Demand(
        rows=rows,
        signatures=signatures,
        place=np.searchsorted(cells, signatures.cells),
        beside=_find_neighbours(cells),
        open_m=open_m,
        recent=(rows["start_local"] >= end - pd.Timedelta(days=RECENT_DAYS)).to_numpy(),
        off_cells_m=off_cells,
    )


def _find_neighbours(cells: Ints) -> Ints:
    """Return the places of the eight neighbours of each cell; `len(cells)` where there is none."""
    columns = []
    for step in NEIGHBOURS:
        beside = shift_cells(cells, *step)
        at = np.minimum(np.searchsorted(cells, beside), cells.size - 1)
        columns.append(np.where(cells[at] == beside, at, cells.size))
    return np.column_stack(columns)


def _choose_run(demand: _Demand, today: date) -> int | None:
    """Return the run whose answer is the most useful one, None where no answer adds anything."""
    weight = np.where(demand.recent, 1.0, OLD_WEIGHT)
    by_cell = demand.sum_by_cell(weight)
    own_m = demand.off_cells_m * weight
    length = demand.rows["distance_m"].to_numpy(np.float64) ** LENGTH_POWER
    roughly = sum_by_run(demand.signatures, by_cell[demand.place]) + own_m
    roughly = np.where(_may_be_asked(demand, today), roughly / length, -1.0)
    best = np.argsort(-roughly, kind="stable")[:_COMPARED]
    best = best[roughly[best] > 0]
    if not best.size:
        return None
    gains = [by_cell[demand.near(run)].sum() + own_m[run] for run in best.tolist()]
    scores = np.array(gains) / length[best]
    if not scores.max() > 0:
        return None
    good = best[scores >= _AS_GOOD * scores.max()]
    starts = demand.rows["start_local"].iloc[good]
    return int(good[int(starts.argmax())])


def _may_be_asked(demand: _Demand, today: date) -> Bools:
    """Return which runs are neither answered nor were asked in vain in the last 26 weeks."""
    since = (today - timedelta(days=RECENT_DAYS)).isoformat()
    asked = demand.rows["asked"].to_numpy(object).astype(str)
    has_open = demand.rows["fallback_m"].map(bool).to_numpy(bool)
    free = has_open & ~((asked != "") & (asked > since))
    free[list(demand.answered)] = False
    return np.asarray(free, bool)


def _describe_run(demand: _Demand, run: int) -> GroundQuestion:
    """Return what the answer for a run would make known, and how to name the run."""
    signatures, row = demand.signatures, demand.rows.iloc[run]
    is_near = np.zeros(len(demand.beside) + 1, dtype=bool)
    is_near[demand.near(run)] = True
    near = is_near[demand.place]
    settled = sum_by_run(signatures, np.where(near, demand.open_m, 0.0))
    settled[run] += demand.off_cells_m[run]
    same = _find_same_course(demand, run, near)
    shares = settled >= _SHARES_GROUND * np.maximum(
        sum_by_run(signatures, demand.open_m), 1.0
    )
    start: datetime = row["start_local"].to_pydatetime()
    return GroundQuestion(
        activity_id=str(row["activity_id"]),
        source=str(row["source"]),
        start=start,
        has_clock=not row["date_only"],
        length_m=float(row["distance_m"]),
        shape=signatures.shapes[run],
        times=same.size,
        weekday=_name_weekday(demand.rows["start_local"].iloc[same]),
        runs=int((shares & (settled > 0)).sum()),
        settles_m=float(settled.sum()),
        recent_m=float(settled[demand.recent].sum()),
        known_after=float("nan"),
    )


def _find_same_course(demand: _Demand, run: int, near: Bools) -> Ints:
    """Return the runs of the same course as `run`; `near` marks all cells by its own."""
    signatures = demand.signatures
    counts = np.maximum(signatures.counts, 1)
    inside = sum_by_run(signatures, near.astype(np.float64)) / counts
    own = signatures.cells_of(run)
    found = [
        other
        for other in np.flatnonzero(inside >= 0.5).tolist()
        if other == run or are_same_course(own, signatures.cells_of(other))
    ]
    return np.array(found, np.int64)


def _name_weekday(starts: pd.Series[pd.Timestamp]) -> str:
    """Return the weekday of most of the starts, "" where there are few or no day prevails."""
    counts = np.bincount(starts.dt.day_of_week.to_numpy(), minlength=7)
    if len(starts) < _USUAL_TIMES or counts.max() < _USUAL_DAY * len(starts):
        return ""
    return list(WEEKDAYS.values())[int(counts.argmax())]
