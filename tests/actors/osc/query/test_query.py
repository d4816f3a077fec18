"""Gerald and a game find each other by multicast DNS on this machine's loopback."""

import asyncio
import json
import socket

import pytest

from actors.kernel.protocol.lifecycle import Health, HealthChanged
from actors.osc.query.query import service_name
from supervisor.demo.vrchat.query import LOOPBACK
from tests.actors.osc.query.conftest import SMILE, Room
from tests.doubles.queried_game import QueriedGame, fetch


def test_they_find_each_other_and_nothing_counts_twice(room: Room) -> None:
    name = service_name(room.home)
    with QueriedGame() as game:
        room.start()
        room.until(lambda: room.games().ours == game.name)
        room.until(lambda: game.found.get(name))
        assert [one.name for one in room.games().parameters] == ["MuteSelf", "VRCEmote"]
        assert game.found[name] == room.statistics().announced_port
        game.send_to_all(SMILE, 0.25, room.default)
        room.until(lambda: room.statistics().received == 2)
        room.until(lambda: room.value("Smile") == 0.25)
        for step in range(1, 6):
            game.send_to_all(SMILE, step / 8, room.default)
        room.until(lambda: room.statistics().received == 12)
        assert room.statistics().twice >= 5
        assert room.statistics().handled <= 7

        info = json.loads(
            asyncio.run(fetch(room.games().address[7:], b"GET /?HOST_INFO HTTP/1.1\r\n\r\n")).split(
                b"\r\n\r\n"
            )[1]
        )
        assert (info["NAME"], info["OSC_PORT"]) == (name, room.statistics().announced_port)
    room.until(lambda: not room.games().games)
    assert f"announced as {name}; no game is found yet" in room.said()[-1]


def test_of_two_games_only_the_default_port_is_heard(room: Room) -> None:
    with (
        QueriedGame("VRChat-Client-AAAAAA") as one,
        QueriedGame("VRChat-Client-BBBBBB", osc_port=9010) as other,
    ):
        room.start()
        room.until(lambda: len(room.games().games) == 2)
        assert room.games().ours == one.name
        room.until(lambda: service_name(room.home) in other.found)
        other.send(room.statistics().announced_port, SMILE, 0.75)
        one.send(room.default, SMILE, 0.25)
        room.until(lambda: room.statistics().received == 2)
        room.until(lambda: room.value("Smile") == 0.25)
        assert room.statistics().handled == 1


def test_a_game_that_announces_networks_which_lead_nowhere_is_found_on_this_machine(room: Room) -> None:
    with QueriedGame(addresses=("192.0.2.77",)) as game:
        room.start()
        room.until(lambda: room.games().ours == game.name)
        assert room.games().games[game.name].startswith(LOOPBACK)


@pytest.mark.parametrize("told", [b"<html>", {"OSC_PORT": "none"}, []])
def test_a_game_that_answers_nonsense_is_asked_again_and_breaks_nothing(room: Room, told: object) -> None:
    with QueriedGame() as game:
        sound, game.host_info = game.host_info, told
        room.start()
        game.wait(lambda: game.asked)
        game.host_info = sound
        room.until(lambda: room.games().ours == game.name)


def test_without_multicast_the_default_port_is_heard_and_it_is_said(room: Room) -> None:
    room.interface = "192.0.2.1"  # an address that no machine has
    with QueriedGame() as game:
        room.start()
        room.until(lambda: any("cannot be used here (No such device)" in line for line in room.said()))
        game.send(room.default, SMILE, 0.5)
        room.until(lambda: room.value("Smile") == 0.5)
        lines = len(room.said())
        room.world.advance(1000.0)
        room.until(lambda: True)
        assert len(room.said()) <= lines + 1, "one line, however often it is tried"


def test_when_another_program_has_the_default_port_the_game_is_heard_and_only_then_all_is_well(
    room: Room,
) -> None:
    def health() -> HealthChanged:
        return [one for one in room.world.supervisor.of(HealthChanged) if "announced as" not in one.reason][
            -1
        ]

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other, QueriedGame() as game:
        other.bind((LOOPBACK, room.default))
        room.start()
        assert health().health is Health.DEGRADED
        room.until(lambda: service_name(room.home) in game.found and room.games().ours)
        assert health().health is Health.DEGRADED, "found, and nothing was heard yet"
        game.send_to_all(SMILE, 0.5, room.default)
        room.until(lambda: room.value("Smile") == 0.5)
        assert health().health is Health.OK
        assert "VRChat is heard by OSCQuery" in health().reason


def test_a_game_that_crashed_without_goodbye_does_not_stand_in_the_way_of_the_next(room: Room) -> None:
    with QueriedGame("VRChat-Client-AAAAAA") as crashed:
        room.start()
        room.until(lambda: room.games().ours == crashed.name)
        crashed.status = 500  # as nobody that answers
        with QueriedGame("VRChat-Client-BBBBBB") as following:
            room.until(lambda: room.games().ours == following.name)


@pytest.mark.parametrize("host", ["localhost", "0.0.0.0", "::1"])
def test_whatever_host_is_listened_on_one_address_of_ipv4_is_announced(room: Room, host: str) -> None:
    room.osc = room.osc.model_copy(update={"input_host": host})
    room.start()
    room.until(lambda: room.games().address)
    assert room.games().address.startswith(f"http://{LOOPBACK}:")


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"POST / HTTP/1.1\r\n\r\n", b"405"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"200"),
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET /none HTTP/1.0\r\n\r\n", b"404"),
        (b"x" * 20_000, b""),
    ],
)
def test_what_the_tree_is_asked(room: Room, request_: bytes, status: bytes) -> None:
    room.start()
    room.until(lambda: room.games().address)
    assert asyncio.run(fetch(room.games().address[7:], request_)).partition(b"\r\n")[0][9:12] == status
