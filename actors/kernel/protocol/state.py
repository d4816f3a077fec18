"""Reading and changing a domain's state from outside."""

from actors.kernel.message import Message
from actors.kernel.protocol.storage import Version


class UpdateState(Message):
    """Change a domain's state: `changes` is a MessagePack map of field, or path as in `navigation_graph/places/door`,
    to value; `remove` lists paths of keys to take out.

    Answered by Updated; with `durable` by Committed, once it is on disk; by UpdateRefused, with every reason, when a
    value is invalid or `expected` is not the current version.
    """

    changes: bytes
    expected: Version | None = None
    remove: tuple[str, ...] = ()
    durable: bool = False


class Updated(Message):
    """The update was made; the state is at `version` now."""

    version: Version


class UpdateRefused(Message, omit_defaults=True):
    """Nothing was changed, for these reasons. conflict: because `expected` is not the current version."""

    reasons: tuple[str, ...]
    conflict: bool = False


class GetState(Message):
    """Get what is at `path` (such as `users/usr_1`, "" for all) of a domain's state; answered by StateIs."""

    path: str = ""


class StateIs(Message):
    """What is at `path` of a domain's state, as JSON (null for nothing), and the state's version."""

    domain: str
    version: Version
    json: bytes
    path: str = ""
