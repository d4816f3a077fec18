"""Names of rings in shared memory: they tell whose a ring is, so that the next start takes away what a kill left."""

import contextlib
import hashlib
import os
import secrets
from pathlib import Path

SHARED = "/dev/shm"
"""Where Linux keeps shared memory."""


def new_name(home: Path) -> str:
    """A name for a ring of the instance in this home: at most 31 characters, macOS has no room for more."""
    return f"{_prefix(home)}{secrets.token_hex(4)}"


def remove_leftovers(home: Path) -> None:
    """Take away the rings of instances in this home that were killed together with what would have cleaned up after
    them. Only for who has the home to itself. Elsewhere than on Linux nothing can be listed."""
    for left in Path(SHARED).glob(f"{_prefix(home)}*"):
        with contextlib.suppress(OSError):  # another user's, who named one so
            left.unlink()


def _prefix(home: Path) -> str:
    return f"gerald-{hashlib.blake2s(os.fsencode(home.resolve()), digest_size=6).hexdigest()}-"
