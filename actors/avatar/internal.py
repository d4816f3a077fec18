"""Timers of the avatar's actor."""

from actors.kernel.message import Message


class GestureOver(Message):
    """Timer: the gesture has been made for long enough."""


class ReckonDue(Message):
    """Timer: the body moves, and nothing was heard of it for a moment."""
