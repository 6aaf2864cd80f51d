"""Polar's sessions: of the personal data export (two generations) and of the AccessLink service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from loadwatch.activity import NAN, Activity, Reading, Session, Skipped
from loadwatch.errors import NotActivity
from loadwatch.ingest.readers import sports
from loadwatch.ingest.readers.frames import EMPTY_RECORDS, build_records
from loadwatch.ingest.readers.json.values import (
    as_mapping,
    as_objects,
    is_known,
    parse_datetime,
    parse_duration,
    parse_local_time,
    parse_number,
    parse_positive,
    parse_text,
    to_array,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 -- wall clocks are counted from it too
_LEGS = 2.0  # Polar counts one leg's strides
_KMH = 1 / 3.6
# what a sample is called: in the export, in the service by number
_CHANNELS = {
    "HEART_RATE": ("heart_rate_bpm", 1.0),
    "heartRate": ("heart_rate_bpm", 1.0),
    "0": ("heart_rate_bpm", 1.0),
    "SPEED": ("speed_mps", _KMH),
    "speed": ("speed_mps", _KMH),
    "1": ("speed_mps", _KMH),
    "CADENCE": ("cadence_spm", _LEGS),
    "cadence": ("cadence_spm", _LEGS),
    "2": ("cadence_spm", _LEGS),
    "ALTITUDE": ("altitude_m", 1.0),
    "altitude": ("altitude_m", 1.0),
    "3": ("altitude_m", 1.0),
    "DISTANCE": ("distance_m", 1.0),
    "distance": ("distance_m", 1.0),
    "10": ("distance_m", 1.0),
}


@dataclass(frozen=True, slots=True)
class SessionStart:
    """When a session began: wall clock, instant, offset."""

    local: datetime | None
    utc: datetime | None
    zone: str

    def epoch_s(self) -> float:
        """Return the start in s since 1970, of the instant, else of the wall clock."""
        at = self.utc.replace(tzinfo=None) if self.utc is not None else self.local
        return (at - _EPOCH).total_seconds() if at is not None else NAN


def is_export(found: Mapping[str, Any]) -> bool:
    """Whether an object is a training session of the personal data export."""
    return "exercises" in found and "startTime" in found


def is_service(found: Mapping[str, Any]) -> bool:
    """Whether an object is an exercise of the AccessLink service."""
    return "start_time" in found and (
        "polar_user" in found or "detailed_sport_info" in found
    )


def read_export(found: Mapping[str, Any]) -> Reading:
    """Return the exercises of a training session; one whole is enough where it has one exercise."""
    exercises = as_objects(found.get("exercises")) or [{}]
    only = found if len(exercises) == 1 else {}
    made = [
        _read_exercise(part, {**only, **one}, found)
        for part, one in enumerate(exercises, start=1)
    ]
    return _build_reading(made)


def read_service(found: list[Mapping[str, Any]]) -> Reading:
    """Return the exercises of an answer of AccessLink."""
    return _build_reading(
        [_read_service_exercise(part, one) for part, one in enumerate(found, start=1)]
    )


def _build_reading(made: list[Activity | Skipped]) -> Reading:
    activities = tuple(one for one in made if isinstance(one, Activity))
    skipped = tuple(one for one in made if isinstance(one, Skipped))
    if not activities and len(made) < 2:
        raise NotActivity("a session of Polar without a start that can be read")
    return Reading(activities, skipped)


def _build_activity(
    start: SessionStart, frame: pd.DataFrame, session: Session, part: int
) -> Activity | Skipped:
    if start.local is None and start.utc is None:
        return Skipped(f"#{part}", "rejected", "it has no start that can be read")
    return Activity(frame, session)


def _read_exercise(
    part: int, one: Mapping[str, Any], whole: Mapping[str, Any]
) -> Activity | Skipped:
    offset = next(
        (whole[n] for n in ("timezoneOffsetMinutes", "timeZoneOffset") if n in whole),
        None,
    )
    offset = one.get("timezoneOffsetMinutes", one.get("timezoneOffset", offset))
    start = SessionStart(*parse_local_time(one.get("startTime"), offset))
    stated = _find_sport(one.get("sport"))
    millis = parse_number(one.get("durationMillis"))
    session = Session(
        format="json",
        sport=stated.sport,
        sub_sport=stated.sub_sport,
        unknown_sport=stated.unknown_word,
        name=parse_text(whole.get("name")),
        start_utc=start.utc,
        start_local=start.local,
        zone=start.zone,
        timer_s=parse_positive(
            millis / 1000 if is_known(millis) else parse_duration(one.get("duration"))
        ),
        distance_m=parse_positive(one.get("distanceMeters", one.get("distance"))),
        ascent_m=parse_positive(one.get("ascentMeters", one.get("ascent"))),
        descent_m=parse_positive(one.get("descentMeters", one.get("descent"))),
        heart_rate_bpm=_mean_heart_rate(one),
        device_load=parse_positive(one.get("trainingLoad", whole.get("trainingLoad"))),
        device="polar",
        part=part,
        notes=stated.notes,
    )
    return _build_activity(
        start, _export_samples(start, one, stated.sport), session, part
    )


def _mean_heart_rate(one: Mapping[str, Any]) -> float:
    values = (
        one.get("averageHeartRate"),
        one.get("hrAvg"),
        as_mapping(one.get("heartRate")).get("avg"),
    )
    return next(
        (found for value in values if is_known(found := parse_positive(value))), NAN
    )


def _find_sport(value: Any) -> sports.StatedSport:
    """Return the sport of a word, or of a number of the export's own."""
    identity = as_mapping(value).get("id")
    word = parse_text(value)
    if not word and isinstance(identity, int | str):
        word = str(identity)
    return sports.read_sport(word, "polar_numbers")


def _read_service_exercise(part: int, one: Mapping[str, Any]) -> Activity | Skipped:
    start = SessionStart(
        *parse_local_time(one.get("start_time"), one.get("start_time_utc_offset"))
    )
    stated = _find_sport(one.get("detailed_sport_info") or one.get("sport"))
    load = as_mapping(one.get("training_load_pro"))
    length = parse_duration(one.get("duration", one.get("durations")))
    session = Session(
        format="json",
        sport=stated.sport,
        sub_sport=stated.sub_sport,
        unknown_sport=stated.unknown_word,
        start_utc=start.utc,
        start_local=start.local,
        zone=start.zone,
        timer_s=parse_positive(length),
        distance_m=parse_positive(one.get("distance")),
        heart_rate_bpm=parse_positive(as_mapping(one.get("heart_rate")).get("average")),
        device_load=parse_positive(load.get("cardio-load", one.get("training_load"))),
        device=_device_name(one),
        serial=parse_text(one.get("device_id")),
        part=part,
        notes=stated.notes,
    )
    return _build_activity(
        start, _service_samples(start, one, stated.sport, length), session, part
    )


def _device_name(one: Mapping[str, Any]) -> str:
    name = parse_text(one.get("device")).casefold()
    return name if name.startswith("polar") else f"polar {name}".strip()


def _service_samples(
    start: SessionStart, one: Mapping[str, Any], sport: str, length: float
) -> pd.DataFrame:
    held: dict[str, tuple[float, NDArray[np.float64]]] = {}
    for sample in as_objects(one.get("samples")):
        kind = str(sample.get("sample_type", sample.get("sample-type")))
        step = parse_positive(
            sample.get("recording_rate", sample.get("recording-rate"))
        )
        data = sample.get("data")
        if kind in _CHANNELS and isinstance(data, str) and is_known(step):
            name, factor = _CHANNELS[kind]
            held[name] = step, to_array(data.split(",")) * factor
    return _build_records(start.epoch_s(), held, sport, length)


def _export_samples(
    start: SessionStart, one: Mapping[str, Any], sport: str
) -> pd.DataFrame:
    """Return the records of an exercise: of the new export by interval, of the old one by time."""
    samples = one.get("samples")
    if isinstance(samples, dict) and "samples" in samples:
        samples = samples["samples"]
    held: dict[str, tuple[float, NDArray[np.float64]]] = {}
    for sample in as_objects(samples):
        step, values = (
            parse_positive(sample.get("intervalMillis"), 0.001),
            sample.get("values"),
        )
        if (
            str(sample.get("type")) in _CHANNELS
            and is_known(step)
            and isinstance(values, list)
        ):
            name, factor = _CHANNELS[str(sample["type"])]
            held[name] = step, to_array(values) * factor
    if isinstance(samples, dict):
        held = {
            _CHANNELS[n][0]: _resample_timed(start, v, _CHANNELS[n][1])
            for n, v in samples.items()
            if n in _CHANNELS
        }
    return _build_records(start.epoch_s(), held, sport, NAN)


def _resample_timed(
    start: SessionStart, values: Any, factor: float
) -> tuple[float, NDArray[np.float64]]:
    """Return samples that carry their own time on a grid of seconds from the start."""
    points = [
        (at, parse_number(point.get("value")))
        for point in as_objects(values)
        if (at := parse_datetime(point.get("dateTime")))
    ]
    begun = start.local
    if begun is None or not points:
        return 1.0, np.empty(0)
    seconds = np.array(
        [
            round((at.replace(tzinfo=None) - begun) / timedelta(seconds=1))
            for at, _ in points
        ]
    )
    inside = (seconds >= 0) & (seconds < 7 * 86400)
    grid = np.full(int(seconds[inside].max(initial=-1)) + 1, np.nan)
    grid[seconds[inside]] = np.array([value for _, value in points])[inside] * factor
    return 1.0, grid


def _build_records(
    start: float,
    held: Mapping[str, tuple[float, NDArray[np.float64]]],
    sport: str,
    length: float,
) -> pd.DataFrame:
    """Return channels of one step as records; a step that differs from the others' is left out."""
    steps = [step for step, values in held.values() if values.size]
    if not steps or not is_known(start):
        return EMPTY_RECORDS
    step = min(steps)
    size = max(values.size for own, values in held.values() if own == step)
    if is_known(length) and length > 0:
        size = min(size, int(length / step) + 2)
    columns = {
        name: np.pad(
            values[:size], (0, max(0, size - values.size)), constant_values=np.nan
        )
        for name, (own, values) in held.items()
        if own == step
    }
    if sport not in {"running", "walking", "hiking"}:
        columns.pop("cadence_spm", None)
    for name in {"heart_rate_bpm", "cadence_spm"} & columns.keys():
        columns[name] = np.where(columns[name] > 0, columns[name], np.nan)
    if "altitude_m" in columns:
        columns["altitude_m"] = _without_first_zeros(columns["altitude_m"])
    times = np.round((start + np.arange(size) * step) * 1e9).astype(np.int64)
    return build_records(times, columns)


def _without_first_zeros(altitude: NDArray[np.float64]) -> NDArray[np.float64]:
    """Polar writes 0 until the barometer speaks."""
    real = np.flatnonzero(np.nan_to_num(altitude) != 0)
    cut = altitude.copy()
    cut[: real[0] if real.size else cut.size] = np.nan
    return cut
