"""A club: a folder of athletes, and the folder of each of them under a name of our own."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from loadwatch.analysis import Roster
from loadwatch.pipeline import analyse_roster
from loadwatch.report.slugs import make_slug, number_slugs
from loadwatch.web.site import Site, WatchedFolder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from loadwatch.analysis import Athlete
    from loadwatch.pipeline import Options


class Club(WatchedFolder[Roster]):
    """A roster's folder; the folders of its athletes are opened when they are asked for."""

    def __init__(self, folder: Path, options: Options) -> None:
        """Hold the folder; nothing is read before the first `refresh`."""
        super().__init__(folder, options)
        self._options_of_sites = options
        self._sites: dict[str, Site] = {}
        self._sites_lock = threading.Lock()

    def _analyse(self, options: Options) -> Roster:
        """Return all athletes in their groups."""
        return analyse_roster(self.folder, options)

    def find_site(self, slug: str) -> Site | None:
        """Return the folder of the athlete called `slug`, None where the club has none."""
        athlete = self.find_athlete(slug)
        if athlete is None:
            return None
        with self._sites_lock:
            # by folder: its address may be another's once runners come and go
            if athlete.place not in self._sites:
                self._sites[athlete.place] = Site(
                    self.folder / athlete.place,
                    self._options_of_sites,
                    club=self.folder,
                )
            return self._sites[athlete.place]

    def find_athlete(self, slug: str) -> Athlete | None:
        """Return the athlete called `slug`, None where the club has none."""
        if self.result is None:
            return None
        slugs = name_places(self.result)
        for athlete in self.result.athletes:
            if slugs[athlete.place] == slug:
                return athlete
        return None


def name_places(roster: Roster) -> Mapping[str, str]:
    """Return place of each athlete -> a name for addresses: small letters, digits, hyphens.

    It follows from the names of the folders, so it stays when an athlete is renamed.
    """
    places = sorted(athlete.place for athlete in roster.athletes)
    slugs = number_slugs([make_slug(place) for place in places])
    return dict(zip(places, slugs, strict=True))
