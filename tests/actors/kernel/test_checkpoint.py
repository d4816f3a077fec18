"""What a checkpoint takes of an actor: values, containers of them, and objects whose class has a durable name."""

from collections import deque
from types import MappingProxyType
from typing import Any

import pytest

from actors.kernel.actor import Actor
from actors.kernel.checkpoint import Container, Item, LeftOut, taken
from actors.kernel.protocol.lifecycle import Health
from actors.kernel.protocol.storage import Version
from actors.vocabulary.type_names import class_of_name, durable, name_of_class


@durable("tests.Drawer")
class Drawer:
    __slots__ = ("inside",)

    def __init__(self, inside: object) -> None:
        self.inside = inside


class Nameless:
    pass


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (7, 7),
        ("text", "text"),
        (Version(1, 2), Version(1, 2)),
        ((1, 2), Container("tuple", (1, 2))),
        ([1], Container("list", (1,))),
        ({1}, Container("set", (1,))),
        (frozenset({1}), Container("frozenset", (1,))),
        (deque([1, 2]), Container("deque", (1, 2))),
        ({"a": [1]}, Container("dict", (("a", Container("list", (1,))),))),
        (MappingProxyType({"a": 1}), Container("dict", (("a", 1),))),
        (Drawer((1,)), Item(Drawer, (("inside", Container("tuple", (1,))),))),
        (Nameless(), LeftOut("Nameless")),
    ],
)
def test_an_attribute_is_taken_as_what_it_is(value: Any, shown: Any) -> None:
    actor = Actor()
    actor.kept = value  # type: ignore[attr-defined]
    assert dict(taken(actor))["kept"] == shown


def test_health_has_a_durable_name() -> None:
    assert (name_of_class(Health), class_of_name("kernel.Health")) == ("kernel.Health", Health)
