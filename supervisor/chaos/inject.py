"""Carries out a blow on a running system, and measures how long its victim takes to answer again."""

import contextlib
import os
import signal
import sys
import threading
import time

from actors.kernel.errors import AskError
from actors.kernel.message import Message
from actors.kernel.protocol.lifecycle import Hang, Ping, Pong
from supervisor.chaos.plan import ChaosFault
from supervisor.otp.messages import KillChild, PinChild, RestartChild
from supervisor.otp.slot import ActorSlot
from supervisor.otp.spec import ChildSpec
from supervisor.runtime.runtime import Runtime

__all__ = ["ChaosInjector"]

FLOOD = 3000
RETURN_WITHIN = 60.0
ENDS_A_LIFE = frozenset({"kill", "sigkill", "crash", "hang", "freeze", "restart"})


class ChaosInjector:
    """recoveries: seconds from each blow that ended a life until its victim answered again. missing: who never did."""

    def __init__(self, system: Runtime) -> None:
        self.struck: dict[str, int] = {}
        self.recoveries: list[float] = []
        self.missing: list[str] = []
        self._system = system
        self._watching: list[threading.Thread] = []

    def strike(self, blow: ChaosFault) -> bool:
        """False when there is nobody to hit at the moment."""
        slot = self._system.registry.slots.get(blow.address)
        if slot is None or slot.handle is None or slot.state != "running":
            return False
        before = slot.incarnation
        if not self._hit(blow, slot):
            return False
        self.struck[blow.kind] = self.struck.get(blow.kind, 0) + 1
        if blow.kind in ENDS_A_LIFE:
            thread = threading.Thread(
                target=self._watch, args=(blow, before, time.monotonic()), name="chaos watch", daemon=True
            )
            thread.start()
            self._watching.append(thread)
        return True

    def wait(self) -> None:
        """Until every victim has answered, or will not."""
        for thread in self._watching:
            thread.join(2 * RETURN_WITHIN)

    def _hit(self, blow: ChaosFault, slot: ActorSlot) -> bool:
        tell, spec, address = self._system.client.tell, slot.spec, slot.address
        if blow.kind in ("kill", "group"):
            return self._ask(slot, KillChild(address))
        if blow.kind == "restart":
            return self._ask(slot, RestartChild(address))
        if blow.kind == "sigkill":
            return _signal(slot, "SIGKILL")
        if blow.kind == "freeze":
            return _signal(slot, "SIGSTOP")
        if not isinstance(spec, ChildSpec):
            return False
        if blow.kind == "crash":
            tell(address, Pong("chaos", 0))  # nobody has a handler for an answer that was not asked for
        elif blow.kind == "hang":
            tell(address, Hang(spec.handler_timeout + 1.0))
        elif blow.kind == "flood":
            for _ in range(FLOOD):
                tell(address, Ping())
        else:
            pin = spec.pin if blow.kind == "instances" else "process" if spec.pin == "thread" else "thread"
            number = blow.number if blow.kind == "instances" else spec.instances
            return self._ask(slot, PinChild(address, pin, number))
        return True

    def _ask(self, slot: ActorSlot, message: Message) -> bool:
        with contextlib.suppress(AskError):
            return type(self._system.client.answer(slot.supervisor, message, 10.0)).__name__ == "Accepted"
        return False

    def _watch(self, blow: ChaosFault, before: int, at: float) -> None:
        back = self._system.wait_incarnation(blow.address, before + 1, RETURN_WITHIN)
        answered = back and self._answers(blow.address, at + RETURN_WITHIN)
        if answered:
            self.recoveries.append(time.monotonic() - at)
        elif blow.address in self._system.registry.slots:
            self.missing.append(f"{blow.address} did not come back after {blow.kind} at {blow.at:g} s")

    def _answers(self, address: str, deadline: float) -> bool:
        while time.monotonic() < deadline:
            try:
                self._system.client.answer(address, Ping(), 5.0)
            except AskError:
                continue  # hit again meanwhile, or flooded
            return True
        return False


def _signal(slot: ActorSlot, name: str) -> bool:
    life = slot.handle
    number = getattr(signal, name, None)
    if life is None or number is None or not life.pid or life.pid == os.getpid() or sys.platform == "win32":
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(life.pid, number)
        return True
    return False
