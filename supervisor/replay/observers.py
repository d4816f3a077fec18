"""What may look on while a replay runs: a log of how states change, and a debugger."""

import pdb
from collections.abc import Callable
from typing import Any

from actors.kernel.message import message_class
from supervisor.replay.life import ReplayedIncarnation
from supervisor.replay.replayer import Step
from supervisor.replay.show import changes, label
from supervisor.trace.records import HandledLine

__all__ = ["Debugger", "StateLog"]


class StateLog:
    """Says each step, and what it changed in the state."""

    def __init__(self, say: Callable[[str], object]) -> None:
        self._say = say
        self._state: Any = None

    def before(self, life: ReplayedIncarnation) -> None:
        """A message is about to be handled."""
        self._state = getattr(life.actor, "state", None)

    def after(self, step: Step) -> None:
        """It has been."""
        self._say(label(step))
        for line in changes(step, self._state):
            self._say(line)


class Debugger:
    """Opens pdb at the first line of the handler of the message `id`."""

    def __init__(self, id: str) -> None:
        self._id = id

    def before(self, life: ReplayedIncarnation, line: HandledLine) -> None:
        """A message is about to be handled."""
        if line.id == self._id and not line.answers:
            life.call_through(message_class(line.type), pdb.Pdb().runcall)
