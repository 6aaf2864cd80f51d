"""Our ascent against the watch's own, by device, beside three other ways of adding up climbs.

python -m tests.ascent_table CORPUS

Every run, walk or hike of a FIT file whose session states 50 m of ascent or more and whose records have
altitude. The watch is a reference for agreement, not the truth. Errors are |sum - watch| / watch.
"""

import gzip
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from loadwatch.errors import LoadwatchError
from loadwatch.exposure.altimeter import guess_altimeter, name_altimeter
from loadwatch.exposure.elevation import measure_climb
from loadwatch.ingest.readers import read
from loadwatch.settings import Settings

ON_FOOT = {"running", "walking", "hiking"}
INDOOR = {"treadmill", "indoor_running", "indoor_walking", "virtual_activity"}
MIN_M = 50.0


@dataclass(frozen=True, slots=True)
class Case:
    """One run with the watch's total and the four sums."""

    source: str
    device: str
    barometer: bool
    watch_m: float
    sums_m: tuple[float, ...]  # in the order of METHODS


def naive(altitude: np.ndarray) -> float:
    """Return the sum of all rises."""
    return float(np.maximum(np.diff(altitude), 0).sum())


def hysteresis(altitude: np.ndarray, metres: float = 3.0) -> float:
    """Return the rises of a reference that follows altitude once it is more than `metres` away."""
    total, level = 0.0, float(altitude[0])
    for here in altitude.tolist():
        if abs(here - level) > metres:
            total += max(here - level, 0.0)
            level = here
    return total


def kernel(altitude: np.ndarray) -> float:
    """Return the sum of rises after a mean over three points weighted .3, .4, .3."""
    smooth = altitude.copy()
    smooth[1:-1] = 0.3 * altitude[:-2] + 0.4 * altitude[1:-1] + 0.3 * altitude[2:]
    return naive(smooth)


METHODS = ("ours", "3 m hysteresis", ".3/.4/.3 kernel", "naive")


def activities(corpus: Path):
    """Yield label and activity of every readable FIT file."""
    for path in sorted(
        [*corpus.rglob("*.fit"), *corpus.rglob("*.FIT"), *corpus.rglob("*.fit.gz")]
    ):
        data = path.read_bytes()
        try:
            reading = read(
                gzip.decompress(data) if path.suffix == ".gz" else data,
                path.name,
                Settings(),
            )
        except (LoadwatchError, OSError, EOFError):
            continue
        for activity in reading.activities:
            yield str(path.relative_to(corpus)), activity


def samples(activity) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return time, altitude and distance of an activity."""
    index = activity.records.index.to_numpy("datetime64[ns]").view(np.int64)
    time = (index - index[:1]) / 1e9
    empty = np.full(time.size, np.nan)
    columns = (
        activity.records[name].to_numpy(float) if name in activity.records else empty
        for name in ("altitude_m", "distance_m")
    )
    return (time, *columns)


def cases(corpus: Path) -> list[Case]:
    """Return every activity that can be compared."""
    result, counted = [], set()
    for source, activity in activities(corpus):
        session = activity.session
        if (
            session.sport not in ON_FOOT
            or session.sub_sport in INDOOR
            or not session.ascent_m >= MIN_M
        ):
            continue
        time, altitude, distance = samples(activity)
        altimeter = name_altimeter(session)
        ours = measure_climb(time, altitude, distance, altimeter)
        same = (session.start_utc, session.distance_m, session.ascent_m)
        if np.isnan(ours.ascent_m) or same in counted:
            continue
        counted.add(same)
        heard = altitude[np.isfinite(altitude)]
        sums = (ours.ascent_m, hysteresis(heard), kernel(heard), naive(heard))
        barometer = guess_altimeter(altimeter, ours.noise_m) == "barometer"
        result.append(Case(source, session.device, barometer, session.ascent_m, sums))
    return result


def errors(rows: list[Case]) -> np.ndarray:
    """Return |sum - watch| / watch: cases x METHODS."""
    return np.array(
        [
            [abs(total - row.watch_m) / row.watch_m for total in row.sums_m]
            for row in rows
        ]
    )


def line(name: str, rows: list[Case]) -> str:
    """Return one line of the table: median and 90th percentile of each method."""
    off = errors(rows) * 100
    cells = (
        f"{np.median(off[:, k]):6.1f} {np.percentile(off[:, k], 90):6.1f}"
        for k in range(len(METHODS))
    )
    return f"{name:34}{len(rows):5}  " + "  ".join(cells)


def main(corpus: Path) -> None:
    """Print the table: % median and % p90 by device, then by kind of altitude."""
    by_device = defaultdict(list)
    every = cases(corpus)
    for case in every:
        by_device[case.device or "unnamed", case.barometer].append(case)
    print(f"{'device':34}{'n':>5}  " + "  ".join(f"{name:>13}" for name in METHODS))
    for (device, barometer), rows in sorted(by_device.items()):
        print(line(f"{device} ({'barometer' if barometer else 'satellites'})", rows))
    for barometer in (True, False):
        rows = [case for case in every if case.barometer is barometer]
        print(line(f"on foot, {'barometer' if barometer else 'satellites'}", rows))
    far = sorted(every, key=lambda case: -abs(case.sums_m[0] / case.watch_m - 1))[:8]
    print("farthest off:")
    for case in far:
        print(
            f"  {case.source}: watch {case.watch_m:.0f} m, ours {case.sums_m[0]:.0f} m, {case.device}"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
