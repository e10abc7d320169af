"""The mappings that come with the product."""

import json
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent / "mappings"


@cache
def _read() -> dict[str, str]:
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(_FOLDER.glob("*.json"))}


def shipped() -> dict[str, Any]:
    """Each mapping by its name."""
    return {name: json.loads(text) for name, text in _read().items()}
