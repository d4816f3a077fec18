"""`--accept`: what the replay did becomes the record, in the same files."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from actors.kernel.message import Message
from actors.kernel.protocol.storage import Version
from config.files import beside
from supervisor.replay.compare import sent
from supervisor.replay.replayer import Replayer, ReplayReport, Step
from supervisor.trace.layout import segments_by_node
from supervisor.trace.read.segment_reader import open_segment
from supervisor.trace.records import (
    BeganLine,
    HandledLine,
    Line,
    TimerSet,
    decode_line,
)
from supervisor.trace.write.redaction import Redaction
from supervisor.trace.write.rewrite import copied

__all__ = ["accepted", "key_of", "rewritten"]

_redaction = Redaction()


def accepted(trace: Path, actor: str = "") -> ReplayReport:
    """Replay `trace`, and write down in it what came of it. Raises Unreplayable, and OSError."""
    anew: dict[str, HandledLine | BeganLine] = {}

    def note(step: Step) -> None:
        anew[key_of(step.line)] = rewritten(step)

    report = Replayer(trace, actor=actor, anew=True, watch=note).run()
    if report.differing:
        for paths in segments_by_node(trace).values():
            for path in paths:
                _replace(path, anew)
    return report


def key_of(line: HandledLine | BeganLine) -> str:
    """What tells a record from all others."""
    if isinstance(line, HandledLine):
        return f"{line.handler} {line.id}"
    return f"{line.address}/{line.incarnation}"


def rewritten(step: Step) -> HandledLine | BeganLine:
    """The line as the replay has it."""
    line, record = step.line, step.record
    fields = {
        "out": tuple(map(sent, record.sent)),
        "timers_set": tuple(TimerSet(*timer) for timer in record.timers_set),
        "timers_cancelled": record.timers_cancelled,
        "version": Version(*record.version) if record.version is not None else None,
        "failure": _redaction.failure(record.failure),
    }
    if isinstance(line, HandledLine) and isinstance(step.message, Message):
        fields["message"] = msgspec.to_builtins(_redaction.message(step.message))
    return msgspec.structs.replace(line, **fields)


def _replace(path: Path, anew: Mapping[str, HandledLine | BeganLine]) -> None:
    def lines() -> Iterator[Line]:
        for _, data in open_segment(path, lambda torn: None).lines():
            line = decode_line(data)
            is_ours = isinstance(line, HandledLine | BeganLine)
            yield anew.get(key_of(line), line) if is_ours else line  # type: ignore[arg-type]

    metadata = open_segment(path, lambda torn: None).metadata
    with beside(path, durable=False) as new:
        copied(new, metadata, lines())
