"""The zips and gzip files of the zoo."""

import gzip
import io
import struct
import warnings
import zipfile
import zlib
from datetime import UTC, datetime

from tests.make_fit import run
from tests.test_csv_zoo import STRAVA, row

GOOD = run()
OTHER = run(datetime(2026, 3, 4, 7, tzinfo=UTC), 500)
PACKED = gzip.compress(GOOD, mtime=0)
MIB = 1 << 20


def pack(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for name, data in files:
            info = zipfile.ZipInfo(name, (2026, 3, 1, 0, 0, 0))
            info.filename = name  # as it is, back-slashes too
            info.compress_type = method
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a name twice is what is wanted
                archive.writestr(info, data)
    return held.getvalue()


def link() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        info = zipfile.ZipInfo("a")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc")
        archive.writestr(zipfile.ZipInfo("a/passwd.fit"), GOOD)
        archive.writestr(zipfile.ZipInfo("good.fit"), OTHER)
    return held.getvalue()


def nest(levels: int) -> bytes:
    data = GOOD
    for level in range(levels):
        data = pack((f"{level}.zip" if level else "a.fit", data))
    return data


def nested_bomb() -> bytes:
    data = pack(("zeros.fit", bytes(16 * MIB)))
    for level in range(5):
        data = pack(*((f"{level}-{n}.zip", data) for n in range(16)))
    return data


def overlap(*, quoted: bool) -> bytes:
    """Many names for one member of 50 MiB of zeros; `quoted` puts local headers before it."""
    raw = zlib.compressobj(9, zlib.DEFLATED, -15)
    kernel = raw.compress(bytes(50 * MIB)) + raw.flush()
    crc = zlib.crc32(bytes(50 * MIB))
    body, entries = b"", []
    heads = 200 if quoted else 1
    for number in range(heads):
        name = b"%03d.fit" % number
        entries.append((len(body), name))
        body += struct.pack(
            "<4s5H3I2H", b"PK\3\4", 20, 0, 8, 0, 0, crc, len(kernel), 50 * MIB, len(name), 0
        ) + name  # fmt: skip
    body += kernel
    if not quoted:
        entries = [(0, b"%03d.fit" % number) for number in range(200)]
    directory = b"".join(
        struct.pack(
            "<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 8, 0, 0, crc, len(kernel),
            50 * MIB, len(name), 0, 0, 0, 0, 0, at,
        ) + name
        for at, name in entries
    )  # fmt: skip
    end = struct.pack(
        "<4s4H2IH", b"PK\5\6", 0, 0, len(entries), len(entries), len(directory), len(body), 0
    )  # fmt: skip
    return body + directory + end


def patch(data: bytes, field: int, size: int, value: int) -> bytes:
    """Change a field of the first entry, in its local header and in the directory."""
    out = bytearray(data)
    shift = data.index(b"PK\1\2")
    for at in (field, shift + field + 2):
        out[at : at + size] = value.to_bytes(size, "little")
    return bytes(out)


def spoil(data: bytes, text: bytes) -> bytes:
    at = data.index(text) + len(text) + 40
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


def strava() -> bytes:
    text = STRAVA + row(file="activities/1.fit.gz")
    return pack(("activities.csv", text.encode()), ("activities/1.fit.gz", PACKED))


NAME = "DI_CONNECT/DI-Connect-Uploaded-Files/UploadedFiles_0-_Part1.zip"
TWO = ("good.fit", OTHER)
ZIPS = {
    "garmin": lambda: pack((NAME, pack(("jo@example.org_12.fit", GOOD)))),
    "strava": strava,
    "slip": lambda: pack(("../../evil.fit", GOOD), TWO),
    "abs": lambda: pack(("/etc/evil.fit", GOOD), TWO),
    "backslash": lambda: pack(("..\\..\\evil.fit", GOOD), TWO),
    "drive": lambda: pack(("C:\\evil.fit", GOOD), TWO),
    "symlink": link,
    "nul_name": lambda: pack(("aXb.fit", GOOD), TWO).replace(b"aXb.fit", b"a\0b.fit"),
    "ansi_name": lambda: pack(("a\x1b[31m.fit", GOOD)),
    "xss_name": lambda: pack(("<img src=x onerror=alert(1)>.fit", GOOD)),
    "reserved": lambda: pack(("CON.fit", GOOD), ("nul.fit", OTHER)),
    "dup_names": lambda: pack(("a.fit", GOOD), ("a.fit", OTHER), ("A.FIT", GOOD)),
    "empty": pack,
    "trunc": lambda: pack(("a.fit", GOOD))[:-60],
    "not_zip": lambda: GOOD,
    "bad_crc": lambda: spoil(pack(("a.fit", GOOD), TWO, method=0), b"a.fit"),
    "bomb_flat": lambda: pack(("zeros.fit", bytes(600 * MIB))),
    "bomb_nested": nested_bomb,
    "many_entries": lambda: pack(*((f"{n}.txt", b"") for n in range(60_000)), method=0),
    "deep_nest": lambda: nest(40),
    "overlap_full": lambda: overlap(quoted=False),
    "overlap_quoted": lambda: overlap(quoted=True),
    "size_lie": lambda: patch(pack(("a.fit", bytes(100 * MIB))), 22, 4, 100),
    "encrypted": lambda: patch(pack(("a.fit", GOOD), TWO), 6, 2, 1),
    "sfx": lambda: b"MZ" + bytes(500) + pack(("a.fit", GOOD)),
}  # fmt: skip
GZIPS = {
    "good": lambda: PACKED,
    "not_gzip": lambda: GOOD,
    "truncated": lambda: PACKED[: len(PACKED) // 2],
    "bad_crc": lambda: PACKED[:-8] + bytes([PACKED[-8] ^ 1]) + PACKED[-7:],
    "multi_member": lambda: gzip.compress(GOOD[:4000]) + gzip.compress(GOOD[4000:]),
    "double": lambda: gzip.compress(PACKED),
    "trailing": lambda: PACKED + bytes(512),
    "bomb_1g": lambda: gzip.compress(bytes(128 * MIB)) * 8,
    "bomb_in_gz": lambda: gzip.compress(gzip.compress(bytes(64 * MIB))),
}


def make_zip(name: str) -> bytes:
    """Return the bytes of `zip/<name>.zip`."""
    return ZIPS[name]()


def make_gzip(name: str) -> bytes:
    """Return the bytes of `gz/<name>`."""
    return GZIPS[name.split(".", maxsplit=1)[0]]()
