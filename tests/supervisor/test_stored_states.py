"""What every state that is stored must be like, by its type."""

import typing
from collections.abc import Iterator, Mapping

import msgspec
import pytest

from actors.avatar.state import AvatarState
from actors.conversation.state import ConversationState
from actors.system.state import SystemState
from actors.users.state import UserState
from actors.world.state import WorldState

STATES = (AvatarState, ConversationState, SystemState, UserState, WorldState)


def mappings(kind: object, seen: set[object]) -> Iterator[tuple[object, object]]:
    """The types of keys of every mapping in a state, with where it stands."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        if kind not in seen:
            seen.add(kind)
            for name, inner in typing.get_type_hints(kind).items():
                yield from ((at or f"{kind.__name__}.{name}", key) for at, key in mappings(inner, seen))
        return
    of, arguments = typing.get_origin(kind), typing.get_args(kind)
    if of is Mapping:
        yield "", arguments[0]
    for inner in arguments:
        yield from mappings(inner, seen)


@pytest.mark.parametrize("state", STATES)
def test_the_keys_of_a_stored_mapping_are_text(state: type) -> None:
    """A stored change names places by text: with other keys it could not be applied."""
    found = list(mappings(state, set()))
    assert found
    assert [at for at, key in found if key is not str] == []
