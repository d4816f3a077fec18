"""Checks a trace: every byte of every segment, and every message from its sending to its end.

Conservation: a message to an actor was handled, became a dead letter, or still waited when the run ended. It is
unaccounted for if none of these is recorded although its recipient handled a later one of the same sender and type.
Where records are known to be missing, that proves nothing and is only reported.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

import msgspec
import small_mcap

from supervisor.audit.fates import HANDLED, MessageFates
from supervisor.trace.layout import segments_by_node
from supervisor.trace.read.decode import AnyLine, OtherLine, address_of, sent_by
from supervisor.trace.read.index import split_id
from supervisor.trace.read.reader import Entry, Trace, node_of
from supervisor.trace.read.segment_reader import Torn, open_segment
from supervisor.trace.records import DeadLine, HandledLine, LostLine, MailLine, Sent

MOST = 100
"""Ids that are named; further ones are only counted."""
UNFINISHED = "not finished"
DEAD = "dead"
PIECE = 2**20
FOOTER = struct.Struct("<BQQQI")
"""An MCAP footer: opcode, length, start of the summary, start of its offsets, the summary's checksum."""
SUMMED_UP_TO = small_mcap.MAGIC_SIZE + 4
"""Bytes at the end that the summary's checksum excludes: itself and the magic."""
DATA_END = struct.Struct("<BQI")
"""Opcode, length, and the checksum of all before it."""


class SegmentReport(msgspec.Struct, frozen=True):
    """One file. lines: readable ones. finished: closed by its writer. damage: what is broken.
    torn_tail: why it ends in the middle of a record, as after a SIGKILL or a full disk; all before is readable."""

    name: str
    node: str
    lines: int
    finished: bool
    torn_tail: str = ""
    damage: tuple[str, ...] = ()


class Conservation(msgspec.Struct, frozen=True):
    """Where the messages went.

    outside: sent to a recipient that records nothing. waiting: sent to an actor that handled nothing sent later.
    unaccounted: ids of messages with an unknown end, at most MOST. unknown_kinds: of lines.
    gaps: how many numbers are missing in an actor's sequence, by sender and incarnation.
    lost: records noted as lost. disordered: handlers that began before the previous one had ended.
    """

    handled: int
    dead: int
    outside: int
    waiting: int
    unaccounted: tuple[str, ...]
    unaccounted_count: int
    gaps: dict[str, int]
    lost: int
    disordered: int
    unknown_kinds: dict[str, int]


class TraceReport(msgspec.Struct, frozen=True):
    """A run. incomplete: why some records may be missing although nothing is broken."""

    run: str
    segments: tuple[SegmentReport, ...]
    conservation: Conservation
    incomplete: tuple[str, ...]

    @property
    def damage(self) -> tuple[str, ...]:
        """What is broken, one line each."""
        found = [f"{segment.name}: {what}" for segment in self.segments for what in segment.damage]
        if self.conservation.unaccounted_count and not self.incomplete:
            found.append(
                f"{self.conservation.unaccounted_count} messages were sent and neither handled nor dead, though later"
                f" ones were handled: {', '.join(self.conservation.unaccounted[:3])}"
            )
        return tuple(found)

    @property
    def ok(self) -> bool:
        return not self.damage


def check(trace: Trace) -> TraceReport:
    """Read a run twice: its bytes, then its messages."""
    segments = []
    incomplete = []
    for paths in segments_by_node(trace.folder).values():
        segments += [check_segment(path, last=last) for path, last in _with_last(paths)]
        if not paths[0].name.endswith(".0001.mcap"):
            incomplete.append(f"{paths[0].name} is the oldest file of its node: those before it were deleted")
    incomplete += [f"{one.name}: {one.torn_tail}" for one in segments if one.torn_tail]
    incomplete += [
        f"{one.name} is being written, or its writer was killed" for one in segments if not one.finished
    ]
    found = conservation(trace.scan())
    if found.lost:
        incomplete.append(f"{found.lost} records were lost when they came, and noted as lost")
    return TraceReport(trace.folder.name, tuple(segments), found, tuple(incomplete))


def _with_last(paths: Sequence[Path]) -> Iterator[tuple[Path, bool]]:
    """Each file of a node, and whether it is the last one of the process that wrote it."""
    writers = [open_segment(path, lambda torn: None).metadata.get("pid") for path in paths]
    for path, writer, after in zip(paths, writers, [*writers[1:], None], strict=True):
        yield path, after is None or after != writer


def check_segment(path: Path, *, last: bool) -> SegmentReport:
    """Read every byte of one file. last: its writer made none after it, so its end may be torn."""
    torn: list[Torn] = []
    segment = open_segment(path, torn.append)
    lines = sum(1 for _ in segment.lines())
    tail = ""
    damage = []
    for one in torn:
        if one.why.startswith(UNFINISHED):
            continue
        if one.why.startswith("cut short") and last:
            tail = f"{one.why}, from byte {one.at} on"
        else:
            damage.append(f"at byte {one.at}: {one.why}")
    if segment.finished and not damage and not _sums_are_right(path):
        damage.append("a checksum over the file is wrong, though every message is readable")
    if not (segment.finished or last):
        damage.append("its end is missing, though its writer went on to the next file")
    damage = list(dict.fromkeys(damage))
    return SegmentReport(path.name, node_of(segment), lines, segment.finished, tail, tuple(damage))


def _sums_are_right(path: Path) -> bool:
    """Whether the checksums at the end of a finished file match its data and its summary. True if there are none."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        footer_at = size - small_mcap.MAGIC_SIZE - FOOTER.size
        file.seek(footer_at)
        opcode, _, summary_at, _, summary_sum = FOOTER.unpack(file.read(FOOTER.size))
        if opcode != small_mcap.Opcode.FOOTER or file.read(small_mcap.MAGIC_SIZE) != small_mcap.MAGIC:
            return False
        data_end_at = (summary_at or footer_at) - DATA_END.size
        file.seek(data_end_at)
        opcode, _, data_sum = DATA_END.unpack(file.read(DATA_END.size))
        if opcode != small_mcap.Opcode.DATA_END:
            return False
        return (not data_sum or _sum(file, 0, data_end_at) == data_sum) and (
            not summary_sum or _sum(file, summary_at or footer_at, size - SUMMED_UP_TO) == summary_sum
        )


def _sum(file: IO[bytes], start: int, end: int) -> int:
    file.seek(start)
    total = 0
    while start < end and (piece := file.read(min(PIECE, end - start))):
        total = zlib.crc32(piece, total)
        start += len(piece)
    return total


def conservation(entries: Iterable[Entry]) -> Conservation:
    """Follow every message from its sending to its end. entries: of the whole run, in any order."""
    account = _Account()
    for entry in entries:
        account.take(entry.line)
    return account.balance()


class _Account:
    def __init__(self) -> None:
        self._fates: MessageFates[Sent] = MessageFates()
        self._latest: dict[tuple[str, int, str, str], int] = {}
        self._actors: set[str] = set()
        self._ended: dict[str, float] = {}
        self._unknown: dict[str, int] = {}
        self._handled = self._dead = self._lost = self._disordered = 0

    def take(self, line: AnyLine) -> None:
        if isinstance(line, MailLine):
            self._mail(line)
        elif isinstance(line, LostLine):
            self._lost += line.count
        elif isinstance(line, OtherLine):
            self._unknown[line.kind] = self._unknown.get(line.kind, 0) + 1
        else:
            self._actors.add(address_of(line))
        for sent in sent_by(line):
            self._fates.sent(split_id(sent.id), sent)

    def _mail(self, line: MailLine) -> None:
        key = sender, incarnation, number = split_id(line.id)
        if isinstance(line, DeadLine):
            self._dead += 1
            self._fates.settle(key, DEAD)
            return
        assert isinstance(line, HandledLine)
        self._handled += 1
        self._fates.settle(key, HANDLED)
        self._actors.add(line.recipient)
        route = (sender, incarnation, line.recipient, line.type)
        self._latest[route] = max(number, self._latest.get(route, 0))
        # A hung handler is recorded when it is found hung; its successor works meanwhile.
        self._disordered += line.begun < self._ended.get(line.handler, 0.0) - 1e-6 and line.failure is None
        self._ended[line.handler] = max(line.ended, self._ended.get(line.handler, 0.0))

    def balance(self) -> Conservation:
        outside = waiting = 0
        unaccounted = []
        for (sender, incarnation, number), sent in self._fates.open.items():
            if sent.to not in self._actors:
                outside += 1
            elif self._latest.get((sender, incarnation, sent.to, sent.type), 0) > number:
                unaccounted.append(sent.id)
            else:
                waiting += 1
        # All numbers are recorded only for an actor itself: slots and threads share theirs with others.
        gaps = {
            f"{sender}/{incarnation}": number
            for sender, incarnation, number in self._fates.gaps()
            if number and sender in self._actors and "~" not in sender
        }
        return Conservation(
            handled=self._handled,
            dead=self._dead,
            outside=outside,
            waiting=waiting,
            unaccounted=tuple(unaccounted[:MOST]),
            unaccounted_count=len(unaccounted),
            gaps=gaps,
            lost=self._lost,
            disordered=self._disordered,
            unknown_kinds=self._unknown,
        )
