"""One athlete: paths in, an Analysis out."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loadwatch.activity import Skipped
from loadwatch.assess import rules
from loadwatch.errors import NothingToRead
from loadwatch.ingest import zones
from loadwatch.ingest.list_units import find_list_units
from loadwatch.ingest.sources import Member, find_members
from loadwatch.ingest.store import identify_athlete, locate_store, open_store
from loadwatch.ingest.stray_dates import set_aside_strays
from loadwatch.pipeline import intake
from loadwatch.pipeline.assessment import assess_rows
from loadwatch.pipeline.input_jobs import fingerprint_settings
from loadwatch.settings import FILE as SETTINGS_FILE
from loadwatch.settings import load as load_settings
from loadwatch.user_files import find_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    import pandas as pd

    from loadwatch.analysis import Analysis
    from loadwatch.ingest.store import Store
    from loadwatch.pipeline.intake import MapFunction, ProgressCallback, ReadInputs
    from loadwatch.settings import Settings

    AfterDeath = Callable[[Any, MapFunction], Any]
    AthleteMap = Callable[
        [Callable[[Any], Any], Sequence[Any], AfterDeath], Iterable[Any]
    ]

EXPORT_HINT = (
    "Give the zip that Garmin or Strava sent you, as it is. "
    "How to ask for it: loadwatch help export."
)


def map_in_turn(
    function: Callable[[Any], Any], jobs: Sequence[Any], _after_death: object
) -> Iterator[Any]:
    """Yield `function` of each job, one after the other, in this process."""
    return map(function, jobs)


def _share_all(_paths: Sequence[Path], _store: Path | None) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to read, beside what the settings state.

    Only `overrides`, `system_zone` and `now` can change a result.

    Attributes
    ----------
    files : settings files that the athlete's own goes before: the user's, the roster's.
    overrides : setting -> its value, and where that comes from.
    store : folder of the stores; None keeps nothing.
    map_jobs : a `map` over inputs; results in order.
    map_athletes : the same over jobs of a roster: function, jobs, and what gives the result of a
        job over which a worker died (of the job and a `map_jobs` that survives this).
    can_share : tells whether workers find at some paths, and in the folder of the stores, what
        this process finds there.
    system_zone : IANA name of this machine's time zone.
    now : the day by the clock; a roster finds by it who has fallen silent.
    progress : is called with inputs done and inputs in all.
    warn : is called with a sentence where something is wrong with the store.
    stdin : the bytes that the path `-` means.
    """

    files: tuple[Path, ...] = ()
    overrides: Mapping[str, tuple[object, str]] = field(default_factory=dict)
    store: Path | None = None
    map_jobs: MapFunction = map
    map_athletes: AthleteMap = map_in_turn
    can_share: Callable[[Sequence[Path], Path | None], bool] = _share_all
    system_zone: str = "UTC"
    now: date | None = None
    progress: ProgressCallback | None = None
    warn: Callable[[str], None] | None = None
    stdin: bytes | None = None

    def for_worker(self) -> Options:
        """Return the options as another process can have them, in whatever folder it works."""
        return replace(
            self,
            files=tuple(path.absolute() for path in self.files),
            overrides={**self.overrides, **self._place_map()},
            store=self.store and self.store.absolute(),
            map_jobs=map,
            map_athletes=map_in_turn,
            can_share=_share_all,
            progress=None,
            warn=None,
        )

    def _place_map(self) -> dict[str, tuple[object, str]]:
        if "osm" not in self.overrides:
            return {}
        path, origin = self.overrides["osm"]
        return {"osm": (str(Path(str(path)).absolute()), origin)}


def analyse_athlete(*paths: str | Path, options: Options | None = None) -> Analysis:
    """Return all that is known of the athlete whose data are at `paths`.

    Parameters
    ----------
    paths : a file, a folder, an export zip, or several of them: one athlete. A folder may hold
        `loadwatch.toml`, `tags.csv` and `diary.csv`.
    options : how to read (store, workers, zone of the machine), and settings over the file's.

    Raises
    ------
    NothingToRead : a path is missing, or a folder is empty.
    SettingsError : something is wrong in a `loadwatch.toml` or `tags.csv`.
    """
    options = options or Options()
    places = [Path(path) for path in paths]
    settings = load_athlete_settings(places, options)
    members, skipped = _find_inputs(places, settings, options)
    rows, left_out = _read_rows(places, members, settings, options)
    skipped += left_out
    rows, strays = set_aside_strays(rows, _find_last_possible_day(settings, options))
    skipped += strays
    return assess_rows(places, rows, skipped, settings, files=len(members))


def _find_last_possible_day(settings: Settings, options: Options) -> date | None:
    """Return the later of the clock and the day that is named; None where there is no clock."""
    if options.now is None:
        return None
    return max(options.now, settings.today or options.now)


def load_athlete_settings(places: Sequence[Path], options: Options) -> Settings:
    """Return the settings that hold for the athlete at `places`."""
    own = [find_file(place, SETTINGS_FILE) for place in places if place.is_dir()]
    files = [*options.files, *(path for path in own if path)]
    return load_settings(files, options.overrides, rules.list_setting_keys())


@contextmanager
def open_athlete_store(
    places: Sequence[Path], settings: Settings, options: Options
) -> Iterator[Store]:
    """Open the store of the athlete at `places`; `options.warn` gets its trouble, if any."""
    fingerprint = fingerprint_settings(settings)
    with open_store(options.store, identify_athlete(places), fingerprint) as store:
        yield store
    if store.trouble and options.warn:
        options.warn(store.trouble)


def has_every_input(places: Sequence[Path], store: Store) -> bool:
    """Return whether `store` knows what each input gave.

    It does not know an input over which a process died; that is tried again the next time.
    """
    found = find_members(places, has_input=store.has_input)
    keys = {member.key for member in found if isinstance(member, Member)}
    return keys <= store.find_by_key(keys).keys()


def list_inputs(
    places: Sequence[Path], settings: Settings, options: Options
) -> list[Member | Skipped]:
    """Return what is at `places`; a file that the store knows is not opened to see what it is."""
    athlete = identify_athlete(places)
    if options.store is None or not locate_store(options.store, athlete).exists():
        return list(find_members(places, stdin=options.stdin))
    silent = replace(options, warn=None)  # it warns where the store is read
    with open_athlete_store(places, settings, silent) as store:
        found = find_members(places, stdin=options.stdin, has_input=store.has_input)
        return list(found)


def _find_inputs(
    places: Sequence[Path], settings: Settings, options: Options
) -> tuple[list[Member], list[Skipped]]:
    """Return the inputs at `places`, and what there is no input; raise if there is nothing."""
    for place in places:
        if str(place) != "-" and not place.exists():
            hint = "Check the spelling, or drag the folder into the terminal."
            raise NothingToRead(f"no file or folder at {place}", hint)
    found = list_inputs(places, settings, options)
    if not found:
        names = ", ".join(map(str, places))
        raise NothingToRead(f"nothing to read in {names}: it is empty.", EXPORT_HINT)
    members = [item for item in found if isinstance(item, Member)]
    skipped = [item for item in found if isinstance(item, Skipped)]
    return members, skipped


def _read_rows(
    places: Sequence[Path],
    members: Sequence[Member],
    settings: Settings,
    options: Options,
) -> tuple[pd.DataFrame, list[Skipped]]:
    """Return all rows with their zones settled, and what gave none.

    A list whose unit recordings of the same runs contradict or settle is read again by it.
    """
    read = _read_inputs(places, members, settings, options)
    rows = zones.settle_zones(read.rows, settings, options.system_zone)
    units = find_list_units(rows)
    if units and not settings.distance_unit:
        with open_athlete_store(places, settings, options) as store:
            read = intake.read_lists_again(members, read, units, settings, store)
        rows = zones.settle_zones(read.rows, settings, options.system_zone)
    return rows, read.list_skipped()


def _read_inputs(
    places: Sequence[Path],
    members: Sequence[Member],
    settings: Settings,
    options: Options,
) -> ReadInputs:
    """Return what each member gave, matched on the map if the settings name one."""
    opens_there = options.can_share(places, None)
    with open_athlete_store(places, settings, options) as store:
        read = intake.read_members(
            members,
            settings,
            store,
            options.map_jobs,
            options.progress,
            opens_there=opens_there,
        )
        if settings.osm:
            map_jobs: MapFunction = map
            if options.can_share([Path(settings.osm)], None):
                map_jobs = options.map_jobs
            read = intake.match_map(
                members,
                read,
                settings,
                store,
                options.store,
                map_jobs,
                opens_there=opens_there,
            )
    return read
