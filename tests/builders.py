"""Small builders of frames, so that a test states only what matters to it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from loadwatch.row_frame import build_frame
from loadwatch.tables import EXPOSURES, HIDDEN, SURFACE_COLUMNS


def run(start: str, km: float = np.nan, **more: Any) -> dict[str, Any]:
    """One row: local start "2026-03-01T08:00" (a bare date: 08:00), kilometres, 6 min/km, UTC = local.

    Any other column by its name; surfaces not named are unknown; `start_utc="..."` moves the instant.
    """
    local = (
        pd.Timestamp(start)
        if "T" in start
        else pd.Timestamp(start) + pd.Timedelta(hours=8)
    )
    metres = km * 1000.0
    row: dict[str, Any] = {
        "sport": "running",
        "sub_sport": "generic",
        "start_local": local,
        "start_utc": local.tz_localize("UTC"),
        "zone": "UTC",
        "zone_source": "file",
        "zone_sure": True,
        "format": "fit",
        "distance_m": metres,
        "distance_source": "device",
        "duration_s": km * 360.0,
        "effort_km": km,
    }
    row |= dict.fromkeys(SURFACE_COLUMNS, 0.0) if km == km else {}
    row |= more
    row["start_utc"] = pd.Timestamp(row["start_utc"])
    if km == km and "unknown_m" not in more:
        row["unknown_m"] = metres - sum(
            row[c] for c in SURFACE_COLUMNS if c != "unknown_m"
        )
    row.setdefault("elapsed_s", row["duration_s"])
    row.setdefault("moving_s", row["duration_s"])
    row.setdefault("start", f"{local.isoformat(timespec='seconds')}+00:00")
    return row


def activities(*rows: dict[str, Any]) -> pd.DataFrame:
    """An `activities` frame (EXPOSURES + HIDDEN), sorted by start; ids and sources are made up."""
    ordered = sorted(
        rows, key=lambda row: (row["start_local"] is pd.NaT, row["start_local"])
    )
    full = [
        {"activity_id": f"id{i}", "source": f"{i}.fit", "member": f"{i}.fit"} | row
        for i, row in enumerate(ordered)
    ]
    return build_frame(full, EXPOSURES, HIDDEN)


def weekly_runs(
    first: str, kms: list[float | None], **more: Any
) -> list[dict[str, Any]]:
    """One run a week from Wednesday `first` on, None = a week without; a list in `more` goes week by week."""
    day = dt.date.fromisoformat(first)
    return [
        run(
            (day + dt.timedelta(weeks=i)).isoformat(),
            km,
            **{
                key: value[i] if isinstance(value, list) else value
                for key, value in more.items()
            },
        )
        for i, km in enumerate(kms)
        if km is not None
    ]
