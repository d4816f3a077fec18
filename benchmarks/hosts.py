"""The wire to another machine beside bare zenoh with the same settings, and beside Ray and xoscar between processes.

`python benchmarks/hosts.py [--rounds 3] [--asks 2000] [--json]`. Both ends run on this machine, over loopback, with
mutual TLS. Exits 1 when a bar is missed: at least 0.7 of zenoh's rates, the median ask at most 1.5 times its time and a
third of Ray's.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks._host_agent import DOWN, UP, fifo, opened
from benchmarks._peers import PATIENCE, ROOT, install_peers, peer, percentile
from benchmarks._report import Figure, Report
from supervisor.demo.instance import free_port
from supervisor.hosts.wire.home_wire import HomeWire
from supervisor.hosts.wire.host_link import LinkState
from supervisor.hosts.wire.network import configuration
from supervisor.nodes.link import FrameType
from tests.doubles.wired import House

FIGURES = ("ask_p50", "ask_p99", "tell", "picture")
MESSAGE = bytes(100)
PICTURE = bytes(200_000)
"""About a picture of 1280x720 as JPEG."""

Send = Callable[[FrameType, bytes], None]
Receive = Callable[[], bytes]


@contextmanager
def agent(kind: str, house: House, address: str) -> Iterator[None]:
    """The other end, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks._host_agent", kind, house.folder / "box" / "agent", address]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, cwd=ROOT)
    try:
        yield
    finally:
        process.kill()
        process.wait(PATIENCE)


def measure(send: Send, receive: Receive, count: int) -> dict[str, float]:
    """The same for both: asks one at a time, then tells, then pictures."""
    question = b"?" + MESSAGE
    for _ in range(200):
        send(FrameType.MAIL, question)
        receive()
    asks = []
    for _ in range(count):
        begun = time.perf_counter()
        send(FrameType.MAIL, question)
        receive()
        asks.append(time.perf_counter() - begun)
    return {
        "ask_p50": statistics.median(asks) * 1e6,
        "ask_p99": percentile(asks, 0.99) * 1e6,
        "tell": _rate(send, receive, FrameType.MAIL, b"-" + MESSAGE, count * 50),
        "picture": _rate(send, receive, FrameType.PICTURE, b"-" + PICTURE, count // 4),
    }


def _rate(send: Send, receive: Receive, frame: FrameType, body: bytes, count: int) -> float:
    """How many a second arrive; each of them is counted there."""
    send(frame, b"#")
    receive()
    begun = time.perf_counter()
    for _ in range(count):
        send(frame, body)
    send(frame, b"#")
    arrived = int(receive())
    took = time.perf_counter() - begun
    if arrived != count + 1:
        raise RuntimeError(f"{arrived - 1} of {count} arrived")
    return count / took


def ours(house: House, count: int) -> dict[str, float]:
    """By a channel of our wire."""
    address = f"127.0.0.1:{free_port()}"
    wire = HomeWire(house.identity, house.registry, address)
    wire.start()
    up = threading.Event()
    wire.watch(lambda link: up.set() if link.state is LinkState.UP else None)
    with agent("ours", house, address):
        if not up.wait(PATIENCE):
            raise RuntimeError("the agent did not come")
        link = wire.open("box")
        figures = measure(link.send, lambda: link.receive()[1], count)
    wire.close()
    return figures


def zenoh(house: House, count: int) -> dict[str, float]:
    """By bare zenoh: no seals, no windows, no lanes, no account of what arrived."""
    address = f"127.0.0.1:{free_port()}"
    session, put = opened(configuration(house.identity, listen=address, lost_after=3.0, within=5.0), DOWN)
    subscriber = session.declare_subscriber(UP, fifo())  # type: ignore[attr-defined]
    with agent("zenoh", house, address):
        subscriber.recv()
        figures = measure(lambda frame, body: put(body), lambda: subscriber.recv().payload.to_bytes(), count)
    session.close()  # type: ignore[attr-defined]
    return figures


def main() -> int:
    """0 when every bar is reached."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--asks", type=int, default=2000)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--alone", action="store_true", help="without Ray and xoscar")
    options = parser.parse_args()
    sys.setswitchinterval(0.0005)  # as all processes of Gerald
    if not options.alone:
        install_peers()
    found: dict[str, list[dict[str, float]]] = {}
    with tempfile.TemporaryDirectory(prefix="gerald-benchmark-") as folder:
        house = House(Path(folder))
        house.invite("box")
        for _ in range(options.rounds):
            found.setdefault("ours", []).append(ours(house, options.asks))
            found.setdefault("zenoh", []).append(zenoh(house, options.asks))
            if not options.alone:
                found.setdefault("xoscar", []).append(peer("xoscar_peer.py", "nodes", options.asks))
                found.setdefault("ray", []).append(peer("ray_peer.py", "nodes", options.asks))
    medians = {
        who: {f: statistics.median(row[f] for row in rows) for f in FIGURES if f in rows[0]}
        for who, rows in found.items()
    }
    report = Report()
    mine, bare = medians["ours"], medians["zenoh"]
    report.add(Figure("ask, median", mine["ask_p50"], "us", "zenoh", bare["ask_p50"], at_most=1.5))
    report.add(Figure("ask, 99th percentile", mine["ask_p99"], "us", "zenoh", bare["ask_p99"]))
    report.add(Figure("tell", mine["tell"], "/s", "zenoh", bare["tell"], at_least=0.7))
    report.add(Figure("pictures of 200 KB", mine["picture"], "/s", "zenoh", bare["picture"], at_least=0.7))
    for who, most in (("ray", 1 / 3), ("xoscar", None)):
        if theirs := medians.get(who):
            report.add(Figure("ask, median", mine["ask_p50"], "us", who, theirs["ask_p50"], at_most=most))
            report.add(Figure("tell", mine["tell"], "/s", who, theirs["tell"]))
    if options.json:
        print(json.dumps({"medians": medians, "missed": report.missed}))
        return report.finish(quiet=True)
    print(f"{'':10} {'ask p50':>10} {'ask p99':>10} {'tell':>12} {'pictures':>12}")
    for who, row in medians.items():
        pictures = f"{row['picture']:>10,.0f}/s" if "picture" in row else ""
        print(
            f"{who:10} {row['ask_p50']:>7,.0f} us {row['ask_p99']:>7,.0f} us {row['tell']:>10,.0f}/s {pictures}"
        )
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
