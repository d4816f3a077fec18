"""What users report when a game and a program do not find each other."""

import socket
import sys
from collections.abc import Callable, Iterator

import pytest

from actors.osc.internal import GameFound, GameLost, QueryFailed
from actors.osc.query.query import service_name
from actors.osc.wire import datagram
from supervisor.demo.vrchat.query import LOOPBACK
from tests.actors.osc.query.conftest import SMILE, Room, until
from tests.doubles.queried_game import QueriedGame

Make = Callable[[str], Room]
MDNS = 5353


def test_two_instances_on_one_machine_find_their_own_games(make_room: Make) -> None:
    """Each game was started with an --osc of its own, and sends to everybody whom it finds."""
    rooms = (make_room("one"), make_room("other"))
    for room, port in zip(rooms, (9010, 9020), strict=True):
        room.osc = room.osc.model_copy(update={"output_port": port})
    first, second = rooms
    # In one process a port belongs to its actor's address and host: the two must not share one.
    second.osc = second.osc.model_copy(update={"input_host": "localhost"})
    with (
        QueriedGame("VRChat-Client-AAAAAA", osc_port=9010) as one,
        QueriedGame("VRChat-Client-BBBBBB", osc_port=9020) as other,
    ):
        for room in rooms:
            room.start()
        until(lambda: all(len(room.games().games) == 2 for room in rooms), *rooms)
        assert [room.games().ours for room in rooms] == [one.name, other.name]
        assert service_name(first.home) != service_name(second.home)
        until(lambda: len(one.found) == len(other.found) == 2, *rooms)
        one.send_to_all(SMILE, 0.25, first.default)
        other.send_to_all(SMILE, 0.75, second.default)
        until(lambda: all(room.statistics().received == 3 for room in rooms), *rooms)
        until(lambda: (first.value("Smile"), second.value("Smile")) == (0.25, 0.75), *rooms)
        assert [room.statistics().handled for room in rooms] == [1, 1]


def test_of_several_addresses_the_one_that_answers_is_used(room: Room) -> None:
    with QueriedGame(addresses=("192.0.2.77", "192.0.2.78", LOOPBACK)) as game:
        room.start()
        room.until(lambda: room.games().ours == game.name)
        assert room.games().games[game.name].startswith(LOOPBACK)


def test_a_game_that_says_9000_though_it_was_started_with_another_port_is_ours_if_it_is_the_only_one(
    room: Room,
) -> None:
    room.osc = room.osc.model_copy(update={"output_port": 9010})
    with QueriedGame(osc_port=9000) as game:
        room.start()
        room.until(lambda: room.games().ours == game.name)
        room.until(lambda: service_name(room.home) in game.found)
        game.send(game.found[service_name(room.home)], SMILE, 0.5)
        room.until(lambda: room.value("Smile") == 0.5)


@pytest.fixture
def responder() -> Iterator[socket.socket]:
    """Another program on UDP port 5353 that shares it, as Avahi and Windows' own do."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if sys.platform != "win32":
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("", MDNS))
        yield other


@pytest.mark.usefixtures("responder")
def test_beside_another_responder_they_find_each_other(room: Room) -> None:
    with QueriedGame() as game:
        room.start()
        room.until(lambda: room.games().ours == game.name)
        room.until(lambda: service_name(room.home) in game.found)


@pytest.fixture
def owner() -> Iterator[None]:
    """A program that has UDP port 5353 for itself."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        try:
            other.bind(("", MDNS))
        except OSError as error:
            pytest.skip(f"another program has UDP port {MDNS}: {error.strerror}")
        yield


@pytest.mark.usefixtures("owner")
@pytest.mark.linux("what is refused differs from system to system")
def test_a_program_that_has_5353_for_itself_is_named_once_however_often_it_is_tried(room: Room) -> None:
    assert_tried_in_silence(room, "Address already in use")


def test_an_address_that_is_not_this_machine_s_is_named_once_however_often_it_is_tried(room: Room) -> None:
    room.interface = "192.0.2.7"
    assert_tried_in_silence(room, "OSCQuery cannot be used here")


def assert_tried_in_silence(room: Room, why: str) -> None:
    """It is tried again after growing pauses; the default port is heard, and there is one line."""
    room.start()
    room.until(lambda: any(why in line for line in room.said()))
    lines = room.said()
    assert f"VRChat can be heard on UDP port {room.default} only" in lines[-1]
    for tries, pause in enumerate((5.0, 10.0, 20.0), start=2):
        room.world.advance(pause)
        room.until(lambda tries=tries: room.failed() == tries)  # type: ignore[misc]
    assert room.said() == lines
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as game:
        game.sendto(datagram(SMILE, 0.5), (LOOPBACK, room.default))
        room.until(lambda: room.value("Smile") == 0.5)


def test_what_an_ended_search_still_tells_is_left_out(room: Room) -> None:
    """It may have been telling something while it was ended."""
    with QueriedGame() as game:
        room.start()
        room.until(lambda: room.games().ours == game.name)
        mine, old = room.games(), room.number() - 1
        room.world.give("osc.query", GameFound("VRChat-Client-0LD000", LOOPBACK, 9000, (), old))
        room.world.give("osc.query", GameLost(game.name, old))
        room.world.give("osc.query", QueryFailed(mine.name, "it has ended", old))
        assert room.games() == mine
        assert not any("it has ended" in line for line in room.said())
