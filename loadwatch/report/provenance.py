"""What a report rests on: files read and left out, time zones, where surfaces are from."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from loadwatch import formatting
from loadwatch.assess.rules import RULES
from loadwatch.assess.weeks import select_runs
from loadwatch.formatting import bind_units, clean_source, clean_text
from loadwatch.ingest.sources import LOADWATCH_FILE_REASON
from loadwatch.report import known_ground
from loadwatch.tables import SURFACE_COLUMNS, WEEKDAYS

if TYPE_CHECKING:
    from loadwatch.activity import Skipped
    from loadwatch.analysis import Analysis
    from loadwatch.assess.rules import Unknown
    from loadwatch.ingest.dedupe import Duplicate

ZONE_SOURCES = {
    "local_timestamp": "the watch's own clock",
    "file": "the file's own offset",
    "position": "where the run was",
    "list": "the list's local times",
    "athlete": "the runner's other files",
    "setting": "the tz setting",
    "system": "this computer's zone",
}
MOSTLY = 0.5  # of the last weeks' distance on unknown ground: the remedies are named
RECENT = 12  # weeks
FEW = 5  # files named that could not be read; all of them are in `loadwatch activities`
REMEDIES = (
    ("Tag single runs", "a line in tags.csv beside your files: date, surface"),
    (
        "Say where you mostly run",
        (
            'default_surface = "hard" below [surface] in loadwatch.toml: runs without a '
            "label then count so"
        ),
    ),
)
MAP_REMEDY = (
    "Give a map",
    (
        "loadwatch report PATH --osm extract.osm.pbf matches the track to "
        "OpenStreetMap's ways"
    ),
)
MAP_ANSWERS = {
    "tagged": "tagged_m",
    "inferred from other tags": "inferred_m",
    "off the ways": "unmatched_m",
    "outside the extract": "outside_m",
}
ZONE_LENGTH = 40
FEW_LINES = 3  # of a diary that cannot be read, in the summary
KIND_LABELS = {
    "ignored": "fine, but no activity",
    "rejected": "not readable",
    "limited": "larger than one file may be",
}


def describe_reading(analysis: Analysis) -> str:
    """Return how much was read and how weeks are counted, in one line."""
    activities = formatting.format_count(
        len(analysis.activities), "activity", "activities"
    )
    read = f"Read {activities}"
    if analysis.files:
        read += f" from {formatting.format_count(analysis.files, 'file')}"
    left_out = []
    if skipped := _count_skipped(analysis):
        left_out.append(f"{formatting.format_number(skipped)} skipped")
    if analysis.duplicates:
        left_out.append(formatting.format_count(len(analysis.duplicates), "duplicate"))
    if left_out:
        read += f" ({', '.join(left_out)})"
    weeks = "Weeks"
    if count_zones(analysis):
        weeks = f"{describe_zone(analysis)}, weeks"
    return f"{read}. {weeks} from {WEEKDAYS[analysis.settings.week_start]}."


def format_summary(analysis: Analysis, *, verbose: bool = False) -> str:
    """Return how much was read, with each remark; if `verbose` each input left out too."""
    lines = [describe_reading(analysis)]
    if verbose:
        lines += list_left_out(analysis)
    else:
        lines += list_unread(analysis)
        if _count_skipped(analysis):
            lines.append("Skipped files and why: loadwatch activities PATH, or -v.")
    remarks = (*analysis.remarks, *list_diary_problems(analysis))
    return "\n".join((*lines, *map(clean_text, remarks)))


def list_diary_problems(analysis: Analysis) -> list[str]:
    """Return the diary's first lines that cannot be read, and how many others there are."""
    if analysis.diary is None:
        return []
    problems = list(analysis.diary.problems)
    more = len(problems) - FEW_LINES
    if more <= 0:
        return problems
    others = formatting.format_count(more, "more remark")
    hint = f"... and {others} on the diary: loadwatch diary PATH"
    return [*problems[:FEW_LINES], hint]


def list_unread(analysis: Analysis) -> list[str]:
    """Return a line for each of the first files that could not be read."""
    unread = [item for item in analysis.skipped if item.kind != "ignored"]
    lines = [
        f"Skipped {clean_source(item.source)}: {clean_text(item.why)}."
        for item in unread[:FEW]
    ]
    if len(unread) > FEW:
        lines.append(f"Skipped {len(unread) - FEW} more that could not be read.")
    return lines


def _count_skipped(analysis: Analysis) -> int:
    """Return how many inputs were left out, without loadwatch's own files.

    Those are settings and lists, and read as such.
    """
    return sum(item.why != LOADWATCH_FILE_REASON for item in analysis.skipped)


def count_zones(analysis: Analysis) -> list[tuple[str, int]]:
    """Return the time zones of the activities and how often, the most used first."""
    counts = Counter(zone for zone in analysis.activities["zone"].tolist() if zone)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [(clean_text(zone, ZONE_LENGTH), count) for zone, count in ordered]


def describe_zone(analysis: Analysis) -> str:
    """Return the time zone, or the most used one and how many others."""
    zones = count_zones(analysis)
    most_used = zones[0][0]
    if len(zones) == 1:
        return most_used
    others = formatting.format_count(len(zones) - 1, "other zone")
    return f"{most_used} and {others}"


def count_zone_sources(analysis: Analysis) -> list[tuple[str, int]]:
    """Return where local time is from, and of how many activities."""
    counts = Counter(analysis.activities["zone_source"].tolist())
    return [
        (label, counts[source])
        for source, label in ZONE_SOURCES.items()
        if counts[source]
    ]


def compute_map_shares(analysis: Analysis) -> list[tuple[str, float]]:
    """Return how the map answered, as shares of the runs' distance [1].

    Empty where no map was used.
    """
    columns = ("distance_m", "surface_source", *MAP_ANSWERS.values())
    runs = select_runs(analysis.activities, analysis.settings, columns)
    distance = float(runs["distance_m"].sum())
    if not distance > 0 or not (runs["surface_source"] == "map").any():
        return []
    return [
        (label, float(runs[column].sum()) / distance)
        for label, column in MAP_ANSWERS.items()
    ]


def list_shares(analysis: Analysis) -> list[str]:
    """Return where local time and surface are from, and how much of the distance each is."""
    zones = [
        f"{label} ({formatting.format_number(count)})"
        for label, count in count_zone_sources(analysis)
    ]
    parts = {
        "Local time by source": zones,
        "Ground by source, of the distance run": _format_shares(
            known_ground.compute_source_shares(analysis)
        ),
        "Of the distance, the map": _format_shares(compute_map_shares(analysis)),
    }
    return [
        bind_units(f"{head}: {', '.join(items)}.")
        for head, items in parts.items()
        if items
    ]


def _format_shares(shares: list[tuple[str, float]]) -> list[str]:
    return [f"{label} {formatting.format_percent(share)}" for label, share in shares]


def list_remedies(analysis: Analysis) -> tuple[tuple[str, str], ...]:
    """Return how to make the ground known, where most of it is unknown.

    A map is one way only where there are positions.
    """
    if compute_unknown_share(analysis) < MOSTLY:
        return ()
    if any(map(bool, analysis.activities["cells"].tolist())):
        return (*REMEDIES, MAP_REMEDY)
    return REMEDIES


def describe_unknown(analysis: Analysis) -> str:
    """Return how much of the last weeks' distance was on unknown ground."""
    count = min(len(analysis.weeks), RECENT)
    weeks = f"the last {count} weeks"
    if count == 1:
        weeks = "the only week"
    share = bind_units(formatting.format_percent(compute_unknown_share(analysis)))
    return f"{share} of the distance of {weeks} was on unknown ground"


def compute_unknown_share(analysis: Analysis, last: int = RECENT) -> float:
    """Return the share of the last weeks' distance on unknown ground [1]; 0 without a run."""
    recent = analysis.weeks.iloc[-last:]
    distance = float(recent[list(SURFACE_COLUMNS)].sum().sum())
    if not distance > 0:
        return 0.0
    return float(recent["unknown_m"].sum()) / distance


def list_left_out(analysis: Analysis) -> list[str]:
    """Return a line for each input left out, and for each run that was there twice."""
    skipped = [_format_skipped(item) for item in analysis.skipped]
    duplicates = [_format_duplicate(item) for item in analysis.duplicates]
    return skipped + duplicates


def _format_skipped(item: Skipped) -> str:
    reason = f"({KIND_LABELS[item.kind]}): {clean_text(item.why)}"
    return f"Skipped {clean_source(item.source)} {reason}."


def _format_duplicate(item: Duplicate) -> str:
    source, kept = clean_source(item.source), clean_source(item.of)
    return f"Counted once: {source} is the same run as {kept} ({item.why})."


def list_gaps(unknown: tuple[Unknown, ...]) -> list[str]:
    """Return each check that could not be judged, with why.

    Its week is named where there are several.
    """
    titles = {rule.id: rule.title for rule in RULES}
    has_several_weeks = len({gap.week for gap in unknown}) > 1
    lines = []
    for gap in unknown:
        check = titles.get(gap.rule, gap.rule)
        if has_several_weeks:
            check += f", week of {formatting.format_day_month(gap.week)}"
        lines.append(f"{check} ({clean_text(gap.why.text)}).")
    return lines


def list_gap_lines(unknown: tuple[Unknown, ...]) -> list[str]:
    """Return what could not be judged; what only waits for the week's end in one line."""
    waiting = tuple(gap for gap in unknown if gap.why.code == "not_over")
    others = tuple(gap for gap in unknown if gap not in waiting)
    lines = [f"Not judged: {line}" for line in list_gaps(others)]
    if waiting:
        checks = formatting.format_count(len(waiting), "check")
        lines.append(f"Not judged until the week is over: {checks}.")
    return lines


def describe_no_flags(analysis: Analysis) -> str:
    """Return that nothing was raised, without calling it safe."""
    sentences = ["No flag in these weeks."]
    if unjudged := len({gap.rule for gap in analysis.unknown}):
        checks = formatting.format_count(unjudged, "check")
        sentences.append(f"{checks} could not be judged in some weeks.")
    if known_ground.find_quiet_week(analysis):
        sentences.append("Your answers show no move to harder ground.")
    return " ".join((*sentences, "Nothing raised does not mean that all is well."))
