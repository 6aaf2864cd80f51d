"""Words for kinds of sport in GPX and TCX files, as FIT's sport and sub sport."""

from __future__ import annotations

import re

UNKNOWN = ("unknown", "unknown")
_PLAIN = "generic"
# by Strava's number in <type>, as its exports wrote it until about 2020, and by word
STRAVA = {
    "1": ("cycling", _PLAIN),
    "2": ("alpine_skiing", _PLAIN),
    "3": ("alpine_skiing", "backcountry"),
    "4": ("hiking", _PLAIN),
    "5": ("inline_skating", _PLAIN),
    "6": ("ice_skating", _PLAIN),
    "7": ("cross_country_skiing", _PLAIN),
    "9": ("running", _PLAIN),
    "10": ("walking", _PLAIN),
    "11": ("training", _PLAIN),
    "16": ("swimming", _PLAIN),
}
WORDS = {
    "run": ("running", _PLAIN),
    "running": ("running", _PLAIN),
    "jogging": ("running", _PLAIN),
    "laufen": ("running", _PLAIN),
    "virtual run": ("running", "virtual_activity"),
    "trail": ("running", "trail"),
    "trail run": ("running", "trail"),
    "trail running": ("running", "trail"),
    "track running": ("running", "track"),
    "street running": ("running", "street"),
    "road running": ("running", "street"),
    "treadmill": ("running", "treadmill"),
    "treadmill running": ("running", "treadmill"),
    "indoor running": ("running", "indoor_running"),
    "virtual running": ("running", "virtual_activity"),
    "ultra run": ("running", "ultra"),
    "ultra running": ("running", "ultra"),
    "obstacle run": ("running", "obstacle"),
    "obstacle racing": ("running", "obstacle"),
    "walk": ("walking", _PLAIN),
    "walking": ("walking", _PLAIN),
    "casual walking": ("walking", _PLAIN),
    "speed walking": ("walking", "speed_walking"),
    "indoor walking": ("walking", "indoor_walking"),
    "nordic walking": ("walking", _PLAIN),
    "hike": ("hiking", _PLAIN),
    "hiking": ("hiking", _PLAIN),
    "trekking": ("hiking", _PLAIN),
    "mountaineering": ("mountaineering", _PLAIN),
    "ride": ("cycling", _PLAIN),
    "bike": ("cycling", _PLAIN),
    "biking": ("cycling", _PLAIN),
    "cycling": ("cycling", _PLAIN),
    "road biking": ("cycling", "road"),
    "road cycling": ("cycling", "road"),
    "mountain biking": ("cycling", "mountain"),
    "gravel cycling": ("cycling", "gravel_cycling"),
    "indoor cycling": ("cycling", "indoor_cycling"),
    "virtual ride": ("cycling", "virtual_activity"),
    "e bike ride": ("e_biking", _PLAIN),
    "swim": ("swimming", _PLAIN),
    "swimming": ("swimming", _PLAIN),
    "lap swimming": ("swimming", "lap_swimming"),
    "open water swimming": ("swimming", "open_water"),
    "rowing": ("rowing", _PLAIN),
    "indoor rowing": ("rowing", "indoor_rowing"),
    "skiing": ("alpine_skiing", _PLAIN),
    "cross country skiing": ("cross_country_skiing", _PLAIN),
    "inline skating": ("inline_skating", _PLAIN),
    "strength training": ("training", "strength_training"),
    "weight training": ("training", "strength_training"),
    "yoga": ("training", "yoga"),
    "pilates": ("training", "pilates"),
    "cardio": ("training", "cardio_training"),
    "transition": ("transition", _PLAIN),
    "multisport": ("multisport", _PLAIN),
    "other": (_PLAIN, _PLAIN),  # the maker says: neither running nor cycling
}


def find_sport(text: str) -> tuple[str, str]:
    """Return sport and sub sport for the `text` of a file, UNKNOWN where no table knows it."""
    word = re.sub(r"[\s_\-/]+", " ", text.strip()[:64]).lower()
    return STRAVA.get(word) or WORDS.get(word) or UNKNOWN
