"""`supervisor trace keep`: a session becomes a test. The input from outside is kept with other words; what the actors
did with it is recorded by a replay."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import msgspec

from actors.kernel.message import Message
from actors.kernel.protocol.storage import StateLoaded
from supervisor.replay.accept import key_of, rewritten
from supervisor.replay.anonymize import Anonymizer
from supervisor.replay.reconstruct import Unreplayable
from supervisor.replay.replayer import Replayer, ReplayReport, Step
from supervisor.trace.records import BeganLine, HandledLine, Line, StartedLine, StoppedLine
from supervisor.trace.write.rewrite import rewrite

__all__ = ["keep"]


def keep(trace: Path, to: Path, key: bytes = b"") -> ReplayReport:
    """Write into the file `to` what the deterministic actors of `trace` were given, with other words, and what a replay
    makes of it. States from before the session are left out: the test begins with empty ones.

    Raises Unreplayable, and OSError.
    """
    anonymizer = Anonymizer(key or secrets.token_bytes(32))
    lines: list[Line] = []

    def given(line: HandledLine, message: Message) -> Message:
        if isinstance(message, StateLoaded):
            return StateLoaded(message.domain, message.epoch)
        return anonymizer.message(message)

    def note(step: Step) -> None:
        lines.append(rewritten(step))

    replayer = Replayer(
        trace, propagate=True, given=given, watch=note, seen=lambda line: lines.append(_without_home(line))
    )
    report = replayer.run()
    if not report.messages:
        raise Unreplayable(f"nothing in {trace} can be replayed: {'; '.join(report.skipped.values())}")
    to.parent.mkdir(parents=True, exist_ok=True)
    metadata = {"node": "root", "run": to.stem, "words": "keep", "format": "1"}
    rewrite(to, metadata, _in_order(lines), 0o644)  # readable by everybody: it is a test
    # Once more, from what was written: a test must begin by passing.
    again = Replayer(to).run()
    if not again.identical:
        raise Unreplayable(
            f"{to} does not replay identically: an actor in it is not deterministic; see `supervisor replay`"
        )
    return again


def _in_order(lines: list[Line]) -> Iterator[Line]:
    replayed = {key_of(line) for line in lines if isinstance(line, BeganLine)}
    for line in lines:
        if (
            not isinstance(line, StartedLine | StoppedLine)
            or f"{line.address}/{line.incarnation}" in replayed
        ):
            yield line


def _without_home(line: Line) -> Line:
    """The start without the instance's folder."""
    if isinstance(line, StartedLine) and isinstance(line.arguments, dict) and "home" in line.arguments:
        return msgspec.structs.replace(line, arguments={**line.arguments, "home": "."})
    return line
