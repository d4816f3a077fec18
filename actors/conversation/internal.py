"""Messages from this package's own timers to its actor."""

from actors.conversation.wording.rules import Rules
from actors.kernel.message import Message


class StillUndecided(Message):
    """A timer: was anything heard over the reply since sign `sign`?"""

    turn: int
    sign: int


class FillerDue(Message):
    """A timer: is there a word of the reply to `turn`?"""

    turn: int


class StillWithdrawn(Message):
    """Whoever went on after turn `turn` should have finished by now."""

    turn: int


class NextQuestion(Message):
    """The bot is free to answer whoever waits."""


class TurnOverdue(Message):
    """A timer: turn `turn` should be over by now."""

    turn: int


class LookAtLists(Message):
    """A timer: has a file of `safety.lists` changed?"""


class GetLists(Message):
    """To `conversation.lists`: tell them (again); answered by ListsRead."""


class ListsRead(Message):
    """What the files of `safety.lists` forbid now. complete: each of them could be read, once at least."""

    files: tuple[str, ...]
    rules: Rules
    complete: bool
