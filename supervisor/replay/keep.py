"""`supervisor trace keep`: a session becomes a test. What came in from outside is kept with other words; what the
actors made of it is recorded anew by a replay.
"""

import secrets
from collections.abc import Iterator
from pathlib import Path

import msgspec

from actors.kernel.message import Message
from actors.kernel.protocol.storage import StateLoaded
from config.files import beside
from supervisor.otp.messages import ROOT
from supervisor.replay.accept import key_of, rewritten
from supervisor.replay.anonymize import Anonymizer
from supervisor.replay.reconstruct import Unreplayable
from supervisor.replay.replayer import Replayer, ReplayReport, Step
from supervisor.trace.records import BeganLine, HandledLine, Line, StartedLine, StoppedLine
from supervisor.trace.write.rewrite import copied

__all__ = ["keep"]


def keep(trace: Path, to: Path, key: bytes = b"") -> ReplayReport:
    """Write what the deterministic actors of `trace` were given into the file `to`, with other words, and what a replay
    makes of it. Nothing is kept of what was remembered before the session: it begins with nobody known.

    Raises Unreplayable, and OSError.
    """
    disguise = Anonymizer(key or secrets.token_bytes(32))
    lines: list[Line] = []

    def given(line: HandledLine, message: Message) -> Message:
        if isinstance(message, StateLoaded):
            return StateLoaded(message.domain, message.epoch)
        return disguise.message(message)

    def note(step: Step) -> None:
        lines.append(rewritten(step))

    replayer = Replayer(
        trace, anew=True, given=given, watch=note, seen=lambda line: lines.append(_lonely(line))
    )
    report = replayer.run()
    if not report.messages:
        raise Unreplayable(f"nothing in {trace} can be replayed: {'; '.join(report.skipped.values())}")
    _write(to, lines)
    # Once more, from what was written: a test must begin by passing.
    again = Replayer(to).run()
    if not again.identical:
        raise Unreplayable(
            f"{to} does not replay alike: an actor in it is not deterministic; see `supervisor replay`"
        )
    return again


def _write(to: Path, lines: list[Line]) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    with beside(to, durable=False) as new:
        copied(new, {"node": ROOT, "run": to.stem, "words": "keep", "format": "1"}, _in_order(lines))
        new.chmod(0o644)  # it is for everybody: a test


def _in_order(lines: list[Line]) -> Iterator[Line]:
    replayed = {key_of(line) for line in lines if isinstance(line, BeganLine)}
    for line in lines:
        if (
            not isinstance(line, StartedLine | StoppedLine)
            or f"{line.address}/{line.incarnation}" in replayed
        ):
            yield line


def _lonely(line: Line) -> Line:
    """A start without the folder it was in."""
    if isinstance(line, StartedLine) and isinstance(line.arguments, dict) and "home" in line.arguments:
        return msgspec.structs.replace(line, arguments={**line.arguments, "home": "."})
    return line
