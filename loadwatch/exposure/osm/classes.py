"""From the tags of a way or an area of the map to its surface, by tables that a user can override.

The tables follow the values in use on the OpenStreetMap wiki (Key:surface, Key:tracktype) and the
shares measured on tagged ways: a way without a surface tag gets the surface that most tagged ways
of its kind have. A class has no weight: none of them ranks a surface by its strain on a runner.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from loadwatch.tables import SURFACE_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# where an answer comes from, by code; the first five give a surface, the last three none
SOURCES: Final = (
    "surface",
    "tracktype",
    "hint",
    "highway",
    "area",
    "unmatched",
    "outside",
    "nowhere",
)
TAGGED_SOURCES: Final = ("surface",)  # the map states it
# other tags imply it
INFERRED_SOURCES: Final = ("tracktype", "hint", "highway", "area")
UNKNOWN: Final = SURFACE_NAMES.index("unknown")

_HARD = (
    "paved asphalt chipseal bitmac tarmac concrete cement paving_stones paved_stones "
    "sett cobblestone unhewn_cobblestone brick bricks tiles metal metal_grid wood"
)
_FIRM = (
    "unpaved compacted fine_gravel gravel pebblestone grass_paver clay laterite "
    "shells rock rocks stone stepping_stones"
)
_SOFT = (
    "ground dirt earth soil grass sand mud woodchips bark_mulch mulch "
    "artificial_turf snow"
)
_TRACK = "tartan rubber acrylic"
_ROADS = (
    "trunk trunk_link primary primary_link secondary secondary_link tertiary "
    "tertiary_link unclassified residential living_street road busway service"
)
_SQUARES = "pedestrian footway path cycleway service living_street residential track"
_PATHS = "footway cycleway pedestrian steps path bridleway track"


def _class_values(key: str, values: str, surface: str) -> dict[str, str]:
    """Return the entries of CLASSES for several values of one key."""
    return {f"{key}={value}": surface for value in values.split()}


# "key=value" -> surface; a user's entries replace these (a bare value means surface=value)
CLASSES: Final[Mapping[str, str]] = {
    **_class_values("surface", _HARD, "hard"),
    **_class_values("surface", _FIRM, "firm"),
    **_class_values("surface", _SOFT, "soft"),
    **_class_values("surface", _TRACK, "track"),
    **_class_values("tracktype", "grade1", "hard"),
    **_class_values("tracktype", "grade2 grade3", "firm"),
    **_class_values("tracktype", "grade4 grade5", "soft"),
    **_class_values("smoothness", "excellent good", "hard"),
    **_class_values("smoothness", "bad very_bad", "firm"),
    **_class_values("smoothness", "horrible very_horrible impassable", "soft"),
    **_class_values("highway", f"{_ROADS} footway cycleway pedestrian steps", "hard"),
    **_class_values("highway", "track", "firm"),
    **_class_values("highway", "path bridleway", "soft"),
    **_class_values("leisure", "park", "soft"),
    **_class_values("natural", "beach sand", "soft"),
}
HIGHWAYS: Final = frozenset(f"{_ROADS} {_PATHS}".split())
AREAS: Final = (
    ("leisure", "park"),
    ("leisure", "pitch"),
    ("leisure", "track"),
    ("natural", "beach"),
    ("natural", "sand"),
    *(("highway", value) for value in _SQUARES.split()),
)

# a leisure=track of another sport is no running track
RUNNING_TRACKS: Final = frozenset(("", "running", "athletics"))
_ROUGH = ("sac_scale", "mtb:scale", "trail_visibility")  # graded as a trail: not paved
_FOOTPATHS = frozenset(("path", "footway", "bridleway", "steps"))
_BUILT = (
    ("footway", "sidewalk"),
    ("segregated", "yes"),
    ("bicycle", "designated"),
    ("lit", "yes"),
)
_PAVEMENTS = ("sidewalk:left:surface", "sidewalk:right:surface")
_DIRECTIONS = ("surface:forward", "surface:backward")
_BESIDE = ("sidewalk:both:surface", "sidewalk:surface", "footway:surface")

Answer = tuple[int, int]  # code of SURFACES, code of SOURCES


def merge_classes(overrides: Mapping[str, str]) -> dict[str, str]:
    """Return the surface by "key=value", with a user's entries over those of `CLASSES`."""
    merged = dict(CLASSES)
    for key, surface in overrides.items():
        merged[key if "=" in key else f"surface={key}"] = surface
    return merged


def classify_way(tags: Mapping[str, str], classes: Mapping[str, str]) -> Answer | None:
    """Return surface and source of a way that people run on, None for any other way.

    A pavement beside a road counts where both sides are the same or one tag names both: on which
    side a runner was is beyond the accuracy of GPS.
    """
    if tags.get("indoor") == "yes":
        return None
    if is_running_track(tags):
        return _classify_track(tags, classes)
    highway = tags.get("highway", "")
    if highway not in HIGHWAYS or tags.get("area") == "yes":
        return None
    if stated := _first_class(_surface_values(tags, classes), classes):
        return _encode_answer(stated, "surface")
    if tracktype := _first_class([tags.get("tracktype", "")], classes, "tracktype"):
        return _encode_answer(tracktype, "tracktype")
    if hint := _hinted_class(highway, tags, classes):
        return _encode_answer(hint, "hint")
    return _encode_answer(classes.get(f"highway={highway}", "unknown"), "highway")


def guess_way(tags: Mapping[str, str], classes: Mapping[str, str]) -> Answer | None:
    """Return what `classify_way` would, if the way did not state its surface."""
    others = {key: value for key, value in tags.items() if "surface" not in key}
    return classify_way(others, classes)


def classify_area(tags: Mapping[str, str], classes: Mapping[str, str]) -> Answer | None:
    """Return surface and source of an area that people run across, None where its tags give none.

    A pitch counts only with a surface tag; a park without one is taken for grass.
    """
    if tags.get("leisure") == "track":
        if is_running_track(tags):
            return _classify_track(tags, classes)
        return None
    is_area = tags.get("area") == "yes" or tags.get("type") == "multipolygon"
    if tags.get("highway") and not is_area:
        return None  # a street that closes on itself is a line
    if stated := _first_class([tags.get("surface", "")], classes):
        return _encode_answer(stated, "surface")
    for key in ("leisure", "natural", "highway"):
        if surface := classes.get(f"{key}={tags.get(key, '')}", ""):
            return _encode_answer(surface, "area")
    return None


def _encode_answer(surface: str, source: str) -> Answer:
    """Return a surface and a source as their codes."""
    return SURFACE_NAMES.index(surface), SOURCES.index(source)


def is_running_track(tags: Mapping[str, str]) -> bool:
    """Return whether these are the tags of a running track.

    A ski piste, an ice rink and a velodrome are tracks, too.
    """
    sports = {sport.strip() for sport in tags.get("sport", "").split(";")}
    is_track = tags.get("leisure") == "track" and "piste:type" not in tags
    return is_track and bool(sports & RUNNING_TRACKS)


def _classify_track(tags: Mapping[str, str], classes: Mapping[str, str]) -> Answer:
    """Return `track` for a running track, but `soft` for one of bark chips that states so."""
    if _first_class([tags.get("surface", "")], classes) == "soft":
        return _encode_answer("soft", "surface")
    return _encode_answer("track", "surface")


def _surface_values(
    tags: Mapping[str, str], classes: Mapping[str, str]
) -> Iterator[str]:
    """Yield the surface tags of a way, those of its pavements first.

    Those of two sides, directions or lanes count where they are of one class.
    """
    yield from (tags.get(key, "") for key in _BESIDE)
    yield from _agreed_value([tags.get(key, "") for key in _PAVEMENTS], classes)
    yield tags.get("surface", "")
    yield from _agreed_value([tags.get(key, "") for key in _DIRECTIONS], classes)
    yield from _agreed_value(tags.get("surface:lanes", "").split("|"), classes)


def _agreed_value(values: list[str], classes: Mapping[str, str]) -> list[str]:
    """Return the first of values that are all of one class, none where they differ."""
    if len({_first_class([value], classes) for value in values}) == 1:
        return values[:1]
    return []


def _first_class(
    values: Iterator[str] | list[str], classes: Mapping[str, str], key: str = "surface"
) -> str:
    """Return the class of the first value that has one.

    `a;b` counts as a, or as b where a has no class, and `a:suffix` as a.
    """
    for value in values:
        for part in value.lower().split(";"):
            head = part.strip().replace(" ", "_")
            for name in (head, head.split(":")[0]):
                if found := classes.get(f"{key}={name}"):
                    return found
    return ""


def _hinted_class(
    highway: str, tags: Mapping[str, str], classes: Mapping[str, str]
) -> str:
    """Return the surface that other tags imply, "" where none does."""
    if highway in _FOOTPATHS:
        if any(key in tags for key in _ROUGH) or tags.get("informal") == "yes":
            return classes["highway=path"]
        if tags.get("footway") in {"sidewalk", "crossing"}:
            return "hard"
        if highway == "path" and any(tags.get(key) == value for key, value in _BUILT):
            return "hard"
    return classes.get(f"smoothness={tags.get('smoothness', '')}", "")
