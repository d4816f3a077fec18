"""What the avatar's actor says to itself."""

from actors.kernel.message import Message


class GestureOver(Message):
    """Timer: the gesture has been made for long enough."""
