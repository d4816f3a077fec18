"""OSC on loopback: 500 addresses, 40,000 datagrams a second, to Gerald's receiver under its real host and then to
python-osc's AsyncIO server and dispatcher. `python benchmarks/osc.py [--seconds 10]`; exits 1 if ours lost a datagram.

The sender is a process that keeps the rate. Both receivers get the same buffer from the system, and both keep the
newest value of every address; at the end each value must be the last one sent.
"""

import argparse
import asyncio
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from pythonosc.dispatcher import Dispatcher
from pythonosc.osc_message_builder import build_msg
from pythonosc.osc_server import AsyncIOOSCUDPServer

from actors.kernel.directory import Directory
from actors.kernel.incarnation import Ended, Incarnation
from actors.kernel.mailbox import Mailbox, Put
from actors.kernel.message import Envelope
from actors.kernel.thread_host import ExternalClient, SystemClock, ThreadHost
from actors.osc.messages import EVERYTHING, GetOscStatistics, OscStatistics, ParametersChanged
from actors.osc.parameters import PREFIX
from actors.osc.receiver import Receiver
from actors.osc.sockets import enlarge
from benchmarks._report import Figure, Report
from config.schema import Osc

SETTLE = 1.0
"""Seconds without a further datagram after which the rest counts as lost."""


@dataclass(frozen=True)
class Work:
    """How many datagrams go to how many addresses, and how fast."""

    seconds: float
    rate: int
    addresses: int

    def name(self, n: int) -> str:
        return f"Param{n % self.addresses:04d}"

    def value(self, k: int) -> float:
        """The value in datagram `k`: exact as a 32-bit float, and different in every round."""
        return (k // self.addresses % 1024) / 1024

    def last(self, sent: int) -> dict[str, float]:
        """The newest value of every address after `sent` datagrams."""
        return {self.name(k): self.value(k) for k in range(max(0, sent - self.addresses), sent)}


@dataclass(frozen=True)
class Result:
    """The result of one receiver. cpu: share of one core. announced: messages that handlers got."""

    name: str
    sent: int
    rate: float
    received: int
    right: bool
    coalesced: int
    announced: int
    cpu: float

    @property
    def lost(self) -> int:
        return self.sent - self.received


class Newest:
    """An address that keeps the newest value of every parameter (Box)."""

    def __init__(self) -> None:
        self.values: dict[str, float] = {}

    def put(self, envelope: Envelope) -> Put | None:
        if isinstance(envelope.message, ParametersChanged):
            self.values.update(envelope.message.values)
        return None


def send(port: int, work: Work) -> None:
    """Run the sender's process, which prints how many datagrams it sent and at what rate."""
    heads = [build_msg(PREFIX + work.name(n), 0.0).dgram[:-4] for n in range(work.addresses)]
    pack = struct.Struct(">f").pack
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.connect(("127.0.0.1", port))
        start, sent, total = time.perf_counter(), 0, int(work.seconds * work.rate)
        while sent < total:
            due = min(total, int((time.perf_counter() - start) * work.rate))
            for k in range(sent, due):
                out.send(heads[k % work.addresses] + pack(work.value(k)))
            sent = max(sent, due)
            time.sleep(0.0005)
        print(sent, sent / (time.perf_counter() - start))


def drive(port: int, work: Work, received: Callable[[], int]) -> tuple[int, float, float]:
    """Run the sender against `port` and wait for the rest: sent, rate, and this process's share of a core meanwhile."""
    options = [f"--{name}={getattr(work, name)}" for name in ("seconds", "rate", "addresses")]
    begun, cpu = time.perf_counter(), time.process_time()
    command = [sys.executable, __file__, f"--send={port}", *options]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=work.seconds * 5 + 60)
    share = (time.process_time() - cpu) / (time.perf_counter() - begun)
    sent, rate = done.stdout.split()
    seen, since = received(), time.perf_counter()
    while seen < int(sent) and time.perf_counter() - since < SETTLE:
        time.sleep(0.02)
        if (now := received()) != seen:
            seen, since = now, time.perf_counter()
    return int(sent), float(rate), share


def ours(work: Work) -> Result:
    """The Receiver in a ThreadHost, as the supervisor runs it."""
    directory, newest, mailbox = Directory(), Newest(), Mailbox()
    outside = ExternalClient(directory)
    directory.open("avatar", newest)
    directory.open("osc.receiver", mailbox)

    def make(ended: Ended) -> Incarnation:
        receiver = Receiver(Osc(input_port=0), (("avatar", EVERYTHING),))
        return Incarnation(receiver, "osc.receiver", 1, mailbox, directory, SystemClock(), on_end=ended)

    def statistics() -> OscStatistics:
        answer = outside.answer("osc.receiver", GetOscStatistics(), 10.0)
        assert isinstance(answer, OscStatistics)
        return answer

    host = ThreadHost.start(make, outside)
    try:
        sent, rate, cpu = drive(statistics().port, work, lambda: statistics().received)
        right = eventually(lambda: newest.values == work.last(sent))
        counts = statistics()
    finally:
        host.stop()
    return Result(
        "Gerald's receiver", sent, rate, counts.handled, right, counts.coalesced, counts.announced, cpu
    )


def theirs(work: Work) -> Result:
    """python-osc's AsyncIO server, a dispatcher with a handler for each address, in a thread of its own."""
    values: dict[str, float] = {}
    calls = 0

    def keep(address: str, value: float) -> None:
        nonlocal calls
        calls += 1
        values[address.removeprefix(PREFIX)] = value

    dispatcher = Dispatcher()
    for n in range(work.addresses):
        dispatcher.map(PREFIX + work.name(n), keep)
    loop = asyncio.new_event_loop()
    server = AsyncIOOSCUDPServer(("127.0.0.1", 0), dispatcher, loop)  # type: ignore[arg-type]
    transport, _ = loop.run_until_complete(server.create_serve_endpoint())
    opened = transport.get_extra_info("socket")
    enlarge(opened)
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        sent, rate, cpu = drive(opened.getsockname()[1], work, lambda: calls)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10.0)
        transport.close()
    return Result("python-osc AsyncIO", sent, rate, calls, values == work.last(sent), 0, calls, cpu)


def eventually(holds: Callable[[], bool]) -> bool:
    """Whether `holds` becomes true within SETTLE."""
    until = time.perf_counter() + SETTLE
    while not holds() and time.perf_counter() < until:
        time.sleep(0.02)
    return holds()


def show(result: Result) -> None:
    """One receiver's line."""
    per_datagram = result.cpu * result.sent / result.rate / max(1, result.received) * 1e6
    print(
        f"{result.name:20} sent {result.sent:7,} at {result.rate:7,.0f}/s  received {result.received:7,}  "
        f"lost {result.lost:7,}  coalesced {result.coalesced:7,}  to handlers {result.announced:7,}  "
        f"newest values {'right' if result.right else 'WRONG'}  CPU {result.cpu:4.0%} of a core, "
        f"{per_datagram:.1f} us each"
    )


def main() -> int:
    """Run both; 0 only if ours lost nothing at the requested rate."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rate", type=int, default=40_000, help="datagrams a second")
    parser.add_argument("--addresses", type=int, default=500)
    parser.add_argument("--send", type=int, default=0, metavar="PORT", help=argparse.SUPPRESS)
    options = parser.parse_args()
    work = Work(options.seconds, options.rate, options.addresses)
    if options.send:
        send(options.send, work)
        return 0
    mine, peer = ours(work), theirs(work)
    show(mine)
    show(peer)
    print(
        f"ratio: {mine.received / max(1, peer.received):.2f} times the datagrams of the peer, of "
        f"{mine.sent:,} sent"
    )
    report = Report()
    report.add(Figure("datagrams lost", mine.lost, at_most=0))
    report.add(Figure("wrong newest values", 0 if mine.right else 1, at_most=0))
    # With a slower sender nothing is proven for the rate that was asked for.
    report.add(Figure("datagrams sent", mine.rate, "/s", at_least=0.99 * work.rate))
    report.add(Figure("datagrams received", mine.received, "", peer.name, peer.received))
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
