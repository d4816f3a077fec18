"""The world's actor and the one that follows the log, under the virtual clock and on real files."""

import os
from pathlib import Path

import msgspec
import pytest

from actors.behaviour.messages import Located, PersonCame, PersonInView, PersonWent, SeatNear, VisitBegan
from actors.kernel.message import Message
from actors.kernel.protocol.lifecycle import Health, HealthChanged
from actors.kernel.protocol.state import GetState, StateIs
from actors.kernel.protocol.storage import LoadState, SaveSnapshot
from actors.osc.messages import GameRuns
from actors.vision.messages import PERSON, Box, MotionBegan, MotionEnded, Sight, Sighted
from actors.vocabulary.values import UNKNOWN, Person, Vector3, tombstone
from actors.world.log import FORGOTTEN, RUNS, WorldLog
from actors.world.messages import (
    AnnounceSeat,
    BodyAt,
    FindOtherWay,
    FindWay,
    FriendOnline,
    FriendsOnline,
    NoWay,
    PlayerJoined,
    PlayerLeft,
    Present,
    Way,
    WhoIsHere,
    WorldEntered,
    WorldLeft,
)
from actors.world.state import WorldState, entered, joined, without
from actors.world.things import FADES
from actors.world.world import World
from config.schema import VRChat
from tests.doubles.keeper import Shelf
from tests.doubles.virtual_world import Probe, VirtualWorld

STAMP = "2026.01.03 15:30:45 Log        -  "
MIO, REN, GERALD = Person("usr_1", "Mio"), Person("usr_2", "Ren"), Person("usr_3", "Gerald")
HOME = "[Behaviour] Entering Room: Home", "[Behaviour] Joining wrld_a:1~private(usr_1)"


class Instance:
    """World and its log in `home`/log, with persistence a probe."""

    def __init__(self, home: Path, stored: WorldState | None = None, username: str | None = None) -> None:
        self.folder = home / "log"
        self.world = VirtualWorld()
        self.store = self.world.probe("persistence")
        self.asker = self.world.probe("asker")
        self.actor = World()
        self.world.start(self.actor, "world")
        shelf = Shelf.holding(stored, schema=World.schema) if stored is not None else Shelf()
        (load,) = [e for e in self.store.envelopes if isinstance(e.message, LoadState)]
        self.world.tell("world", shelf.loaded("world"), sender="persistence", answers=load.id)
        self.world.run()
        self.log = WorldLog(VRChat(log_directory="log", username=username), home)

    def follow(self) -> None:
        self.world.start(self.log, "world.log")
        self.world.advance(2.0)

    def write(self, *lines: str, name: str = "output_log_2026-01-03_15-00-00.txt") -> Path:
        """The game writes, now by the virtual clock."""
        self.folder.mkdir(exist_ok=True)
        path = self.folder / name
        with path.open("ab") as file:
            file.write("".join(f"{STAMP}{line}\r\n\r\n" for line in lines).encode())
        now = self.world.clock.wall()
        os.utime(path, (now, now))
        return path

    def present(self) -> Present:
        self.world.give("world", WhoIsHere(), sender="asker")
        answer = self.asker.messages[-1]
        assert isinstance(answer, Present)
        return answer

    def health(self) -> list[HealthChanged]:
        return [m for m in self.world.supervisor.of(HealthChanged) if m.address == "world.log"]


def join(person: Person) -> str:
    return f"[Behaviour] OnPlayerJoined {person.name} ({person.user_id})"


def leave(person: Person) -> str:
    return f"[Behaviour] OnPlayerLeft {person.name} ({person.user_id})"


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return Instance(tmp_path)


def test_the_world_answers_who_is_here_without_the_bot_itself(instance: Instance) -> None:
    give = instance.world.give
    give("world", WorldEntered("wrld_a", "Home", 1.0))
    for message in (PlayerJoined(GERALD, 2.0, own=True), PlayerJoined(MIO, 3.0), PlayerJoined(REN, 4.0)):
        give("world", message)
    give("world", PlayerLeft(MIO, 5.0))
    assert instance.present() == Present((REN,), "Home")
    give("world", WorldLeft(6.0))
    assert instance.present() == Present((), "")


def test_the_world_gives_its_whole_state(instance: Instance) -> None:
    instance.world.give("world", PlayerJoined(MIO, 3.0))
    instance.world.give("world", GetState(), sender="asker")
    (whole,) = instance.asker.of(StateIs)
    assert msgspec.json.decode(whole.json, type=WorldState) == instance.actor.state


def test_a_crowd_that_arrives_within_a_second_is_saved_as_one(instance: Instance) -> None:
    for n in range(40):
        instance.world.give("world", PlayerJoined(Person(f"usr_{n}", str(n)), 1.0))
    assert instance.store.of(SaveSnapshot) == []
    instance.world.advance(1.0)
    assert len(instance.store.of(SaveSnapshot)) == 1
    assert Shelf(instance.store.messages).document(instance.actor).state.player_count == 40


def test_who_was_here_is_known_again_after_a_restart(tmp_path: Path) -> None:
    stored = joined(entered(WorldState(), "wrld_a", "Home", 1.0), MIO, 2.0)
    assert Instance(tmp_path, stored).present() == Present((MIO,), "Home")


def test_what_happened_before_the_bot_came_is_told_as_one(instance: Instance) -> None:
    listener = VirtualWorld()
    heard = listener.probe("world")
    instance.write(f"User Authenticated: Gerald ({GERALD.user_id})", *HOME, join(GERALD), join(MIO))
    instance.write(leave(MIO), join(REN))
    listener.start(instance.log, "world.log")
    listener.advance(2.0)
    at = heard.of(WorldLeft)[0].at
    assert heard.messages == [
        WorldLeft(at),
        WorldEntered("wrld_a", "Home", at),
        PlayerJoined(GERALD, at, own=True),
        PlayerJoined(REN, at),
    ]


def test_who_comes_and_goes_is_known_within_a_second(instance: Instance) -> None:
    instance.write(*HOME, join(MIO))
    instance.follow()
    assert instance.present() == Present((MIO,), "Home")
    instance.write(join(REN), leave(MIO))
    instance.world.advance(1.0)
    assert instance.present() == Present((REN,), "Home")


def test_the_configured_account_is_the_bot_where_the_log_does_not_say(tmp_path: Path) -> None:
    instance = Instance(tmp_path, username="gerald")
    instance.write(*HOME, join(GERALD), join(MIO))
    instance.follow()
    assert instance.present().people == (MIO,)
    assert instance.actor.state.player_count == 2


def test_the_game_restarted_begins_a_new_log_and_an_empty_world(instance: Instance) -> None:
    instance.write(*HOME, join(MIO))
    instance.follow()
    instance.write("[Behaviour] Entering Room: Bar", join(REN), name="output_log_2026-01-03_16-00-00.txt")
    instance.world.advance(1.0)
    assert instance.present() == Present((REN,), "Bar")


def test_a_log_that_is_rewritten_is_read_again(instance: Instance) -> None:
    path = instance.write(*HOME, join(MIO), join(REN))
    instance.follow()
    path.write_bytes(b"")
    instance.world.advance(1.0)
    instance.write(join(REN))
    instance.world.advance(1.0)
    assert instance.present().people == (REN,)


@pytest.mark.parametrize("line", ["[Behaviour] OnLeftRoom", "VRCApplication: HandleApplicationQuit at 9.1"])
def test_nobody_is_here_when_the_game_left_or_was_closed(instance: Instance, line: str) -> None:
    instance.write(*HOME, join(MIO))
    instance.follow()
    instance.write(line)
    instance.world.advance(1.0)
    assert instance.present() == Present((), "")


def test_a_game_that_has_long_written_nothing_is_gone_until_it_writes_again(instance: Instance) -> None:
    instance.write(*HOME, join(MIO))
    instance.world.clock.elapsed += FORGOTTEN + 10.0
    instance.follow()
    assert instance.present() == Present((), "")
    instance.write(join(REN))
    instance.world.advance(1.0)
    assert instance.present() == Present((MIO, REN), "Home")


def test_a_log_that_is_not_there_is_no_fault_but_is_said_once_and_read_when_it_comes(tmp_path: Path) -> None:
    stored = joined(entered(WorldState(), "wrld_a", "Home", 1.0), MIO, 2.0)
    instance = Instance(tmp_path, stored)
    instance.follow()
    instance.world.advance(10.0)
    (said,) = instance.health()
    assert said.health is Health.OK
    assert said.reason == f"VRChat's log was not found in {tmp_path / 'log'}: who is here stays unknown"
    assert "vrchat.log_directory" in said.remedy
    assert instance.present() == Present((), "")
    instance.write(*HOME, join(REN))
    instance.world.advance(1.0)
    assert instance.present() == Present((REN,), "Home")
    assert [(m.health, m.reason) for m in instance.health()[1:]] == [(Health.OK, "")]


@pytest.mark.posix("a folder in the log's place is refused otherwise there")
def test_a_log_that_cannot_be_read_is_said_with_its_name_and_heals(instance: Instance) -> None:
    path = instance.folder / "output_log_2026-01-03_15-00-00.txt"
    path.mkdir(parents=True)
    instance.follow()
    instance.world.advance(5.0)
    (said,) = instance.health()
    assert said.health is Health.DEGRADED
    assert str(path) in said.reason
    path.rmdir()
    instance.write(*HOME, join(MIO))
    instance.world.advance(1.0)
    assert instance.health()[-1].health is Health.OK
    assert instance.present().people == (MIO,)
    assert instance.world.failures == {}


def test_a_long_past_is_caught_up_with_at_once(instance: Instance) -> None:
    instance.write(*HOME, join(MIO), *("[Noise] " + "x" * 190 for _ in range(10_000)), join(REN))
    instance.follow()
    assert set(instance.present().people) == {MIO, REN}


def answer_to(instance: Instance, question: Message) -> Message:
    instance.asker.clear()
    instance.world.give("world", question, sender="asker")
    (answer,) = instance.asker.messages
    return answer


def test_who_asks_who_is_here_hears_what_is_seen_as_well(tmp_path: Path) -> None:
    instance = Instance(tmp_path)
    instance.world.give("world", MotionBegan(instance.world.clock.wall(), 0.9, 0.5, 0.1))
    answer = answer_to(instance, WhoIsHere())
    assert answer == Present((), "", ("something moving on the right",))


def test_what_is_not_seen_again_is_gone_by_itself(tmp_path: Path) -> None:
    instance = Instance(tmp_path)
    now = instance.world.clock.wall()
    instance.world.give("world", MotionBegan(now, 0.9, 0.5, 0.1))
    instance.world.give("world", MotionEnded(now + 1.0, 1.0, 0.1))
    assert instance.actor.state.objects
    instance.world.advance(3 * FADES)
    assert instance.actor.state.objects == {}


def test_the_way_back_to_the_seat_is_found(tmp_path: Path) -> None:
    instance = Instance(tmp_path)
    for step in range(6):
        at, seated = instance.world.clock.wall() + step, step == 0
        instance.world.give("world", BodyAt(Vector3(0.5 + 2.0 * step, 1.6, 0.5), at, seated))
    (seat,) = instance.actor.state.interactive_elements
    way = answer_to(instance, FindWay("", seat))
    assert isinstance(way, Way)
    assert way.cost == pytest.approx(10.0)
    assert len(way.places) == 6


def test_the_behaviour_hears_whether_a_seat_is_within_reach(tmp_path: Path) -> None:
    instance = Instance(tmp_path)
    behaviour = instance.world.probe("behaviour")
    for x, seated in ((0.5, True), (1.5, False), (9.0, False), (1.0, False)):
        at = instance.world.clock.wall()
        instance.world.give("world", BodyAt(Vector3(x, 1.6, 0.5), at, seated))
    assert behaviour.of(SeatNear) == [SeatNear(True), SeatNear(False), SeatNear(True)]
    assert instance.present().seat
    instance.world.give("world", AnnounceSeat())
    instance.world.give("world", WorldLeft(instance.world.clock.wall()))
    assert behaviour.of(SeatNear)[3:] == [SeatNear(True), SeatNear(False)]


def test_where_there_is_no_way_it_is_said_why(tmp_path: Path) -> None:
    instance = Instance(tmp_path)
    assert answer_to(instance, FindWay("", "")) == NoWay("no such place: where the bot is, where the bot is")
    for x in (0.5, 90.5):
        instance.world.give("world", BodyAt(Vector3(x, 1.6, 0.5), 1.0))
    assert answer_to(instance, FindWay("0,0,0", "")) == NoWay("no way between them has been walked yet")
    assert answer_to(instance, FindWay("", "bar")) == NoWay("no such place: bar")
    blocked = FindOtherWay((Vector3(92.5, 1.6, 0.5),))
    assert answer_to(instance, blocked) == NoWay("no other way there has been walked yet")
    assert answer_to(instance, FindOtherWay(())) == NoWay("no other way there has been walked yet")


def test_the_behaviour_hears_who_comes_and_goes_once(instance: Instance) -> None:
    heard = instance.world.probe("behaviour")
    give = instance.world.give
    give("world", WorldEntered("wrld_a", "Home", 1.0))
    for message in (PlayerJoined(GERALD, 2.0, own=True), PlayerJoined(MIO, 3.0), PlayerJoined(MIO, 3.5)):
        give("world", message)
    give("world", PlayerJoined(REN, 4.0))
    give("world", PlayerLeft(MIO, 5.0))
    give("world", PlayerLeft(MIO, 6.0))
    give("world", WorldLeft(7.0))
    assert heard.messages == [
        PersonCame(MIO, 3.0, 1),
        PersonCame(REN, 4.0, 2),
        PersonWent(MIO, 5.0, 1),
        VisitBegan(7.0),
    ]


def runs(instance: Instance, game: Probe) -> list[bool]:
    instance.world.advance(2.0)
    return [message.on for message in game.of(GameRuns)]


def test_a_game_that_writes_its_log_runs_until_it_is_closed_and_again_with_the_next(
    instance: Instance,
) -> None:
    game = instance.world.probe("osc.game")
    instance.write(*HOME)
    instance.follow()
    instance.write("[Behaviour] OnLeftRoom")
    assert runs(instance, game) == [True]
    instance.write("VRCApplication: HandleApplicationQuit at 812.5")
    assert runs(instance, game) == [True, False]
    instance.write(*HOME, name="output_log_2026-01-03_16-00-00.txt")
    assert runs(instance, game) == [True, False, True]


def test_of_a_game_whose_log_is_old_nobody_says_that_it_runs(instance: Instance) -> None:
    game = instance.world.probe("osc.game")
    instance.write(*HOME)
    instance.follow()
    instance.world.advance(RUNS + 10.0)
    assert runs(instance, game) == [True, False]


def test_friends_elsewhere_are_told_and_those_in_the_same_world_first(instance: Instance) -> None:
    give = instance.world.give
    give("world", WorldEntered("wrld_a", "Home", 1.0))
    give("world", PlayerJoined(MIO, 2.0))
    ann, ben = Person("usr_ann", "Ann"), Person("usr_ben", "Ben")
    told = (FriendOnline(MIO, "wrld_a"), FriendOnline(ann, "private"), FriendOnline(ben, "wrld_a"))
    give("world", FriendsOnline(told))
    here = instance.present()
    assert [(one.person, one.place) for one in here.friends] == [(ben, "wrld_a"), (ann, "private")]
    assert (here.people, here.world_id) == ((MIO,), "wrld_a")
    give("world", WorldLeft(3.0))
    assert {one.person for one in instance.present().friends} == {MIO, ann, ben}, (
        "another world changes no friend"
    )
    give("world", FriendsOnline(()))
    assert instance.present().friends == ()


def test_friends_are_not_kept_over_a_restart_and_an_erased_one_is_dropped(tmp_path: Path) -> None:
    online = {"usr_1": FriendOnline(MIO, "private", 10.0), "usr_2": FriendOnline(REN, "private", 10.0)}
    state = WorldState("wrld_a", "Home", friends=online)
    assert set(without(state, {tombstone("usr_1"): 11.0}).friends) == {"usr_2"}
    assert set(without(state, {tombstone("usr_1"): 9.0}).friends) == {"usr_1", "usr_2"}
    assert Instance(tmp_path, state).present().friends == ()


def seen(track: int, person: Person, bearing: float, distance: float) -> Sight:
    return Sight(track, PERSON, person, Box(0.85, 0.4, 0.1, 0.2), bearing, 1.0, 0.5, distance, 0.2, "height")


def test_who_comes_into_sight_is_told_once_and_can_be_gone_to(instance: Instance) -> None:
    heard = instance.world.probe("behaviour")
    mio, somebody = seen(1, MIO, 30.0, 3.0), seen(2, UNKNOWN, -5.0, 2.0)
    for sights in ((mio,), (mio, somebody), (mio, somebody), (mio,)):
        instance.world.advance(0.2)
        instance.world.give("world", Sighted(instance.world.clock.wall(), sights))
    assert [(one.person, one.bearing) for one in heard.of(PersonInView)] == [(MIO, 30.0), (UNKNOWN, -5.0)]
    assert heard.of(Located) == [Located((("usr_1", "Mio"),))]
    assert instance.present().seen == ("Mio on the right, 3 m away",)


def test_what_was_seen_long_ago_is_no_sight_of_now(instance: Instance) -> None:
    heard = instance.world.probe("behaviour")
    instance.world.give("world", Sighted(instance.world.clock.wall() - 10.0, (seen(1, MIO, 30.0, 3.0),)))
    assert heard.messages == []
    assert instance.present().seen == ()
