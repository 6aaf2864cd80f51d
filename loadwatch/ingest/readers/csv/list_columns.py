"""The rows of a list as columns of text by role, with what is known of their units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from loadwatch.activity import Note
    from loadwatch.ingest.readers.csv.names import VendorTraits

    Notes = list[list[Note]]  # of each row

TIMES = ("timer", "moving", "elapsed")


@dataclass(frozen=True, slots=True)
class ListColumns:
    """The rows of a list that fit its header, as columns of text by role."""

    lines: Sequence[int]  # line of each row
    # every role there is -> the cells of its first column, blank where there is none
    texts: Mapping[str, Sequence[str]]
    # roles of the table -> all columns of the role's name; Strava has two of some
    columns: Mapping[str, Sequence[Sequence[str]]]
    headings: Mapping[str, str]  # role -> what its first column is called
    units: Mapping[str, float]  # role -> SI factor that header or vendor state
    traits: VendorTraits
    has_semicolons: bool  # as written where the comma is the decimal mark
