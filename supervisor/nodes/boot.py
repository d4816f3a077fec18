"""What a worker process gets when it is spawned: which actor to run, and with what."""

import importlib.util
import pkgutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

import actors
from actors.kernel import protocol
from actors.kernel.actor import Actor
from actors.kernel.first_use import use_structs_once
from actors.kernel.media.frames import RingAddress
from supervisor.otp.spec import ProcessSettings

STANDBY = 0
"""The incarnation of a standby process, until it gets its own."""


class Boot(msgspec.Struct, frozen=True):
    """How to start one actor. What its `arguments` do not name may be empty.

    sections: of the configuration, in order, as plain data. Secrets are references to their keys; the child asks.
    trace: the recorder's options, empty for no recording. frames: the ring of pictures.
    sealer: the id of the data cipher, never its key. subscribers: which addresses get what.
    ahead: seconds that the instance's clock is ahead of this machine's, where that is another.
    """

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
    subscribers: tuple[tuple[str, tuple[str, ...]], ...] = ()
    ahead: float = 0.0


def message_modules() -> Iterator[str]:
    """The messages module of every package of actors, the page's and the kernel's: what a node's mail is made of."""
    for room in pkgutil.iter_modules(actors.__path__):
        if room.ispkg and importlib.util.find_spec(f"actors.{room.name}.messages") is not None:
            yield f"actors.{room.name}.messages"
    yield "supervisor.page.messages"
    for module in pkgutil.iter_modules(protocol.__path__):
        yield f"{protocol.__name__}.{module.name}"


def register_messages() -> None:
    for module in message_modules():
        importlib.import_module(module)
    use_structs_once()


def register_own(actor: str) -> None:
    """Know what actors of this one's room send to themselves, which the root hears of when it becomes a dead letter.

    actor: as in Boot. Only for who hosts it elsewhere: not every one of these modules is light."""
    room = ".".join(actor.partition(":")[0].split(".")[:2])
    if (
        room.startswith(("actors.", "supervisor."))
        and importlib.util.find_spec(f"{room}.internal") is not None
    ):
        importlib.import_module(f"{room}.internal")
        use_structs_once()


def actor_class(path: str) -> type[Actor]:
    """The class at "module:Class", as the supervision tree names it; never a path from a file."""
    module, _, name = path.partition(":")
    found = getattr(importlib.import_module(module), name)
    use_structs_once()
    if not (isinstance(found, type) and issubclass(found, Actor)):
        raise TypeError(f"{path} is not an actor")
    return found


def make_actor(path: str, arguments: tuple[str, ...], sections: Mapping[str, Any], home: Path) -> Actor:
    """Like `build`, for the class at "module:Class"."""
    return build(actor_class(path), arguments, sections, home)


def build(cls: type[Actor], arguments: tuple[str, ...], sections: Mapping[str, Any], home: Path) -> Actor:
    """Build an actor with its sections, in order; "home" stands for the home directory."""
    return cls(*(home if argument == "home" else sections[argument] for argument in arguments))
