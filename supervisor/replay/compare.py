"""Compares what a handler did in the record and in the replay. Pure."""

from collections.abc import Iterator, Mapping
from itertools import zip_longest

import msgspec

from actors.kernel.message import Envelope, Message, current_name
from actors.kernel.protocol.lifecycle import Failure
from actors.kernel.record import Began, Handled
from supervisor.trace.records import BeganLine, HandledLine, Sent
from supervisor.trace.write.encode import sent_line
from supervisor.trace.write.redaction import Redaction

FATAL = frozenset({"Hung", "Killed", "Frozen", "OutOfMemory", "InjectedCrash", "Struck"})
"""Failures from outside the actor; InjectedCrash, formerly Struck, is the simulator's. What the handler had left
undone is no difference."""

_redaction = Redaction()


class Difference(msgspec.Struct, frozen=True):
    """what: `message 2`, `timer 1`, `state version` or `failure`. recorded, replayed: None if there was none."""

    what: str
    recorded: str | None
    replayed: str | None


class Divergence(msgspec.Struct, frozen=True):
    """Where a replay differs from the record. id: of the message being handled; "" for the start of an incarnation.
    sent: the messages that the replay sent, by id."""

    address: str
    incarnation: int
    id: str
    type: str
    wall: float
    differences: tuple[Difference, ...]
    sent: Mapping[str, Message]
    cause: str = ""
    turn: int = 0


def compare(
    line: HandledLine | BeganLine, record: Handled | Began, *, numbers: bool = True
) -> tuple[Difference, ...]:
    """The differences between the record and the replay. numbers: compare ids of messages and timers, too."""
    if _same(line, record, numbers):
        return ()
    cut = line.failure is not None and line.failure.kind in FATAL
    found = _of_messages(line.out, record.sent, numbers, cut)
    if cut:
        return found
    timers = _of_timers(line, record, numbers)
    return (*found, *timers, *_of_version(line, record), *_of_failure(line, record))


def matched(then: tuple[Sent, ...], now: tuple[Envelope, ...]) -> Iterator[tuple[Sent, Envelope | None]]:
    """Each recorded message with its replayed counterpart: the next of its type to the same address."""
    left = list(now)
    for item in then:
        fits = (
            index
            for index, envelope in enumerate(left)
            if envelope.recipient == item.to and type(envelope.message).__name__ == current_name(item.type)
        )
        place = next(fits, None)
        yield item, None if place is None else left[place]
        if place is not None:
            del left[: place + 1]


def sent(envelope: Envelope) -> Sent:
    """A sent message, as recorded."""
    return sent_line(envelope, _redaction)


def _same(line: HandledLine | BeganLine, record: Handled | Began, numbers: bool) -> bool:
    version = line.version
    if len(line.out) != len(record.sent) or line.failure is not None or record.failure is not None:
        return False
    if (None if version is None else (version.epoch, version.n)) != record.version:
        return False
    if line.timers_cancelled != record.timers_cancelled or len(line.timers_set) != len(record.timers_set):
        return False
    if line.timers_set and _of_timers(line, record, numbers):
        return False
    return all(
        then.to == now.recipient
        and then.digest == _redaction.digest(now.message)
        and (then.id == now.id or not numbers)
        for then, now in zip(line.out, record.sent, strict=True)
    )


def _of_messages(
    then: tuple[Sent, ...], now: tuple[Envelope, ...], numbers: bool, cut: bool
) -> tuple[Difference, ...]:
    made = tuple(map(sent, now))[: len(then) if cut else None]
    found = []
    for number, (before, after) in enumerate(zip_longest(map(_with_current_name, then), made), 1):
        same = before == after
        if not same and not numbers and before is not None and after is not None:
            same = (before.to, before.type, before.digest) == (after.to, after.type, after.digest)
        if not same:
            found.append(Difference(f"message {number}", _text(before), _text(after)))
    return tuple(found)


def _with_current_name(item: Sent) -> Sent:
    """The record with today's name of the message type."""
    name = current_name(item.type)
    return item if name == item.type else msgspec.structs.replace(item, type=name)


def _text(item: Sent | None) -> str | None:
    return None if item is None else f"{item.id} {item.type} to {item.to} [{item.digest}]"


def _of_timers(
    line: HandledLine | BeganLine, record: Handled | Began, numbers: bool
) -> tuple[Difference, ...]:
    def named(id: int) -> str:
        return f" (no. {id})" if numbers else ""

    then: list[str | None] = [
        f"{current_name(t.type)} in {t.seconds:g} s{named(t.id)}" for t in line.timers_set
    ]
    now: list[str | None] = [f"{kind} in {seconds:g} s{named(id)}" for id, seconds, kind in record.timers_set]
    then += [f"one cancelled{named(id)}" for id in line.timers_cancelled]
    now += [f"one cancelled{named(id)}" for id in record.timers_cancelled]
    pairs = enumerate(zip_longest(then, now), 1)
    return tuple(
        Difference(f"timer {number}", before, after) for number, (before, after) in pairs if before != after
    )


def _of_version(line: HandledLine | BeganLine, record: Handled | Began) -> tuple[Difference, ...]:
    then = f"{line.version.epoch}.{line.version.n}" if line.version is not None else None
    now = f"{record.version[0]}.{record.version[1]}" if record.version is not None else None
    return () if then == now else (Difference("state version", then, now),)


def _of_failure(line: HandledLine | BeganLine, record: Handled | Began) -> tuple[Difference, ...]:
    then, now = _failed(line.failure), _failed(_redaction.failure(record.failure))
    return () if then == now else (Difference("failure", then, now),)


def _failed(failure: Failure | None) -> str | None:
    return None if failure is None else f"{failure.kind}: {failure.text}"
