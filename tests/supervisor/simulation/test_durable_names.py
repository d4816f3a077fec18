"""Everything that a deterministic actor keeps can be written into a checkpoint, by durable names."""

import dataclasses
import enum
from collections import Counter
from collections.abc import Iterator
from typing import Any, ClassVar, get_args, get_origin, get_type_hints

import msgspec
import pytest

from actors.kernel.actor import Actor
from actors.kernel.checkpoint import taken
from actors.kernel.incarnation import Incarnation
from actors.kernel.message import Envelope, Message
from actors.vocabulary.type_names import durable_names, name_of_class
from supervisor.replay.reconstruct import class_of
from supervisor.simulation.run import simulate
from supervisor.trace.checkpoint_json import CheckpointEncoder
from supervisor.trace.records import StartedLine

LEFT_OUT = {"Streams", "Sampler", "SimulatedStreams", "SimulatedSampler", "method", "function"}
"""What an actor is made with again: connections, threads, functions."""
EVERY = 17


def _left(shown: Any, found: Counter[str]) -> None:
    if isinstance(shown, dict):
        if "$left" in shown:
            found[shown["$left"]] += 1
        for value in shown.values():
            _left(value, found)
    elif isinstance(shown, list):
        for value in shown:
            _left(value, found)


def test_nothing_that_an_actor_keeps_is_left_out_of_its_checkpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    left: Counter[str] = Counter()
    looked: Counter[str] = Counter()
    handle = Incarnation._handle

    def look(self: Incarnation, envelope: Envelope) -> bool:
        handled = handle(self, envelope)
        looked["messages"] += 1
        if self.actor.deterministic and looked["messages"] % EVERY == 0:
            looked[self.address] += 1
            freezer = CheckpointEncoder()
            asks = self.context.asks.pending
            kept = [
                freezer.value(value)
                for value in (*dict(taken(self.actor)).values(), asks, self.timers.pending)
            ]
            _left(msgspec.json.decode(msgspec.json.encode(kept)), left)
        return handled

    monkeypatch.setattr(Incarnation, "_handle", look)
    for seed in (1, 2):
        assert not simulate(seed, 60.0, trace=lambda record: None).found
    assert {"conversation", "users", "world", "avatar", "system", "llm"} <= set(looked)
    assert set(left) <= LEFT_OUT


def _nested(hint: Any) -> Iterator[type]:
    for part in (hint, *get_args(hint)):
        if part is not hint:
            yield from _nested(part)
        elif isinstance(part, type) and (
            issubclass(part, msgspec.Struct | enum.Enum) or dataclasses.is_dataclass(part)
        ):
            yield part


def test_whatever_a_named_class_holds_has_a_name_too() -> None:
    for address in (
        "conversation",
        "users",
        "world",
        "avatar",
        "avatar.movement",
        "behaviour",
        "system",
        "llm",
        "vrchat",
    ):
        assert class_of(StartedLine(address=address, incarnation=1, node="", arguments={}, seed="", wall=0.0))
    nameless = {
        f"{cls.__name__}.{field}: {part.__name__}"
        for cls in durable_names().values()
        if cls.__module__.startswith("actors.") and not issubclass(cls, Actor)
        for field, hint in get_type_hints(cls).items()
        if get_origin(hint) is not ClassVar
        for part in _nested(hint)
        if name_of_class(part) is None and not issubclass(part, Message)
    }
    assert not nameless
