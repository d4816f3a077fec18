"""Timers of the actors that own and move the body."""

from typing import ClassVar

from actors.kernel.message import Message


class GestureOver(Message):
    """Timer: the gesture has been made for long enough."""


class ReckonDue(Message):
    """Timer: the body moves, and nothing was heard of it for a moment."""

    continuous: ClassVar[bool] = True


class WalkOn(Message):
    """Timer of the movement: time to look where the body is, and to steer. number: of the goal."""

    continuous: ClassVar[bool] = True
    number: int
