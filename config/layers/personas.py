"""The personas of a home: `data/personas/NAME.yaml`, of which `bot.persona` names the one that is played.

A persona is a layer that may set who Gerald is, and nothing else: texts of strangers go into it."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from config.home import Home, shown_path
from config.schema.bot import LONGEST_PERSONA, NO_PERSONA, is_persona_name
from config.syntax.mask import printable
from config.syntax.node import SourceText, YamlNode, find, problem_at
from config.syntax.problem import Key, Problem
from config.syntax.yaml_reader import decode, parse, read_bytes
from config.syntax.yaml_writer import yaml_text

CHOSEN: Key = ("bot", "persona")
ABOUT = "about"
"""A section for people only: where the persona comes from."""
WATCHED = 32  # personas whose files are watched

_DEVICES = re.compile(r"con|prn|aux|nul|com\d|lpt\d")  # no names of files in Windows


class PersonaLayer(msgspec.Struct, frozen=True):
    """What a persona sets, and what is wrong with it. Without `layer` there is none."""

    layer: YamlNode | None = None
    problems: tuple[Problem, ...] = ()


def name_refused(name: str) -> str:
    """Why a persona cannot have this name; "" if it can."""
    if name.casefold() == NO_PERSONA:
        return f"'{NO_PERSONA}' stands for no persona: choose another name"
    if not is_persona_name(name) or _DEVICES.fullmatch(name.casefold()):
        return (
            f"'{printable(name)[:60]}' cannot be a persona's name: it has letters, digits, - and _,"
            f" begins with a letter or digit, and is at most {LONGEST_PERSONA} long"
        )
    return ""


def plain_name(name: str) -> str:
    """The name as it stands in files: one form of each letter, small ones."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def persona_file(home: Home, name: str) -> Path:
    """Where the persona is. name: one that `name_refused` accepts."""
    return home.personas / f"{plain_name(name)}.yaml"


def persona_files(home: Home) -> tuple[Path, ...]:
    """The files of all personas, in order of their names."""
    if not home.personas.is_dir():
        return ()
    return tuple(sorted(file for file in home.personas.glob("*.yaml") if not name_refused(file.stem)))


def read_persona(home: Home, name: str) -> YamlNode | None:
    """The whole file of a persona, or None. Raises LoadError."""
    path = persona_file(home, name)
    shown = shown_path(path)
    data = read_bytes(path, shown, "persona")
    if data is None:
        return None
    text = decode(data, shown, "persona")
    return parse(text, SourceText("persona", shown, text))


def persona_text(plain: Mapping[str, Any], head: str) -> str:
    """A persona's file. head: its first lines, comments."""
    return head + yaml_text(plain)


def persona_layer(home: Home, tree: YamlNode) -> PersonaLayer:
    """The layer of the persona that `tree`, of all other layers, chooses. Raises LoadError."""
    chosen = find(tree, CHOSEN)
    name = chosen.value if chosen is not None else NO_PERSONA
    if chosen is None or not isinstance(name, str) or name == NO_PERSONA or name_refused(name):
        return PersonaLayer()  # what is no name the schema says
    found = read_persona(home, name)
    if found is None:
        message = f"there is no persona '{name}' in {shown_path(home.personas)}"
        hint = "`supervisor persona list` names those there are; `supervisor persona use none` plays none."
        return PersonaLayer(None, (problem_at(chosen, CHOSEN, "error", message, hint=hint),))
    assert isinstance(found.value, Mapping)
    kept = {section: node for section, node in found.value.items() if section in ("bot", "lore")}
    layer = msgspec.structs.replace(found, value=kept)
    return PersonaLayer(layer, tuple(_refusals(found)))


def without_replaced(tree: YamlNode, persona: YamlNode) -> YamlNode:
    """The layers below a persona, without the examples that it has others for: they would be put together."""
    bot = tree.value["bot"] if isinstance(tree.value, Mapping) and "bot" in tree.value else None
    if find(persona, ("bot", "examples")) is None or bot is None or not isinstance(bot.value, Mapping):
        return tree
    assert isinstance(tree.value, Mapping)
    inner = {name: node for name, node in bot.value.items() if name != "examples"}
    return msgspec.structs.replace(
        tree, value={**tree.value, "bot": msgspec.structs.replace(bot, value=inner)}
    )


def _refusals(persona: YamlNode) -> Iterator[Problem]:
    assert isinstance(persona.value, Mapping)
    for section, node in persona.value.items():
        if section not in ("bot", "lore", ABOUT):
            message = f"a persona sets bot and lore only, and not {printable(section)[:60]}"
            yield _problem(node, (section,), message, "Move it to config.yaml.")
    if (inner := find(persona, CHOSEN)) is not None:
        yield _problem(inner, CHOSEN, "a persona cannot choose another one", "Remove the line.")


def _problem(node: YamlNode, key: Key, message: str, hint: str) -> Problem:
    # a section that is unknown would not fall back: the persona as a whole is at fault
    found = problem_at(node, key, "error", message, hint=hint, at_key=True)
    return msgspec.structs.replace(found, section="bot")
