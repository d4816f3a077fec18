"""What passes between the persistence actor and its writer's thread."""

from collections.abc import Callable

import msgspec

from actors.kernel.message import Asker, Message
from actors.kernel.protocol.storage import (
    LoadState,
    RecordErasure,
    SaveChange,
    SaveSnapshot,
    SetStateAside,
    StateKilled,
)
from actors.persistence.internal import BackUpIfDue, CleanUp
from actors.persistence.messages import MakeBackup

Load = LoadState | SetStateAside
Save = SaveChange | SaveSnapshot


class StoreRequest(msgspec.Struct, frozen=True):
    """What an actor asked for, and who is answered. cause: the id of the asking message.

    message: None to write everything, or else check whether the disk works.
    """

    message: Load | Save | RecordErasure | StateKilled | MakeBackup | BackUpIfDue | CleanUp | None
    asker: Asker
    cause: str = ""


class StoreOutcome(msgspec.Struct, frozen=True):
    """An answer to `asker`; a notification when that has no id."""

    asker: Asker
    message: Message


Job = Callable[[], StoreOutcome | None]
"""Work that takes long, and its outcome."""
