"""loadwatch: what changed in a runner's training, week by week, from exported watch data.

>>> import loadwatch
>>> analysis = loadwatch.analyse("export.zip")  # doctest: +SKIP
>>> analysis.weeks, analysis.activities, analysis.flags_table  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from loadwatch.version import __version__

if TYPE_CHECKING:
    from loadwatch.api import AthleteAnalysis, RosterAnalysis, analyse, course, roster
    from loadwatch.environment import local_options
    from loadwatch.pipeline import Options

__all__ = [
    "AthleteAnalysis",
    "Options",
    "RosterAnalysis",
    "__version__",
    "analyse",
    "course",
    "local_options",
    "roster",
]
_LAZY = {
    "AthleteAnalysis": "api",
    "Options": "pipeline",
    "RosterAnalysis": "api",
    "analyse": "api",
    "course": "api",
    "local_options": "environment",
    "roster": "api",
}


def __getattr__(name: str) -> Any:
    """Import a public name, and pandas with it, on first use: `import loadwatch` stays fast."""
    if name in _LAZY:
        return getattr(import_module(f"loadwatch.{_LAZY[name]}"), name)
    raise AttributeError(f"module 'loadwatch' has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return the public names: those that completion offers."""
    return sorted(__all__)
