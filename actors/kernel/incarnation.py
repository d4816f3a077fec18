"""One incarnation of an actor, without a thread: it handles one envelope at a time.

Every host (a pykka thread, a pinned process, the virtual clock, replay) drives this class, so that an actor behaves
alike in all of them.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, MutableSequence
from typing import Any

from actors.kernel.actor import Actor, AskFailed, Reply
from actors.kernel.asks import AskTimeout, ask_failed
from actors.kernel.checkpoint import taken
from actors.kernel.directory import Directory
from actors.kernel.durations import no_counts
from actors.kernel.errors import InjectedFailure, SectionsUnfit
from actors.kernel.failure import failure_of, from_the_keyboard, hung
from actors.kernel.fence import Fence
from actors.kernel.handler_context import Clock, HandlerContext, perform
from actors.kernel.mailbox import Mailbox
from actors.kernel.message import Envelope, Message
from actors.kernel.protocol.lifecycle import (
    Fail,
    Failure,
    Hang,
    Ping,
    Pong,
    Stop,
    Undelivered,
    WriteCheckpoint,
)
from actors.kernel.protocol.reconfigure import (
    AbortSections,
    CommitSections,
    PrepareSections,
    SectionsReady,
    SectionsRefused,
    SectionsTaken,
)
from actors.kernel.record import Checkpoint, HandlerLog, RecordSink
from actors.vocabulary.type_names import name_of_class

Ended = Callable[[Failure | None], None]
"""Called once, when the incarnation ends: with the failure that killed it, or None after an orderly stop."""
Handle = Callable[[Envelope], bool]
"""Handles one envelope; False when the actor failed."""

_here = threading.local()
log = logging.getLogger(__name__)


def handled_here() -> Envelope | None:
    """The envelope that the actor of this thread is handling; None in other threads, and between two messages."""
    context: HandlerContext | None = getattr(_here, "context", None)
    return context.current if context is not None else None


class Incarnation:
    """Runs `actor` at `address` on `mailbox` until it stops, dies, or is fenced. All methods but `fence` belong to the
    one thread that drives it.

    supervisor: the address told of health. sections: parses the configuration's sections from JSON.
    side_effect: carries out the actor's side effects. around: wraps what handles an envelope.
    preloaded: the actor's `preload` has been run already. handlers: the actor's, by message type.
    durations: counts what was handled by how long it took (actors.kernel.durations); only its thread writes there.
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
        on_ready: Callable[[], None] = lambda: None,
        on_end: Ended = lambda _: None,
        sections: Callable[[bytes], Mapping[str, Any]] = lambda _: {},
        side_effect: Callable[[Callable[[], object]], None] = perform,
        around: Callable[[Handle], Handle] | None = None,
        durations: MutableSequence[int] | None = None,
    ) -> None:
        self.actor = actor
        self.address = address
        self.incarnation = number
        self.mailbox = mailbox
        self.running = True
        self.preloaded = False
        self.is_ready = False
        self.durations = durations if durations is not None else no_counts()
        self.on_fence: Callable[[], None] = lambda: None
        self.fencing = Fence()
        self.context = HandlerContext(
            actor,
            address,
            number,
            mailbox,
            directory,
            clock,
            self.fencing,
            None if recorder is None else HandlerLog(recorder, actor, address, number),
            seed=seed,
            supervisor=supervisor,
            ready=self.ready,
            stop=self.stop,
            side_effect=side_effect,
        )
        self.timers = self.context.timers
        self.handlers: dict[type[Message], Callable[[Any], None]] = {
            message: getattr(actor, name) for message, name in type(actor).handlers().items()
        }
        self.handle: Handle = self._handle if around is None else around(self._handle)
        self._directory = directory
        self._monotonic, self._wall = clock.monotonic, clock.wall
        self._on_ready = on_ready
        self._on_end = on_end
        self._sections = sections
        self._timer_was_last = False
        actor.context = self.context
        for stale in mailbox.withdraw(Stop):
            directory.dead_letter(stale, "late", "it was meant for an earlier incarnation")

    @property
    def current(self) -> Envelope | None:
        """The envelope being handled."""
        return self.context.current

    @property
    def begun(self) -> float:
        """When that began, in monotonic seconds. Read it after `current`."""
        return self.context.began

    @property
    def fenced(self) -> bool:
        """Whether another one has replaced it."""
        return self.fencing.fenced

    # -- driven by the host

    def start(self) -> bool:
        """Call `preload`, unless that is done, and `on_start`. False when one failed: the incarnation is over."""
        context = _here.context = self.context
        failure: Failure | None = None
        try:
            if not self.preloaded:
                self.actor.preload()
            context.began = self._monotonic()
            if context.log is not None:
                context.begin_log(context.log)
            self.actor.on_start()
        except BaseException as error:
            failure = failure_of(error, context.current)
        if context.log is not None and not self.fenced:
            context.log.started(context.began, self._monotonic(), context.wall_then, failure)
        if failure is not None:
            if not self.fenced:
                self._end(failure)
            return False
        if self.actor.starts_ready:
            self.ready()
        return True

    def run(self) -> None:
        """Handle messages until the incarnation ends: the loop of a thread."""
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

    def fence(self, expected: Envelope | None = None, failure: Failure | None = None) -> bool:
        """Refuse whatever this incarnation still sends: another one takes over its mailbox. From any thread.

        What is being handled becomes a dead letter: of `failure`, or because it hung.
        expected: fence only while this is being handled; False if it is not, and when it was fenced before.
        """
        if not self.fencing.close(lambda: self.context.current, expected):
            return False
        self.running = False
        self._on_end = lambda _: None
        hanging = self.fencing.hanging
        if hanging is not None:
            failure = failure or hung(hanging, self._monotonic() - self.begun)
            self.context.record(hanging, failure)
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
            if not self.fencing.over:
                self.actor.on_stop()
        except BaseException as error:
            self._end(failure_of(error, self.context.current))
        else:
            self._end(None)

    def release(self) -> None:
        """Let the actor close what it opened. The host calls it once, last, in the incarnation's thread."""
        try:
            self.actor.release()
        except Exception:
            log.exception("%s: what it had opened could not be closed", self.address)

    # -- inside

    def _handle(self, envelope: Envelope) -> bool:
        """Give one envelope to the actor. A failure ends the incarnation and makes the envelope a dead letter."""
        context, fence, monotonic = self.context, self.fencing, self._monotonic
        # The watchdog reads these two in the other order, and `fence` those two: neither ever blames the wrong message.
        context.began = began = monotonic()
        context.current = envelope
        if fence.fenced:
            self._give_back(envelope)
            return True
        context.turn = envelope.turn
        context.cause = ""
        context.wall_then = 0.0
        log = context.log
        if log is not None:
            context.wall_then = self._wall()
            if log.sent or log.set or log.unset:
                log.begin()
        message = envelope.message
        try:
            handler = self.handlers.get(type(message))
            if handler is not None and not envelope.answers:
                handler(message)
            else:
                self._special(envelope)
        except BaseException as error:  # a SystemExit or a Rust panic, too, is a crash of this actor alone
            self._crash(envelope, error)
            return False
        context.current = None
        ended = monotonic()
        if (micros := (ended - began) * 1e6) < 1.0:
            self.durations[0] += 1
        else:
            self.durations[int(micros * micros).bit_length()] += 1
        if fence.over and not fence.accounts_for(envelope):
            return True
        if log is not None:
            log.handled(envelope, began, ended, context.wall_then)
        return True

    def _handle_due(self, urgent: bool) -> None:
        """Take mail and due timers by turns, so that neither starves the other."""
        if self._timer_was_last and (envelope := self.mailbox.take(urgent)) is not None:
            self._timer_was_last = False
            self.handle(envelope)
            return
        self._timer_was_last = True
        self.handle(self.context.fire())

    def _special(self, envelope: Envelope) -> None:
        message, reply = envelope.message, self.context.reply
        if envelope.answers:
            self._answered(envelope)
        elif isinstance(message, Stop):
            self.stop()
        elif isinstance(message, Ping):
            reply(Pong(self.address, self.incarnation))
        elif isinstance(message, PrepareSections):
            reply(self._prepare(message))
        elif isinstance(message, CommitSections):
            taken = self.actor.commit(self._sections(message.json))
            reply(SectionsTaken(message.version, not taken))
        elif isinstance(message, AbortSections):
            self.actor.abort()
        elif isinstance(message, WriteCheckpoint):
            self._write_checkpoint()
        elif isinstance(message, Hang):
            self.context.side_effect(lambda: time.sleep(message.seconds))  # a replay need not wait
        elif isinstance(message, AskTimeout):
            self.context.settle(message.id, AskFailed("timeout"))
        elif isinstance(message, Fail):
            raise InjectedFailure("as it was told to")
        elif not isinstance(message, Undelivered):
            # Whoever sent it made the mistake: it ends nobody.
            why = f"{type(self.actor).__name__} has no handler for {type(message).__name__}"
            self._directory.dead_letter(envelope, "unhandled", why)

    def _answered(self, envelope: Envelope) -> None:
        message = envelope.message
        if not isinstance(message, Undelivered):
            if not self.context.settle(envelope.answers, Reply(message)):
                self._directory.dead_letter(envelope, "late", "nobody waits for this answer any more")
        elif not self.context.settle(envelope.answers, ask_failed(message)):
            handler = self.handlers.get(Undelivered)
            if handler is not None:
                handler(message)

    def _prepare(self, message: PrepareSections) -> Message:
        try:
            self.actor.prepare(self._sections(message.json))
        except SectionsUnfit as unfit:
            return SectionsRefused(message.version, str(unfit))
        except Exception as error:
            return SectionsRefused(message.version, f"{type(error).__name__} in its preparation")
        return SectionsReady(message.version)

    def _write_checkpoint(self) -> None:
        context = self.context
        if context.log is None or not self.actor.deterministic:
            return
        context.log.append(
            Checkpoint(
                self.address,
                self.incarnation,
                context.wall_then,
                self.is_ready,
                context.next_number,
                context.timers.next_number,
                name_of_class(type(self.actor)) or "",
                context.supervisor,
                context.seed,
                taken(self.actor),
                context.asks.pending,
                context.timers.pending,
            )
        )

    def _drain(self) -> None:
        """Handle what waits now; what comes later is left to the successor, or becomes dead letters."""
        with self.context.suspended():
            for _ in range(len(self.mailbox)):
                envelope = None if self.fencing.over else self.mailbox.take(not self.is_ready)
                if envelope is None:
                    break
                self.handle(envelope)

    def _give_back(self, envelope: Envelope) -> None:
        self.context.current = None
        self.running = False
        if not self.fencing.accounts_for(envelope):
            return
        for left in self.mailbox.restore((envelope,)):
            self._directory.dead_letter(left, "stopped")

    def _crash(self, envelope: Envelope, error: BaseException) -> None:
        failure = failure_of(error, self.context.current)
        self.context.current = None
        if from_the_keyboard(error):
            raise error
        if self.fenced and not self.fencing.accounts_for(envelope):
            return
        self.context.record(envelope, failure)
        self._directory.dead_letter(envelope, "crashed", f"{failure.kind}: {failure.text}", failure)
        self._end(failure)

    def _end(self, failure: Failure | None) -> None:
        if self.fencing.over:
            return
        self.fencing.over = True
        self.running = False
        self.context.end()
        self._on_end(failure)
