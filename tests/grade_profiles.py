"""How well metres by grade come out of a barometer's noise, on real profiles made smooth.

python -m tests.grade_profiles CORPUS

Truth: the altitude of a real run after a 31 s mean, its grade over 30 m of distance. Measured: the same
profile with a barometer's noise (0.45 m, 4 s, on top of 0.2 m steps), through `climb`'s own windows.
"""

import sys
from pathlib import Path

import numpy as np

from loadwatch.exposure import elevation
from loadwatch.exposure.altimeter import choose_grade_window, choose_smoothing
from tests import ascent_table

NOISE_M, TAU_S, STEP_M = 0.45, 4.0, 0.2
TRUE_WINDOW_M = 30.0
EDGES = np.array([0.05, 0.10, 0.15])


def bins(grade: np.ndarray) -> np.ndarray:
    """Return the bin of each grade, 0 to 6."""
    return (
        3
        + np.searchsorted(EDGES, grade, side="right")
        - np.searchsorted(EDGES, -grade, side="right")
    )


def barometer(altitude: np.ndarray, seed: int) -> np.ndarray:
    """Return the altitude as a barometer would write it each second."""
    dice = np.random.default_rng(seed)
    keep = np.exp(-1 / TAU_S)
    error, state = np.empty(altitude.size), 0.0
    for second, push in enumerate(
        dice.normal(0, NOISE_M * np.sqrt(1 - keep * keep), altitude.size)
    ):
        state = state * keep + push
        error[second] = state
    return np.round((altitude + error) / STEP_M) * STEP_M


def compared(corpus: Path, most: int = 80) -> np.ndarray:
    """Return for each profile: cells in the right bin, cells, error of its shares, noise, ascent ratio."""
    rows = []
    for source, activity in ascent_table.activities(corpus):
        if (
            activity.session.sport not in ascent_table.ON_FOOT
            or not activity.session.ascent_m >= 50
        ):
            continue
        time, altitude, distance, *_ = elevation._clean_profile(
            *ascent_table.samples(activity)
        )
        if altitude.size < 600 or not distance[-1] > 3000:
            continue
        seconds = np.arange(int(time[-1]) + 1.0)
        true = elevation.centred_mean(np.interp(seconds, time, altitude), 31)
        metres = elevation._interpolate_ticks(np.interp(seconds, time, distance))
        heard = barometer(true, len(rows))
        cells = round(metres[-1] / elevation.SPACING_M)
        width = metres[-1] / cells
        noise = elevation.estimate_noise(heard)
        window_s = choose_smoothing("", noise).window_s
        window_m = choose_grade_window("", noise)
        found = []
        for height, window in (
            (true, TRUE_WINDOW_M),
            (elevation.centred_mean(heard, window_s), window_m),
        ):
            level = elevation._resample_by_distance(height, metres, cells, width)
            found.append(bins(elevation._fit_slopes(level, width, window)))
        shares = [np.bincount(k, minlength=7) / cells for k in found]
        ours = elevation.measure_climb(seconds, heard, metres)
        assert np.allclose(np.array(ours.grade_m) / metres[-1], shares[1]), source
        error = np.abs(shares[0] - shares[1]).sum() / 2
        truth = np.maximum(np.diff(true), 0).sum()
        rows.append(
            (
                (found[0] == found[1]).sum(),
                cells,
                error,
                noise,
                ours.ascent_m / truth - 1,
            )
        )
        if len(rows) == most:
            break
    return np.array(rows)


def main(corpus: Path) -> None:
    """Print the figures."""
    right, cells, error, noise, ascent = compared(corpus).T
    print(
        f"{cells.size} profiles, noise {np.median(noise):.2f} m: right bin {right.sum() / cells.sum():.1%}, ",
        end="",
    )
    print(f"shares off by {error.mean():.2%} a run, ascent {np.median(ascent):+.1%}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
