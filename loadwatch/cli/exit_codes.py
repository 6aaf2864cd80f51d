"""The exit codes of the command line."""

from __future__ import annotations

DONE = 0
COULD_NOT = 1
USAGE = 2
FLAGGED = 3  # flags at or over --fail-on
SKIPPED = 4  # files that could not be read, under --strict
INTERRUPTED = 130
