"""Stands at the address of an actor whose plugin cannot be used, and says why."""

from actors.kernel.actor import Actor
from actors.kernel.protocol.lifecycle import Health


class BrokenPlugin(Actor):
    """It is down, and handles nothing. why, remedy: for the owner."""

    def __init__(self, why: str, remedy: str) -> None:
        self._why = why
        self._remedy = remedy

    def on_start(self) -> None:
        self.health(Health.DOWN, self._why, self._remedy)
