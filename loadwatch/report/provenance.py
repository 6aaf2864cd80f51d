"""What a report rests on: files read and left out, zones, who told the surface, data problems."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from loadwatch import formatting
from loadwatch.assess import rules, weeks
from loadwatch.formatting import bind_units
from loadwatch.ingest.sources import LOADWATCH_FILE_REASON
from loadwatch.tables import SURFACE_COLUMNS, WEEKDAYS

if TYPE_CHECKING:
    from loadwatch.analysis import Analysis
    from loadwatch.assess.rules import Unknown

ZONE_SOURCES = {
    "local_timestamp": "the watch's own clock",
    "file": "the file's own offset",
    "position": "where the run was",
    "list": "the list's local times",
    "athlete": "the runner's other files",
    "setting": "the tz setting",
    "system": "this computer's zone",
}
SURFACE_SOURCES = {
    "tag": "your tags",
    "label": "the watch's or list's label",
    "map": "the map extract",
    "list": "Strava's Dirt Distance",
    "default": "the default_surface setting",
    "none": "nobody",
}
MOSTLY = 0.5  # of the last weeks' distance on unknown ground: the remedies are named
RECENT = 12  # weeks
FEW = 5  # files named that could not be read; all of them are in `loadwatch activities`
REMEDIES = (
    ("Tag single runs", "a line in tags.csv beside your files: date, surface"),
    (
        "Say where you mostly run",
        'default_surface = "hard" below [surface] in loadwatch.toml: runs that nobody labelled then count so',
    ),
)
MAP_REMEDY = (
    "Give a map",
    "loadwatch report PATH --osm extract.osm.pbf matches the track to OpenStreetMap's ways",
)
FEW_LINES = 3  # of a diary that cannot be read, in the summary
KIND_WORDS = {
    "ignored": "fine, but no activity",
    "rejected": "not readable",
    "limited": "larger than one file may be",
}


def describe_reading(analysis: Analysis) -> str:
    """Return how much was read and how weeks are counted, in one line."""
    kept, left = len(analysis.activities), []
    if skipped := _count_skipped(analysis):
        left.append(f"{formatting.format_number(skipped)} skipped")
    if analysis.duplicates:
        left.append(formatting.format_count(len(analysis.duplicates), "duplicate"))
    aside = f" ({', '.join(left)})" if left else ""
    files = (
        f" from {formatting.format_count(analysis.files, 'file')}"
        if analysis.files
        else ""
    )
    start = WEEKDAYS[analysis.settings.week_start]
    where = f"{describe_zone(analysis)}, weeks" if count_zones(analysis) else "Weeks"
    return f"Read {formatting.format_count(kept, 'activity', 'activities')}{files}{aside}. {where} from {start}."


def format_summary(analysis: Analysis, *, verbose: bool = False) -> str:
    """Return how much was read; with `verbose` also each input left out, and each remark."""
    lines = [describe_reading(analysis)]
    if verbose:
        lines += list_left_out(analysis)
    else:
        lines += list_unread(analysis)
        if _count_skipped(analysis):
            lines.append("Skipped files and why: loadwatch activities PATH, or -v.")
    return "\n".join(
        (
            *lines,
            *map(
                formatting.clean_text,
                (*analysis.remarks, *list_diary_problems(analysis)),
            ),
        )
    )


def list_diary_problems(analysis: Analysis) -> list[str]:
    """Return the diary's lines that could not be read, the first few and how many others there are."""
    problems = list(analysis.diary.problems) if analysis.diary else []
    more = len(problems) - FEW_LINES
    rest = (
        [
            f"... and {formatting.format_count(more, 'more remark')} on the diary: loadwatch diary PATH"
        ]
        if more > 0
        else []
    )
    return problems[:FEW_LINES] + rest


def list_unread(analysis: Analysis) -> list[str]:
    """Return a line for each of the first files that could not be read."""
    lost = [item for item in analysis.skipped if item.kind != "ignored"]
    lines = [
        f"Skipped {formatting.clean_source(item.source)}: {formatting.clean_text(item.why)}."
        for item in lost[:FEW]
    ]
    return lines + [f"Skipped {len(lost) - FEW} more that could not be read."] * (
        len(lost) > FEW
    )


def _count_skipped(analysis: Analysis) -> int:
    """Return how many inputs were left out that are not loadwatch's own files, which are read as such."""
    return sum(item.why != LOADWATCH_FILE_REASON for item in analysis.skipped)


def count_zones(analysis: Analysis) -> list[tuple[str, int]]:
    """Return the zones the runs were counted in, the most used first."""
    found = Counter(zone for zone in analysis.activities["zone"].tolist() if zone)
    return [
        (formatting.clean_text(zone, 40), n)
        for zone, n in sorted(found.items(), key=lambda item: (-item[1], item[0]))
    ]


def describe_zone(analysis: Analysis) -> str:
    """Return the zone, or the most used one and how many others."""
    found = count_zones(analysis)
    others = len(found) - 1
    return found[0][0] + (
        f" and {formatting.format_count(others, 'other zone')}" if others else ""
    )


def count_zone_sources(analysis: Analysis) -> list[tuple[str, int]]:
    """Return who told the local time, and of how many activities."""
    found = Counter(analysis.activities["zone_source"].tolist())
    return [
        (ZONE_SOURCES[source], found[source])
        for source in ZONE_SOURCES
        if found[source]
    ]


def compute_surface_shares(analysis: Analysis) -> list[tuple[str, float]]:
    """Return who told the surface, and the share of the runs' distance each told."""
    runs = weeks.select_runs(analysis.activities, analysis.settings)
    total = float(runs["distance_m"].sum())
    by_source = (
        runs.groupby("surface_source")["distance_m"].sum().to_dict()
        if len(runs)
        else {}
    )
    return [
        (SURFACE_SOURCES[source], float(by_source[source]) / total)
        for source in SURFACE_SOURCES
        if total > 0 and by_source.get(source, 0.0) > 0
    ]


def compute_map_shares(analysis: Analysis) -> list[tuple[str, float]]:
    """Return how the map answered, as shares of the runs' distance; empty where no map was used."""
    runs = weeks.select_runs(analysis.activities, analysis.settings)
    total = float(runs["distance_m"].sum())
    if not total > 0 or not (runs["surface_source"] == "map").any():
        return []
    told = {
        "tagged": "tagged_m",
        "inferred from other tags": "inferred_m",
        "off the ways": "unmatched_m",
        "outside the extract": "outside_m",
    }
    return [(word, float(runs[column].sum()) / total) for word, column in told.items()]


def list_shares(analysis: Analysis) -> list[str]:
    """Return who told local time and surface, and how much of the distance each covers."""
    zone = [
        f"{source} ({formatting.format_number(n)})"
        for source, n in count_zone_sources(analysis)
    ]
    ground = [
        f"{source} {formatting.format_percent(share)}"
        for source, share in compute_surface_shares(analysis)
    ]
    ways = [
        f"{word} {formatting.format_percent(share)}"
        for word, share in compute_map_shares(analysis)
    ]
    told = {
        "Local time told by": ", ".join(zone),
        "Ground told by, of the distance run": ", ".join(ground),
        "Of the distance, the map": ", ".join(ways),
    }
    return [bind_units(f"{head}: {body}.") for head, body in told.items() if body]


def list_remedies(analysis: Analysis) -> tuple[tuple[str, str], ...]:
    """Return what would tell the ground, where nobody told most of it; a map where there are positions."""
    if compute_unknown_share(analysis) < MOSTLY:
        return ()
    placed = any(map(bool, analysis.activities["cells"].tolist()))
    return (*REMEDIES, MAP_REMEDY) if placed else REMEDIES


def describe_unknown(analysis: Analysis) -> str:
    """Return how much of the last weeks' distance was on ground that nobody told."""
    count = min(len(analysis.weeks), RECENT)
    last = f"the last {count} weeks" if count > 1 else "the only week"
    share = bind_units(formatting.format_percent(compute_unknown_share(analysis)))
    return f"{share} of the distance of {last} was on ground that nobody told"


def compute_unknown_share(analysis: Analysis, last: int = RECENT) -> float:
    """Return the share of the last weeks' distance whose surface nobody told [1]; 0 without a run."""
    recent = analysis.weeks.iloc[-last:]
    total = float(recent[list(SURFACE_COLUMNS)].sum().sum())
    return float(recent["unknown_m"].sum()) / total if total > 0 else 0.0


def list_left_out(analysis: Analysis) -> list[str]:
    """Return a line for each input left out, and for each run that was there twice."""
    lines = [
        f"Skipped {formatting.clean_source(item.source)} ({KIND_WORDS[item.kind]}): {formatting.clean_text(item.why)}."
        for item in analysis.skipped
    ]
    return lines + [
        f"Counted once: {formatting.clean_source(twin.source)} is the same run as "
        f"{formatting.clean_source(twin.of)} ({twin.why})."
        for twin in analysis.duplicates
    ]


def list_gaps(unjudged: tuple[Unknown, ...]) -> list[str]:
    """Return each check that could not be judged, with why, and in which week where there are several."""
    titles = {rule.id: rule.title for rule in rules.RULES}
    several = len({gap.week for gap in unjudged}) > 1
    return [
        f"{titles.get(gap.rule, gap.rule)}{f', week of {formatting.format_day_month(gap.week)}' if several else ''}: "
        f"{formatting.clean_text(gap.why.text)}."
        for gap in unjudged
    ]


def describe_no_flags(analysis: Analysis) -> str:
    """Return that nothing was raised, without calling it safe."""
    judged = len({gap.rule for gap in analysis.unknown})
    aside = (
        f" {formatting.format_count(judged, 'check')} could not be judged in every week."
        if judged
        else ""
    )
    return f"No flag in these weeks.{aside} Nothing raised is no clearance."
