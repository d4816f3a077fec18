"""What goes wrong while a new configuration is put to the vote: one actor refuses it, or dies or hangs over it."""

from collections.abc import Callable, Mapping
from typing import Any

from actors.configuration.messages import CONFIGURATION
from actors.kernel.actor import Actor
from actors.kernel.errors import SectionsUnfit
from supervisor.simulation.world import SimulatedWorld

LATE = 5.0
"""Seconds for which a vote is late: more than actors.configuration.configuration.VOTE_WITHIN."""

Sections = Mapping[str, Any]


class InjectedDeath(BaseException):
    """An actor dies in the middle of its vote: no exception that it could turn into a refusal."""


def spoil(world: SimulatedWorld, address: str, way: int) -> bool:
    """Let the next vote of an actor go wrong in one of six ways. False when it does not run.

    0: it refuses. 1: its preparation fails. 2: it dies. 3: it hangs. 4: it dies when it is to take the new sections
    over. 5: it is ready, and the actor of the configuration dies.
    """
    incarnation = world.node.incarnation(address)
    if incarnation is None or not incarnation.running:
        return False
    if way == 4:
        _replace(incarnation.actor, "commit", _dies)
    elif way == 5:
        _replace(incarnation.actor, "prepare", lambda: world.node.registry.kill(CONFIGURATION, "as planned"))
    else:
        _replace(incarnation.actor, "prepare", (_refuses, _fails, _dies, lambda: _hangs(world, address))[way])
    return True


def _replace(actor: Actor, name: str, then: Callable[[], None]) -> None:
    """Do `then` once, after the actor's own `prepare` or `commit`."""
    if name in vars(actor):
        return

    def once(sections: Sections) -> object:
        vars(actor).pop(name, None)
        result = getattr(actor, name)(sections)
        then()
        return result

    setattr(actor, name, once)


def _refuses() -> None:
    raise SectionsUnfit("not today, as planned")


def _fails() -> None:
    raise ValueError("as planned")


def _dies() -> None:
    raise InjectedDeath("as planned")


def _hangs(world: SimulatedWorld, address: str) -> None:
    world.scheduler.hang(LATE)
    world.held_until_now(address)
