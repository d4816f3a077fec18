"""Gerald's stored state beside SQLite and raw LMDB, and what storing costs the other actors.

`python benchmarks/state.py [--rounds 5] [--json]` measures, in turn in each round: durable updates of a 5 KB state that
eight writers have acknowledged, against SQLite (WAL, synchronous FULL, one commit each, eight threads) and against raw
LMDB with a hundred puts a transaction; how long an acknowledgement takes while eight writers have one update in flight
each, against one raw LMDB commit, 99th percentile against 99th percentile; updates in memory with two subscribers,
against the kernel's tell; a start with 10,000 changes; and for how long a snapshot of 10,000 people delays another
actor. Exits 1 when a bar is missed.
"""

import argparse
import json
import queue
import shutil
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from time import perf_counter

import lmdb
import msgspec

sys.path.insert(0, str(Path(__file__).parents[1]))

from actors.kernel.actor import Actor, handles
from actors.kernel.message import Asker, Message
from actors.kernel.protocol.storage import LoadState, SnapshotWanted, StateLoaded
from actors.persistence.open_store import open_store
from actors.persistence.requests import StoreRequest
from actors.persistence.write_behind import WriteBehind
from actors.users.state import UsersState, UserState
from actors.users.users import Users
from actors.vocabulary.values import Interaction
from benchmarks._peers import percentile
from benchmarks._report import Figure, Report, as_ratio
from benchmarks._state_actors import Go, House, Notebook, Nudge, Subscriber, Writer, text
from benchmarks.kernel import Ours, tell_rate
from config.schema import Bot, Memory, Storage
from supervisor.nodes.process_setup import take_short_turns

PATIENCE = 120.0
WRITERS, UPDATES, FLYING = 8, 2_000, 100
PEOPLE, PERSON = 10_000, 2_000


def durable(home: Path, updates: int, flying: int) -> tuple[float, list[float]]:
    """Acknowledged updates per second, and the seconds that each took."""
    house = House(home)
    house.start("notebook", Notebook(), capacity=WRITERS * FLYING * 2)
    done: queue.SimpleQueue[list[float]] = queue.SimpleQueue()
    for number in range(WRITERS):
        house.start(f"writer{number}", Writer(done, number))
    begun = perf_counter()
    for number in range(WRITERS):
        house.client.tell(f"writer{number}", Go(updates, flying))
    took = [one for _ in range(WRITERS) for one in done.get(timeout=PATIENCE)]
    seconds = perf_counter() - begun
    house.end()
    return len(took) / seconds, took


def sqlite(folder: Path, updates: int) -> float:
    """Commits per second: eight threads, each with a connection and one commit per 5 KB row."""
    path = folder / "peer.sqlite"
    first = sqlite3.connect(path)
    first.execute("pragma journal_mode=wal")
    first.execute("create table states (name text primary key, state blob)")
    first.commit()
    row = text(5000).encode()

    def write(number: int) -> None:
        one = sqlite3.connect(path, timeout=PATIENCE)
        one.execute("pragma synchronous=full")
        for _ in range(updates):
            with one:
                one.execute("insert or replace into states values (?, ?)", (f"s{number}", row))
        one.close()

    seconds = _in_threads(write)
    first.close()
    return WRITERS * updates / seconds


def raw_lmdb(folder: Path, puts: int, each: int) -> tuple[float, list[float]]:
    """5 KB puts per second, `each` in one synced transaction; and what each transaction took."""
    row, took = text(5000).encode(), []
    with lmdb.open(str(folder / "peer.lmdb"), map_size=2**30) as environment:
        begun = perf_counter()
        for first in range(0, puts, each):
            start = perf_counter()
            with environment.begin(write=True) as txn:
                for number in range(first, first + each):
                    txn.put(f"s{number % 1000}".encode(), row)
            took.append(perf_counter() - start)
        seconds = perf_counter() - begun
    return puts / seconds, took


def _in_threads(write: object) -> float:
    threads = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]  # type: ignore[arg-type]
    begun = perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return perf_counter() - begun


# -- in memory


def in_memory(home: Path, updates: int) -> float:
    """Updates per second, until the last one is made and both subscribers have heard of it."""
    house = House(home, snapshot_interval=3600.0)
    notebook, subscribers = Memorized(), (Subscriber(), Subscriber())
    house.start("conversation", notebook, capacity=updates + 10)
    for number, subscriber in enumerate(subscribers):
        house.start(f"subscriber{number}", subscriber)
        house.client.tell("conversation", Subscribed(f"subscriber{number}"))
    begun = perf_counter()
    for number in range(1, updates + 1):
        house.client.tell("conversation", Nudge(number))
    end = updates + len(subscribers)
    while any(subscriber.last < end for subscriber in subscribers):
        time.sleep(0.0005)
    seconds = perf_counter() - begun
    house.end()
    return updates / seconds


def tells(messages: int) -> float:
    """The kernel's tells per second, from one thread to one actor."""
    peer = Ours(messages + 10)
    rate = tell_rate(peer, messages, 1)
    peer.end()
    return rate


class Subscribed(Message):
    """Let the notebook send a message."""

    address: str


class Memorized(Notebook):
    domain = "conversation"

    @handles
    def on_subscribed(self, message: Subscribed) -> None:
        from actors.kernel.state.document import Subscription

        self.subscriptions = (*self.subscriptions, Subscription(message.address))
        self._moved([("subscriptions",)])


# -- a start, and a snapshot


def start(home: Path) -> float:
    """Seconds until a domain with 10,000 changes since its snapshot is loaded."""
    from actors.kernel.protocol.storage import SaveChange, SaveSnapshot, Version
    from actors.kernel.state.document import Document, restored
    from actors.kernel.state.patch import difference, pack
    from benchmarks._state_actors import Notes

    storage = Storage(snapshot_changes=10_000)
    write_behind = WriteBehind(open_store(storage, home), storage)
    state = Notebook().state
    asker = Asker("notebook", "1")
    snapshot = SaveSnapshot("notebook", 1, Version(1, 1), 0, 1, msgspec.msgpack.encode(Document(state)))
    requests = [StoreRequest(LoadState("notebook"), asker), StoreRequest(snapshot, asker)]
    for n in range(1, 10_000):
        fields = {**state.fields, f"field{n % 50}": text(80)}
        new = msgspec.structs.replace(state, count=n, fields=fields)
        patch = pack(difference(Document(state), Document(new)))
        requests.append(
            StoreRequest(SaveChange("notebook", 1, Version(1, n), Version(1, n + 1), patch), asker)
        )
        state = new
    for first in range(0, len(requests), 500):
        write_behind.work(requests[first : first + 500])
    write_behind.close()
    again = WriteBehind(open_store(storage, home), storage)
    begun = perf_counter()
    (outcome, *_) = again.work((StoreRequest(LoadState("notebook"), asker),))
    loaded = outcome.message
    assert isinstance(loaded, StateLoaded)
    changes = ((change.schema, change.patch) for change in loaded.changes)
    found = restored(Document(Notes()), loaded.parts, changes)
    seconds = perf_counter() - begun
    if found.document.state != state or len(loaded.changes) != 9_999:
        raise RuntimeError("not what was written")
    again.close()
    return seconds


class Beat(Message):
    """The bystander's reminder to itself."""


class Bystander(Actor):
    """Sets a timer of a millisecond repeatedly, and notes how late it fires."""

    def __init__(self) -> None:
        self.late: list[float] = []
        self._due = 0.0

    def on_start(self) -> None:
        self._due = perf_counter() + 0.001
        self.after(0.001, Beat())

    @handles
    def on_beat(self, message: Beat) -> None:
        now = perf_counter()
        self.late.append(now - self._due)
        self._due = perf_counter() + 0.001
        self.after(0.001, Beat())


def whole_copy(home: Path, people: int) -> tuple[float, float]:
    """A bystander's longest delay while the snapshot is made and written, and without one."""
    users = Users(Bot(), Memory())
    users.state = UsersState({f"usr_{n}": _person(n) for n in range(people)})
    house = House(home, map_size=2**28)
    bystander = Bystander()
    house.start("users", users)
    house.start("bystander", bystander)
    time.sleep(0.5)
    peace, bystander.late = max(bystander.late), []
    house.client.tell("users", SnapshotWanted("users"))
    deadline = perf_counter() + PATIENCE
    folder = home / "data" / "state" / "users"
    while not list(folder.glob("*.state")) and perf_counter() < deadline:
        time.sleep(0.01)
    time.sleep(0.2)
    late = max(bystander.late)
    house.end()
    return late, peace


def _person(n: int) -> UserState:
    history = tuple(
        Interaction("talk", f"P{n}", f"{n} {i} " + "w" * 150, float(i)) for i in range(PERSON // 200)
    )
    return UserState(f"usr_{n}", f"Person {n}", 0.5, history)


# -- all of it


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    figures: dict[str, list[float]] = {}
    take_short_turns()  # as all processes of ours do

    def note(name: str, value: float) -> None:
        figures.setdefault(name, []).append(value)

    for number in range(arguments.rounds):
        folder = Path(tempfile.mkdtemp(prefix="gerald-bench-", dir=Path(__file__).parents[1] / "data"))
        try:
            rate, _ = durable(folder / "a", UPDATES, FLYING)
            note("durable", rate)
            note("sqlite", sqlite(folder, 400))
            note("lmdb", raw_lmdb(folder, 10_000, 100)[0])
            _, took = durable(folder / "b", 200, 1)
            note("ack p50", percentile(took, 0.5))
            note("ack p99", percentile(took, 0.99))
            commits = raw_lmdb(folder, 1_000, 1)[1]
            note("commit p50", percentile(commits, 0.5))
            note("commit p99", percentile(commits, 0.99))
            note("memory", in_memory(folder / "c", 50_000))
            note("tell", tells(200_000))
            note("start", start(folder / "d"))
            late, peace = whole_copy(folder / "e", arguments.people)
            note("held up", late)
            note("peace", peace)
        finally:
            shutil.rmtree(folder)
        if not arguments.json:
            print(f"round {number + 1} of {arguments.rounds}", file=sys.stderr)
    return report({name: statistics.median(values) for name, values in figures.items()}, arguments.json)


def report(m: dict[str, float], as_json: bool) -> int:
    ms = {name: value * 1e3 for name, value in m.items()}
    found = Report()
    for figure in (
        Figure("durable updates, 8 writers", m["durable"], "/s", "SQLite WAL FULL", m["sqlite"], at_least=5),
        Figure("durable updates, 8 writers", m["durable"], "/s", "LMDB, 100 a txn", m["lmdb"], at_least=0.25),
        Figure("acknowledged, p99", ms["ack p99"], "ms", "one LMDB commit", ms["commit p99"], at_most=5),
        Figure("in memory, 2 subscribers", m["memory"], "/s", "kernel's tell", m["tell"], at_least=0.25),
        Figure("start, 10,000 changes", ms["start"], "ms", at_most=100),
        Figure("held up by a snapshot", ms["held up"], "ms", at_most=20),
    ):
        found.add(figure)
        if not as_json:
            ratio = "" if figure.ratio is None else as_ratio(figure.ratio)
            theirs = "" if figure.theirs is None else f"{figure.theirs:,.2f}"
            ours = f"{figure.ours:,.2f} {figure.unit:<3}"
            print(f"{figure.name:<28}{ours:>16} {figure.peer:<18}{theirs:>12}{ratio:>9}   {figure.bar}")
    if as_json:
        print(json.dumps({**m, "missed": found.missed}))
        return found.finish(quiet=True)
    print(f"medians: an acknowledgement {ms['ack p50']:.2f} ms, one commit {ms['commit p50']:.2f} ms")
    print(f"the bystander of the snapshot was held up {ms['peace']:.2f} ms in peace")
    return found.finish()


if __name__ == "__main__":
    sys.exit(main())
