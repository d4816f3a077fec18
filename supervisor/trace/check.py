"""Looks whether a trace is whole: every byte of every segment, and every message from its sending to its end.

Conservation: what was sent to an actor was handled, became a dead letter, or still waited when the run ended. A
message that has none of these, though its recipient has handled a later one of the same sender and type, is
unaccounted for. Where records are known to be missing, that proves nothing, and is only told.
"""

import zlib
from collections.abc import Iterable
from pathlib import Path

import msgspec
import small_mcap

from supervisor.trace.decode import AnyLine, OtherLine, address_of, sent_by
from supervisor.trace.form import DeadLine, HandledLine, LostLine, MailLine, Sent
from supervisor.trace.index import split_id
from supervisor.trace.layout import segments_by_node
from supervisor.trace.reader import Entry, Trace
from supervisor.trace.scan import Segment, Torn

__all__ = ["Conservation", "Report", "SegmentReport", "check", "conservation"]

MOST = 100
"""Ids that are named; more are counted."""
UNFINISHED = "not finished"
HANDLED, DEAD, SENT = 1, 2, 4
PIECE = 2**20


class SegmentReport(msgspec.Struct, frozen=True):
    """One file. lines: readable ones. finished: closed by its writer. torn_tail: it ends in the middle of a record, as
    after a SIGKILL or a full disk; all before is readable. damage: what is broken.
    """

    name: str
    node: str
    lines: int
    finished: bool
    torn_tail: str = ""
    damage: tuple[str, ...] = ()


class Conservation(msgspec.Struct, frozen=True):
    """Where the messages went. outside: sent to somebody who records nothing, as a listener does. waiting: sent to an
    actor that has handled nothing sent later. unaccounted: ids of messages of which nothing is known; of those at most
    MOST. gaps: numbers in actors' sequences of which there is no trace at all, by sender and incarnation. disordered: handlers that ended before
    the one before them had.
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


class Report(msgspec.Struct, frozen=True):
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


def check(trace: Trace) -> Report:
    """Read all of a run, twice: its bytes, then its messages in the order of time."""
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
    found = conservation(trace.read())
    if found.lost:
        incomplete.append(f"{found.lost} records were lost when they came, and noted as lost")
    return Report(trace.folder.name, tuple(segments), found, tuple(incomplete))


def check_segment(path: Path, *, last: bool) -> SegmentReport:
    """Read every byte of one file. last: nothing comes after it, so that its end may be torn."""
    torn: list[Torn] = []
    segment = Segment(path, torn.append)
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
    if segment.finished and not damage and not _sum_is_right(path):
        damage.append("the checksum over the whole file is wrong, outside of the messages")
    if not (segment.finished or last):
        damage.append("its end is missing, though its writer went on to the next file")
    node = segment.metadata.get("node", path.name.rsplit(".", 2)[0])
    return SegmentReport(path.name, node, lines, segment.finished, tail, tuple(dict.fromkeys(damage)))


def _sum_is_right(path: Path) -> bool:
    """The checksum that the writer gave to all before its summary. True where it gave none."""
    with path.open("rb") as file:
        file.seek(small_mcap.MAGIC_SIZE)
        end = None
        while (found := small_mcap.try_read_record(file)) is not None:
            if isinstance(found.record, small_mcap.DataEnd):
                end = found
                break
        if end is None or not isinstance(end.record, small_mcap.DataEnd) or not end.record.data_section_crc:
            return True
        file.seek(0)
        left, total = end.start_offset, 0
        while left > 0 and (piece := file.read(min(PIECE, left))):
            total = zlib.crc32(piece, total)
            left -= len(piece)
        return total == end.record.data_section_crc


def conservation(entries: Iterable[Entry]) -> Conservation:
    """Follow every message from its sending to its end. entries: of the whole run, by time."""
    ledger = _Ledger()
    for entry in entries:
        ledger.take(entry.line)
    return ledger.balance()


class _Ledger:
    def __init__(self) -> None:
        self._flags: dict[tuple[str, int], bytearray] = {}
        self._waiting: dict[str, Sent] = {}
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
            if not self._flag(sent.id, SENT) & (HANDLED | DEAD):
                self._waiting[sent.id] = sent

    def _mail(self, line: MailLine) -> None:
        self._waiting.pop(line.id, None)
        if isinstance(line, DeadLine):
            self._dead += 1
            self._flag(line.id, DEAD)
            return
        assert isinstance(line, HandledLine)
        self._handled += 1
        self._flag(line.id, HANDLED)
        self._actors.add(line.recipient)
        sender, incarnation, number = split_id(line.id)
        route = (sender, incarnation, line.recipient, line.type)
        self._latest[route] = max(number, self._latest.get(route, 0))
        # A handler that was found hung is noted when it is found, and its successor goes on meanwhile.
        self._disordered += line.begun < self._ended.get(line.handler, 0.0) - 1e-6 and line.failure is None
        self._ended[line.handler] = max(line.ended, self._ended.get(line.handler, 0.0))

    def _flag(self, id: str, flag: int) -> int:
        """Note that this is known of a message; what was known before."""
        sender, incarnation, number = split_id(id)
        flags = self._flags.setdefault((sender, incarnation), bytearray())
        if number >= 2**28:  # no sender gets so far: the id is damaged
            return 0
        if number >= len(flags):
            flags.extend(bytes(max(number + 1 - len(flags), len(flags) // 4)))
        before = flags[number]
        flags[number] = before | flag
        return before

    def balance(self) -> Conservation:
        outside = waiting = 0
        unaccounted = []
        for id, sent in self._waiting.items():
            sender, incarnation, number = split_id(id)
            if sent.to not in self._actors:
                outside += 1
            elif self._latest.get((sender, incarnation, sent.to, sent.type), 0) > number:
                unaccounted.append(id)
            else:
                waiting += 1
        gaps = {
            f"{sender}/{incarnation}": _gaps(flags) for (sender, incarnation), flags in self._flags.items()
        }
        return Conservation(
            handled=self._handled,
            dead=self._dead,
            outside=outside,
            waiting=waiting,
            unaccounted=tuple(unaccounted[:MOST]),
            unaccounted_count=len(unaccounted),
            gaps={name: number for name, number in gaps.items() if number},
            lost=self._lost,
            disordered=self._disordered,
            unknown_kinds=self._unknown,
        )


def _gaps(flags: bytearray) -> int:
    """Numbers between the first and the last known one of which nothing is known."""
    return bytes(flags).strip(b"\0").count(0)


def _is_own(sender: str, actors: set[str]) -> bool:
    return sender in actors and "~" not in sender
