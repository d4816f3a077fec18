"""Who may open a file."""

import os
from pathlib import Path


def is_owners_only(file: Path) -> bool:
    """Whether its mode lets nobody but its owner in. Windows has no such modes: there it is as its folder is."""
    return os.name != "posix" or file.stat().st_mode & 0o077 == 0
