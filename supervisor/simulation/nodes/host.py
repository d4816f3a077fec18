"""A simulated machine that runs workers for the home: its agent, the channels to it, and what parts the two.

The home's side is the real one (supervisor.hosts.placement.remote_child). The wire does here what it promises: frames
arrive once and in order, or the channel ends at both sides, and nothing of it arrives any more.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from actors.kernel.actor import Actor
from actors.kernel.incarnation import Incarnation
from actors.kernel.record import Record, RecordSink
from actors.speech.messages import RECOGNIZER, SYNTHESIZER
from supervisor.hosts.frames import Exit, HostBoot, WorkerReport, packed_fates
from supervisor.hosts.permissions import PERMISSIONS
from supervisor.hosts.placement.mail_gate import MailGate
from supervisor.hosts.placement.remote_child import KILL_WITHIN, RemoteChild
from supervisor.nodes.boot import Boot
from supervisor.nodes.in_flight import BEGUN_AT, STARVING, WINDOW, Fate
from supervisor.nodes.link import FrameType, LinkClosed, unpack
from supervisor.nodes.secrets import NO_SECRETS
from supervisor.simulation.nodes.line import Line
from supervisor.simulation.nodes.tasks import IncarnationTask
from supervisor.simulation.nodes.worker import SimulatedWorker
from supervisor.simulation.scheduler import Scheduler

HOSTS: tuple[str, ...] = (RECOGNIZER, SYNTHESIZER)
"""The addresses that run there, in seeds with a host."""

LOST_AFTER = 3.0
"""Seconds of silence after which either side gives the other up."""

NOTICED = 0.05
"""Seconds at most until a broken connection is noticed."""

BEAT = 0.25
"""Seconds between two looks of the agent at what a quiet worker has done."""


class SimulatedHost:
    """One machine. Its faults: `part`, `die` and `lose_a_frame`."""

    def __init__(self, scheduler: Scheduler, name: str) -> None:
        self.name = name
        self._scheduler = scheduler
        self._channels: list[Channel] = []
        self._away_until = 0.0

    @property
    def up(self) -> bool:
        """Whether the home has a link to it."""
        return self._scheduler.clock.time >= self._away_until

    def open(self, channel: "Channel") -> None:
        """Note a channel that was opened."""
        self._channels = [one for one in self._channels if one.open]
        self._channels.append(channel)

    def part(self, seconds: float, *, one_way: bool) -> bool:
        """Let nothing through for a while: either way, or only to the home. False when nothing runs there."""
        channels, until = self._open(), self._scheduler.clock.time + seconds
        for channel in channels:
            channel.hold(until, one_way=one_way)
            if seconds >= LOST_AFTER:
                channel.end_soon(LOST_AFTER, f"silent for {LOST_AFTER:g} s")
        if seconds >= LOST_AFTER:
            self._away_until = until
        return bool(channels)

    def die(self, seconds: float) -> bool:
        """End the machine and all that runs there, and start it again after a while."""
        channels = self._open()
        self._away_until = self._scheduler.clock.time + seconds
        for channel in channels:
            channel.kill_worker()
            channel.end_soon(0.0, "its connection has ended")
        return bool(channels)

    def lose_a_frame(self) -> bool:
        """Break the order of one channel, as a wire that loses something: the next number is not the expected one."""
        channels = self._open()
        if channels:
            self._scheduler.dice.choice(channels).end_soon(0.0, "a gap in the sequence")
        return bool(channels)

    def discard(self) -> None:
        """End every worker: the home has lost its power, and nothing more is asked for."""
        for channel in self._channels:
            channel.kill_worker()
        self._channels.clear()

    def _open(self) -> "list[Channel]":
        return [one for one in self._channels if one.open]


class Channel:
    """What runs between a home and one worker (supervisor.nodes.link.Link, the home's end), and the agent's relay at
    the other end of it (supervisor.hosts.agent.relay)."""

    def __init__(
        self,
        scheduler: Scheduler,
        worker: SimulatedWorker,
        take: Callable[[FrameType, bytes], None],
        lost: Callable[[str], None],
    ) -> None:
        self.open = True
        self._scheduler = scheduler
        self._worker = worker
        self._lost = lost
        worker.up = _Relay(self)
        self._down = Line(scheduler, self._from_home)
        self._up = Line(scheduler, take)
        self._told = bytearray(WINDOW)

    # -- the home's end

    def send(self, frame: FrameType, body: bytes = b"") -> None:
        if not self.open:
            raise LinkClosed("the channel has ended")
        self._down.send(frame, body)

    def receive(self) -> tuple[FrameType, bytes]:
        raise NotImplementedError("frames are handed over as they arrive")

    def writable(self) -> bool:
        return self._down.writable()

    def hang_up(self) -> None:
        self._scheduler.after(NOTICED, self.kill_worker)
        self._end("it was hung up")

    def close(self) -> None:
        """Let go of it, and have the host do so. One that is lost ends as soon as the host notices."""
        if self.open:
            self.open = False
            self._down.cut = self._up.cut = True
            self.kill_worker()

    # -- what happens to it

    def slow(self, until: float) -> None:
        """Let frames take long, both ways."""
        self._down.slow_until = self._up.slow_until = until

    def hold(self, until: float, *, one_way: bool) -> None:
        """Let nothing through until then, both ways or only to the home."""
        for line in (self._up,) if one_way else (self._up, self._down):
            line.held_until = max(line.held_until, until)

    def end_soon(self, after: float, why: str) -> None:
        """End it at both sides, each as soon as it notices: for a while the worker goes on for nobody."""
        dice = self._scheduler.dice
        self._scheduler.after(after + dice.uniform(0.0, NOTICED), lambda: self._end(why))
        self._scheduler.after(after + dice.uniform(0.0, NOTICED), self.kill_worker)

    def kill_worker(self) -> None:
        """End the worker at once."""
        self._worker.kill()

    def _end(self, why: str) -> None:
        if self.open:
            self.open = False
            self._down.cut = self._up.cut = True
            self._lost(why)

    # -- the host's end

    def _from_home(self, frame: FrameType, body: bytes) -> None:
        if frame is FrameType.BOOT:
            self._worker.start()
            self._scheduler.after(BEAT, self._beat)
        elif frame is FrameType.KILL:
            self._worker.kill()
        else:
            if frame is FrameType.MAIL:
                for slot, _ in unpack(body):
                    self._worker.shared.fates[slot] = self._told[slot] = Fate.SENT
                self._worker.shared.fates[STARVING] = 1
            self._worker.take(frame, body)

    def from_worker(self, frame: FrameType, body: bytes = b"") -> None:
        """Carry a frame to the home; what became of its mail instead of ROOM."""
        if frame is FrameType.ROOM:
            self._report()
        else:
            self._up.send(frame, body)

    def worker_ended(self) -> None:
        """Tell the home what it had done, then how it ended."""
        self._report()
        self._up.send(FrameType.EXITED, msgspec.msgpack.encode(Exit(self._worker.exitcode)))

    def _beat(self) -> None:
        if self.open and self._worker.exitcode is None:
            self._report()
            self._scheduler.after(BEAT, self._beat)

    def _report(self) -> None:
        shared, now = self._worker.shared, self._scheduler.clock.time
        shared.fates[STARVING] = 1
        news = [
            (slot, shared.fates[slot]) for slot in range(WINDOW) if shared.fates[slot] != self._told[slot]
        ]
        for slot, fate in news:
            self._told[slot] = fate
        if news:
            begun = shared.times[BEGUN_AT]
            report = WorkerReport(packed_fates(news), now - begun if begun else -1.0)
            self._up.send(FrameType.FATES, msgspec.msgpack.encode(report))


class _Relay:
    """The worker's way to the agent."""

    def __init__(self, channel: Channel) -> None:
        self.send = channel.from_worker
        self.end = channel.worker_ended


class HostedChild(RemoteChild):
    """The real account of a worker on a simulated host, without threads.

    tell: called with what the handle is to hear. ended: called when nothing more comes."""

    def __init__(
        self,
        host: SimulatedHost,
        scheduler: Scheduler,
        boot: Boot,
        make: Callable[[], Actor],
        recorder: RecordSink,
        sections: Callable[[bytes], Mapping[str, Any]],
        tell: Callable[[FrameType, bytes], None],
        ended: Callable[[], None],
    ) -> None:
        gate = MailGate(boot, PERMISSIONS[boot.address.partition("/")[0]])
        super().__init__(
            boot,
            NO_SECRETS,
            host.name,
            self._opened,
            HostBoot(boot, ""),
            gate,
            monotonic=scheduler.clock.monotonic,
        )
        self._scheduler = scheduler
        self._machine = host
        self._tell = tell
        self._ended = ended
        self._worker = SimulatedWorker(scheduler, boot, make, _UntilLost(recorder, self), sections)
        self.channel = Channel(scheduler, self._worker, self._arrived, self._gave_up)

    @property
    def task(self) -> IncarnationTask | None:
        return self._worker.task

    @property
    def incarnation(self) -> Incarnation | None:
        return self._worker.incarnation

    def kill(self) -> None:
        self._killed = True
        if self.channel.open:
            self.channel.send(FrameType.KILL)
            self._scheduler.after(KILL_WITHIN, self.channel.hang_up)

    def slow(self, until: float) -> None:
        """The link is slow until then, both ways."""
        self.channel.slow(until)

    def _opened(self) -> Channel:
        self._machine.open(self.channel)
        return self.channel

    def _arrived(self, frame: FrameType, body: bytes) -> None:
        try:
            told = self.took(frame, body)
        except LinkClosed:
            self.channel.close()
            self._ended()
            return
        if told is not None:
            self._tell(told, b"" if told is FrameType.ROOM else body)

    def _gave_up(self, why: str) -> None:
        self.end(why)
        self._ended()


class _UntilLost:
    """Records what a worker does, until its home has given it up: what it does for nobody is checked by nobody."""

    def __init__(self, recorder: RecordSink, child: HostedChild) -> None:
        self._recorder = recorder
        self._child = child

    def append(self, record: Record) -> None:
        if not self._child.lost:
            self._recorder.append(record)
