"""`supervisor trace keep`: turns a session into a test, with anonymized input and the results of a replay."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import msgspec

from actors.kernel.message import Message
from actors.kernel.protocol.storage import StateLoaded
from supervisor.replay.accept import key_of, rewritten
from supervisor.replay.anonymize import Anonymizer
from supervisor.replay.reconstruct import Unreplayable
from supervisor.replay.replayer import Replayer, ReplayReport
from supervisor.trace.records import BeganLine, HandledLine, Line, StartedLine, StoppedLine
from supervisor.trace.write.rewrite import rewrite


def keep(trace: Path, to: Path, key: bytes = b"") -> ReplayReport:
    """Write the anonymized input of the deterministic actors of `trace`, and a replay's results, into the file `to`.

    States from before the session are left out: the test begins with empty ones. Raises Unreplayable and OSError.
    """
    anonymizer = Anonymizer(key or secrets.token_bytes(32))
    lines: list[Line] = []

    def given(line: HandledLine, message: Message) -> Message:
        if isinstance(message, StateLoaded):
            return StateLoaded(message.domain, message.epoch)
        return anonymizer.message(message)

    report = Replayer(
        trace,
        propagate=True,
        given=given,
        watch=lambda step: lines.append(rewritten(step)),
        seen=lambda line: lines.append(_without_home(line)),
    ).run()
    if not report.messages:
        raise Unreplayable(f"nothing in {trace} can be replayed: {'; '.join(report.skipped.values())}")
    to.parent.mkdir(parents=True, exist_ok=True)
    metadata = {"node": "root", "run": to.stem, "words": "keep", "format": "1"}
    rewrite(to, metadata, _of_replayed(lines), 0o644)  # readable by all: it is a test
    # Replay what was written: a new test must pass.
    again = Replayer(to).run()
    if not again.identical:
        raise Unreplayable(
            f"{to} does not replay identically: an actor in it is not deterministic; see `supervisor replay`"
        )
    return again


def _of_replayed(lines: list[Line]) -> Iterator[Line]:
    """The lines without starts and stops of other incarnations."""
    begun = {key_of(line) for line in lines if isinstance(line, BeganLine)}
    for line in lines:
        if not isinstance(line, StartedLine | StoppedLine) or f"{line.address}/{line.incarnation}" in begun:
            yield line


def _without_home(line: Line) -> Line:
    """The line without the instance's folder."""
    if isinstance(line, StartedLine) and isinstance(line.arguments, dict) and "home" in line.arguments:
        return msgspec.structs.replace(line, arguments={**line.arguments, "home": "."})
    return line
