"""Small actors for tests of hosts and processes."""

import os
import signal

from actors.kernel.actor import Actor, handles
from actors.kernel.message import Message


class Say(Message):
    """Answered by Said, and noted to `to` when given."""

    text: str
    to: str = ""


class Said(Message):
    """What was said, by which process."""

    text: str
    pid: int


class Crash(Message):
    """Raises in the handler."""


class Die(Message):
    """Kills the whole process in the handler."""


class Echo(Actor):
    """Answers what it is told."""

    @handles
    def on_say(self, message: Say) -> None:
        said = Said(message.text, os.getpid())
        if message.to:
            self.tell(message.to, said)
        else:
            self.reply(said)

    @handles
    def on_crash(self, message: Crash) -> None:
        raise ValueError("crashed on request")

    @handles
    def on_die(self, message: Die) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


class Unbuildable(Actor):
    """Cannot even be made."""

    def __init__(self) -> None:
        raise RuntimeError("cannot be made")
