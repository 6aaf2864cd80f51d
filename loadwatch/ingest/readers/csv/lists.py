"""A list of activities, one a row: to sessions."""

from __future__ import annotations

import math
from statistics import median
from typing import TYPE_CHECKING

from loadwatch.activity import NAN, Activity, Note, Reading, Session, Skipped
from loadwatch.errors import Unreadable
from loadwatch.ingest.readers import sports
from loadwatch.ingest.readers.csv import names, numbers, unit_inference
from loadwatch.ingest.readers.csv.cells import TEXT, cells_of
from loadwatch.ingest.readers.csv.measures import measured
from loadwatch.ingest.readers.csv.moments import starts
from loadwatch.ingest.readers.frames import EMPTY_RECORDS
from loadwatch.tables import PLAIN_SUB_SPORT, UNKNOWN_SPORT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from loadwatch.activity import Kind
    from loadwatch.ingest.readers.csv.cells import Cells
    from loadwatch.ingest.readers.csv.measures import Measures
    from loadwatch.ingest.readers.csv.moments import Start
    from loadwatch.ingest.readers.csv.parsed_csv import Grid
    from loadwatch.settings import Settings

_TRUE = frozenset({"true", "1", "1.0", "yes"})
_REST = {
    "rest": "a rest day, nothing was recorded",
    "incident": "an alarm of the watch (incident detected), no activity",
}
_NO_FILE = "#"  # Strava writes #error# where it lost a file
_MENDED = Note("text", "this row has damaged quotation marks or characters")
Sport = tuple[str, str, Note | None]  # sport, sub sport, note


def read(grid: Grid, settings: Settings) -> Reading:
    """Return the activities of a list, and the rows that are none with their reason."""
    cells = cells_of(grid)
    kinds = _kinds(cells)
    found = measured(cells, [kind[0] for kind in kinds], settings)
    begun = starts(cells, settings, european=found.european)
    if begun and all(start.why for start in begun) and "--date-order" in begun[0].why:
        raise Unreadable(
            begun[0]
            .why.replace("its date", "its dates, such as", 1)
            .replace("such as,", "such as", 1)
        )
    untyped = "type" not in cells.roles
    if untyped and not cells.facts.vendor:
        kinds = _runs(kinds, found)
    activities: list[Activity] = []
    skipped = list(cells.skipped)
    ids: dict[str, int] = {}
    parents = set(filter(None, cells.first("parent")))
    for at in range(len(cells.lines)):
        made = _left_out(at, cells, kinds[at], begun[at], found, ids)
        if made is None:
            session = _session(at, cells, kinds[at], begun[at], found, parents)
            activities.append(Activity(EMPTY_RECORDS, session))
        else:
            skipped.append(Skipped(f"#{cells.lines[at]}", *made))
    skipped.sort(key=lambda one: int(one.source[1:]))
    return Reading(tuple(activities), tuple(skipped))


def _kinds(cells: Cells) -> list[Sport]:
    """Return each row's (sport, sub sport, note); a list kept by hand may leave a run's type blank."""
    indoor = cells.first("indoor")
    by_hand = not cells.facts.vendor
    made: dict[tuple[str, bool], Sport] = {}
    for pair in set(
        zip(
            cells.first("type"),
            (flag.strip().casefold() in _TRUE for flag in indoor),
            strict=True,
        )
    ):
        made[pair] = _kind(*pair, by_hand=by_hand)
    return [
        made[word, flag.strip().casefold() in _TRUE]
        for word, flag in zip(cells.first("type"), indoor, strict=True)
    ]


def _kind(word: str, indoor: bool, *, by_hand: bool) -> Sport:
    if not word.strip():
        sport = "running" if by_hand else UNKNOWN_SPORT
        return sport, PLAIN_SUB_SPORT, None
    known = sports.find_sport(word)
    if known is None:
        return UNKNOWN_SPORT, PLAIN_SUB_SPORT, sports.format_unknown(word)
    sport, sub_sport = known
    if indoor and sport == "running" and sub_sport == PLAIN_SUB_SPORT:
        sub_sport = "indoor_running"
    return sport, sub_sport, None


def _runs(kinds: list[Sport], found: Measures) -> list[Sport]:
    """Return the kinds of a list without types: runs, if its speeds are a runner's."""
    speeds = [
        d / t
        for d, t in zip(found.values["distance"], _longest(found), strict=True)
        if d > 0 and t > 0
    ]
    if not speeds or unit_inference.SLOWEST <= median(speeds) <= unit_inference.FASTEST:
        return kinds
    return [
        (
            UNKNOWN_SPORT,
            PLAIN_SUB_SPORT,
            Note(
                "type",
                "the list names no kind of activity, and its speeds are not a runner's",
            ),
        )
    ] * len(kinds)


def _longest(found: Measures) -> list[float]:
    columns = (found.values[role] for role in ("elapsed", "timer", "moving"))
    return [next((t for t in row if t > 0), NAN) for row in zip(*columns, strict=True)]


def _left_out(
    at: int,
    cells: Cells,
    kind: Sport,
    begun: Start,
    found: Measures,
    ids: dict[str, int],
) -> tuple[Kind, str] | None:
    """Return (kind, why) of a row that is no activity; None if it is one."""
    if kind[0] == sports.SKIP:
        return "ignored", _REST[kind[1]]
    if begun.why:
        return "rejected", begun.why
    values = {
        role: found.values[role][at]
        for role in ("distance", "timer", "moving", "elapsed")
    }
    if values["distance"] < 0:
        return (
            "rejected",
            f"its distance is below zero: {cells.first('distance')[at].strip()[:20]}",
        )
    if not any(value > 0 for value in values.values()):
        return _empty(at, cells)
    if why := _outside(cells.first("file")[at]):
        return "rejected", why
    if key := cells.first("id")[at].strip():
        if key in ids:
            return (
                "ignored",
                f"it carries the same number as line {ids[key]}: {key[:24]}",
            )
        ids[key] = cells.lines[at]
    return None


def _empty(at: int, cells: Cells) -> tuple[Kind, str]:
    if any(
        not numbers.unknown(cells.first(role)[at])
        for role in ("planned_distance", "planned_time")
    ):
        return "ignored", "planned, but nothing was recorded"
    for role in ("distance", "timer", "moving", "elapsed"):
        cell = cells.first(role)[at].strip()
        if (
            cell
            and not numbers.unknown(cell)
            and any(letter not in "0:.," for letter in cell)
        ):
            return (
                "rejected",
                f"neither distance nor duration can be read ({cell[:20]})",
            )
    return "ignored", "it has neither distance nor duration"


def _outside(file: str) -> str:
    """Return why a list's file name is refused: it must lie inside the export."""
    parts = file.strip().replace("\\", "/").split("/")
    if (
        ".." in parts
        or (file.strip() and parts[0] == "")
        or (len(parts[0]) == 2 and parts[0][1] == ":")
    ):
        return "its file name points outside the export"
    return ""


def _session(
    at: int, cells: Cells, kind: Sport, begun: Start, found: Measures, parents: set[str]
) -> Session:
    get = {role: values[at] for role, values in found.values.items()}
    surface, odd = _surface(cells.first("surface")[at])
    linked = cells.first("file")[at].strip()
    return Session(
        format="list",
        sport=kind[0],
        sub_sport=kind[1],
        name=" ".join(cells.first("name")[at].split())[:TEXT],
        start_utc=begun.utc,
        start_local=begun.local,
        zone=begun.zone,
        date_only=begun.date_only,
        timer_s=get["timer"],
        moving_s=get["moving"],
        elapsed_s=get["elapsed"],
        distance_m=get["distance"],
        ascent_m=get["ascent"],
        descent_m=get["descent"],
        steps=_above(get["steps"]),
        cadence_spm=get["cadence"],
        heart_rate_bpm=_within(get["heart_rate"], 20, 250),
        rpe=_within(get["rpe"], 0.5, 10),
        device_load=_above(get["load"]) if cells.facts.vendor == "garmin" else NAN,
        stance_balance_pct=_within(get["balance"], 30, 70),
        vertical_oscillation_mm=get["oscillation"],
        dirt_m=get["dirt"],
        surface=surface,
        device=_device(at, cells),
        shoe=" ".join(cells.first("shoe")[at].split())[:TEXT],
        linked="" if linked.startswith(_NO_FILE) else linked[:TEXT],
        parent=cells.first("id")[at].strip() in parents,
        line=cells.lines[at],
        notes=tuple(
            filter(None, (*found.notes[at], kind[2], odd, *_doubts(at, cells, get)))
        ),
    )


def _doubts(at: int, cells: Cells, values: Mapping[str, float]) -> Iterator[Note]:
    """Yield what else is odd about a row: damaged text, a file name that is none, words for numbers."""
    if cells.lines[at] in cells.mended:
        yield _MENDED
    if (linked := cells.first("file")[at].strip()).startswith(_NO_FILE):
        yield Note("file", f"the list names no file but {linked[:20]}")
    for role in ("distance", "ascent", "descent", "heart_rate", "rpe"):
        cell = cells.first(role)[at]
        if (
            cell
            and math.isnan(values[role])
            and not numbers.unknown(cell)
            and math.isnan(numbers.number(cell))
        ):
            yield Note(
                role, f"{' '.join(cell.split())[:20]} is no number that can be used"
            )


def _surface(cell: str) -> tuple[str, Note | None]:
    word = sports.normalize_word(cell[:40])
    found = names.surfaces().get(word, "")
    if found or not word:
        return found, None
    return "", Note("surface", f"no surface is known as {' '.join(cell.split())[:40]}")


def _device(at: int, cells: Cells) -> str:
    return " ".join(
        filter(
            None, (cells.first("maker")[at].strip(), cells.first("device")[at].strip())
        )
    ).casefold()[:TEXT]


def _above(value: float) -> float:
    return value if value > 0 else NAN


def _within(value: float, low: float, high: float) -> float:
    return value if low <= value <= high else NAN
