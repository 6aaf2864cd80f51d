"""Read the bytes of one file as activities; the content decides, never the extension.

`READERS` is the growth point: one line per format, asked in order, each with
`sniff(head) -> bool` (the first 4 KiB) and `read(data, name, settings) -> Reading`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadwatch.errors import Unreadable
from loadwatch.ingest.readers import apple_health, csv, fit, json, xml
from loadwatch.ingest.readers.csv import google_health, samsung, sheets, zepp
from loadwatch.ingest.readers.magic import describe_foreign, describe_unknown
from loadwatch.ingest.readers.plausible import leave_out_implausible

if TYPE_CHECKING:
    from collections.abc import Callable

    from loadwatch.activity import Reading
    from loadwatch.settings import Settings

    Sniff = Callable[[bytes], bool]
    Read = Callable[[bytes, str, Settings], Reading]

SNIFFED_BYTES = 4096  # what `sniff` gets of a file

READERS: tuple[tuple[str, Sniff, Read], ...] = (
    ("fit", fit.sniff, fit.read),
    ("apple health", apple_health.sniff, apple_health.read),
    ("xml", xml.sniff, xml.read),
    ("json", json.sniff, json.read),
    ("spreadsheet", sheets.sniff, sheets.read),
    ("samsung", samsung.sniff, samsung.read),
    ("zepp", zepp.sniff, zepp.read),
    ("google health", google_health.sniff, google_health.read),
    # last: any text that no other reader knows may be a table
    ("csv", csv.sniff, csv.read),
)


def read(data: bytes, name: str, settings: Settings) -> Reading:
    """Return the activities of one file, without values beyond a person (`tables.PLAUSIBLE`).

    Raises Unreadable, NotActivity or OverLimit, nothing else.

    Parameters
    ----------
    data : the whole content
    name : of the file, which may hold the date of its activity
    settings : of the athlete
    """
    head = data[:SNIFFED_BYTES]
    reason = describe_foreign(head)
    if reason and not sheets.sniff(head):
        raise Unreadable(reason)
    for _, sniff, reader in READERS:
        if sniff(head):
            return leave_out_implausible(reader(data, name, settings))
    raise Unreadable(describe_unknown(head))
