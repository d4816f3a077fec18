"""The domains and the writers of benchmarks/state.py, in threads of this process."""

import queue
import random
import threading
from collections.abc import Mapping
from pathlib import Path
from time import perf_counter

import msgspec
import pykka

from actors.kernel.actor import Actor, AskFailed, Reply, handles
from actors.kernel.directory import Directory
from actors.kernel.incarnation import Ended, Incarnation
from actors.kernel.mailbox import Mailbox
from actors.kernel.message import Message
from actors.kernel.protocol.state import UpdateState
from actors.kernel.protocol.subscription import StateChanged
from actors.kernel.state.domain import DomainActor
from actors.kernel.thread_host import ExternalClient, SystemClock, ThreadHost
from actors.persistence.persistence import Persistence
from config.schema import Performance, Storage

PATIENCE = 120.0
FIELDS = 50
_chance = random.Random(3)


def text(length: int) -> str:
    return "".join(_chance.choices("abcdefghijklmnopqrstuvwxyz ", k=length))


class Notes(msgspec.Struct, frozen=True):
    """A state of some 5 KB."""

    count: int = 0
    fields: Mapping[str, str] = {}


class Nudge(Message):
    """A change in memory."""

    number: int


class Go(Message):
    """Make `updates` changes, `flying` of them at a time."""

    updates: int
    flying: int


class Notebook(DomainActor[Notes]):
    domain = "notebook"

    def __init__(self) -> None:
        super().__init__(Notes(0, {f"field{n}": text(90) for n in range(FIELDS)}))

    @handles
    def on_nudge(self, message: Nudge) -> None:
        self.become(msgspec.structs.replace(self.state, count=message.number), NUDGED)


NUDGED = (("count",),)


class Writer(Actor):
    """Keeps `flying` durable updates in flight; notes how long each took."""

    def __init__(self, done: "queue.SimpleQueue[list[float]]", number: int) -> None:
        self._done = done
        self._number = number

    @handles
    def on_go(self, message: Go) -> None:
        self._left, self._open, self._took = message.updates, 0, []
        for _ in range(min(message.flying, message.updates)):
            self._next()

    def _next(self) -> None:
        self._left -= 1
        self._open += 1
        changes = {
            f"fields/field{(self._left + self._number) % FIELDS}": f"{self._number} {self._left} " + "x" * 80
        }
        update = UpdateState(msgspec.msgpack.encode(changes), durable=True)
        self.ask("notebook", update, then="on_durable", context=perf_counter(), within=PATIENCE)

    def on_durable(self, answer: Reply | AskFailed) -> None:
        if not isinstance(answer, Reply) or type(answer.message).__name__ != "Committed":
            raise RuntimeError(f"not acknowledged: {answer}")
        self._took.append(perf_counter() - answer.context)
        self._open -= 1
        if self._left:
            self._next()
        elif not self._open:
            self._done.put(self._took)


class Subscriber(Actor):
    """Counts the changes that it hears of."""

    def __init__(self) -> None:
        self.heard = 0
        self.last = 0

    @handles
    def on_changed(self, message: StateChanged) -> None:
        self.heard += 1
        self.last = message.version.n


class House:
    """Persistence and the other actors, each in a thread."""

    def __init__(self, home: Path | None, **storage: object) -> None:
        self.directory = Directory()
        self.client = ExternalClient(self.directory)
        self._refs: list[pykka.ActorRef[ThreadHost]] = []
        if home is not None:
            self.start("persistence", Persistence(Storage(**storage), Performance(), home))  # type: ignore[arg-type]

    def start(self, address: str, actor: Actor, capacity: int = 4096) -> None:
        mailbox, ready = Mailbox(capacity), threading.Event()
        self.directory.open(address, mailbox)

        def make(ended: Ended) -> Incarnation:
            return Incarnation(
                actor, address, 1, mailbox, self.directory, SystemClock(), on_end=ended, on_ready=ready.set
            )

        self._refs.append(ThreadHost.start(make, self.client))
        if not ready.wait(PATIENCE):
            raise RuntimeError(f"{address} is not ready")

    def end(self) -> None:
        for ref in reversed(self._refs):
            ref.stop(timeout=PATIENCE)
