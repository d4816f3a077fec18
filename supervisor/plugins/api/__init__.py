"""What a plugin imports (docs/plugins.md): it stays as it is for as long as INTERFACE does, and nothing else does."""

from actors.kernel.actor import Actor, AskFailed, Reply, handles
from actors.kernel.message import Asker, Lane, Message
from actors.kernel.protocol.lifecycle import Health
from actors.vocabulary.addresses import Address
from actors.vocabulary.type_names import durable
from actors.vocabulary.values import UNKNOWN, Person
from config.plugins.manifest import INTERFACE
from config.secret import Secret

__all__ = [
    "INTERFACE",
    "UNKNOWN",
    "Actor",
    "Address",
    "AskFailed",
    "Asker",
    "Health",
    "Lane",
    "Message",
    "Person",
    "Reply",
    "Secret",
    "durable",
    "handles",
]
