"""A process that runs one incarnation, as its handle and the standby pool need it: here, or on another machine."""

from collections.abc import Callable
from typing import Protocol

from actors.kernel.message import Envelope
from supervisor.nodes.boot import Boot
from supervisor.nodes.in_flight import Shared
from supervisor.nodes.link import Link
from supervisor.nodes.secrets import Reveal


class Apart(Protocol):
    """Envelopes that go another way than the rest: those with a picture (supervisor.hosts.placement.pictures).

    Any thread may call `takes`; `enter` gives an envelope a slot, None when there is no room."""

    def begin(self, enter: Callable[[Envelope], int | None]) -> None: ...
    def takes(self, envelope: Envelope) -> bool:
        """Whether it goes this way; then it is taken."""

    def end(self) -> tuple[Envelope, ...]:
        """Send nothing more; what was taken and never sent."""


class Child(Protocol):
    """`start` blocks until it runs and raises OSError; `kill` may be called at any time, from any thread.

    pid: 0 where it has none here. place: `process`, or `host:NAME`. window: most envelopes in flight to it.
    exitcode: as in multiprocessing; None while it runs, and when `lost`."""

    @property
    def boot(self) -> Boot: ...
    @property
    def reveal(self) -> Reveal: ...
    @property
    def shared(self) -> Shared: ...
    @property
    def pid(self) -> int: ...
    @property
    def place(self) -> str: ...
    @property
    def window(self) -> int: ...
    @property
    def apart(self) -> Apart | None: ...
    @property
    def link(self) -> Link: ...
    @property
    def started(self) -> bool: ...
    @property
    def alive(self) -> bool: ...
    @property
    def exitcode(self) -> int | None: ...
    @property
    def lost(self) -> str:
        """Why nobody knows what became of it and of what was in flight; "" unless its machine was lost."""

    @property
    def refused(self) -> str:
        """Why its machine would not run it; "" if it did."""

    def start(self) -> None: ...
    def kill(self) -> None: ...
    def join(self, timeout: float | None = None) -> None:
        """Wait for its end."""

    def ended_within(self, seconds: float) -> bool:
        """While it stands by, wait until it ends or does something, or for about so long: whether it has ended."""

    def release(self) -> None:
        """Free what it holds, after its end."""

    def rss(self) -> int: ...
    def encoded(self, envelope: Envelope) -> bytes:
        """As it goes onto the wire. Raises what the codec raises."""

    def received(self, data: bytes) -> Envelope:
        """What the child has sent. Raises MessageError, also for what it may not send."""

    def buried(self, data: bytes) -> Envelope:
        """Like `received`, for what has become a dead letter in the child."""


MakeChild = Callable[[Boot, Reveal], Child]
