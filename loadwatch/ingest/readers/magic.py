"""File signatures: what a file is that no reader can read, as the reason why it is left out."""

from __future__ import annotations

# first bytes of a file, and what it is
MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "it starts like a JPEG image"),
    (b"\x89PNG\r\n", "it starts like a PNG image"),
    (b"GIF8", "it starts like a GIF image"),
    (b"RIFF", "it starts like a WebP image, a sound or a video"),
    (b"%PDF-", "it starts like a PDF document"),
    (b"PK\x03\x04", "a zip archive, not a single activity"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"PK\x01\x02", "it starts like a zip archive, but a broken one"),
    (b"\x1f\x8b", "it starts like a gzip file, but a broken one"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it first, or make it a zip"),
    (b"Rar!\x1a", "a RAR archive; unpack it first, or make it a zip"),
    (b"BZh91AY", "a bzip2 file; unpack it first"),
    (b"\xfd7zXZ", "an xz file; unpack it first"),
    (b"SQLite format 3", "it starts like a SQLite database"),
    (b"\x7fELF", "it starts like a program"),
    (b"MZ\x90", "it starts like a Windows program"),
    (b"OggS\x00", "it starts like a sound file"),
    (b"ID3\x03", "it starts like an MP3 sound file"),
    (b"ID3\x04", "it starts like an MP3 sound file"),
    (b"\xd0\xcf\x11\xe0", "it starts like an old Office document"),
    (b"bplist00", "it starts like an Apple property list"),
)
# start of a text in lower case, and what the file is
TEXT_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"<!doctype html", "a web page, perhaps an error page saved in place of the file"),
    (b"<html", "a web page, perhaps an error page saved in place of the file"),
    (b"<svg", "an SVG picture"),
    (b"<kml", "a KML map; export it as GPX with times"),
    (b"<?xml", "an XML file, but neither GPX nor TCX"),
    (b"<", "a file of tags, but neither GPX nor TCX"),
    (b"{", "a JSON file of a kind that loadwatch does not know"),
    (b"[", "a JSON file of a kind that loadwatch does not know"),
)
_CONTROL = frozenset(range(32)) - frozenset(b"\t\n\v\f\r\x1b")


def describe_foreign(head: bytes) -> str:
    """Return what a file is that no reader can read, "" where a reader has to decide."""
    if not head:
        return "the file is empty"
    if not head.strip(b"\0"):
        return "nothing but zero bytes; the copy or the disk failed"
    for magic, description in MAGIC:
        if head.startswith(magic):
            return description
    return ""


def describe_unknown(head: bytes) -> str:
    """Return what the first bytes of a file look like that every reader has refused."""
    if head[8:12] == b".FIT" or head[1:4] == b"FIT":
        return "it starts like a FIT file, but its header is broken"
    if head[4:8] == b"ftyp":
        return "it starts like a video or photo of a phone"
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for start, description in TEXT_STARTS:
        if text.startswith(start):
            return description
    if not _CONTROL.isdisjoint(head):
        return "not an activity file of a kind that loadwatch knows"
    return "plain text, but no list of activities that loadwatch knows"
