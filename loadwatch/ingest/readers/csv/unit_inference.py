"""Which unit the distances and the cadence of a list are in, where the list does not state it.

Each unit is decided once for a whole column, and the decision is a value: the unit and what it
rests on. Evidence is what the other columns make of the same quantity: distance = time x speed =
cadence x time x stride. Speed alone never decides. Durations: `duration_inference`; climbs:
`climbs`; rows in another unit than their list: `row_units`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.activity import Note
from loadwatch.ingest.readers.csv.unit_decision import (
    KM,
    MILE,
    UNIT_NAMES,
    UnitDecision,
)
from loadwatch.settings import BY_OTHER_FILES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from loadwatch.ingest.readers.csv.unit_decision import Basis
    from loadwatch.settings import Settings
    from loadwatch.tables import Floats

_SHORTEST_M, _LONGEST_M = 200.0, 100_000.0  # the median distance is between them
_TOLERANCE = 1.08  # of a ratio that is to name a unit
_EXACT = 1.03  # where a list computed one column from the others
_LOOSE = 1.18  # the same where stride and cadence are rounded means
_MIN_AGREED = 0.4  # share of rows
_LEAD = 4  # times the votes of the next unit
_SLOWEST_POSSIBLE, _FASTEST_POSSIBLE = 0.5, 7.0  # m/s, by median
LEGS = 120.0  # 1/min; no runner takes fewer steps, so a smaller cadence counts strides
_OPTION_FOR_MILES = "--distance-unit mi if it is miles"


@dataclass(frozen=True, slots=True)
class DistanceEvidence:
    """What the rows of a list hold that bears on the unit of their distances."""

    texts: Sequence[str]  # the cells as written
    raw: Floats  # the numbers as written
    cell_units: Sequence[float | None]  # metres of a unit written into a cell
    sports: Sequence[str]
    time_s: Floats
    pace_s: Floats  # for one of the list's distances
    by_speed_m: Floats  # time x speed
    steps: Floats
    cadence: Floats  # as written, of those on foot
    stride_m: Floats
    has_decimal_comma: bool  # countries that write it do not count in miles
    climb_unit: float | None = None  # of climbs in whole metres or feet: m or ft
    column: str = "Distance"  # its heading


@dataclass(frozen=True, slots=True)
class Witness:
    """What one way to the distance makes of its unit."""

    factor: float
    basis: Basis
    evidence: str


# --- ratios --------------------------------------------------------------------------


def is_near(value: float, target: float, tolerance: float = _TOLERANCE) -> bool:
    """Return whether value and target differ by less than a factor of `tolerance`."""
    return target / tolerance < value < target * tolerance


def find_unit(
    value: float, factors: Iterable[float], tolerance: float = _TOLERANCE
) -> float | None:
    """Return the factor that a ratio is near to, if there is one."""
    for factor in factors:
        if is_near(value, factor, tolerance):
            return factor
    return None


def compute_ratios(many: Floats, few: Floats) -> Floats:
    """Return many / few of the rows where both are above zero."""
    known = (many > 0) & (few > 0)
    return many[known] / few[known]


def count_near(ratios: Floats, unit: float, tolerance: float = _TOLERANCE) -> int:
    """Return how many ratios name a unit."""
    return sum(is_near(ratio, unit, tolerance) for ratio in ratios)


# --- distance ------------------------------------------------------------------------


def infer_distance_unit(evidence: DistanceEvidence, settings: Settings) -> UnitDecision:
    """Return the unit of a list's distances, where its header states none.

    The user's choice does not hold against evidence for metres, which the user cannot choose.
    """
    found = _weigh_witnesses(evidence)
    chosen = {"km": KM, "mi": MILE, "m": 1.0}.get(settings.distance_unit)
    origin = settings.origins.get("distance_unit", "the user")
    if origin == BY_OTHER_FILES and chosen is not None:
        return UnitDecision(chosen, "other files", BY_OTHER_FILES)
    if chosen is not None and (found is None or found.factor != 1.0):
        return UnitDecision(chosen, "setting", f"chosen by {origin}")
    if found is not None:
        return found
    return _assume_km(evidence)


def check_stated_unit(
    evidence: DistanceEvidence, decision: UnitDecision
) -> UnitDecision:
    """Return the unit that a header states, with a note where the rows make another of it."""
    by_cadence = _find_cadence_witness(evidence)
    if by_cadence is None or by_cadence.factor == decision.factor:
        return decision
    if {by_cadence.factor, decision.factor} != {KM, MILE}:
        return decision
    unit, other = UNIT_NAMES[decision.factor], UNIT_NAMES[by_cadence.factor]
    text = (
        f"column {evidence.column} is headed {unit}, yet {by_cadence.evidence} "
        f"make {other} of it; read as {unit}"
    )
    note = Note("distance_unit", text)
    return replace(decision, basis="contradicted", evidence=text, note=note)


def _weigh_witnesses(evidence: DistanceEvidence) -> UnitDecision | None:
    """Return the unit that the columns show, None where nothing does."""
    witnesses = list(_list_witnesses(evidence))
    if not witnesses:
        return None
    first = witnesses[0]
    others = [one for one in witnesses if one.factor != first.factor]
    if not others:
        return UnitDecision(first.factor, first.basis, first.evidence)
    text = (
        f"column {evidence.column}: {_format_witness(first)}, {_format_witness(others[0])}; "
        f"read as km; {_OPTION_FOR_MILES}"
    )
    note = Note("distance_unit", text)
    return UnitDecision(KM, "contradicted", text, note)


def _list_witnesses(evidence: DistanceEvidence) -> Iterator[Witness]:
    """Yield what the columns show, the exact ways first; the weaker only where these are missing."""
    exact = [
        _match_other_distance(
            evidence, evidence.by_speed_m, "time x speed", _TOLERANCE
        ),
        _find_cadence_witness(evidence),
    ]
    if not _multiply_cadence(evidence).size:
        by_steps_m = evidence.steps * evidence.stride_m
        exact.append(
            _match_other_distance(evidence, by_steps_m, "steps x stride length", _LOOSE)
        )
    known = [witness for witness in exact if witness is not None]
    if not known:
        weaker = (
            _find_only_possible(evidence),
            _find_only_length(evidence),
            _judge_climbs(evidence),
        )
        known = [witness for witness in weaker if witness is not None][:1]
    yield from known


def _format_witness(witness: Witness) -> str:
    return f"{witness.evidence} make {UNIT_NAMES[witness.factor]} of it"


def _assume_km(evidence: DistanceEvidence) -> UnitDecision:
    basis: Basis = "assumed"
    why = "nothing in the list says km or miles"
    if evidence.has_decimal_comma:
        basis = "decimal comma"
        why = "only its decimal commas speak for km"
    text = f"column {evidence.column} is read as km, {why}; {_OPTION_FOR_MILES}"
    return UnitDecision(KM, basis, why, Note("distance_unit", text))


def _match_other_distance(
    evidence: DistanceEvidence, covered_m: Floats, way: str, tolerance: float
) -> Witness | None:
    """Return the unit in which half of the rows or more agree with another way to it [m]."""
    ratios = compute_ratios(covered_m, evidence.raw)
    votes = {unit: count_near(ratios, unit, tolerance) for unit in (KM, MILE, 1.0)}
    unit = max(votes, key=votes.__getitem__)
    if not ratios.size or votes[unit] * 2 < len(ratios):
        return None
    counted = f"{way} in {votes[unit]} of {len(ratios)} rows"
    return Witness(unit, "other columns", counted)


def _multiply_cadence(evidence: DistanceEvidence) -> Floats:
    """Return cadence x time x stride length over the distance as written, where all are known."""
    by_cadence_m = evidence.cadence / 60 * evidence.time_s * evidence.stride_m
    return compute_ratios(by_cadence_m, evidence.raw)


def _find_cadence_witness(evidence: DistanceEvidence) -> Witness | None:
    vote = vote_cadence(evidence)
    if vote is None:
        return None
    counted = f"cadence x time x stride length in {vote.agreed} of {vote.rows} rows"
    return Witness(vote.unit, "other columns", counted)


@dataclass(frozen=True, slots=True)
class CadenceVote:
    """What cadence x time x stride length make of the distances."""

    unit: float  # of distance, in metres
    legs: float  # steps of one count of cadence
    agreed: int
    rows: int


def vote_cadence(evidence: DistanceEvidence) -> CadenceVote | None:
    """Return unit of distance and steps of one count of cadence that most rows agree on.

    A stride length is computed from distance, cadence and timer, so that the three give the
    distance to the rounding. A unit is taken where 40 % of the rows agree within 3 %, four times
    as many as with any other.
    """
    ratios = _multiply_cadence(evidence)
    votes = {
        (unit, legs): count_near(ratios, unit / legs, _EXACT)
        for unit in (KM, MILE, 1.0)
        for legs in (1.0, 2.0)
    }
    (unit, legs), *others = sorted(votes, key=votes.__getitem__, reverse=True)
    most = votes[unit, legs]
    second = max(votes[other] for other in others if other[0] != unit)
    if not most or most < _MIN_AGREED * ratios.size or most < _LEAD * second:
        return None
    return CadenceVote(unit, legs, most, ratios.size)


def _find_only_possible(evidence: DistanceEvidence) -> Witness | None:
    """Return the only unit in which a runner can have run the list's runs.

    This excludes what nobody can run; among possible units speed decides nothing.
    """
    is_run = np.array(evidence.sports) == "running"
    raw, time_s = evidence.raw[is_run], evidence.time_s[is_run]
    known = (raw > 0) & (time_s > 0)
    if not known.any():
        return None
    length, speed = np.median(raw[known]), np.median(raw[known] / time_s[known])
    units = [
        unit
        for unit in (1.0, KM, MILE)
        if _SHORTEST_M <= length * unit <= _LONGEST_M
        and _SLOWEST_POSSIBLE <= speed * unit <= _FASTEST_POSSIBLE
    ]
    if len(units) != 1:
        return None
    return Witness(units[0], "possible speeds", "no other unit can be run")


def _find_only_length(evidence: DistanceEvidence) -> Witness | None:
    """Return metres where a list without times holds numbers too large for km and miles."""
    raw = evidence.raw[np.array(evidence.sports) == "running"]
    lengths = raw[raw > 0]
    if (evidence.time_s > 0).any() or not lengths.size:
        return None
    length = np.median(lengths)
    if length * KM <= _LONGEST_M or not _SHORTEST_M <= length <= _LONGEST_M:
        return None
    return Witness(1.0, "possible speeds", "nobody runs so many km")


def _judge_climbs(evidence: DistanceEvidence) -> Witness | None:
    """Return the unit of an account whose climbs show it: feet go with miles there."""
    if evidence.climb_unit is None:
        return None
    if evidence.climb_unit == 1.0:
        return Witness(KM, "whole feet", "its climbs are no feet made of whole metres")
    return Witness(MILE, "whole feet", "its climbs are feet made of whole metres")


# --- cadence -------------------------------------------------------------------------


def infer_cadence_unit(evidence: DistanceEvidence) -> UnitDecision:
    """Return how many steps one of a list's cadence is: 2 where it counts strides of one leg."""
    vote = vote_cadence(evidence)
    if vote is not None:
        counted = f"cadence x time x stride length in {vote.agreed} of {vote.rows} rows"
        return UnitDecision(vote.legs, "other columns", counted)
    cadence = evidence.cadence
    of_runs = cadence[(np.array(evidence.sports) == "running") & (cadence > 0)]
    if of_runs.size and np.median(of_runs) < LEGS:
        return UnitDecision(
            2.0, "possible speeds", f"under {LEGS:.0f} a minute by median"
        )
    return UnitDecision(1.0, "assumed")
