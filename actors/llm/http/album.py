"""The pictures that a model was shown, kept for the owner: so many, of so many bytes together, and the oldest go."""

import time
from pathlib import Path

from actors.llm.http.picture import digest
from actors.vocabulary.kept_pictures import ENDING
from config.files import replace_file

MOST = 200
MOST_BYTES = 50_000_000


def keep(folder: Path, jpeg: bytes, at: float) -> None:
    """Put a picture, shown at `at` (epoch seconds), into the folder, which nobody else may read. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    shown = time.strftime("%Y-%m-%dT%H-%M-%S", time.gmtime(at)) + f".{int(at * 1000.0) % 1000:03d}"
    replace_file(folder / f"{shown}-{digest(jpeg)}{ENDING}", (jpeg,), durable=False, alone=False)
    _limit(folder)


def _limit(folder: Path) -> None:
    """Names begin with the time, so they sort by age."""
    left, count = MOST_BYTES, 0
    for path in sorted(folder.glob(f"*{ENDING}"), reverse=True):
        count, left = count + 1, left - path.stat().st_size
        if count > MOST or left < 0:
            path.unlink(missing_ok=True)
