"""How much of the ground is known, and by whom."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from loadwatch import formatting
from loadwatch.assess.ground_questions import RECENT_DAYS
from loadwatch.assess.rules.inherited_ground import list_unsure_weeks
from loadwatch.assess.weeks import select_runs
from loadwatch.exposure.surface_labels import SUGGESTING_LABELS
from loadwatch.tables import KNOWN_SURFACES, SURFACES

if TYPE_CHECKING:
    from datetime import date

    from loadwatch.analysis import Analysis
    from loadwatch.tables import Floats

SOURCE_LABELS: Final = {
    "tag": "your tags",
    "label": "the watch's or list's label",
    "map": "the map extract",
    "course": "your answers for other runs there",
    "list": "Strava's Dirt Distance",
    "default": "the default_surface setting",
    "none": "unknown",
}
SHIFT_RULE: Final = "LW08"
_MIN_SHARE: Final = 0.0005  # a smaller share is not named
_MIN_INFERRED: Final = 0.05  # of the distance; less is not worth a sentence
_MAX_WORDS: Final = 30  # of a sentence of the page


def compute_source_shares(analysis: Analysis) -> list[tuple[str, float]]:
    """Return who knows the ground, and the share of the runs' distance of each [1]."""
    runs = select_runs(analysis.activities, analysis.settings)
    return _share_by_source(runs)


def compute_recent_shares(analysis: Analysis) -> list[tuple[str, float]]:
    """Return who knows the ground of the last 26 weeks, and the share of each [1]."""
    return _share_by_source(_select_recent(analysis))


def _select_recent(analysis: Analysis) -> pd.DataFrame:
    """Return the runs of the last 26 weeks."""
    runs = select_runs(analysis.activities, analysis.settings)
    start = _find_recent_start(analysis)
    local = runs["start_local"]
    return runs[(local >= start) & (local < start + pd.Timedelta(days=RECENT_DAYS))]


def _find_recent_start(analysis: Analysis) -> pd.Timestamp:
    """Return the first of the last 26 weeks' days."""
    return pd.Timestamp(analysis.today) - pd.Timedelta(days=RECENT_DAYS - 1)


def _share_by_source(runs: pd.DataFrame) -> list[tuple[str, float]]:
    """Return the sources that know some metres of `runs`, and their shares."""
    metres = _measure_sources(runs)
    distance = sum(metres.values())
    if not distance > 0:
        return []
    return [
        (SOURCE_LABELS[source], metres[source] / distance)
        for source in SOURCE_LABELS
        if metres[source] / distance > _MIN_SHARE
    ]


def _measure_sources(runs: pd.DataFrame) -> dict[str, float]:
    """Return the metres of `runs` by the source of their ground, those unknown as "none" [m].

    Of a run that a map or answers know in part, the rest is by what follows them.
    """
    columns = [SURFACES[name].column for name in KNOWN_SURFACES]
    known = np.nan_to_num(runs[columns].to_numpy(np.float64)).sum(axis=1)
    source = runs["surface_source"].to_numpy(object)
    by_map = _sum_column(runs, "tagged_m") + _sum_column(runs, "inferred_m")
    inherited = _sum_column(runs, "inherited_m")
    rest = np.maximum(known - by_map - inherited, 0.0)
    is_partial = np.isin(source.astype(str), ("map", "course"))
    rest_source = np.where(is_partial, _find_rest_source(runs), source)
    metres = {name: float(rest[rest_source == name].sum()) for name in SOURCE_LABELS}
    metres["map"] += float(by_map.sum())
    metres["course"] += float(inherited.sum())
    metres["none"] = float(np.nansum(runs["unknown_m"].to_numpy(np.float64)))
    return metres


def _find_rest_source(runs: pd.DataFrame) -> np.ndarray:
    """Return what gave the metres that neither map nor answers know, run by run."""
    is_labelled = runs["sub_sport"].isin(list(SUGGESTING_LABELS)).to_numpy()
    has_dirt = (runs["dirt_m"] > 0).to_numpy()
    return np.where(is_labelled, "label", np.where(has_dirt, "list", "default"))


def _sum_column(runs: pd.DataFrame, column: str) -> Floats:
    return np.asarray(np.nan_to_num(runs[column].to_numpy(np.float64)))


@dataclass(frozen=True, slots=True)
class KnownGround:
    """How much of the ground of the last 26 weeks is known, and by whom, as text."""

    head: str
    # "your tags (60 %) and the map extract (20 %)"; "" where nothing is known
    sources: str
    # how much of it the map infers, and how sure that is; "" where it infers little
    confidence: str = ""

    def format_text(self) -> str:
        """Return head and sources as one sentence, as two where that has over 30 words."""
        sentence = ", by ".join(filter(None, (self.head, self.sources)))
        if len(sentence.split()) > _MAX_WORDS:
            return f"{self.head}. Known by {self.sources}."
        return f"{sentence}."


def describe_known(analysis: Analysis) -> KnownGround | None:
    """Return what is known of the ground of the last 26 weeks, None without a run in them."""
    shares = dict(compute_recent_shares(analysis))
    if not shares:
        return None
    known = 1.0 - shares.pop(SOURCE_LABELS["none"], 0.0)
    of_what = "the last 26 weeks' distance"
    if analysis.weeks.index[0] >= _find_recent_start(analysis):
        of_what = "your distance so far"
    head = f"The ground is known for {_format_whole(known)} of {of_what}"
    confidence = _describe_confidence(analysis)
    if len(shares) <= 1:
        return KnownGround(head, "".join(shares), confidence)
    parts = [
        f"{label} ({formatting.format_percent(share)})"
        for label, share in shares.items()
    ]
    return KnownGround(head, formatting.join_with_and(parts), confidence)


def _describe_confidence(analysis: Analysis) -> str:
    """Return how sure the map is of the ground of the last 26 weeks, "" where it infers little."""
    runs = _select_recent(analysis)
    inferred = float(_sum_column(runs, "inferred_m").sum())
    distance = float(np.nansum(runs["distance_m"].to_numpy(np.float64)))
    if not inferred > _MIN_INFERRED * distance:
        return ""
    share = formatting.format_percent(inferred / distance)
    sentence = f"The map infers {share} from the kind of way"
    if math.isnan(analysis.map_right):
        return f"{sentence}."
    right = formatting.format_percent(analysis.map_right)
    return (
        f"{sentence}; around your runs that is right for {right} of the ways "
        "that state their surface."
    )


def _format_whole(share: float) -> str:
    """Return a share as a sentence names it: "all", "none" or "85 %"."""
    if share > 1.0 - _MIN_SHARE:
        return "all"
    if share < _MIN_SHARE:
        return "none"
    return formatting.format_percent(share)


def find_quiet_week(analysis: Analysis) -> date | None:
    """Return the newest week in which LW08 is silent on the word of unsure answers alone.

    None where the newest week that could be judged does not rest on such answers, or where
    the rule was raised in it.
    """
    table = analysis.weeks
    unjudged = {gap.week for gap in analysis.unknown if gap.rule == SHIFT_RULE}
    held = table.index[(table["runs"] > 0) & table["complete"]]
    judged = [day.date() for day in held if day.date() not in unjudged]
    if not judged:
        return None
    week: date = judged[-1]
    raised = {flag.week for flag in analysis.flags if flag.rule == SHIFT_RULE}
    if week in raised:
        return None
    unsure = list_unsure_weeks(analysis.activities, table, analysis.settings)
    return week if week in unsure else None


def describe_silence(analysis: Analysis) -> str:
    """Return what the silence of LW08 means where it rests on unsure answers, "" elsewhere."""
    week = find_quiet_week(analysis)
    if week is None:
        return ""
    return (
        f"Your answers show no move to harder ground in the week of "
        f"{formatting.format_day(week)}; they are mixed on over half of its known distance."
    )
