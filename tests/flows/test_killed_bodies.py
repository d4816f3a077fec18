"""SIGKILL of any process of the body while it walks, at any instant: nothing stays pressed, and only it is restarted.

The processes are forked from one that has everything imported, so that a death costs a processor some milliseconds."""

import os
import random
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from actors.avatar.messages import MOVEMENT, WalkAhead
from actors.osc.messages import OSC_SENDER
from config.schema import Config
from supervisor.demo.instance import free_port
from supervisor.nodes import worker_process
from supervisor.runtime.runtime import Runtime
from tests.doubles.forked import context
from tests.flows.test_killed_walk import WITHIN, Game

KILLS = 23
"""Of each of the two runs; with those of the root, the launcher and others (test_killed_walk.py) there are fifty."""

PINNED = ("avatar.movement", "osc.sender", "avatar", "behaviour")
TURNS = ("avatar.movement", "osc.sender", "avatar.movement", "osc.sender", "avatar", "behaviour")
pytestmark = [pytest.mark.timeout(180), pytest.mark.posix("forks")]


class Body:
    """An instance in this process, whose actors of the body have processes of their own, and the game it walks in."""

    def __init__(self, home: Path, seed: int) -> None:
        self.ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.ear.bind(("127.0.0.1", 0))
        port = free_port()
        pinned = {address: {"pin": "process"} for address in PINNED}
        config = {
            "osc": {"input_port": port, "output_port": self.ear.getsockname()[1], "query": "off"},
            "llm": {"mock_responses": True},
            "behaviour": {"idle": 0.0, "movement": {"longest": 600.0}},
            "supervision": {"backoff_initial": 0.0, "backoff_max": 0.0, "intensity": 100},
            "trace": {"enabled": False},
            "actors": {**pinned, "llm.local": {"pin": "thread"}},
        }
        self.system = Runtime(Config.model_validate(config), home, text=True)
        self.game = Game(self.ear, port)
        self.dice = random.Random(f"kills {seed}")
        self.lives = dict.fromkeys(PINNED, 1)

    def start(self) -> None:
        self.system.start()
        assert self.system.wait_ready(WITHIN)

    def pid(self, address: str) -> int:
        (row,) = (row for row in self.system.status()["actors"] if row["address"] == address)
        return int(row["pid"])

    def walk(self, killed: str) -> None:
        """Walk on, and wait until the game sees it. killed: who was before; after its sender it walks on by itself."""
        walks = killed == OSC_SENDER
        for _ in range(int(WITHIN / 5.0)):
            if not walks:
                self.system.client.tell(MOVEMENT, WalkAhead(1, 5000.0))
            if self.game.until_pressed(5.0):
                return
            walks = False
        raise AssertionError("it does not walk")

    def kill(self, address: str) -> bool:
        """Kill its process after a random number of the walk's datagrams; whether everything comes to rest."""
        pid = self.pid(address)
        self.game.datagrams(self.dice.randrange(8))
        before = self.game.rests
        os.kill(pid, signal.SIGKILL)
        rests = self.game.until_rest(before)
        self.lives[address] += 1
        assert self.system.wait_incarnation(address, self.lives[address], WITHIN)
        return rests


@pytest.fixture
def body(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Body]:
    monkeypatch.setattr(worker_process, "_spawn", context())
    made = Body(tmp_path, request.param)
    try:
        made.start()
        with made.game:
            yield made
    finally:
        assert made.system.stop(WITHIN)
        made.ear.close()


@pytest.mark.posix("signals of POSIX")
@pytest.mark.parametrize("body", [0, 1], indirect=True)
def test_nothing_stays_pressed_whichever_process_of_the_body_is_killed(body: Body) -> None:
    victim = ""
    for number in range(KILLS):
        body.walk(victim)
        victim = TURNS[number % len(TURNS)]
        assert body.kill(victim), f"kill {number}, of {victim}"
    assert body.game.until_rest(KILLS**2), "nothing is pressed at the end"
    rows = {row["address"]: row["restarts"] for row in body.system.status()["actors"]}
    assert {address: rows[address] for address in PINNED} == {a: n - 1 for a, n in body.lives.items()}
    assert sum(rows.values()) == KILLS, "nobody else was restarted"
    print(f"{KILLS} kills, and nothing stayed pressed")
