"""Reconstructs actors from the class and sections in the trace, and messages from JSON."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from actors.kernel.actor import Actor
from actors.kernel.errors import UnknownMessage
from actors.kernel.message import Message, message_class
from actors.vocabulary.type_names import UnknownTypeName, class_of_name
from config.plugins.discovery import missing_plugin, plugin_at
from config.plugins.errors import PluginBroken
from config.schema import Config, dump
from config.sections import from_plain, unpacked
from supervisor.nodes.boot import actor_class, build, register_messages
from supervisor.nodes.plugins import class_of_plugin
from supervisor.otp.spec import ChildSpec, walk
from supervisor.trace.records import CheckpointLine, StartedLine
from supervisor.trace.write.redaction import Withheld, is_plain, restore
from supervisor.tree import tree

Adjust = Callable[[Mapping[str, Any]], dict[str, Any]]
"""Changes plain sections of the configuration, by name."""

UNFIT = TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RecursionError
"""What Python raises for values of another shape than the code expects."""

MASKED = "a secret that is in no trace"


class Unreplayable(Exception):
    """A part of a trace cannot be replayed; the text says why, and what to do."""


def class_of(started: StartedLine) -> type[Actor] | None:
    """The class of the actor that was started; None for a supervisor. Raises Unreplayable if it no longer exists.

    It is found by its durable name or its address in today's tree, never by a path from the trace.
    """
    spec = _spec_at(started.address.partition("/")[0])
    if spec is None and (gone := missing_plugin(started.address)):
        raise Unreplayable(f"it is of the plugin {gone}, which is not installed")
    today = _class_today(spec) if spec is not None and spec.actor else None
    if not started.actor or (today is not None and not today.deterministic):
        return today
    try:
        found = class_of_name(started.actor)
    except UnknownTypeName:
        raise Unreplayable(f"{started.address} was a {started.actor}, which no longer exists") from None
    if not issubclass(found, Actor):
        raise Unreplayable(f"{started.address} was a {started.actor}, which is not an actor")
    return found


def _class_today(spec: ChildSpec) -> type[Actor]:
    plugin = plugin_at(spec.address)
    if plugin is None:
        return _own_class(spec.actor)
    try:
        return class_of_plugin(plugin, spec.actor)
    except PluginBroken as broken:
        raise Unreplayable(f"the plugin {plugin.name} cannot be used: {broken}") from None


@cache
def _own_class(path: str) -> type[Actor]:
    """The class at "module:Class", which is asked for at every start of every actor."""
    return actor_class(path)


def started_before(line: CheckpointLine) -> StartedLine:
    """The start of an incarnation of which only a checkpoint is left, with defaults that the checkpoint replaces."""
    spec = _spec_at(line.address.partition("/")[0])
    names = spec.arguments if spec is not None else ()
    defaults = dump(Config())
    return StartedLine(
        address=line.address,
        incarnation=line.incarnation,
        node="",
        arguments={name: defaults.get(name, ".") for name in names},
        seed=line.seed,
        wall=line.wall,
        actor=line.actor,
        supervisor=line.supervisor,
    )


def make_actor(started: StartedLine, adjust: Adjust = dict) -> Actor:
    """The actor before its start, with sections changed by `adjust`. Raises Unreplayable."""
    cls = class_of(started)
    if cls is None:
        raise Unreplayable(f"{started.address} is a supervisor")
    try:
        given = adjust(started.arguments)
        found = _sections({name: value for name, value in given.items() if name not in ("home", "config")})
        return build(cls, tuple(given), found, Path(str(given.get("home", "."))))
    except UNFIT as error:
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        what = f"{started.address} cannot be made with the configuration of the trace"
        raise Unreplayable(f"{what}: {why}") from None


def _sections(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Sections by name, from plain data without secrets."""
    return from_plain(plain, lambda _: MASKED)


def read_sections(data: bytes, adjust: Adjust = dict) -> Mapping[str, Any]:
    """The sections in a message to a running actor (actors.kernel.protocol.reconfigure.PrepareSections)."""
    return unpacked(msgspec.json.encode(adjust(msgspec.json.decode(data))), lambda _: MASKED)


def make_message(kind: str, shown: Any) -> Message:
    """The message of type `kind` that was recorded as `shown`, decoded or not. Raises Unreplayable."""
    try:
        cls = message_class(kind)
        if isinstance(shown, msgspec.Raw):
            if is_plain(cls):
                return _decoder(cls).decode(shown)
            shown = msgspec.json.decode(shown)
        return restore(cls, shown)
    except UnknownMessage:
        raise Unreplayable(f"there is no message {kind} any more") from None
    except Withheld as error:
        raise Unreplayable(f"{kind}: {error}") from None
    except msgspec.DecodeError as error:
        raise Unreplayable(f"{kind} has other fields today: {error}") from None


@cache
def _decoder(cls: type[Message]) -> msgspec.json.Decoder[Message]:
    return msgspec.json.Decoder(cls)


@cache
def _spec_at(address: str) -> ChildSpec | None:
    """The specification of the actor at `address` today."""
    return next((child for child in walk(tree(Config())) if child.address == address), None)


register_messages()
