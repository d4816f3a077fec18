"""One run of the simulator: a seed, its faults, a quiet time, the end, and the violations found."""

import time
from collections.abc import Callable, Sequence
from functools import partial

import msgspec

from actors.kernel.record import Record
from supervisor.faults.injector import FaultInjector
from supervisor.faults.plan import Fault
from supervisor.nodes.boot import register_messages
from supervisor.simulation.environment.configuration import is_seeing
from supervisor.simulation.inject import means
from supervisor.simulation.launcher import simulate_launchers
from supervisor.simulation.plan import planned
from supervisor.simulation.world import SimulatedWorld, quiet

QUIET = 150.0
"""Seconds after the faults within which all must recover: longer than slow restarts and ANSWER_WITHIN."""

LAST_WORDS = 10.0
"""Seconds before the end of the quiet time at which the game sends its last datagrams."""

STOP_WITHIN = 30.0


class Outcome(msgspec.Struct, frozen=True):
    """seconds: simulated, with the quiet time; took: real.
    faults: planned; injected: the number of each kind.
    found: violations, a line each.
    """

    seed: int
    length: float
    seconds: float
    took: float
    digest: str
    handled: int
    processes: int
    restarts: int
    faults: tuple[Fault, ...]
    injected: dict[str, int] = msgspec.field(name="struck")
    answers: dict[str, int]
    found: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing was found."""
        return not self.found


def simulate(
    seed: int,
    seconds: float = 60.0,
    faults: Sequence[Fault] | None = None,
    trace: Callable[[Record], None] | None = None,
    *,
    calm: bool = False,
) -> Outcome:
    """Run `seed` for `seconds` of people and faults: those of its plan, or `faults`.

    trace: called with every record. calm: people act less often, for measuring.
    """
    register_messages()
    begun = time.perf_counter()
    plan = planned(seed, seconds) if faults is None else tuple(faults)
    with quiet():
        world = SimulatedWorld(seed, trace)
        injector = FaultInjector(means(world))
        for fault in plan:
            world.scheduler.schedule_external(fault.at, partial(injector.inject, fault))
        world.load.begin(seconds, calm=calm)
        world.strangers.begin(seconds)
        if world.guarded:
            world.owner.begin(seconds)
        if not calm:
            world.listeners.begin(seconds)
            world.onlookers.begin(seconds)
            world.walkers.begin(seconds)
            if is_seeing(seed):
                world.passersby.begin(seconds)
        world.watch()
        world.run(seconds)
        world.run(seconds + QUIET - LAST_WORDS)
        world.load.finish()
        world.run(seconds + QUIET)
        world.settled()
        if not world.stop(STOP_WITHIN):
            world.fault(f"the end: not everything stopped within {STOP_WITHIN:g} s")
        world.close()
        world.faults.extend(simulate_launchers(seed))
        if world.game.held:
            world.fault(f"inputs: still held after the end: {', '.join(sorted(world.game.held))}")
    return Outcome(
        seed=seed,
        length=seconds,
        seconds=world.clock.time,
        took=time.perf_counter() - begun,
        digest=world.digest.text,
        handled=world.digest.handled,
        processes=world.processes,
        restarts=world.restarts,
        faults=plan,
        injected=dict(injector.injected),
        answers=world.load.outcomes,
        found=tuple(world.faults),
    )
