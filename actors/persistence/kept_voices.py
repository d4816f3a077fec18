"""The kept voices of people who are erased: files that the recognizer writes and persistence only removes."""

from collections.abc import Iterable
from pathlib import Path

from actors.vocabulary.kept_voices import ENDING


def without_voices(folder: Path, hashes: Iterable[str]) -> str:
    """Remove those of the people with these tombstones; why one could not be removed, or ""."""
    for hash_ in hashes:
        file = folder / f"{hash_}{ENDING}"
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            return f"{file} cannot be removed: {error.strerror or error}"
    return ""
