"""The kept pictures, when somebody is erased: nobody can say who is in which, so all of them go."""

from pathlib import Path


def without_pictures(folder: Path) -> str:
    """Remove them all; why one could not be removed, or ""."""
    try:
        for file in folder.iterdir() if folder.is_dir() else ():
            if not file.is_dir():
                file.unlink(missing_ok=True)
    except OSError as error:
        return f"{error.filename or folder} cannot be removed: {error.strerror or error}"
    return ""
