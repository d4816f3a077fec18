"""What happens in one scene of the demo: who was heard, what was answered, and how it ended."""

import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import msgspec
from msgspec.structs import replace

from actors.vocabulary.values import UNKNOWN, Person
from supervisor.demo.instance import DemoInstance

EVENT_WITHIN = 45.0
SETTLED = 2.5
"""Seconds without an event after which nothing more is to come."""


OnEvent = Callable[[Mapping[str, Any]], None]


def ignore(_: Mapping[str, Any]) -> None:
    """Do nothing about an event."""


class Exchange(msgspec.Struct, frozen=True):
    """One turn. heard: "" where the bot began by itself. certainty: that `person` said it.

    outcome: "" while it goes on."""

    turn: int
    heard: str = ""
    person: Person = UNKNOWN
    certainty: float = 0.0
    reply: str = ""
    outcome: str = ""


class Scene(msgspec.Struct, frozen=True):
    """Its turns, in the order in which they began. at_once: those that began when they were said, by number."""

    exchanges: tuple[Exchange, ...] = ()
    at_once: frozenset[int] = frozenset()

    @property
    def heard(self) -> tuple[str, ...]:
        """What was heard, turn by turn."""
        return tuple(one.heard for one in self.exchanges)

    @property
    def outcomes(self) -> tuple[str, ...]:
        """How the replies ended that have."""
        return tuple(one.outcome for one in self.exchanges if one.outcome)

    @property
    def is_over(self) -> bool:
        """Whether every reply that began has ended."""
        return bool(self.exchanges) and all(one.outcome for one in self.exchanges)


def folded(scene: Scene, event: Mapping[str, Any]) -> Scene:
    """The scene after one event of the instance. What is no turn's, or of a turn before the scene, changes nothing."""
    turn = event.get("turn", 0)
    if event["event"] == "TurnStarted":
        who = msgspec.convert(event["person"], Person)
        begun = Exchange(turn, event["text"], who, event.get("certainty", 0.0))
        others = tuple(one for one in scene.exchanges if one.turn != turn)
        return replace(scene, exchanges=(*others, begun))
    if event["event"] == "ReplyEnded":
        ends = {"outcome": event["outcome"], "reply": event["text"]}
        ended = (replace(one, **ends) if one.turn == turn else one for one in scene.exchanges)
        return replace(scene, exchanges=tuple(ended))
    if event.get("stage") == "end_of_speech":  # of what becomes a turn at once; it may be told before that
        return replace(scene, at_once=scene.at_once | {turn})
    return scene


class Happenings:
    """The events of one instance. Use `following` as a context."""

    def __init__(self) -> None:
        self._events: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()

    @contextmanager
    def following(self, instance: DemoInstance) -> Iterator[None]:
        """Collect the events of `instance` meanwhile; those of the time before are forgotten."""
        self._events = queue.SimpleQueue()
        watching = threading.Thread(target=self._collect, args=(instance, self._events), daemon=True)
        watching.start()
        yield

    def scene(self, on_event: OnEvent = ignore, within: float = EVENT_WITHIN) -> Scene:
        """Wait until all that was begun is over and nothing more happens, or for `within` seconds. on_event: hears each
        event at once."""
        scene, deadline = Scene(), time.monotonic() + within
        while (left := deadline - time.monotonic()) > 0.0:
            try:
                event = self._events.get(timeout=min(left, SETTLED) if scene.is_over else left)
            except queue.Empty:
                break
            scene = folded(scene, event)
            on_event(event)
        return scene

    @staticmethod
    def _collect(instance: DemoInstance, events: "queue.SimpleQueue[dict[str, Any]]") -> None:
        for event in instance.watch():
            events.put(event)
