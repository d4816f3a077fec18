"""What can be asked of a running instance, as plain maps in and plain maps out."""

import contextlib
import itertools
import queue
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import msgspec

from actors.conversation.messages import (
    CONVERSATION,
    ReplyEnded,
    ReplySentence,
    TextReceived,
    TurnStarted,
    WatchTurns,
)
from actors.kernel.actor import Actor
from actors.kernel.errors import AskError, UnknownMessage
from actors.kernel.mailbox import Put
from actors.kernel.message import Envelope, Message, message_class
from actors.kernel.protocol.lifecycle import Fail, Hang, Ping, Stop, Undelivered, WriteCheckpoint
from actors.kernel.protocol.state import GetState, StateIs
from actors.system.messages import SYSTEM, WatchStages
from actors.vocabulary.values import UNKNOWN, person_named
from supervisor.control.actor_requests import REQUESTS
from supervisor.control.ask import answer_of
from supervisor.control.backup_requests import BACKING
from supervisor.control.config_requests import CONFIGURE
from supervisor.control.state_requests import REMEMBERING
from supervisor.control.wire import RequestRefused
from supervisor.nodes.boot import actor_class
from supervisor.otp.spec import ChildSpec
from supervisor.otp.supervisor import Supervisor
from supervisor.runtime.runtime import Runtime

__all__ = ["TurnListener", "answer", "talk"]

Answers = Iterator[Mapping[str, Any]]
ASK_WITHIN = 10.0
STATUS_WITHIN = 0.5
REPLY_WITHIN = 120.0
REMEMBERED_WITHIN = 10.0
"""Seconds after a restart of the conversation within which it tells what became of a turn."""
LOOK_EVERY = 1.0
OF_EVERY_ACTOR: frozenset[type[Message]] = frozenset({Fail, Hang, Ping, Stop, WriteCheckpoint})
_numbers = itertools.count(1)


class TurnListener:
    """An address of its own for somebody outside who waits for messages, one by one. Close it when done."""

    def __init__(self, system: Runtime) -> None:
        self.address = f"listener/{next(_numbers)}"
        self._directory = system.directory
        self._sent = itertools.count(1)
        self._queue: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._directory.open(self.address, self)

    def tell(self, to: str, message: Message) -> None:
        """Send under this address; an Undelivered comes if it will not be handled."""
        number, turn = next(self._sent), message.turn  # type: ignore[attr-defined]
        envelope = Envelope(self.address, 0, number, to, message, "", turn, notify=True)
        self._directory.deliver(envelope)

    def put(self, envelope: Envelope) -> Put | None:
        """Mail has come (actors.kernel.directory.Box)."""
        self._queue.put(envelope.message)
        return None

    def get(self, timeout: float) -> Message:
        """The next message. Raises queue.Empty after `timeout` seconds."""
        return self._queue.get(timeout=timeout)

    def close(self) -> None:
        """Take no more mail."""
        self._directory.close(self.address)


def answer(system: Runtime, request: Mapping[str, Any]) -> Answers:
    """Every part of the answer to `request`. Raises Refused with the reason."""
    do = _REQUESTS.get(str(request.get("do")))
    if do is None:
        raise RequestRefused(f"unknown request {request.get('do')!r}")
    yield from do(system, request)


def talk(system: Runtime, text: str, name: str) -> Iterator[Message]:
    """Say `text` as the person `name` ("" for nobody in particular); the reply's messages, ReplyEnded last."""
    listener = TurnListener(system)
    try:
        person = person_named(name) if name.strip() else UNKNOWN
        listener.tell(CONVERSATION, TextReceived(text, person, listener.address))
        while True:
            message = _next_of_turn(system, listener)
            if isinstance(message, Undelivered):
                raise RequestRefused(f"the conversation did not take it: {message.detail or message.why}")
            yield message
            if isinstance(message, ReplyEnded):
                return
    finally:
        listener.close()


def _next_of_turn(system: Runtime, listener: TurnListener) -> Message:
    """What the conversation says next. Refused when nothing will come."""
    conversation = system.registry.slot(CONVERSATION)
    begun, life = time.monotonic(), conversation.incarnation
    changed = 0.0
    while (now := time.monotonic()) - begun < REPLY_WITHIN:
        with contextlib.suppress(queue.Empty):
            return listener.get(LOOK_EVERY)
        if not changed and conversation.incarnation != life:
            changed = now
        if changed and now - changed > REMEMBERED_WITHIN:
            # It remembers the turn under way, unless that had not been saved yet when it died.
            raise RequestRefused(
                "the conversation was restarted, and does not remember this turn; say it again"
            )
    raise RequestRefused(f"no answer within {REPLY_WITHIN:g} s; see `supervisor status`")


def _status(system: Runtime, request: Mapping[str, Any]) -> Answers:
    yield {**system.status(), "resources": _resources(system)}


def _resources(system: Runtime) -> Mapping[str, Any]:
    """What the bot uses of the machine and how many of its actors died so far; nothing while that is not known."""
    try:
        whole = system.client.answer(SYSTEM, GetState(), STATUS_WITHIN)
    except AskError:
        return {}
    assert isinstance(whole, StateIs)
    state = msgspec.json.decode(whole.json)
    return {**state["resource_usage"], "errors": state["error_count"]}


def _talk(system: Runtime, request: Mapping[str, Any]) -> Answers:
    for message in talk(system, _text(request, "text"), str(request.get("as") or "")):
        if isinstance(message, TurnStarted):
            yield {"event": "turn", "turn": message.turn, "person": message.person.name}
        elif isinstance(message, ReplySentence):
            yield {
                "event": "sentence",
                "turn": message.turn,
                "sentence": message.sentence,
                "text": message.text,
            }
        elif isinstance(message, ReplyEnded):
            yield {
                "event": "end",
                "turn": message.turn,
                "outcome": message.outcome,
                "text": message.text,
                "detail": message.detail,
            }


def _watch(system: Runtime, request: Mapping[str, Any]) -> Answers:
    """Every turn and every stage of it from now on, until the client leaves; an empty map now and then shows that it
    is still there."""
    listener = TurnListener(system)
    try:
        system.client.tell(SYSTEM, WatchStages(listener.address))
        system.client.tell(CONVERSATION, WatchTurns(listener.address))
        while not system.ended.is_set():
            try:
                message = listener.get(1.0)
            except queue.Empty:
                yield {}
                continue
            yield {"event": type(message).__name__, **_plain(message)}
    finally:
        system.client.tell(SYSTEM, WatchStages(listener.address, on=False))
        system.client.tell(CONVERSATION, WatchTurns(listener.address, on=False))
        listener.close()


def _tell(system: Runtime, request: Mapping[str, Any]) -> Answers:
    address = _address(system, request)
    yield {"id": system.client.tell(address, _message(system, address, request))}


def _ask(system: Runtime, request: Mapping[str, Any]) -> Answers:
    address = _address(system, request)
    reply = answer_of(system, address, _message(system, address, request), ASK_WITHIN)
    yield {"type": type(reply).__name__, "message": _plain(reply)}


def _stop(system: Runtime, request: Mapping[str, Any]) -> Answers:
    yield {"stopping": True}


def _text(request: Mapping[str, Any], name: str) -> str:
    value = request.get(name)
    if not isinstance(value, str) or not value:
        raise RequestRefused(f"{name!r} is missing")
    return value


def _address(system: Runtime, request: Mapping[str, Any]) -> str:
    address = _text(request, "address")
    if address not in system.registry.slots:
        raise RequestRefused(f"nobody lives at {address!r}; see `supervisor status`")
    return address


def _message(system: Runtime, address: str, request: Mapping[str, Any]) -> Message:
    name = _text(request, "type")
    handled = _handled_at(system, address)
    try:
        cls = message_class(name)
        if cls not in handled:
            names = ", ".join(sorted(known.__name__ for known in handled if known not in OF_EVERY_ACTOR))
            raise RequestRefused(
                f"{address} does not handle {name}; it handles {names or 'nothing but Ping'}"
            )
        message = msgspec.convert(request.get("message") or {}, cls)
        msgspec.msgpack.encode(message)  # what no wire and no store could carry is refused here
        return message
    except (UnknownMessage, UnicodeEncodeError, OverflowError) as error:
        raise RequestRefused(str(error)) from None
    except msgspec.ValidationError as error:
        raise RequestRefused(
            f"{name}: {error}; its fields are {', '.join(cls.__struct_fields__) or 'none'}"
        ) from None


def _handled_at(system: Runtime, address: str) -> Collection[type[Message]]:
    """The types that the actor at `address` has a handler for, and those that every actor takes."""
    spec = system.registry.slot(address).spec
    actor: type[Actor] = actor_class(spec.actor) if isinstance(spec, ChildSpec) else Supervisor
    return {*actor.handlers(), *OF_EVERY_ACTOR}


def _plain(message: Message) -> Any:
    plain = msgspec.to_builtins(message)
    return {name: value for name, value in plain.items() if name != "type"}


_REQUESTS: Mapping[str, Callable[[Runtime, Mapping[str, Any]], Answers]] = {
    "status": _status,
    "talk": _talk,
    "watch": _watch,
    "tell": _tell,
    "ask": _ask,
    "stop": _stop,
    **REMEMBERING,
    **REQUESTS,
    **CONFIGURE,
    **BACKING,
}
