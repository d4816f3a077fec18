"""VRChat's double does on real sockets what VRChat does, as Gerald's own parts see it."""

import json
import os
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from actors.osc.datagram import decode
from actors.osc.game.avatar_file import find, read
from actors.osc.query.game import avatar_id, host_info, parameters
from actors.osc.wire import datagram
from actors.world.logfile import newest
from actors.world.logline import RoomLeft, parse
from supervisor.demo.vrchat.avatar import CRATE, FOX, GameAvatar, Value
from supervisor.demo.vrchat.game import VRChat

SMILE = "/avatar/parameters/Smile"


class Ear:
    """Gerald's port."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(10.0)
        self.port: int = self.socket.getsockname()[1]

    def hears(self, address: str, value: object = None) -> list[str]:
        """The addresses that came up to this one, with this value if one is given."""
        came = []
        while True:
            (found, arguments), *_ = decode(self.socket.recv(65536))
            came.append(found)
            if found == address and value in (None, arguments[0]):
                return came


@pytest.fixture
def ear() -> Iterator[Ear]:
    ear = Ear()
    yield ear
    ear.socket.close()


class Slider:
    """A body that moves at the speed of its Vertical."""

    def __init__(self) -> None:
        self.speed = 0.0

    def apply(self, name: str, value: float) -> None:
        if name == "Vertical":
            self.speed = value

    def advance(self, seconds: float) -> Mapping[str, Value]:
        return {"VelocityZ": self.speed}


@pytest.fixture
def game(tmp_path: Path, ear: Ear) -> Iterator[VRChat]:
    with VRChat(tmp_path, sends_to=ear.port, body=Slider()) as game:
        ear.hears("/avatar/parameters/Voice")  # the last of its avatar's
        yield game


def send(game: VRChat, address: str, *values: Value | str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.sendto(datagram(address, *values), ("127.0.0.1", game.port))


def test_some_parameters_of_another_avatar_come_before_it(game: VRChat, ear: Ear) -> None:
    game.load(CRATE)
    came = ear.hears("/avatar/change", CRATE.avatar_id)
    assert any(address.startswith("/avatar/parameters/") for address in came[:-1])


def test_a_parameter_that_is_written_in_its_type_is_told_to_everybody(game: VRChat, ear: Ear) -> None:
    send(game, SMILE, 1)
    assert game.wait(lambda: game.refused == ["Smile"])
    send(game, SMILE, 0.5)
    ear.hears(SMILE, 0.5)
    send(game, "/avatar/parameters/HeadPat", True)
    assert game.wait(lambda: game.refused == ["Smile", "HeadPat"])


def test_a_press_turns_the_microphone_round(game: VRChat, ear: Ear) -> None:
    for on in (True, False):
        send(game, "/input/Voice", 1)
        ear.hears("/avatar/parameters/MuteSelf", on)
        send(game, "/input/Voice", 0)


def test_who_holds_to_talk_is_heard_while_it_is_held(tmp_path: Path, ear: Ear) -> None:
    with VRChat(tmp_path, sends_to=ear.port, toggles=False) as game:
        for pressed, muted in ((1, False), (0, True)):
            send(game, "/input/Voice", pressed)
            ear.hears("/avatar/parameters/MuteSelf", muted)


def test_a_touch_lasts_a_frame(game: VRChat, ear: Ear) -> None:
    game.touch("HeadPat")
    ear.hears("/avatar/parameters/HeadPat", True)
    ear.hears("/avatar/parameters/HeadPat", False)


def test_the_inputs_move_the_body_and_it_tells_its_velocity(game: VRChat, ear: Ear) -> None:
    send(game, "/input/Vertical", 0.75)
    ear.hears("/avatar/parameters/VelocityZ", 0.75)


def test_the_chatbox_is_seen_as_far_as_it_goes(game: VRChat) -> None:
    send(game, "/chatbox/input", "hello", True, False)
    send(game, "/chatbox/input", "typed only", False, False)
    send(game, "/chatbox/input", "y" * 200, True, False)
    assert game.wait(lambda: len(game.bubbles) == 2)
    assert [bubble.is_cut for bubble in game.bubbles] == [False, True]


def test_with_osc_off_nothing_goes_either_way(game: VRChat, ear: Ear) -> None:
    game.osc = False
    send(game, SMILE, 0.5)
    send(game, "/chatbox/input", "unseen", True, False)
    assert game.wait(lambda: game.peer.shown)
    game.touch("HeadPat")
    assert (game.values["Smile"], game.bubbles) == (0.0, [])
    game.osc = True
    game.tell("AFK", True)
    assert "/avatar/parameters/HeadPat" not in ear.hears("/avatar/parameters/AFK")


def test_its_file_of_the_avatar_is_one_that_gerald_reads_and_may_be_old(game: VRChat, tmp_path: Path) -> None:
    path = find((tmp_path / "OSC",), FOX.avatar_id)
    assert path is not None
    found = {one.name: one for one in read(path, FOX.avatar_id)}
    assert found == dict(sorted(FOX.parameters.items()))
    stamp = path.stat().st_mtime_ns
    os.utime(path, ns=(stamp, stamp - 10**9))
    game.load(GameAvatar(FOX.avatar_id, "Fox", ()))
    assert path.stat().st_mtime_ns == stamp - 10**9
    game.load(GameAvatar("local:sdk_fox", "Mine"))
    assert len(list(tmp_path.rglob("*.json"))) == 1


def test_its_tree_is_one_that_gerald_reads(game: VRChat) -> None:
    def asked(path: str) -> bytes:
        status, body = game._answer(path)
        assert status == 200
        return json.dumps(body).encode()

    assert host_info(asked("/?HOST_INFO")).osc_port == game.port
    assert avatar_id(asked("/avatar/change")) == FOX.avatar_id
    found = {one.name: one for one in parameters(asked("/avatar/parameters"))}
    assert {name: (one.type, one.is_writable) for name, one in found.items()} == {
        name: (one.type, one.is_writable) for name, one in FOX.parameters.items()
    }
    assert found["Upright"].value == 1.0
    assert game._answer("/tracking")[0] == 404


def test_its_log_says_who_plays_and_that_it_was_closed(tmp_path: Path, ear: Ear) -> None:
    with VRChat(tmp_path, sends_to=ear.port):
        path = newest(tmp_path)
        assert path is not None
    assert parse(path.read_text().splitlines()[-1]) == RoomLeft(closed=True)
