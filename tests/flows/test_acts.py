"""What the body does is over at once when it is to be, as VRChat sees it: by the owner, by the avatar, by a crash."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from actors.osc.wire import datagram
from supervisor.control.client import call
from tests.flows.test_launcher import WITHIN, Launched, drain, end

pytestmark = pytest.mark.posix("signals of POSIX")
TURN, EMOTE, FACE = "/input/LookHorizontal", "/avatar/parameters/VRCEmote", "/avatar/parameters/VRCFaceBlendV"


@pytest.fixture
def gerald(home: Path) -> Iterator[Launched]:
    made = Launched(home, "behaviour.idle=0")
    try:
        made.until("READY")
        yield made
    finally:
        end(made)


def ask(home: Path, kind: str, **fields: str) -> dict[str, Any]:
    answer = call(home, {"do": "ask", "address": "behaviour", "type": kind, "message": fields})
    message: dict[str, Any] = answer["message"]
    return message


def until(gerald: Launched, address: str, value: float) -> None:
    """Wait until VRChat gets this value there; `told` gives up after WITHIN seconds of silence."""
    while gerald.told(address).params != [value]:
        pass


def act(gerald: Launched, name: str, address: str, value: float) -> None:
    """Begin an act, and wait until VRChat sees it. An act that was just forbidden may be so for a moment longer."""
    deadline = time.monotonic() + WITHIN
    drain(gerald)
    while not (answer := ask(gerald.home, "MakeAct", act=name))["done"]:
        assert time.monotonic() < deadline, answer["why"]
    until(gerald, address, value)


def switch(gerald: Launched, *, on: bool) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as game:
        game.sendto(datagram("/avatar/parameters/GeraldStop", on), ("127.0.0.1", gerald.osc_port))


def behaviour(home: Path) -> str:
    """What status says of the body."""
    actors = call(home, {"do": "status"})["actors"]
    return next(str(actor["reason"]) for actor in actors if actor["address"] == "behaviour")


def test_the_owner_the_avatar_and_a_crash_each_end_an_act_under_way(gerald: Launched) -> None:
    home = gerald.home

    act(gerald, "turn_around", TURN, 1.0)
    assert ask(home, "StopActs")["acts"] == ["turn_around"], "it was under way"
    until(gerald, TURN, 0.0)

    act(gerald, "turn_around", TURN, 1.0)
    switch(gerald, on=True)
    until(gerald, TURN, 0.0)
    assert behaviour(home) == "stopped: the avatar's parameter GeraldStop"
    assert not ask(home, "MakeAct", act="turn_around")["done"]
    switch(gerald, on=False)

    act(gerald, "wave", EMOTE, 1)
    act(gerald, "happy", FACE, 1.0)
    act(gerald, "turn_around", TURN, 1.0)
    gerald.root().kill()
    ended: dict[str, float] = {}
    while set(ended) < {TURN, EMOTE, FACE}:
        message = gerald.next()
        if message.address in (TURN, EMOTE, FACE):
            ended[message.address] = message.params[0]
    assert set(ended.values()) == {0}
    assert "inputs are zeroed" in gerald.until("was killed")
