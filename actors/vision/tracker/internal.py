"""Messages from the tracker's own timer."""

from actors.kernel.message import Message


class LookAtTracks(Message):
    """The tracker's own reminder to see what is not there any more."""
