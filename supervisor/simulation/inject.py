"""Injects faults into a simulated world."""

from collections.abc import Callable
from functools import partial

from actors.kernel.message import Envelope
from actors.kernel.protocol.lifecycle import Ping
from actors.kernel.protocol.storage import StateLoaded
from actors.speech.messages import SYNTHESIZER
from supervisor.faults.injector import Means
from supervisor.faults.plan import Fault
from supervisor.otp.messages import RestartChild
from supervisor.simulation.nodes.process import SimulatedProcess
from supervisor.simulation.plan import VOTERS
from supervisor.simulation.votes import spoil
from supervisor.simulation.world import SimulatedWorld

FLOOD = 3000
LOOP = 0.7
"""Seconds between two crashes of a loop."""

LATE_REPLIES = 2.0
"""Seconds during which answers are delayed."""

SKEWS = (-7200.0, -60.0, -1.0, 1.0, 60.0, 7200.0)
"""Seconds by which the wall clock jumps."""


STRIKES_WITHIN = 20.0
"""Seconds within which what is armed strikes, or never: not in the quiet time, in which all must become well. An actor
may send nothing for as long as that, and then the one message that tells the newest value."""

STEADY = 4.0
"""Seconds after which what has left a host comes back."""

WORKS = 1.0
"""Seconds that a handler works, half of them before the machine stands still: less than any handler_timeout."""


class InjectedCrash(Exception):
    """A planned crash of a handler. (Traces contain this name: supervisor.replay.compare.FATAL.)"""


def means(world: SimulatedWorld) -> Means:
    """The function for each kind of fault in `world`; while the power is off, all return False."""
    faults = _SimulatedFaults(world)
    return {kind: partial(faults.inject, way) for kind, way in _WAYS.items()}


class _SimulatedFaults:
    def __init__(self, world: SimulatedWorld) -> None:
        self._world = world
        self._scheduler = world.scheduler
        self._died_of_state: set[str] = set()

    def inject(self, way: "Way", fault: Fault) -> bool:
        return not self._world.waiting_for_power and way(self, fault) is not False

    def _until(self, fault: Fault) -> float:
        return self._scheduler.clock.time + fault.seconds

    # -- actors

    def _arm(self, fault: Fault, what: Callable[[], None]) -> bool:
        """Call `what` before the target's handlers send their next message after `fault.amount` others, if that is
        soon."""
        incarnation = self._world.node.incarnation(fault.target)
        if incarnation is None or not incarnation.running or "send" in vars(incarnation.context):
            return False
        context = incarnation.context
        real, left = context.send, [fault.amount]
        until = self._scheduler.clock.time + STRIKES_WITHIN

        def send(envelope: Envelope) -> None:
            if left[0] > 0 or context.current is None:
                left[0] -= 1
                real(envelope)
                return
            vars(context).pop("send", None)
            if self._scheduler.clock.time <= until:
                what()
            real(envelope)

        context.send = send  # type: ignore[method-assign]
        return True

    def _crash(self, fault: Fault) -> bool:
        def crash() -> None:
            if not self._would_seem_of_state(fault.target):
                raise InjectedCrash("as planned")

        return self._arm(fault, crash)

    def _would_seem_of_state(self, target: str) -> bool:
        """Whether a crash now would be the second over a stored state. Persistence takes that state for one that kills
        and sets it aside into a backup: there are none here, so it would never be read again."""
        incarnation = self._world.node.incarnation(target)
        current = incarnation.context.current if incarnation is not None else None
        if current is None or not isinstance(current.message, StateLoaded):
            return False
        known = target in self._died_of_state
        self._died_of_state.add(target)
        return known

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
        registry = self._world.node.registry
        if registry.slots[fault.target].handle is None:
            return False
        registry.kill(fault.target, "killed as planned")
        return True

    def _lag(self, fault: Fault) -> bool:
        process = self._world.node.registry.slots[fault.target].handle
        if isinstance(process, SimulatedProcess):
            process.lag(fault.seconds)
        return isinstance(process, SimulatedProcess)

    def _part(self, fault: Fault) -> bool:
        return self._world.host.part(fault.seconds, one_way=fault.amount >= 3) and self._back_after(
            fault.seconds
        )

    def _lose_host(self, fault: Fault) -> bool:
        return self._world.host.die(fault.seconds) and self._back_after(fault.seconds)

    def _lose_frame(self, fault: Fault) -> bool:
        return self._world.host.lose_a_frame() and self._back_after(0.0)

    def _back_after(self, seconds: float) -> bool:
        """Move to the host what left it, when it has been there for a while."""

        def back() -> None:
            for address in () if self._world.waiting_for_power else self._world.hosts:
                handle = self._world.node.registry.slots[address].handle
                if isinstance(handle, SimulatedProcess) and not handle.on_a_host and self._world.host.up:
                    self._restart(Fault(0, 0.0, "restart", address))

        self._scheduler.schedule_external(self._scheduler.clock.time + seconds + STEADY, back)
        return True

    def _lose(self, fault: Fault) -> bool:
        """Kill a process that has mail, and to which mail is on its way."""
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

    def _delay_mail(self, fault: Fault) -> None:
        directory, until = self._world.node.directory, self._until(fault)
        directory.faulty = True
        if fault.kind == "reorder":
            directory.reordered[fault.target] = until
        elif fault.kind == "lost reply":
            directory.lost[fault.target] = until
        else:
            directory.late[fault.target] = (self._scheduler.clock.time + LATE_REPLIES, fault.seconds)

    # -- the environment

    def _attack(self, fault: Fault) -> None:
        self._world.load.attack(fault.amount)

    def _torn(self, fault: Fault) -> None:
        self._world.disk.cut = 1 + fault.amount % 3

    def _clock(self, fault: Fault) -> None:
        self._scheduler.clock.skew += SKEWS[fault.amount]

    def _break(self, fault: Fault) -> None:
        """Break a part of the environment until the end of the fault."""
        world, until = self._world, self._until(fault)
        parts = {
            "full disk": (world.disk, "full_until"),
            "slow disk": (world.disk, "slow_until"),
            "silent model": (world.model, "silent_until"),
            "broken model": (world.model, "broken_until"),
            "unplugged": (getattr(world, fault.target, world.game), "unplugged_until"),
        }
        part, name = parts[fault.kind]
        setattr(part, name, until)

    def _suspend(self, fault: Fault) -> bool:
        """Let the machine stand still while a handler of the target is at work."""

        def stand_still() -> None:
            self._scheduler.hang(WORKS / 2)
            self._world.suspend(fault.target, fault.seconds)
            self._scheduler.hang(WORKS / 2)
            self._world.held_until_now(fault.target)

        return self._arm(fault, stand_still)

    def _reload(self, fault: Fault) -> None:
        self._save(fault.target)

    def _save(self, section: str) -> None:
        if section == "voice":
            self._world.intensity.asked(SYNTHESIZER)
        self._world.source.change(section, self._scheduler.dice)
        self._world.source.saved()

    def _vote(self, fault: Fault) -> bool:
        if not spoil(self._world, fault.target, fault.amount):
            return False
        self._save(VOTERS[fault.target])
        return True


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
    "partition": _SimulatedFaults._part,
    "lost host": _SimulatedFaults._lose_host,
    "lost frame": _SimulatedFaults._lose_frame,
    **dict.fromkeys(("reorder", "late reply", "lost reply"), _SimulatedFaults._delay_mail),
    **dict.fromkeys(("full disk", "slow disk", "silent model", "broken model"), _SimulatedFaults._break),
    "unplugged": _SimulatedFaults._break,
    "torn write": _SimulatedFaults._torn,
    "power cut": lambda faults, _: faults._world.cut_power(),
    "clock jump": _SimulatedFaults._clock,
    "reload": _SimulatedFaults._reload,
    "vote": _SimulatedFaults._vote,
    "suspend": _SimulatedFaults._suspend,
    "hostile": _SimulatedFaults._attack,
    "flood": _SimulatedFaults._flood,
    "restart": _SimulatedFaults._restart,
}
