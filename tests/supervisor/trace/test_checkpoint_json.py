"""What an actor keeps, written down and made again."""

import math
from collections import deque
from enum import StrEnum
from typing import Any

import msgspec
import pytest

from actors.kernel.actor import Actor
from actors.kernel.checkpoint import taken
from actors.kernel.protocol.storage import Version
from actors.kernel.state.document import Document
from actors.llm.servers.providers import Endpoint
from actors.users.state import UsersState, UserState
from actors.vocabulary.type_names import durable
from config.schema import Bot
from config.secret import Secret
from supervisor.trace.checkpoint_json import LEFT, CheckpointDecoder, CheckpointEncoder, UnreadableCheckpoint


@durable("tests.Colour")
class Colour(StrEnum):
    RED = "red"


@durable("tests.Slotted")
class Slotted:
    """What an actor may keep besides its state."""

    __slots__ = ("call", "count", "of")

    def __init__(self, of: str) -> None:
        self.of = of
        self.count = 0
        self.call = lambda: None


class Keeper(Actor):
    """Keeps something of every kind."""

    def __init__(self) -> None:
        self.state = UsersState({"usr_1": UserState("usr_1", "Mio")})
        self.base = Document(self.state)
        self.numbers = [1, 2.5, -math.inf]
        self.names: dict[str, Any] = {"a": {1, 2}, "b": deque([(1, "x")])}
        self.keys = {("a", 1): b"\x00\xff"}
        self.colour = Colour.RED
        self.version = Version(3, 4)
        self.slotted = {"one": Slotted("one")}
        self.bot = Bot()
        self.call = print
        self.nothing = None


def through(keeper: Actor) -> dict[str, Any]:
    freezer, thawer = CheckpointEncoder(), CheckpointDecoder()
    written = msgspec.json.encode({name: freezer.value(value) for name, value in taken(keeper)})
    return {name: thawer.value(shown) for name, shown in msgspec.json.decode(written).items()}


def test_everything_that_is_a_value_comes_back_as_it_was() -> None:
    keeper = Keeper()
    found = through(keeper)
    for name in ("state", "base", "numbers", "names", "keys", "colour", "version", "bot", "nothing"):
        assert found[name] == getattr(keeper, name), name
        assert type(found[name]) is type(getattr(keeper, name)), name


def test_what_was_one_value_in_two_places_is_one_again() -> None:
    found = through(Keeper())
    assert found["base"].state is found["state"]


def test_what_is_no_value_is_left_to_whoever_makes_the_actor() -> None:
    found = through(Keeper())
    assert found["call"] is LEFT
    (slotted,) = found["slotted"].values()
    assert (slotted.of, slotted.count, slotted.call) == ("one", 0, None)


def test_a_secret_is_never_written_down() -> None:
    class Holder(Actor):
        def __init__(self) -> None:
            self.endpoint = Endpoint("http://127.0.0.1", "m", Secret("very-secret-key"))

    freezer = CheckpointEncoder()
    written = msgspec.json.encode({name: freezer.value(value) for name, value in taken(Holder())})
    assert b"127.0.0.1" in written
    assert b"very-secret" not in written


def test_what_changes_after_it_was_taken_down_changes_nothing_there() -> None:
    keeper = Keeper()
    kept = dict(taken(keeper))
    keeper.numbers.append(7)
    keeper.names["a"].add(3)
    keeper.slotted["one"].count = 9
    found = {
        name: CheckpointDecoder().value(CheckpointEncoder().value(value)) for name, value in kept.items()
    }
    assert found["numbers"] == [1, 2.5, -math.inf]
    assert found["names"]["a"] == {1, 2}
    assert found["slotted"]["one"].count == 0


@pytest.mark.parametrize(
    "shown",
    [
        {"$": "os:stat_result", "n": 0, "fields": {}},
        {"$enum": "subprocess:Popen", "value": "true"},
        {"$enum": "supervisor.launcher.launcher:subprocess.Popen", "value": ["true"]},
        {"$enum": "users.UserState", "value": 1},
        {"$": "tests.Colour", "n": 0, "fields": {}},
        {"$": ["users.UserState"], "n": 0, "fields": {}},
        {"$": "actors.users.state:UserState", "n": 0, "fields": {}},
        {"$": "users.Nobody", "n": 0, "fields": {}},
        {"$": "users.UserState", "n": 0, "fields": {}},
        {"$message": "Popen", "n": 0, "fields": {}},
        {"$section": "__class__", "value": {}},
        {"$object": "actors.users.state:find", "fields": {}},
        {"$frob": []},
    ],
)
def test_only_registered_classes_are_made_and_only_as_they_are_today(shown: Any) -> None:
    with pytest.raises(UnreadableCheckpoint):
        CheckpointDecoder().value(shown)
