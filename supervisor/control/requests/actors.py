"""Requests about single actors: kill, hang, restart, pin, dead letters, and the status again and again."""

import time
from collections.abc import Iterator, Mapping
from typing import Any

from actors.kernel.directory import DeadLetter
from actors.kernel.message import Message
from actors.kernel.protocol.lifecycle import Failure, Hang
from config.syntax.suggest import closest
from supervisor.control.ask import answer_of
from supervisor.control.wire import RequestRefused
from supervisor.otp.messages import Accepted, Declined, KillChild, PinChild, RestartChild
from supervisor.otp.registry import MOST_ENDINGS, Ending
from supervisor.otp.slot import ActorSlot
from supervisor.otp.spec import ChildSpec
from supervisor.runtime.runtime import Runtime

Answers = Iterator[Mapping[str, Any]]
ASK_WITHIN = 10.0
RETURN_WITHIN = 60.0
MOST_LETTERS = 1000


def start_again(runtime: Runtime, address: str) -> None:
    """Have an actor restarted by its supervisor, and wait until it runs. Raises RequestRefused."""
    tuple(_restart(runtime, {"address": address, "wait": True}))


def _kill(runtime: Runtime, request: Mapping[str, Any]) -> Answers:
    slot = _slot(runtime, request)
    yield from _ask_supervisor(runtime, request, slot, KillChild(slot.address))


def _restart(runtime: Runtime, request: Mapping[str, Any]) -> Answers:
    slot = _slot(runtime, request)
    yield from _ask_supervisor(runtime, request, slot, RestartChild(slot.address))


def _pin(runtime: Runtime, request: Mapping[str, Any]) -> Answers:
    slot = _slot(runtime, request)
    pin, instances = str(request.get("pin")), int(request.get("instances") or 1)
    _refuse_unknown_host(runtime, pin)
    moves = isinstance(slot.spec, ChildSpec) and slot.spec.pin != pin
    yield from _ask_supervisor(runtime, request, slot, PinChild(slot.address, pin, instances), restarts=moves)


def _refuse_unknown_host(runtime: Runtime, pin: str) -> None:
    if not pin.startswith("host:"):
        return
    known = runtime.config.hosts.machines
    if not runtime.config.hosts.listen:
        raise RequestRefused("no host can be reached: hosts.listen is empty")
    if pin != "host:*" and pin.removeprefix("host:") not in known:
        names = ", ".join(known) or "none"
        raise RequestRefused(f"no host of this name is in hosts.machines; there: {names}")


def _hang(runtime: Runtime, request: Mapping[str, Any]) -> Answers:
    slot = _slot(runtime, request)
    spec = slot.spec
    if not isinstance(spec, ChildSpec) or slot.state != "running":
        what = "a supervisor" if slot.is_supervisor else slot.state
        raise RequestRefused(f"{slot.address} cannot hang: it is {what}")
    seconds = float(request.get("seconds") or spec.handler_timeout + 5.0)
    id = runtime.client.id_of(runtime.client.tell(slot.address, Hang(seconds)))
    yield {"id": id, "seconds": seconds, "patience": spec.handler_timeout}
    if request.get("wait") and seconds > spec.handler_timeout:
        yield _returned(runtime, slot.address, slot.incarnation, RETURN_WITHIN + spec.handler_timeout)


def _ask_supervisor(
    runtime: Runtime, request: Mapping[str, Any], slot: ActorSlot, message: Message, *, restarts: bool = True
) -> Answers:
    """Ask the actor's supervisor; then wait until the actor runs again, if the request wants that."""
    before = slot.incarnation
    answer = answer_of(runtime, slot.supervisor, message, ASK_WITHIN)
    if isinstance(answer, Declined):
        raise RequestRefused(answer.why)
    assert isinstance(answer, Accepted)
    yield {"accepted": True, "address": slot.address}
    if request.get("wait") and restarts:
        yield _returned(runtime, slot.address, before, RETURN_WITHIN)


def _returned(runtime: Runtime, address: str, before: int, within: float) -> Mapping[str, Any]:
    """Wait for an incarnation after number `before` to run."""
    began = time.monotonic()
    if not runtime.wait_incarnation(address, before + 1, within):
        raise RequestRefused(f"{address} has not come back within {within:g} s; see `supervisor status`")
    slot = runtime.registry.slot(address)
    return {"address": address, "incarnation": slot.incarnation, "seconds": time.monotonic() - began}


def _dead_letters(runtime: Runtime, request: Mapping[str, Any]) -> Answers:
    count = max(1, min(MOST_LETTERS, int(request.get("count") or 20)))
    letters = tuple(runtime.dead_letters.last)[-count:]
    yield {"counts": dict(runtime.dead_letters.counts), "letters": [_letter(letter) for letter in letters]}


def _letter(letter: DeadLetter) -> Mapping[str, Any]:
    """A dead letter without its message, which may contain what people said."""
    envelope, failure = letter.envelope, letter.failure
    return {
        "at": letter.wall,
        "why": letter.why,
        "type": type(envelope.message).__name__,
        "from": envelope.sender,
        "to": envelope.recipient,
        "id": envelope.id,
        "cause": envelope.cause,
        "detail": letter.detail if failure is None else failure.kind,
        "traceback": failure.traceback if failure is not None else "",
    }


def _endings(runtime: Runtime, request: Mapping[str, Any]) -> Answers:
    """Why incarnations ended, the newest last; of one actor, if the request names one."""
    address = str(request.get("address") or "")
    if address and address not in runtime.registry.slots:
        raise RequestRefused(f"no actor is called {address!r}; see `supervisor status`")
    count = max(1, min(MOST_ENDINGS, int(request.get("count") or 20)))
    endings = [one for one in tuple(runtime.registry.endings) if address in ("", one.address)]
    yield {"endings": [_ending(one) for one in endings[-count:]]}


def _ending(ending: Ending) -> Mapping[str, Any]:
    failure = ending.failure or Failure("", "")
    return {
        "at": ending.at,
        "address": ending.address,
        "incarnation": ending.incarnation,
        "kind": failure.kind,
        "text": failure.text,
        "handling": failure.message_type,
        "traceback": failure.traceback,
    }


def _follow(runtime: Runtime, request: Mapping[str, Any]) -> Answers:
    """The status twice a second, until the client leaves."""
    yield runtime.status()
    while not runtime.ended.wait(0.5):
        yield runtime.status()


def _slot(runtime: Runtime, request: Mapping[str, Any]) -> ActorSlot:
    address = str(request.get("address") or "")
    slot = runtime.registry.slots.get(address)
    if slot is None:
        near = closest(address, tuple(runtime.registry.slots))
        hint = f". Did you mean {near!r}?" if near else "; see `supervisor status`"
        raise RequestRefused(f"no actor is called {address!r}{hint}")
    if not slot.supervisor:
        raise RequestRefused("root has no supervisor; use `supervisor stop`, then `supervisor run`")
    if slot.spec.disabled_reason:
        raise RequestRefused(f"{address} is off: {slot.spec.disabled_reason}")
    return slot


ACTOR_REQUESTS = {"kill": _kill, "hang": _hang, "restart": _restart, "pin": _pin}
ACTOR_REQUESTS |= {"dead-letters": _dead_letters, "endings": _endings, "follow": _follow}
