"""Messages from this package's own timers to its actor."""

from actors.kernel.message import Message


class NotesDue(Message):
    """A timer: has nobody spoken since talk number `talk`?"""

    talk: int
