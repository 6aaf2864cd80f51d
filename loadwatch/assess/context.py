"""Popular load figures, for context only: shown with their definition, never flagged.

All functions take one value per day without gaps (0 on a day without a run) and return as many.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from loadwatch.tables import Floats


ACUTE_DAYS = 7
CHRONIC_DAYS = 28
LONG_DAYS = 42
EWMA_FROM_DAY = 56  # before that its starting value still shows


def compute_rolling_mean(daily: Floats, days: int) -> Floats:
    """Return the mean of the last `days` days, NaN before there are as many [unit of daily]."""
    out = np.full(len(daily), np.nan)
    if len(daily) >= days:
        out[days - 1 :] = np.lib.stride_tricks.sliding_window_view(daily, days).mean(
            axis=1
        )
    return out


def _divide_positive(above: Floats, below: Floats) -> Floats:
    return np.asarray(
        np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0),
        np.float64,
    )


def compute_acwr_coupled(daily: Floats) -> Floats:
    """Return the mean of the last 7 days over that of the last 28 [1].

    The 7 days are part of the 28, so the ratio cannot pass 4 and correlates with itself [1]_.

    References
    ----------
    .. [1] Lolli L et al., Br J Sports Med 2019;53:921-922, doi:10.1136/bjsports-2017-098110
    """
    return _divide_positive(
        compute_rolling_mean(daily, ACUTE_DAYS),
        compute_rolling_mean(daily, CHRONIC_DAYS),
    )


def compute_acwr_uncoupled(daily: Floats) -> Floats:
    """Return the mean of the last 7 days over that of the 21 days before them [1].

    References
    ----------
    .. [1] Windt J, Gabbett TJ, Br J Sports Med 2019;53:988-990, doi:10.1136/bjsports-2017-098925
    """
    acute, before = compute_rolling_mean(daily, ACUTE_DAYS), np.full(len(daily), np.nan)
    before[ACUTE_DAYS:] = compute_rolling_mean(daily, CHRONIC_DAYS - ACUTE_DAYS)[
        :-ACUTE_DAYS
    ]
    return _divide_positive(acute, before)


def compute_ewma(daily: Floats, days: int) -> Floats:
    """Return the exponentially weighted mean [unit of daily].

    The weight of a day is 2 / (days + 1); the mean starts at the first day's value.

    References
    ----------
    .. [1] Williams S et al., Br J Sports Med 2017;51:209-210, doi:10.1136/bjsports-2016-096589
    """
    weight = 2.0 / (days + 1)
    return np.fromiter(
        accumulate(daily.tolist(), lambda y, x: y + weight * (x - y)),
        np.float64,
        len(daily),
    )


def compute_acwr_ewma(daily: Floats) -> Floats:
    """Return the ratio of the exponentially weighted means over 7 and 28 days [1].

    Its first weeks depend on the first day's load, so it is shown from `EWMA_FROM_DAY` on.
    """
    return _divide_positive(
        compute_ewma(daily, ACUTE_DAYS), compute_ewma(daily, CHRONIC_DAYS)
    )


def compute_monotony(daily: Floats, days: int = 7) -> Floats:
    """Return mean over sample standard deviation of the last `days` days [1].

    NaN where these days do not differ.

    References
    ----------
    .. [1] Foster C, Med Sci Sports Exerc 1998;30:1164-1168, doi:10.1097/00005768-199807000-00023
    """
    spread = np.full(len(daily), np.nan)
    if len(daily) >= days:
        windows = np.lib.stride_tricks.sliding_window_view(daily, days)
        spread[days - 1 :] = np.where(
            np.ptp(windows, axis=1) > 0, windows.std(axis=1, ddof=1), np.nan
        )
    return _divide_positive(compute_rolling_mean(daily, days), spread)


def compute_strain(daily: Floats, monotony: Floats, days: int = 7) -> Floats:
    """Return the sum of the last `days` days times their monotony [unit of daily]."""
    return np.asarray(compute_rolling_mean(daily, days) * days * monotony, np.float64)


def smooth_load(daily: Floats, days: int) -> Floats:
    """Return the exponential mean y += (x - y) / days, started at 0 [unit of daily].

    The form behind the 42- and 7-day curves of training logs; some use 1 - exp(-1 / days) instead,
    which ends 0.7 % lower after 42 days of constant load.
    """
    after = accumulate(daily.tolist(), lambda y, x: y + (x - y) / days, initial=0.0)
    return np.fromiter(after, np.float64, len(daily) + 1)[1:]


def _mark_unknown(unknown: NDArray[np.bool_], days: int) -> NDArray[np.bool_]:
    """Return for each day whether one of the last `days` days is unknown."""
    count = np.concatenate(([0], np.cumsum(unknown)))  # of unknown days before each day
    stop = np.arange(1, len(count))
    return np.asarray(count[stop] > count[np.maximum(stop - days, 0)], bool)


def build_context(daily: Floats) -> dict[str, Floats]:
    """Return the columns of CONTEXT, one value per day.

    A day of unknown load (NaN) makes each figure unknown as long as the day is in its window.
    """
    unknown = np.isnan(daily)
    x = np.where(unknown, 0.0, daily)
    days = np.arange(len(x)) + 1
    monotony = compute_monotony(x)
    # values, and the window in days that they depend on
    columns = {
        "acwr_uncoupled": (compute_acwr_uncoupled(x), CHRONIC_DAYS),
        "acwr_coupled": (compute_acwr_coupled(x), CHRONIC_DAYS),
        "acwr_ewma": (
            np.where(days >= EWMA_FROM_DAY, compute_acwr_ewma(x), np.nan),
            EWMA_FROM_DAY,
        ),
        "monotony": (monotony, ACUTE_DAYS),
        "strain": (compute_strain(x, monotony), ACUTE_DAYS),
        "load_42d": (smooth_load(x, LONG_DAYS), LONG_DAYS),
        "load_7d": (smooth_load(x, ACUTE_DAYS), ACUTE_DAYS),
    }
    if not unknown.any():
        return {name: values for name, (values, _) in columns.items()}
    return {
        name: np.where(_mark_unknown(unknown, window), np.nan, values)
        for name, (values, window) in columns.items()
    }
