"""What passes between the persistence actor and its writer's thread."""

from collections.abc import Callable

import msgspec

from actors.kernel.message import Asker, Message
from actors.kernel.protocol.storage import LoadState, RecordErasure, SaveChange, SaveSnapshot, SetStateAside
from actors.persistence.internal import BackUpIfDue, CleanUp
from actors.persistence.messages import MakeBackup

__all__ = ["Job", "Load", "Save", "StoreOutcome", "StoreRequest"]

Load = LoadState | SetStateAside
Save = SaveChange | SaveSnapshot


class StoreRequest(msgspec.Struct, frozen=True):
    """What an actor asked for, and whom to answer. None: write everything, or check whether the disk works. cause: the
    asking message's id."""

    message: Load | Save | RecordErasure | MakeBackup | BackUpIfDue | CleanUp | None
    asker: Asker
    cause: str = ""


class StoreOutcome(msgspec.Struct, frozen=True):
    """An answer, and for whom; a notification when the asker has no id."""

    asker: Asker
    message: Message


Job = Callable[[], StoreOutcome | None]
"""Work that takes long, and what comes of it."""
