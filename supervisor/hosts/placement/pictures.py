"""Pictures on their way to an actor on a host: as JPEG, few at a time, and the newest wins.

What says that a picture is there goes with the picture. While two are on their way, a newer one replaces the one that
waits, which is counted as superseded: a slow link makes the eyes slow, and nothing else.
"""

import contextlib
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from actors.kernel.directory import Directory
from actors.kernel.mailbox import RejectReason
from actors.kernel.media.frames import Frame, RingAddress
from actors.kernel.message import Envelope, encode
from actors.vision.messages import FrameReady
from supervisor.hosts.frames import packed_picture
from supervisor.nodes.link import FrameType, Link, LinkClosed

if TYPE_CHECKING:
    from actors.kernel.media.frame_ring import RingReader

ON_THEIR_WAY = 2
"""Most pictures that the host has not done with."""

QUALITY = 80

Enter = Callable[[Envelope], int | None]


class PictureSender:
    """Sends the pictures of one worker (supervisor.nodes.child.Apart). ring: where the camera puts them."""

    def __init__(self, ring: RingAddress, directory: Directory) -> None:
        self._ring = ring
        self._directory = directory
        self._link: Link | None = None
        self._enter: Enter | None = None
        self._waiting: Envelope | None = None
        self._sent: set[int] = set()
        self._over = False
        self._changed = threading.Condition()

    def send_on(self, link: Link) -> None:
        self._link = link

    def begin(self, enter: Enter) -> None:
        self._enter = enter
        threading.Thread(target=self._run, name="pictures", daemon=True).start()

    def takes(self, envelope: Envelope) -> bool:
        if not isinstance(envelope.message, FrameReady):
            return False
        with self._changed:
            older, self._waiting = self._waiting, envelope
            self._changed.notify_all()
        if older is not None:
            self._drop(older, "a newer picture was there before it could be sent")
        return True

    def done(self, slot: int) -> None:
        """The host has done with what is in this slot."""
        with self._changed:
            if slot in self._sent:
                self._sent.discard(slot)
                self._changed.notify_all()

    def end(self) -> tuple[Envelope, ...]:
        with self._changed:
            self._over = True
            left, self._waiting = self._waiting, None
            self._changed.notify_all()
        return (left,) if left is not None else ()

    def _drop(self, envelope: Envelope, why: str) -> None:
        self._directory.dead_letter(envelope, RejectReason.SUPERSEDED, why)

    def _run(self) -> None:
        from actors.kernel.media.frame_ring import (
            RingReader,
        )  # imported here: without pictures, numpy is not loaded

        try:
            reader = RingReader(self._ring)
        except FileNotFoundError:
            return  # the instance ends
        with contextlib.suppress(LinkClosed):
            while (envelope := self._next()) is not None:
                self._send(envelope, _jpeg(reader, envelope))
        reader.close()

    def _next(self) -> Envelope | None:
        """The newest one, when it may be sent."""
        with self._changed:
            self._changed.wait_for(lambda: self._over or self._may_send())
            if self._over:
                return None
            envelope, self._waiting = self._waiting, None
            return envelope

    def _may_send(self) -> bool:
        return self._waiting is not None and len(self._sent) < ON_THEIR_WAY

    def _send(self, envelope: Envelope, jpeg: bytes) -> None:
        assert self._enter is not None
        assert self._link is not None
        if not jpeg:
            self._drop(envelope, "its picture was written over before it could be sent")
            return
        if (slot := self._enter(envelope)) is None:
            self._drop(envelope, "there was no room on the way")
            return
        with self._changed:
            self._sent.add(slot)
        self._link.send(FrameType.PICTURE, packed_picture(slot, encode(envelope), jpeg))


def _jpeg(reader: "RingReader", envelope: Envelope) -> bytes:
    """The picture that the envelope speaks of; b"" when it is gone."""
    from actors.kernel.media.jpeg import as_jpeg

    assert isinstance(envelope.message, FrameReady)
    m = envelope.message
    picture = reader.read(Frame(m.generation, m.height, m.width, m.channels, m.captured_at))
    return as_jpeg(picture, m.width, QUALITY) if picture is not None else b""
