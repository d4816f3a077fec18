"""The request for what is heard, thought, said and shown now: one stream of events from all who know of it.

First comes what is already known, then every change, until the client leaves. With `once` it ends after the first."""

import queue
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec

from actors.audio.messages import MICROPHONE, SPEAKER, WatchLevel
from actors.behaviour.messages import BEHAVIOUR, Acts, GetActs
from actors.conversation.messages import CONVERSATION, ReplyEnded, WatchTurns
from actors.kernel.message import Message
from actors.kernel.protocol.lifecycle import Health, Undelivered
from actors.kernel.protocol.state import GetState, StateIs
from actors.llm.messages import LLM
from actors.osc.messages import OSC_SENDER, ChatboxIs, WatchChatbox
from actors.speech.messages import RECOGNIZER, SYNTHESIZER, WatchWords
from actors.system.messages import SYSTEM, WatchStages
from actors.users.messages import PersonForgotten
from actors.vision.messages import CAMERA
from actors.world.messages import WORLD, Present, WhoIsHere
from supervisor.control.ask import plain_fields
from supervisor.control.listener import Listener
from supervisor.control.requests.look import why_closed
from supervisor.control.summary import turns
from supervisor.otp.slot import ActorSlot
from supervisor.runtime.runtime import Runtime

Answers = Iterator[Mapping[str, Any]]
LOOK_EVERY = 0.5
"""Seconds after which the health of the senses is looked at, and a client that is gone is noticed."""
ASK_EVERY = 2.0
"""Seconds after which those are asked anew who announce nothing by themselves."""
ONCE_WITHIN = 1.0
WATCHES: Mapping[str, Callable[[str, bool], Message]] = {
    SYSTEM: WatchStages,
    CONVERSATION: lambda address, on: WatchTurns(address, on, closely=True),
    RECOGNIZER: WatchWords,
    MICROPHONE: WatchLevel,
    OSC_SENDER: WatchChatbox,
}
SENSES = {
    "ears": (MICROPHONE, RECOGNIZER),
    "voice": (SPEAKER, SYNTHESIZER),
    "mind": (LLM,),
    "game": (OSC_SENDER,),
    "eyes": (CAMERA,),
}
"""What an owner thinks of, and the actors that it takes."""
MESSAGES, ACTIVE, METRICS = GetState("messages"), GetState("active"), GetState("performance_metrics")
ANSWERS = {
    MESSAGES: CONVERSATION,
    ACTIVE: CONVERSATION,
    METRICS: SYSTEM,
    WhoIsHere(): WORLD,
    GetActs(): BEHAVIOUR,
}
"""What is asked first, of whom."""


class Watch:
    """Belongs to one client: who is watched for it, also after a restart, and what it was told last."""

    def __init__(self, runtime: Runtime, listener: Listener) -> None:
        self._runtime = runtime
        self._listener = listener
        self._watched: dict[str, int] = {}
        self._told: dict[str, Mapping[str, Any]] = {}

    def slot(self, address: str) -> ActorSlot | None:
        """The slot of an actor that runs; None for one that is off."""
        found = self._runtime.registry.slots.get(address)
        return found if found is not None and not found.spec.disabled_reason else None

    def renew(self, addresses: Iterable[str] = WATCHES) -> None:
        """Watch those who run, and anew who has begun again: it has forgotten."""
        for address in addresses:
            slot = self.slot(address)
            if (
                slot is not None
                and slot.state == "running"
                and self._watched.get(address) != slot.incarnation
            ):
                self._watched[address] = slot.incarnation
                self._listener.tell(address, WATCHES[address](self._listener.address, True))

    def watches(self, address: str) -> bool:
        return address in self._watched

    def ask(self, *questions: Message) -> int:
        """Ask those who run; how many answers will come."""
        asked = [one for one in questions if self.slot(ANSWERS[one]) is not None]
        for one in asked:
            self._listener.tell(ANSWERS[one], one)
        return len(asked)

    def changed(self, event: Mapping[str, Any]) -> bool:
        """Whether it is not what was told last."""
        before = self._told.get(event["event"])
        self._told[event["event"]] = event
        return before != event

    def end(self) -> None:
        """Watch nobody any more."""
        for address in self._watched:
            self._runtime.client.tell(address, WATCHES[address](self._listener.address, False))
        if len(self._watched) > 1:
            self._listener.linger()
        self._listener.close()


def _now(runtime: Runtime, request: Mapping[str, Any]) -> Answers:
    listener = Listener(runtime)
    watch = Watch(runtime, listener)
    try:
        yield senses(runtime)
        once = request.get("once") is True
        watch.renew((OSC_SENDER,) if once else WATCHES)
        due = watch.ask(*ANSWERS) + watch.watches(OSC_SENDER)
        yield from _first(listener, due) if once else _all(runtime, watch, listener)
    finally:
        watch.end()


def _first(listener: Listener, due: int) -> Answers:
    """So many answers, or those that come in time."""
    end = time.monotonic() + ONCE_WITHIN
    while due > 0:
        try:
            message = listener.get(max(0.0, end - time.monotonic()))
        except queue.Empty:
            return
        due -= isinstance(message, StateIs | Present | Acts | ChatboxIs | Undelivered)
        yield from _event(message)


def _all(runtime: Runtime, watch: Watch, listener: Listener) -> Answers:
    asked_at = looked_at = time.monotonic()
    while not runtime.ended.is_set():
        try:
            message = listener.get(max(0.0, looked_at + LOOK_EVERY - time.monotonic()))
        except queue.Empty:
            looked_at = time.monotonic()
            watch.renew()
            if looked_at - asked_at >= ASK_EVERY:
                asked_at = looked_at
                watch.ask(WhoIsHere(), GetActs())
            now = senses(runtime)
            yield now if watch.changed(now) else {}
            continue
        if isinstance(message, PersonForgotten):
            watch.ask(MESSAGES, ACTIVE)
        elif isinstance(message, ReplyEnded):
            watch.ask(METRICS)
        for event in _event(message):
            if not isinstance(message, Present | Acts) or watch.changed(event):
                yield event


def _event(message: Message) -> Answers:
    """The message as an event, under its type's name; what is of no use to anybody is left out."""
    if isinstance(message, StateIs):
        yield _state(message)
    elif isinstance(message, Present):
        people = [msgspec.to_builtins(one) for one in message.people]
        yield {"event": "Present", "people": people, "world": message.world_name}
    elif not isinstance(message, Undelivered):
        yield {"event": type(message).__name__, **plain_fields(message)}


def _state(message: StateIs) -> Mapping[str, Any]:
    """What was asked of a domain."""
    found = msgspec.json.decode(message.json)
    if message.path == METRICS.path:
        return {"event": "Measured", **turns({METRICS.path: found})}
    return {"event": "Said" if message.path == MESSAGES.path else "Active", "is": found}


def senses(runtime: Runtime) -> Mapping[str, Any]:
    """How the senses are, what is muted, and why what is off is off."""
    config = runtime.config
    return {
        "event": "Senses",
        "name": config.bot.name,
        "muted": {"ears": config.audio.mute_ears, "voice": config.audio.mute_voice},
        "closed": why_closed(config),
        **{name: _sense(runtime, addresses) for name, addresses in SENSES.items()},
    }


def _sense(runtime: Runtime, addresses: tuple[str, ...]) -> Mapping[str, Any]:
    """The first of these actors that is not well, else the first."""
    slots = [slot for one in addresses if (slot := runtime.registry.slots.get(one)) is not None]
    worst = next((slot for slot in slots if slot.health is not Health.OK), slots[0] if slots else None)
    if worst is None:
        return {"health": Health.DOWN.name, "reason": "there is no such actor", "remedy": "", "off": True}
    off = bool(worst.spec.disabled_reason)
    return {"health": worst.health.name, "reason": worst.reason, "remedy": worst.remedy, "off": off}


NOW_REQUESTS = {"now": _now}
