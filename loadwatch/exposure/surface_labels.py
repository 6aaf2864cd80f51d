"""The surface that a watch's or list's label of a run implies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

# sub_sport -> surface: labels that leave no doubt, and labels that a map may correct
DECIDING_LABELS: Final[Mapping[str, str]] = {
    "treadmill": "treadmill",
    "indoor_running": "treadmill",
    "indoor_walking": "treadmill",
    "virtual_activity": "treadmill",
    "track": "track",
}
SUGGESTING_LABELS: Final[Mapping[str, str]] = {"street": "hard", "trail": "soft"}
