"""What a bad cable, disk, encoder or person makes of a file, by its structure.

Each function takes the bytes, those of another file of the kind, and a `random.Random`; the same
three give the same mutant.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import struct
import warnings
import zipfile
from typing import TYPE_CHECKING, Any

from tests.mutants import make_mutant

if TYPE_CHECKING:
    import random

NASTY = (
    "", "0", "-1", "NaN", "inf", "-inf", "1e400", "1e308", "4294967295", "2147483648", "65535",
    "9" * 40, "9" * 5000, "1,5", "1.000,5", "0x10", "\u0663", "\x00", "\u202e", "=1+1", "--", "\ud800",
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-02-30T25:61:61Z", "1969-12-31T23:59:59",
    "2026-03-29T02:30:00", "2026-03-01T07:00:00+99:00", "99:99:99", "-0:00:01", "1e9", "null",
)  # fmt: skip
NUMBER = re.compile(rb"-?\d+(?:\.\d+)?")
TIME = re.compile(rb"\d{4}-\d\d-\d\dT[\d:.]+Z?")
ELEMENT = re.compile(rb"<(\w+)[^<>]*>[^<]*</\1>")
TAG = re.compile(rb"</?[\w:]+[^<>]*>")
MAX_BYTES = 300_000


def encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def mutate_bytes(data: bytes, other: bytes, draw: random.Random) -> bytes:
    """Flip, overwrite, delete, repeat, insert, cut or splice a few bytes."""
    out = bytearray(data)
    for _ in range(draw.choice((1, 1, 2, 5))):
        at = draw.randrange(len(out) + 1)
        length = draw.choice((1, 1, 2, 8, 64, 1024))
        kind = draw.randrange(7)
        if kind == 0 and at < len(out):
            out[at] ^= 1 << draw.randrange(8)
        elif kind == 1:
            out[at : at + length] = draw.randbytes(length)
        elif kind == 2:
            del out[at : at + length]
        elif kind == 3:
            out[at:at] = out[at : at + length] * draw.choice((1, 3))
        elif kind == 4:
            out[at:at] = draw.randbytes(length)
        elif kind == 5 and draw.random() < 0.3:
            del out[at:]
        elif other:
            start = draw.randrange(len(other))
            out[at : at + length] = other[start : start + length]
    return bytes(out[:MAX_BYTES])


def _replace_some(
    pattern: re.Pattern[bytes],
    data: bytes,
    draw: random.Random,
    new: bytes | None = None,
) -> bytes:
    """Replace some of what matches, near each other or one by one."""
    found = list(pattern.finditer(data))
    if not found:
        return data
    first = draw.randrange(len(found))
    for match in reversed(found[first : first + draw.choice((1, 1, 3, 50))]):
        text = encode(draw.choice(NASTY)) if new is None else new
        data = data[: match.start()] + text + data[match.end() :]
    return data


def mutate_xml(data: bytes, other: bytes, draw: random.Random) -> bytes:
    """Change numbers, times, elements and tags of a GPX or TCX file."""
    for _ in range(draw.choice((1, 1, 2, 4))):
        kind = draw.randrange(8)
        if kind < 2:
            data = _replace_some(NUMBER, data, draw)
        elif kind == 2:
            data = _replace_some(TIME, data, draw)
        elif kind == 3:
            data = _replace_some(ELEMENT, data, draw, b"")
        elif kind == 4:
            data = _replace_some(TAG, data, draw, b"")
        elif kind == 5:
            data = _shuffle_parts(
                data, b"<trkpt" if b"<trkpt" in data else b"<Trackpoint", draw
            )
        elif kind == 6:
            data = _change_digits(data, draw)
        else:
            data = mutate_bytes(data, other, draw)
    return data[:MAX_BYTES]


def _shuffle_parts(data: bytes, mark: bytes, draw: random.Random) -> bytes:
    """Repeat, drop or move some of the parts that begin with `mark`."""
    head, *parts = data.split(mark)
    if len(parts) < 3:
        return data
    at, count = draw.randrange(len(parts) - 1), draw.choice((1, 5, 40))
    chosen = parts[at : at + count]
    kind = draw.randrange(3)
    if kind == 0:
        parts[at:at] = chosen
    elif kind == 1:
        del parts[at : at + count]
    else:
        parts[at : at + count] = chosen[::-1]
    return mark.join([head, *parts])


def _change_digits(data: bytes, draw: random.Random) -> bytes:
    """Change single digits, which keeps a file well formed."""
    out = bytearray(data)
    for _ in range(draw.choice((1, 3, 30)) if data else 0):
        at = draw.randrange(len(out))
        if chr(out[at]).isdigit():
            out[at] = ord(draw.choice("0123456789"))
    return bytes(out)


def mutate_csv(data: bytes, other: bytes, draw: random.Random) -> bytes:
    """Change cells, columns, rows, separators and quotes of a table."""
    mark = max((b",", b";", b"\t"), key=data[:2000].count)
    rows = [line.split(mark) for line in data.split(b"\n")]
    for _ in range(draw.choice((1, 1, 2, 4))):
        kind = draw.randrange(9)
        row = draw.choice(rows)
        at = draw.randrange(len(row))
        if kind < 3:
            for one in rows[draw.randrange(len(rows)) :][: draw.choice((1, 5, 200))]:
                if at < len(one):
                    one[at] = encode(draw.choice(NASTY))
        elif kind == 3:
            row.insert(at, encode(draw.choice(NASTY)))
        elif kind == 4:
            rows.insert(draw.randrange(len(rows)), list(draw.choice(rows)))
        elif kind == 5 and len(rows) > 2:
            del rows[draw.randrange(len(rows))]
        elif kind == 6:
            row[at] = b'"' + row[at]
        elif kind == 7:
            draw.shuffle(rows[0])
        else:
            joined = b"\n".join(mark.join(one) for one in rows)
            joined = mutate_bytes(_change_digits(joined, draw), other, draw)
            rows = [line.split(mark) for line in joined.split(b"\n")]
    mark = draw.choice((mark, mark, mark, b",", b";"))
    return b"\n".join(mark.join(row) for row in rows)[:MAX_BYTES]


def mutate_json(data: bytes, other: bytes, draw: random.Random) -> bytes:
    """Change values, keys and nesting of a document; or its bytes."""
    if draw.random() < 0.25:
        return mutate_bytes(data, other, draw)
    try:
        document = json.loads(data)
    except ValueError:
        return mutate_bytes(data, other, draw)
    for _ in range(draw.choice((1, 1, 2, 4))):
        document = _mutate_value(document, draw, 0)
    return json.dumps(document).encode()[:MAX_BYTES]


def _mutate_value(value: Any, draw: random.Random, depth: int) -> Any:
    """Change one value somewhere below."""
    if isinstance(value, dict) and value and draw.random() < 0.95:
        key = draw.choice(list(value))
        if draw.random() < 0.08:
            return {k: v for k, v in value.items() if k != key}
        return {**value, key: _mutate_value(value[key], draw, depth + 1)}
    if isinstance(value, list) and value and draw.random() < 0.95:
        at = draw.randrange(len(value))
        if draw.random() < 0.1:
            return value[:at] + value[at:] * 2
        return [
            *value[:at],
            _mutate_value(value[at], draw, depth + 1),
            *value[at + 1 :],
        ]
    if isinstance(value, int | float) and draw.random() < 0.6:
        return value * draw.choice((-1, 0, 0.001, 1000, 1e9, 1e300))
    return draw.choice(
        (
            *NASTY,
            None,
            True,
            [],
            {},
            [[]],
            -1,
            0,
            1e308,
            10**30,
            9_000,
            [value],
            {"a": value},
        )
    )


def mutate_zip(data: bytes, other: bytes, draw: random.Random) -> bytes:
    """Change what an archive holds, the names, or the bytes of its headers."""
    if draw.random() < 0.5:
        return _patch_near(data, (b"PK\1\2", b"PK\3\4", b"PK\5\6"), other, draw)
    held = io.BytesIO()
    try:
        files = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except zipfile.BadZipFile:
        return mutate_bytes(data, other, draw)
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(held, "w", 8) as new:
        for info in files:
            name = info.filename
            if draw.random() < 0.3:
                name = draw.choice(
                    (
                        "../a.fit",
                        "a.fit",
                        "/a",
                        "a\\b.fit",
                        "x" * 300,
                        "\x1b.fit",
                        "activities.csv",
                    )
                )
            content = old.read(info)
            if draw.random() < 0.5:
                content = mutate_bytes(content, other, draw)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                new.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return held.getvalue()


def _patch_near(
    data: bytes, marks: tuple[bytes, ...], other: bytes, draw: random.Random
) -> bytes:
    """Change bytes of the headers that begin with one of `marks`."""
    places = [m.start() for mark in marks for m in re.finditer(re.escape(mark), data)]
    if not places:
        return mutate_bytes(data, other, draw)
    out = bytearray(data)
    for _ in range(draw.choice((1, 2, 4))):
        at = draw.choice(places) + draw.randrange(4, 46)
        if at < len(out):
            out[at] = draw.choice((0, 1, 0xFF, 0x7F, draw.randrange(256)))
    return bytes(out)


def mutate_gzip(data: bytes, other: bytes, draw: random.Random) -> bytes:
    """Change a packed file outside or inside."""
    kind = draw.randrange(4)
    if kind == 0:
        return mutate_bytes(data, other, draw)
    if kind == 1:
        return gzip.compress(data, 1, mtime=0)
    content = mutate_bytes(gzip.decompress(data), b"", draw)
    packed = gzip.compress(content, draw.choice((0, 1, 9)), mtime=0)
    return packed if kind == 2 else packed + draw.choice((b"\0" * 99, packed, b"tail"))


def mutate_toml(data: bytes, other: bytes, draw: random.Random) -> bytes:
    """Change lines, values and keys of a settings file."""
    lines = data.split(b"\n")
    for _ in range(draw.choice((1, 2, 4))):
        at = draw.randrange(len(lines))
        kind = draw.randrange(6)
        if kind == 0:
            lines.insert(at, draw.choice(lines))
        elif kind == 1:
            lines[at] = (
                lines[at].partition(b"=")[0] + b"= " + encode(draw.choice(NASTY))
            )
        elif kind == 2:
            lines[at] = b"a" + b".a" * draw.choice((9, 500)) + b" = 1"
        elif kind == 3:
            lines[at] = b"x = " + draw.choice((b"[", b"{a=", b"9")) * draw.choice(
                (5, 5000)
            )
        else:
            text = mutate_bytes(b"\n".join(lines), other, draw)
            lines = text.split(b"\n")
    return b"\n".join(lines)


def mutate_fit(data: bytes, other: bytes, draw: random.Random) -> bytes:
    """Change messages, definitions and headers; a third is signed again."""
    if draw.random() < 0.15:
        data = _set_values(data, draw)
    return make_mutant(data, other or data, draw.randrange(1 << 48))


def _set_values(data: bytes, draw: random.Random) -> bytes:
    """Put an extreme number at one place of many records of the same length."""
    out = bytearray(data)
    step = draw.randrange(12, 60)
    at = draw.randrange(20, max(21, len(out) - 8))
    value = struct.pack("<I", draw.choice((0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE)))
    for place in range(at, len(out) - 6, step * draw.choice((1, 7))):
        out[place : place + 4] = value
    return bytes(out)
