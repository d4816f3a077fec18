"""What holds for every message and every state of the project: nothing in it can be changed in place."""

import importlib
import pkgutil
from importlib.util import find_spec

import msgspec
import pytest

import actors
from actors.kernel.message import registered
from supervisor.nodes.boot import message_modules, register_messages
from tests.doubles.annotations import check_annotations

ROOMS = tuple(room.name for room in pkgutil.iter_modules(actors.__path__) if room.ispkg)


def existing(*modules: str) -> tuple[str, ...]:
    return tuple(module for module in modules if find_spec(module))


register_messages()
for private in existing("supervisor.otp.messages", *(f"actors.{room}.internal" for room in ROOMS)):
    importlib.import_module(private)
MESSAGES = sorted(name for name, cls in registered().items() if not cls.__module__.startswith("tests."))
STATES = existing(*(f"actors.{room}.state" for room in ROOMS if room != "kernel"))


def test_every_door_with_messages_is_on_the_list() -> None:
    for door in existing(*(f"actors.{room}.messages" for room in ROOMS)):
        importlib.import_module(door)
    doors = {cls.__module__ for cls in registered().values() if cls.__module__.endswith(".messages")}
    assert {door for door in doors if door.startswith("actors.")} <= set(message_modules())


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_is_frozen_all_through(name: str) -> None:
    assert check_annotations(registered()[name]) == ()


@pytest.mark.parametrize("module", STATES)
def test_a_state_is_frozen_all_through(module: str) -> None:
    structs = [
        thing
        for thing in vars(importlib.import_module(module)).values()
        if isinstance(thing, type) and issubclass(thing, msgspec.Struct) and thing.__module__ == module
    ]
    assert structs
    for struct in structs:
        assert struct.__struct_config__.frozen, struct
        assert check_annotations(struct) == ()
