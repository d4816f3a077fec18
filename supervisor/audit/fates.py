"""The fate of every message: open until it was handled or became a dead letter. Pure.

The order of calls does not matter: a trace may have a message's end before its sending.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from typing import Generic, TypeAlias, TypeVar

T = TypeVar("T")
Key: TypeAlias = tuple[str, int, int]
"""Sender, incarnation and sequence: a message's id."""

UNKNOWN, OPEN, HANDLED = "", "open", "handled"
"""Any other fate is the reason of a dead letter."""

HIGHEST = 2**28
"""A higher sequence number is damaged: no sender counts so far."""


class MessageFates(Generic[T]):
    """Keeps one byte for each message, so that a trace of a gigabyte fits in memory.

    open: the sent messages without a fate, in the order of sending, with the caller's item.
    counts: messages by fate, without the open ones.
    """

    def __init__(self) -> None:
        self.open: dict[Key, T] = {}
        self.counts: Counter[str] = Counter()
        self._rows: dict[tuple[str, int], bytearray] = {}
        self._names = [UNKNOWN, OPEN, HANDLED]
        self._codes = {name: code for code, name in enumerate(self._names)}

    def sent(self, key: Key, item: T) -> str:
        """Note that a message was sent. Returns its fate so far, which stays."""
        row, number = self._place(key)
        before = row[number]
        if not before:
            row[number] = 1
            self.open[key] = item
        return self._names[before]

    def settle(self, key: Key, fate: str) -> str:
        """Note the fate of a message. Returns the previous one, which it replaces."""
        row, number = self._place(key)
        before = self._names[row[number]]
        row[number] = self._codes.setdefault(fate, len(self._names))
        if row[number] == len(self._names):
            self._names.append(fate)
        self.counts[fate] += 1
        if self.open.pop(key, None) is None and before:
            self.counts[before] -= 1
        return before

    def fate(self, key: Key) -> str:
        """The fate of a message."""
        row, number = self._place(key)
        return self._names[row[number]]

    def missing(self, waiting: Collection[Key]) -> Iterator[T]:
        """The open messages that are not `waiting` in a mailbox or on their way."""
        return (item for key, item in self.open.items() if key not in waiting)

    def gaps(self) -> Iterator[tuple[str, int, int]]:
        """Each sender and incarnation, with the count of unknown numbers between its first and last known one."""
        for (sender, incarnation), row in self._rows.items():
            yield sender, incarnation, bytes(row).strip(b"\0").count(0)

    def _place(self, key: Key) -> tuple[bytearray, int]:
        sender, incarnation, number = key
        if number >= HIGHEST:
            return bytearray(1), 0
        row = self._rows.get((sender, incarnation))
        if row is None:
            row = self._rows[sender, incarnation] = bytearray()
        if number >= len(row):
            row.extend(bytes(max(number + 1 - len(row), len(row) // 4)))
        return row, number
