"""The colours of pages and pictures; tests measure contrast and colour blindness."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """One colour per role; beside that of a level there is always a word or a shape."""

    bg: str  # the page's background
    card: str  # a raised piece of it
    ink: str  # text
    soft: str  # text of second rank
    line: str  # rules and grids
    band: str  # the usual range
    bar: str
    watch: str
    high: str
    none: str  # unknown
    hard: str  # kinds of ground in a bar, the harder the stronger
    firm: str
    loose: str  # soft ground
    other: str  # track or treadmill
    blank: str  # ground not known


LIGHT = Palette(
    bg="#ffffff",
    card="#f6f8f9",
    ink="#1b2228",
    soft="#55606a",
    line="#d5dade",
    band="#dbe6f3",
    bar="#3b6ea8",
    watch="#a46200",
    high="#700a2c",
    none="#68717a",
    hard="#24558f",
    firm="#6b9bd0",
    loose="#b4cfea",
    other="#8a7fa8",
    blank="#c9ced3",
)
DARK = Palette(
    bg="#14181c",
    card="#1b2126",
    ink="#e8ecef",
    soft="#a6b0b8",
    line="#38424a",
    band="#26394f",
    bar="#6ea3dc",
    watch="#ffd27a",
    high="#e8507a",
    none="#98a2aa",
    hard="#8fc1f5",
    firm="#4f83b8",
    loose="#2e4f73",
    other="#8d82ad",
    blank="#4a545d",
)
ROLES = tuple(field.name for field in fields(Palette))


def format_css_variables(palette: Palette) -> str:
    """Return the CSS custom properties of a palette, as `--bg:#ffffff;--card:#f6f8f9;`."""
    return "".join(f"--{role}:{getattr(palette, role)};" for role in ROLES)
