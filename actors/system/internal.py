"""Messages from the system actor's timer and sampler."""

from actors.kernel.message import Message
from actors.system.state import ResourceUsage


class SampleDue(Message):
    """Timer: look at the resources."""


class ResourcesSampled(Message):
    """What the sampler saw. uptime: seconds since the process began."""

    usage: ResourceUsage
    uptime: float
