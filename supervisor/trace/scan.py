"""Walks through one MCAP file record by record, as far as it is whole."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import msgspec
import small_mcap

__all__ = ["Segment", "Torn", "open_segment"]


class Torn(msgspec.Struct, frozen=True):
    """Something of `path` that could not be read, from byte `at` on, and why."""

    path: Path
    at: int
    why: str


Report = Callable[[Torn], object]


class Segment:
    """One file of a trace. Reading it never raises: what cannot be read goes to `report`."""

    def __init__(self, path: Path, report: Report) -> None:
        self.path = path
        self.metadata: dict[str, str] = {}
        self._report = report
        self._read = 0
        self._damaged = False

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Every encoded line with its time in nanoseconds since the epoch, in the order of writing."""
        self._read = 0
        self._damaged = False
        for record in self._records():
            if isinstance(record, small_mcap.Message):
                self._read += 1
                yield record.log_time, bytes(record.data)
            elif isinstance(record, small_mcap.Chunk):
                yield from self._chunk(record)
            elif isinstance(record, small_mcap.Statistics):
                self._compare(record.message_count)

    def _compare(self, written: int) -> None:
        """A whole file says at its end how much is in it: so a chunk that does not look like one is missed, too."""
        if written != self._read and not self._damaged:
            why = f"{written} lines were written and {self._read} are readable"
            self._report(Torn(self.path, self._at, why))

    def read_metadata(self) -> None:
        """Fill in `metadata`; it stands at the file's beginning."""
        for record in self._records():
            if isinstance(record, small_mcap.Metadata):
                self.metadata = dict(record.metadata)
                return
            if isinstance(record, small_mcap.Chunk):
                return

    def _chunk(self, chunk: small_mcap.Chunk) -> Iterator[tuple[int, bytes]]:
        try:
            # The whole chunk first: of a damaged one nothing is believed.
            records = list(small_mcap.breakup_chunk(chunk, validate_crc=True))
        except Exception as error:
            self._damaged = True
            self._report(Torn(self.path, self._at, f"a chunk is damaged ({error})"))
            return
        for record in records:
            if isinstance(record, small_mcap.Message):
                self._read += 1
                yield record.log_time, bytes(record.data)

    def _records(self) -> Iterator[small_mcap.McapRecord]:
        self._at = 0
        try:
            with self.path.open("rb") as file:
                yield from self._whole_records(file)
        except OSError as error:
            self._report(Torn(self.path, self._at, str(error)))

    def _whole_records(self, file: IO[bytes]) -> Iterator[small_mcap.McapRecord]:
        if file.read(small_mcap.MAGIC_SIZE) != small_mcap.MAGIC:
            self._report(Torn(self.path, 0, "this is no MCAP file, or its beginning is missing"))
            return
        while True:
            self._at = file.tell()
            try:
                found = small_mcap.try_read_record(file)
            except Exception as error:
                self._report(Torn(self.path, self._at, f"not a record ({error})"))
                return
            if found is None:
                self._report(Torn(self.path, self._at, _tail(file)))
                return
            if found.opcode == small_mcap.Opcode.FOOTER:
                return
            if found.record is not None:
                yield found.record


def open_segment(path: Path, report: Report) -> Segment:
    """The segment at `path` with its metadata."""
    segment = Segment(path, report)
    segment.read_metadata()
    return segment


def _tail(file: IO[bytes]) -> str:
    start = file.tell()
    left = file.seek(0, 2) - start
    if left:
        return f"cut short: the last {left} bytes are not whole"
    return "not finished: its writer was killed, or still writes"
