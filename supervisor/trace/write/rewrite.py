"""Rewrites a file of a trace from lines that may have been changed."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from actors.kernel.errors import UnknownMessage
from actors.kernel.message import message_class
from config.files import put_in_place
from supervisor.trace.records import HandledLine, Line
from supervisor.trace.write.encode import Lines
from supervisor.trace.write.segment_writer import SegmentWriter

FLUSH_EVERY = 1000
_encoder = msgspec.json.Encoder()


def rewrite(path: Path, metadata: Mapping[str, str], lines: Iterable[Line], mode: int = 0o600) -> None:
    """Replace the file `path`, atomically, with one of `metadata` and `lines`. Raises OSError."""
    new = path.with_name(f"{path.name}.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
    try:
        segment = SegmentWriter(new, descriptor, "zstd")
        segment.describe(metadata)
        for number, line in enumerate(lines, 1):
            segment.add(Lines([_kind(line)], [line.wall], [_encoder.encode(line)]))
            if number % FLUSH_EVERY == 0:
                segment.flush()
        segment.close()
        os.chmod(new, mode)
        put_in_place(new, path)
    finally:
        new.unlink(missing_ok=True)


def _kind(line: Line) -> type[msgspec.Struct]:
    if isinstance(line, HandledLine):
        try:
            return message_class(line.type)
        except UnknownMessage:
            return HandledLine
    return type(line)
