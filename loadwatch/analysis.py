"""Analysis and Roster: what was read, judged and left out; the only thing reports see."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    import pandas as pd

    from loadwatch.activity import Skipped
    from loadwatch.assess.budget import Headroom
    from loadwatch.assess.diary.answer import Answer
    from loadwatch.assess.ground_questions import GroundQuestion
    from loadwatch.assess.guidance import Advice
    from loadwatch.assess.rules import Flag, Unknown
    from loadwatch.formatting import Units
    from loadwatch.ingest.dedupe import Duplicate
    from loadwatch.settings import Settings

Group = Literal["call", "talk", "watch", "low", "fine", "unknown"]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Analysis:
    """All that is known of one athlete.

    Attributes
    ----------
    name : from the settings, else of the folder or file.
    activities : one row per activity, oldest first, all sports; the columns EXPOSURES and HIDDEN
        of `loadwatch.tables`, which give the unit and meaning of each.
    weeks : one row per calendar week from the first activity's to today's; WEEKS,
        `<column>_usual`, `<column>_change` and CONTEXT of `loadwatch.tables`; the index is the
        first day (`datetime64`, name "week").
    flags : what the rules raised, by week and rule.
    unknown : what they could not judge, and why.
    skipped : inputs and parts of inputs without an activity of their own, each with its reason.
    duplicates : rows of runs that are there already, each with the kept one and why.
    settings : those in force, and where each came from.
    today : the day it is judged as of: of the last activity unless the settings say otherwise.
    files : how many inputs were read.
    limits : the budget, once `loadwatch.with_budget` has worked it out.
    diary : the diary's answer, None without a diary.
    advice : texts that belong to what was raised, when to get help always.
    shoes : one row per pair: `shoe`, `distance_m` [m], `<surface>_m` [m], `runs`, `first`, `last`
        (dates).
    question : the run whose ground would make most else known, once `pipeline.with_question` has
        looked for it; None where enough is known.
    map_right : share of the ways around the runs that state their surface, for which their kind
        implies it rightly [1], once `pipeline.with_map_right` has measured it; else NaN.
    remarks : one line each: tags that fit no run, estimated heart rates and the like.
    """

    name: str
    activities: pd.DataFrame
    weeks: pd.DataFrame
    flags: tuple[Flag, ...]
    unknown: tuple[Unknown, ...]
    skipped: tuple[Skipped, ...]
    duplicates: tuple[Duplicate, ...]
    settings: Settings
    today: date
    files: int
    limits: tuple[Headroom, ...] = ()
    diary: Answer | None = None
    advice: tuple[Advice, ...] = ()
    shoes: pd.DataFrame | None = None
    question: GroundQuestion | None = None
    map_right: float = math.nan
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """An athlete's load in the last weeks, as a roster draws it."""

    loads: tuple[float, ...]  # by week, the oldest first; SI, NaN where unknown
    levels: tuple[str, ...]  # of those weeks
    week: float  # load of the week that the sentence is about
    usual: float
    column: str  # of WEEKS; gives the unit
    units: Units  # the reader's
    # the rest is of the same week, unknown as NaN
    hard_share: float = math.nan  # of its distance, if most of its ground is known [1]
    ascent_m: float = math.nan
    longest_m: float = math.nan
    support_4w: int = 0  # sessions of strength, Pilates and yoga in its last four weeks


@dataclass(frozen=True, slots=True, kw_only=True)
class Athlete:
    """One line of a roster.

    Attributes
    ----------
    name : as on the athlete's page.
    group : whom to call, to talk to, to watch, who runs little, who is fine, not enough data.
    level : the highest level among the flags of the two weeks: high, watch, info or none.
    says : one sentence of why.
    last_activity : local day of the last activity of any sport, None if there is none.
    flags : how many were raised in the week of today and the last complete one.
    state : of those weeks, as the verdict has it.
    events : how many events those flags are of.
    pain_7d : largest pain score of the last seven days [0 to 10], NaN where none is known.
    page_digest : of all that the athlete's page shows, "" where nothing could be read.
    load : returns the analysis, reading its inputs each time; None where nothing could be read.
    today : the day of the line: of the last activity unless the settings say otherwise.
    urgent : whether the diary holds a sign to act on.
    excess_km : kilometres beyond what the flags are held against, for the order of a list.
    silent : whether no file has come for two weeks or more.
    trend : the last weeks' load, None where there is none or it is too long ago.
    brief : what changed as of the athlete's own last day, before silence is looked at.
    raised_week : first day of the newest week in which anything was raised.
    last_run : local day of the last run.
    collapsed : whether the last complete week fell under half after a raised one.
    is_low : whether the last complete week was under 0.6 of the usual.
    pains : pain scores of the diary's last week, as (day, score).
    place : name of the folder or export within the roster's folder.
    note, note_day : the newest line of the roster's notes.csv on the athlete, "" without one.
    map_covered : share of the located distance inside the map [1], NaN without a map.
    """

    name: str
    group: Group
    level: str
    says: str
    last_activity: date | None
    flags: int
    state: str = "unknown"
    events: int = 0
    pain_7d: float = math.nan
    page_digest: str = ""
    load: Callable[[], Analysis] | None = None
    today: date | None = None
    urgent: bool = False
    excess_km: float = 0.0
    silent: bool = False
    trend: Trend | None = None
    brief: str = ""
    raised_week: date | None = None
    last_run: date | None = None
    collapsed: bool = False
    is_low: bool = False
    pains: tuple[tuple[date, float], ...] = ()
    place: str = ""
    note: str = ""
    note_day: date | None = None
    map_covered: float = math.nan
    # the analysis once it was asked for: a frozen value cannot hold it otherwise
    _read: list[Analysis] = field(
        default_factory=list, init=False, repr=False, compare=False
    )

    @property
    def analysis(self) -> Analysis | None:
        """All that is known, read once; None where nothing could be read in the first place.

        What goes wrong only now, as a file that is gone since, is raised.
        """
        if self.load is None:
            return None
        if not self._read:
            self._read.append(self.load())
        return self._read[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """A folder of athletes, in groups."""

    name: str
    athletes: tuple[Athlete, ...]
    today: date | None
