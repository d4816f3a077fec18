"""The supervisor: an actor that starts, watches, restarts and stops its children, and never blocks.

It decides; the slots (supervisor/otp/registry.py) act. `_drive` moves the children one step towards what is wanted: it
first stops, last child first, what should be down, and then starts, in order, what should be up.
"""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from actors.kernel.actor import Actor, handles
from actors.kernel.message import Message
from actors.kernel.protocol.lifecycle import Failure, Health, HealthChanged, Stop
from supervisor.otp import messages
from supervisor.otp.children import Child, gives_up, pause, restarted_with, should_restart
from supervisor.otp.relocation import Plan, plan
from supervisor.otp.spec import ChildSpec, OnGiveUp, Restart, Start, SupervisorSpec, with_replicas
from supervisor.otp.tree_diff import Revision, revise

POISON = 2
"""Deaths in a row by one type of message after which that type is reported."""


class Slots(Protocol):
    """What a supervisor can do to its children's slots (supervisor.otp.registry.ActorRegistry)."""

    def launch(self, address: str) -> int: ...
    def halt(self, address: str) -> None: ...
    def kill(self, address: str, why: str, kind: str = "Killed", message: str = "") -> None: ...
    def set_health(self, address: str, health: Health, reason: str, remedy: str) -> None: ...
    def configure_slot(self, spec: ChildSpec) -> None: ...
    def close_slot(self, address: str) -> None: ...
    def remove_slot(self, address: str) -> None: ...
    def revision(self, address: str) -> tuple[SupervisorSpec, SupervisorSpec]: ...


class Observer(NamedTuple):
    """An actor that gets news of all children.

    health: makes the message from an address, its health and the reason.
    failed: makes the message from an address, its failure and the time (epoch seconds).
    """

    address: str
    health: Callable[[str, Health, str], Message]
    failed: Callable[[str, Failure, float], Message]


class Supervisor(Actor):
    """Keeps the children of `spec` alive through `slots`."""

    starts_ready = False

    def __init__(self, spec: SupervisorSpec, slots: Slots, observer: Observer | None = None) -> None:
        self.spec = spec
        self._slots = slots
        self._observer = observer
        self._children = {child.address: Child(child) for child in with_replicas(spec.children)}
        self._stopping = False
        self._giving_up: str = ""

    def on_start(self) -> None:
        self._drive()

    # -- news of the children

    @handles
    def on_ready(self, message: messages.ChildReady) -> None:
        child = self._current(message.address, message.incarnation)
        if child is None or child.phase != "starting":
            return
        child.phase, child.up_since = "up", self.now()
        if not child.health_reported:
            self._tell_health(message.address, Health.OK)
        self._drive()

    @handles
    def on_ended(self, message: messages.ChildEnded) -> None:
        child = self._current(message.address, message.incarnation)
        if child is None or not child.alive:
            return
        was_stopping = child.phase == "stopping"
        child.phase, child.patient = "down", False
        if not was_stopping:
            self._failed(child, message.failure)
        elif child.wanted == "again":
            child.wanted = "up"
        elif not self._stopping and not child.leaving:
            self._slots.close_slot(child.spec.address)
        self._drive()

    @handles
    def on_hung(self, message: messages.ChildHung) -> None:
        if self._current(message.address, message.incarnation) is not None:
            self._slots.kill(message.address, message.why, message.kind, message.message)

    @handles
    def on_start_overdue(self, message: messages.StartOverdue) -> None:
        child = self._current(message.address, message.incarnation)
        if child is not None and child.phase == "starting":
            self._slots.kill(message.address, f"not ready after {child.spec.start_timeout:g} s")

    @handles
    def on_stop_overdue(self, message: messages.StopOverdue) -> None:
        child = self._current(message.address, message.incarnation)
        if child is not None and child.phase == "stopping":
            self._slots.kill(message.address, f"did not stop within {child.stop_timeout:g} s")

    @handles
    def on_restart_due(self, message: messages.RestartDue) -> None:
        child = self._children.get(message.address)
        if child is not None and child.paused:
            child.paused = False
            self._drive()

    @handles
    def on_health(self, message: HealthChanged) -> None:
        child = self._children.get(message.address)
        if child is not None:
            child.health_reported = True
        self._slots.set_health(message.address, message.health, message.reason, message.remedy)
        self._tell_health(message.address, message.health, message.reason)

    # -- requests

    @handles
    def on_restart_child(self, message: messages.RestartChild) -> None:
        child = self._children.get(message.address)
        why = self._refusal(child, message.address)
        self.reply(messages.Declined(why) if why else messages.Accepted())
        if child is None or why:
            return
        self._end_pause(child)
        if child.wanted == "down":
            child.wanted = "up"  # one that had ended for good
        if child.alive:
            child.restart()
        self._drive()

    @handles
    def on_kill_child(self, message: messages.KillChild) -> None:
        child = self._children.get(message.address)
        why = self._refusal(child, message.address)
        if child is not None and not why and not child.alive:
            why = f"{message.address} does not run at the moment"
        self.reply(messages.Declined(why) if why else messages.Accepted())
        if not why:
            self._slots.kill(message.address, "killed on request")

    @handles
    def on_pin_child(self, message: messages.PinChild) -> None:
        child = self._children.get(message.address)
        why = self._refusal(child, message.address)
        found = why or plan(child.spec if child is not None else None, self._specs(), message)
        if not isinstance(found, Plan):
            self.reply(messages.Declined(found))
            return
        self.reply(messages.Accepted())
        self._carry_out(found)
        self._drive()

    @handles
    def on_revise(self, _: messages.Revise) -> None:
        if self._stopping:
            return
        before, after = self._slots.revision(self.spec.address)
        for revision in revise(before.children, after.children):
            self._revise(revision)
        self.spec = after
        self._drive()

    @handles
    def on_stop_request(self, message: Stop) -> None:
        self._stop_all()

    # -- decisions

    def _refusal(self, child: Child | None, address: str) -> str:
        """Why a request for this child is refused; "" if it is not."""
        if child is None or child.leaving:
            return f"{self.spec.address} has no child {address}"
        if child.spec.disabled_reason:
            return f"{address} is off: {child.spec.disabled_reason}"
        return f"{self.spec.address} is stopping" if self._stopping else ""

    def _specs(self) -> tuple[ChildSpec | SupervisorSpec, ...]:
        return tuple(child.spec for child in self._children.values() if not child.leaving)

    def _tell_health(self, address: str, health: Health, reason: str = "") -> None:
        if self._observer is not None:
            self.tell(self._observer.address, self._observer.health(address, health, reason))

    def _failed(self, child: Child, failure: Failure | None) -> None:
        """Decide whether and when a child that ended by itself is restarted, and which siblings with it."""
        now, spec = self.now(), child.spec
        if failure is not None and self._observer is not None:
            self.tell(self._observer.address, self._observer.failed(spec.address, failure, self.wall()))
        if self._stopping or child.wanted == "down" or not should_restart(spec, failure):
            child.wanted = "down"
            self._slots.close_slot(spec.address)
            return
        child.note_failure(failure, now, self.spec.period)
        self._name_poison(child)
        if child.is_given_up(now, self.spec.backoff.reset):
            self._try_slowly(child, failure)
            return
        child.given_up = False
        if gives_up(self.spec, tuple(self._children.values()), child, now):
            self._give_up(child, failure)
            return
        self._wait(child, pause(child.failures, now, self.spec.backoff, self.random))
        for sibling in restarted_with(child, self.spec.strategy, tuple(self._children.values())):
            if sibling.alive:
                # As in OTP: a temporary child that is stopped for a sibling's sake is not started again.
                sibling.wanted = "down" if sibling.spec.restart is Restart.TEMPORARY else "again"

    def _name_poison(self, child: Child) -> None:
        type_, times = child.killer
        if type_ and times >= POISON:
            reason = f"{type_} has killed it {times} times in a row"
            self._slots.set_health(child.spec.address, Health.DOWN, reason, "see `supervisor dead-letters`")

    def _give_up(self, child: Child, failure: Failure | None) -> None:
        if self.spec.on_give_up is OnGiveUp.ESCALATE:
            self._giving_up = f"{child.spec.address} {self._too_often(failure)}"
            self._stop_all()
            return
        child.given_up, child.up_since = True, None
        self._try_slowly(child, failure)

    def _try_slowly(self, child: Child, failure: Failure | None) -> None:
        slow = self.spec.backoff.slow
        reason = f"{self._too_often(failure)}; trying again every {slow:g} s"
        self._slots.set_health(child.spec.address, Health.DOWN, reason, "see the log")
        child.up_since = None
        self._wait(child, slow)

    def _too_often(self, failure: Failure | None) -> str:
        what = f"{failure.kind}: {failure.text}" if failure is not None else "it keeps ending"
        return f"failed more than {self.spec.intensity} times in {self.spec.period:g} s ({what})"

    def _wait(self, child: Child, seconds: float) -> None:
        self._end_pause(child)
        child.wanted = "up"
        if seconds > 0:
            child.paused = True
            child.pause = self.after(seconds, messages.RestartDue(child.spec.address))

    def _end_pause(self, child: Child) -> None:
        child.paused = False
        self.cancel(child.pause)

    def _revise(self, revision: Revision) -> None:
        """Change one child as the configuration asks; one that a person has moved meanwhile stays where it is."""
        child = self._children.get(revision.after.address)
        if child is None or child.leaving or not isinstance(child.spec, ChildSpec):
            return
        if revision.moves:
            wish = messages.PinChild(child.spec.address, revision.after.pin, revision.after.instances)
            if isinstance(found := plan(child.spec, self._specs(), wish), Plan):
                self._carry_out(found)
        was_disabled = bool(child.spec.disabled_reason)
        child.spec = revision.applied(child.spec)
        self._slots.configure_slot(child.spec)
        if was_disabled and not child.spec.disabled_reason:
            child.wanted = "up"
        elif child.spec.disabled_reason:
            self._end_pause(child)
            child.stop()
        elif revision.restarts and child.alive:
            child.restart()

    def _carry_out(self, plan: Plan) -> None:
        """Change where a child and its replicas run. Each moves by an orderly restart and keeps its mail."""
        for spec in plan.changed:
            child = self._children[spec.address]
            child.spec = spec
            self._slots.configure_slot(spec)
            if child.alive and spec.address in plan.moved:
                child.restart()
        for spec in plan.added:
            self._slots.configure_slot(spec)
            known = self._children.get(spec.address)
            if known is None:
                self._children[spec.address] = Child(spec)
            else:  # it was about to leave
                known.spec, known.leaving = spec, False
                known.wanted = "again" if known.alive else "up"
        for address in plan.removed:
            child = self._children[address]
            child.stop()
            child.leaving = True
        order = {spec.address: index for index, spec in enumerate(plan.order)}
        last = len(order)
        self._children = dict(sorted(self._children.items(), key=lambda item: order.get(item[0], last)))

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
        for child in children:
            if child.leaving:
                del self._children[child.spec.address]
                self._slots.remove_slot(child.spec.address)
        if self._stopping:
            self._finish()
            return
        self._start_children(tuple(self._children.values()))

    def _start_children(self, children: tuple[Child, ...]) -> None:
        in_order = self.spec.start is Start.IN_ORDER
        for child in children:
            if child.phase == "down" and child.wanted == "up" and not child.paused:
                self._launch(child)
            if in_order and child.wanted == "up" and child.phase != "up" and not child.given_up:
                return
        self.ready()

    def _launch(self, child: Child) -> None:
        child.phase, child.health_reported = "starting", False
        child.incarnation = self._slots.launch(child.spec.address)
        self.after(child.spec.start_timeout, messages.StartOverdue(child.spec.address, child.incarnation))

    def _halt(self, child: Child) -> None:
        child.phase = "stopping"
        self._slots.halt(child.spec.address)
        self.after(child.stop_timeout, messages.StopOverdue(child.spec.address, child.incarnation))

    def _finish(self) -> None:
        # The children's mailboxes stay: this supervisor may be started again by the one above it.
        if self._giving_up:
            raise messages.GaveUp(self._giving_up)
        self.context.stop()

    def _current(self, address: str, incarnation: int) -> Child | None:
        child = self._children.get(address)
        return child if child is not None and child.incarnation == incarnation else None
