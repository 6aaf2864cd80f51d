"""loadwatch: what changed in a runner's training, week by week, from exported watch data.

>>> import loadwatch
>>> analysis = loadwatch.analyse("export.zip")  # doctest: +SKIP
>>> analysis.weeks, analysis.activities, analysis.flags  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loadwatch.version import __version__

if TYPE_CHECKING:
    from loadwatch.pipeline import analyse, roster

__all__ = ["__version__", "analyse", "roster"]


def __getattr__(name: str) -> Any:
    """Bring in the pipeline, and pandas with it, only when it is asked for."""
    if name in {"analyse", "roster"}:
        from loadwatch import pipeline  # noqa: PLC0415 - `import loadwatch` must not wait for pandas

        return getattr(pipeline, name)
    raise AttributeError(f"module 'loadwatch' has no attribute {name!r}")
