"""One run of the simulator: a seed, its faults, a peace after them, the end, and what was found."""

import time
from collections.abc import Callable, Sequence

import msgspec

from actors.kernel.record import Record
from supervisor.nodes.boot import register_messages
from supervisor.simulation.inject import FaultInjector
from supervisor.simulation.plan import Fault, plan
from supervisor.simulation.world import SimulatedWorld, quiet, unrest

__all__ = ["Outcome", "simulate"]

PEACE = 150.0
"""Seconds after the faults in which all must be well again: slow restarts, and the patience of people, fit in."""

STOP_WITHIN = 30.0


class Outcome(msgspec.Struct, frozen=True):
    """seconds: simulated, faults and peace. took: real seconds. faults: what was done. found: what must not be."""

    seed: int
    length: float
    seconds: float
    took: float
    digest: str
    handled: int
    processes: int
    restarts: int
    faults: tuple[Fault, ...]
    struck: dict[str, int]
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
    """Run `seed` for `seconds` of people and faults; with other `faults` than those of its plan, where given.

    trace: told of every record. calm: with people who take their time, for measuring.
    """
    register_messages()
    begun = time.perf_counter()
    chosen = plan(seed, seconds) if faults is None else tuple(faults)
    with quiet():
        world = SimulatedWorld(seed, trace)
        striker = FaultInjector(world)
        for fault in chosen:
            striker.schedule(fault)
        world.people.begin(seconds, calm=calm)
        world.watch()
        world.run(seconds)
        world.run(seconds + PEACE)
        for one in unrest(world):
            world.fault(f"peace: {one.address} is still {one.state}")
        if not world.stop(STOP_WITHIN):
            world.fault(f"the end: not everything stopped within {STOP_WITHIN:g} s")
        world.close()
        if world.game.held:
            world.fault(f"inputs: still held after the end: {', '.join(sorted(world.game.held))}")
    return Outcome(
        seed,
        seconds,
        world.clock.time,
        time.perf_counter() - begun,
        world.digest.text,
        world.digest.handled,
        world.processes,
        world.restarts,
        chosen,
        striker.done,
        world.people.outcomes,
        tuple(world.faults),
    )
