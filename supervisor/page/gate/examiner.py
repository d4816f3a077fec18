"""Tries passwords: one at a time, since each takes a tenth of a second, and none of whoever tries too often."""

import math
import time

import anyio
import anyio.to_thread

from supervisor.page.gate.attempts import Attempts
from supervisor.page.gate.passwords import Passwords

WAITING = 4
"""How many wait for their turn; the others are sent away."""


class TooOften(Exception):
    """It is tried too often. wait: whole seconds until it may be tried again."""

    def __init__(self, wait: float) -> None:
        super().__init__(f"too many attempts: try again in {math.ceil(wait)} s")
        self.wait = math.ceil(wait)


class Examiner:
    """For the server's event loop only."""

    def __init__(self, passwords: Passwords) -> None:
        self._passwords = passwords
        self._attempts = Attempts()
        self._one = anyio.CapacityLimiter(1)

    @property
    def is_asked(self) -> bool:
        """Whether there is any password to know."""
        return any(self._passwords.has(may_act=may_act) for may_act in (True, False))

    async def role_of(self, address: str, password: str) -> bool | None:
        """Whether who knows the password may act, or may only look; None for a wrong one. Raises TooOften."""
        if not self.is_asked:
            return None
        if self._one.statistics().tasks_waiting >= WAITING:
            raise TooOften(2.0)
        wait = self._attempts.begin(address, time.monotonic())
        if wait:
            raise TooOften(wait)
        role = await anyio.to_thread.run_sync(self._passwords.role_of, password, limiter=self._one)
        if role is not None:
            self._attempts.succeeded(address)
        return role
