"""Following a domain's state."""

from typing import ClassVar

from actors.kernel.message import Lane, Message
from actors.kernel.protocol.storage import Version

__all__ = ["StateChanged", "Subscribe", "Unsubscribe", "UpToDate"]


class UpToDate(Message):
    """The state still is as whoever asked knows it."""

    domain: str
    version: Version


class Subscribe(Message):
    """Tell `address` (the sender when empty) whenever what is at `path` ("" for anything) has changed.

    known: the version that the subscriber has already. Answered by StateIs, or by UpToDate when that is the newest.
    """

    address: str = ""
    path: str = ""
    known: Version | None = None


class Unsubscribe(Message):
    """Stop telling `address` (the sender when empty) of `path`."""

    address: str = ""
    path: str = ""


class StateChanged(Message):
    """A domain's state went to `version`; `fields` of it changed after `since`, which is what was told before.

    Whoever is slow finds the newest only: `since` then is not the version that it knew, and anything may have changed.
    """

    lane: ClassVar[Lane] = Lane.LATEST
    domain: str
    version: Version
    fields: tuple[str, ...]
    since: Version = Version()
    path: str = ""

    def latest_key(self) -> str:
        return f"StateChanged {self.domain} {self.path}"
