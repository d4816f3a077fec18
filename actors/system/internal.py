"""What the system's actor and its sampler say to it."""

from actors.kernel.message import Message
from actors.system.state import ResourceUsage


class SampleDue(Message):
    """Timer: look at the resources."""


class ResourcesSampled(Message):
    """What the sampler saw. uptime: seconds since the process began."""

    usage: ResourceUsage
    uptime: float
