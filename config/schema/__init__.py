"""Every key that a person can configure, with type, unit, range and default. An actor receives its own sections.

A section is a class in its own file here that declares its top-level key (`class Osc(Section, key="osc", ...)`);
nothing else lists it. Sections do not stand beside the actors: `config check` must not load a model's library to know
the model's keys."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field, create_model

from config.schema.audio import Audio
from config.schema.behaviour import Behaviour, Initiative, Movement
from config.schema.bot import Bot
from config.schema.conversation import Attention
from config.schema.hosts import Hosts, HostSettings
from config.schema.interruption import Interruption
from config.schema.llm import Llm, LocalLlm
from config.schema.logs import Logging
from config.schema.lore import Lore, LoreEntry
from config.schema.memory import Memory
from config.schema.model_servers import ServerSettings
from config.schema.osc import Osc
from config.schema.page import Page
from config.schema.performance import Performance
from config.schema.plugins import Plugins
from config.schema.safety import Safety
from config.schema.section import Section, Tuple
from config.schema.speech import Speech
from config.schema.storage import Storage, StoragePolicies, StoragePolicy
from config.schema.supervision import PINNED, ActorAddress, ActorSettings, Supervision
from config.schema.trace import Tracing
from config.schema.users import KeptOfUsers
from config.schema.vision import ComputerVision
from config.schema.vrchat import VRChat
from config.secret import Secret, holds_secret, reference

__all__ = [
    "PINNED",
    "ActorSettings",
    "Attention",
    "Audio",
    "Behaviour",
    "Bot",
    "ComputerVision",
    "Config",
    "HostSettings",
    "Hosts",
    "Initiative",
    "Interruption",
    "KeptOfUsers",
    "Llm",
    "LocalLlm",
    "Logging",
    "Lore",
    "LoreEntry",
    "Memory",
    "Movement",
    "Osc",
    "Page",
    "Performance",
    "Plugins",
    "Safety",
    "Secret",
    "Section",
    "ServerSettings",
    "Speech",
    "Storage",
    "StoragePolicies",
    "StoragePolicy",
    "Supervision",
    "Tracing",
    "Tuple",
    "VRChat",
    "dump",
    "holds_secret",
    "section_class",
    "section_name",
]

_NO_SECTIONS = frozenset(("section", "walk"))  # the modules here that the sections are made of, and read with


class _Base(Section):
    """What a configuration can do; its fields are found."""

    if TYPE_CHECKING:
        actors: Mapping[ActorAddress, ActorSettings] = {}

    def actor(self, address: str) -> ActorSettings:
        """How an actor is run; `vision.detector/1` is an instance of `vision.detector`."""
        return self.actors.get(address.partition("/")[0], _PLAIN)


def _found() -> Mapping[str, type[Section]]:
    """Every section that a module of this folder declares with a key, by it, in the order of the documents."""
    for module in pkgutil.iter_modules(__path__):
        if module.name not in _NO_SECTIONS:
            importlib.import_module(f"{__name__}.{module.name}")
    found = [cls for cls in _all_below(Section) if cls.key]
    return {cls.key: cls for cls in sorted(found, key=lambda cls: (cls.place, cls.key))}


def _all_below(cls: type[Section]) -> Iterator[type[Section]]:
    for below in cls.__subclasses__():
        yield below
        yield from _all_below(below)


def _fields() -> dict[str, Any]:
    """The fields of a Config, for pydantic: the sections, and `actors` among them."""
    found: dict[str, Any] = {
        key: (cls, Field(default_factory=cls, description=cls.about)) for key, cls in _SECTIONS.items()
    }
    actors = Field(default_factory=lambda: dict(PINNED), description="Where each actor runs, by its address.")
    last = found.pop(Supervision.key)
    return {**found, "actors": (Mapping[ActorAddress, ActorSettings], actors), Supervision.key: last}


_SECTIONS = _found()

if TYPE_CHECKING:

    class Config(_Base):
        """The whole configuration, frozen; `Config()` is the defaults. Lists the sections for the type checker."""

        bot: Bot = Bot()
        lore: Lore = Lore()
        safety: Safety = Safety()
        audio: Audio = Audio()
        speech: Speech = Speech()
        osc: Osc = Osc()
        behaviour: Behaviour = Behaviour()
        users: KeptOfUsers = KeptOfUsers()
        llm: Llm = Llm()
        computer_vision: ComputerVision = ComputerVision()
        vrchat: VRChat = VRChat()
        page: Page = Page()
        logging: Logging = Logging()
        performance: Performance = Performance()
        storage: Storage = Storage()
        trace: Tracing = Tracing()
        plugins: Plugins = Plugins()
        hosts: Hosts = Hosts()
        supervision: Supervision = Supervision()

else:
    Config = create_model("Config", __base__=_Base, __module__=__name__, **_fields())


_PLAIN = ActorSettings()


def section_class(name: str) -> type[Section]:
    """The class of the section at the top-level key `name`. Raises KeyError."""
    return _SECTIONS[name]


def section_name(cls: type[Section]) -> str:
    """The top-level key whose section is a `cls`. Raises KeyError."""
    if cls.key not in _SECTIONS:
        raise KeyError(cls)
    return cls.key


def dump(model: BaseModel, *, reveal: bool = False, key: str = "") -> dict[str, Any]:
    """A configuration or a section as plain data for `model_validate`. key: the section's own, for the references.

    A secret becomes a reference to its key, which needs the context `{"resolve_secret": function of the key}`. With
    `reveal` it becomes its text: for a private pipe to a child process only."""
    return {name: _dumped(value, reveal, f"{key}.{name}" if key else name) for name, value in model}


def _dumped(value: Any, reveal: bool, key: str) -> Any:
    if isinstance(value, BaseModel):
        return dump(value, reveal=reveal, key=key)
    if isinstance(value, Secret):
        return value.reveal() if reveal else reference(key)
    if isinstance(value, Mapping):
        return {name: _dumped(item, reveal, f"{key}.{name}") for name, item in value.items()}
    if isinstance(value, tuple | list):
        return [_dumped(item, reveal, f"{key}.{number}") for number, item in enumerate(value)]
    return value
