"""loadwatch: what changed in a runner's training, week by week, from exported watch data.

>>> import loadwatch
>>> analysis = loadwatch.analyse("export.zip")  # doctest: +SKIP
>>> analysis.weeks, analysis.activities, analysis.flags  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from loadwatch.version import __version__

if TYPE_CHECKING:
    from loadwatch.analysis import Analysis, Athlete, Roster
    from loadwatch.environment import analyse, here, roster
    from loadwatch.pipeline import Options, with_budget

__all__ = [
    "Analysis",
    "Athlete",
    "Options",
    "Roster",
    "__version__",
    "analyse",
    "here",
    "roster",
    "with_budget",
]
_ROOMS = {
    "analysis": ("Analysis", "Athlete", "Roster"),
    "machine": ("analyse", "here", "roster"),
    "pipeline": ("Options", "with_budget"),
}
_HOME = {name: room for room, names in _ROOMS.items() for name in names}


def __getattr__(name: str) -> Any:
    """Bring in a room, and pandas with it, only when it is asked for: `import loadwatch` need not wait."""
    if name in _HOME:
        return getattr(import_module(f"loadwatch.{_HOME[name]}"), name)
    raise AttributeError(f"module 'loadwatch' has no attribute {name!r}")
