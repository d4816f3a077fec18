"""What a home and its hosts tell each other of a worker: the bodies of the frames that travel between machines only."""

import struct
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from actors.kernel.durations import PLACES
from supervisor.nodes.boot import Boot
from supervisor.nodes.in_flight import WINDOW, Fate

_FATE = struct.Struct("<HB")
_PICTURE = struct.Struct("<HI")
_TRACE = struct.Struct("<IQ")
_LAST = max(Fate)

_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

LARGEST_ENVELOPE = 64 * 1024
"""Most bytes of the envelope that speaks of a picture."""


class MalformedFrame(ValueError):
    """The other end has sent what nobody sends."""


class HostBoot(msgspec.Struct, frozen=True):
    """BOOT: what to run, and of which code it must be. models: the checksum of each model, by name."""

    boot: Boot
    code: str
    models: Mapping[str, str] = {}


class WorkerReport(msgspec.Struct, frozen=True, array_like=True):
    """FATES: what has changed since the last report.

    fates: see `fates_in`. begun, beat: so many seconds ago the worker began what it handles, and showed a sign of life;
    negative for never. rss: bytes that it holds. durations: places of actors.kernel.durations and their counts."""

    fates: bytes = b""
    begun: float = -1.0
    beat: float = -1.0
    rss: int = 0
    durations: tuple[tuple[int, int], ...] = ()


class Exit(msgspec.Struct, frozen=True, array_like=True):
    """EXITED: how the worker ended. code: as in multiprocessing. refused: why it was never started, "" if it was."""

    code: int | None = None
    refused: str = ""


def packed_fates(fates: Iterable[tuple[int, int]]) -> bytes:
    """The fates of slots, as a report carries them."""
    return b"".join([_FATE.pack(slot, fate) for slot, fate in fates])


def report_in(body: bytes) -> WorkerReport:
    """Raises MalformedFrame."""
    try:
        report = msgspec.msgpack.decode(body, type=WorkerReport)
    except _UNREADABLE as error:
        raise MalformedFrame(str(error)) from None
    if any(not 0 <= place < PLACES or not 0 <= count < 1 << 63 for place, count in report.durations):
        raise MalformedFrame("a duration that nobody counts")
    return report


def fates_in(report: WorkerReport) -> Iterator[tuple[int, int]]:
    """Slots and what became of their envelopes. Raises MalformedFrame."""
    if len(report.fates) % _FATE.size:
        raise MalformedFrame("a report of fates ends in the middle")
    for slot, fate in _FATE.iter_unpack(report.fates):
        if slot >= WINDOW or fate > _LAST:
            raise MalformedFrame(f"slot {slot} cannot have fate {fate}")
        yield slot, fate


def exit_in(body: bytes) -> Exit:
    """Raises MalformedFrame."""
    try:
        return msgspec.msgpack.decode(body, type=Exit)
    except _UNREADABLE as error:
        raise MalformedFrame(str(error)) from None


def boot_in(body: bytes) -> HostBoot:
    """Raises MalformedFrame."""
    try:
        return msgspec.msgpack.decode(body, type=HostBoot)
    except _UNREADABLE as error:
        raise MalformedFrame(str(error)) from None


def packed_picture(slot: int, envelope: bytes, jpeg: bytes) -> bytes:
    """The body of a PICTURE."""
    return _PICTURE.pack(slot, len(envelope)) + envelope + jpeg


def picture_in(body: bytes) -> tuple[int, bytes, bytes]:
    """The slot, the envelope and the JPEG in the body of a PICTURE. Raises MalformedFrame."""
    if len(body) < _PICTURE.size:
        raise MalformedFrame("a picture without a head")
    slot, size = _PICTURE.unpack_from(body)
    start = _PICTURE.size + size
    if slot >= WINDOW or size > LARGEST_ENVELOPE or start > len(body):
        raise MalformedFrame("a picture whose head cannot be")
    return slot, body[_PICTURE.size : start], body[start:]


def packed_trace(number: int, at: int, data: bytes) -> bytes:
    """The body of a TRACE: bytes of the worker's file `number`, counted from 1, which begin at byte `at`."""
    return _TRACE.pack(number, at) + data


def trace_in(body: bytes) -> tuple[int, int, bytes]:
    """Raises MalformedFrame."""
    if len(body) < _TRACE.size:
        raise MalformedFrame("a trace without a head")
    number, at = _TRACE.unpack_from(body)
    return number, at, body[_TRACE.size :]
