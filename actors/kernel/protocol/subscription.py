"""Following a domain's state."""

from typing import ClassVar

from actors.kernel.message import Lane, Message
from actors.kernel.protocol.storage import Version


class UpToDate(Message):
    """The state is at the version that the subscriber knows."""

    domain: str
    version: Version


class Subscribe(Message):
    """Tell `address` ("" for the sender) of changes at `path` ("" for anywhere). Answered by StateIs, or by UpToDate
    when `known`, which the subscriber has already, is the current version."""

    address: str = ""
    path: str = ""
    known: Version | None = None


class Unsubscribe(Message):
    """Stop telling `address` ("" for the sender) of `path`."""

    address: str = ""
    path: str = ""


class StateChanged(Message):
    """`fields` of a domain's state changed between `since` and `version`. A slow subscriber finds only the newest
    message: if it does not know `since`, anything may have changed."""

    lane: ClassVar[Lane] = Lane.LATEST
    domain: str
    version: Version
    fields: tuple[str, ...]
    since: Version = Version()
    path: str = ""

    def latest_key(self) -> str:
        return f"StateChanged {self.domain} {self.path}"
