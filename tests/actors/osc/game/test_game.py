"""What `osc.game` knows, tells the sender and says to the owner; under the virtual clock, with real files."""

import json
from pathlib import Path
from typing import Any

import pytest

from actors.audio.messages import PlaybackEnded, PlaybackStarted
from actors.avatar.messages import GetParameters, ParametersAre
from actors.kernel.message import Message
from actors.kernel.protocol.lifecycle import Health, HealthChanged
from actors.osc.game.game import FELT, LOOK_AGAIN, Game
from actors.osc.game.microphone import APART, MUTED, PRESSES
from actors.osc.messages import (
    AvatarIs,
    AvatarKnown,
    AvatarLoaded,
    AvatarParameter,
    AvatarRead,
    GameRuns,
    Games,
    GetAvatar,
    GetGames,
    GetOscStatistics,
    GetSendStatistics,
    OscStatistics,
    ParametersChanged,
    SendStatistics,
    SetInput,
    TellAvatar,
)
from config.schema import Behaviour, Osc
from tests.doubles.virtual_world import Probe, VirtualWorld

ID = "avtr_00000000-0000-4000-8000-00000000000a"
SMILE, HAT = AvatarParameter("Smile", "float", True, True), AvatarParameter("Hat", "bool", True, True)


class Room:
    """The actor, and those around it by their answers. felt: what the avatar tells; heard, sent: what was counted."""

    def __init__(self, home: Path, **settings: Any) -> None:
        self.folder = home / "OSC"
        self.world = VirtualWorld()
        self.sender, self.asker = self.world.probe("osc.sender"), self.world.probe("asker")
        self._receiver, self._avatar = self.world.probe("osc.receiver"), self.world.probe("avatar")
        self.felt: dict[str, Any] = {}
        self.query = self.world.probe("osc.query")
        self.avatar_id = ""
        self.heard = self.sent = 0
        self.world.start(Game(Osc(avatar_folder="OSC", **settings), home, Behaviour()), "osc.game")
        self.world.run()

    def write(self, *names: str, avatar_id: str = ID) -> Path:
        """VRChat's file of the avatar: floats."""
        entries = []
        for name in names:
            end = {"address": f"/avatar/parameters/{name}", "type": "Float"}
            entries.append({"name": name, "input": end, "output": end})
        path = self.folder / "usr_a" / "Avatars" / f"{avatar_id}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"id": avatar_id, "parameters": entries}), encoding="utf-8-sig")
        return path

    def give(self, *messages: Message) -> None:
        for message in messages:
            self.world.give("osc.game", message)

    def pass_time(self, seconds: float) -> None:
        """In steps, with the neighbours' answers."""
        for _ in range(round(seconds)):
            self.world.advance(1.0)
            self._answer(self._avatar, GetParameters, lambda: ParametersAre(self.felt, self.avatar_id))
            self._answer(self._receiver, GetOscStatistics, lambda: OscStatistics(9001, self.heard))
            self._answer(self.sender, GetSendStatistics, lambda: SendStatistics(self.sent))

    def _answer(self, probe: Probe, kind: type[Message], answer: Any) -> None:
        for envelope in [one for one in probe.envelopes if isinstance(one.message, kind)]:
            self.world.tell("osc.game", answer(), answers=envelope.id)
            probe.envelopes.remove(envelope)
        self.world.run()

    def known(self) -> AvatarKnown:
        return self.sender.of(AvatarKnown)[-1]

    def avatar(self) -> AvatarIs:
        self.asker.clear()
        self.world.give("osc.game", GetAvatar(), sender="asker")
        return self.asker.of(AvatarIs)[0]

    def said(self) -> tuple[Health, str]:
        last = self.world.supervisor.of(HealthChanged)[-1]
        return last.health, last.reason


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


# -- the avatar


def test_the_sender_is_told_what_the_avatar_s_file_says(room: Room) -> None:
    path = room.write("Smile")
    room.give(AvatarLoaded(ID))
    assert room.known() == AvatarKnown(ID, (SMILE,))
    assert room.avatar() == AvatarIs(ID, f"the file {path}", "", (SMILE,), {"Smile": "expressions"})


def test_a_file_that_is_written_after_the_avatar_has_loaded_is_found(room: Room) -> None:
    room.give(AvatarLoaded(ID))
    assert room.known() == AvatarKnown(ID)
    room.write("Smile")
    room.pass_time(LOOK_AGAIN[0] + 1.0)
    assert room.known().parameters == (SMILE,)


def test_it_is_not_looked_for_for_ever_nor_for_an_avatar_that_was_changed_meanwhile(room: Room) -> None:
    room.give(AvatarLoaded(ID))
    room.pass_time(sum(LOOK_AGAIN) + 5.0)
    room.write("Smile")
    room.pass_time(100.0)
    assert room.known() == AvatarKnown(ID)

    room.give(AvatarLoaded("local:sdk_fox"))
    room.pass_time(100.0)
    assert room.known() == AvatarKnown("local:sdk_fox")


def test_what_oscquery_tells_counts_more_than_a_file_and_the_file_again_when_the_game_is_gone(
    room: Room,
) -> None:
    room.write("Smile")
    room.give(AvatarLoaded(ID), AvatarRead("VRChat-Client-A", ID, (HAT,)))
    assert room.known() == AvatarKnown(ID, (HAT,))
    assert room.avatar().source == "OSCQuery of VRChat-Client-A"
    room.give(AvatarRead(""))
    assert room.known() == AvatarKnown(ID, (SMILE,))


def test_oscquery_tells_the_avatar_where_nobody_else_did(room: Room) -> None:
    room.give(AvatarRead("VRChat-Client-A", ID, (HAT,)))
    assert room.known() == AvatarKnown(ID, (HAT,))


@pytest.mark.parametrize(("query", "asked"), [("on", 1), ("off", 0)])
def test_what_oscquery_found_before_is_asked_for_where_there_is_oscquery(
    tmp_path: Path, query: str, asked: int
) -> None:
    room = Room(tmp_path, query=query)
    questions = [one for one in room.query.envelopes if isinstance(one.message, GetGames)]
    assert len(questions) == asked
    for one in questions:
        games = Games("Gerald-A", "", {}, "VRChat-Client-A", (HAT,), ID)
        room.world.tell("osc.game", games, answers=one.id)
        room.world.run()
        assert room.known() == AvatarKnown(ID, (HAT,))


def test_what_oscquery_still_tells_of_the_avatar_before_is_passed_over(room: Room) -> None:
    room.give(AvatarRead("VRChat-Client-A", "avtr_before", (HAT,)), AvatarLoaded(ID))
    room.give(AvatarRead("VRChat-Client-A", "avtr_before", (HAT,)))
    assert room.known() == AvatarKnown(ID)
    room.give(AvatarRead("VRChat-Client-A", ID, (SMILE,)))
    assert room.known() == AvatarKnown(ID, (SMILE,))


def test_a_file_that_lacks_what_the_avatar_tells_is_said_to_be_old_and_refuses_nothing(room: Room) -> None:
    room.write("Smile")
    room.felt = {"Smile": 0.5, "Wings": 1.0, "GestureLeft": 3}
    room.give(AvatarLoaded(ID))
    room.pass_time(FELT + 1.0)
    assert not room.known().is_whole
    assert room.said() == (Health.OK, "VRChat's file of the avatar is older than the avatar: it lacks Wings")


def test_a_file_that_knows_all_that_the_avatar_tells_stays_the_whole_list(room: Room) -> None:
    room.write("Smile")
    room.felt = {"Smile": 0.5, "GestureLeft": 3}
    room.give(AvatarLoaded(ID))
    room.pass_time(FELT + 1.0)
    assert room.known().is_whole


def test_a_damaged_file_is_said_and_nothing_is_refused_for_it(room: Room) -> None:
    room.write("Smile").write_bytes(b"{")
    room.give(AvatarLoaded(ID))
    assert room.known() == AvatarKnown(ID)
    assert "cannot be used: it is no JSON" in room.said()[1]


def test_the_list_says_what_each_parameter_means_to_its_owner(tmp_path: Path) -> None:
    room = Room(tmp_path, parameters={"Sm*": {"zone": "nose"}}, enabled_events=())
    room.give(AvatarRead("VRChat-Client-A", ID, (SMILE, HAT)))
    assert (room.avatar().events, room.avatar().zones) == ({"Smile": "touch"}, {"Smile": "nose"})


def test_a_successor_knows_the_avatar_and_the_microphone_again(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.write("Smile")
    room.felt, room.avatar_id = {"MuteSelf": True}, ID
    room.world.start(Game(Osc(avatar_folder="OSC"), tmp_path, Behaviour()), "osc.game", 2)
    room.pass_time(1.0)
    assert room.known() == AvatarKnown(ID, (SMILE,))
    room.give(PlaybackStarted(1, 0.0))
    assert room.said() == (Health.DEGRADED, MUTED)


def test_of_what_was_known_before_gerald_started_nothing_counts(room: Room) -> None:
    room.felt, room.avatar_id = {"MuteSelf": True}, ID
    room.pass_time(1.0)
    room.give(PlaybackStarted(1, 0.0))
    assert room.said() == (Health.OK, "")
    assert room.avatar().avatar_id == ""


def test_a_sender_that_begins_anew_is_told_again(room: Room) -> None:
    room.give(AvatarRead("VRChat-Client-A", ID, (HAT,)))
    room.sender.clear()
    room.give(TellAvatar())
    assert room.known() == AvatarKnown(ID, (HAT,))


# -- the microphone


def mute(on: bool) -> ParametersChanged:
    return ParametersChanged({"MuteSelf": on}, (), {"MuteSelf": "status"})


def test_who_speaks_with_a_muted_microphone_is_told_until_it_is_on(room: Room) -> None:
    room.give(mute(True))
    assert room.said() == (Health.OK, "")
    room.give(PlaybackStarted(1, 0.0))
    assert room.said() == (Health.DEGRADED, MUTED)
    room.give(PlaybackEnded(1, 0.0))
    assert room.said() == (Health.DEGRADED, MUTED)
    room.give(mute(False))
    assert room.said() == (Health.OK, "")
    assert not room.sender.of(SetInput)


def test_it_is_pressed_on_where_the_owner_wants_it(tmp_path: Path) -> None:
    room = Room(tmp_path, unmute=True)
    room.give(PlaybackStarted(1, 0.0), mute(True))
    assert [(one.name, one.value) for one in room.sender.of(SetInput)] == [("Voice", 1.0)]
    room.give(mute(False))
    room.pass_time(60.0)
    assert len(room.sender.of(SetInput)) == 1


def test_it_is_pressed_a_few_times_at_most(tmp_path: Path) -> None:
    room = Room(tmp_path, unmute=True)
    room.give(PlaybackStarted(1, 0.0), mute(True))
    room.pass_time(APART * (PRESSES + 5))
    assert len(room.sender.of(SetInput)) == PRESSES
    assert "did not help" in room.said()[1]


def test_oscquery_tells_of_a_microphone_that_was_muted_before(room: Room) -> None:
    room.give(AvatarRead("VRChat-Client-A", ID, (AvatarParameter("MuteSelf", "bool", True, False, True),)))
    room.give(PlaybackStarted(1, 0.0))
    assert room.said() == (Health.DEGRADED, MUTED)


def test_earmuffs_are_a_note(room: Room) -> None:
    room.give(ParametersChanged({"Earmuffs": True}, (), {"Earmuffs": "status"}))
    assert "only who is near" in room.said()[1]
    room.give(ParametersChanged({"Earmuffs": False}, (), {"Earmuffs": "status"}))
    assert room.said() == (Health.OK, "")


# -- whether it is heard


def test_a_game_that_runs_with_osc_off_is_said_and_no_longer_when_it_is_heard(room: Room) -> None:
    room.give(GameRuns(True))
    room.pass_time(50.0)
    assert room.said() == (Health.OK, "")
    room.pass_time(40.0)
    assert room.said()[0] is Health.DEGRADED
    room.heard = 3
    room.pass_time(30.0)
    assert room.said() == (Health.OK, "")


def test_answers_that_never_come_are_a_hint(room: Room) -> None:
    room.sent = 9
    room.pass_time(90.0)
    assert room.said() == (Health.OK, "VRChat has answered none of 9 messages")


def test_neighbours_that_do_not_answer_are_no_trouble(room: Room) -> None:
    room.world.advance(600.0)
    assert room.said() == (Health.OK, "")
