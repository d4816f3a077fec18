"""A version conflict is told by its type, whatever the reasons say."""

import msgspec
import pytest

from actors.kernel.errors import InvalidUpdate
from actors.kernel.message import Envelope, Message, decode, encode
from actors.kernel.protocol.state import GetState, StateIs, UpdateRefused
from actors.kernel.protocol.storage import Version
from actors.kernel.state.update import atomic_update
from tests.actors.kernel.garden import House


class Refusing:
    """A domain that refuses every update with the same answer."""

    def __init__(self, refusal: UpdateRefused) -> None:
        self.refusal = refusal
        self.asked = 0

    def answer(self, to: str, message: Message, timeout: float) -> Message:
        if isinstance(message, GetState):
            return StateIs("garden", Version(1, 1), b"{}")
        self.asked += 1
        return self.refusal


def test_a_reason_that_reads_like_a_conflict_is_none() -> None:
    domain = Refusing(UpdateRefused(("the label is not Version(epoch=1, n=2)",)))
    with pytest.raises(InvalidUpdate):
        atomic_update(domain, "garden", lambda state: {}, tries=3)
    assert domain.asked == 1


def test_only_an_update_of_another_version_is_a_conflict() -> None:
    house = House().load()
    stale = house.update(expected=Version(9, 9), plants=1)
    invalid = house.update(plants=-1)
    assert isinstance(stale, UpdateRefused)
    assert isinstance(invalid, UpdateRefused)
    assert (stale.conflict, invalid.conflict) == (True, False)


def test_a_refusal_from_before_it_told_conflicts_is_still_read() -> None:
    envelope = Envelope("garden", 1, 1, "guest", UpdateRefused(("no",)))
    assert decode(encode(envelope)).message == UpdateRefused(("no",))
    old = {"type": "UpdateRefused", "reasons": ("no",)}
    assert msgspec.to_builtins(UpdateRefused(("no",))) == old
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(old), type=UpdateRefused) == UpdateRefused(("no",))
