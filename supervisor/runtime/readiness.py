"""Waits until an instance's actors are ready, until one runs again, or until all have ended."""

import threading
from collections.abc import Callable, Mapping

from actors.kernel.protocol.lifecycle import Failure, Health
from supervisor.otp.slot import ActorSlot
from supervisor.otp.spec import ChildSpec


class Readiness:
    """ended: set when the root has ended, of `failure` or in order. slots: by address. For any thread."""

    def __init__(self, slots: Callable[[], Mapping[str, ActorSlot]]) -> None:
        self.ended = threading.Event()
        self.failure: Failure | None = None
        self._slots = slots
        self._changed = threading.Condition()

    def changed(self) -> None:
        """Note that a slot's state or health has changed."""
        with self._changed:
            self._changed.notify_all()

    def end(self, failure: Failure | None) -> None:
        """Note the end of the root."""
        self.failure = failure
        self.ended.set()
        self.changed()

    @property
    def ready(self) -> bool:
        """Whether no actor is starting or down, but for what starts when all others are ready."""
        return all(
            slot.state == "disabled"
            or (isinstance(slot.spec, ChildSpec) and slot.spec.late)
            or (slot.state != "down" and slot.health is not Health.STARTING)
            for slot in tuple(self._slots().values())
        )

    def wait_ready(self, timeout: float) -> bool:
        """Wait until all are ready. False after `timeout` seconds, or when the root has ended."""
        return self.wait_until(lambda: self.ended.is_set() or self.ready, timeout) and self.ready

    def wait_incarnation(self, address: str, number: int, timeout: float) -> bool:
        """Wait until this incarnation of `address`, or a later one, runs. False after `timeout` seconds."""

        def runs() -> bool:
            slot = self._slots().get(address)
            return slot is not None and slot.incarnation >= number and slot.state == "running"

        return self.wait_until(runs, timeout)

    def wait_until(self, condition: Callable[[], bool], timeout: float) -> bool:
        """Wait until `condition`, checked after every change, holds. False after `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(condition, timeout)
