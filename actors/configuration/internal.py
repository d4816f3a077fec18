"""Messages of the configuration's actor to itself."""

from actors.kernel.message import Message


class FilesChanged(Message):
    """The files may have changed."""


class CandidateRead(Message):
    """All layers were read into a candidate. changed: dotted keys that differ from what is in force. problems: why it
    cannot be put in force."""

    changed: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


class ReadingBroke(Message):
    """The reading thread failed, which is a bug; the configuration in force stays."""

    why: str
