"""What a worker records, on its way to the home: a folder of its own, whose files are sent as they grow."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from supervisor.hosts.frames import packed_trace
from supervisor.trace.layout import file_stem, segments_by_node

PIECE = 32 * 1024
AT_ONCE = 8
"""Most pieces in one look: a trace that grows fast must not hold up what the worker says."""


class Spool:
    """node: the worker's. options: as of a recorder, with `folder` as their directory."""

    def __init__(self, folder: Path, node: str, run: str, options: Mapping[str, Any]) -> None:
        """Raises OSError."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = Path(tempfile.mkdtemp(dir=folder))
        self.options = {**options, "directory": str(self._folder)}
        self._node = file_stem(node)
        self._run = run
        self._sent: dict[int, int] = {}

    def pieces(self, most: int = AT_ONCE) -> Iterator[bytes]:
        """The bodies of TRACE frames for what is new, so many at most (0 for all)."""
        count = 0
        for number, path in enumerate(self._files(), 1):
            while not most or count < most:
                at = self._sent.get(number, 0)
                data = _read(path, at)
                if not data:
                    break
                self._sent[number] = at + len(data)
                count += 1
                yield packed_trace(number, at, data)

    def close(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def _files(self) -> list[Path]:
        with contextlib.suppress(OSError):
            return segments_by_node(self._folder / self._run).get(self._node, [])
        return []


def _read(path: Path, at: int) -> bytes:
    with contextlib.suppress(OSError), path.open("rb") as file:
        file.seek(at)
        return file.read(PIECE)
    return b""
