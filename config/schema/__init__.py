"""Every key that a person can configure, with type, unit, range and default; a room receives its own section
when it starts.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, Field

from config.schema.audio import Audio
from config.schema.bot import Bot
from config.schema.llm import Llm, LocalLlm
from config.schema.osc import Osc
from config.schema.section import Section, Tuple
from config.schema.speech import Speech
from config.schema.storage import Logging, Performance, Storage, StoragePolicies, StoragePolicy, Tracing
from config.schema.supervision import PINNED, ActorAddress, ActorSettings, Supervision
from config.schema.vision import ComputerVision, VRChat
from config.secret import Secret, reference

__all__ = [
    "PINNED",
    "ActorSettings",
    "Audio",
    "Bot",
    "ComputerVision",
    "Config",
    "Llm",
    "LocalLlm",
    "Logging",
    "Osc",
    "Performance",
    "Secret",
    "Section",
    "Speech",
    "Storage",
    "StoragePolicies",
    "StoragePolicy",
    "Supervision",
    "Tracing",
    "Tuple",
    "VRChat",
    "dump",
    "section_class",
    "section_name",
]


class Config(Section):
    """The whole configuration, frozen. `Config()` is the defaults."""

    bot: Bot = Field(default_factory=Bot, description="Who Gerald is.")
    audio: Audio = Field(default_factory=Audio, description="Microphone, speaker and voice.")
    speech: Speech = Field(default_factory=Speech, description="Hearing and speaking.")
    osc: Osc = Field(default_factory=Osc, description="The link to VRChat.")
    llm: Llm = Field(default_factory=Llm, description="The language model.")
    computer_vision: ComputerVision = Field(default_factory=ComputerVision, description="Seeing.")
    vrchat: VRChat = Field(default_factory=VRChat, description="VRChat's web interface.")
    logging: Logging = Field(default_factory=Logging, description="The log.")
    performance: Performance = Field(default_factory=Performance, description="Limits and caches.")
    storage: Storage = Field(default_factory=Storage, description="The memory.")
    trace: Tracing = Field(default_factory=Tracing, description="The record of every message.")
    actors: Mapping[ActorAddress, ActorSettings] = Field(
        default_factory=lambda: dict(PINNED), description="Where each actor runs, by its address."
    )
    supervision: Supervision = Field(
        default_factory=Supervision, description="What happens when an actor fails."
    )

    def actor(self, address: str) -> ActorSettings:
        """How an actor is run; `vision.detector/1` is an instance of `vision.detector`."""
        return self.actors.get(address.partition("/")[0], _PLAIN)


_PLAIN = ActorSettings()


def section_class(name: str) -> type[Section]:
    """The class of the section at the top-level key `name`. Raises KeyError."""
    return _SECTIONS[name]


def section_name(cls: type[Section]) -> str:
    """The top-level key whose section is a `cls`. Raises KeyError."""
    return _SECTION_NAMES[cls]


_SECTIONS: Mapping[str, type[Section]] = {
    name: field.annotation
    for name, field in Config.model_fields.items()
    if isinstance(field.annotation, type) and issubclass(field.annotation, Section)
}
_SECTION_NAMES = {cls: name for name, cls in _SECTIONS.items()}


def dump(model: BaseModel, *, reveal: bool = False, key: str = "") -> dict[str, Any]:
    """A configuration or a section as plain data, from which `model_validate` makes it again.

    A secret becomes a reference to its key; to validate that needs the context `{"resolve_secret": function
    of the key}`. With `reveal` it becomes its text, which may go through a private pipe to a child process
    and nowhere else. `key` is the section's own key, for the references.
    """
    return {name: _dumped(value, reveal, f"{key}.{name}" if key else name) for name, value in model}


def _dumped(value: Any, reveal: bool, key: str) -> Any:
    if isinstance(value, BaseModel):
        return dump(value, reveal=reveal, key=key)
    if isinstance(value, Secret):
        return value.reveal() if reveal else reference(key)
    if isinstance(value, Mapping):
        return {name: _dumped(item, reveal, f"{key}.{name}") for name, item in value.items()}
    return list(value) if isinstance(value, tuple) else value
