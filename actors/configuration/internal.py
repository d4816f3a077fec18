"""What the configuration's actor tells itself."""

from actors.kernel.message import Message


class FilesChanged(Message):
    """The watch has seen a change, or it is time to look."""


class CandidateRead(Message):
    """All layers have been read: the desk holds what they make. changed: dotted keys that differ from what is in force.
    problems: why it cannot be put in force."""

    changed: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


class ReadingBroke(Message):
    """The reading thread failed, which is a bug; the configuration in force stays."""

    why: str
