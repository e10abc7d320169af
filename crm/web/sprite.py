"""The icons in use: one SVG sprite, its names read once."""

import re
from functools import cache
from pathlib import Path

SPRITE = Path(__file__).parent / "static" / "crm" / "sprite.svg"


@cache
def icon_names() -> frozenset[str]:
    """Every icon a template may name."""
    return frozenset(re.findall(r'<symbol id="([a-z0-9-]+)"', SPRITE.read_text(encoding="utf-8")))


def known_icon(name: str) -> str:
    """Return the name, or say which one is missing from the sprite."""
    if name not in icon_names():
        raise ValueError(f"No icon {name!r} in sprite.svg")
    return name
