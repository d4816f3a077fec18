"""What a handler did, as it was recorded and as it was replayed, and where the two differ. Pure."""

from collections.abc import Mapping
from typing import Any

import msgspec

from actors.kernel.message import Envelope, Message
from actors.kernel.protocol import Failure
from actors.kernel.record import Began, Handled
from supervisor.trace.form import BeganLine, HandledLine, Sent
from supervisor.trace.portray import Portrayal

__all__ = ["FATAL", "Difference", "Divergence", "compare", "sent"]

FATAL = frozenset({"Hung", "Killed", "Frozen", "OutOfMemory"})
"""Failures that came from outside of the actor: what its handler had not done by then is no difference."""

_portrayal = Portrayal()


class Difference(msgspec.Struct, frozen=True):
    """One thing that was otherwise. what: `message 2`, `timer 1`, `state version` or `failure`. recorded, replayed:
    None where there was none."""

    what: str
    recorded: str | None
    replayed: str | None


class Divergence(msgspec.Struct, frozen=True):
    """Where a replay differs from the record. id: of the message being handled; "" for the start of an incarnation.

    sent: the messages that the replay sent, by their ids.
    """

    address: str
    incarnation: int
    id: str
    type: str
    wall: float
    differences: tuple[Difference, ...]
    sent: Mapping[str, Message]
    cause: str = ""
    turn: int = 0


def compare(line: HandledLine | BeganLine, record: Handled | Began) -> tuple[Difference, ...]:
    """Every difference between what was recorded and what was replayed, in order; none when all is the same."""
    if _same(line, record):
        return ()
    cut = line.failure is not None and line.failure.kind in FATAL
    found = _of_messages(line.out, record.sent, cut)
    if cut:
        return found
    return (*found, *_of_timers(line, record), *_of_version(line, record), *_of_failure(line, record))


def sent(envelope: Envelope) -> Sent:
    """A message that was sent, as it is recorded."""
    message = envelope.message
    return Sent(envelope.id, envelope.recipient, type(message).__name__, _portrayal.digest(message))


def _same(line: HandledLine | BeganLine, record: Handled | Began) -> bool:
    version = line.version
    if len(line.out) != len(record.sent) or line.failure is not None or record.failure is not None:
        return False
    if (None if version is None else (version.epoch, version.n)) != record.version:
        return False
    if line.timers_cancelled != record.timers_cancelled:
        return False
    if tuple([(timer.id, timer.seconds, timer.type) for timer in line.timers_set]) != record.timers_set:
        return False
    return all(
        then.to == now.recipient and then.digest == _portrayal.digest(now.message) and then.id == now.id
        for then, now in zip(line.out, record.sent, strict=True)
    )


def _of_messages(then: tuple[Sent, ...], now: tuple[Envelope, ...], cut: bool) -> tuple[Difference, ...]:
    made = tuple(map(sent, now))
    if cut:
        made = made[: len(then)]
    found = []
    for number in range(max(len(then), len(made))):
        before = then[number] if number < len(then) else None
        after = made[number] if number < len(made) else None
        if before != after:
            found.append(Difference(f"message {number + 1}", _told(before), _told(after)))
    return tuple(found)


def _told(item: Sent | None) -> str | None:
    return None if item is None else f"{item.id} {item.type} to {item.to} [{item.digest}]"


def _of_timers(line: HandledLine | BeganLine, record: Handled | Began) -> tuple[Difference, ...]:
    then = [f"{timer.type} in {timer.seconds:g} s (no. {timer.id})" for timer in line.timers_set]
    now = [f"{kind} in {seconds:g} s (no. {id})" for id, seconds, kind in record.timers_set]
    then += [f"no. {id} cancelled" for id in line.timers_cancelled]
    now += [f"no. {id} cancelled" for id in record.timers_cancelled]
    count = max(len(then), len(now))
    padded: list[tuple[Any, Any]] = list(
        zip(then + [None] * (count - len(then)), now + [None] * (count - len(now)), strict=True)
    )
    return tuple(
        Difference(f"timer {number + 1}", before, after)
        for number, (before, after) in enumerate(padded)
        if before != after
    )


def _of_version(line: HandledLine | BeganLine, record: Handled | Began) -> tuple[Difference, ...]:
    then = f"{line.version.epoch}.{line.version.n}" if line.version is not None else None
    now = f"{record.version[0]}.{record.version[1]}" if record.version is not None else None
    return () if then == now else (Difference("state version", then, now),)


def _of_failure(line: HandledLine | BeganLine, record: Handled | Began) -> tuple[Difference, ...]:
    then, now = _failed(line.failure), _failed(_portrayal.failure(record.failure))
    return () if then == now else (Difference("failure", then, now),)


def _failed(failure: Failure | None) -> str | None:
    return None if failure is None else f"{failure.kind}: {failure.text}"
