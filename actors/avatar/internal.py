"""Timers of the actors that own and move the body."""

from actors.kernel.message import Message


class GestureOver(Message):
    """Timer: the gesture has been made for long enough."""


class ReckonDue(Message):
    """Timer: the body moves, and nothing was heard of it for a moment."""


class WalkOn(Message):
    """Timer of the movement: time to look where the body is, and to steer. number: of the goal."""

    number: int
