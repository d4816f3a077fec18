"""Decides which records of a trace are wanted, for a line, a chunk of lines, or an address: pure."""

import re
from collections.abc import Iterator
from functools import cache, cached_property
from typing import Any

import msgspec

from supervisor.trace.read.decode import AnyLine, address_of, failure_of
from supervisor.trace.records import DeadLine, MailLine

FEW = 64
"""Most ids in one pattern; with more it is slower than decoding."""


class Query(msgspec.Struct, frozen=True, dict=True):
    """Which records are wanted; empty fields match all.

    actor: the recipient's or sender's address; it includes replicas (`detector` matches `detector/1`).
    type: of the message. ids: of messages. causes: ids of the messages that led to them.
    person: the name or id of a person that the message is from or about.
    since, until: epoch seconds, both included. text: words in the message's texts, in any case.
    failed, dead: only records with a failure, only dead letters. node: which node wrote it.
    """

    turn: int | None = None
    actor: str = ""
    type: str = ""
    ids: frozenset[str] = frozenset()
    causes: frozenset[str] = frozenset()
    person: str = ""
    since: float | None = None
    until: float | None = None
    text: str = ""
    failed: bool = False
    dead: bool = False
    node: str = ""

    def matches(self, line: AnyLine) -> bool:
        """Whether a record is wanted, from any node."""
        if not self._is_in_time(line.wall) or not self._went_wrong(line):
            return False
        if isinstance(line, MailLine):
            return self._matches_mail(line)
        if self.turn is not None or self.type or self.ids or self.causes or self.person or self.text:
            return False
        return not self.actor or is_actor(address_of(line), self.actor)

    def may_match(self, data: bytes) -> bool:
        """A cheap test of one or more encoded lines; only False is certain."""
        if not all(needle.search(data) for needle in self._needles):
            return False
        lowered = data.lower() if self._lower else b""
        return all(word in lowered for word in self._lower)

    def is_of_node(self, node: str) -> bool:
        """Whether records of this node are wanted."""
        return not self.node or is_actor(node, self.node)

    def _matches_mail(self, line: MailLine) -> bool:
        return (
            (self.turn is None or line.turn == self.turn)
            and (not self.type or line.type == self.type)
            and (not self.ids or line.id in self.ids)
            and (not self.causes or line.cause in self.causes)
            and (not self.actor or is_actor(line.recipient, self.actor) or is_actor(line.sender, self.actor))
            and (not self.person or _names(line.message, self.person, _in_any_case(self.person)))
            and (not self.text or any(map(self._words.search, _texts(line.message))))
        )

    def _is_in_time(self, wall: float) -> bool:
        return (self.since is None or wall >= self.since) and (self.until is None or wall <= self.until)

    def _went_wrong(self, line: AnyLine) -> bool:
        if not (self.failed or self.dead):
            return True
        if isinstance(line, DeadLine):
            return self.dead
        return self.failed and failure_of(line) is not None

    @cached_property
    def _words(self) -> re.Pattern[str]:
        return _in_any_case(self.text)

    @cached_property
    def _needles(self) -> tuple[re.Pattern[bytes], ...]:
        """Patterns that every matching encoded line contains."""
        needles = []
        if self.turn:
            needles.append(rb'"turn":%d[,}]' % self.turn)
        if self.type:
            needles.append(_quoted(self.type))
        for wanted in (self.ids, self.causes):
            if 0 < len(wanted) <= FEW and "" not in wanted:  # an empty cause is not written
                needles.append(b"|".join(map(_quoted, sorted(wanted))))
        found = [re.compile(needle) for needle in needles]
        if self.dead and not self.failed:
            found.append(re.compile(b'"kind":"dead"'))
        if self.failed and not self.dead:
            found.append(re.compile(b'"failure":'))
        return tuple(found)

    @cached_property
    def _lower(self) -> tuple[bytes, ...]:
        """Words that it contains in any case. Only ASCII: other letters cannot be compared as bytes."""
        words = (word for word in (self.text, self.person) if word and word.isascii())
        return tuple(msgspec.json.encode(word)[1:-1].lower() for word in words)


def is_actor(address: str, wanted: str) -> bool:
    """Whether `address` is the actor `wanted`, one of its replicas, or its slot or threads."""
    return address.partition("~")[0] == wanted or address.startswith(f"{wanted}/")


def _quoted(word: str) -> bytes:
    return re.escape(msgspec.json.encode(word))


@cache
def _in_any_case(words: str) -> re.Pattern[str]:
    # For ASCII, the letters that are equal as bytes in any case, and none that merely fold to them.
    return re.compile(re.escape(words), re.I | re.A if words.isascii() else re.I)


def _names(value: Any, who: str, name: re.Pattern[str]) -> bool:
    """Whether a person in `value` has the id `who`, or that name."""
    if isinstance(value, dict):
        names = (value.get(field) for field in ("name", "display_name", "person"))
        if value.get("user_id") == who or any(isinstance(n, str) and name.fullmatch(n) for n in names):
            return True
        return any(_names(item, who, name) for item in value.values())
    return isinstance(value, list) and any(_names(item, who, name) for item in value)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
