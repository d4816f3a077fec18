"""Observers of a replay: a log of state changes, and a debugger."""

import pdb
from collections.abc import Callable
from typing import Any

from actors.kernel.message import message_class
from config.syntax.mask import printable
from supervisor.replay.incarnation import ReplayedIncarnation
from supervisor.replay.replayer import Step
from supervisor.replay.show import changes, label
from supervisor.trace.records import HandledLine


class StateLog:
    """Prints each step and its changes to the state: `before` and `after` each message."""

    def __init__(self, print: Callable[[str], object]) -> None:
        self._print = print
        self._state: Any = None

    def before(self, replayed: ReplayedIncarnation) -> None:
        self._state = getattr(replayed.actor, "state", None)

    def after(self, step: Step) -> None:
        self._print(printable(label(step)))
        for line in changes(step, self._state):
            self._print(printable(line))


class Debugger:
    """Opens pdb at the first line of the handler of the message `id`."""

    def __init__(self, id: str) -> None:
        self._id = id

    def before(self, replayed: ReplayedIncarnation, line: HandledLine) -> None:
        if line.id == self._id and not line.answers:
            replayed.call_through(message_class(line.type), pdb.Pdb().runcall)
