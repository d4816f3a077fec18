"""What a worker process is told when it is spawned, over the private wire: which actor to run, and with what."""

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from actors.kernel.actor import Actor
from actors.kernel.media.frames import RingAddress
from supervisor.otp.spec import ProcessSettings

__all__ = ["MESSAGE_MODULES", "STANDBY", "Boot", "actor_class", "build", "make_actor", "register_messages"]

STANDBY = 0
"""The incarnation of a standby process, until it is told its own."""

MESSAGE_MODULES = (
    "actors.audio.messages",
    "actors.avatar.messages",
    "actors.configuration.messages",
    "actors.conversation.messages",
    "actors.llm.messages",
    "actors.osc.messages",
    "actors.persistence.messages",
    "actors.speech.messages",
    "actors.system.messages",
    "actors.users.messages",
    "actors.vision.messages",
    "actors.world.messages",
    "actors.kernel.protocol.lifecycle",
    "actors.kernel.protocol.reconfigure",
    "actors.kernel.protocol.state",
    "actors.kernel.protocol.storage",
    "actors.kernel.protocol.subscription",
)
"""The public messages of every room, so that every process can decode them."""


class Boot(msgspec.Struct, frozen=True):
    """sections: of the configuration, those among the arguments, as plain data; secrets are references to their keys,
    which the child asks for. level: of the log. trace: the recorder's options, empty for no recorder. frames: how to
    open the ring of pictures. sealer: the id, never the key, of the one that the child is to ask for, "" for none."""

    address: str
    incarnation: int
    actor: str
    arguments: tuple[str, ...]
    sections: Mapping[str, Any]
    home: str
    seed: str
    supervisor: str
    run: str
    level: str
    trace: Mapping[str, Any]
    process: ProcessSettings = ProcessSettings()
    frames: RingAddress | None = None
    sealer: str = ""


def register_messages() -> None:
    """Register every public message in this process."""
    for module in MESSAGE_MODULES:
        importlib.import_module(module)


def actor_class(path: str) -> type[Actor]:
    """The class at "module:Class", as the supervision tree names it; never a path from a file."""
    module, _, name = path.partition(":")
    found = getattr(importlib.import_module(module), name)
    if not (isinstance(found, type) and issubclass(found, Actor)):
        raise TypeError(f"{path} is not an actor")
    return found


def make_actor(path: str, arguments: tuple[str, ...], sections: Mapping[str, Any], home: Path) -> Actor:
    """Build the actor "module:Class" with its sections, in order; "home" stands for the home directory."""
    return build(actor_class(path), arguments, sections, home)


def build(cls: type[Actor], arguments: tuple[str, ...], sections: Mapping[str, Any], home: Path) -> Actor:
    """Build an actor with its sections, in order; "home" stands for the home directory."""
    return cls(*(home if argument == "home" else sections[argument] for argument in arguments))
