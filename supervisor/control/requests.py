"""Answers requests to a running instance: plain maps in, plain maps out."""

import contextlib
import itertools
import queue
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import msgspec

from actors.avatar.messages import AVATAR
from actors.conversation.messages import (
    CONVERSATION,
    ReplyEnded,
    ReplySentence,
    TextReceived,
    TurnStarted,
    TurnWaits,
    WatchTurns,
)
from actors.kernel.actor import Actor
from actors.kernel.errors import AskError, UnknownMessage
from actors.kernel.mailbox import Put
from actors.kernel.message import Envelope, Message, message_class
from actors.kernel.protocol.lifecycle import Fail, Hang, Ping, Stop, Undelivered, WriteCheckpoint
from actors.kernel.protocol.state import GetState, StateIs
from actors.osc.messages import OSC_RECEIVER, GetOscStatistics, OscStatistics
from actors.system.messages import SYSTEM, WatchStages
from actors.vocabulary.values import UNKNOWN, person_named
from actors.world.messages import WORLD
from supervisor.control.actor_requests import ACTOR_REQUESTS
from supervisor.control.ask import answer_of, plain_fields
from supervisor.control.avatar_requests import AVATAR_REQUESTS
from supervisor.control.config_requests import CONFIG_REQUESTS
from supervisor.control.look_requests import LOOK_REQUESTS
from supervisor.control.state_requests import STATE_REQUESTS
from supervisor.control.summary import osc, place, resources, touch, turns
from supervisor.control.vrchat_requests import VRCHAT_REQUESTS
from supervisor.control.wire import RequestRefused
from supervisor.nodes.boot import actor_class
from supervisor.otp.spec import ChildSpec
from supervisor.otp.supervisor import Supervisor
from supervisor.runtime.runtime import Runtime

Answers = Iterator[Mapping[str, Any]]
ASK_WITHIN = 10.0
STATUS_WITHIN = 0.5
REPLY_WITHIN = 120.0
REMEMBERED_WITHIN = 10.0
"""Seconds after a restart within which the conversation reports the outcome of a turn."""
LOOK_EVERY = 1.0
OF_EVERY_ACTOR: frozenset[type[Message]] = frozenset({Fail, Hang, Ping, Stop, WriteCheckpoint})
_numbers = itertools.count(1)


class TurnListener:
    """An address at which code outside the actors waits for messages. Close it when done."""

    def __init__(self, runtime: Runtime) -> None:
        self.address = f"listener/{next(_numbers)}"
        self._directory = runtime.directory
        self._sent = itertools.count(1)
        self._queue: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._directory.open(self.address, self)

    def tell(self, to: str, message: Message) -> None:
        """Send from this address; an Undelivered comes back if it is not handled."""
        number, turn = next(self._sent), message.turn  # type: ignore[attr-defined]
        envelope = Envelope(self.address, 0, number, to, message, "", turn, notify=True)
        self._directory.deliver(envelope)

    def put(self, envelope: Envelope) -> Put | None:
        """Queue the message (actors.kernel.directory.Recipient)."""
        self._queue.put(envelope.message)
        return None

    def get(self, timeout: float) -> Message:
        """The next message. Raises queue.Empty after `timeout` seconds."""
        return self._queue.get(timeout=timeout)

    def close(self) -> None:
        """Take no more mail."""
        self._directory.close(self.address)


def answer(runtime: Runtime, request: Mapping[str, Any]) -> Answers:
    """Every part of the answer to `request`. Raises RequestRefused with the reason."""
    do = _REQUESTS.get(str(request.get("do")))
    if do is None:
        raise RequestRefused(f"unknown request {request.get('do')!r}")
    yield from do(runtime, request)


def talk(runtime: Runtime, text: str, name: str) -> Iterator[Message]:
    """Say `text` as the person `name` ("" for unknown); the reply's messages, ReplyEnded last."""
    with contextlib.closing(TurnListener(runtime)) as listener:
        person = person_named(name) if name.strip() else UNKNOWN
        listener.tell(CONVERSATION, TextReceived(text, person, listener.address))
        while True:
            message = _next_of_turn(runtime, listener)
            if isinstance(message, Undelivered):
                raise RequestRefused(f"the conversation did not take it: {message.detail or message.why}")
            yield message
            if isinstance(message, ReplyEnded):
                return


def _next_of_turn(runtime: Runtime, listener: TurnListener) -> Message:
    """The conversation's next message. Raises RequestRefused when none will come."""
    conversation = runtime.registry.slot(CONVERSATION)
    begun, incarnation = time.monotonic(), conversation.incarnation
    changed = 0.0
    while (now := time.monotonic()) - begun < REPLY_WITHIN:
        with contextlib.suppress(queue.Empty):
            return listener.get(LOOK_EVERY)
        if not changed and conversation.incarnation != incarnation:
            changed = now
        if changed and now - changed > REMEMBERED_WITHIN:
            # It remembers a turn that was saved before it crashed.
            raise RequestRefused("the conversation was restarted, and lost this turn; say it again")
    raise RequestRefused(f"no answer within {REPLY_WITHIN:g} s; see `supervisor status`")


def _status(runtime: Runtime, request: Mapping[str, Any]) -> Answers:
    system, world, avatar = (_state_of(runtime, domain) for domain in (SYSTEM, WORLD, AVATAR))
    told = {
        "resources": resources(system),
        "turns": turns(system),
        "place": place(world),
        "touch": touch(avatar),
        "osc": osc(_osc_statistics(runtime)),
    }
    yield {**runtime.status(), **told}


def _osc_statistics(runtime: Runtime) -> OscStatistics | None:
    try:
        counted = runtime.client.answer(OSC_RECEIVER, GetOscStatistics(), STATUS_WITHIN)
    except AskError:
        return None
    return counted if isinstance(counted, OscStatistics) else None


def _state_of(runtime: Runtime, domain: str) -> Mapping[str, Any]:
    """The state of a domain as plain data; {} while it does not answer."""
    try:
        whole = runtime.client.answer(domain, GetState(), STATUS_WITHIN)
    except AskError:
        return {}
    assert isinstance(whole, StateIs)
    state: Mapping[str, Any] = msgspec.json.decode(whole.json)
    return state


def _talk(runtime: Runtime, request: Mapping[str, Any]) -> Answers:
    for message in talk(runtime, _text(request, "text"), str(request.get("as") or "")):
        if isinstance(message, TurnStarted):
            yield {"event": "turn", "turn": message.turn, "person": message.person.name}
        elif isinstance(message, TurnWaits):
            yield {"event": "waits", "before": message.before}
        elif isinstance(message, ReplySentence):
            what = {"turn": message.turn, "sentence": message.sentence, "text": message.text}
            yield {"event": "sentence", **what}
        elif isinstance(message, ReplyEnded):
            what = {"turn": message.turn, "outcome": message.outcome}
            yield {"event": "end", **what, "text": message.text, "detail": message.detail}


def _watch(runtime: Runtime, request: Mapping[str, Any]) -> Answers:
    """Every turn and every stage from now on, until the client leaves; an empty map each second shows who left."""
    listener = TurnListener(runtime)
    try:
        runtime.client.tell(SYSTEM, WatchStages(listener.address))
        runtime.client.tell(CONVERSATION, WatchTurns(listener.address))
        while not runtime.ended.is_set():
            try:
                message = listener.get(1.0)
            except queue.Empty:
                yield {}
                continue
            yield {"event": type(message).__name__, **plain_fields(message)}
    finally:
        runtime.client.tell(SYSTEM, WatchStages(listener.address, on=False))
        runtime.client.tell(CONVERSATION, WatchTurns(listener.address, on=False))
        listener.close()


def _tell(runtime: Runtime, request: Mapping[str, Any]) -> Answers:
    address = _address(runtime, request)
    yield {"id": runtime.client.tell(address, _message(runtime, address, request))}


def _ask(runtime: Runtime, request: Mapping[str, Any]) -> Answers:
    address = _address(runtime, request)
    reply = answer_of(runtime, address, _message(runtime, address, request), ASK_WITHIN)
    yield {"type": type(reply).__name__, "message": plain_fields(reply)}


def _stop(runtime: Runtime, request: Mapping[str, Any]) -> Answers:
    """What becomes of the state is told by the server, when that is known."""
    yield {"stopping": True}


def _text(request: Mapping[str, Any], name: str) -> str:
    value = request.get(name)
    if not isinstance(value, str) or not value:
        raise RequestRefused(f"{name!r} is missing")
    return value


def _address(runtime: Runtime, request: Mapping[str, Any]) -> str:
    address = _text(request, "address")
    if address not in runtime.registry.slots:
        raise RequestRefused(f"no actor has the address {address!r}; see `supervisor status`")
    return address


def _message(runtime: Runtime, address: str, request: Mapping[str, Any]) -> Message:
    name = _text(request, "type")
    handled = _handled_at(runtime, address)
    try:
        cls = message_class(name)
        if cls not in handled:
            names = ", ".join(sorted(known.__name__ for known in handled if known not in OF_EVERY_ACTOR))
            raise RequestRefused(
                f"{address} does not handle {name}; it handles {names or 'nothing but Ping'}"
            )
        message = msgspec.convert(request.get("message") or {}, cls)
        msgspec.msgpack.encode(message)  # refuses what no link and no store can encode
        return message
    except (UnknownMessage, UnicodeEncodeError, OverflowError) as error:
        raise RequestRefused(str(error)) from None
    except msgspec.ValidationError as error:
        fields = ", ".join(cls.__struct_fields__) or "none"
        raise RequestRefused(f"{name}: {error}; its fields are {fields}") from None


def _handled_at(runtime: Runtime, address: str) -> Collection[type[Message]]:
    """The types that the actor at `address` has a handler for, and those that every actor takes."""
    spec = runtime.registry.slot(address).spec
    actor: type[Actor] = actor_class(spec.actor) if isinstance(spec, ChildSpec) else Supervisor
    return {*actor.handlers(), *OF_EVERY_ACTOR}


_REQUESTS: Mapping[str, Callable[[Runtime, Mapping[str, Any]], Answers]] = {
    "status": _status,
    "talk": _talk,
    "watch": _watch,
    "tell": _tell,
    "ask": _ask,
    "stop": _stop,
    **STATE_REQUESTS,
    **ACTOR_REQUESTS,
    **AVATAR_REQUESTS,
    **LOOK_REQUESTS,
    **CONFIG_REQUESTS,
    **VRCHAT_REQUESTS,
}
