"""Carries out faults on a simulated world."""

from collections.abc import Callable
from functools import partial

from actors.kernel.message import Envelope
from actors.kernel.protocol.lifecycle import Ping
from actors.speech.messages import SYNTHESIZER
from supervisor.faults.injector import Means
from supervisor.faults.plan import Fault
from supervisor.otp.messages import RestartChild
from supervisor.simulation.nodes.directory import SimulatedDirectory
from supervisor.simulation.nodes.process import SimulatedProcess
from supervisor.simulation.world import SimulatedWorld

__all__ = ["InjectedCrash", "means"]

FLOOD = 3000
LOOP = 0.7
"""Seconds between two crashes of a loop."""

LATE_REPLIES = 2.0
"""Seconds during which answers are sent that are late."""

SKEWS = (-7200.0, -60.0, -1.0, 1.0, 60.0, 7200.0)
"""Seconds by which the wall clock jumps."""


class InjectedCrash(Exception):
    """A handler crashes because the plan says so. (Traces name it: supervisor.replay.compare.FATAL.)"""


def means(world: SimulatedWorld) -> Means:
    """How each kind of fault is carried out in `world`; none finds its target while the power is off."""
    faults = _SimulatedFaults(world)
    return {kind: partial(faults.inject, way) for kind, way in _WAYS.items()}


class _SimulatedFaults:
    def __init__(self, world: SimulatedWorld) -> None:
        self._world = world
        self._scheduler = world.scheduler

    def inject(self, way: "Way", fault: Fault) -> bool:
        return not self._world.waiting_for_power and way(self, fault) is not False

    def _until(self, fault: Fault) -> float:
        return self._scheduler.clock.time + fault.seconds

    # -- actors

    def _arm(self, fault: Fault, what: Callable[[], None]) -> bool:
        """Call `what` before one of the next messages that a handler of the target sends."""
        incarnation = self._world.node.life(fault.target)
        if incarnation is None or not incarnation.running or "send" in vars(incarnation.context):
            return False
        context = incarnation.context
        real, left = context.send, [fault.amount]

        def send(envelope: Envelope) -> None:
            if left[0] > 0 or context.current is None:
                left[0] -= 1
                real(envelope)
                return
            vars(context).pop("send", None)
            what()
            real(envelope)

        context.send = send  # type: ignore[method-assign]
        return True

    def _crash(self, fault: Fault) -> bool:
        def crash() -> None:
            raise InjectedCrash("as planned")

        return self._arm(fault, crash)

    def _crash_loop(self, fault: Fault) -> None:
        until = self._until(fault)

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
            self._world.load.tell(fault.target, Ping())
        return self._kill(fault)

    def _restart(self, fault: Fault) -> None:
        self._world.intensity.asked(fault.target)
        slot = self._world.node.registry.slots[fault.target]
        self._world.node.command(slot.supervisor, RestartChild(fault.target))

    def _flood(self, fault: Fault) -> None:
        for _ in range(FLOOD // 10 * (1 + fault.amount)):
            self._world.load.tell(fault.target, Ping())

    # -- mail

    @property
    def _directory(self) -> SimulatedDirectory:
        self._world.node.directory.faulty = True
        return self._world.node.directory

    def _reorder(self, fault: Fault) -> None:
        self._directory.reordered[fault.target] = self._until(fault)

    def _late(self, fault: Fault) -> None:
        self._directory.late[fault.target] = (self._scheduler.clock.time + LATE_REPLIES, fault.seconds)

    def _lost(self, fault: Fault) -> None:
        self._directory.lost[fault.target] = self._until(fault)

    # -- the environment

    def _full(self, fault: Fault) -> None:
        self._world.disk.full_until = self._until(fault)

    def _slow_disk(self, fault: Fault) -> None:
        self._world.disk.slow_until = self._until(fault)

    def _torn(self, fault: Fault) -> None:
        self._world.disk.cut = 1 + fault.amount % 3

    def _power(self, fault: Fault) -> None:
        self._world.cut_power()

    def _clock(self, fault: Fault) -> None:
        self._scheduler.clock.skew += SKEWS[fault.amount]

    def _unplugged(self, fault: Fault) -> None:
        world, until = self._world, self._until(fault)
        if fault.target == "speaker":
            world.speaker.unplugged_until = until
        elif fault.target == "microphone":
            world.microphone.unplugged_until = until
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


Way = Callable[[_SimulatedFaults, Fault], bool | None]
_WAYS: dict[str, Way] = {
    "crash": _SimulatedFaults._crash,
    "crash loop": _SimulatedFaults._crash_loop,
    "hang": _SimulatedFaults._hang,
    "slow": _SimulatedFaults._hang,
    "kill": _SimulatedFaults._kill,
    "lost node": _SimulatedFaults._lose,
    "group": _SimulatedFaults._kill,
    "lag": _SimulatedFaults._lag,
    "reorder": _SimulatedFaults._reorder,
    "late reply": _SimulatedFaults._late,
    "lost reply": _SimulatedFaults._lost,
    "full disk": _SimulatedFaults._full,
    "slow disk": _SimulatedFaults._slow_disk,
    "torn write": _SimulatedFaults._torn,
    "power cut": _SimulatedFaults._power,
    "clock jump": _SimulatedFaults._clock,
    "unplugged": _SimulatedFaults._unplugged,
    "silent model": _SimulatedFaults._silent,
    "broken model": _SimulatedFaults._broken,
    "reload": _SimulatedFaults._reload,
    "flood": _SimulatedFaults._flood,
    "restart": _SimulatedFaults._restart,
}
