"""What a simulated worker process does inside, and what its parent sees of it."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import msgspec

from actors.kernel.actor import Actor
from actors.kernel.directory import DeadLetter, Directory
from actors.kernel.durations import no_counts
from actors.kernel.incarnation import Incarnation
from actors.kernel.mailbox import Mailbox, Put
from actors.kernel.message import Envelope, decode, encode
from actors.kernel.protocol.lifecycle import Failure
from actors.kernel.record import RecordSink
from supervisor.nodes.boot import Boot
from supervisor.nodes.in_flight import BEAT_AT, WINDOW, Shared
from supervisor.nodes.link import FrameType, unpack
from supervisor.nodes.secrets import NO_SECRETS
from supervisor.nodes.worker import DeadMail, EnvelopeAccount
from supervisor.simulation.nodes.line import Line
from supervisor.simulation.nodes.tasks import IncarnationTask, discard
from supervisor.simulation.scheduler import Scheduler

SPAWN = 0.3
"""Seconds on average to spawn a process."""

KILLED = -9


class Uplink(Protocol):
    """The way to whoever started it."""

    def send(self, frame: FrameType, body: bytes = b"") -> None: ...
    def end(self) -> None:
        """Nothing more comes."""


class _Link(Line):
    """The parent's end, as ProcessHandle sees it (supervisor.nodes.link.Link)."""

    def close(self) -> None:
        self.open = False

    def hang_up(self) -> None:
        """No send waits here."""
        self.open = False


class SimulatedWorker:
    """Does in this process what a worker process does (supervisor.nodes.worker, supervisor.nodes.worker_process)."""

    def __init__(
        self,
        scheduler: Scheduler,
        boot: Boot,
        make: Callable[[], Actor],
        recorder: RecordSink,
        sections: Callable[[bytes], Mapping[str, Any]],
    ) -> None:
        self.boot = boot
        self.reveal = NO_SECRETS
        self.pid = 0
        self.place, self.window, self.apart = "process", WINDOW, None
        self.lost = self.refused = ""
        self.exitcode: int | None = None
        self.shared = Shared(bytearray(WINDOW + 1), [0.0, 0.0], no_counts())
        self.link = _Link(scheduler, self.take)
        self.up: Uplink | None = None
        self.incarnation: Incarnation | None = None
        self.task: IncarnationTask | None = None
        self._make = make
        self._recorder = recorder
        self._sections = sections
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
            actor = self._make()
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
            recorder=self._recorder,
            on_ready=self._ready,
            on_end=self._end,
            sections=self._sections,
            around=self._account.around,
        )
        self.incarnation = incarnation
        for body in self._early:
            self.take(FrameType.MAIL, body)
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
            self.up.end()

    def take(self, frame: FrameType, body: bytes) -> None:
        """Take a frame of the parent's."""
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


class LocalChild(SimulatedWorker):
    """A worker on the home's own machine."""

    up: Line | None

    def slow(self, until: float) -> None:
        """The link is slow until then, both ways."""
        self.link.slow_until = until
        if self.up is not None:
            self.up.slow_until = until
