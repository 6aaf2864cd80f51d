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
    from loadwatch.api import analyse, roster
    from loadwatch.environment import local_options
    from loadwatch.pipeline import Options, with_budget

__all__ = [
    "Analysis",
    "Athlete",
    "Options",
    "Roster",
    "__version__",
    "analyse",
    "local_options",
    "roster",
    "with_budget",
]
_LAZY = {
    "Analysis": "analysis",
    "Athlete": "analysis",
    "Options": "pipeline",
    "Roster": "analysis",
    "analyse": "api",
    "local_options": "environment",
    "roster": "api",
    "with_budget": "pipeline",
}


def __getattr__(name: str) -> Any:
    """Import a public name, and pandas with it, on first use: `import loadwatch` stays fast."""
    if name in _LAZY:
        return getattr(import_module(f"loadwatch.{_LAZY[name]}"), name)
    raise AttributeError(f"module 'loadwatch' has no attribute {name!r}")
