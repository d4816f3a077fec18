"""One life of an actor, without a thread: it handles one envelope at a time and carries out the actor's effects.

Every host (a pykka thread, a pinned process, the virtual clock, replay) drives this same class, so that an actor
behaves alike in all of them.
"""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from actors.kernel.actor import Actor, AskFailed
from actors.kernel.asks import AskTimeout
from actors.kernel.directory import Directory
from actors.kernel.errors import SectionsUnfit, Unhandled
from actors.kernel.failure import failure_of, from_the_keyboard, hung
from actors.kernel.handling import Clock, Handling
from actors.kernel.mailbox import Mailbox
from actors.kernel.message import Envelope
from actors.kernel.protocol.lifecycle import Failure, Hang, Ping, Pong, Stop, Undelivered, WriteCheckpoint
from actors.kernel.protocol.reconfigure import (
    AbortSections,
    CommitSections,
    PrepareSections,
    SectionsReady,
    SectionsRefused,
    SectionsTaken,
)
from actors.kernel.record import RecordSink

__all__ = ["Clock", "Ended", "Incarnation", "handled_here"]

Ended = Callable[[Failure | None], None]
"""Called once, when the incarnation is over: with the failure that killed it, or None after an orderly stop."""


_here = threading.local()


def handled_here() -> Envelope | None:
    """The envelope that the actor of this thread is handling; None in any other thread, and between two messages."""
    incarnation: Incarnation | None = getattr(_here, "incarnation", None)
    return incarnation.current if incarnation is not None else None


def _nobody() -> None:
    """Hears what nobody else wants to hear."""


def _no_sections(_: bytes) -> Mapping[str, Any]:
    """Where nobody knows how to read sections there are none."""
    return {}


def _no_end(_: Failure | None) -> None:
    """Hears of an end that has been announced already."""


class Incarnation(Handling):
    """Runs `actor` at `address` on `mailbox` until it stops, dies, or is fenced.

    supervisor: the address told of health. sections: reads the configuration's sections from their JSON.
    preloaded: the actor's `preload` has been run already. on_ready, on_end, on_fence: how the host hears of the
    turning points.
    All methods but `post` and `fence` belong to the one thread that drives it.
    """

    def __init__(
        self,
        actor: Actor,
        address: str,
        number: int,
        mailbox: Mailbox,
        directory: Directory,
        clock: Clock,
        *,
        seed: str = "",
        supervisor: str = "",
        recorder: RecordSink | None = None,
        on_ready: Callable[[], None] = _nobody,
        on_end: Ended = _no_end,
        sections: Callable[[bytes], Mapping[str, Any]] = _no_sections,
    ) -> None:
        super().__init__(actor, address, number, mailbox, directory, clock, seed, supervisor, recorder)
        self.running = True
        self.preloaded = False
        self._fencing = threading.Lock()
        self._hanging: Envelope | None = None
        self.on_fence: Callable[[], None] = _nobody
        self._on_ready = on_ready
        self._on_end = on_end
        self._sections = sections
        self._timer_was_last = False
        actor.context = self
        for stale in mailbox.withdraw(Stop):
            directory.dead_letter(stale, "late", "it was meant for an earlier incarnation")

    # -- life

    def start(self) -> bool:
        """Run `preload`, unless that is done, and `on_start`. False when one failed: the incarnation is over."""
        _here.incarnation = self
        failure: Failure | None = None
        try:
            if not self.preloaded:
                self.actor.preload()
            self._now = self._monotonic()
            if self._recorder is not None:
                self._begin_record()
            self.actor.on_start()
        except BaseException as error:
            failure = failure_of(error, self.current)
        if self._recorder is not None and not self.fenced:
            self._record_start(self._recorder, failure)
        if failure is not None:
            if not self.fenced:
                self._end(failure)
            return False
        if self.actor.starts_ready:
            self.ready()
        return True

    def run(self) -> None:
        """Handle whatever comes, and wait for it, until the life is over: the loop of a thread."""
        mailbox, handle, timers = self.mailbox, self.handle, self.timers.heap
        take, pause = mailbox.take, mailbox.pause
        while self.running:
            if timers or not self.is_ready:
                self.step(None)
            elif (envelope := take()) is not None:
                handle(envelope)
            else:
                pause()
        if self.fenced:
            mailbox.wake()  # the successor's `pause` may have lost its wake-up to ours

    def step(self, timeout: float | None = 0.0) -> bool:
        """Handle the next due timer or envelope; wait up to `timeout` seconds for one. False if there was none."""
        urgent = not self.is_ready
        timers = self.timers.heap
        if timers:
            wait = timers[0][0] - self._monotonic()
            if wait <= 0:
                self._handle_due(urgent)
                return True
            if timeout is None or wait < timeout:
                timeout = wait
        envelope = self.mailbox.take(urgent)
        if envelope is None and timeout != 0.0:
            self.mailbox.pause(timeout, urgent)
            envelope = self.mailbox.take(urgent) if self.running else None
        if envelope is None:
            return False
        self.handle(envelope)
        return True

    def handle(self, envelope: Envelope) -> None:
        """Give one envelope to the actor. A failure ends the incarnation and makes the envelope a dead letter."""
        # The watchdog reads these two in the other order, and `fence` those two: neither ever blames the wrong message.
        self._now = self._monotonic()
        self.current = envelope
        if self.fenced:
            self._give_back(envelope)
            return
        self._turn = envelope.turn
        self._cause = ""
        self._wall = 0.0
        recorder = self._recorder
        if recorder is not None:
            self._begin_record()
        message = envelope.message
        try:
            handler = self._handlers.get(type(message))
            if handler is not None and not envelope.answers:
                handler(message)
            else:
                self._special(envelope)
        except BaseException as error:  # a SystemExit or a Rust panic, too, is a crash of this actor alone
            self._crash(envelope, error)
            return
        self.current = None
        if self.over and not self._accounts_for(envelope):
            return
        if recorder is not None:
            self._record(recorder, envelope, None)

    @property
    def begun(self) -> float:
        """When it began what it handles now, in monotonic seconds. Read it after `current`."""
        return self._now

    def fence(self, expected: Envelope | None = None, failure: Failure | None = None) -> bool:
        """Refuse whatever this incarnation still sends: another one takes over its mailbox. From any thread.

        What is being handled becomes a dead letter, of `failure` where that is given, else because it hung. With
        `expected`, only if that is still it: False if it has ended meanwhile, and when it was fenced before.
        """
        with self._fencing:
            if self.fenced or (expected is not None and self.current is not expected):
                return False
            self.fenced = self.over = True
            hanging = self._hanging = self.current
        self.running = False
        self._on_end = _no_end
        if hanging is not None:
            failure = failure or hung(hanging, self._monotonic() - self._now)
            if self._recorder is not None:
                self._record(self._recorder, hanging, failure)
            why = "hung" if failure.kind == "Hung" else "crashed"
            self._directory.dead_letter(hanging, why, f"{failure.kind}: {failure.text}", failure)
        self.mailbox.wake()
        self.on_fence()
        return True

    def ready(self) -> None:
        if not self.is_ready:
            self.is_ready = True
            self._on_ready()

    def stop(self) -> None:
        if not self.running:
            return
        self.running = False
        try:
            if self.actor.drains_on_stop:
                self._drain()
            if not self.over:
                self.actor.on_stop()
        except BaseException as error:
            self._end(failure_of(error, self.current))
        else:
            self._end(None)

    # -- inside

    def _handle_due(self, urgent: bool) -> None:
        """Mail and due timers take turns, so that neither starves the other."""
        if self._timer_was_last and (envelope := self.mailbox.take(urgent)) is not None:
            self._timer_was_last = False
            self.handle(envelope)
            return
        self._timer_was_last = True
        _, _, message, cause, turn = self.timers.pop()
        sent_at = 0.0 if self._recorder is None else self._monotonic()
        number = next(self._sequence)
        self.handle(
            Envelope(
                self.address, self.incarnation, number, self.address, message, cause, turn, "", False, sent_at
            )
        )

    def _special(self, envelope: Envelope) -> None:
        message = envelope.message
        if envelope.answers:
            self._answered(envelope)
        elif isinstance(message, Stop):
            self.stop()
        elif isinstance(message, Ping):
            self.reply(Pong(self.address, self.incarnation))
        elif isinstance(message, PrepareSections):
            self._prepare(message)
        elif isinstance(message, CommitSections):
            taken = self.actor.commit(self._sections(message.json))
            self.reply(SectionsTaken(message.version, not taken))
        elif isinstance(message, AbortSections):
            self.actor.abort()
        elif isinstance(message, WriteCheckpoint):
            self._write_checkpoint()
        elif isinstance(message, Hang):
            time.sleep(message.seconds)
        elif isinstance(message, AskTimeout):
            self._continue(message.id, AskFailed("timeout"))
        elif not isinstance(message, Undelivered):
            raise Unhandled(
                f"{type(self.actor).__name__} at {self.address} has no handler for {type(message).__name__}"
            )

    def _prepare(self, message: PrepareSections) -> None:
        # Whatever goes wrong here is a no: the actor works on with what it has.
        try:
            self.actor.prepare(self._sections(message.json))
        except SectionsUnfit as unfit:
            self.reply(SectionsRefused(message.version, str(unfit)))
        except Exception as error:
            self.reply(SectionsRefused(message.version, f"{type(error).__name__} in its preparation"))
        else:
            self.reply(SectionsReady(message.version))

    def _drain(self) -> None:
        """Handle what waits now; what comes meanwhile is left to the successor, or to the dead letters."""
        stopping = self.current
        kept = (self._turn, self._cause, self._now, self._wall, self._sent, self._set, self._unset)
        self._sent, self._set, self._unset = [], [], []
        for _ in range(len(self.mailbox)):
            envelope = None if self.over else self.mailbox.take(not self.is_ready)
            if envelope is None:
                break
            self.handle(envelope)
        self.current = stopping
        (self._turn, self._cause, self._now, self._wall, self._sent, self._set, self._unset) = kept

    def _accounts_for(self, envelope: Envelope) -> bool:
        """Whether the handler that has just ended says what became of `envelope`; False when `fence` has said it."""
        with self._fencing:
            return self._hanging is not envelope

    def _give_back(self, envelope: Envelope) -> None:
        self.current = None
        self.running = False
        if not self._accounts_for(envelope):
            return
        for left in self.mailbox.restore((envelope,)):
            self._directory.dead_letter(left, "stopped")

    def _crash(self, envelope: Envelope, error: BaseException) -> None:
        failure = failure_of(error, self.current)
        self.current = None
        if from_the_keyboard(error):
            raise error
        if self.fenced and not self._accounts_for(envelope):
            return
        if self._recorder is not None:
            self._record(self._recorder, envelope, failure)
        self._directory.dead_letter(envelope, "crashed", f"{failure.kind}: {failure.text}", failure)
        self._end(failure)

    def _end(self, failure: Failure | None) -> None:
        if self.over:
            return
        self.over = True
        self.running = False
        self.timers.clear()
        self._pending.clear()
        self._on_end(failure)
