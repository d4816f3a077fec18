"""The simulated process of a pinned actor: the parent's real code, over a link with latency."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from actors.kernel.actor import Actor
from actors.kernel.directory import DeadLetter, Directory
from actors.kernel.durations import no_counts
from actors.kernel.incarnation import Ended, Incarnation
from actors.kernel.mailbox import Mailbox, Put
from actors.kernel.message import Envelope, decode, encode
from actors.kernel.protocol.lifecycle import Failure
from actors.kernel.record import RecordSink
from supervisor.nodes.boot import Boot
from supervisor.nodes.in_flight import BEAT_AT, WINDOW, Shared
from supervisor.nodes.link import FrameType, unpack
from supervisor.nodes.process import ProcessHandle
from supervisor.nodes.secrets import NO_SECRETS
from supervisor.nodes.worker import DeadMail, EnvelopeAccount
from supervisor.otp.slot import ActorSlot
from supervisor.otp.spec import ChildSpec
from supervisor.simulation.nodes.tasks import IncarnationTask, discard
from supervisor.simulation.scheduler import Scheduler, Task

SPAWN = 0.3
LATENCY = 0.0003
LAG = 0.2
"""Seconds on average: to spawn a process; and the latency of a frame, usually and while the link is slow."""

KILLED = -9


class Line:
    """One direction of a link, with latency; frames arrive in order. open: False when the other end has closed."""

    def __init__(self, scheduler: Scheduler, take: Callable[[FrameType, bytes], None]) -> None:
        self.open = True
        self.slow_until = 0.0
        self._scheduler = scheduler
        self._dice: random.Random = scheduler.dice
        self._take = take
        self._last = 0.0

    def send(self, frame: FrameType, body: bytes = b"") -> None:
        if self.open:
            self._scheduler.at(self._arrival(), lambda: self._take(frame, body))

    def end(self, call: Callable[[], None]) -> None:
        """Close the line. `call` is called when all sent frames have arrived."""
        self.open = False
        self._scheduler.at(self._arrival(), call)

    def writable(self) -> bool:
        """Whether `send` would not block: not while the link is slow."""
        return self._scheduler.clock.time >= self.slow_until

    def _arrival(self) -> float:
        now = self._scheduler.clock.time
        mean = LAG if now < self.slow_until else LATENCY
        self._last = max(self._last, now + self._dice.expovariate(1.0 / mean))
        return self._last


class _Link(Line):
    """The parent's end, as ProcessHandle sees it (supervisor.nodes.link.Link)."""

    def close(self) -> None:
        self.open = False

    def hang_up(self) -> None:
        """No send waits here."""
        self.open = False


class _Child:
    """Does in this process what a worker process does (supervisor.nodes.worker, supervisor.nodes.worker_process)."""

    def __init__(self, node: "SimulatedProcesses", boot: Boot, spec: ChildSpec) -> None:
        scheduler = node.scheduler
        self.boot = boot
        self.reveal = NO_SECRETS
        self.pid = 0
        self.place, self.window, self.apart = "process", WINDOW, None
        self.lost = self.refused = ""
        self.exitcode: int | None = None
        self.shared = Shared(bytearray(WINDOW + 1), [0.0, 0.0], no_counts())
        self.link = _Link(scheduler, self._take)
        self.up: Line | None = None
        self.ended: Callable[[], None] = lambda: None
        self.incarnation: Incarnation | None = None
        self.task: IncarnationTask | None = None
        self._node = node
        self._spec = spec
        self._scheduler = scheduler
        self._early: list[bytes] = []
        self._directory = Directory(wall=scheduler.clock.wall)
        self._directory.elsewhere = self
        self._directory.dead_letters.announces = False
        self._directory.dead_letters.watch = self._report_dead
        self._mailbox = Mailbox(4 * WINDOW, 2 * WINDOW)
        clock, directory = scheduler.clock, self._directory
        self._account = EnvelopeAccount(self.shared, self, self._mailbox, directory, clock.monotonic)

    # -- for its parent

    def start(self) -> None:
        self.pid = 1
        self._scheduler.after(self._scheduler.dice.uniform(0.5, 1.5) * SPAWN, self._live)

    def kill(self) -> None:
        self._exit(KILLED)

    def join(self, timeout: float | None = None) -> None:
        """Nothing to wait for: it has ended."""

    def release(self) -> None:
        """Nothing to release."""

    def rss(self) -> int:
        return 0

    @property
    def started(self) -> bool:
        return self.pid > 0

    @property
    def alive(self) -> bool:
        return self.exitcode is None

    def ended_within(self, seconds: float) -> bool:
        return not self.alive

    def encoded(self, envelope: Envelope) -> bytes:
        return encode(envelope)

    def received(self, data: bytes) -> Envelope:
        return decode(data)

    buried = received

    # -- inside

    def put(self, envelope: Envelope) -> Put | None:
        """Send mail for other actors to the parent (actors.kernel.directory.Recipient)."""
        self.send(FrameType.MAIL, encode(envelope))
        return None

    def send(self, frame: FrameType, body: bytes = b"") -> None:
        """Send a frame to the parent."""
        if self.up is not None and self.exitcode is None:
            self.up.send(frame, body)

    def _live(self) -> None:
        if self.exitcode is not None:
            return
        boot = self.boot
        try:
            actor = self._node.make(self._spec)
        except Exception as error:
            self._end(Failure(type(error).__name__, str(error)[:500]))
            return
        self._directory.open(boot.address, self._mailbox)
        incarnation = Incarnation(
            actor,
            boot.address,
            boot.incarnation,
            self._mailbox,
            self._directory,
            self._scheduler.clock,
            seed=boot.seed,
            supervisor=boot.supervisor,
            recorder=self._node.recorder,
            on_ready=self._ready,
            on_end=self._end,
            sections=self._node.sections,
            around=self._account.around,
        )
        self.incarnation = incarnation
        for body in self._early:
            self._take(FrameType.MAIL, body)
        self._early.clear()
        self.task = IncarnationTask(self._scheduler, incarnation)
        self.task.start()

    def _ready(self) -> None:
        self.shared.times[BEAT_AT] = self._scheduler.clock.time
        self.send(FrameType.READY)

    def _end(self, failure: Failure | None) -> None:
        self.send(FrameType.ENDED, msgspec.msgpack.encode(failure))
        # The envelope that ended it is marked as done before the process ends.
        self._scheduler.after(0.0, lambda: self._exit(0))

    def _exit(self, code: int) -> None:
        if self.exitcode is not None:
            return
        self.exitcode = code
        if self.incarnation is not None:
            discard(self.incarnation)
        if self.up is not None:
            self.up.end(self.ended)

    def _take(self, frame: FrameType, body: bytes) -> None:
        if self.exitcode is not None or frame is not FrameType.MAIL:
            return
        if self.incarnation is None:
            self._early.append(body)
        else:
            for slot, data in unpack(body):
                self._account.deliver(slot, data)

    def _report_dead(self, letter: DeadLetter) -> None:
        mail = DeadMail(encode(letter.envelope), letter.why, letter.detail, letter.failure)
        self.send(FrameType.DEAD, msgspec.msgpack.encode(mail))


class SimulatedProcess(ProcessHandle):
    """The parent's side, whose pump is a task instead of a thread."""

    _child: _Child  # type: ignore[assignment]

    def __init__(
        self,
        node: "SimulatedProcesses",
        slot: ActorSlot,
        boot: Boot,
        on_ready: Callable[[], None],
        on_end: Ended,
    ) -> None:
        spec, scheduler = slot.spec, node.scheduler
        assert isinstance(spec, ChildSpec)
        self._scheduler = scheduler
        self._pump_task = Task(scheduler, f"{slot.address}/pump", self._pump_once)
        child = _Child(node, boot, spec)
        child.up = self.up = Line(scheduler, self._take)
        child.ended = self._wire_ended
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

    def lag(self, seconds: float) -> None:
        """The link is slow for a while, both ways."""
        until = self._scheduler.clock.time + seconds
        self.up.slow_until = self._child.link.slow_until = until

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
    """

    scheduler: Scheduler
    directory: Directory
    make: Callable[[ChildSpec], Actor]
    on_handled: Callable[[Sequence[Envelope]], None]
    recorder: RecordSink
    sections: Callable[[bytes], Mapping[str, Any]]

    def launch(
        self, slot: ActorSlot, boot: Boot, on_ready: Callable[[], None], on_end: Ended
    ) -> SimulatedProcess:
        """Start an incarnation in a new process."""
        return SimulatedProcess(self, slot, boot, on_ready, on_end)

    def discard(self, address: str) -> None:
        """Nothing is held."""

    def renew(self, boot: Boot) -> None:
        """Nothing is held."""

    def warm(self) -> Mapping[str, int]:
        """There are no standby processes."""
        return {}

    def close(self) -> None:
        """Nothing is held."""
