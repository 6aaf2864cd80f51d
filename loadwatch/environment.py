"""The clock, time zone and folders of this machine: no other module asks for them."""

from __future__ import annotations

import contextlib
import os
import secrets
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import platformdirs
import tzlocal

from loadwatch.settings import FILE

if TYPE_CHECKING:
    from pathlib import Path

    from loadwatch.pipeline import Options


def today_by_clock() -> date:
    """Return the day by this machine's clock."""
    return datetime.now().astimezone().date()


def user_settings_path() -> Path:
    """Return the path of the user's own settings; the file need not be there."""
    return platformdirs.user_config_path("loadwatch") / FILE


def load_pseudonym_key() -> bytes:
    """Return this user's secret of the pseudonyms, made the first time.

    It lies beside the user's settings and in no output: with it, and not without it, a name
    leads to its pseudonym. Whoever deletes it gets other pseudonyms.
    """
    path = user_settings_path().with_name("pseudonym.key")
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(number, "w", encoding="ascii") as file:  # noqa: PTH123 - a number
            file.write(secrets.token_hex(32))
    return path.read_bytes()


def default_store_folder() -> Path:
    """Return the folder of the stores unless the user names another."""
    return platformdirs.user_cache_path("loadwatch")


def local_options(**more: Any) -> Options:
    """Return the reading options of this machine; `more` are further fields of `Options`."""
    from loadwatch import pipeline  # noqa: PLC0415 - heavy; workers may start before it

    return pipeline.Options(
        files=(user_settings_path(),),
        system_zone=tzlocal.get_localzone_name() or "UTC",
        now=today_by_clock(),
        **more,
    )
