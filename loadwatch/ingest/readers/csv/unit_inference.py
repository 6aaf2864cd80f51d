"""What a list does not say about its own units, from its numbers: distance = time x speed, steps x stride."""

from __future__ import annotations

import math
from statistics import median
from typing import TYPE_CHECKING

from loadwatch.activity import NAN
from loadwatch.ingest.readers.csv import numbers

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from loadwatch.ingest.readers.csv.numbers import Clock

KM, MILE, YARD, FOOT = 1000.0, 1609.344, 0.9144, 0.3048
SLOWEST, FASTEST = 1.6, 5.2  # m/s; between them lies the median of anybody's runs
SHORTEST_M, LONGEST_M = 400.0, 100_000.0  # likewise
SHORTEST_S, LONGEST_S = 180.0, 6 * 3600.0
TOLERANCE = 1.08  # of a ratio that is to name a unit
LOOSE = 1.18  # the same where stride and cadence are rounded means

Floats = list[float]


def ratio(many: Sequence[float], few: Sequence[float]) -> float:
    """Return the median of many / few over the rows where both are above zero; NaN if there is none."""
    known = [a / b for a, b in zip(many, few, strict=True) if a > 0 and b > 0]
    return median(known) if known else NAN


def near(value: float, target: float, tolerance: float = TOLERANCE) -> bool:
    """Whether value and target differ by less than a factor of `tolerance`."""
    return target / tolerance < value < target * tolerance


def named(
    value: float, factors: Iterable[float], tolerance: float = TOLERANCE
) -> float | None:
    """Return the factor that `value` is near to, if there is one."""
    return next((factor for factor in factors if near(value, factor, tolerance)), None)


def walked(
    steps: Floats, cadence_spm: Floats, time_s: Floats, stride_m: Floats
) -> Floats:
    """Return the distance that steps (or cadence times time) and stride length give [m]."""
    counted = [
        n if n > 0 else c / 60 * t
        for n, c, t in zip(steps, cadence_spm, time_s, strict=True)
    ]
    return [
        n * s if n > 0 and s > 0 else NAN
        for n, s in zip(counted, stride_m, strict=True)
    ]


def distance_unit(
    raw: Floats,
    covered_m: Sequence[tuple[Floats, float]],
    running: Sequence[bool],
    time_s: Floats,
    *,
    metric: bool,
) -> float | None:
    """Return what one of the list's distances is in metres; None if its numbers do not tell.

    Parameters
    ----------
    raw : distances as written.
    covered_m : other ways to the same distance, in metres, each with the tolerance it deserves.
    running : rows that are runs.
    time_s : durations.
    metric : the list writes a decimal comma, as nobody does who counts miles.
    """
    for other, tolerance in covered_m:
        shares = [a / b for a, b in zip(other, raw, strict=True) if a > 0 and b > 0]
        votes = [
            (sum(near(share, unit, tolerance) for share in shares), unit)
            for unit in (KM, MILE, 1.0)
        ]
        most, factor = max(votes, key=lambda vote: vote[0])
        if shares and most * 2 >= len(shares):
            return factor
    speeds = [
        r / t
        for r, t, run in zip(raw, time_s, running, strict=True)
        if run and r > 0 and t > 0
    ]
    fits = [unit for unit in (1.0, KM, MILE) if _at_a_runners(speeds, unit)]
    if metric and fits[-1:] == [MILE]:
        fits = fits[:-1]
    return fits[0] if len(fits) == 1 else None


def _at_a_runners(speeds: Floats, unit: float) -> bool:
    """Whether the median and most of the speeds are a runner's in this unit."""
    if not speeds or not SLOWEST <= median(speeds) * unit <= FASTEST:
        return False
    return sum(
        SLOWEST / 2 <= speed * unit <= FASTEST * 2 for speed in speeds
    ) > 0.6 * len(speeds)


def clock_of(cells: Sequence[str], expected_s: Floats, raw: Floats) -> Clock:
    """Return whether 0:47 in this column is minutes and seconds or hours and minutes; "" if nothing tells.

    `expected_s` is what other columns make of the same duration; else minutes over 23 or a
    neighbour of three parts say m:ss; else the speed over `raw` kilometres or miles must be a runner's.
    """
    both = [(numbers.seconds(c, "m:ss"), numbers.seconds(c, "h:mm"), e, r)
            for c, e, r in zip(cells, expected_s, raw, strict=True) if numbers.two_parts(c)]  # fmt: skip
    if not both:
        return "m:ss"
    short = sum(
        abs(math.log(m / e)) < abs(math.log(h / e))
        for m, h, e, _ in both
        if e > 0 and m > 0 and h != m
    )
    judged = sum(e > 0 and m > 0 and h != m for m, h, e, _ in both)
    if judged:
        return "m:ss" if short * 2 > judged else "h:mm"
    if any(m >= 24 * 60 for m, *_ in both) or any(c.count(":") == 2 for c in cells):
        return "m:ss"
    lengths = [r for *_, r in both]
    as_minutes = plausible(lengths, [m for m, *_ in both])
    as_hours = plausible(lengths, [h for _, h, *_ in both])
    return "" if as_minutes == as_hours else ("m:ss" if as_minutes else "h:mm")


def plausible(raw: Floats, time_s: Floats) -> bool:
    """Whether distances, in whatever unit, and durations are those of somebody's usual runs."""
    known = [(r, t) for r, t in zip(raw, time_s, strict=True) if r > 0 and t > 0]
    if not known or not SHORTEST_S <= median(t for _, t in known) <= LONGEST_S:
        return False
    length, speed = median(r for r, _ in known), median(r / t for r, t in known)
    return any(
        SHORTEST_M <= length * unit <= LONGEST_M and SLOWEST <= speed * unit <= FASTEST
        for unit in (KM, MILE, 1.0)
    )


def time_unit(values: Floats, expected_s: Floats, raw: Floats) -> float | None:
    """Return the seconds that one of a column of plain numbers stands for; None if nothing tells."""
    if factor := named(ratio(expected_s, values), (1.0, 60.0, 3600.0)):
        return factor
    fits = [
        factor
        for factor in (1.0, 60.0, 3600.0)
        if plausible(raw, [v * factor for v in values])
    ]
    return fits[0] if len(fits) == 1 else None


def two_distances(first: Floats, second: Floats) -> tuple[Floats, list[bool]] | None:
    """Return (metres, rows whose two distances disagree) of a list with two columns called distance.

    Strava writes one for the eye (km or mi, two decimals cut off) and one in metres; which is which
    is told by their ratio. None if they do not stand in such a ratio.
    """
    shares = [b / a for a, b in zip(first, second, strict=True) if a > 0 and b > 0]
    votes = {
        unit: sum(near(share, unit) for share in shares)
        for unit in (1.0, KM, MILE, 1 / KM, 1 / MILE)
    }
    swims = votes.pop(1.0)  # in metres twice
    factor = max(votes, key=lambda unit: votes[unit])
    if not votes[factor]:
        return (second, [False] * len(second)) if swims else None
    if factor < 1:
        return two_distances(second, first)
    metres = [b if b == b else a * factor for a, b in zip(first, second, strict=True)]  # noqa: PLR0124 -- NaN
    wrong = [_disagree(a, b, factor) for a, b in zip(first, second, strict=True)]
    return metres, wrong


def _disagree(shown: float, metres: float, factor: float) -> bool:
    """Swims show metres in both and sails nautical miles; they agree as well."""
    if not (shown > 0 and metres > 0) or min(shown * factor, metres) < 200:
        return False
    share = metres / shown
    return not any(near(share, unit, 1.03) for unit in (factor, 1.0, YARD, 1852.0))
