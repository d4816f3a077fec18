"""Messages that only the system's own actor and its sampler exchange."""

from actors.kernel.message import Message
from actors.system.state import ResourceUsage


class ResourcesSampled(Message):
    """What the sampler saw. uptime: seconds since the process began."""

    usage: ResourceUsage
    uptime: float
