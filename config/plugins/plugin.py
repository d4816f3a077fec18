"""A plugin as it is known before any of its code is imported."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from config.plugins.manifest import ActorDeclared, Manifest, SettingDeclared

FILE = "gerald-plugin.toml"

PLUGINS = "gerald.plugins"
ACTORS = "gerald.actors"
RECOGNIZERS = "gerald.recognizers"
SYNTHESIZERS = "gerald.synthesizers"
PAGES = "gerald.pages"
PARTS = (ACTORS, RECOGNIZERS, SYNTHESIZERS, PAGES)
"""The groups of entry points: `gerald.plugins` names the plugin and its package, the others what it brings."""

RESERVED = frozenset(
    "actors audio avatar behaviour body bot config configuration control conversation core disabled embedded enabled"
    " espeak gerald hibari hosts kernel kokoro llm logging lore memory mind osc page performance persistence piper"
    " plugins replay root safety speech state storage supervision supervisor system trace users vision vrchat web"
    " whisper world".split()
)
"""Names that are Gerald's own: first parts of addresses, sections, groups of actors, engines."""

_NAME = re.compile(r"[a-z][a-z0-9]{1,29}")
_PART = re.compile(r"[a-z][a-z0-9]*(\.[a-z0-9]+)*")


def is_name(name: str) -> bool:
    """Whether a plugin may be called so: no dot, so that it never is a word with an underscore in the environment."""
    return _NAME.fullmatch(name) is not None and name not in RESERVED


def is_part_of(plugin: str, name: str) -> bool:
    """Whether what a plugin brings may be called so."""
    return name.partition(".")[0] == plugin and _PART.fullmatch(name) is not None


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """One thing that a plugin brings. group: one of PARTS. name: an actor's address, or what the configuration calls
    it. target: module:attribute."""

    group: str
    name: str
    target: str


@dataclass(frozen=True, slots=True)
class Plugin:
    """One installed plugin.

    distribution: its name and version as pip knows them. package: of its code.
    broken: why it is not used, "" if it is; remedy: what the owner can do about that."""

    name: str
    distribution: str
    parts: tuple[Part, ...] = ()
    package: str = ""
    manifest: "Manifest | None" = None
    broken: str = ""
    remedy: str = ""

    def of(self, group: str) -> tuple[Part, ...]:
        """Its parts of one kind."""
        return tuple(part for part in self.parts if part.group == group)

    @property
    def addresses(self) -> tuple[str, ...]:
        """Of its actors; of a broken one those that could stand in the tree."""
        mine = (part.name for part in self.of(ACTORS) if is_part_of(self.name, part.name))
        return tuple(mine) if is_name(self.name) else ()

    @property
    def section(self) -> str:
        """The name of its section of the configuration."""
        return f"plugins.{self.name}"

    @property
    def about(self) -> str:
        """What it is, in a sentence."""
        return self.manifest.about if self.manifest is not None else ""

    @property
    def messages(self) -> str:
        """The module of its messages, "" for none."""
        return self.manifest.messages if self.manifest is not None else ""

    @property
    def settings(self) -> "Mapping[str, SettingDeclared]":
        """The keys of its section."""
        return self.manifest.settings if self.manifest is not None else {}

    def actor(self, address: str) -> "ActorDeclared | None":
        """What its manifest says of the actor at `address`."""
        return self.manifest.actors.get(address) if self.manifest is not None else None
