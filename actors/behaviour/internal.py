"""Timers of the behaviour's actor, and what it learns of the machine."""

from actors.kernel.message import Message


class StepDue(Message):
    """The next part of act `number` is due."""

    number: int
    step: int


class ActOver(Message):
    """Act `number` has lasted long enough."""

    number: int


class IdleDue(Message):
    """Time for a look or a small gesture, if nothing else goes on."""


class AskSwitch(Message):
    """Time to ask how the stop parameter stands."""


class LookAround(Message):
    """Time to see whether something should be said: to who has come, or to the silence."""


class ReadClock(Message):
    """Time to see how this machine's clock is set: summer time begins and ends."""


class ClockOffset(Message):
    """This machine's clock is `seconds` ahead of UTC."""

    seconds: float
