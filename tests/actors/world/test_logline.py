"""Lines of VRChat's log: what they say, and that nothing else says it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.vocabulary.values import Person, person_named
from actors.world.logline import Joining, LogEvent, Named, PlayerCame, PlayerGone, RoomLeft, SignedIn, parse

STAMP = "2026.01.03 15:30:45 Log        -  "
ID = "usr_12345678-1234-1234-1234-123456789abc"
WORLD = "wrld_12345678-1234-1234-1234-123456789abc"


@pytest.mark.parametrize(
    ("text", "event"),
    [
        (f"[Behaviour] OnPlayerJoined Mio ({ID})", PlayerCame(Person(ID, "Mio"))),
        (f"[Behaviour] OnPlayerLeft Mio ({ID})", PlayerGone(Person(ID, "Mio"))),
        ("[Behaviour] OnPlayerJoined Mio", PlayerCame(person_named("Mio"))),
        (f"[Behaviour] OnPlayerJoined 美央 (main) ({ID})", PlayerCame(Person(ID, "美央 (main)"))),
        ("[Behaviour] OnPlayerJoined Old (ab12CD34ef)", PlayerCame(Person("ab12CD34ef", "Old"))),
        (f"[Behaviour] OnPlayerJoined Mi\u202eo\x07 ({ID})", PlayerCame(Person(ID, "Mio"))),
        ("[Behaviour] Entering Room: The Black Cat", Named("The Black Cat")),
        (f"[Behaviour] Joining {WORLD}:123~private(usr_x)~nonce(secret)", Joining(WORLD)),
        ("[Behaviour] OnLeftRoom", RoomLeft()),
        ("VRCApplication: HandleApplicationQuit at 812.5", RoomLeft(closed=True)),
        (f"User Authenticated: Gerald ({ID})", SignedIn(Person(ID, "Gerald"))),
        (f"[Behaviour] User Authenticated: Gerald ({ID})", SignedIn(Person(ID, "Gerald"))),
    ],
)
def test_a_line_says_what_happened(text: str, event: LogEvent) -> None:
    assert parse(STAMP + text) == event
    assert parse(STAMP.replace("Log  ", "Debug") + text) == event


@pytest.mark.parametrize(
    "line",
    [
        "",
        f"[Behaviour] OnPlayerJoined Mio ({ID})",
        f"{STAMP}[Udon] [Behaviour] OnPlayerJoined Mio ({ID})",
        f"{STAMP}[Behaviour] OnPlayerJoined:Mio",
        f"{STAMP}[Behaviour] OnPlayerLeftRoom",
        f"{STAMP}[Behaviour] OnPlayerJoinComplete Mio",
        f"{STAMP}[Behaviour] Joining or Creating Room: Home",
        f"{STAMP}[Behaviour] Joining friend: Mio",
        f"{STAMP}[Behaviour] OnPlayerJoined \u202e",
        f"{STAMP}[Behaviour] OnPlayerJoined {'x' * 3000}",
    ],
)
def test_what_is_of_no_interest_says_nothing(line: str) -> None:
    assert parse(line) is None


def test_a_players_name_cannot_pose_as_another_line() -> None:
    name = "[Behaviour] OnPlayerLeft Mio"
    assert parse(f"{STAMP}[Behaviour] OnPlayerJoined {name} ({ID})") == PlayerCame(Person(ID, name))


def test_an_instance_is_never_named_since_it_may_hold_an_invitation() -> None:
    assert "secret" not in repr(parse(f"{STAMP}[Behaviour] Joining {WORLD}:1~nonce(secret)"))


@given(st.text(max_size=300))
def test_no_line_is_an_error(text: str) -> None:
    assert parse(text) is None
    parse(STAMP + text)
    parse(STAMP + "[Behaviour] OnPlayerJoined " + text)
    parse(STAMP + "[Behaviour] Joining " + text)
