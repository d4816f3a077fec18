"""Whether somebody muted Gerald."""

from typing import Any

import pytest

from config.schema import Audio
from supervisor.doctor.running import Running
from supervisor.doctor.sound.muted import UNKNOWN, MutedFacts, gather, judge
from tests.supervisor.doctor.conftest import Make, said


@pytest.mark.parametrize(
    ("facts", "lines"),
    [
        (MutedFacts(Audio(), False), ["ok: neither ears nor voice are muted"]),
        (MutedFacts(Audio()), [f"ok: neither ears nor voice are muted; {UNKNOWN}"]),
        (MutedFacts(Audio(), True), ["problem: the game's microphone is muted: nobody hears Gerald"]),
        (MutedFacts(Audio(mute_ears=True)), ["note: Gerald's ears are muted (audio.mute_ears)"]),
        (MutedFacts(Audio(mute_voice=True)), ["note: Gerald's voice is muted (audio.mute_voice)"]),
        (MutedFacts(Audio(volume=0.0)), ["note: audio.volume is 0: nothing is heard of Gerald"]),
    ],
)  # fmt: skip
def test_what_is_said(facts: MutedFacts, lines: list[str]) -> None:
    assert said(judge(facts)) == lines


def test_push_to_talk_is_named_with_its_parameter() -> None:
    assert "GeraldListen" in judge(MutedFacts(Audio(push_to_talk="GeraldListen")))[0].seen


@pytest.mark.parametrize(
    ("received", "muted", "known"), [(0, False, None), (5, False, False), (5, True, True), (0, True, True)]
)
def test_that_the_game_is_not_muted_is_believed_only_where_the_game_is_heard(
    subject: Make, received: int, muted: bool, known: bool | None
) -> None:
    avatar: dict[str, Any] = {"movement_state": {"muted": muted}}
    running = Running(7, status={"ready": True}, osc={"received": received}, avatar=avatar)
    assert gather(subject(running=running)).in_game is known
