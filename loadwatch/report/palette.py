"""The colours of pages and pictures; tests measure contrast and colour blindness."""

from __future__ import annotations

from dataclasses import dataclass, fields

_SENTINEL_START = "#0b0c"  # no colour of ours begins so


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

    @property
    def is_sentinel(self) -> bool:
        """Whether these are the stand-ins that a page replaces by its own colours."""
        return self.bg.startswith(_SENTINEL_START)


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
)
ROLES = tuple(field.name for field in fields(Palette))
# stand-ins drawn into a page's figures, each then replaced by the page's own `var(--role)`
SENTINEL = Palette(
    **{role: f"{_SENTINEL_START}{number:02x}" for number, role in enumerate(ROLES, 1)}
)


def format_css_variables(palette: Palette) -> str:
    """Return the CSS custom properties of a palette, as `--bg:#ffffff;--card:#f6f8f9;`."""
    return "".join(f"--{role}:{getattr(palette, role)};" for role in ROLES)
