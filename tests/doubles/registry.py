"""A registry of slots in which nothing runs: its incarnations are played by the test."""

from collections.abc import Callable

from actors.kernel.directory import Directory
from actors.kernel.durations import Counts, no_counts
from actors.kernel.incarnation import Ended
from actors.kernel.message import Envelope
from actors.kernel.protocol.lifecycle import Failure
from actors.kernel.record import Started
from supervisor.otp.registry import ActorRegistry
from supervisor.otp.slot import ActorHandle, ActorSlot
from supervisor.otp.spec import ChildSpec, Strategy, SupervisorSpec
from tests.doubles.virtual_world import Probe


def group_of(*children: ChildSpec | SupervisorSpec, address: str = "root") -> SupervisorSpec:
    """A supervisor's specification."""
    return SupervisorSpec(address, Strategy.ONE_FOR_ONE, children)


class PlayedHandle:
    """An incarnation under the test's control (supervisor.otp.slot.ActorHandle)."""

    pid = 0
    place = "thread"
    handling: Envelope | None = None
    begun: float | None = None
    beat = 0.0
    durations: Counts = tuple(no_counts())

    def __init__(self, on_ready: Callable[[], None], on_end: Ended) -> None:
        self.ready = on_ready
        self.end = on_end
        self.killed: list[str] = []

    def rss(self) -> int:
        return 0

    def kill(self, why: str, kind: str = "Killed", message: str = "") -> None:
        self.killed.append(why)


class PlayedRegistry:
    """registry: the real one. boxes: what its supervisors and actors are sent, where `listen` was asked for."""

    def __init__(self, root: SupervisorSpec) -> None:
        self.directory = Directory()
        self.changed: list[tuple[str, str]] = []
        self.closed: list[str] = []
        self.ends: list[Failure | None] = []
        self.handles: dict[str, PlayedHandle] = {}
        self.registry = ActorRegistry(
            root,
            self.directory,
            self._make,
            None,
            lambda slot: Started(slot.address, slot.incarnation, slot.pin, b"{}", "run", 0.0),
            lambda: 1.0,
            on_change=lambda slot: self.changed.append((slot.address, slot.state)),
            on_close=self.closed.append,
            on_end=self.ends.append,
        )

    def listen(self, address: str) -> Probe:
        """Take the mail of `address`, in place of its mailbox."""
        probe = Probe()
        self.directory.open(address, probe)
        return probe

    def launch(self, *addresses: str) -> None:
        """Launch these, and let them be ready."""
        for address in addresses:
            self.registry.launch(address)
            self.handles[address].ready()

    def _make(self, slot: ActorSlot, on_ready: Callable[[], None], on_end: Ended) -> ActorHandle:
        self.handles[slot.address] = PlayedHandle(on_ready, on_end)
        return self.handles[slot.address]
