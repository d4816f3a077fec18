"""Checks a trace: every byte of every segment, and every message from its sending to its end.

Conservation: what was sent to an actor was handled, became a dead letter, or still waited when the run ended. A
message that has none of these, though its recipient has handled a later one of the same sender and type, is
unaccounted for. Where records are known to be missing, that proves nothing, and is only reported.
"""

import struct
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import IO

import msgspec
import small_mcap

from supervisor.audit.fates import HANDLED, MessageFates
from supervisor.trace.layout import segments_by_node
from supervisor.trace.read.decode import AnyLine, OtherLine, address_of, sent_by
from supervisor.trace.read.index import split_id
from supervisor.trace.read.reader import Entry, Trace
from supervisor.trace.read.segment_reader import SegmentReader, Torn
from supervisor.trace.records import DeadLine, HandledLine, LostLine, MailLine, Sent

__all__ = ["Conservation", "SegmentReport", "TraceReport", "check", "conservation"]

MOST = 100
"""Ids that are named; more are counted."""
UNFINISHED = "not finished"
DEAD = "dead"
PIECE = 2**20
FOOTER = struct.Struct("<BQQQI")
"""An MCAP footer: opcode, length, where the summary begins, where its offsets begin, the summary's checksum."""
SUMMED_UP_TO = small_mcap.MAGIC_SIZE + 4
"""Bytes of the end that the summary's checksum leaves out: the magic and itself."""
DATA_END = struct.Struct("<BQI")
"""Opcode, length, and the checksum of all before it."""


class SegmentReport(msgspec.Struct, frozen=True):
    """One file. lines: readable ones. finished: closed by its writer. torn_tail: it ends in the middle of a record, as
    after a SIGKILL or a full disk; all before is readable. damage: what is broken."""

    name: str
    node: str
    lines: int
    finished: bool
    torn_tail: str = ""
    damage: tuple[str, ...] = ()


class Conservation(msgspec.Struct, frozen=True):
    """Where the messages went. outside: sent to somebody who records nothing, as a listener does. waiting: sent to an
    actor that has handled nothing sent later. unaccounted: ids of messages of which nothing is known, at most MOST.
    gaps: how many numbers in an actor's sequence there is no trace of, by sender and incarnation. lost: records that
    are said to be. disordered: handlers that began before the one before them had ended. unknown_kinds: of lines."""

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
    """A run. incomplete: why some records may be missing though nothing is broken. ok: nothing is damaged."""

    run: str
    segments: tuple[SegmentReport, ...]
    conservation: Conservation
    incomplete: tuple[str, ...]

    @property
    def damage(self) -> tuple[str, ...]:
        """Everything that is broken, one line each."""
        found = [f"{segment.name}: {what}" for segment in self.segments for what in segment.damage]
        if self.conservation.unaccounted_count and not self.incomplete:
            found.append(
                f"{self.conservation.unaccounted_count} messages were sent and neither handled nor dead, though later"
                f" ones were handled: {', '.join(self.conservation.unaccounted[:3])}"
            )
        return tuple(found)

    @property
    def ok(self) -> bool:
        """Whether nothing is broken."""
        return not self.damage


def check(trace: Trace) -> TraceReport:
    """Read all of a run, twice: its bytes, then its messages."""
    segments = []
    incomplete = []
    for paths in segments_by_node(trace.folder).values():
        segments += [check_segment(path, last=path is paths[-1]) for path in paths]
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


def check_segment(path: Path, *, last: bool) -> SegmentReport:
    """Read every byte of one file. last: nothing comes after it, so that its end may be torn."""
    torn: list[Torn] = []
    segment = SegmentReader(path, torn.append)
    segment.read_metadata()
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
    node = segment.metadata.get("node", path.name.rsplit(".", 2)[0])
    return SegmentReport(path.name, node, lines, segment.finished, tail, tuple(dict.fromkeys(damage)))


def _sums_are_right(path: Path) -> bool:
    """Whether the checksums fit that a finished file ends with: of its data, and of the summary after it. True where
    the writer gave none."""
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
        # A handler that was found hung is noted when it is found, and its successor goes on meanwhile.
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
        # Only of an actor's own numbers all are recorded: its slot and its threads share theirs with others.
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
