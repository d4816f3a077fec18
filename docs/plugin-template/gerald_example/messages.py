"""What others may send to this plugin, or be sent. It is imported in every process that knows these messages: keep it
light."""

from supervisor.plugins.api import Address, Message

HIGH_FIVE = Address("example.highfive")


class GetHighFives(Message, plugin="example"):
    """How many there were since the start. Answered by HighFives."""


class HighFives(Message, plugin="example"):
    """count: how many there were. said: the words of the last answer, "" for none."""

    count: int
    said: str = ""
