"""What a worker on a host records, in files of the run at home beside those of all other nodes."""

import contextlib
import logging
import os
from pathlib import Path

from supervisor.hosts.frames import MalformedFrame, trace_in
from supervisor.trace.layout import file_stem
from supervisor.trace.write.segment_writer import next_segment

log = logging.getLogger(__name__)


class FetchedTrace:
    """folder: of the run. node: the worker's. largest: bytes of a file, beyond which nothing more of it is kept."""

    def __init__(self, folder: Path, node: str, largest: int) -> None:
        self._folder = folder
        self._node = file_stem(node)
        self._largest = largest
        self._number = 0
        self._size = 0
        self._descriptor = -1
        self._broken = False

    def take(self, body: bytes) -> None:
        """Bytes of a file, in order. Raises MalformedFrame."""
        number, at, data = trace_in(body)
        if number != self._number:
            self._begin(number)
        if at != self._size:
            raise MalformedFrame(f"bytes {at} of a trace of which {self._size} are here")
        self._size += len(data)
        if self._broken or self._size > self._largest:
            return
        try:
            while data:
                data = data[os.write(self._descriptor, data) :]
        except OSError as error:
            self._broken = True
            log.warning("%s: what it records cannot be kept: %s", self._node, error.strerror or error)

    def close(self) -> None:
        if self._descriptor >= 0:
            with contextlib.suppress(OSError):
                os.close(self._descriptor)
            self._descriptor = -1

    def _begin(self, number: int) -> None:
        if number != self._number + 1:
            raise MalformedFrame(f"file {number} of a trace after {self._number}")
        self.close()
        self._number, self._size, self._broken = number, 0, False
        try:
            _, _, self._descriptor = next_segment(self._folder, self._node)
        except OSError as error:
            self._broken = True
            log.warning("%s: what it records cannot be kept: %s", self._node, error.strerror or error)
