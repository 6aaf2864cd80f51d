"""Made-up athletes on map extracts: what answers for few runs give to all others, held against truth.

python -m tests.tag_athletes [OSM]

OSM holds heidelberg.osm.pbf and dreieich.osm.pbf. Each athlete has one home and twelve courses along
real ways, loops and out and back; runs are reversed, take detours, are recorded each second, each 5 s or
as a watch pleases, with 3 to 8 m of noise. Truth is the class of the way that was run.
"""

import heapq
import os
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from loadwatch.assess.ground_questions import find_questions
from loadwatch.assess.rules import judge
from loadwatch.assess.weeks import build_weeks
from loadwatch.exposure.course import (
    PASSED_ON,
    build_answers,
    inherit_answers,
    share_out,
)
from loadwatch.exposure.signature import draw_signature, unpack_signatures
from loadwatch.geodesy import path_m
from loadwatch.settings import Settings
from loadwatch.tables import SURFACE_NAMES
from tests.builders import activities, run
from tests.make_traces import graph, noisy, path_between, whole

ATHLETES = {"heidelberg": 10, "dreieich": 4}
COURSES, WEEKS, ANSWERS = 12, 30, 5
CLASSES = PASSED_ON[:3]  # hard, firm, soft: codes 0, 1, 2 of the map
UNSURE = 0.12  # of a stated share
RNG_RUN = 3.0  # m/s


@dataclass(frozen=True, slots=True)
class Course:
    """Nodes along ways, and the class under each step between them."""

    nodes: list[int]
    under: list[int]


@dataclass(frozen=True, slots=True)
class Trace:
    """One run as recorded, with the true class at each fix."""

    latitude: np.ndarray
    longitude: np.ndarray
    surface: np.ndarray
    metres: np.ndarray  # travelled

    @property
    def distance_m(self) -> float:
        return float(self.metres[-1])

    def draw(self, only: int | None = None) -> str:
        """The signature, of one class alone if `only` is its code."""
        part = None if only is None else (self.surface == only).astype(float)
        return draw_signature(
            self.latitude, self.longitude, self.metres, self.distance_m, part
        )

    def shares(self) -> np.ndarray:
        """True shares by CLASSES."""
        steps = np.diff(self.metres, prepend=0.0)
        return np.bincount(self.surface, steps, 6)[:3] / self.distance_m


class Land:
    """The ways of one extract as a graph, and runs on them."""

    def __init__(self, path: Path) -> None:
        _, ways = whole(path)
        self.place, self.edges = graph(ways)
        self.surface = [answer[0] for answer in ways.answer]
        self.name = path.name.split(".")[0]

    def home(self, dice: random.Random) -> int:
        """A node from which ways lead 6 km far."""
        nodes = sorted(self.edges)
        while True:
            node = dice.choice(nodes)
            if len(path_between(self.edges, node, 4_000, dice)) > 30:
                return node

    def path_to(
        self, start: int, goal: int, dice: random.Random
    ) -> list[tuple[int, int]]:
        """Nodes, each with the way that led to it, along a way from start to goal that is not too long."""
        best, came, queue = {start: 0.0}, {}, [(0.0, start)]
        while queue:
            far, node = heapq.heappop(queue)
            if node == goal:
                break
            if far > best[node]:
                continue
            for other, metres, way in self.edges[node]:
                longer = far + metres * dice.uniform(0.6, 1.8)
                if longer < best.get(other, np.inf):
                    best[other], came[other] = longer, (node, way)
                    heapq.heappush(queue, (longer, other))
        steps, node = [], goal
        while node != start:
            before, way = came[node]
            steps.append((node, way))
            node = before
        return steps[::-1]

    def course(self, home: int, dice: random.Random) -> Course:
        """A loop, or the same way out and back."""
        out = path_between(self.edges, home, dice.uniform(1_500, 6_000), dice)
        there = Course([home, *(node for node, _ in out)], [way for _, way in out])
        if dice.random() < 0.35:
            return joined(there, turned(there))
        back = self.path_to(there.nodes[-1], home, dice)
        return joined(
            there,
            Course([there.nodes[-1], *(n for n, _ in back)], [w for _, w in back]),
        )

    def detour(self, course: Course, dice: random.Random) -> Course:
        """The course with a part of 10 to 20 % of its steps replaced by another way."""
        count = len(course.under)
        length = max(2, int(count * dice.uniform(0.1, 0.2)))
        at = dice.randrange(max(1, count - length))
        one, other = course.nodes[at], course.nodes[at + length]
        around = path_between(self.edges, one, dice.uniform(150, 500), dice)
        middle = Course([one, *(n for n, _ in around)], [w for _, w in around])
        back = self.path_to(middle.nodes[-1], other, dice)
        middle = joined(
            middle,
            Course([middle.nodes[-1], *(n for n, _ in back)], [w for _, w in back]),
        )
        head = Course(course.nodes[: at + 1], course.under[:at])
        tail = Course(course.nodes[at + length :], course.under[at + length :])
        return joined(joined(head, middle), tail)

    def record(
        self,
        course: Course,
        dice: random.Random,
        *,
        sigma: float = 0.0,
        how: str = "",
        drift: float = 0.0,
    ) -> Trace:
        """A run over the course as a watch would record it."""
        at = np.array([self.place[node] for node in course.nodes])
        along = path_m(at[:, 0], at[:, 1])
        second = np.arange(0.0, along[-1], RNG_RUN)
        step = np.clip(
            np.searchsorted(along, second, side="right") - 1, 0, len(course.under) - 1
        )
        classes = np.array([self.surface[way] for way in course.under])
        latitude = np.interp(second, along, at[:, 0])
        longitude = np.interp(second, along, at[:, 1])
        sigma = sigma or dice.uniform(3.0, 8.0)
        latitude, longitude = noisy(latitude, longitude, sigma, dice.randrange(1 << 30))
        latitude = latitude + drift / 111_195.0
        kept = _choose_fixes(
            second.size, how or dice.choice(("1 s", "5 s", "smart")), dice
        )
        return Trace(latitude[kept], longitude[kept], classes[step][kept], second[kept])


def _choose_fixes(count: int, how: str, dice: random.Random) -> np.ndarray:
    if how == "1 s":
        return np.arange(count)
    if how == "5 s":
        return np.arange(0, count, 5)
    gaps = np.array([dice.choice((1, 2, 3, 5, 8, 12)) for _ in range(count)])
    at = np.cumsum(gaps)
    return np.append(0, at[at < count])


def joined(one: Course, other: Course) -> Course:
    return Course(one.nodes + other.nodes[1:], one.under + other.under)


def turned(course: Course) -> Course:
    return Course(course.nodes[::-1], course.under[::-1])


def make_athlete(land: Land, number: int) -> tuple[list[Trace], list[str]]:
    """The runs of one athlete over 30 weeks, and their starts."""
    dice = random.Random(f"{land.name} athlete {number}")
    home = land.home(dice)
    courses = [land.course(home, dice) for _ in range(COURSES)]
    weights = [1.0 / (rank + 1) for rank in range(COURSES)]
    traces, starts = [], []
    for week in range(WEEKS):
        for day in sorted(dice.sample(range(7), dice.randint(3, 5))):
            course = dice.choices(courses, weights)[0]
            if dice.random() < 0.3:
                course = turned(course)
            if dice.random() < 0.25:
                course = land.detour(course, dice)
            traces.append(land.record(course, dice))
            date = pd.Timestamp("2026-01-05") + pd.Timedelta(days=7 * week + day)
            starts.append(f"{date:%Y-%m-%d}T07:30")
    return traces, starts


def make_rows(traces: Sequence[Trace], starts: Sequence[str]) -> pd.DataFrame:
    """Rows with all ground unknown."""
    rows = []
    for trace, start in zip(traces, starts, strict=True):
        distance = trace.distance_m
        rows.append(
            run(
                start,
                distance / 1000.0,
                surface_source="none",
                surface_confidence="none",
                inherited_m=0.0,
                fallback_m=[0.0] * (len(SURFACE_NAMES) - 1) + [distance],
                signature=trace.draw(),
            )
        )
    return activities(*rows)


def put_shares(
    rows: pd.DataFrame, number: int, shares: np.ndarray, source: str
) -> None:
    """Set the ground of one run, in place."""
    distance = rows.loc[number, "distance_m"]
    for name, share in zip(CLASSES, shares, strict=True):
        rows.loc[number, f"{name}_m"] = share * distance
    rows.loc[number, "unknown_m"] = max(0.0, 1.0 - shares.sum()) * distance
    rows.loc[number, "surface_source"] = source
    rows.at[number, "fallback_m"] = []  # noqa: PD008 - a list in a cell


def answer_asked(
    rows: pd.DataFrame, traces: Sequence[Trace], dice: np.random.Generator
) -> list[int]:
    """Answer what is asked, two grounds at most and unsure of their shares; return which runs."""
    today = rows["start_local"].max().date()
    asked = []
    for _ in range(ANSWERS):
        found = find_questions(inherit_answers(rows), Settings(), today)
        if not found.questions:
            break
        number = int(
            rows.index[rows["activity_id"] == found.questions[0].activity_id][0]
        )
        shares = traces[number].shares()
        two = np.argsort(-shares)[:2]
        first = shares[two[0]] / shares[two].sum()
        stated = np.zeros(3)
        if first < 0.97:
            first = float(np.clip(first + dice.normal(0.0, UNSURE), 0.0, 1.0))
        stated[two] = first, 1.0 - first
        put_shares(rows, number, stated, "tag")
        asked.append(number)
    return asked


def wrong_share(traces: Sequence[Trace], asked: Sequence[int]) -> tuple[float, float]:
    """Metres inherited of a wrong class, and all inherited, if each cell of an answer is told truly."""
    texts, shares = [], []
    for number in asked:
        for code in range(3):
            trace = traces[number]
            part = trace.surface == code
            if part.sum() > 1:
                hidden = np.where(part, trace.latitude, np.nan)
                texts.append(
                    draw_signature(
                        hidden, trace.longitude, trace.metres, trace.distance_m
                    )
                )
                shares.append(np.eye(len(PASSED_ON))[code])
    known = [bool(text) for text in texts]
    signatures = unpack_signatures([text for text in texts if text])
    answers = build_answers(signatures, np.array(shares)[known])
    others = [n for n in range(len(traces)) if n not in asked]
    wrong = total = 0.0
    for code in range(3):
        parts = unpack_signatures([traces[n].draw(code) for n in others])
        metres = share_out(answers, parts).metres.sum(axis=0)
        total += metres.sum()
        wrong += metres.sum() - metres[code]
    return wrong, total


def compare_weeks(
    rows: pd.DataFrame, traces: Sequence[Trace]
) -> tuple[list[float], int, int]:
    """Errors of a week's hard share where 70 % are known, weeks LW08 judged, and falsely raised ones."""
    known = inherit_answers(rows)
    true = rows.copy()
    for number, trace in enumerate(traces):
        put_shares(true, number, trace.shares(), "tag")
    today = rows["start_local"].max().date() + pd.Timedelta(days=7)
    settings = Settings()
    found = []
    for table in (known, true):
        weeks = build_weeks(table, settings, today)
        flags, unknown = judge(table, weeks, settings, today)
        raised = {f.week for f in flags if f.rule == "LW08"}
        gaps = {u.week for u in unknown if u.rule == "LW08"}
        found.append((raised, gaps))
    sums = [_sum_weeks(table) for table in (known, true)]
    part = sums[0]["known"] / sums[0]["distance_m"]
    error = (
        sums[0]["hard_m"] / sums[0]["known"] - sums[1]["hard_m"] / sums[1]["known"]
    ).abs()
    judged = {day.date() for day in weeks.index[weeks["runs"] > 0]} - found[0][1]
    false = found[0][0] - found[1][0]
    return error[part >= 0.7].tolist(), len(judged), len(false & judged)


def _sum_weeks(table: pd.DataFrame) -> pd.DataFrame:
    week = table["start_local"].dt.to_period("W").astype(str)
    sums = table.groupby(week)[[*(f"{name}_m" for name in CLASSES), "distance_m"]].sum()
    sums["known"] = sums[[f"{name}_m" for name in CLASSES]].sum(axis=1)
    return sums


def found_again(land: Land, number: int) -> dict[str, float]:
    """Share of the metres of variants of one course that an answer for it makes known."""
    dice = random.Random(f"{land.name} again {number}")
    course = land.course(land.home(dice), dice)
    more = path_between(
        land.edges, course.nodes[-1], 0.06 * len(course.under) * 40.0, dice
    )
    spur = Course([course.nodes[-1], *(n for n, _ in more)], [w for _, w in more])
    longer = joined(course, joined(spur, turned(spur)))
    variants = {
        "same": (course, {}),
        "reversed": (turned(course), {}),
        "doubled": (joined(course, course), {}),
        "each 5 s": (course, {"how": "5 s"}),
        "drift 8 m": (course, {"drift": 8.0}),
        "detour": (land.detour(course, dice), {}),
        "longer": (longer, {}),
    }
    first = land.record(course, dice, sigma=4.0, how="1 s")
    answers = build_answers(
        unpack_signatures([first.draw()]), np.eye(len(PASSED_ON))[:1]
    )
    shares = {}
    for name, (places, more) in variants.items():
        trace = land.record(places, dice, sigma=dice.uniform(3.0, 5.0), **more)
        metres = share_out(answers, unpack_signatures([trace.draw()])).metres.sum()
        shares[name] = float(metres / trace.distance_m)
    return shares


def main(where: Path) -> None:
    wrong, inherited, errors, judged, false, again = 0.0, 0.0, [], 0, 0, []
    for name, count in ATHLETES.items():
        land = Land(where / f"{name}.osm.pbf")
        for number in range(count):
            traces, starts = make_athlete(land, number)
            rows = make_rows(traces, starts)
            asked = answer_asked(rows, traces, np.random.default_rng(number))
            more_wrong, more = wrong_share(traces, asked)
            more_errors, more_judged, more_false = compare_weeks(rows, traces)
            wrong, inherited = wrong + more_wrong, inherited + more
            errors += more_errors
            judged, false = judged + more_judged, false + more_false
            again.append(found_again(land, number))
            mean = 100 * np.mean(more_errors) if more_errors else np.nan
            print(
                f"{name:11}{number:3}: {len(traces)} runs, {more_wrong / max(more, 1):5.1%} wrong, "
                f"weeks off by {mean:4.1f} points, LW08 {more_false} of {more_judged}",
                flush=True,
            )
    print(
        f"geometry alone: {wrong / inherited:.1%} of inherited metres of a wrong ground"
    )
    print(
        f"answers in two parts, unsure by 12 points: a week's hard share off by {100 * np.mean(errors):.1f} "
        f"points in the mean, {100 * np.quantile(errors, 0.9):.1f} in nine of ten weeks ({len(errors)} weeks)"
    )
    print(
        f"LW08 falsely raised in {false} of {judged} judged weeks ({false / max(judged, 1):.1%})"
    )
    for name in again[0]:
        values = np.array([shares[name] for shares in again])
        print(
            f"found again, {name:10}: {values.mean():6.1%} (least {values.min():.1%})"
        )


if __name__ == "__main__":
    corpus = os.environ.get("LOADWATCH_CORPUS", "")
    main(Path(sys.argv[1]) if sys.argv[1:] else Path(corpus).parent / "osm")
