"""Reads one MCAP file, record by record, as far as it is whole."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO

import msgspec
import small_mcap

from supervisor.trace.layout import segments
from supervisor.trace.read.chunk import LARGEST, ChannelTable, split, unpacked

Span = tuple[int, int]
"""The first byte and the end of a part of a file; both where a record begins."""


class Torn(msgspec.Struct, frozen=True):
    """A part of `path`, from byte `at` on, that could not be read, and why."""

    path: Path
    at: int
    why: str


class Block(msgspec.Struct, frozen=True):
    """The lines of one chunk, with their times (ns since the epoch) and channels, and its end in the file."""

    lines: list[tuple[int, bytes, int]]
    end: int


UNFINISHED = "not finished: its writer was killed, or still writes"
CUT = "cut short: the last {} bytes are not whole"
NO_MCAP = "this is no MCAP file, or its beginning is missing"

Report = Callable[[Torn], object]
MayMatch = Callable[[bytes], bool]
EVERYTHING: tuple[Span, ...] = ((0, 2**63),)


class SegmentReader:
    """One file of a trace. Reading never raises: what cannot be read goes to `report`.

    finished: whether the writer's end of file was found. whole_until: the byte up to which it was read.
    """

    def __init__(self, path: Path, report: Report) -> None:
        self.path = path
        self.metadata: dict[str, str] = {}
        self.known = ChannelTable()
        self.finished = False
        self.whole_until = 0
        self._report = report
        self._read = 0
        self._partly = False

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Every encoded line with its time (ns since the epoch), in the order of writing."""
        for block in self.blocks():
            for at, data, _ in block.lines:
                yield at, data

    def blocks(
        self, spans: Sequence[Span] = EVERYTHING, may_match: MayMatch | None = None
    ) -> Iterator[Block]:
        """The lines chunk by chunk, within `spans`, without chunks whose bytes `may_match` refuses."""
        self._read = 0
        self._partly = spans is not EVERYTHING or may_match is not None
        for record in self._records(spans):
            if isinstance(record, small_mcap.Message):
                self._read += 1
                yield Block([(record.log_time, bytes(record.data), record.channel_id)], self.whole_until)
            elif isinstance(record, small_mcap.Chunk):
                yield from self._chunk(record, may_match)
            elif isinstance(record, small_mcap.Channel):
                self.known.channels[record.id] = record
            elif isinstance(record, small_mcap.Schema):
                self.known.schemas[record.id] = record
            elif isinstance(record, small_mcap.Statistics):
                self._compare(record.message_count)

    def _compare(self, written: int) -> None:
        """Compare with the number of lines at the end of a whole file, which reveals a missing chunk."""
        if written != self._read and not self._partly:
            why = f"{written} lines were written and {self._read} are readable"
            self._report(Torn(self.path, self._at, why))

    def read_metadata(self) -> None:
        """Fill in `metadata`, which is at the file's beginning."""
        for record in self._records(EVERYTHING):
            if isinstance(record, small_mcap.Metadata):
                self.metadata = dict(record.metadata)
                return
            if isinstance(record, small_mcap.Chunk):
                return

    def _chunk(self, chunk: small_mcap.Chunk, may_match: MayMatch | None) -> Iterator[Block]:
        try:
            data = unpacked(chunk)
            if may_match is not None and not may_match(data):
                return
            # The whole chunk first: nothing of a damaged one is used.
            lines = list(split(data, self.known))
        except Exception as error:
            self._partly = True
            self._report(Torn(self.path, self._at, f"a chunk is damaged ({error})"))
            return
        self._read += len(lines)
        yield Block(lines, self.whole_until)

    def _records(self, spans: Sequence[Span]) -> Iterator[small_mcap.McapRecord]:
        self._at = 0
        try:
            with self.path.open("rb") as file:
                head = file.read(small_mcap.MAGIC_SIZE)
                if head != small_mcap.MAGIC:
                    begun = small_mcap.MAGIC.startswith(head)
                    self._report(Torn(self.path, 0, UNFINISHED if begun else NO_MCAP))
                    return
                for start, end in spans:
                    file.seek(max(start, small_mcap.MAGIC_SIZE))
                    yield from self._whole_records(file, end)
        except OSError as error:
            self._report(Torn(self.path, self._at, str(error)))

    def _whole_records(self, file: IO[bytes], end: int) -> Iterator[small_mcap.McapRecord]:
        while (at := file.tell()) < end:
            self._at = at
            try:
                found = small_mcap.try_read_record(file, record_size_limit=LARGEST)
            except Exception as error:
                self._report(Torn(self.path, at, f"not a record ({error})"))
                return
            if found is None:
                self._report(Torn(self.path, at, _tail(file)))
                return
            self.whole_until = found.end_offset
            if found.opcode == small_mcap.Opcode.FOOTER:
                self._finish(file)
                return
            if found.record is not None:
                yield found.record

    def _finish(self, file: IO[bytes]) -> None:
        at = file.tell()
        tail = file.read(small_mcap.MAGIC_SIZE)
        self.finished = tail == small_mcap.MAGIC
        if not self.finished and small_mcap.MAGIC.startswith(tail):
            self._report(Torn(self.path, at, CUT.format(len(tail))))
        elif not self.finished:
            self._report(Torn(self.path, at, "its last bytes are wrong"))


def open_segment(path: Path, report: Report) -> SegmentReader:
    """The segment at `path` with its metadata."""
    segment = SegmentReader(path, report)
    segment.read_metadata()
    return segment


def encoded_lines(trace: Path, report: Report = lambda torn: None) -> Iterator[bytes]:
    """Every encoded line of a run's folder or of one file, node by node."""
    for path in segments(trace):
        for _, data in open_segment(path, report).lines():
            yield data


def _tail(file: IO[bytes]) -> str:
    start = file.tell()
    left = file.seek(0, 2) - start
    return CUT.format(left) if left else UNFINISHED
