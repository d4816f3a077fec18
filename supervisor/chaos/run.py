"""One chaos test: load, faults, a quiet time, the end, and the count of messages."""

import contextlib
import socket
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import psutil

from actors.kernel.media.frame_ring import RingReader
from actors.vision.messages import FrameReady
from supervisor.audit.message_audit import DeliveryCounts, MessageAudit
from supervisor.chaos.environment import build, targets
from supervisor.chaos.inject import LiveFaults
from supervisor.chaos.load import Load, Turns
from supervisor.chaos.machines import Machines
from supervisor.chaos.plan import profile
from supervisor.demo.instance import free_port
from supervisor.faults.injector import FaultInjector
from supervisor.faults.plan import Fault, plan
from supervisor.logs import start_logging
from supervisor.nodes.process import ProcessHandle
from supervisor.runtime.runtime import Runtime
from supervisor.trace.analyse.stats import percentile

READY_WITHIN = 90.0
QUIET_WITHIN = 60.0
STOP_WITHIN = 20.0


class ChaosProgress(msgspec.Struct, frozen=True):
    """The progress of a run. elapsed: seconds since the load began. injected: faults so far."""

    phase: str
    elapsed: float
    injected: int
    restarts: int
    sent: int


class ChaosReport(msgspec.Struct, frozen=True):
    """The result of a run.

    injected: faults by kind.
    recovery_p50, recovery_p99: seconds.
    faults: why the run failed; none if it passed.
    """

    seed: int
    seconds: float
    hosts: int
    account: DeliveryCounts
    injected: dict[str, int] = msgspec.field(name="blows")
    restarts: dict[str, int]
    recovery_p50: float
    recovery_p99: float
    turns: Turns
    datagrams: int
    pictures: int
    waited_before_stop: int
    faults: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing failed."""
        return not self.faults


def run(
    home: Path,
    seed: int,
    seconds: float,
    *,
    text: bool = False,
    hosts: int = 0,
    show: Callable[[ChaosProgress], None] = lambda _: None,
    stop: threading.Event | None = None,
) -> ChaosReport:
    """Run a chaos test in the folder `home`. `stop` ends the faults early. hosts: other machines that run workers."""
    before = _children()
    with (
        Machines(home, hosts, free_port(socket.SOCK_STREAM), seed)
        if hosts
        else contextlib.nullcontext() as machines
    ):
        report = _run(home, seed, seconds, machines, text=text, show=show, stop=stop or threading.Event())
    left = _left_behind(before)
    return msgspec.structs.replace(report, faults=(*report.faults, *left))


def _run(
    home: Path,
    seed: int,
    seconds: float,
    machines: Machines | None,
    *,
    text: bool,
    show: Callable[[ChaosProgress], None],
    stop: threading.Event,
) -> ChaosReport:
    violations: list[str] = []
    audit = MessageAudit(violations.append)
    runtime = build(home, audit, machines, text=text)
    start_logging(runtime.config.logging, home / "data")
    faults: list[str] = []
    runtime.start()
    if not runtime.wait_ready(READY_WITHIN):
        faults.append(f"the tree was not ready within {READY_WITHIN:g} s")
    load = Load(runtime, runtime.config.osc.input_port)
    live = LiveFaults(runtime, machines)
    injector = FaultInjector(live.means)

    def progress(phase: str, elapsed: float) -> None:
        restarts = sum(slot.restarts for slot in tuple(runtime.registry.slots.values()))
        show(ChaosProgress(phase, elapsed, injector.injected.total(), restarts, audit.sent_count))

    load.start()
    _inject(plan(seed, seconds, profile(targets(runtime, machines))), injector, seconds, stop, progress)
    progress("quiet", seconds)
    load.end()
    if machines is not None:
        machines.recover()
    live.wait()
    faults += live.missing
    if not _becomes_quiet(runtime, QUIET_WITHIN):
        faults.append(f"not quiet after {QUIET_WITHIN:g} s: {_unsettled(runtime)}")
    waited = sum(len(slot.mailbox) for slot in runtime.registry.slots.values())
    restarts = {slot.address: slot.restarts for slot in runtime.registry.slots.values() if slot.restarts}
    if not runtime.stop(STOP_WITHIN):
        faults.append(f"not everything stopped within {STOP_WITHIN:g} s")
    account = _final(audit, violations, runtime)
    faults += account.faults
    if load.turns.unanswered:
        faults.append(f"{load.turns.unanswered} turns were never ended")
    faults += _ring_left(runtime)
    recoveries = sorted(live.recoveries) or [0.0]
    return ChaosReport(
        seed,
        seconds,
        len(machines.names) if machines is not None else 0,
        account,
        dict(injector.injected),
        restarts,
        statistics.median(recoveries),
        percentile(recoveries, 0.99),
        load.turns,
        load.datagrams,
        audit.handled_types[FrameReady.__name__],
        waited,
        tuple(faults),
    )


def _inject(
    faults: Sequence[Fault],
    injector: FaultInjector,
    seconds: float,
    stop: threading.Event,
    progress: Callable[[str, float], None],
) -> None:
    """Inject each fault at its time, until `seconds` are over."""
    begun = time.monotonic()

    def wait(until: float) -> bool:
        while (left := begun + until - time.monotonic()) > 0:
            if stop.wait(min(left, 0.25)):
                return False
            progress("faults", time.monotonic() - begun)
        return True

    for fault in faults:
        if not wait(fault.at):
            return
        injector.inject(fault)
    wait(seconds)


def _becomes_quiet(runtime: Runtime, within: float) -> bool:
    """Wait until all actors run, and no message is queued or in flight."""
    deadline = time.monotonic() + within
    gate = threading.Event()
    while _unsettled(runtime):
        if time.monotonic() > deadline:
            return False
        gate.wait(0.05)
    return True


def _unsettled(runtime: Runtime) -> str:
    for slot in tuple(runtime.registry.slots.values()):
        if slot.state == "disabled":
            continue
        if slot.state != "running":
            return f"{slot.address} is {slot.state}"
        # The camera and the OSC receiver go on, so a few messages are always on their way.
        if len(slot.mailbox) > 5:
            return f"{len(slot.mailbox)} messages wait for {slot.address}"
        if isinstance(slot.handle, ProcessHandle) and slot.handle.settle() > 5:
            return f"{slot.handle.settle()} messages are in flight to {slot.address}"
    return ""


def _final(audit: MessageAudit, violations: list[str], runtime: Runtime) -> DeliveryCounts:
    """The counts, after the last threads have counted their messages."""
    gate = threading.Event()
    for _ in range(100):
        waiting = [e for slot in runtime.registry.slots.values() for e in slot.mailbox.waiting()]
        if audit.open_count <= len(waiting):
            break
        gate.wait(0.05)
    audit.find_lost(waiting)
    return audit.account(waiting, violations)


def _ring_left(runtime: Runtime) -> tuple[str, ...]:
    if runtime.frames is not None:
        with contextlib.suppress(FileNotFoundError):
            RingReader(runtime.frames).close()
            return ("the ring of pictures is still there",)
    return ()


def _left_behind(before: set[str]) -> tuple[str, ...]:
    """The child processes of the run that are still there after 10 s."""
    gate = threading.Event()
    for _ in range(100):
        left = sorted(_children() - before)
        if not left:
            return ()
        gate.wait(0.1)
    return (f"{len(left)} processes left behind: {', '.join(left[:5])}",)


def _children() -> set[str]:
    children = set()
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if "resource_tracker" not in " ".join(child.cmdline()):
                children.add(str(child.pid))
    return children
