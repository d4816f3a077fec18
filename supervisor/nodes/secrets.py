"""How a worker gets a secret: it asks its parent over the private wire. No trace records the answer."""

import contextlib
import threading
from collections.abc import Callable

import msgspec

from supervisor.nodes.link import FrameType, Link, LinkClosed

WITHIN = 1.0
"""Seconds within which the parent answers."""

Reveal = Callable[[str], str]
"""The text of the secret at a dotted key. Raises KeyError."""

NO_SECRETS: Reveal = dict[str, str]().__getitem__


def answer(link: Link, body: bytes, reveal: Reveal) -> None:
    """The parent's side: send the child the secret whose key is in `body`."""
    key = body.decode("utf-8", "replace")
    try:
        text: str | None = reveal(key)
    except KeyError:
        text = None
    with contextlib.suppress(LinkClosed):
        link.send(FrameType.REVEALED, msgspec.msgpack.encode((key, text)))


class Secrets:
    """The child's side. Until `attended`, the asking thread reads the wire itself."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._answers: dict[str, str | None] = {}
        self._came = threading.Condition()
        self._early: list[tuple[FrameType, bytes]] = []
        self.attended = False

    def take(self, body: bytes) -> None:
        """Take an answer."""
        key, text = msgspec.msgpack.decode(body, type=tuple[str, str | None])
        with self._came:
            self._answers[key] = text
            self._came.notify_all()

    def early(self) -> tuple[tuple[FrameType, bytes], ...]:
        """The other frames that came, in order, before an answer; once."""
        early, self._early = tuple(self._early), []
        return early

    def reveal(self, key: str) -> str:
        """Ask for the secret at `key`. Raises KeyError if the parent has none, or does not answer."""
        self._answers.pop(key, None)
        self._link.send(FrameType.REVEAL, key.encode())
        if not self.attended:
            # Mail that waited for this incarnation may be before the answer.
            while (came := self._link.receive())[0] is not FrameType.REVEALED:
                self._early.append(came)
            self.take(came[1])
        with self._came:
            self._came.wait_for(lambda: key in self._answers, WITHIN)
            text = self._answers.pop(key, None)
        if text is None:
            raise KeyError(f"the secret {key} is not available")
        return text
