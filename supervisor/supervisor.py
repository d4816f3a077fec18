"""The supervisor: an actor that starts, watches, restarts and stops its children, and never blocks.

It decides; the cells (supervisor/cell.py) do. One loop, `_drive`, moves the children one step towards what is wanted:
first stop, last child first, whatever should be down; then start, in order, whatever should be up.
"""

from collections.abc import Mapping
from typing import Protocol

from actors.kernel.actor import Actor, handles
from actors.kernel.protocol import Failure, Health, HealthChanged, Stop
from actors.system.messages import ModuleChanged, ModuleFailed
from supervisor.backoff import gives_up, pause, recent
from supervisor.messages import (
    ChildEnded,
    ChildReady,
    GaveUp,
    RestartChild,
    RestartDue,
    StartOverdue,
    StopOverdue,
)
from supervisor.spec import ChildSpec, OnGiveUp, Restart, Start, Strategy, SupervisorSpec

__all__ = ["Cells", "Supervisor"]

SYSTEM = "system"


class Cells(Protocol):
    """What a supervisor can do to the places where its children live."""

    def launch(self, address: str) -> int: ...
    def halt(self, address: str) -> None: ...
    def kill(self, address: str, why: str) -> None: ...
    def retire(self, address: str) -> None: ...
    def say(self, address: str, health: Health, reason: str, remedy: str) -> None: ...


class _Child:
    """What the supervisor knows of one child. phase: down, starting, up or stopping. wanted: up, down or again.

    said: it has spoken of its own health in this life.
    """

    __slots__ = ("failures", "given_up", "incarnation", "paused", "phase", "said", "spec", "wanted")

    def __init__(self, spec: ChildSpec | SupervisorSpec) -> None:
        self.spec = spec
        self.phase = "down"
        self.wanted = "down" if spec.absent else "up"
        self.incarnation = 0
        self.failures: tuple[float, ...] = ()
        self.paused = False
        self.given_up = False
        self.said = False

    @property
    def alive(self) -> bool:
        return self.phase != "down"


class Supervisor(Actor):
    """Keeps the children of `spec` alive through `cells`."""

    starts_ready = False

    def __init__(self, spec: SupervisorSpec, cells: Cells) -> None:
        self.spec = spec
        self._cells = cells
        self._children: Mapping[str, _Child] = {child.address: _Child(child) for child in spec.children}
        self._stopping = False
        self._giving_up: str = ""

    def on_start(self) -> None:
        self._drive()

    # -- news of the children

    @handles
    def on_ready(self, message: ChildReady) -> None:
        child = self._current(message.address, message.incarnation)
        if child is None or child.phase != "starting":
            return
        child.phase = "up"
        child.given_up = False
        if not child.said:
            self.tell(SYSTEM, ModuleChanged(message.address, Health.OK))
        self._drive()

    @handles
    def on_ended(self, message: ChildEnded) -> None:
        child = self._current(message.address, message.incarnation)
        if child is None or not child.alive:
            return
        was_stopping = child.phase == "stopping"
        child.phase = "down"
        if not was_stopping:
            self._fell(child, message.failure)
        elif child.wanted == "again":
            child.wanted = "up"
        self._drive()

    @handles
    def on_start_overdue(self, message: StartOverdue) -> None:
        child = self._current(message.address, message.incarnation)
        if child is not None and child.phase == "starting":
            self._cells.kill(message.address, f"not ready after {child.spec.start_timeout:g} s")

    @handles
    def on_stop_overdue(self, message: StopOverdue) -> None:
        child = self._current(message.address, message.incarnation)
        if child is not None and child.phase == "stopping":
            self._cells.kill(message.address, f"did not stop within {child.spec.stop_timeout:g} s")

    @handles
    def on_restart_due(self, message: RestartDue) -> None:
        child = self._children[message.address]
        if child.paused:
            child.paused = False
            self._drive()

    @handles
    def on_health(self, message: HealthChanged) -> None:
        child = self._children.get(message.address)
        if child is not None:
            child.said = True
        self._cells.say(message.address, message.health, message.reason, message.remedy)
        self.tell(SYSTEM, ModuleChanged(message.address, message.health, message.reason))

    # -- requests

    @handles
    def on_restart_child(self, message: RestartChild) -> None:
        child = self._children.get(message.address)
        if child is None or child.spec.absent or self._stopping:
            return
        child.paused = False
        if child.alive:
            child.wanted = "again"
        self._drive()

    @handles
    def on_stop_request(self, message: Stop) -> None:
        self._stop_all()

    # -- decisions

    def _fell(self, child: _Child, failure: Failure | None) -> None:
        """A child ended by itself: decide whether and when it lives again, and who else must go with it."""
        if failure is not None:
            self.tell(SYSTEM, ModuleFailed(child.spec.address, failure.kind, failure.text, self.wall()))
            child.failures = (*recent(child.failures, self.now(), max(self.spec.period, 600.0)), self.now())
        if not self._lives_again(child, failure):
            child.wanted = "down"
            self._cells.retire(child.spec.address)
            return
        if gives_up(child.failures, self.now(), self.spec.intensity, self.spec.period):
            self._give_up(child, failure)
            return
        self._pause(child, pause(child.failures, self.now(), self.spec.backoff, self.random))
        for sibling in self._affected(child):
            if sibling.alive:
                sibling.wanted = "again"

    def _lives_again(self, child: _Child, failure: Failure | None) -> bool:
        if self._stopping or child.wanted == "down":
            return False
        if child.spec.restart is Restart.PERMANENT:
            return True
        return child.spec.restart is Restart.TRANSIENT and failure is not None

    def _affected(self, child: _Child) -> tuple[_Child, ...]:
        children = tuple(self._children.values())
        if self.spec.strategy is Strategy.ONE_FOR_ONE:
            return ()
        if self.spec.strategy is Strategy.ONE_FOR_ALL:
            return tuple(other for other in children if other is not child)
        return children[children.index(child) + 1 :]

    def _give_up(self, child: _Child, failure: Failure | None) -> None:
        what = f"{failure.kind}: {failure.text}" if failure is not None else "it keeps ending"
        reason = f"failed more than {self.spec.intensity} times in {self.spec.period:g} s ({what})"
        if self.spec.on_give_up is OnGiveUp.ESCALATE:
            self._giving_up = f"{child.spec.address} {reason}"
            self._stop_all()
            return
        child.given_up = True
        slow = self.spec.backoff.slow
        self._cells.say(
            child.spec.address, Health.DOWN, f"{reason}; trying again every {slow:g} s", "see the log"
        )
        self._pause(child, slow)

    def _pause(self, child: _Child, seconds: float) -> None:
        child.wanted = "up"
        if seconds > 0:
            child.paused = True
            self.after(seconds, RestartDue(child.spec.address))

    def _stop_all(self) -> None:
        self._stopping = True
        for child in self._children.values():
            child.wanted = "down"
        self._drive()

    # -- one step at a time

    def _drive(self) -> None:
        children = tuple(self._children.values())
        if any(child.phase == "stopping" for child in children):
            return
        for child in reversed(children):
            if child.alive and child.wanted != "up":
                self._halt(child)
                return
        if self._stopping:
            self._finish()
            return
        self._start_children(children)

    def _start_children(self, children: tuple[_Child, ...]) -> None:
        in_order = self.spec.start is Start.IN_ORDER
        for child in children:
            if child.phase == "down" and child.wanted == "up" and not child.paused:
                self._launch(child)
            if in_order and child.wanted == "up" and child.phase != "up" and not child.given_up:
                return
        self.ready()

    def _launch(self, child: _Child) -> None:
        child.phase, child.said = "starting", False
        child.incarnation = self._cells.launch(child.spec.address)
        self.after(child.spec.start_timeout, StartOverdue(child.spec.address, child.incarnation))

    def _halt(self, child: _Child) -> None:
        child.phase = "stopping"
        self._cells.halt(child.spec.address)
        self.after(child.spec.stop_timeout, StopOverdue(child.spec.address, child.incarnation))

    def _finish(self) -> None:
        for child in self._children.values():
            self._cells.retire(child.spec.address)
        if self._giving_up:
            raise GaveUp(self._giving_up)
        self.host.stop()

    def _current(self, address: str, incarnation: int) -> _Child | None:
        child = self._children.get(address)
        return child if child is not None and child.incarnation == incarnation else None
