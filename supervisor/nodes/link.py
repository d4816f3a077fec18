"""The link between two nodes: frames of bytes, in order, either way. One interface, one file per wire.

A frame is one kind byte and a body. Only MessagePack is ever decoded from a body, never pickle.
"""

import enum
from typing import Protocol

__all__ = ["Frame", "Link", "LinkClosed"]


class Frame(enum.IntEnum):
    """What a frame carries."""

    MAIL = 1  # to the child: the slot's number and an envelope; to the parent: an envelope
    DONE = 2  # the slots whose envelopes have been handled
    READY = 3
    ENDED = 4  # the failure, or nothing after an orderly stop
    LOG = 5
    DEAD = 6  # a dead letter of the child's


class LinkClosed(Exception):
    """The other end is gone."""


class Link(Protocol):
    """One end. `send` may be called from any thread; `receive` from one."""

    def send(self, frame: Frame, body: bytes = b"") -> None:
        """Raises LinkClosed."""

    def receive(self) -> tuple[Frame, bytes]:
        """Waits for the next frame. Raises LinkClosed at the end of the stream."""

    def close(self) -> None: ...
