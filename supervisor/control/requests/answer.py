"""Answers requests to a running instance: plain maps in, plain maps out."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import msgspec

from actors.avatar.messages import AVATAR
from actors.kernel.actor import Actor
from actors.kernel.errors import AskError, UnknownMessage
from actors.kernel.message import Message, message_class
from actors.kernel.protocol.lifecycle import Fail, Hang, Ping, Stop, WriteCheckpoint
from actors.kernel.protocol.state import GetState, StateIs
from actors.osc.messages import OSC_RECEIVER, GetOscStatistics, OscStatistics
from actors.system.messages import SYSTEM
from actors.world.messages import WORLD
from supervisor.control.ask import answer_of, plain_fields
from supervisor.control.requests.actors import ACTOR_REQUESTS
from supervisor.control.requests.avatar import AVATAR_REQUESTS
from supervisor.control.requests.config import CONFIG_REQUESTS
from supervisor.control.requests.hosts import HOST_REQUESTS
from supervisor.control.requests.look import LOOK_REQUESTS
from supervisor.control.requests.metrics import METRICS_REQUESTS
from supervisor.control.requests.now import NOW_REQUESTS
from supervisor.control.requests.people import PEOPLE_REQUESTS
from supervisor.control.requests.state import STATE_REQUESTS
from supervisor.control.requests.turns import TURN_REQUESTS
from supervisor.control.requests.vrchat import VRCHAT_REQUESTS
from supervisor.control.summary import osc, place, resources, touch, turns
from supervisor.control.wire import RequestRefused, text_in
from supervisor.nodes.boot import actor_class
from supervisor.otp.spec import ChildSpec
from supervisor.otp.supervisor import Supervisor
from supervisor.runtime.runtime import Runtime

Answers = Iterator[Mapping[str, Any]]
ASK_WITHIN = 10.0
STATUS_WITHIN = 0.5
OF_EVERY_ACTOR: frozenset[type[Message]] = frozenset({Fail, Hang, Ping, Stop, WriteCheckpoint})


def answer(runtime: Runtime, request: Mapping[str, Any]) -> Answers:
    """Every part of the answer to `request`. Raises RequestRefused with the reason."""
    do = _REQUESTS.get(str(request.get("do")))
    if do is None:
        raise RequestRefused(f"unknown request {request.get('do')!r}")
    yield from do(runtime, request)


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


def _tell(runtime: Runtime, request: Mapping[str, Any]) -> Answers:
    address = _address(runtime, request)
    number = runtime.client.tell(address, _message(runtime, address, request))
    yield {"id": runtime.client.id_of(number)}


def _ask(runtime: Runtime, request: Mapping[str, Any]) -> Answers:
    address = _address(runtime, request)
    reply = answer_of(runtime, address, _message(runtime, address, request), ASK_WITHIN)
    yield {"type": type(reply).__name__, "message": plain_fields(reply)}


def _stop(runtime: Runtime, request: Mapping[str, Any]) -> Answers:
    """What becomes of the state is told by the server, when that is known."""
    yield {"stopping": True}


def _address(runtime: Runtime, request: Mapping[str, Any]) -> str:
    address = text_in(request, "address")
    if address not in runtime.registry.slots:
        raise RequestRefused(f"no actor has the address {address!r}; see `supervisor status`")
    return address


def _message(runtime: Runtime, address: str, request: Mapping[str, Any]) -> Message:
    name = text_in(request, "type")
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
    "tell": _tell,
    "ask": _ask,
    "stop": _stop,
    **TURN_REQUESTS,
    **NOW_REQUESTS,
    **STATE_REQUESTS,
    **PEOPLE_REQUESTS,
    **ACTOR_REQUESTS,
    **AVATAR_REQUESTS,
    **LOOK_REQUESTS,
    **CONFIG_REQUESTS,
    **VRCHAT_REQUESTS,
    **METRICS_REQUESTS,
    **HOST_REQUESTS,
}
