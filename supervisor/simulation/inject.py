"""Carries out the faults of a plan."""

from collections.abc import Callable
from typing import Any

from actors.kernel.handler_context import HandlerContext
from actors.kernel.message import Envelope
from actors.kernel.protocol.lifecycle import Ping
from actors.speech.messages import SYNTHESIZER
from supervisor.otp.messages import RestartChild
from supervisor.simulation.nodes.process import SimulatedProcess
from supervisor.simulation.plan import Fault
from supervisor.simulation.world import SimulatedWorld

__all__ = ["FaultInjector", "Struck"]

FLOOD = 3000
LOOP = 0.7
"""Seconds between two crashes of a loop."""


class Struck(Exception):
    """What a handler dies of because the plan says so."""


class FaultInjector:
    """done: how many faults of each kind found somebody to strike."""

    def __init__(self, world: SimulatedWorld) -> None:
        self.done: dict[str, int] = {}
        self._world = world
        self._scheduler = world.scheduler

    def schedule(self, fault: Fault) -> None:
        """It happens when its time has come."""
        self._scheduler.schedule_external(fault.at, lambda: self._strike(fault))

    def _strike(self, fault: Fault) -> None:
        if not self._world.waiting_for_power and _WAYS[fault.kind](self, fault) is not False:
            self.done[fault.kind] = self.done.get(fault.kind, 0) + 1

    # -- actors

    def _arm(self, fault: Fault, what: Callable[[], None]) -> bool:
        """At one of the next effects of a handler, and before it takes place, `what` happens."""
        life = self._world.node.life(fault.target)
        if life is None or not life.running or "send" in vars(life.context):
            return False
        context = life.context
        real, left = context.send, [fault.amount]

        def send(envelope: Envelope) -> None:
            if left[0] > 0 or context.current is None:
                left[0] -= 1
                real(envelope)
                return
            _disarm(context)
            what()
            real(envelope)

        context.send = send  # type: ignore[method-assign]
        return True

    def _crash(self, fault: Fault) -> bool:
        def crash() -> None:
            raise Struck("as planned")

        return self._arm(fault, crash)

    def _crash_loop(self, fault: Fault) -> None:
        until = self._scheduler.clock.time + fault.seconds

        def again() -> None:
            if self._scheduler.clock.time < until and not self._world.waiting_for_power:
                self._crash(fault)
                self._scheduler.schedule_external(self._scheduler.clock.time + LOOP, again)

        again()

    def _hang(self, fault: Fault) -> bool:
        def hang() -> None:
            self._scheduler.hang(fault.seconds)
            self._world.held_until_now(fault.target)

        return self._arm(fault, hang)

    def _kill(self, fault: Fault) -> bool:
        slot = self._world.node.registry.slots[fault.target]
        if slot.handle is None:
            return False
        self._world.node.registry.kill(fault.target, "killed as planned")
        return True

    def _lag(self, fault: Fault) -> bool:
        process = self._world.node.registry.slots[fault.target].handle
        if isinstance(process, SimulatedProcess):
            process.lag(fault.seconds)
        return isinstance(process, SimulatedProcess)

    def _lose(self, fault: Fault) -> bool:
        """A process goes, with mail in its hands and on its way to it."""
        for _ in range(fault.amount):
            self._world.people.tell(fault.target, Ping())
        return self._kill(fault)

    def _restart(self, fault: Fault) -> None:
        self._world.intensity.asked(fault.target)
        slot = self._world.node.registry.slots[fault.target]
        self._world.node.command(slot.supervisor, RestartChild(fault.target))

    def _flood(self, fault: Fault) -> None:
        for _ in range(FLOOD // 10 * (1 + fault.amount)):
            self._world.people.tell(fault.target, Ping())

    # -- mail

    def _mail(self, table: dict[str, Any], target: str, value: Any) -> None:
        table[target] = value
        self._world.node.directory.troubled = True

    def _reorder(self, fault: Fault) -> None:
        self._mail(self._world.node.directory.reordered, fault.target, self._until(fault))

    def _late(self, fault: Fault) -> None:
        window = self._scheduler.clock.time + 2.0
        self._mail(self._world.node.directory.late, fault.target, (window, fault.seconds))

    def _lost(self, fault: Fault) -> None:
        self._mail(self._world.node.directory.lost, fault.target, self._until(fault))

    # -- the machine and what is around it

    def _until(self, fault: Fault) -> float:
        return self._scheduler.clock.time + fault.seconds

    def _full(self, fault: Fault) -> None:
        self._world.disk.full_until = self._until(fault)

    def _slow_disk(self, fault: Fault) -> None:
        self._world.disk.slow_until = self._until(fault)

    def _torn(self, fault: Fault) -> None:
        self._world.disk.cut = 1 + fault.amount % 3

    def _power(self, fault: Fault) -> None:
        self._world.cut_power()

    def _clock(self, fault: Fault) -> None:
        self._scheduler.clock.skew += (-7200.0, -60.0, -1.0, 1.0, 60.0, 7200.0)[fault.amount]

    def _unplugged(self, fault: Fault) -> None:
        world, until = self._world, self._until(fault)
        if fault.target == "speaker":
            world.mouth.unplugged_until = until
        elif fault.target == "microphone":
            world.ear.unplugged_until = until
        else:
            world.game.unplugged_until = until

    def _silent(self, fault: Fault) -> None:
        self._world.model.silent_until = self._until(fault)

    def _broken(self, fault: Fault) -> None:
        self._world.model.broken_until = self._until(fault)

    def _reload(self, fault: Fault) -> None:
        if fault.target == "voice":
            self._world.intensity.asked(SYNTHESIZER)
        self._world.source.change(fault.target, self._scheduler.dice)
        self._world.source.saved()


def _disarm(context: HandlerContext) -> None:
    vars(context).pop("send", None)


_WAYS: dict[str, Callable[[FaultInjector, Fault], bool | None]] = {
    "crash": FaultInjector._crash,
    "crash loop": FaultInjector._crash_loop,
    "hang": FaultInjector._hang,
    "slow": FaultInjector._hang,
    "kill": FaultInjector._kill,
    "lost node": FaultInjector._lose,
    "group": FaultInjector._kill,
    "lag": FaultInjector._lag,
    "reorder": FaultInjector._reorder,
    "late reply": FaultInjector._late,
    "lost reply": FaultInjector._lost,
    "full disk": FaultInjector._full,
    "slow disk": FaultInjector._slow_disk,
    "torn write": FaultInjector._torn,
    "power cut": FaultInjector._power,
    "clock jump": FaultInjector._clock,
    "unplugged": FaultInjector._unplugged,
    "silent model": FaultInjector._silent,
    "broken model": FaultInjector._broken,
    "reload": FaultInjector._reload,
    "flood": FaultInjector._flood,
    "restart": FaultInjector._restart,
}
