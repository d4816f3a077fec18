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
from contextlib import contextmanager, suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from actors.kernel.errors import AskError
from benchmarks._actors import Query
from benchmarks._host_agent import DOWN, UP, fifo, opened
from benchmarks._peers import PATIENCE, ROOT, Pinned, install_peers, peer, percentile
from benchmarks._report import Figure, Report
from config.schema import Config
from supervisor.demo.instance import free_port
from supervisor.hosts.build import code_version, model_sums
from supervisor.hosts.frames import HostBoot
from supervisor.hosts.permissions import Permission
from supervisor.hosts.placement import hosts
from supervisor.hosts.placement.mail_gate import MailGate
from supervisor.hosts.placement.remote_child import RemoteChild
from supervisor.hosts.wire.home_wire import HomeWire
from supervisor.hosts.wire.host_link import LinkState
from supervisor.hosts.wire.network import configuration
from supervisor.nodes.boot import Boot
from supervisor.nodes.link import FrameType
from supervisor.nodes.secrets import Reveal
from supervisor.nodes.standby_pool import StandbyPool
from supervisor.otp.messages import ROOT as ROOT_SUPERVISOR
from supervisor.otp.spec import ChildSpec, ProcessSettings, Start, Strategy, SupervisorSpec
from supervisor.runtime.platform import Platform
from supervisor.runtime.runtime import Runtime
from tests.doubles.wired import House

FIGURES = ("ask_p50", "ask_p99", "tell", "picture")
MESSAGE = bytes(100)
PICTURE = bytes(200_000)
"""About a picture of 1280x720 as JPEG."""

Send = Callable[[FrameType, bytes], None]
Receive = Callable[[], bytes]


@contextmanager
def agent(kind: str, house: House, address: str) -> Iterator["subprocess.Popen[bytes]"]:
    """The other end, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks._host_agent", kind, house.folder / "box" / "agent", address]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, cwd=ROOT)
    try:
        yield process
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


def on_a_host(house: House, count: int) -> dict[str, float]:
    """By an actor that runs on a host: its worker's process, the agent, the wire, and the account of every message."""
    address = f"127.0.0.1:{free_port()}"
    wire = HomeWire(house.identity, house.registry, address)
    wire.start()
    up = threading.Event()
    wire.watch(lambda link: up.set() if link.state is LinkState.UP else None)
    pinned = Pinned("benchmarks._actors:Echo")

    def child(boot: Boot, reveal: Reveal) -> RemoteChild:
        gate = MailGate(boot, Permission(answers=frozenset((Query,))))
        sums = HostBoot(boot, code_version(), model_sums())
        return RemoteChild(boot, reveal, "box", lambda: wire.open("box"), sums, gate)

    pinned.standby_pool = StandbyPool(pinned.directory, make=child)
    with agent("actor", house, address):
        if not up.wait(PATIENCE):
            raise RuntimeError("the agent did not come")
        pinned.launch()
        pinned.ready.get(timeout=PATIENCE)
        figures = pinned.measure(count)
        pinned.end()
    wire.close()
    return figures


def recovery(house: House) -> float:
    """Milliseconds from the SIGKILL of a host until its actor answers at home, where a loaded process stood by."""
    address = f"127.0.0.1:{free_port()}"
    wire = HomeWire(house.identity, house.registry, address)
    child = ChildSpec(
        "actor",
        "benchmarks._actors:Echo",
        pin="host:box",
        placeable=True,
        elsewhere="process",
        process=ProcessSettings(standby=1),
    )
    spec = SupervisorSpec(ROOT_SUPERVISOR, Strategy.ONE_FOR_ONE, (child,), Start.AT_ONCE)
    hosts.permission_of = lambda address: Permission(answers=frozenset((Query,)))
    config = Config.model_validate(
        {"trace": {"enabled": False}, "hosts": {"listen": address, "machines": {"box": {}}}}
    )
    runtime = Runtime(config, house.folder, spec=spec, platform=Platform(wire=lambda config, home: wire))
    with agent("actor", house, address) as process:
        runtime.start()

        def ready() -> bool:
            slot = runtime.registry.slot("actor")
            placed = slot.handle is not None and slot.handle.place == "host:box" and slot.state == "running"
            return placed and runtime.processes.warm().get("actor") == 2

        deadline = time.monotonic() + PATIENCE
        while not ready():
            if time.monotonic() > deadline:
                raise RuntimeError("the actor did not come to run on its host")
            time.sleep(0.02)
        runtime.client.answer("actor", Query(0), PATIENCE)
        begun = time.perf_counter()
        process.kill()
        answered = None
        while answered is None:
            with suppress(AskError):  # what had been sent to the host is in doubt, and not sent again
                answered = runtime.client.answer("actor", Query(1), PATIENCE)
        took = time.perf_counter() - begun
    runtime.stop()
    return took * 1e3


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
            found.setdefault("actor", []).append(on_a_host(house, options.asks))
            if not options.alone:
                found.setdefault("xoscar", []).append(peer("xoscar_peer.py", "nodes", options.asks))
                found.setdefault("ray", []).append(peer("ray_peer.py", "nodes", options.asks))
        killed = [recovery(house) for _ in range(2 * options.rounds + 1)]
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
            far = medians["actor"]
            report.add(
                Figure(
                    "ask of an actor on a host", far["ask_p50"], "us", who, theirs["ask_p50"], at_most=most
                )
            )
            report.add(Figure("tell to it", far["tell"], "/s", who, theirs["tell"]))
    back = statistics.median(killed)
    report.add(Figure("SIGKILL of a host until its actor answers here, median", back, "ms", at_most=1000))
    if options.json:
        print(json.dumps({"medians": medians, "missed": report.missed}))
        return report.finish(quiet=True)
    print(f"{'':10} {'ask p50':>10} {'ask p99':>10} {'tell':>12} {'pictures':>12}")
    for who, row in medians.items():
        pictures = f"{row['picture']:>10,.0f}/s" if "picture" in row else ""
        print(
            f"{who:10} {row['ask_p50']:>7,.0f} us {row['ask_p99']:>7,.0f} us {row['tell']:>10,.0f}/s {pictures}"
        )
    print(f"SIGKILL of a host until its actor answers here: {back:.0f} ms, {max(killed):.0f} ms at most")
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
