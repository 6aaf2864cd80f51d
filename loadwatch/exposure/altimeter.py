"""What measured a run's altitude, and how much its altitude is smoothed for that.

A barometer errs by some decimetres from second to second and drifts in hours. Altitude from
satellites errs by metres over 10 to 100 s, and many watches hide that by smoothing it: a Forerunner
310XT is calmer from second to second (0.13 m) than most barometers. So noise alone does not
settle which it was; the list of sensors in the file does, or else the name of the watch.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loadwatch.activity import Altimeter, Session

# noise [m], mean over [s], smallest reversal [m]; between two lines both are interpolated.
# Those of a barometer agree best with the totals of 210 runs, walks and hikes with one, those of
# satellites with 8 without (`python -m tests.ascent_table`)
_CALM_REVERSAL_M: Final = 2.5
_NOISY: Final = ((1.2, 31.0, 5.0), (1.6, 61.0, 8.0))
_SMOOTHING: Final[Mapping[Altimeter, tuple[tuple[float, float, float], ...]]] = {
    "barometer": (
        (0.4, 7.0, _CALM_REVERSAL_M),
        (0.6, 9.0, _CALM_REVERSAL_M),
        (0.8, 9.0, _CALM_REVERSAL_M),
        *_NOISY,
    ),
    "satellites": ((0.8, 21.0, _CALM_REVERSAL_M), *_NOISY),
    "": ((0.5, 7.0, _CALM_REVERSAL_M), *_NOISY),
}
# noise from [m], width of the line that gives a grade [m]
_GRADE_WINDOWS: Final = ((0.0, 50.0), (0.5, 100.0), (1.2, 200.0))
_SATELLITES_GRADE_M: Final = 100.0  # at least
BAROMETER_NOISE_M: Final = 0.5  # nine of ten barometric watches are quieter

_FORERUNNER: Final = re.compile(r"^forerunner")


class Smoothing(NamedTuple):
    """How an altitude at 1 Hz is smoothed before its swings are added up."""

    window_s: int  # of the centred mean, odd
    reversal_m: float  # the smallest that makes a turning point


def name_altimeter(session: Session) -> Altimeter:
    """Return what measured the altitude of an activity, "" where that is not known."""
    return session.altimeter or name_product_altimeter(session.device)


def name_product_altimeter(device: str) -> Altimeter:
    """Return what a watch measures altitude with, by its name; "" where that is not known."""
    name = _normalise_name(device)
    for product, altimeter in _load_products():
        if name.startswith(product) and not _continues_number(name, product):
            return altimeter
    return ""


def choose_smoothing(altimeter: Altimeter, noise_m: float) -> Smoothing:
    """Return how an altitude of so much noise is smoothed; see `elevation.estimate_noise`."""
    noises, windows, reversals = zip(*_SMOOTHING[altimeter], strict=True)
    window_s = float(np.interp(noise_m, noises, windows))
    reversal_m = float(np.interp(noise_m, noises, reversals))
    return Smoothing(2 * round((window_s - 1.0) / 2.0) + 1, reversal_m)


def choose_grade_window(altimeter: Altimeter, noise_m: float) -> float:
    """Return the length of the line that gives a grade for an altitude of so much noise [m]."""
    window_m = max(width for least_m, width in _GRADE_WINDOWS if noise_m >= least_m)
    if altimeter == "satellites":
        return max(window_m, _SATELLITES_GRADE_M)
    return window_m


def guess_altimeter(altimeter: Altimeter, noise_m: float) -> Altimeter:
    """Return what is known of the altimeter, else what noise makes likely."""
    if altimeter:
        return altimeter
    if noise_m < BAROMETER_NOISE_M:
        return "barometer"
    return "satellites"


@cache
def _load_products() -> tuple[tuple[str, Altimeter], ...]:
    """Return the beginnings of products' names with their altimeter, the longest first."""
    path = files("loadwatch.exposure").joinpath("altimeters.toml")
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    products: list[tuple[str, Altimeter]] = []
    products += [(name, "barometer") for name in table["barometer"]]
    products += [(name, "satellites") for name in table["satellites"]]
    return tuple(sorted(products, key=lambda product: -len(product[0])))


def _normalise_name(device: str) -> str:
    """Return the name of a device as altimeters.toml writes names."""
    plain = unicodedata.normalize("NFKD", device).casefold()
    parts: list[str] = []
    for part in re.findall(r"[a-z0-9]+", plain):
        # a maker's name comes before a product that begins with it: "suunto Suunto Vertical"
        if part != "garmin" and parts[-1:] != [part]:
            parts.append(part)
    return _FORERUNNER.sub("fr", "".join(parts))


def _continues_number(name: str, product: str) -> bool:
    """Return whether the number that ends `product` goes on in `name`."""
    return product[-1].isdigit() and name[len(product) : len(product) + 1].isdigit()
