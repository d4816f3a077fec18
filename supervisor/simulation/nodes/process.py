"""The simulated process of a pinned actor: the parent's real code, over a link with latency."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from actors.kernel.actor import Actor
from actors.kernel.directory import Directory
from actors.kernel.incarnation import Ended, Incarnation
from actors.kernel.message import Envelope
from actors.kernel.record import RecordSink
from supervisor.nodes.boot import Boot
from supervisor.nodes.link import FrameType
from supervisor.nodes.process import ProcessHandle
from supervisor.otp.slot import ActorSlot
from supervisor.otp.spec import ChildSpec
from supervisor.simulation.nodes.host import HostedChild, SimulatedHost
from supervisor.simulation.nodes.line import Line
from supervisor.simulation.nodes.tasks import IncarnationTask
from supervisor.simulation.nodes.worker import LocalChild
from supervisor.simulation.scheduler import Scheduler, Task


class SimulatedProcess(ProcessHandle):
    """The parent's side, whose pump is a task instead of a thread."""

    _child: LocalChild | HostedChild  # type: ignore[assignment]

    def __init__(
        self,
        node: "SimulatedProcesses",
        slot: ActorSlot,
        boot: Boot,
        on_ready: Callable[[], None],
        on_end: Ended,
    ) -> None:
        self._scheduler = node.scheduler
        self._pump_task = Task(node.scheduler, f"{slot.address}/pump", self._pump_once)
        child = node.child(slot, boot, self._take, self._wire_ended)
        super().__init__(slot, boot, node.directory, on_ready, on_end, child, node.on_handled)  # type: ignore[arg-type]

    @property
    def beat(self) -> float:
        """A simulated process never freezes outside a handler."""
        return 0.0

    @property
    def task(self) -> IncarnationTask | None:
        """The task of its actor; None while it is being spawned."""
        return self._child.task

    @property
    def incarnation(self) -> Incarnation | None:
        """Its incarnation; None while it is being spawned."""
        return self._child.incarnation

    @property
    def on_a_host(self) -> bool:
        """Whether it runs on another machine."""
        return isinstance(self._child, HostedChild)

    def lag(self, seconds: float) -> None:
        """The link is slow for a while, both ways."""
        self._child.slow(self._scheduler.clock.time + seconds)

    @property
    def in_flight(self) -> tuple[Envelope, ...]:
        """Messages in the process, or on their way to it."""
        self.settle()
        return tuple(self._in_flight._flying.values())

    def _begin(self) -> None:
        self._child.start()
        self._pump_task.wake()

    def _pump_once(self) -> bool:
        in_flight, mailbox = self._in_flight, self._mailbox
        if not self._over and len(mailbox):
            if not in_flight.room and not in_flight.settle():
                in_flight.starve(True)
            else:
                in_flight.starve(False)
                if not self._send_waiting() and in_flight.room:
                    return True
        self._pump_task.queued = False
        if not self._over:
            mailbox.rest(self._knock)
        return False

    def _knock(self) -> bool:
        """Mail was queued. As with threads, its sender may write it to the link itself."""
        if self._scheduler.random() < 0.5 and not self._pump_task.queued and self._express():
            return True
        return self._pump_task.wake()

    def _take(self, frame: FrameType, body: bytes) -> None:
        super()._take(frame, body)
        if frame is FrameType.READY or frame is FrameType.ROOM:
            self._pump_task.wake()

    def _wire_ended(self) -> None:
        """The link is closed, and all that was on it has arrived."""
        self._hang_up()
        self._account()


@dataclass(frozen=True, slots=True)
class SimulatedProcesses:
    """In place of supervisor.nodes.standby_pool.StandbyPool, without standby processes.

    make: the actor of a specification. recorder, sections: of the incarnations (actors.kernel.incarnation).
    hosts: where an actor runs, by address, while that machine is there; here otherwise.
    """

    scheduler: Scheduler
    directory: Directory
    make: Callable[[ChildSpec], Actor]
    on_handled: Callable[[Sequence[Envelope]], None]
    recorder: RecordSink
    sections: Callable[[bytes], Mapping[str, Any]]
    hosts: Mapping[str, SimulatedHost] = field(default_factory=dict)

    def child(
        self,
        slot: ActorSlot,
        boot: Boot,
        take: Callable[[FrameType, bytes], None],
        ended: Callable[[], None],
    ) -> LocalChild | HostedChild:
        """A worker that is not started yet: on its host, or here. take, ended: for what it sends, and at its end."""
        spec = slot.spec
        assert isinstance(spec, ChildSpec)
        made = self.scheduler, boot, lambda: self.make(spec)
        host = self.hosts.get(slot.address)
        if host is not None and host.up:
            return HostedChild(host, *made, self.recorder, self.sections, take, ended)
        child = LocalChild(*made, self.recorder, self.sections)
        child.up = Line(self.scheduler, take, ended)
        return child

    def launch(
        self, slot: ActorSlot, boot: Boot, on_ready: Callable[[], None], on_end: Ended
    ) -> SimulatedProcess:
        """Start an incarnation in a new process."""
        return SimulatedProcess(self, slot, boot, on_ready, on_end)

    def provide(self, boot: Boot) -> None:
        """Nothing is held."""

    def discard(self, address: str) -> None:
        """Nothing is held."""

    def renew(self, boot: Boot) -> None:
        """Nothing is held."""

    def warm(self) -> Mapping[str, int]:
        """There are no standby processes."""
        return {}

    def close(self) -> None:
        """Nothing is held."""
