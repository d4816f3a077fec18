"""Small actors for tests of hosts and processes."""

import os
import signal
from collections.abc import Mapping
from typing import Any

import psutil

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
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))


class Unbuildable(Actor):
    """Cannot even be made."""

    def __init__(self) -> None:
        raise RuntimeError("cannot be made")


class Settings(Message):
    """Answered by Said: what the process was given, as `nice cpus variable preloaded-pid`."""


class Heavy(Echo):
    """Loads something in `preload`, and says in which process and how often that was."""

    loads = 0

    def preload(self) -> None:
        type(self).loads += 1

    @handles
    def on_settings(self, message: Settings) -> None:
        process = psutil.Process()
        variable = os.environ.get("GERALD_TEST_VARIABLE", "")
        cores = ",".join(map(str, process.cpu_affinity()))
        self.reply(Said(f"{process.nice()} {cores} {variable} {self.loads}", os.getpid()))


class AskSections(Message):
    """Answered by SectionsAre."""


class SectionsAre(Message):
    """What a Sectioned uses now: the temperature, and of the secret its length and its end."""

    temperature: str
    length: int
    end: str


class Sectioned(Actor):
    """Shows that the section llm, with its secret, has reached it."""

    def __init__(self, llm: Any) -> None:
        self._llm = llm

    def commit(self, sections: Mapping[str, Any]) -> bool:
        self._llm = sections["llm"]
        return True

    @handles
    def on_ask(self, _: AskSections) -> None:
        secret = self._llm.api_key.reveal()
        self.reply(SectionsAre(str(self._llm.temperature), len(secret), secret[-3:]))
