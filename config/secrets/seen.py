"""The highest revision of each secrets file that this home has seen: an older one that comes back is noticed."""

from __future__ import annotations

import contextlib
import json

from config.files import write_private
from config.home import Home

__all__ = ["note_seen", "seen_revision"]


def seen_revision(home: Home, id: str) -> int:
    """0 for a file that was never seen."""
    found = _all(home).get(id)
    return found if isinstance(found, int) else 0


def note_seen(home: Home, id: str, revision: int) -> None:
    """Remember it. A folder that cannot be written costs the notice of a roll-back, never the start."""
    with contextlib.suppress(OSError):
        write_private(home.secrets_seen_file, json.dumps(_all(home) | {id: revision}).encode())


def _all(home: Home) -> dict[str, object]:
    try:
        found = json.loads(home.secrets_seen_file.read_bytes()[:65536])
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
