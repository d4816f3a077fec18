"""What the benchmarks share: peers in their own environment, and a pinned actor without a whole tree."""

import json
import queue
import statistics
import subprocess
import time
from pathlib import Path
from typing import Any

from actors.kernel.directory import Directory
from actors.kernel.media.frames import RingAddress
from actors.kernel.protocol.lifecycle import Failure, Stop
from actors.kernel.thread_host import ExternalClient
from benchmarks._actors import Note, Query
from supervisor.nodes.boot import Boot
from supervisor.nodes.standby_pool import StandbyPool
from supervisor.otp.slot import ActorSlot
from supervisor.otp.spec import ChildSpec, ProcessSettings

ROOT = Path(__file__).parents[1]
PATIENCE = 120.0


def install_peers() -> None:
    """Make .venv-peers if it does not exist."""
    subprocess.run([ROOT / "tools" / "peers.sh"], check=True, cwd=ROOT)


def peer(script: str, *arguments: object) -> dict[str, float]:
    """Run benchmarks/peers/SCRIPT with the peers' interpreter; returns the figures that it prints."""
    done = subprocess.run(
        [
            ROOT / ".venv-peers" / "bin" / "python",
            ROOT / "benchmarks" / "peers" / script,
            *map(str, arguments),
        ],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{script} failed:\n{done.stderr[-2000:]}")
    found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


class Pinned:
    """An actor in its own process, as the supervision tree pins it."""

    def __init__(
        self, actor: str, *, standby: int = 0, frames: RingAddress | None = None, home: Path = ROOT
    ) -> None:
        self.directory = Directory()
        self.client = ExternalClient(self.directory)
        self.standby_pool = StandbyPool(self.directory)
        spec = ChildSpec("actor", actor, pin="process", capacity=1_000_000)
        self.slot = ActorSlot(spec, "", 0)
        self.directory.open("actor", self.slot.mailbox)
        self.ready: queue.SimpleQueue[int] = queue.SimpleQueue()
        self.ended: queue.SimpleQueue[Failure | None] = queue.SimpleQueue()
        self._actor, self._frames, self._home = actor, frames, home
        self._settings = ProcessSettings(standby=standby)

    def launch(self) -> Any:
        """Start a new incarnation, without waiting for it."""
        self.slot.incarnation += 1
        number = self.slot.incarnation
        arguments = ("frames",) if self._frames is not None else ()
        boot = Boot(
            "actor", number, self._actor, arguments, {}, str(self._home), "", "", "run", "WARNING", {}, self._settings,
            self._frames,
        )  # fmt: skip
        self.handle = self.standby_pool.launch(
            self.slot, boot, lambda: self.ready.put(number), self.ended.put
        )
        return self.handle

    def measure(self, count: int) -> dict[str, float]:
        """Ask a running Echo so many times, and tell it 25 times as many things: microseconds, and tells a second."""
        self.client.answer("actor", Query(0), PATIENCE)
        asks = []
        for n in range(count):
            begun = time.perf_counter()
            self.client.answer("actor", Query(n), PATIENCE)
            asks.append(time.perf_counter() - begun)
        tells = count * 25
        begun = time.perf_counter()
        for n in range(tells):
            self.client.tell("actor", Note(n))
        self.client.answer("actor", Query(0), PATIENCE)
        took = time.perf_counter() - begun
        return {
            "ask_p50": statistics.median(asks) * 1e6,
            "ask_p99": percentile(asks, 0.99) * 1e6,
            "tell": tells / took,
        }

    def end(self) -> None:
        """Stop it."""
        self.standby_pool.close()
        self.client.tell("actor", Stop())
        self.ended.get(timeout=PATIENCE)


def percentile(values: list[float], part: float) -> float:
    """The value below which the given part of the values lies."""
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * part))]
