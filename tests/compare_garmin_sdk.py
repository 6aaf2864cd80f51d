"""Sessions of FIT files as loadwatch reads them against Garmin's own SDK.

    python -m tests.compare_garmin_sdk FOLDER

Prints how many sessions agree in start, distance, timer, ascent and sport, and each difference
with its reason: the note that loadwatch gives, or why the two mean different things. It needs
`garmin-fit-sdk`, whose licence is no open source one: install it into an environment of its own.
"""

from __future__ import annotations

import gzip
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loadwatch.errors import LoadwatchError
from loadwatch.ingest.readers import fit
from loadwatch.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadwatch.activity import Activity, Session

MEASURES = ("start", "distance", "timer", "ascent", "sport")
LARGEST = 8 << 20  # bytes; the SDK takes minutes for more
# notes that explain a difference
EXPLAINING = {
    "start": {"clock"},
    "distance": {"distance", "recovered"},
    "timer": {"clock", "recovered"},
    "ascent": {"recovered"},
    "sport": set(),
}


@dataclass
class Comparison:
    """What was compared, and each difference as (file, measure, theirs, ours, reason)."""

    files: int = 0
    sessions: int = 0
    equal: Counter[str] = field(default_factory=Counter)
    differences: list[tuple[str, str, Any, Any, str]] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)


def list_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each FIT file below a folder, unpacked."""
    for path in sorted(folder.rglob("*")):
        name = path.name.lower()
        if not path.is_file() or not name.endswith((".fit", ".fit.gz")):
            continue
        data = path.read_bytes()
        if name.endswith(".gz"):
            data = gzip.decompress(data)
        if fit.sniff(data[:16]):
            yield str(path.relative_to(folder)), data


def read_sdk_sessions(data: bytes) -> list[dict[str, Any]]:
    """Return the session messages by Garmin's SDK, of all chained files."""
    from garmin_fit_sdk import Decoder, Stream  # type: ignore[import-not-found]

    stream = Stream.from_byte_array(bytearray(data))
    decoder = Decoder(stream)
    found: list[dict[str, Any]] = []
    messages, _ = decoder.read(convert_datetimes_to_dates=True, merge_heart_rates=False)
    found += messages.get("session_mesgs", [])
    return found


def measure_theirs(session: dict[str, Any]) -> dict[str, Any]:
    """Return what the SDK gives, by measure."""
    return {
        "start": session.get("start_time"),
        "distance": session.get("total_distance"),
        "timer": session.get("total_timer_time"),
        "ascent": session.get("total_ascent"),
        "sport": session.get("sport"),
    }


def measure_ours(session: Session) -> dict[str, Any]:
    """Return what loadwatch gives, by measure."""
    sport = None
    if session.sport != "unknown":
        sport = session.sport
    return {
        "start": session.start_utc,
        "distance": session.distance_m,
        "timer": session.timer_s,
        "ascent": session.ascent_m,
        "sport": sport,
    }


def is_equal(measure: str, one: Any, other: Any) -> bool:
    """Return whether two values are the same; NaN and None are both unknown."""
    if measure in {"start", "sport"}:
        return bool(one == other)
    values = [
        None if value is None or value != value else value for value in (one, other)
    ]
    if None in values:
        return values[0] is values[1]
    return abs(values[0] - values[1]) <= 0.011  # hundredths, rounded twice


def explain(measure: str, theirs: Any, ours: Any, session: Session) -> str:
    """Return why a value differs, "" where nothing explains it."""
    for note in session.notes:
        if note.code in EXPLAINING[measure]:
            return str(note)
    if measure == "sport" and theirs in {"generic", "training", "fitness_equipment"}:
        return f"a {theirs} session of sub sport {session.sub_sport} is a run"
    if measure == "sport" and isinstance(theirs, int):
        return f"a number the profile does not name ({session.unknown_sport})"
    if measure == "timer" and theirs is None:
        return "none stated; by its records"
    return ""


def match(theirs: dict[str, Any], ours: list[Activity]) -> Activity:
    """Return our activity that is most like a session, and take it from `ours`."""

    def unlike(one: Activity) -> tuple[int, bool]:
        found = measure_ours(one.session)
        differing = [m for m in MEASURES if not is_equal(m, theirs[m], found[m])]
        return len(differing), one.session.parent

    best = min(ours, key=unlike)
    ours.remove(best)
    return best


def compare_file(name: str, data: bytes, found: Comparison) -> None:
    """Compare the sessions of one file."""
    found.files += 1
    if len(data) > LARGEST:
        found.left_out.append((name, "too large for the SDK"))
        return
    try:
        theirs = read_sdk_sessions(data)
    except Exception as error:  # noqa: BLE001 - whatever the SDK raises
        found.left_out.append((name, f"the SDK fails: {error!r}"[:90]))
        return
    try:
        ours = list(fit.read(data, name, Settings()).activities)
    except LoadwatchError as error:
        if theirs:
            found.left_out.append((name, f"loadwatch refuses it: {error}"))
        return
    for one in theirs:
        if not ours:
            found.left_out.append((name, "a session that loadwatch does not have"))
            break
        stated = measure_theirs(one)
        session = match(stated, ours).session
        found.sessions += 1
        for measure, value in measure_ours(session).items():
            if is_equal(measure, stated[measure], value):
                found.equal[measure] += 1
                continue
            reason = explain(measure, stated[measure], value, session)
            found.differences.append((name, measure, stated[measure], value, reason))
    if ours and not theirs:
        notes = [note.code for note in ours[0].session.notes]
        found.left_out.append((name, f"no session by the SDK; loadwatch: {notes}"))


def compare(folder: Path) -> Comparison:
    """Compare all FIT files below a folder."""
    found = Comparison()
    for name, data in list_files(folder):
        compare_file(name, data, found)
    return found


def main(folder: str) -> int:
    """Print the table; return 1 where a difference has no reason."""
    found = compare(Path(folder))
    print(f"{found.files} files, {found.sessions} sessions by both")
    for measure in MEASURES:
        differing = [one for one in found.differences if one[1] == measure]
        print(f"{measure:9} {found.equal[measure]:6} equal, {len(differing)} differ")
    for name, measure, theirs, ours, reason in found.differences:
        print(f"{name}: {measure} {theirs} -> {ours}: {reason or 'NO REASON'}")
    for name, why in found.left_out:
        print(f"{name}: {why}")
    return int(any(not one[-1] for one in found.differences))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
