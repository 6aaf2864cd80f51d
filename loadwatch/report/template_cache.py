"""Compiled templates, kept where Python keeps the bytecode of modules: in `__pycache__`."""

from __future__ import annotations

import io
import marshal
import os
import sys
import zlib
from contextlib import suppress
from importlib.util import MAGIC_NUMBER, cache_from_source
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING

import jinja2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2.bccache import Bucket

_CRC_BYTES = 4


class TemplateCache(jinja2.BytecodeCache):
    """Keeps each compiled template beside its source, and reads it as long as both agree.

    As for a module, nothing is written under `python -B`, nor where the folder cannot be written.
    A file that is torn or of another version counts as none.

    Parameters
    ----------
    options : what the environment compiles by; bytecode of other options does not count.
    """

    def __init__(self, options: Mapping[str, object]) -> None:
        versions = f"{jinja2.__version__} {sorted(options.items())}"
        self._version = MAGIC_NUMBER + versions.encode()

    def get_cache_key(self, name: str, filename: str | None = None) -> str:  # noqa: ARG002 - Jinja2's
        """Return the path of a template's bytecode; "" for a template that is no file."""
        return cache_from_source(f"{filename}.py") if filename else ""

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take the bytecode of a template, if it is kept and of this very source."""
        kept = b""
        with suppress(OSError), io.open_code(bucket.key) as file:
            kept = file.read()
        body = kept[_CRC_BYTES:]
        start = self._format_start(bucket)
        if kept[:_CRC_BYTES] != _compute_checksum(body) or not body.startswith(start):
            return
        code = marshal.loads(body[len(start) :])  # noqa: S302 - as Python loads a module's
        if isinstance(code, CodeType):
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the bytecode of a template, in one step."""
        if sys.dont_write_bytecode or not bucket.key:
            return
        body = self._format_start(bucket) + marshal.dumps(bucket.code)
        kept = Path(bucket.key)
        new = kept.with_name(f"{kept.name}.{os.getpid()}.pyc")
        with suppress(OSError):
            kept.parent.mkdir(parents=True, exist_ok=True)
            new.write_bytes(_compute_checksum(body) + body)
            new.replace(kept)

    def _format_start(self, bucket: Bucket) -> bytes:
        """Return what bytecode begins with: all that it follows from, as one line."""
        return self._version + f" {bucket.checksum}\n".encode()


def _compute_checksum(body: bytes) -> bytes:
    return zlib.crc32(body).to_bytes(_CRC_BYTES, "big")
