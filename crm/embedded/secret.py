"""The signing key of an embedded installation, made once and kept for its owner's eyes."""

import os
import secrets
from pathlib import Path

from crm.embedded.places import make_passable

KEY_FILE = "secret_key"


def secret_key(data_dir: Path) -> str:
    """The key of this data directory.

    Settings ask for it before anything can be reported, so an unusable directory gives a passing
    key here and its one clear sentence when the servers start.
    """
    path = data_dir / KEY_FILE
    try:
        if not path.exists():
            make_passable(data_dir)
            _write_once(path, secrets.token_urlsafe(64))
        return path.read_text().strip() or secrets.token_urlsafe(64)
    except OSError:
        return secrets.token_urlsafe(64)


def _write_once(path: Path, key: str) -> None:
    """Whole or not at all, and the first of several writers wins."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(key)
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
