"""The strict, bounded check that a datagram passes before python-osc's parser sees it.

Whatever passes, python-osc 1.10.2 decodes completely, in bounded time and without raising. The check avoids these
defects: a negative element size loops for ever; a size of zero and unknown content are skipped with a log line each;
deep nesting raises RecursionError; invalid UTF-8 raises; a short float is padded; a negative blob size walks
backwards; an unknown type tag shifts the arguments. Time tags are ignored: a bundle's messages count at once."""

import enum
import math
import re
import struct
from collections.abc import Iterator
from typing import Any

from pythonosc.osc_message import OscMessage

MAX_DATAGRAM = 8192
MAX_DEPTH = 4
MAX_ADDRESS = 512
MAX_STRING = 2048
MAX_ARGUMENTS = 64

_BUNDLE = b"#bundle\x00"
_FIXED = {"i": 4, "f": 4, "r": 4, "m": 4, "h": 8, "d": 8, "t": 8, "T": 0, "F": 0, "N": 0}
_FLOATS = {"f": struct.Struct(">f"), "d": struct.Struct(">d")}
_SIZE = struct.Struct(">i")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

# An address and its arguments: bool, int, float, str, bytes or None (a MIDI or time tag argument is a tuple).
Call = tuple[str, tuple[Any, ...]]


# Why a datagram was refused; counted by its value, the name in lower case.
Reason = enum.StrEnum(
    "Reason",
    "EMPTY TOO_LARGE MISALIGNED NOT_OSC TOO_DEEP BUNDLE_HEAD ELEMENT_SIZE UNTERMINATED TOO_LONG PADDING "
    "NOT_UTF8 CONTROL_CHARACTER TYPE_TAGS UNKNOWN_TYPE ARGUMENT_SIZE NOT_FINITE TRAILING_BYTES "
    "WRONG_ARGUMENTS PARSER",
)


class BadDatagram(Exception):
    """A datagram that is not taken in, as a whole. `reason` is what is counted."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


def decode(data: bytes) -> tuple[Call, ...]:
    """The messages of a datagram in the order they stand there. Raises BadDatagram and nothing else."""
    if not data:
        raise BadDatagram(Reason.EMPTY)
    if len(data) > MAX_DATAGRAM:
        raise BadDatagram(Reason.TOO_LARGE)
    return tuple(_parse(message) for message in tuple(_messages(data, 1)))


def padded(size: int) -> int:
    """How many bytes a string of `size` bytes takes with its NUL and padding."""
    return (size + 4) & ~3


def _parse(message: bytes) -> Call:
    try:
        parsed = OscMessage(message)
    except Exception:
        # Whatever else the parser may do with bytes that passed the check must not end the thread that reads.
        raise BadDatagram(Reason.PARSER) from None
    return parsed.address, tuple(parsed)


def _messages(data: bytes, depth: int) -> Iterator[bytes]:
    """Every message in `data`, each checked."""
    if len(data) % 4:
        raise BadDatagram(Reason.MISALIGNED)
    if data[:1] == b"/":
        _check_message(data)
        yield data
    elif data[:8] == _BUNDLE:
        if depth > MAX_DEPTH:
            raise BadDatagram(Reason.TOO_DEEP)
        for element in _elements(data):
            yield from _messages(element, depth + 1)
    else:
        raise BadDatagram(Reason.NOT_OSC)


def _elements(bundle: bytes) -> Iterator[bytes]:
    index, length = 16, len(bundle)
    if length < index:
        raise BadDatagram(Reason.BUNDLE_HEAD)
    while index < length:
        (size,) = _SIZE.unpack_from(bundle, index)
        index += 4
        if not 0 < size <= length - index:
            raise BadDatagram(Reason.ELEMENT_SIZE)
        yield bundle[index : index + size]
        index += size


def _check_message(data: bytes) -> None:
    address, index = _string(data, 0, MAX_ADDRESS)
    if _CONTROL.search(address):
        raise BadDatagram(Reason.CONTROL_CHARACTER)
    if index == len(data):
        return  # the type tags of a message without arguments may be left out
    tags, index = _string(data, index, MAX_ARGUMENTS + 1)
    if tags[:1] != ",":
        raise BadDatagram(Reason.TYPE_TAGS)
    for tag in tags[1:]:
        index = _check_argument(data, index, tag)
    if index != len(data):
        raise BadDatagram(Reason.TRAILING_BYTES)


def _check_argument(data: bytes, index: int, tag: str) -> int:
    """The index behind the argument at `index`."""
    if tag == "s":
        return _string(data, index, MAX_STRING)[1]
    if tag == "b":
        return _blob(data, index)
    size = _FIXED.get(tag)
    if size is None:
        raise BadDatagram(Reason.UNKNOWN_TYPE)
    end = index + size
    if end > len(data):
        raise BadDatagram(Reason.ARGUMENT_SIZE)
    number = _FLOATS.get(tag)
    if number is not None and not math.isfinite(number.unpack_from(data, index)[0]):
        raise BadDatagram(Reason.NOT_FINITE)
    return end


def _string(data: bytes, start: int, limit: int) -> tuple[str, int]:
    """The string at `start`, and the index behind its padding."""
    end = data.find(b"\x00", start)
    stop = padded(end)
    if end < 0 or stop > len(data):
        raise BadDatagram(Reason.UNTERMINATED)
    if end - start > limit:
        raise BadDatagram(Reason.TOO_LONG)
    if any(data[end:stop]):
        raise BadDatagram(Reason.PADDING)
    try:
        return data[start:end].decode("utf-8"), stop
    except UnicodeDecodeError:
        raise BadDatagram(Reason.NOT_UTF8) from None


def _blob(data: bytes, index: int) -> int:
    start = index + 4
    if start > len(data):
        raise BadDatagram(Reason.ARGUMENT_SIZE)
    size: int = _SIZE.unpack_from(data, index)[0]
    if not 0 <= size <= len(data) - start:
        raise BadDatagram(Reason.ARGUMENT_SIZE)
    stop = start + size + (-size % 4)
    if any(data[start + size : stop]):
        raise BadDatagram(Reason.PADDING)
    return stop
