"""Writes records to disk from its own thread. Appending costs the actor's thread next to nothing.

Everything older than the flush interval survives a SIGKILL; a failure is flushed at once. Records that cannot be
written (the disk is full, or stalls) are counted, logged and noted in the trace; they never delay an actor.
"""

import logging
import os
import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from actors.kernel.record import Handled, Record
from supervisor.trace.records import LostLine
from supervisor.trace.write.encode import Encoder
from supervisor.trace.write.queue import RecordQueue
from supervisor.trace.write.redaction import Redaction, Words

if TYPE_CHECKING:
    from supervisor.trace.write.chunk_builder import Compression
    from supervisor.trace.write.rotation import RotatingWriter

log = logging.getLogger(__name__)

RETRY = 5.0
"""Seconds between two tries of a disk that refuses."""

BATCH = 256

CONTINUOUS_WAITS = 2.0
"""Seconds for which records of continuous messages alone wait in memory: each flush ends a chunk, which costs more than
what is in it."""


def is_continuous(record: Record) -> bool:
    """Whether it is one of many of its kind a second, of which nothing went wrong."""
    return isinstance(record, Handled) and record.failure is None and type(record.envelope.message).continuous


def new_run(at: float | None = None) -> str:
    """A name for a run, from its start in UTC and the pid: `20261123T190000Z-4711`."""
    start = datetime.fromtimestamp(time.time() if at is None else at, UTC)
    return f"{start:%Y%m%dT%H%M%SZ}-{os.getpid()}"


class Recorder:
    """The recorder of one node: the actors' records go to `directory/run/NODE.N.mcap` (0600).

    flush_interval, max_segment_age, keep_age: seconds. max_segment_size, keep (all runs together): bytes.
    words: "drop" records nothing that people said or wrote, and no names.
    capacity: records that may wait. When it is full, an appender waits up to 50 ms; then its record is counted as lost.
    new_segment: called in the writer's thread when a further file begins.
    """

    def __init__(
        self,
        directory: Path,
        node: str,
        *,
        run: str,
        flush_interval: float = 0.1,
        max_segment_size: int = 64_000_000,
        max_segment_age: float = 3600.0,
        compression: "Compression" = "zstd",
        keep: int = 2_000_000_000,
        keep_age: float = float("inf"),
        words: Words = "keep",
        capacity: int = 16_384,
    ) -> None:
        self.folder = directory / run
        self._encoder = Encoder(Redaction(words, b"" if words == "keep" else secrets.token_bytes(16)))
        self._queue = RecordQueue(capacity)
        self.append = self._queue.append
        self.new_segment: Callable[[], None] = lambda: None
        self._segments = 0
        self._interval = flush_interval
        self._served = threading.Condition()
        self._asked = self._answered = 0
        self._trouble = ""
        self._said = 0
        self._warned: set[str] = set()
        self._retry_at = 0.0
        self._unflushed_since: float | None = None
        self._hurries = False

        def start() -> None:
            # Imported here, in parallel with the start of the node.
            from supervisor.trace.write.rotation import RotatingWriter, RotationLimits

            limits = RotationLimits(max_segment_size, max_segment_age, keep, keep_age, compression, words)
            self._run(RotatingWriter(directory, run, node, limits))

        self._thread = threading.Thread(target=start, name=f"trace {node}", daemon=True)
        self._thread.start()

    @property
    def lost(self) -> int:
        """How many records are in no file."""
        return self._queue.lost

    @property
    def trouble(self) -> str:
        """Why nothing can be written now; "" if it can."""
        return self._trouble

    def flush(self, within: float = 2.0) -> bool:
        """Hand all that was appended so far to the operating system. False if not done within `within` seconds."""
        with self._served:
            self._asked += 1
            ticket = self._asked
            self._queue.hurry()
            return self._served.wait_for(lambda: self._answered >= ticket, within) and not self._trouble

    def close(self, within: float = 5.0) -> None:
        """Write what waits and the index, and end the thread. Records appended later are counted as lost."""
        self._queue.close()
        self._thread.join(within)
        if self._thread.is_alive():
            log.warning("trace %s: the disk does not answer; the end of the trace is missing", self.folder)

    def _run(self, writer: "RotatingWriter") -> None:
        queue = self._queue
        closing = False
        while not closing:
            if not queue or self._trouble:
                queue.pause(self._interval, self._may_doze())
            closing, ticket = queue.closed, self._asked
            self._attempt(writer, closing, asked=ticket != self._answered)
            with self._served:
                self._answered = ticket
                self._served.notify_all()
        self._report_end()

    def _may_doze(self) -> float | None:
        """Seconds that may pass without a look where nothing comes; None: any time."""
        if self._trouble or self._hurries:
            return 0.0
        since = self._unflushed_since
        return (
            None if since is None else max(0.0, since + CONTINUOUS_WAITS - self._interval - time.monotonic())
        )

    def _attempt(self, writer: "RotatingWriter", closing: bool, *, asked: bool) -> None:
        if self._trouble and not closing and time.monotonic() < self._retry_at:
            return
        try:
            if self._queue:
                self._open_if_due(writer)
                self._write_waiting(writer)
            if asked or self._is_flush_due():
                self._flush(writer)
            if closing:
                writer.close()
        except OSError as error:
            self._queue.lose(writer.abandon())
            advice = f"Free the disk or correct trace.directory; tried every {RETRY:g} s"
            self._in_trouble(str(error), advice)
        except Exception as error:  # a fault of ours or of a library: the thread must not end without a word
            self._queue.lose(writer.abandon())
            what = f"{type(error).__name__}: {error}"
            self._in_trouble(
                what, f"This is a fault of Gerald's: please report it; tried again every {RETRY:g} s"
            )
        else:
            self._trouble = ""
            self._queue.stick(False)

    def _open_if_due(self, writer: "RotatingWriter") -> None:
        if writer.ready():
            self._segments += 1
            if self._segments > 1:
                self.new_segment()

    def _write_waiting(self, writer: "RotatingWriter") -> None:
        """Write the records that wait now; later ones are left for the next call."""
        count = left = len(self._queue)
        begun = time.monotonic()
        due = begun + self._interval
        while left > 0:
            self._write_some(writer, min(left, BATCH))
            left -= BATCH
            self._queue.made_room()
            writer.flush_if_large()
            if time.monotonic() >= due:
                self._flush(writer)
                due = time.monotonic() + self._interval
        self._queue.pace(count, time.monotonic() - begun)
        if lost := self._queue.lost - self._said:
            self._report_loss(writer, lost)
            self._flush(writer)
        self._said += lost

    def _is_flush_due(self) -> bool:
        since = self._unflushed_since
        return since is not None and (self._hurries or time.monotonic() - since >= CONTINUOUS_WAITS)

    def _flush(self, writer: "RotatingWriter") -> None:
        writer.flush()
        self._unflushed_since, self._hurries = None, False

    def _write_some(self, writer: "RotatingWriter", count: int) -> None:
        take = self._queue.take
        records = [take() for _ in range(count)]
        try:
            lines = self._encoder.encode(records)
        except Exception:  # of one of them
            for record in records:
                self._write_one(writer, record)
        else:
            writer.write(lines, records)
        self._hurries = self._hurries or not all(map(is_continuous, records))
        if self._unflushed_since is None:
            self._unflushed_since = time.monotonic()

    def _write_one(self, writer: "RotatingWriter", record: Record) -> None:
        try:
            lines = self._encoder.encode((record,))
        except Exception as error:
            self._queue.lose(1)
            self._unencodable(record, error)
        else:
            writer.write(lines, (record,))

    def _unencodable(self, record: Record, error: Exception) -> None:
        name = type(record.envelope.message if isinstance(record, Handled) else record).__name__
        if name not in self._warned:
            self._warned.add(name)
            log.warning("trace: %s cannot be encoded, and is missing from now on: %s", name, error)

    def _in_trouble(self, why: str, advice: str) -> None:
        self._retry_at = time.monotonic() + RETRY
        self._queue.stick(True)
        if not self._trouble:
            log.warning("trace %s cannot be written: %s. %s", self.folder, why, advice)
        self._trouble = why

    def _report_loss(self, writer: "RotatingWriter", count: int) -> None:
        why = self._trouble or "more came than could be written"
        log.warning("trace %s: %d records are missing: %s", self.folder, count, why)
        writer.note_loss(self._encoder.line(LostLine(count=count, why=why, wall=time.time())), count)

    def _report_end(self) -> None:
        self._queue.lose(len(self._queue))
        if count := self._queue.lost - self._said:
            log.warning("trace %s: %d records are missing at its end: %s", self.folder, count, self._trouble)
