"""Actors to be replayed: one that is what it says, and some that reach for the world behind their host's back."""

import os
import random
import threading
import time

import msgspec

from actors.kernel.actor import Actor, AskFailed, Reply, handles
from actors.kernel.message import Message
from actors.kernel.protocol.storage import Version
from actors.vocabulary.type_names import durable


class OneMore(Message):
    """One more."""

    by: int = 1


class HowMany(Message):
    """How many there are."""

    total: int
    luck: float = 0.0


class OracleAsked(Message):
    """Asked of whoever is curious about; answered by HowMany."""


class TallyReminder(Message):
    """A timer's."""


class FailNow(Message):
    """Fail at once."""


@durable("tests.Tallied")
class Tallied(msgspec.Struct, frozen=True):
    total: int = 0
    heard: tuple[str, ...] = ()


@durable("tests.Tally")
class Tally(Actor):
    """Counts, tells, asks, waits, and throws dice, all by its host."""

    deterministic = True

    def __init__(self) -> None:
        self.state = Tallied()
        self.version = Version(1, 0)
        self._timer = 0

    def on_start(self) -> None:
        self.tell("wall", HowMany(0))

    def _become(self, total: int, heard: tuple[str, ...] = ()) -> None:
        self.state = Tallied(total, (*self.state.heard, *heard))
        self.version = Version(1, self.version.n + 1)

    @handles
    def on_count(self, message: OneMore) -> None:
        self._become(self.state.total + message.by)
        self.tell("wall", HowMany(self.state.total, self.random.random()))
        self.cancel(self._timer)
        self._timer = self.after(1.5, TallyReminder())
        self.ask("oracle", OracleAsked(), then="on_answer", context=self.state.total, within=3.0)

    def on_answer(self, answer: Reply | AskFailed) -> None:
        self._become(self.state.total, (f"{type(answer).__name__} {answer.context} at {self.wall():.3f}",))

    @handles
    def on_remind(self, message: TallyReminder) -> None:
        self.tell(self.context.address, OneMore(10))

    @handles
    def on_burst(self, message: FailNow) -> None:
        self.tell("wall", HowMany(-1))
        raise RuntimeError(f"burst at {self.state.total}")


@durable("tests.ByTheClock")
class ByTheClock(Tally):
    def _become(self, total: int, heard: tuple[str, ...] = ()) -> None:
        super()._become(total, heard)
        self.tell("wall", HowMany(time.perf_counter_ns()))


@durable("tests.ByChance")
class ByChance(Tally):
    def _become(self, total: int, heard: tuple[str, ...] = ()) -> None:
        super()._become(total, heard)
        self.tell("wall", HowMany(total, random.random()))


@durable("tests.ByThread")
class ByThread(Tally):
    def _become(self, total: int, heard: tuple[str, ...] = ()) -> None:
        super()._become(total, heard)
        self.tell("wall", HowMany(threading.get_ident()))


@durable("tests.ByProcess")
class ByProcess(Tally):
    def _become(self, total: int, heard: tuple[str, ...] = ()) -> None:
        super()._become(total, heard)
        self.tell("wall", HowMany(os.getpid()))


@durable("tests.ByHash")
class ByHash(Tally):
    def _become(self, total: int, heard: tuple[str, ...] = ()) -> None:
        super()._become(total, heard)
        self.tell("wall", HowMany(hash("the same text")))


@durable("tests.ByAddress")
class ByAddress(Tally):
    def _become(self, total: int, heard: tuple[str, ...] = ()) -> None:
        super()._become(total, heard)
        self.tell("wall", HowMany(id(object)))
