"""The kernel beside stock pykka: tell and ask, the same typed message, the same work in the handler.

`python benchmarks/kernel.py [--rounds 9] [--busy] [--json]` runs ours, ours with the trace recorder on, and pykka's
own ThreadingActor in turn, and prints the medians over all rounds and their ratios. Exits 1 when a bar is missed: tell
at least 4 times stock pykka's rate, with the recorder on at least twice, from actor to actor 1.5 times; the median
ask at most 1.15 times its time; asks with 100 in flight at least 2.5 times its rate, with the recorder on 1.5 times.

--busy: beside two processes that compute all the time, as a game does, which it starts and ends; the bars are then
those of tell without the recorder.

No speed comes from dropped messages: the mailbox holds a whole batch, the clock stops when the last message has been
handled, and handled messages are counted. Records that the recorder lost are reported.
"""

import argparse
import gc
import json
import statistics
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import Any, Protocol

import msgspec
import pykka

from actors.kernel.actor import Actor, handles
from actors.kernel.directory import Directory
from actors.kernel.incarnation import Ended, Incarnation
from actors.kernel.mailbox import Mailbox
from actors.kernel.message import Message
from actors.kernel.thread_host import ExternalClient, SystemClock, ThreadHost
from benchmarks._report import Figure, Report
from supervisor.trace.write.recorder import Recorder

PATIENCE = 60.0
"""Seconds after which an unfinished run is an error."""

TELL_AT_LEAST, ASK_AT_MOST = 4.0, 1.15
COMPUTING = 2
"""Processes beside a busy run."""
TELLS = ("tell, 1 sender", "tell, 4 senders", "tell, actor to actor")
ASK, ASK_100 = "ask, one at a time", "ask, 100 in flight"
RATES = {**dict.fromkeys(TELLS, TELL_AT_LEAST), ASK_100: 2.5}
RECORDED_RATES = {TELLS[0]: 2.0, TELLS[1]: 2.0, TELLS[2]: 1.5, ASK_100: 1.5}
"""At least so many times stock pykka's rate."""


class Tick(Message):
    number: int


class Relay(Message):
    """Have an actor tell the counter so many Ticks."""

    count: int


class Question(Message):
    number: int


class Tally:
    """Counts what was handled; `done` is set when it was `expected`."""

    def __init__(self) -> None:
        self.handled = 0
        self.expected = 0
        self.done = threading.Event()

    def expect(self, count: int) -> None:
        self.handled, self.expected = 0, count
        self.done.clear()

    def add(self) -> None:
        self.handled += 1
        if self.handled == self.expected:
            self.done.set()


class Peer(Protocol):
    """One of the systems under test: a counter and a relay, reached from outside."""

    tally: Tally

    def tell(self, message: Tick | Relay) -> None: ...
    def ask(self, message: Question) -> object: ...
    def ask_later(self, message: Question) -> pykka.Future[Any]: ...
    def end(self) -> None: ...


# -- ours


class Counter(Actor):
    def __init__(self, tally: Tally) -> None:
        self.tally = tally

    @handles
    def on_tick(self, message: Tick) -> None:
        self.tally.add()

    @handles
    def on_question(self, message: Question) -> None:
        self.reply(message)


class Relayer(Actor):
    @handles
    def on_relay(self, message: Relay) -> None:
        for number in range(message.count):
            self.tell("counter", Tick(number))


class Ours:
    """Two actors in ThreadHosts; envelopes with causes, bounded mailboxes, dispatch by dictionary."""

    def __init__(self, capacity: int, recorder: Recorder | None = None) -> None:
        self.tally = Tally()
        self._directory = Directory()
        self._outside = ExternalClient(self._directory)
        self._recorder = recorder
        self._refs = [
            self._start(Counter(self.tally), "counter", capacity),
            self._start(Relayer(), "relayer", 16),
        ]
        self._send = self._outside.tell

    def _start(self, actor: Actor, address: str, capacity: int) -> pykka.ActorRef[ThreadHost]:
        mailbox = Mailbox(capacity)
        self._directory.open(address, mailbox)

        def make(ended: Ended) -> Incarnation:
            return Incarnation(
                actor,
                address,
                1,
                mailbox,
                self._directory,
                SystemClock(),
                recorder=self._recorder,
                on_end=ended,
            )

        return ThreadHost.start(make, self._outside)

    def tell(self, message: Tick | Relay) -> None:
        self._send("counter" if type(message) is Tick else "relayer", message)

    def ask(self, message: Question) -> object:
        return self._outside.answer("counter", message, PATIENCE)

    def ask_later(self, message: Question) -> pykka.Future[Any]:
        return self._outside.ask("counter", message)

    def end(self) -> None:
        for ref in self._refs:
            ref.stop(timeout=PATIENCE)
        dead = dict(self._directory.dead_letters.counts)
        if dead:
            raise RuntimeError(f"messages were not handled: {dead}")


# -- stock pykka


class StockCounter(pykka.ThreadingActor):
    use_daemon_thread = True

    def __init__(self, tally: Tally) -> None:
        super().__init__()
        self.tally = tally

    def on_receive(self, message: Any) -> Any:
        if isinstance(message, Question):
            return message
        self.tally.add()
        return None


class StockRelayer(pykka.ThreadingActor):
    use_daemon_thread = True

    def __init__(self, counter: pykka.ActorRef[StockCounter]) -> None:
        super().__init__()
        self.counter = counter

    def on_receive(self, message: Any) -> Any:
        for number in range(message.count):
            self.counter.tell(Tick(number))


class Stock:
    """The same two actors as pykka's own ThreadingActor: unbounded queues, no envelope, no cause."""

    def __init__(self) -> None:
        self.tally = Tally()
        self._counter = StockCounter.start(self.tally)
        self._relayer = StockRelayer.start(self._counter)

    def tell(self, message: Tick | Relay) -> None:
        (self._counter if type(message) is Tick else self._relayer).tell(message)

    def ask(self, message: Question) -> object:
        return self._counter.ask(message, timeout=PATIENCE)

    def ask_later(self, message: Question) -> pykka.Future[Any]:
        return self._counter.ask(message, block=False)

    def end(self) -> None:
        self._relayer.stop()
        self._counter.stop()


# -- what is measured


def tell_rate(peer: Peer, messages: int, senders: int) -> float:
    """Messages per second, from the first tell until the last one is handled."""
    batch = [Tick(number) for number in range(messages // senders)]
    peer.tally.expect(len(batch) * senders)
    line = threading.Barrier(senders + 1)

    def send() -> None:
        tell = peer.tell
        line.wait()
        for message in batch:
            tell(message)

    threads = [threading.Thread(target=send) for _ in range(senders)]
    for thread in threads:
        thread.start()
    line.wait()
    return _rate(peer, len(batch) * senders, lambda: None)


def relayed(peer: Peer, messages: int) -> float:
    """Messages per second from one actor to the other."""
    peer.tally.expect(messages)
    return _rate(peer, messages, lambda: peer.tell(Relay(messages)))


def _rate(peer: Peer, messages: int, begin: Callable[[], None]) -> float:
    start = perf_counter()
    begin()
    if not peer.tally.done.wait(PATIENCE):
        raise RuntimeError(f"{peer.tally.handled} of {messages} messages were handled in {PATIENCE:g} s")
    return messages / (perf_counter() - start)


def asked(peer: Peer, asks: int) -> float:
    """The median of blocking asks, one at a time, in microseconds."""
    marks = [perf_counter()]
    for number in range(asks):
        if peer.ask(Question(number)) != Question(number):
            raise RuntimeError("a wrong answer")
        marks.append(perf_counter())
    return statistics.median(later - earlier for earlier, later in pairwise(marks)) * 1e6


def pipelined(peer: Peer, asks: int, window: int = 100) -> float:
    """Asks per second with `window` of them in flight."""
    flying: deque[pykka.Future[Any]] = deque()
    start = perf_counter()
    for number in range(asks):
        if len(flying) == window:
            flying.popleft().get(timeout=PATIENCE)
        flying.append(peer.ask_later(Question(number)))
    while flying:
        flying.popleft().get(timeout=PATIENCE)
    return asks / (perf_counter() - start)


def measure(peer: Peer, messages: int) -> Mapping[str, float]:
    """Every figure of one peer, once."""
    steps: tuple[tuple[str, Callable[[], float]], ...] = (
        (TELLS[0], lambda: tell_rate(peer, messages, 1)),
        (TELLS[1], lambda: tell_rate(peer, messages, 4)),
        (TELLS[2], lambda: relayed(peer, messages)),
        (ASK, lambda: asked(peer, max(200, messages // 50))),
        (ASK_100, lambda: pipelined(peer, max(1000, messages // 5))),
    )
    figures = {}
    for name, step in steps:
        gc.collect()
        figures[name] = step()
    peer.end()
    return figures


# -- rounds and report


class Medians(msgspec.Struct):
    """Medians by figure and peer: messages or asks per second, microseconds for an ask one at a time."""

    rounds: int
    messages: int
    medians: dict[str, dict[str, float]]
    ratios: dict[str, dict[str, float]]
    records_lost: int


def run(rounds: int, messages: int, folder: Path) -> Medians:
    """All peers in turn, a different one first in each round."""
    recorder = Recorder(folder, "benchmark", run="benchmark", keep=256_000_000)
    makers: list[tuple[str, Callable[[], Peer]]] = [
        ("ours", lambda: Ours(messages)),
        ("pykka", Stock),
        ("ours, recording", lambda: Ours(messages, recorder)),
    ]
    found: dict[str, list[Mapping[str, float]]] = {name: [] for name, _ in makers}
    for _ in range(rounds):
        for name, make in makers:
            found[name].append(measure(make(), messages))
            recorder.flush(PATIENCE)  # its writing must not slow the next peer
        makers = makers[1:] + makers[:1]
    recorder.close(PATIENCE)
    figures = (*TELLS, ASK, ASK_100)
    medians = {
        figure: {peer: statistics.median(one[figure] for one in rows) for peer, rows in found.items()}
        for figure in figures
    }
    ratios = {
        figure: {peer: row[peer] / row["pykka"] for peer in row if peer != "pykka"}
        for figure, row in medians.items()
    }
    return Medians(rounds, messages, medians, ratios, recorder.lost)


def figures(medians: Mapping[str, Mapping[str, float]], *, busy: bool = False) -> Iterator[Figure]:
    """Ours and ours with the recorder on, each beside stock pykka, with its bar."""
    for name, row in medians.items():
        at_least = RATES.get(name) if name in TELLS or not busy else None
        at_most = ASK_AT_MOST if name == ASK and not busy else None
        label, unit = f"{name}, busy" if busy else name, "us" if name == ASK else "/s"
        yield Figure(label, row["ours"], unit, "pykka", row["pykka"], at_least, at_most)
        at_least = None if busy else RECORDED_RATES.get(name)
        yield Figure(f"{label}, recording", row["ours, recording"], unit, "pykka", row["pykka"], at_least)


@contextmanager
def computing(count: int) -> Iterator[None]:
    """So many processes that compute, until the end; should this one be killed, they see it and end."""
    code = "import os\nparent = os.getppid()\nwhile os.getppid() == parent: sum(range(100_000))"
    started = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(count)]
    try:
        yield
    finally:
        for process in started:
            process.kill()
            process.wait()


def show(report: Medians) -> None:
    """Print the table."""
    python = ".".join(map(str, sys.version_info[:3]))
    print(f"{report.rounds} rounds in turn, {report.messages:,} messages each; Python {python}; medians\n")
    print(f"{'':22} {'pykka':>14} {'ours':>14} {'ratio':>7} {'recording on':>14} {'ratio':>7}")
    for figure, row in report.medians.items():
        unit = "us" if figure == ASK else "/s"
        slots = {
            peer: f"{value:,.1f} {unit}" if unit == "us" else f"{value:,.0f} {unit}"
            for peer, value in row.items()
        }
        ratio = report.ratios[figure]
        print(
            f"{figure:22} {slots['pykka']:>14} {slots['ours']:>14} {ratio['ours']:>6.2f}x"
            f" {slots['ours, recording']:>14} {ratio['ours, recording']:>6.2f}x"
        )
    print(f"\nrecords lost: {report.records_lost:,}")


def main() -> int:
    """0 when every bar is reached."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--messages", type=int, default=100_000, help="messages in each tell")
    parser.add_argument("--busy", action="store_true", help="beside two processes that compute")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    beside = computing(COMPUTING if options.busy else 0)
    with tempfile.TemporaryDirectory(prefix="gerald-benchmark-") as folder, beside:
        found = run(options.rounds, options.messages, Path(folder))
    report = Report()
    for figure in figures(found.medians, busy=options.busy):
        report.add(figure)
    if options.json:
        print(json.dumps({**msgspec.to_builtins(found), "bars_missed": report.missed}, indent=2))
    else:
        show(found)
    return report.finish(quiet=options.json)


if __name__ == "__main__":
    sys.exit(main())
