"""The real launcher, with simulated roots: some lives of a launcher for each seed, in virtual time.

It has a world of its own, since its roots are whole processes: the other simulation is the inside of one of them.
"""

import heapq
import queue
import random
from collections.abc import Callable
from dataclasses import asdict
from itertools import count
from typing import Any

from actors.osc.datagram import decode
from actors.osc.inputs import PREFIX
from actors.osc.wire import rest
from supervisor.launcher.launcher import Launcher, RootReport
from supervisor.launcher.restart_policy import RestartSettings
from supervisor.simulation.checks.launching import RootHistory, RootLife, violations

BEGIN = 1000.0
LAST_SIGNAL = 1500.0
"""Seconds: when the launcher starts, and when its owner has asked it to stop at the latest."""

LIVES = 3
"""Launchers of one seed: they cost next to nothing."""

BEAT = 1.0
ENDS = ("exit", "decision", "goodbye", "killed", "hang", "lives", "never", "deaf", "slow")
WEIGHTS = (8, 1, 1, 8, 4, 4, 1, 1, 2)
REST = tuple(data.hex() for data in rest())


def simulate_launchers(seed: int) -> tuple[str, ...]:
    """Let some launchers live, and stop them; what went wrong."""
    return tuple(found for number in range(LIVES) for found in _simulate(f"launcher {seed} {number}"))


def _simulate(seed: str) -> tuple[str, ...]:
    world = _LauncherWorld(random.Random(seed))
    launcher = Launcher(world.spawn, world, lambda: world.now, lambda _: None)
    world.history.code = launcher.run()
    world.history.ended_at = world.now
    world.history.held = frozenset(world.held)
    return violations(world.history)


class _LauncherWorld:
    """Time, what happens in it, and the game. It is what the launcher hears (supervisor.launcher.launcher.News)."""

    def __init__(self, dice: random.Random) -> None:
        self.now = BEGIN
        self.dice = dice
        self.held: set[str] = set()
        self.settings = RestartSettings(period=dice.choice((20.0, 60.0)), intensity=dice.choice((2, 5)))
        self.history = RootHistory(self.settings)
        self.temper = dice.choice(("restful", "mixed", "mixed", "sickly"))
        self._news: list[tuple[str, Any]] = []
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()
        first = dice.uniform(BEGIN, LAST_SIGNAL) if dice.random() < 0.7 else LAST_SIGNAL
        for at in (first, first + dice.choice((0.2, 3.0, 600.0))):
            self.at(at, lambda: self._signal(dice.choice((2, 15))))
        if dice.random() < 0.4:
            self.at(dice.uniform(BEGIN, LAST_SIGNAL), self._suspend)

    def at(self, time: float, call: Callable[[], None]) -> None:
        heapq.heappush(self._events, (time, next(self._numbers), call))

    def put(self, what: str, detail: Any) -> None:
        self._news.append((what, detail))

    def get(self, *, timeout: float) -> tuple[str, Any]:
        until = self.now + timeout
        while not self._news:
            if not self._events or self._events[0][0] > until:
                self.now = max(self.now, until)
                raise queue.Empty
            due, _, call = heapq.heappop(self._events)
            self.now = max(self.now, due)
            call()
        return self._news.pop(0)

    def spawn(self, deaths: int) -> "_SimulatedRoot":
        root = _SimulatedRoot(self, deaths)
        self.history.roots.append(root.life)
        return root

    def _signal(self, number: int) -> None:
        self.history.signals.append(self.now)
        self.put("signal", number)

    def _suspend(self) -> None:
        """The machine stands still: whatever is due comes later by as much."""
        seconds = self.dice.uniform(40.0, 400.0)
        self.now += seconds
        self._events = [(at + seconds, number, call) for at, number, call in self._events]
        self.history.suspended.append((self.now, seconds))


class _SimulatedRoot:
    """A root that ends in one of many ways, or hangs (supervisor.launcher.launcher.Root)."""

    pid = 1

    def __init__(self, world: _LauncherWorld, deaths: int) -> None:
        dice = world.dice
        self.report = RootReport()
        self.code = 0
        self.connected = False
        self.life = RootLife(world.now, deaths, frozenset(world.held))
        self._world = world
        self._way = "lives" if world.temper == "restful" else dice.choices(ENDS, WEIGHTS)[0]
        if world.temper == "sickly":
            self._way = "killed"
        if self._way != "never":
            world.at(
                world.now + (dice.uniform(31.0, 50.0) if self._way == "slow" else dice.uniform(0.1, 2.0)),
                self._connect,
            )
        if self._way in ("exit", "decision", "goodbye", "killed", "hang", "never"):
            world.at(world.now + dice.choice((0.05, 2.0, 9.0, 45.0)) * dice.random(), self._end)

    # -- for the launcher

    def stop(self) -> None:
        if not self.connected:
            self._exit(-15)
        elif self._way != "deaf" and not self.life.hangs:
            self._world.at(self._world.now + self._world.dice.uniform(0.1, 6.0), self._stop_in_order)

    def kill(self) -> None:
        if not self.life.kills:
            self._world.at(self._world.now + 0.01, lambda: self._exit(-9))
        self.life.kills.append(self._world.now)

    def rest(self) -> None:
        for data in self.report.rest:
            for address, (value, *_) in decode(data):
                if not value:
                    self._world.held.discard(address.removeprefix(PREFIX))
        self.life.rested = True

    def clean(self) -> None:
        """It leaves nothing behind."""

    # -- its life

    def _connect(self) -> None:
        if self.life.ended_at is None:
            self.connected = True
            self.life.connected_at = self._world.now
            self._world.at(self._world.now + 0.01, self._hand_over)

    def _hand_over(self) -> None:
        restart = asdict(self._world.settings)
        self._tell({"rest": REST, "rest_at": ("127.0.0.1", 9000), "leaves": [], "restart": restart})
        self._beat()

    def _beat(self) -> None:
        if self.life.ended_at is None and not self.life.hangs:
            self._tell({})
            if self._world.dice.random() < 0.5:
                self._world.held.add(self._world.dice.choice(("Vertical", "Jump", "Run")))
            self._world.at(self._world.now + BEAT, self._beat)

    def _tell(self, what: dict[str, Any]) -> None:
        if self.life.ended_at is None:
            self.life.told = True
            self._world.put("told", (self, what))

    def _end(self) -> None:
        if self._way == "hang":
            self.life.hangs = True
        elif self._way == "goodbye" and self.connected:
            self.life.goodbye = True
            self._tell({"goodbye": True})
            self._exit(1)
        else:
            codes = {"decision": (2, 4, 5, 70), "killed": (-9, -11, 0)}.get(self._way, (1, 3, 99))
            self._exit(self._world.dice.choice(codes))

    def _stop_in_order(self) -> None:
        self._exit(self._world.dice.choice((0, 0, 5)))

    def _exit(self, code: int) -> None:
        if self.life.ended_at is None:
            self.life.ended_at, self.life.code, self.code = self._world.now, code, code
            self.connected = False
            self._world.put("exit", self)
