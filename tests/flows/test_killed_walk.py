"""SIGKILL of any one process while the body walks, at any instant: nothing stays pressed in the game.

Here the root and the launcher die, too: four kills, and 501 with GERALD_SOAK, since each costs a process its start.
In test_killed_bodies.py those of the body die, whose successors are forked."""

import os
import random
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from actors.osc.inputs import PREFIX
from actors.osc.parameters import PREFIX as PARAMETER
from actors.osc.wire import datagram
from supervisor.control.client import call
from supervisor.control.wire import RequestRefused
from supervisor.instance import NoInstance
from tests.doubles.vrchat.small_world import SmallWorld
from tests.flows.test_launcher import FOREVER, Launched, OscMessage, end

SOAK = bool(os.environ.get("GERALD_SOAK"))
PINNED = (
    ("avatar.movement", "osc.sender", "avatar", "behaviour") if SOAK else ("avatar.movement", "osc.sender")
)
VICTIMS = ((*PINNED * 6, "root") * 20) if SOAK else ("root", "osc.sender", "avatar.movement")
"""Who is killed, one after the other; the launcher at the end."""

WITHIN = 40.0
FRAME = 1.0 / 30.0
pytestmark = [
    pytest.mark.timeout(120 + 12 * len(VICTIMS)),
    pytest.mark.posix("signals of POSIX"),
]


class Game:
    """The small world behind a UDP port, in a thread. ear: where Gerald sends to. port: where it listens.

    rests: how often nothing was pressed any more."""

    def __init__(self, ear: socket.socket, port: int) -> None:
        self._ear, self._port = ear, port
        self._world = SmallWorld()
        self._changed = threading.Condition()
        self._held: frozenset[str] = frozenset()
        self._heard = self.rests = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="game", daemon=True)

    def __enter__(self) -> "Game":
        self._ear.settimeout(FRAME)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(WITHIN)

    def until_pressed(self, within: float) -> bool:
        """Wait until something is pressed; whether it came to that."""
        with self._changed:
            return self._changed.wait_for(lambda: bool(self._held), within)

    def until_rest(self, before: int) -> bool:
        """Wait until nothing is pressed, now or since there were so many `rests`; whether it came to that."""
        with self._changed:
            return self._changed.wait_for(lambda: self.rests > before or not self._held, WITHIN)

    def datagrams(self, count: int) -> None:
        """Wait for so many more of them, or for a moment without any."""
        with self._changed:
            upto = self._heard + count
            self._changed.wait_for(lambda: self._heard >= upto, 5.0)

    def _run(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            while not self._over.is_set():
                self._hear()
                for name, value in self._world.advance(FRAME).items():
                    out.sendto(datagram(PARAMETER + name, value), ("127.0.0.1", self._port))

    def _hear(self) -> None:
        try:
            message = OscMessage(self._ear.recv(4096))
        except TimeoutError:
            return
        if message.address.startswith(PREFIX):
            self._world.apply(message.address.removeprefix(PREFIX), float(message.params[0]))
            with self._changed:
                before, self._held = self._held, frozenset(self._world.inputs)
                self.rests += bool(before) and not self._held
                self._heard += 1
                self._changed.notify_all()


class Walk:
    """An instance whose actors of the body have processes of their own, and the game that it walks in."""

    def __init__(self, home: Path) -> None:
        pins = (f"actors.{address}.pin=process" for address in PINNED)
        self.launched = Launched(home, *FOREVER, "behaviour.idle=0", "behaviour.movement.longest=600", *pins)
        self.launched.until("READY")
        self.game = Game(self.launched.ear, self.launched.osc_port)
        self.dice = random.Random(5)

    def call(self, request: dict[str, Any]) -> dict[str, Any]:
        return call(self.launched.home, request)

    def press(self) -> None:
        """Walk on, and wait until the game sees it: whoever was killed may not be back yet."""
        order = {"ticket": 1, "metres": 5000.0}
        for _ in range(int(WITHIN)):
            try:
                self.call({"do": "tell", "address": "avatar.movement", "type": "WalkAhead", "message": order})
            except (NoInstance, RequestRefused, OSError):
                threading.Event().wait(0.5)
                continue
            if self.game.until_pressed(5.0):
                return
        raise AssertionError("it does not walk")

    def process(self, victim: str) -> psutil.Process:
        if victim == "launcher":
            return psutil.Process(self.launched.process.pid)
        if victim == "root":
            return self.launched.root()
        (row,) = (row for row in self.call({"do": "status"})["actors"] if row["address"] == victim)
        return psutil.Process(row["pid"])

    def rests_without(self, victim: psutil.Process) -> bool:
        """Whether everything comes to rest when it is killed at any instant: after so many datagrams of the walk.

        A walk whose sender was killed goes on with the next one, but is let go of before."""
        self.game.datagrams(self.dice.randrange(8))
        before = self.game.rests
        victim.kill()
        return self.game.until_rest(before)


@pytest.fixture
def walk(home: Path) -> Iterator[Walk]:
    made = Walk(home)
    try:
        with made.game:
            yield made
    finally:
        end(made.launched)


def test_nothing_stays_pressed_whoever_is_killed_while_it_walks(walk: Walk) -> None:
    walks = False
    for number, victim in enumerate((*VICTIMS, "launcher")):
        if walks:
            assert walk.game.until_pressed(WITHIN), "it walks on"
        else:
            walk.press()  # as soon as who was killed before is back
        assert walk.rests_without(walk.process(victim)), f"kill {number}, of {victim}"
        walks = victim == "osc.sender"
    print(f"{len(VICTIMS) + 1} kills, and nothing stayed pressed")
    walk.launched.until("stopped in order")
