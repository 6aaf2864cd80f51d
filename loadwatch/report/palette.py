"""The colours of pages and pictures, each once; contrast and colour blindness are measured in the tests."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """One colour a role. Levels never stand on colour alone: a word or a shape is always beside them."""

    bg: str  # the page's ground
    card: str  # a raised piece of it
    ink: str  # text
    soft: str  # text of second rank
    line: str  # rules and grids
    band: str  # the usual range
    bar: str
    steady: str
    watch: str
    high: str
    none: str  # unknown


LIGHT = Palette(
    bg="#ffffff",
    card="#f6f8f9",
    ink="#1b2228",
    soft="#55606a",
    line="#d5dade",
    band="#dbe6f3",
    bar="#3b6ea8",
    steady="#3b6ea8",
    watch="#a46200",
    high="#700a2c",
    none="#68717a",
)
DARK = Palette(
    bg="#14181c",
    card="#1b2126",
    ink="#e8ecef",
    soft="#a6b0b8",
    line="#38424a",
    band="#26394f",
    bar="#6ea3dc",
    steady="#6ea3dc",
    watch="#ffd27a",
    high="#e8507a",
    none="#98a2aa",
)
ROLES = tuple(field.name for field in fields(Palette))
# stand-ins drawn into a page's figures, each then replaced by the page's own `var(--role)`
SENTINEL = Palette(
    **{role: f"#0b0c{number:02x}" for number, role in enumerate(ROLES, 1)}
)


def format_css_variables(palette: Palette) -> str:
    """Return the CSS custom properties of a palette, as `--bg:#ffffff;--card:#f6f8f9;`."""
    return "".join(f"--{role}:{getattr(palette, role)};" for role in ROLES)
