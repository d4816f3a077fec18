"""Which of several connections and sentinels of processes can be read, with what each system has for it."""

import multiprocessing.connection as mpc
import sys
from collections.abc import Callable, Collection, Sequence

from supervisor.connection import Connection

if sys.platform != "win32":
    import select

Wait = Callable[[float | None], Collection[int]]
"""Waits at most so many seconds (None: for ever); the positions of what can be read, or has ended."""


def waiting_for(things: Sequence["Connection | int"]) -> Wait:
    """A wait for `things`: connections, and sentinels of processes."""
    if sys.platform == "win32":

        def wait(timeout: float | None) -> Collection[int]:
            ready = mpc.wait(things, timeout)
            return [position for position, thing in enumerate(things) if thing in ready]

    else:
        # Made once: multiprocessing's `wait` makes a selector at each call.
        poll = select.poll()
        positions = {}
        for position, thing in enumerate(things):
            descriptor = thing if isinstance(thing, int) else thing.fileno()
            positions[descriptor] = position
            poll.register(descriptor, select.POLLIN)

        def wait(timeout: float | None) -> Collection[int]:
            ready = poll.poll(None if timeout is None else max(0.0, timeout) * 1000)
            return [positions[descriptor] for descriptor, _ in ready]

    return wait


def has_room(connection: "Connection") -> Callable[[], bool]:
    """Whether a send of some ten thousand bytes returns at once; always False where the system cannot tell."""
    if sys.platform == "linux":
        # A stream socket counts as writable while three quarters of its buffer (208 KB) are free.
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLOUT)
        return lambda: bool(poll.poll(0))
    else:
        return lambda: False
