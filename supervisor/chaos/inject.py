"""Injects faults into a running tree, and measures how long each target takes to answer again."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable

from actors.kernel.errors import AskError
from actors.kernel.message import Message
from actors.kernel.protocol.lifecycle import Fail, Hang, Ping
from supervisor.chaos.machines import KINDS, Machines
from supervisor.faults.injector import Means
from supervisor.faults.plan import Fault
from supervisor.otp.messages import KillChild, PinChild, RestartChild
from supervisor.otp.slot import ActorSlot
from supervisor.otp.spec import ChildSpec
from supervisor.runtime.runtime import Runtime

FLOOD = 3000
RETURN_WITHIN = 60.0
ENDS_AN_INCARNATION = frozenset({"kill", "sigkill", "crash", "hang", "freeze", "restart"})


class LiveFaults:
    """recoveries: seconds from each fault that ended an incarnation until the actor answered again.
    missing: a sentence for each actor that never did."""

    def __init__(self, runtime: Runtime, machines: Machines | None = None) -> None:
        self.recoveries: list[float] = []
        self.missing: list[str] = []
        self._runtime = runtime
        self._watching: list[threading.Thread] = []
        self.means: Means = dict.fromkeys(_MEANS, self._inject)
        if machines is not None:
            self.means = {**self.means, **dict.fromkeys(KINDS, machines.inject)}

    def wait(self) -> None:
        """Wait until every actor has answered, or is missing."""
        for thread in self._watching:
            thread.join(2 * RETURN_WITHIN)

    def _inject(self, fault: Fault) -> bool:
        slot = self._runtime.registry.slots.get(fault.target)
        if slot is None or slot.handle is None or slot.state != "running":
            return False
        before = slot.incarnation
        if not _MEANS[fault.kind](self, slot, fault):
            return False
        if fault.kind in ENDS_AN_INCARNATION:
            args = (fault, before, time.monotonic())
            self._watching.append(threading.Thread(target=self._watch, args=args, daemon=True))
            self._watching[-1].start()
        return True

    def _kill(self, slot: ActorSlot, _: Fault) -> bool:
        return self._ask(slot, KillChild(slot.address))

    def _hang(self, slot: ActorSlot, _: Fault) -> bool:
        return isinstance(slot.spec, ChildSpec) and self._tell(slot, Hang(slot.spec.handler_timeout + 1.0))

    def _pin(self, slot: ActorSlot, fault: Fault) -> bool:
        spec = slot.spec
        if not isinstance(spec, ChildSpec):
            return False
        if fault.kind == "instances":
            return self._ask(slot, PinChild(slot.address, spec.pin, 1 + fault.amount % 3))
        pin = "process" if spec.pin == "thread" else "thread"
        return self._ask(slot, PinChild(slot.address, pin, spec.instances))

    def _tell(self, slot: ActorSlot, message: Message, times: int = 1) -> bool:
        for _ in range(times):
            self._runtime.client.tell(slot.address, message)
        return True

    def _ask(self, slot: ActorSlot, message: Message) -> bool:
        with contextlib.suppress(AskError):
            return type(self._runtime.client.answer(slot.supervisor, message, 10.0)).__name__ == "Accepted"
        return False

    def _watch(self, fault: Fault, before: int, at: float) -> None:
        back = self._runtime.wait_incarnation(fault.target, before + 1, RETURN_WITHIN)
        if back and self._answers(fault.target, at + RETURN_WITHIN):
            self.recoveries.append(time.monotonic() - at)
        elif fault.target in self._runtime.registry.slots:
            self.missing.append(f"{fault.target} did not come back after {fault.kind} at {fault.at:g} s")

    def _answers(self, address: str, deadline: float) -> bool:
        while time.monotonic() < deadline:
            try:
                self._runtime.client.answer(address, Ping(), 5.0)
            except AskError:
                continue  # another fault, or its mailbox is full
            return True
        return False


def _signal(slot: ActorSlot, name: str) -> bool:
    pid = slot.handle.pid if slot.handle is not None else 0
    with contextlib.suppress(ProcessLookupError):
        if pid and pid != os.getpid() and (number := getattr(signal, name, None)) is not None:
            os.kill(pid, number)
            return True
    return False


_MEANS: dict[str, Callable[[LiveFaults, ActorSlot, Fault], bool]] = {
    "kill": LiveFaults._kill,
    "group": LiveFaults._kill,
    "restart": lambda faults, slot, _: faults._ask(slot, RestartChild(slot.address)),
    "crash": lambda faults, slot, _: faults._tell(slot, Fail()),
    "hang": LiveFaults._hang,
    "flood": lambda faults, slot, _: faults._tell(slot, Ping(), FLOOD),
    "move": LiveFaults._pin,
    "instances": LiveFaults._pin,
    "sigkill": lambda _, slot, __: _signal(slot, "SIGKILL"),
    "freeze": lambda _, slot, __: _signal(slot, "SIGSTOP"),
}
