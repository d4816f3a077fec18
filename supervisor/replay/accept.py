"""`--accept`: writes the results of a replay into the trace as the new record."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from actors.kernel.message import Message
from supervisor.replay.reconstruct import Unreplayable
from supervisor.replay.replayer import Replayer, ReplayReport, Step
from supervisor.trace.layout import segments
from supervisor.trace.read.segment_reader import encoded_lines, open_segment
from supervisor.trace.records import BeganLine, HandledLine, Line, decode_line
from supervisor.trace.write.encode import outcome_fields
from supervisor.trace.write.redaction import Redaction
from supervisor.trace.write.rewrite import rewrite

_redaction = Redaction()


def accepted(trace: Path, actor: str = "") -> ReplayReport:
    """Replay `trace` and write the results into it. Raises Unreplayable and OSError."""
    changed: dict[str, HandledLine | BeganLine] = {}

    def note(step: Step) -> None:
        changed[key_of(step.line)] = rewritten(step)

    report = Replayer(trace, actor=actor, propagate=True, watch=note).run()
    for path in segments(trace) if report.differing else ():
        lines = map(_understood, encoded_lines(path))
        metadata = open_segment(path, lambda torn: None).metadata
        rewrite(path, metadata, renewed(lines, changed))
    return report


def renewed(lines: Iterable[Line], changed: Mapping[str, HandledLine | BeganLine]) -> Iterator[Line]:
    """`lines` with what is in `changed` (by `key_of`) in its place.

    Where an actor is replayed, a message that nobody sent it this time is left out: it did not happen."""
    replayed: set[str] = set()
    for line in lines:
        if not isinstance(line, HandledLine | BeganLine):
            yield line
            continue
        address = line.handler if isinstance(line, HandledLine) else line.address
        if (new := changed.get(key_of(line))) is not None:
            replayed.add(address)
            yield new
        elif address not in replayed:
            yield line


def _understood(data: bytes) -> Line:
    try:
        return decode_line(data)
    except msgspec.DecodeError as error:
        raise Unreplayable(f"a line of the trace is not understood, and would be lost: {error}") from None


def key_of(line: HandledLine | BeganLine) -> str:
    """The identity of a record."""
    if isinstance(line, HandledLine):
        return f"{line.handler} {line.id}"
    return f"{line.address}/{line.incarnation}"


def rewritten(step: Step) -> HandledLine | BeganLine:
    """The line with the replay's results."""
    line = step.line
    fields = outcome_fields(step.record, _redaction)
    if isinstance(line, HandledLine) and isinstance(step.message, Message):
        fields["message"] = msgspec.to_builtins(_redaction.message(step.message))
    return msgspec.structs.replace(line, **fields)
