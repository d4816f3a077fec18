"""The thread on real sockets: sessions, faults and the pipeline; and nothing secret in what it leaves behind."""

import logging
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from actors.kernel.protocol.lifecycle import HealthChanged
from actors.users.messages import InteractionHappened
from actors.vrchat.messages import VRCHAT, AccountIs, GetAccount, SetStatus, SignIn, SignOut
from actors.vrchat.vrchat import VRChatAccount
from actors.vrchat.web.http import retry_after
from actors.vrchat.web.session_file import SessionFile
from actors.vrchat.web.web import Web
from config.schema import Secret, VRChat
from tests.doubles.sealer import XorSealer
from tests.doubles.virtual_world import VirtualWorld
from tests.doubles.web_interface.server import WebInterface
from tests.doubles.web_interface.service import NAME, PASSWORD, TOTP_SECRET, Service

PATIENCE = 30.0
SOAK = 600.0 if os.environ.get("GERALD_SOAK") else 0.0


class Room:
    """The actor whose thread is real, beside the service on real sockets."""

    def __init__(self, home: Path, interface: WebInterface, within: float = 20.0) -> None:
        self.home, self.interface = home, interface
        self.section = VRChat(
            api_enabled=True,
            username=NAME,
            password=Secret(PASSWORD),
            totp_secret=Secret(TOTP_SECRET),
            contact="owner@example.org",
            api_url=interface.api_url,
            pipeline_url=interface.pipeline_url,
            auto_friend_accept=True,
            friends_a_day=100,
        )
        self.world = VirtualWorld()
        self.users = self.world.probe("users")
        self.world.probe("world")
        self.owner = self.world.probe("owner")
        self.within = within
        self.starts = 0

    def start(self) -> None:
        self.starts += 1

        def connecting(section: VRChat, file: SessionFile, post: Callable[..., object]) -> Web:
            return Web(section, file, post, self.within)

        actor = VRChatAccount(self.section, self.home, XorSealer(), connecting)
        self.life = self.world.start(actor, VRCHAT, self.starts)
        self.world.run()

    def stop(self) -> None:
        self.life.stop()

    def account(self) -> AccountIs:
        self.owner.clear()
        self.world.give(VRCHAT, GetAccount(), sender="owner")
        found: AccountIs = self.owner.of(AccountIs)[0]
        return found

    def follows(self) -> bool:
        """Whether the link is open at both ends."""
        return self.account().linked and bool(self.interface.service.listeners)

    def until(self, holds: Callable[[], object], virtual: float = 0.05) -> None:
        """Real time until it holds; meanwhile the virtual clock goes on, so that no pause is waited for."""
        end = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < end, (self.account(), self.interface.service.asked[-5:])
            self.life.step(0.01)
            self.world.advance(virtual)

    def says(self) -> list[str]:
        return [f"{one.health} {one.reason} {one.remedy}" for one in self.world.supervisor.of(HealthChanged)]


@pytest.fixture
def interface() -> Iterator[WebInterface]:
    with WebInterface(Service("totp", per_minute=10_000)) as running:
        yield running


@pytest.fixture
def room(tmp_path: Path, interface: WebInterface) -> Iterator[Room]:
    made = Room(tmp_path, interface)
    made.start()
    made.until(lambda: made.follows())
    yield made
    made.stop()
    assert not any(made.world.failures.values())


def befriend(room: Room, number: int) -> None:
    room.interface.do(lambda service: service.befriend(number, room.world.clock.wall()))


def test_it_signs_in_follows_the_events_and_accepts(room: Room) -> None:
    befriend(room, 1)
    room.until(lambda: room.account().today == 1)
    assert room.interface.service.accepted == ["frq_000001"]
    room.stop()
    room.start()
    room.until(lambda: room.follows())
    assert room.interface.service.logins == 1


def test_what_was_decided_just_before_a_stop_is_kept(room: Room) -> None:
    for number in range(1, 5):
        befriend(room, number)
        room.until(lambda n=number: room.account().today == n)
        room.stop()
        room.start()
        room.until(room.follows, virtual=1.0)
    told = [one.person.user_id for one in room.users.of(InteractionHappened)]
    assert len(told) == len(set(told)) == 4


def test_a_link_that_breaks_comes_back_and_what_was_missed_is_read(room: Room) -> None:
    room.interface.silent = True
    befriend(room, 1)
    room.interface.drop()
    room.until(lambda: not room.account().linked)
    room.interface.silent = False
    room.until(lambda: room.account().today == 1, virtual=1.0)
    room.until(lambda: room.follows(), virtual=1.0)


@pytest.mark.parametrize("fault", ["break", "lost", "503", "<html>", "x" * (9 << 20), "[" * 100_000])
def test_whatever_answers_an_acceptance_it_counts_once(room: Room, fault: str) -> None:
    faults = [fault]
    room.interface.fault = lambda method, path: faults.pop() if faults and path.endswith("accept") else ""
    befriend(room, 1)
    room.until(lambda: room.account().today == 1, virtual=1.0)
    assert room.interface.service.accepted == ["frq_000001"]


@pytest.mark.slow
def test_a_socket_that_hangs_is_given_up(tmp_path: Path, interface: WebInterface) -> None:
    room = Room(tmp_path, interface, within=5.0)
    room.start()
    room.until(lambda: room.follows())
    faults = ["hang"]
    interface.fault = lambda method, path: faults.pop() if faults and path.endswith("accept") else ""
    befriend(room, 1)
    room.until(lambda: room.account().today == 1, virtual=1.0)
    room.stop()


def test_a_pipeline_whose_session_ended_asks_the_owner(room: Room) -> None:
    room.interface.do(lambda service: service.end_sessions())
    room.interface.drop()
    room.until(lambda: room.account().phase == "human", virtual=1.0)
    assert room.interface.service.asked[-1].path == "/auth/user"


def test_a_flood_of_events_closes_the_link_and_not_more(room: Room) -> None:
    room.interface.do(lambda service: [service.tell("group-joined", {}) for _ in range(700)])
    room.until(lambda: not room.account().linked)
    assert room.account().ignored["group-joined"] <= 600
    room.until(lambda: room.follows(), virtual=1.0)


def test_a_home_that_cannot_keep_the_session_sends_nothing(tmp_path: Path, interface: WebInterface) -> None:
    class NoKey(Exception):
        remedy = "bring the key"

    class Unusable:
        def encrypt(self, data: bytes, about: bytes) -> bytes:
            raise NoKey("the key is missing")

        decrypt = encrypt

    room = Room(tmp_path, interface)
    room.life = room.world.start(VRChatAccount(room.section, tmp_path, Unusable()), VRCHAT)
    room.until(lambda: room.account().phase == "missing")
    assert (room.account().reason, room.account().remedy) == ("the key is missing", "bring the key")
    assert interface.service.asked == []
    room.stop()


def test_a_session_file_that_was_altered_is_said_and_not_replaced(
    tmp_path: Path, interface: WebInterface
) -> None:
    file = tmp_path / "data" / "vrchat.session"
    file.parent.mkdir()
    file.write_bytes(b"something else that is long enough to be a tag and a text")
    room = Room(tmp_path, interface)
    room.start()
    room.until(lambda: room.account().phase == "missing")
    assert str(file) in room.account().reason
    room.world.give(VRCHAT, SignOut(), sender="owner")
    assert interface.service.asked == []
    room.stop()
    assert file.read_bytes().startswith(b"something else")


def test_nothing_secret_is_left_behind(
    tmp_path: Path,
    interface: WebInterface,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore", "websockets"):
        logging.getLogger(name).setLevel(logging.WARNING)  # as supervisor.logs does
    room = Room(tmp_path, interface)
    faults = iter(["", "", "", "503", "break", "<html>"])
    interface.fault = lambda method, path: next(faults, "")
    room.start()
    room.until(lambda: room.follows(), virtual=1.0)
    room.world.give(VRCHAT, SetStatus("hello"), sender="owner")
    interface.drop()
    room.until(lambda: not room.account().linked)
    room.until(lambda: room.follows(), virtual=1.0)
    interface.do(lambda service: service.end_sessions())
    interface.drop()
    room.until(lambda: room.account().phase == "human", virtual=1.0)
    room.world.give(VRCHAT, SignIn(), sender="owner")
    room.until(lambda: room.follows(), virtual=1.0)
    actor = vars(room.life.actor)
    room.stop()
    said = [caplog.text, *capfd.readouterr(), *room.says(), repr(room.world.supervisor.messages)]
    said += [repr(room.owner.messages), repr(actor), repr(room.world.dead_letters)]
    said += [file.read_bytes().decode("latin-1") for file in tmp_path.rglob("*") if file.is_file()]
    secrets = [
        PASSWORD,
        "unlike-any-other",
        TOTP_SECRET,
        "authcookie_",
        "second.factor.",
        "authToken",
        "Basic ",
    ]
    for secret in secrets:
        assert not [text for text in said if secret in text], secret


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("", 0.0),
        ("soon", 0.0),
        ("-3", 0.0),
        ("1e400", 1e6),
        ("Thu, 01 Jan 1970 00:16:50 GMT", 10.0),
    ],
)
def test_how_long_to_wait_is_read_in_both_forms(header: str, seconds: float) -> None:
    assert retry_after(header, 1000.0) == seconds


@pytest.mark.skipif(not SOAK, reason="ten minutes: make soak")
@pytest.mark.timeout(900)
def test_ten_minutes_of_drops_and_faults(room: Room) -> None:
    end, number, kinds = time.monotonic() + SOAK, 0, ("", "", "", "503", "break", "lost", "<html>")
    counts = iter(range(10**9))
    room.interface.fault = lambda method, path: kinds[next(counts) % 7] if path != "/auth/user" else ""
    service = room.interface.service
    while time.monotonic() < end:
        number += 1
        befriend(room, number)
        if number % 7 == 0:
            room.interface.drop()
        if number % 20 == 0:
            room.stop()
            room.start()
            room.interface.do(
                lambda service: [service.friends.pop(who) for who in tuple(service.friends)[:-50]]
            )
        room.until(lambda n=number: len(service.accepted) == n and not room.account().requests, virtual=60.0)
    told = [one.person.user_id for one in room.users.of(InteractionHappened)]
    assert len(told) == len(set(told)) == number
    assert (service.logins, len(service.accepted)) == (1, number)
    print(f"{number} friends, {len(service.asked)} requests")
