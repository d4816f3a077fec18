"""One run of chaos: load, blows, peace, the end, and the account."""

import statistics
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import psutil

from actors.kernel.media.frame_ring import RingReader
from actors.vision.messages import FrameReady
from supervisor.chaos.audit import Account, Audit
from supervisor.chaos.environment import build, targets
from supervisor.chaos.inject import Striker
from supervisor.chaos.load import Load, Turns
from supervisor.chaos.plan import plan
from supervisor.logs import start_logging
from supervisor.nodes.process import ProcessLife
from supervisor.runtime.runtime import System

__all__ = ["Progress", "Report", "run"]

READY_WITHIN = 90.0
PEACE_WITHIN = 60.0
STOP_WITHIN = 20.0


class Progress(msgspec.Struct, frozen=True):
    """How far a run is. elapsed: seconds of the blows' time."""

    phase: str
    elapsed: float
    struck: int
    restarts: int
    sent: int


class Report(msgspec.Struct, frozen=True):
    """What came of it. recovery: seconds. faults: why it failed, nothing if it passed."""

    seed: int
    seconds: float
    account: Account
    blows: dict[str, int]
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
        """Whether nothing is missing."""
        return not self.faults


def run(
    home: Path,
    seed: int,
    seconds: float,
    *,
    text: bool = False,
    show: Callable[[Progress], None] = lambda _: None,
    stop: threading.Event | None = None,
) -> Report:
    """Do it, in `home`. `stop` ends the blows early."""
    stop = stop or threading.Event()
    audit = Audit()
    before = _Surroundings()
    system = build(home, audit, text=text)
    start_logging(system.config.logging, home / "data")
    faults: list[str] = []
    system.start()
    if not system.wait_ready(READY_WITHIN):
        faults.append(f"the tree was not ready within {READY_WITHIN:g} s")
    load = Load(system, system.config.osc.input_port)
    striker = Striker(system)
    load.start()
    _strike(
        system, striker, seed, seconds, stop, lambda at: show(_progress(system, audit, striker, at, "blows"))
    )
    show(_progress(system, audit, striker, seconds, "peace"))
    load.end()
    striker.wait()
    faults += striker.missing
    if not _at_peace(system, PEACE_WITHIN):
        faults.append(f"not at peace after {PEACE_WITHIN:g} s: {_unrest(system)}")
    waited = sum(len(cell.mailbox) for cell in system.household.cells.values())
    restarts = {cell.address: cell.restarts for cell in system.household.cells.values() if cell.restarts}
    if not system.stop(STOP_WITHIN):
        faults.append(f"not everything stopped within {STOP_WITHIN:g} s")
    account = _final(audit, system)
    faults += account.faults
    if load.turns.unanswered:
        faults.append(f"{load.turns.unanswered} turns were never ended")
    faults += before.left_behind()
    faults += _ring_left(system)
    recoveries = sorted(striker.recoveries) or [0.0]
    return Report(
        seed,
        seconds,
        account,
        striker.struck,
        restarts,
        statistics.median(recoveries),
        recoveries[min(len(recoveries) - 1, int(len(recoveries) * 0.99))],
        load.turns,
        load.datagrams,
        audit.handled_types[FrameReady.__name__],
        waited,
        tuple(faults),
    )


def _strike(
    system: System,
    striker: Striker,
    seed: int,
    seconds: float,
    stop: threading.Event,
    look: Callable[[float], None],
) -> None:
    begun = time.monotonic()
    for blow in plan(seed, seconds, targets(system)):
        while (left := begun + blow.at - time.monotonic()) > 0:
            if stop.wait(min(left, 0.25)):
                return
            look(time.monotonic() - begun)
        striker.strike(blow)
    while (left := begun + seconds - time.monotonic()) > 0 and not stop.wait(min(left, 0.25)):
        look(time.monotonic() - begun)


def _at_peace(system: System, within: float) -> bool:
    """Wait until all run, nothing is queued, and nothing is in flight."""
    deadline = time.monotonic() + within
    gate = threading.Event()
    while _unrest(system):
        if time.monotonic() > deadline:
            return False
        gate.wait(0.05)
    return True


def _unrest(system: System) -> str:
    for cell in tuple(system.household.cells.values()):
        if cell.state == "absent":
            continue
        if cell.state != "running":
            return f"{cell.address} is {cell.state}"
        # The camera and the listener to VRChat go on: a message or two may always be on its way.
        if len(cell.mailbox) > 5:
            return f"{len(cell.mailbox)} messages wait for {cell.address}"
        if isinstance(cell.life, ProcessLife) and cell.life.settle() > 5:
            return f"{cell.life.settle()} messages are in flight to {cell.address}"
    return ""


def _final(audit: Audit, system: System) -> Account:
    """The account when the last threads have settled theirs."""
    gate = threading.Event()
    for _ in range(100):
        waiting = [e for cell in system.household.cells.values() for e in cell.mailbox.waiting()]
        if audit.open <= len(waiting):
            break
        gate.wait(0.05)
    return audit.account(waiting)


def _progress(system: System, audit: Audit, striker: Striker, at: float, phase: str) -> Progress:
    restarts = sum(cell.restarts for cell in tuple(system.household.cells.values()))
    return Progress(phase, at, sum(striker.struck.values()), restarts, audit.count)


def _ring_left(system: System) -> tuple[str, ...]:
    if system.frames is None:
        return ()
    try:
        RingReader(system.frames).close()
    except FileNotFoundError:
        return ()
    return ("the ring of pictures is still there",)


class _Surroundings:
    """What a run must leave as it found it."""

    def __init__(self) -> None:
        self._me = psutil.Process()
        self._before = self._look()

    def left_behind(self) -> tuple[str, ...]:
        """What is there still, after a moment's patience."""
        gate = threading.Event()
        for _ in range(100):
            now = self._look()
            more = [
                f"{len(new)} {what} left behind: {', '.join(sorted(new)[:5])}"
                for what, new in ((what, now[what] - self._before[what]) for what in now)
                if new
            ]
            if not more:
                break
            gate.wait(0.1)
        return tuple(more)

    def _look(self) -> dict[str, set[str]]:
        children = set()
        for child in self._me.children(recursive=True):
            try:
                line = " ".join(child.cmdline())
            except psutil.Error:
                continue
            if "resource_tracker" not in line:
                children.add(str(child.pid))
        return {"processes": children}
