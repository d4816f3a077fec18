"""Greetings: both ends come to the same keys, and nobody else is let in."""

import datetime
from pathlib import Path
from random import Random

import msgspec
import pytest

from supervisor.hosts.identity.examination import examine
from supervisor.hosts.identity.identity import Identity
from supervisor.hosts.identity.names import Role
from supervisor.hosts.wire.handshake import (
    LARGEST,
    NONCE,
    Answered,
    Caller,
    GreetingRefused,
    Hello,
    NotWelcome,
    Papers,
    Signed,
    answer,
    nonce_of,
    refuse,
)
from tests.doubles.wired import House


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def papers_of_host(identity: Identity) -> Papers:
    def judge(certificate: bytes) -> str:
        now = datetime.datetime.now(datetime.UTC)
        return examine(certificate, identity.authority.read_bytes(), Role.HOME, now).name

    return Papers(identity.certificate.read_bytes(), identity.sign, judge)


def papers_of_home(house: House) -> Papers:
    return Papers(house.identity.certificate.read_bytes(), house.identity.sign, house.registry.admit)


def calling(identity: Identity) -> Caller:
    return Caller(papers_of_host(identity), bytes(NONCE), {"version": "1.0"})


def why(house: House, hello: bytes) -> str:
    with pytest.raises(GreetingRefused) as refused:
        answer(papers_of_home(house), hello, 1)
    return refused.value.reason


def test_both_ends_have_the_same_keys_and_each_channel_and_direction_another(house: House) -> None:
    caller = calling(house.invite("box"))
    answered = answer(papers_of_home(house), caller.hello, 5)
    keys = caller.finish(answered.welcome)
    assert keys == answered.keys
    assert answered.host == "box"
    assert answered.hello.facts == {"version": "1.0"}
    assert len({keys.key(channel, to_host) for channel in range(3) for to_host in (False, True)}) == 6


def test_two_handshakes_never_give_the_same_key(house: House) -> None:
    identity = house.invite("box")
    made = set()
    for _ in range(3):
        caller = calling(identity)
        made.add(caller.finish(answer(papers_of_home(house), caller.hello, 5).welcome).key(1, True))
    assert len(made) == 3


def test_an_answer_to_another_greeting_is_refused(house: House) -> None:
    identity = house.invite("box")
    first, second = calling(identity), calling(identity)
    welcome = answer(papers_of_home(house), first.hello, 5).welcome
    with pytest.raises(GreetingRefused, match="another greeting"):
        second.finish(welcome)


def test_a_greeting_that_was_recorded_gives_its_player_no_key(house: House) -> None:
    caller = calling(house.invite("box"))
    keys = caller.finish(answer(papers_of_home(house), caller.hello, 5).welcome)
    played: Answered = answer(papers_of_home(house), caller.hello, 5)
    assert played.keys.key(0, False) != keys.key(0, False)


def test_a_host_is_no_home(house: House) -> None:
    box, liar = house.invite("box"), house.invite("liar")
    caller = calling(box)
    pretending = Papers(liar.certificate.read_bytes(), liar.sign, house.registry.admit)
    with pytest.raises(GreetingRefused, match="not that of a home"):
        caller.finish(answer(pretending, caller.hello, 5).welcome)


def test_a_host_of_another_home_is_a_stranger(house: House, tmp_path: Path) -> None:
    other = House(tmp_path / "other").invite("box")
    house.invite("box")
    assert why(house, calling(other).hello) == "stranger"


def test_a_revoked_host_is_told_why_it_may_not_come(house: House) -> None:
    identity = house.invite("box")
    house.registry.revoke("box")
    caller = calling(identity)
    with pytest.raises(GreetingRefused) as refused:
        answer(papers_of_home(house), caller.hello, 5)
    with pytest.raises(NotWelcome, match="was removed") as told:
        caller.finish(refuse(papers_of_home(house), caller.hello, refused.value))
    assert told.value.reason == "revoked"


def test_a_stolen_certificate_is_nothing_without_its_key(house: House) -> None:
    box, thief = house.invite("box"), house.invite("thief")
    stolen = Papers(box.certificate.read_bytes(), thief.sign, papers_of_host(thief).judge)
    assert why(house, Caller(stolen, bytes(NONCE), {}).hello) == "forged"


def test_another_version_is_named(house: House) -> None:
    papers = papers_of_host(house.invite("box"))
    body = msgspec.msgpack.encode(Hello(99, papers.certificate, bytes(32), bytes(NONCE)))
    hello = msgspec.msgpack.encode(Signed(body, papers.sign(b"gerald hosts wire 1 " + body)))
    with pytest.raises(GreetingRefused, match="version 99 of the wire"):
        answer(papers_of_home(house), hello, 1)


@pytest.mark.parametrize("key", [b"", bytes(31), bytes(32), b"\1" + bytes(31)])
def test_a_key_that_all_could_know_is_refused(house: House, key: bytes) -> None:
    papers = papers_of_host(house.invite("box"))
    body = msgspec.msgpack.encode(Hello(1, papers.certificate, key, bytes(NONCE)))
    hello = msgspec.msgpack.encode(Signed(body, papers.sign(b"gerald hosts wire 1 " + body)))
    assert why(house, hello) == "malformed"


def test_too_large_greetings_are_not_looked_at(house: House) -> None:
    assert why(house, bytes(LARGEST + 1)) == "oversized"
    assert nonce_of(bytes(LARGEST + 1)) is None


def test_whatever_is_changed_in_a_greeting_it_is_refused(house: House) -> None:
    caller = calling(house.invite("box"))
    home, dice = papers_of_home(house), Random(1)
    welcome = answer(home, caller.hello, 5).welcome
    for _ in range(300):
        spoiled = bytearray(caller.hello)
        spoiled[dice.randrange(len(spoiled))] ^= 1 << dice.randrange(8)
        with pytest.raises(GreetingRefused):
            answer(home, bytes(spoiled), 5)
        spoiled = bytearray(welcome)
        spoiled[dice.randrange(len(spoiled))] ^= 1 << dice.randrange(8)
        with pytest.raises(GreetingRefused):
            caller.finish(bytes(spoiled))
    assert caller.finish(welcome).session == 5
