"""What a run tells the service manager, by its launcher or itself: that it is ready, what is missing, that it works."""

import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from actors.kernel.errors import AskError
from actors.kernel.protocol.lifecycle import Health, Ping
from supervisor.launcher.service_manager import VARIABLE, ServiceManager
from supervisor.otp.messages import ROOT
from supervisor.otp.slot import ActorSlot
from supervisor.runtime.runtime import Runtime

Tell = Callable[[Mapping[str, Any]], None]
ANSWERED_WITHIN = 5.0
MOST_NAMED = 6
STOP_WITHIN = 25.0
"""Seconds that a stop without a launcher may take."""


class Tether(Protocol):
    """The line to the launcher."""

    def tell(self, what: Mapping[str, Any]) -> None: ...


def status_line(ready: bool, slots: Iterable[ActorSlot]) -> str:
    """One line on how an instance is, and which of its actors are not well."""
    enabled = [slot for slot in slots if not slot.is_supervisor and slot.state != "disabled"]
    unwell = [slot for slot in enabled if slot.health is not Health.OK]
    named = ", ".join(f"{slot.address} {slot.health}" for slot in unwell[:MOST_NAMED])
    more = f" and {len(unwell) - MOST_NAMED} more" if len(unwell) > MOST_NAMED else ""
    how = "ready" if ready else "not everything is ready"
    return f"{how}: {named}{more}; see `supervisor doctor`" if unwell else how


class ServiceReport:
    """Reports `runtime` to whoever `tell` reaches.

    every: seconds between two proofs that the kernel answers; 0.0 for none."""

    def __init__(self, runtime: Runtime, tell: Tell, every: float) -> None:
        self._runtime = runtime
        self._tell = tell
        self._every = every
        self._status = ""
        self._ended = threading.Event()

    @classmethod
    def found(cls, runtime: Runtime, tether: Tether | None) -> "ServiceReport":
        """By the launcher, if that reports to a service manager; else to the one that the environment names, if any."""
        every = os.environ.pop(VARIABLE, "")
        if tether is not None:
            return cls(runtime, tether.tell, float(every)) if every else cls(runtime, _nobody, 0.0)
        manager = ServiceManager.found(STOP_WITHIN)
        return cls(runtime, _directly(manager), manager.answer_every)

    def begin(self) -> None:
        """Prove from now on that the kernel answers."""
        if self._every > 0:
            threading.Thread(target=self._prove, name="service watchdog", daemon=True).start()

    def ready(self) -> None:
        """The start is over."""
        self._tell({"status": self._line(), "ready": True})

    def look(self) -> None:
        """Tell what is missing, if that has changed."""
        line = self._line()
        if line != self._status:
            self._status = line
            self._tell({"status": line})

    def stopping(self) -> None:
        """The end begins."""
        self._ended.set()
        self._tell({"stopping": True})

    def _line(self) -> str:
        return status_line(self._runtime.ready, tuple(self._runtime.registry.slots.values()))

    def _prove(self) -> None:
        """By a message to the root's own mailbox, which a thread of the root answers; a timer would prove nothing."""
        while not self._ended.wait(self._every):
            try:
                self._runtime.client.answer(ROOT, Ping(), ANSWERED_WITHIN)
            except AskError:
                continue
            self._tell({"answers": True})


def _nobody(told: Mapping[str, Any]) -> None:
    pass


def _directly(manager: ServiceManager) -> Tell:
    lock = threading.Lock()

    def tell(told: Mapping[str, Any]) -> None:
        with lock:
            manager.hear(told, time.monotonic())

    return tell
